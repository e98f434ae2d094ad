//! This process's memory, read word by word with a check before each: what is not mapped is no word, and no crash.
//!
//! Memory is known in stretches of 256 KiB, the size of V8's pages, each with a bit for every 4 KiB that can be read. A
//! stretch in which objects were met has a table of their nodes: 4 bytes for every 16 of memory.

use std::cell::Cell;
use std::io;

const STRETCH_BITS: u32 = 18;
const PAGE_BITS: u32 = 12;
/// No two objects begin within the same 16 bytes: the least of V8's has that size.
const SLOT_BITS: u32 = 4;
const SLOTS: usize = 1 << (STRETCH_BITS - SLOT_BITS);

struct Stretch {
    /// A bit for each page that can be read.
    readable: u64,
    /// One more than the node of the object that begins there; 0: none was met.
    nodes: Option<Box<[u32]>>,
}

/// Numbers of stretches that one part of the directory has.
const PART_BITS: u32 = 14;
/// Addresses of processes have 47 bits.
const PARTS: usize = 1 << (47 - STRETCH_BITS - PART_BITS);

/// What can be read.
pub struct Memory {
    stretches: Vec<Stretch>,
    /// By the number of a stretch, in parts: one more than its index; 0: there is none.
    directory: Vec<Option<Box<[u32]>>>,
    last: Cell<(u64, u32)>,
    regions: Vec<(u64, u64)>,
}

impl Memory {
    /// All private memory of this process that can be read now.
    pub fn of_this_process() -> io::Result<Self> {
        let mut memory = Self {
            stretches: Vec::new(),
            directory: vec![None; PARTS],
            last: Cell::new((u64::MAX, 0)),
            regions: Vec::new(),
        };
        for line in std::fs::read_to_string("/proc/self/maps")?.lines() {
            if let Some((start, end)) = region(line) {
                memory.add(start, end);
            }
        }
        Ok(memory)
    }

    fn add(&mut self, start: u64, end: u64) {
        self.regions.push((start, end));
        let mut page = start;
        while page < end {
            let number = page >> STRETCH_BITS;
            let stretches = &mut self.stretches;
            let (part, at) = Self::entry(number);
            let Some(part) = self.directory.get_mut(part) else { return };
            let entry = &mut part.get_or_insert_with(|| vec![0; 1 << PART_BITS].into_boxed_slice())[at];
            if *entry == 0 {
                stretches.push(Stretch { readable: 0, nodes: None });
                *entry = stretches.len() as u32;
            }
            let at = *entry - 1;
            let stretch_end = (number + 1) << STRETCH_BITS;
            while page < end.min(stretch_end) {
                stretches[at as usize].readable |= 1 << (page >> PAGE_BITS & 63);
                page += 1 << PAGE_BITS;
            }
        }
    }

    fn entry(number: u64) -> (usize, usize) {
        ((number >> PART_BITS) as usize, number as usize & ((1 << PART_BITS) - 1))
    }

    /// The end of the mapping that holds this address.
    pub fn region_end(&self, address: u64) -> Option<u64> {
        self.regions.iter().find(|(start, end)| (*start..*end).contains(&address)).map(|&(_, end)| end)
    }

    #[inline]
    fn stretch(&self, address: u64) -> Option<u32> {
        let number = address >> STRETCH_BITS;
        let (last, at) = self.last.get();
        if last == number {
            return Some(at);
        }
        let (part, entry) = Self::entry(number);
        let at = self.directory.get(part)?.as_ref()?[entry].checked_sub(1)?;
        self.last.set((number, at));
        Some(at)
    }

    #[inline]
    fn can_read(&self, address: u64) -> bool {
        self.stretch(address)
            .is_some_and(|at| self.stretches[at as usize].readable >> (address >> PAGE_BITS & 63) & 1 == 1)
    }

    /// Can all of these bytes be read?
    pub fn can_read_all(&self, address: u64, length: u64) -> bool {
        let Some(end) = address.checked_add(length) else { return false };
        let mut page = address;
        while page < end {
            if !self.can_read(page) {
                return false;
            }
            page = (page >> PAGE_BITS << PAGE_BITS) + (1 << PAGE_BITS);
        }
        true
    }

    #[inline]
    fn read<T: Copy>(&self, address: u64) -> Option<T> {
        // What is aligned to its own size does not reach into the next page.
        if !address.is_multiple_of(size_of::<T>() as u64) || !self.can_read(address) {
            return None;
        }
        // SAFETY: the address is aligned and its page was readable when the mappings were read. This runs in a twin, where
        // no other thread unmaps anything, or changes V8's heap; should that ever be wrong, the twin ends and nothing else.
        // Every pattern of bits is a value of the integers that are read.
        Some(unsafe { (address as *const T).read_volatile() })
    }

    /// The 64 bits there.
    #[inline]
    pub fn word(&self, address: u64) -> Option<u64> {
        self.read(address)
    }

    /// The small integer there, as V8 tags them: in the upper half of a word.
    #[inline]
    pub fn small(&self, address: u64) -> Option<u64> {
        self.word(address).filter(|&word| word as u32 == 0).map(|word| word >> 32)
    }

    /// The 32 bits there.
    #[inline]
    pub fn half(&self, address: u64) -> Option<u32> {
        self.read(address)
    }

    /// The 16 bits there.
    #[inline]
    pub fn quarter(&self, address: u64) -> Option<u16> {
        self.read(address)
    }

    /// The byte there.
    #[inline]
    pub fn byte(&self, address: u64) -> Option<u8> {
        self.read(address)
    }

    /// Puts the bytes there behind those of `into`; nothing where not all can be read.
    pub fn bytes(&self, address: u64, length: usize, into: &mut Vec<u8>) -> bool {
        if !self.can_read_all(address, length as u64) {
            return false;
        }
        // SAFETY: as in `read`, for each of the pages; bytes need no alignment.
        into.extend_from_slice(unsafe { std::slice::from_raw_parts(address as *const u8, length) });
        true
    }

    #[inline]
    fn slot(address: u64) -> usize {
        (address >> SLOT_BITS) as usize & (SLOTS - 1)
    }

    /// The node of the object that begins there.
    #[inline]
    pub fn node(&self, address: u64) -> Option<u32> {
        let at = self.stretch(address)?;
        self.stretches[at as usize].nodes.as_ref()?[Self::slot(address)].checked_sub(1)
    }

    /// Says which node the object there has.
    pub fn set_node(&mut self, address: u64, node: u32) {
        let Some(at) = self.stretch(address) else { return };
        let nodes = self.stretches[at as usize].nodes.get_or_insert_with(|| vec![0; SLOTS].into_boxed_slice());
        nodes[Self::slot(address)] = node + 1;
    }

    /// All nodes by address.
    pub fn nodes_by_address(&self) -> impl Iterator<Item = u32> + '_ {
        let entries = self.directory.iter().flatten().flat_map(|part| part.iter());
        let tables = entries.filter_map(|at| self.stretches.get(at.checked_sub(1)? as usize)?.nodes.as_ref());
        tables.flat_map(|nodes| nodes.iter().filter_map(|node| node.checked_sub(1)))
    }
}

/// The range of a line of `/proc/self/maps`, if it is private memory that can be read. The kernel's own pages are not, nor
/// is what belongs to devices and to files that others may cut short.
fn region(line: &str) -> Option<(u64, u64)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let rights = fields.next()?.as_bytes();
    let name = fields.nth(3).unwrap_or("");
    if rights.first() != Some(&b'r')
        || rights.get(3) != Some(&b'p')
        || name.starts_with("[v")
        || name.starts_with("/dev/")
    {
        return None;
    }
    Some((u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Memory, region};

    #[test]
    fn reads_what_is_there_and_nothing_else() {
        let words = [0x1122_3344_5566_7788u64, 7];
        let address = words.as_ptr() as u64;
        let mut memory = Memory::of_this_process().unwrap();
        assert_eq!((memory.word(address), memory.word(address + 8)), (Some(words[0]), Some(7)));
        assert_eq!((memory.half(address), memory.byte(address + 1)), (Some(0x5566_7788), Some(0x77)));
        assert_eq!((memory.word(address + 1), memory.word(0), memory.word(u64::MAX - 7)), (None, None, None));
        let mut bytes = Vec::new();
        assert!(memory.bytes(address, 16, &mut bytes) && bytes[8] == 7);
        assert!(!memory.bytes(8, 16, &mut bytes) && !memory.can_read_all(u64::MAX, 2) && bytes.len() == 16);
        assert_eq!(memory.node(address), None);
        memory.set_node(address, 0);
        assert_eq!(memory.node(address), Some(0));
        assert!(memory.nodes_by_address().eq([0]));
    }

    #[test]
    fn leaves_out_what_is_not_plain_memory() {
        assert_eq!(region("1000-3000 rw-p 00000000 00:00 0 "), Some((0x1000, 0x3000)));
        for line in [
            "1000-3000 ---p 00000000 00:00 0 ",
            "1000-3000 rw-s 00000000 00:05 9 /dev/shm/x",
            "1000-3000 r--p 00000000 00:00 0 [vvar]",
            "nonsense",
            "",
        ] {
            assert_eq!(region(line), None, "{line}");
        }
    }
}
