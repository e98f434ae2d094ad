//! A panic of ours is an error of the call, never the end of the user's process.

use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Once;

/// Of any thread: an analysis has helpers, whose panics end the thread that waits for them.
static LAST_PANIC: Mutex<Option<String>> = Mutex::new(None);

static HOOK: Once = Once::new();

/// Runs `work`; a panic becomes a sentence that says where it happened.
///
/// The standard library is linked into this addon alone, so its panic hook is ours: it keeps the place instead of
/// printing it to the app's stderr.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        set_hook(Box::new(|panic| {
            let payload = panic.payload();
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("panic");
            let place = panic.location().map_or_else(String::new, |place| format!(", at {place}"));
            // The first says why; what follows it says only that something did.
            LAST_PANIC.lock().get_or_insert_with(|| format!("{text}{place}"));
        }));
    });
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| LAST_PANIC.lock().take().unwrap_or_else(|| "panic".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_an_error_with_its_place() {
        assert_eq!(guarded(|| 7), Ok(7));
        let error = guarded(|| panic!("out of {}", "luck")).unwrap_err();
        assert!(error.starts_with("out of luck, at src/guard.rs:"), "{error}");
    }
}
