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
    use leakguard_core::{AnalyzeOptions, NoSources, Source, Watch, analyze};
    use std::io::{Error, Read};
    use std::sync::Mutex;

    /// The hook keeps one panic for all threads: one test at a time.
    static ALONE: Mutex<()> = Mutex::new(());

    #[test]
    fn a_panic_is_an_error_with_its_place() {
        let _alone = ALONE.lock();
        assert_eq!(guarded(|| 7), Ok(7));
        let error = guarded(|| panic!("out of {}", "luck")).unwrap_err();
        assert!(error.starts_with("out of luck, at src/guard.rs:"), "{error}");
    }

    /// White space until a helper of the analysis comes to read, which panics.
    struct Trap;

    impl Read for Trap {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
            assert!(std::thread::current().name() != Some("leakguard-parse"), "a helper fell");
            std::thread::sleep(std::time::Duration::from_millis(1));
            buffer.fill(b' ');
            Ok(buffer.len())
        }
    }

    #[test]
    fn a_helpers_panic_is_told_with_the_helpers_place() {
        let _alone = ALONE.lock();
        if std::thread::available_parallelism().is_ok_and(|threads| threads.get() == 1) {
            return;
        }
        let source = Source { reader: Box::new(Trap) };
        let run = || analyze(source, &AnalyzeOptions::default(), &NoSources, &Watch::default(), |_| ()).is_ok();
        let error = guarded(run).unwrap_err();
        assert!(error.starts_with("a helper fell, at src/guard.rs:"), "{error}");
    }
}
