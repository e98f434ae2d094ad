//! Objects by constructor, counted in one walk of the heap.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::call::done;
use crate::guard::guarded;
use leakguard_process::population::{self, Engine, Slot};
use napi::{Env, Result, sys};
use napi_derive::napi;
use std::ffi::c_void;
use std::ptr::null_mut;

/// Node-API for the walk. A `napi_value` is the address of the slot.
struct Host(sys::napi_env);

impl Engine for Host {
    fn enter(&self) -> *mut c_void {
        let mut scope = null_mut();
        // SAFETY: the environment is that of the call in progress.
        unsafe { sys::napi_open_handle_scope(self.0, &raw mut scope) };
        scope.cast()
    }

    fn leave(&self, scope: *mut c_void) {
        // SAFETY: as above; the scope is the innermost one that `enter` opened.
        unsafe { sys::napi_close_handle_scope(self.0, scope.cast()) };
    }

    fn slot(&self) -> Slot {
        let mut value = null_mut();
        // SAFETY: as above. A number makes a slot of its own.
        unsafe { sys::napi_create_int32(self.0, 0, &raw mut value) };
        value.cast()
    }

    fn text(&self, slot: Slot) -> String {
        let mut bytes = [0_u8; 256];
        let mut length = 0;
        // SAFETY: as above; the buffer has the length that is told.
        unsafe {
            let place = bytes.as_mut_ptr().cast();
            sys::napi_get_value_string_utf8(self.0, slot.cast(), place, bytes.len(), &raw mut length);
        }
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }
}

/// Counts the objects of this thread's heap by constructor, the most first: JSON of `[[name, count], …]`. All garbage is
/// collected first, and the thread waits: about 2 ms a megabyte of heap.
#[napi]
pub fn count_objects(env: Env) -> Result<String> {
    let host = Host(env.raw());
    done(|| {
        // SAFETY: JavaScript called us, on its thread, in this environment.
        let population = unsafe { population::count(&host) }?;
        serde_json::to_string(&population.classes).map_err(|error| error.to_string())
    })
}

/// Why objects cannot be counted in this program; `null`: they can, as far as names tell.
#[napi]
pub fn counting_unsupported() -> Option<String> {
    guarded(population::unsupported).unwrap_or_else(Some)
}
