//! V8's functions, by the names under which the program exports them.
//!
//! A mangled name holds the types of the arguments: a V8 whose function takes others has another name, and is not found.

use crate::symbol::address_of;
use std::ffi::{CStr, c_void};
use std::sync::OnceLock;

/// V8's isolate, of which we know nothing but its address.
#[repr(C)]
pub struct Isolate {
    _opaque: [u8; 0],
}

/// `void (*)(Isolate*, GCType, GCCallbackFlags, void* data)`; both enumerations fit 32 bits.
pub type Callback = unsafe extern "C" fn(*mut Isolate, u32, u32, *mut c_void);

/// Of V8's `GCType`: a full collection.
pub const MARK_COMPACT: u32 = 4;

type Add = unsafe extern "C" fn(*mut Isolate, Callback, *mut c_void, u32);
type Remove = unsafe extern "C" fn(*mut Isolate, Callback, *mut c_void);

/// What is called. A C++ method is a function whose first argument is `this`, under the ABIs of Linux and macOS.
pub struct V8 {
    get_current: unsafe extern "C" fn() -> *mut Isolate,
    pub add_prologue: Add,
    pub add_epilogue: Add,
    pub remove_prologue: Remove,
    pub remove_epilogue: Remove,
    pub construct_statistics: unsafe extern "C" fn(*mut c_void),
    pub get_statistics: unsafe extern "C" fn(*mut Isolate, *mut c_void),
    pub low_memory: unsafe extern "C" fn(*mut Isolate),
    /// `MemoryPressureLevel` fits 32 bits. `None` where it is not exported: nothing depends on it but time.
    pub memory_pressure: Option<unsafe extern "C" fn(*mut Isolate, u32)>,
    /// `None` where one of them is not exported.
    pub spaces: Option<Spaces>,
}

/// What tells of the heap's spaces.
pub struct Spaces {
    pub count: unsafe extern "C" fn(*mut Isolate) -> usize,
    pub construct: unsafe extern "C" fn(*mut c_void),
    pub get: unsafe extern "C" fn(*mut Isolate, *mut c_void, usize) -> bool,
}

const GET_CURRENT: &CStr = c"_ZN2v87Isolate10GetCurrentEv";
const ADD_PROLOGUE: &CStr = c"_ZN2v87Isolate21AddGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_";
const ADD_EPILOGUE: &CStr = c"_ZN2v87Isolate21AddGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_";
const REMOVE_PROLOGUE: &CStr =
    c"_ZN2v87Isolate24RemoveGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_";
const REMOVE_EPILOGUE: &CStr =
    c"_ZN2v87Isolate24RemoveGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_";
const CONSTRUCT_STATISTICS: &CStr = c"_ZN2v814HeapStatisticsC1Ev";
const GET_STATISTICS: &CStr = c"_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE";
const COUNT_SPACES: &CStr = c"_ZN2v87Isolate18NumberOfHeapSpacesEv";
const CONSTRUCT_SPACE: &CStr = c"_ZN2v819HeapSpaceStatisticsC1Ev";
const GET_SPACE: &CStr = c"_ZN2v87Isolate22GetHeapSpaceStatisticsEPNS_19HeapSpaceStatisticsEm";
const LOW_MEMORY: &CStr = c"_ZN2v87Isolate21LowMemoryNotificationEv";
const MEMORY_PRESSURE: &CStr = c"_ZN2v87Isolate26MemoryPressureNotificationENS_19MemoryPressureLevelE";

impl V8 {
    /// The functions of this program, looked up once; or which one it does not have.
    pub fn find() -> Result<&'static Self, String> {
        static FOUND: OnceLock<Result<V8, String>> = OnceLock::new();
        FOUND.get_or_init(Self::look_up).as_ref().map_err(Clone::clone)
    }

    fn look_up() -> Result<Self, String> {
        if !cfg!(all(any(target_os = "linux", target_os = "macos"), target_pointer_width = "64")) {
            return Err(format!(
                "V8's callbacks are not looked for on {} {}",
                std::env::consts::OS,
                std::env::consts::ARCH
            ));
        }
        // SAFETY: each name is that of a function, and the field's type is the one that the name says: its arguments
        // are part of the name, and what it returns has not changed from V8 11 to 14.
        unsafe {
            Ok(Self {
                get_current: function(GET_CURRENT)?,
                add_prologue: function(ADD_PROLOGUE)?,
                add_epilogue: function(ADD_EPILOGUE)?,
                remove_prologue: function(REMOVE_PROLOGUE)?,
                remove_epilogue: function(REMOVE_EPILOGUE)?,
                construct_statistics: function(CONSTRUCT_STATISTICS)?,
                get_statistics: function(GET_STATISTICS)?,
                low_memory: function(LOW_MEMORY)?,
                memory_pressure: function(MEMORY_PRESSURE).ok(),
                spaces: Self::spaces().ok(),
            })
        }
    }

    /// # Safety
    /// As of [`function`]: the names and the types of [`Spaces`] belong together.
    unsafe fn spaces() -> Result<Spaces, String> {
        // SAFETY: as in `look_up`.
        unsafe {
            Ok(Spaces {
                count: function(COUNT_SPACES)?,
                construct: function(CONSTRUCT_SPACE)?,
                get: function(GET_SPACE)?,
            })
        }
    }

    /// The isolate that this thread is in; null outside of any.
    pub fn current(&self) -> *mut Isolate {
        // SAFETY: it reads a variable of this thread.
        unsafe { (self.get_current)() }
    }
}

/// Why this program's collections cannot be followed; `None`: they can, as far as names tell.
pub fn unsupported() -> Option<String> {
    V8::find().err()
}

/// # Errors
/// The name, where the program does not export it.
///
/// # Safety
/// `F` is the type of a function pointer, and that of the function with this name.
pub unsafe fn function<F: Copy>(name: &CStr) -> Result<F, String> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>(), "a pointer for a pointer") };
    let address = address_of(name).ok_or_else(|| format!("this program does not export {}", name.to_string_lossy()))?;
    // SAFETY: the types have the same size, and the caller promises that this is such a function.
    Ok(unsafe { std::mem::transmute_copy::<*mut c_void, F>(&address) })
}

#[cfg(test)]
mod tests {
    use super::unsupported;

    #[test]
    fn a_program_without_v8_says_what_it_lacks() {
        let reason = unsupported().unwrap();
        assert!(reason.contains("does not export _ZN2v8") || reason.contains("not looked for"), "{reason}");
    }
}
