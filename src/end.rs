//! The end of the command line's process.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use napi_derive::napi;

/// Ends this process at once: neither Node nor the C library is asked what they have left to do. For processes whose output is written.
#[napi]
pub fn end_process(code: i32) {
    leakguard_process::end(code)
}
