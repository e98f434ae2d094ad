//! What this process has.

use super::kibibytes;
use std::fs::{self, File};
use std::io::Read;

const FILE: &str = "/proc/self/status";

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
    /// How many threads there are.
    pub threads: u32,
}

impl Own {
    /// The reading of this moment. It costs what opening and reading one file of the kernel costs: samples are taken often.
    pub fn read() -> Option<Self> {
        let mut buffer = [0; 8192];
        let read = File::open(FILE).ok()?.read(&mut buffer).ok()?;
        // The kernel answers with whole lines, unless they do not fit: a user can be in thousands of groups.
        let text = str::from_utf8(buffer.get(..read)?).ok().filter(|_| read < buffer.len());
        text.and_then(Self::parse).or_else(|| Self::parse(&fs::read_to_string(FILE).ok()?))
    }

    fn parse(text: &str) -> Option<Self> {
        // These lines follow one another: searching begins at the first of them.
        let text = text.find("VmHWM:").and_then(|start| text.get(start..))?;
        let threads = text.lines().find_map(|line| line.strip_prefix("Threads:"))?;
        Some(Self {
            peak: kibibytes(text, "VmHWM")?,
            resident: kibibytes(text, "VmRSS")?,
            anonymous: kibibytes(text, "RssAnon")?,
            file: kibibytes(text, "RssFile")?,
            shared: kibibytes(text, "RssShmem")?,
            threads: threads.trim().parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Own;

    #[test]
    fn reads_the_kernels_words() {
        let text = "Name:\tnode\nVmHWM:\t 9 kB\nVmRSS:\t   7 kB\nRssAnon:\t 4 kB\nRssFile:\t 2 kB\nRssShmem:\t 1 kB\nThreads:\t11\n";
        let own =
            Own { resident: 7 << 10, anonymous: 4 << 10, file: 2 << 10, shared: 1 << 10, peak: 9 << 10, threads: 11 };
        assert_eq!(Own::parse(text), Some(own));
        assert_eq!(Own::parse("VmHWM: 9 kB\nVmRSS: 7 kB\nThreads: 1\n"), None, "before Linux 4.5");
        assert_eq!(Own::parse(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory() {
        let own = Own::read().unwrap();
        assert!(own.resident > 0 && own.peak >= own.anonymous && own.threads > 0);
    }
}
