//! The flight recorder's file: where records go, and what happens to the file meanwhile.
//!
//! Records are written by `pwrite` on a descriptor that is held, not through a mapping. Both end in the same page of the
//! kernel's cache and survive a kill alike; the call costs 0.7 µs where a store costs 0.01. But a store to a mapped page whose
//! file somebody truncated, or whose disk turns out to be full or broken, is SIGBUS, the end of the app. The same write is an
//! error that is counted, or heals the file. A recorder that writes ten records a second takes 0.001 % of a core for that.
//!
//! One process writes to a file, by `flock`; the kernel lets go of it when the process is gone, however it went. A reader
//! asks the same lock whether the writer lives. Where a file system knows no locks, nobody is kept out.
//!
//! A record of an earlier run is never overwritten: the file is put aside as `<name>.1` first, once a run at most. So the
//! last death is there after a crash loop (many short runs share the file) and after a long life since (`.1` has it).

mod disk_file;
mod failure;
mod lock;
mod writer;

pub use failure::{Failure, Kind};
pub use lock::is_written;
pub use writer::{Identity, Writer};
