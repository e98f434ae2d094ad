//! This process's resident memory in a hurry: a third of what `/proc/self/status` costs.

/// From `/proc/self/statm`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Resident {
    /// All of it.
    pub all: u64,
    /// Of it, memory without a file, that is not shared.
    pub anonymous: u64,
}

impl Resident {
    /// The reading of this moment.
    #[cfg(target_os = "linux")]
    pub fn read() -> Option<Self> {
        use std::fs::File;
        use std::io::Read;
        // Seven numbers fit, however large.
        let mut buffer = [0; 256];
        let read = File::open("/proc/self/statm").ok()?.read(&mut buffer).ok()?;
        // SAFETY: it asks for a number.
        let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
        Self::parse(str::from_utf8(buffer.get(..read)?).ok()?, page)
    }

    /// Not asked elsewhere.
    #[cfg(not(target_os = "linux"))]
    pub fn read() -> Option<Self> {
        None
    }

    /// Pages: size, resident, of these with a file or shared, …
    #[cfg(any(target_os = "linux", test))]
    fn parse(text: &str, page: u64) -> Option<Self> {
        let mut pages = text.split_ascii_whitespace().skip(1).map_while(|word| word.parse::<u64>().ok());
        let (all, shared) = (pages.next()?, pages.next()?);
        Some(Self { all: all.checked_mul(page)?, anonymous: all.saturating_sub(shared).checked_mul(page)? })
    }
}

#[cfg(test)]
mod tests {
    use super::Resident;

    #[test]
    fn reads_the_kernels_words() {
        let expected = Resident { all: 300 << 12, anonymous: 200 << 12 };
        assert_eq!(Resident::parse("9000 300 100 7 0 5 0\n", 1 << 12), Some(expected));
        for odd in ["", "9000 300", "9000 x 100", "1 99999999999999999999 1", "1 9999999999999999999 1"] {
            assert_eq!(Resident::parse(odd, 1 << 12), None, "{odd}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn agrees_with_the_long_answer() {
        let (short, long) = (Resident::read().unwrap(), super::super::Own::read().unwrap());
        // Tests beside this one allocate meanwhile.
        assert!(short.all.abs_diff(long.resident) < 64 << 20 && short.anonymous <= short.all, "{short:?} {long:?}");
    }
}
