//! Whether V8 collects garbage for a while: what it moves is no longer where it was read.

use crate::gc::v8::{Isolate, V8};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// V8 has five kinds of collections.
const ALL: u32 = (1 << 5) - 1;

static COUNT: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn count(_: *mut Isolate, _: u32, _: u32, _: *mut c_void) {
    COUNT.fetch_add(1, Relaxed);
}

/// Does something, and says whether V8 collected garbage meanwhile.
///
/// # Errors
/// Where V8 cannot be asked to tell.
pub fn told<T>(work: impl FnOnce() -> T) -> Result<(T, bool), String> {
    let v8 = V8::find()?;
    let isolate = v8.current();
    if isolate.is_null() {
        return Err("this thread is in no isolate of V8".to_owned());
    }
    let before = COUNT.load(Relaxed);
    // SAFETY: V8's functions of these names, on the thread that is in the isolate; the callback touches nothing but an atomic, and is
    // taken back before this returns.
    unsafe { (v8.add_prologue)(isolate, count, std::ptr::null_mut(), ALL) };
    let done = work();
    // SAFETY: as above, with the same callback and data.
    unsafe { (v8.remove_prologue)(isolate, count, std::ptr::null_mut()) };
    Ok((done, COUNT.load(Relaxed) != before))
}
