//! The process's memory mappings, from `/proc/self/maps` and `/proc/self/smaps`.
//!
//! `maps` costs about 0.4 µs a mapping, `smaps` about 10 µs and 30 ns a page, because it walks the page tables: it is the
//! only place where the kernel tells which mappings are kept out of forks, and it is read on a thread of ours.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

/// One mapping, as far as a fork cares.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mapping {
    pub range: Range<usize>,
    /// Private and backed by no file: V8's heap, malloc's, other threads' stacks. Not the main stack, not the vdso.
    pub anonymous: bool,
    /// Kept out of forks (`dc`, from smaps alone).
    pub dont_fork: bool,
}

/// What the kernel says now, without `dont_fork`.
pub fn read_maps() -> io::Result<Vec<Mapping>> {
    read("/proc/self/maps")
}

/// What the kernel says now, with `dont_fork`.
pub fn read_smaps() -> io::Result<Vec<Mapping>> {
    read("/proc/self/smaps")
}

fn read(path: &str) -> io::Result<Vec<Mapping>> {
    let mut text = Vec::with_capacity(256 << 10);
    File::open(path)?.read_to_end(&mut text)?;
    parse(&text)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("{path} is written in an unknown way")))
}

/// Reads the text of either file; `None` where a line is neither a mapping nor a property of one.
fn parse(text: &[u8]) -> Option<Vec<Mapping>> {
    let mut mappings: Vec<Mapping> = Vec::new();
    for line in text.split(|&byte| byte == b'\n') {
        match line.first() {
            None => {}
            Some(b'A'..=b'Z') => {
                if let Some(flags) = line.strip_prefix(b"VmFlags:") {
                    let dont_fork = flags.split(|&byte| byte == b' ').any(|flag| flag == b"dc");
                    mappings.last_mut()?.dont_fork = dont_fork;
                }
            }
            Some(_) => mappings.push(mapping(line)?),
        }
    }
    Some(mappings)
}

/// `7f1c-7f1d rw-p 00000000 00:00 0   [heap]`
fn mapping(line: &[u8]) -> Option<Mapping> {
    let mut fields = line.split(|&byte| byte == b' ').filter(|field| !field.is_empty());
    let range = fields.next()?;
    let dash = range.iter().position(|&byte| byte == b'-')?;
    let permissions = fields.next()?;
    let (_offset, _device, inode, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next());
    let unnamed = name.is_none_or(|name| name == b"[heap]" || name.starts_with(b"[anon:"));
    Some(Mapping {
        range: hexadecimal(&range[..dash])?..hexadecimal(&range[dash + 1..])?,
        anonymous: permissions.get(3) == Some(&b'p') && inode == b"0" && unnamed,
        dont_fork: false,
    })
}

fn hexadecimal(digits: &[u8]) -> Option<usize> {
    usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{parse, read_maps, read_smaps};

    const SMAPS: &str = "\
00400000-00bd5000 r--p 00000000 fe:01 2626 /usr/bin/a b [heap]
Size:               8020 kB
VmFlags: rd mr mw me sd
0730d000-07383000 rw-p 00000000 00:00 0                                  [heap]
VmFlags: rd wr mr mw me ac sd
1b4c4b180000-1b4c4b1c0000 rw-p 00000000 00:00 0
VmFlags: rd wr mr mw me dc ac sd
7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:V8 heap]
VmFlags: rd wr mr mw me dc
7f0000001000-7f0000002000 rw-s 00000000 00:01 0                          /dev/zero (deleted)
VmFlags: rd wr sh
7ffd1bf5d000-7ffd1bf7e000 rw-p 00000000 00:00 0                          [stack]
VmFlags: rd wr gd
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
";

    #[test]
    fn tells_anonymous_memory_and_its_flag() {
        let mappings = parse(SMAPS.as_bytes()).unwrap();
        let anonymous: Vec<bool> = mappings.iter().map(|mapping| mapping.anonymous).collect();
        assert_eq!(anonymous, [false, true, true, true, false, false, false]);
        let kept_out: Vec<usize> =
            mappings.iter().filter(|mapping| mapping.dont_fork).map(|mapping| mapping.range.start).collect();
        assert_eq!(kept_out, [0x1b4c_4b18_0000, 0x7f00_0000_0000]);
        assert_eq!(mappings[2].range, 0x1b4c_4b18_0000..0x1b4c_4b1c_0000);
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        for text in ["VmFlags: dc\n", "zz-00 rw-p 0 0 0\n", "00-11\n", "0011 rw-p 0 0:0 0\n"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn finds_this_process() {
        let local = Box::new([0_u8; 4096]);
        let address = std::ptr::from_ref(&*local) as usize;
        for mappings in [read_maps().unwrap(), read_smaps().unwrap()] {
            let home = mappings.iter().find(|mapping| mapping.range.contains(&address)).unwrap();
            assert!(home.anonymous && !home.dont_fork);
        }
    }
}
