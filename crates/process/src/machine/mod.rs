//! What the machine has to give: memory of the cgroup and of the machine, disk, how long others
//! wait for memory, and what this process has already.
//!
//! Readings are plain numbers of one moment. What a platform does not tell is `None`, never a guess. Each parser takes
//! text, so that odd systems can be tested from their files.

mod cgroup;
mod descriptors;
mod disk;
mod meminfo;
mod mounts;
mod own;
mod pressure;

pub use cgroup::Cgroup;
pub use descriptors::open_descriptors;
pub use disk::Disk;
pub use meminfo::Meminfo;
pub use own::Own;
pub use pressure::{Pressure, Stall};

/// `key   123 kB` in a file of the kernel, in bytes.
fn kibibytes(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}
