//! A full collection, now: a thorough one, or one that is enough for a reading.
//!
//! `Isolate::LowMemoryNotification` is what DevTools' bin does: it collects twice at least, until another collection would find
//! little more, and drops compiled code that waits in caches.
//!
//! `Isolate::MemoryPressureNotification` collects once, which takes half the time or less. What it may do besides: where much of
//! V8's memory lies idle it collects again, or starts to mark for the next collection. A collection that ends a marking which was
//! begun earlier keeps what has died since it began, and no reading after it is exact. So markings are watched, and where one is
//! under way the thorough collection follows: its second one is whole.
//!
//! No flag of V8 is touched. `RequestGarbageCollectionForTesting` ends the process without `--expose-gc`, and is deliberately not used.

use super::v8::{Isolate, MARK_COMPACT, V8};
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::null_mut;

/// V8's `MemoryPressureLevel::kCritical`. V8 goes back to none by itself.
const CRITICAL: u32 = 2;
/// Of V8's `GCType`.
const INCREMENTAL_MARKING: u32 = 8;

thread_local! {
    /// Whether this thread's isolate has the callbacks below; they stay in it.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    /// Whether V8 has begun to mark, and not collected since.
    static MARKING: Cell<bool> = const { Cell::new(false) };
}

/// Collects all garbage of this thread's isolate; `false` where there is no V8 to ask.
pub fn collect() -> bool {
    let Some((v8, isolate)) = here() else { return false };
    thoroughly(v8, isolate);
    true
}

/// Collects this thread's isolate once, and thoroughly where that would not be exact; `false` where there is no V8 to ask.
pub fn collect_once() -> bool {
    let Some((v8, isolate)) = here() else { return false };
    let is_watched = WATCHED.replace(true);
    if !is_watched {
        // SAFETY: this thread is in the isolate; the callbacks have no data, and this library stays mapped.
        unsafe {
            (v8.add_prologue)(isolate, marking_begins, null_mut(), INCREMENTAL_MARKING);
            (v8.add_epilogue)(isolate, collected, null_mut(), MARK_COMPACT);
        }
    }
    match v8.memory_pressure {
        Some(notify) if is_watched && !MARKING.get() => {
            // SAFETY: this thread is in the isolate; JavaScript called us, so that no collection is under way.
            unsafe { notify(isolate, CRITICAL) };
            if MARKING.get() {
                thoroughly(v8, isolate);
            }
        }
        _ => thoroughly(v8, isolate),
    }
    true
}

fn here() -> Option<(&'static V8, *mut Isolate)> {
    let v8 = V8::find().ok()?;
    let isolate = v8.current();
    (!isolate.is_null()).then_some((v8, isolate))
}

fn thoroughly(v8: &V8, isolate: *mut Isolate) {
    // SAFETY: this thread is in the isolate; JavaScript called us, so that no collection is under way.
    unsafe { (v8.low_memory)(isolate) };
}

unsafe extern "C" fn marking_begins(_isolate: *mut Isolate, _kind: u32, _flags: u32, _data: *mut c_void) {
    MARKING.set(true);
}

unsafe extern "C" fn collected(_isolate: *mut Isolate, _kind: u32, _flags: u32, _data: *mut c_void) {
    MARKING.set(false);
}
