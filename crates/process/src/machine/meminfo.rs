//! The machine's memory.

use super::kibibytes;
use std::fs;

/// From `/proc/meminfo`; in a container it is the host's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Meminfo {
    /// All of it.
    pub total: u64,
    /// What can be had without swapping: free, and reclaimable caches.
    pub available: u64,
}

impl Meminfo {
    /// The reading of this moment.
    pub fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/meminfo").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        Some(Self { total: kibibytes(text, "MemTotal")?, available: kibibytes(text, "MemAvailable")? })
    }
}

#[cfg(test)]
mod tests {
    use super::Meminfo;

    #[test]
    fn reads_the_kernels_words() {
        let text = "MemTotal:       24683576 kB\nMemFree:         1 kB\nMemAvailable:   24190000 kB\n";
        assert_eq!(Meminfo::parse(text), Some(Meminfo { total: 24_683_576 << 10, available: 24_190_000 << 10 }));
        assert_eq!(Meminfo::parse("MemTotal: 1 kB\n"), None, "before Linux 3.14");
        assert_eq!(Meminfo::parse("MemTotal: x kB\nMemAvailable: 1 kB\n"), None);
    }
}
