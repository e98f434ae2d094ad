//! The walk of the heap, in the twin: JavaScript calls it where it would have V8 write a snapshot.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::call::{done, thrown};
use crate::guard::guarded;
use leakguard_core::Limits;
use leakguard_process::walker::{self, Anchors, Purpose, Walked};
use napi::{Env, Result, sys};
use napi_derive::napi;
use parking_lot::Mutex;
use std::ptr;

/// What was walked last in this process, until the analysis takes it. A twin walks once.
static WALKED: Mutex<Option<Walked>> = Mutex::new(None);

/// Takes what was walked.
pub fn take() -> Option<Walked> {
    WALKED.lock().take()
}

/// Why this process's heap cannot be walked; `null`: as far as its metadata tells, it can.
#[napi]
pub fn walker_unsupported() -> Option<String> {
    guarded(walker::unsupported).unwrap_or_else(Some)
}

/// Is V8's version one that the walk was tested with? Where not, it is to be compared with V8's own snapshot once.
#[napi]
pub fn walker_tested() -> bool {
    guarded(walker::is_tested).unwrap_or(false)
}

/// Walks this thread's heap and keeps it for the analysis. Only for twins: nothing else may run meanwhile. `used`: bytes of
/// all objects, garbage included, as V8 counts them; `planted`: how many objects of the class `LeakguardPlanted` there are;
/// `purpose`: `report`, `fold` where no report will be made of it, `look` where it is folded and nothing else.
#[napi]
pub fn walk_heap(env: Env, used: i64, planted: u32, purpose: String) -> Result<()> {
    let purpose = match purpose.as_str() {
        "report" => Purpose::Report,
        "fold" => Purpose::Fold,
        "look" => Purpose::Look,
        _ => return Err(thrown(format!("no heap is walked for a {purpose}"))),
    };
    let mut value = ptr::null_mut();
    // SAFETY: a call from JavaScript on its own thread, in an open scope; the object is of no further use.
    let status = unsafe { sys::napi_create_object(env.raw(), &raw mut value) };
    if status != sys::Status::napi_ok {
        return Err(thrown("no handle could be made"));
    }
    let used = u64::try_from(used).map_err(|_| thrown("a heap has no negative size"))?;
    let here = 0u64;
    // A napi_value is the address of the handle's slot.
    let anchors = Anchors { handle: value as u64, frame: (&raw const here) as u64, used, planted, purpose };
    *WALKED.lock() = Some(done(|| walker::walk(anchors, &Limits::default()))?);
    Ok(())
}
