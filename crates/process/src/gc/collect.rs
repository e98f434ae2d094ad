//! A full collection, now.
//!
//! `Isolate::LowMemoryNotification` is what DevTools' bin does: it collects until another collection would find little more, and
//! drops compiled code that waits in caches. No flag of V8 is touched. `RequestGarbageCollectionForTesting` ends the process
//! without `--expose-gc`, and is deliberately not used.

use super::v8::V8;

/// Collects the garbage of this thread's isolate; `false` where there is no V8 to ask.
pub fn collect() -> bool {
    let Ok(v8) = V8::find() else { return false };
    let isolate = v8.current();
    if isolate.is_null() {
        return false;
    }
    // SAFETY: this thread is in the isolate; JavaScript called us, so that no collection is under way.
    unsafe { (v8.low_memory)(isolate) };
    true
}
