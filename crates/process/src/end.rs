//! The end of a process that has nothing left to do.

/// Ends this process at once: no other thread is waited for, and neither destructors nor handlers of the C library are run.
///
/// `process.exit` of Node joins V8's threads first. One of them that compiles can be waiting for a collection, which the thread that joins it would have to do:
/// then the process never ends ([nodejs/node#54918](https://github.com/nodejs/node/issues/54918)).
pub fn end(code: i32) -> ! {
    #[cfg(unix)]
    // SAFETY: it does not return, and touches no memory of ours.
    unsafe {
        libc::_exit(code)
    }
    // It stops the other threads before anything else.
    #[cfg(not(unix))]
    std::process::exit(code)
}
