//! Where JavaScript is, as a number.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::call::thrown;
use crate::guard::guarded;
use leakguard_process::stack;
use napi::bindgen_prelude::FromNapiValue;
use napi::{Env, Result, Unknown, sys};
use napi_derive::napi;
use std::ffi::c_void;
use std::ptr::null_mut;

/// A function that answers a number for the innermost `frames` (128 at most) of the stack that calls it: the same as before where the stack is the same and
/// there was no full collection since, else one that no other stack of this thread had. It answers 0 where V8 does not tell.
///
/// It is asked at every listener that is added, and napi-rs' own conversions would take longer than the answer.
#[napi(ts_return_type = "() => number")]
pub fn stack_reader(env: Env, frames: u32) -> Result<Unknown<'static>> {
    let mut function = null_mut();
    let frames = (frames as usize).min(stack::MOST_FRAMES) as *mut c_void;
    // SAFETY: a call from JavaScript on its own thread, in an open scope; the name is a C string, and the data is a number.
    unsafe {
        if sys::napi_create_function(env.raw(), c"stackNumber".as_ptr(), -1, Some(read), frames, &raw mut function)
            != sys::Status::napi_ok
        {
            return Err(thrown("no function could be made"));
        }
        Unknown::from_napi_value(env.raw(), function)
    }
}

/// SAFETY: called by Node-API, on JavaScript's thread.
unsafe extern "C" fn read(env: sys::napi_env, call: sys::napi_callback_info) -> sys::napi_value {
    let (mut frames, mut value) = (null_mut(), null_mut());
    // SAFETY: what is not asked for may be null. `value` stays null where this fails, which JavaScript sees as undefined.
    unsafe { sys::napi_get_cb_info(env, call, null_mut(), null_mut(), null_mut(), &raw mut frames) };
    let number = guarded(|| stack::number(frames as usize)).ok().flatten().unwrap_or(0);
    // SAFETY: as above.
    unsafe { sys::napi_create_uint32(env, number, &raw mut value) };
    value
}
