//! What this process has.

use super::kibibytes;
use std::fs;

/// From `/proc/self/status`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Own {
    /// Resident memory.
    pub resident: u64,
    /// Of it, memory without a file: heaps, stacks.
    pub anonymous: u64,
    /// Of it, pages of mapped files, programs and libraries too.
    pub file: u64,
    /// Of it, shared memory.
    pub shared: u64,
    /// The most that was ever resident.
    pub peak: u64,
}

impl Own {
    /// The reading of this moment.
    pub fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/status").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        Some(Self {
            resident: kibibytes(text, "VmRSS")?,
            anonymous: kibibytes(text, "RssAnon")?,
            file: kibibytes(text, "RssFile")?,
            shared: kibibytes(text, "RssShmem")?,
            peak: kibibytes(text, "VmHWM")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Own;

    #[test]
    fn reads_the_kernels_words() {
        let text = "Name:\tnode\nVmHWM:\t 9 kB\nVmRSS:\t   7 kB\nRssAnon:\t 4 kB\nRssFile:\t 2 kB\nRssShmem:\t 1 kB\n";
        let own = Own { resident: 7 << 10, anonymous: 4 << 10, file: 2 << 10, shared: 1 << 10, peak: 9 << 10 };
        assert_eq!(Own::parse(text), Some(own));
        assert_eq!(Own::parse("VmRSS: 7 kB\n"), None, "before Linux 4.5");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory() {
        let own = Own::read().unwrap();
        assert!(own.resident > 0 && own.peak >= own.anonymous);
    }
}
