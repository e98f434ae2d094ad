//! One writer a file.

use std::fs::File;
#[cfg(unix)]
use std::io;
use std::thread;
use std::time::Duration;

/// A reader's question takes the lock for a moment, and a killed writer's kernel needs one.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// Locks a file for this open descriptor; `false`: another one has it. Waits 40 ms at most.
pub fn lock(file: &File) -> bool {
    for attempt in 1.. {
        if !is_taken(file) {
            return true;
        }
        if attempt == TRIES {
            break;
        }
        thread::sleep(PAUSE);
    }
    false
}

/// Takes the lock, unless another one has it. On a file system without locks no writer can be told from another, so nobody is kept out.
#[cfg(unix)]
fn is_taken(file: &File) -> bool {
    use std::os::fd::AsRawFd;
    flock(file.as_raw_fd(), libc::LOCK_EX).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

/// Elsewhere the file is opened so that no other writer can.
#[cfg(not(unix))]
fn is_taken(_file: &File) -> bool {
    false
}

/// Whether a writer has the file that a descriptor is open for; `None`: that cannot be told here.
#[cfg(unix)]
pub fn is_written(descriptor: i32) -> Option<bool> {
    match flock(descriptor, libc::LOCK_SH) {
        Ok(()) => flock(descriptor, libc::LOCK_UN).ok().map(|()| false),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Some(true),
        Err(_) => None,
    }
}

/// Whether a writer has the file that a descriptor is open for; `None`: that cannot be told here.
#[cfg(not(unix))]
pub fn is_written(_descriptor: i32) -> Option<bool> {
    None
}

#[cfg(unix)]
fn flock(descriptor: i32, how: i32) -> io::Result<()> {
    loop {
        // SAFETY: the call takes two numbers and touches no memory of ours; a wrong descriptor is an error.
        if unsafe { libc::flock(descriptor, how | libc::LOCK_NB) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}
