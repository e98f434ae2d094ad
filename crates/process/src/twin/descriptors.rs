//! What the twin lets go of: every descriptor that it inherited and does not use.
//!
//! A twin lives for seconds to minutes. A connection that the app closes meanwhile has to be closed for the peer, a port
//! has to be free when the app is gone, a lock has to fall: so the twin must not hold them. Its own output, should V8
//! print in its last moment, is nobody's.

use super::Descriptor;
use std::fs;
use std::io;

/// Closes all but `keep`. Standard streams lead nowhere afterwards.
pub fn let_go(keep: &[Descriptor]) -> io::Result<()> {
    let nowhere = Substitutes::open()?;
    let inherited: Vec<(Descriptor, bool)> = fs::read_dir("/proc/self/fd")?
        .flatten()
        .filter_map(|entry| {
            let descriptor = entry.file_name().to_str()?.parse().ok()?;
            let wake = fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == "anon_inode:[eventfd]");
            Some((descriptor, wake))
        })
        .collect();
    for (descriptor, wake) in inherited {
        if keep.contains(&descriptor) || nowhere.includes(descriptor) {
            continue;
        }
        match descriptor {
            0..=2 => nowhere.replace(descriptor, nowhere.null)?,
            // libuv ends the process when it cannot wake a loop. The parent's loops are not woken from here.
            _ if wake => nowhere.replace(descriptor, nowhere.event)?,
            // SAFETY: closing a number touches no memory; nothing in the twin uses it, and the parent has its own.
            _ => drop(unsafe { libc::close(descriptor) }),
        }
    }
    Ok(())
}

struct Substitutes {
    null: Descriptor,
    event: Descriptor,
}

impl Substitutes {
    fn open() -> io::Result<Self> {
        // SAFETY: the path is a C string; both calls answer a new descriptor or -1.
        let (null, event) = unsafe {
            let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
            (null, libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK))
        };
        if null < 0 || event < 0 { Err(io::Error::last_os_error()) } else { Ok(Self { null, event }) }
    }

    fn includes(&self, descriptor: Descriptor) -> bool {
        descriptor == self.null || descriptor == self.event
    }

    #[expect(clippy::unused_self, reason = "reads as what it does")]
    fn replace(&self, descriptor: Descriptor, by: Descriptor) -> io::Result<()> {
        // SAFETY: closes one number of the twin's own table and lets it name another open file.
        if unsafe { libc::dup3(by, descriptor, libc::O_CLOEXEC) } < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }
}
