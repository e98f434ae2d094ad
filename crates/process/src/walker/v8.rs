//! V8 itself, asked in the twin: its isolate, handles that it knows of, the name of an object's constructor.
//!
//! All of these are functions of its public interface, under the names by which official builds export them.

use super::metadata::{Line, Metadata, find};
use std::ffi::c_void;

/// What is called. A C++ method is a function whose first argument is `this`.
pub struct V8 {
    pub isolate: u64,
    globalize: *mut c_void,
    by_slot: bool,
    dispose: unsafe extern "C" fn(*mut u64),
    constructor_name: unsafe extern "C" fn(*mut u64) -> *const u64,
}

impl V8 {
    /// V8 of this thread, which is in an isolate and runs JavaScript.
    pub fn current(metadata: &Metadata) -> Result<Self, String> {
        let missing = |name: &str| format!("this program does not export {name}");
        let current = find(c"_ZN2v87Isolate10GetCurrentEv").ok_or_else(|| missing("v8::Isolate::GetCurrent"))?;
        let by_slot = metadata.line == Line::V11;
        let name = if by_slot {
            c"_ZN2v812api_internal18GlobalizeReferenceEPNS_8internal7IsolateEPm"
        } else {
            c"_ZN2v812api_internal18GlobalizeReferenceEPNS_8internal7IsolateEm"
        };
        let globalize = find(name).ok_or_else(|| missing("v8::api_internal::GlobalizeReference"))?;
        let dispose = find(c"_ZN2v812api_internal13DisposeGlobalEPm")
            .ok_or_else(|| missing("v8::api_internal::DisposeGlobal"))?;
        let constructor_name =
            find(c"_ZN2v86Object18GetConstructorNameEv").ok_or_else(|| missing("v8::Object::GetConstructorName"))?;
        // SAFETY: each name is that of a function, and says the types of its arguments; what they return has not changed
        // from V8 11 to 14: a pointer to a slot, which a `Local` is too.
        let (isolate, dispose, constructor_name) = unsafe {
            (
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> u64>(current)(),
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut u64)>(dispose),
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut u64) -> *const u64>(constructor_name),
            )
        };
        if isolate == 0 {
            return Err("this thread is in no isolate of V8".to_owned());
        }
        Ok(Self { isolate, globalize, by_slot, dispose, constructor_name })
    }

    /// A global handle for a tagged object: V8 keeps its slot right when it moves the object.
    pub fn global(&self, mut tagged: u64) -> Global<'_> {
        let isolate = self.isolate as *mut c_void;
        // SAFETY: the function with that name takes the isolate and, by the version, the tagged object or a slot with it;
        // the object is one that was found in this isolate's heap.
        let slot = unsafe {
            if self.by_slot {
                let call: unsafe extern "C" fn(*mut c_void, *mut u64) -> *mut u64 = std::mem::transmute(self.globalize);
                call(isolate, &raw mut tagged)
            } else {
                let call: unsafe extern "C" fn(*mut c_void, u64) -> *mut u64 = std::mem::transmute(self.globalize);
                call(isolate, tagged)
            }
        };
        Global { v8: self, slot }
    }
}

/// A handle that is given back when this is dropped.
pub struct Global<'a> {
    v8: &'a V8,
    slot: *mut u64,
}

impl Global<'_> {
    /// The slot's address.
    pub fn address(&self) -> u64 {
        self.slot as u64
    }

    /// The tagged string that V8 names the object's constructor by. The object is one of JavaScript's.
    pub fn constructor_name(&self) -> Option<u64> {
        // SAFETY: `this` of a `v8::Object` is the address of a slot that holds the object; a handle scope is open, since
        // this is called from JavaScript.
        let name = unsafe { (self.v8.constructor_name)(self.slot) };
        if name.is_null() {
            return None;
        }
        // SAFETY: a `Local` that is not empty is the address of its slot.
        Some(unsafe { name.read() })
    }
}

impl Drop for Global<'_> {
    fn drop(&mut self) {
        // SAFETY: the slot came from `GlobalizeReference` and is given back once.
        unsafe { (self.v8.dispose)(self.slot) }
    }
}
