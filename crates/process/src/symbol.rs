//! Functions and constants that Node's program exports, by name.

use std::ffi::{CStr, c_void};

/// Where a symbol is; the program itself is searched first, then what it has loaded.
#[cfg(unix)]
pub fn address_of(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: a C string; nothing but tables are read.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address)
}

/// None: V8's names and their ABI are others there, and nothing of it is read or called.
#[cfg(not(unix))]
pub fn address_of(_name: &CStr) -> Option<*mut c_void> {
    None
}
