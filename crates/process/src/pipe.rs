//! The end of a pipe that JavaScript reads.

use std::io::{self, PipeReader};

/// Its descriptor, which is the caller's to close.
///
/// # Errors
/// None here.
#[cfg(unix)]
pub fn descriptor(end: PipeReader) -> io::Result<i32> {
    Ok(std::os::fd::IntoRawFd::into_raw_fd(end))
}

/// Its descriptor: Node opens descriptors of its own C library, and a pipe of ours has none.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn descriptor(_end: PipeReader) -> io::Result<i32> {
    Err(io::ErrorKind::Unsupported.into())
}
