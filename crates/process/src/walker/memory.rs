//! This process's memory, read word by word with a check before each: what is not mapped is no word, and no crash.
//!
//! Memory is known in stretches of 256 KiB, the size of V8's pages, each with a bit for every 4 KiB that can be read. A
//! stretch in which objects were met has a table of their nodes: 4 bytes for every 16 of memory. V8's pages lie anywhere, so that
//! stretches are found by a hash of their numbers.

use std::cell::Cell;
use std::io;

const STRETCH_BITS: u32 = 18;
const PAGE_BITS: u32 = 12;
/// No two objects begin within the same 16 bytes: the least of V8's has that size.
const SLOT_BITS: u32 = 4;
const SLOTS: usize = 1 << (STRETCH_BITS - SLOT_BITS);

/// Words of a stretch.
pub const STRETCH_WORDS: usize = 1 << (STRETCH_BITS - 3);

struct Stretch {
    /// Its address, in stretches.
    number: u32,
    /// A bit for each page that can be read.
    readable: u64,
    /// Where its table of nodes begins; [`NONE`]: no object was met.
    nodes: u32,
}

/// Of a stretch without a table.
const NONE: u32 = u32::MAX;

/// Addresses of processes have 47 bits.
const NUMBER_BITS: u32 = 47 - STRETCH_BITS;

/// What can be read.
pub struct Memory {
    /// By address.
    stretches: Vec<Stretch>,
    /// Tables one behind the other, counted in tables: one more than the node of the object that begins at a slot; 0: none was met.
    nodes: Vec<u32>,
    /// Places that hold one more than the number of a stretch, and its index, from where its hash says on; a power of two.
    directory: Vec<(u32, u32)>,
    last: Cell<(u64, u32)>,
    regions: Vec<(u64, u64)>,
}

impl Memory {
    /// All private memory of this process that can be read now.
    pub fn of_this_process() -> io::Result<Self> {
        let mut memory = Self {
            stretches: Vec::new(),
            nodes: Vec::new(),
            directory: Vec::new(),
            last: Cell::new((u64::MAX, 0)),
            regions: Vec::new(),
        };
        // They come by address.
        for line in std::fs::read_to_string("/proc/self/maps")?.lines() {
            if let Some((start, end)) = region(line) {
                memory.add(start, end);
            }
        }
        memory.directory = vec![(0, 0); (2 * memory.stretches.len() + 1).next_power_of_two()];
        for (at, stretch) in memory.stretches.iter().enumerate() {
            let mut place = Self::place(stretch.number, &memory.directory);
            while memory.directory[place].0 != 0 {
                place = (place + 1) & (memory.directory.len() - 1);
            }
            memory.directory[place] = (stretch.number + 1, at as u32);
        }
        Ok(memory)
    }

    fn add(&mut self, start: u64, end: u64) {
        self.regions.push((start, end));
        let mut page = start;
        while page < end {
            let number = page >> STRETCH_BITS;
            if number >> NUMBER_BITS != 0 {
                return;
            }
            let number = number as u32;
            if self.stretches.last().is_none_or(|last| last.number != number) {
                self.stretches.push(Stretch { number, readable: 0, nodes: NONE });
            }
            let Some(stretch) = self.stretches.last_mut() else { return };
            let stretch_end = u64::from(number + 1) << STRETCH_BITS;
            while page < end.min(stretch_end) {
                stretch.readable |= 1 << (page >> PAGE_BITS & 63);
                page += 1 << PAGE_BITS;
            }
        }
    }

    #[inline]
    fn place(number: u32, directory: &[(u32, u32)]) -> usize {
        (number.wrapping_mul(0x9e37_79b1) >> 7) as usize & (directory.len() - 1)
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
        self.find(number)
    }

    fn find(&self, number: u64) -> Option<u32> {
        if number >> NUMBER_BITS != 0 {
            return None;
        }
        let mut place = Self::place(number as u32, &self.directory);
        loop {
            let (known, at) = *self.directory.get(place)?;
            if known == number as u32 + 1 {
                self.last.set((number, at));
                return Some(at);
            }
            if known == 0 {
                return None;
            }
            place = (place + 1) & (self.directory.len() - 1);
        }
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
        // no other thread runs V8. What our own allocator gives back meanwhile held no object of V8's, and is not asked for unless
        // a word of the stack looks like an address in it; should that ever be, the twin ends and nothing else.
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

    /// The bytes there, if all can be read. Not to be kept: they are V8's.
    #[inline]
    pub fn bytes(&self, address: u64, length: usize) -> Option<&[u8]> {
        if address == 0 || !self.can_read_all(address, length as u64) {
            return None;
        }
        // SAFETY: as in `read`, for each of the pages; bytes need no alignment. Who has the slice looks at it before V8 runs.
        Some(unsafe { std::slice::from_raw_parts(address as *const u8, length) })
    }

    /// The words there, if all can be read. Not to be kept: they are V8's.
    #[inline]
    pub fn words(&self, address: u64, count: u64) -> Option<&[u64]> {
        if address == 0 || !address.is_multiple_of(8) || !self.can_read_all(address, count.checked_mul(8)?) {
            return None;
        }
        // SAFETY: as in `bytes`; the address is aligned.
        Some(unsafe { std::slice::from_raw_parts(address as *const u64, count as usize) })
    }

    /// Has the processor fetch what will be read there soon. Any address will do.
    #[inline]
    pub fn fetch(address: u64) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint, which reads nothing and is no access: addresses that are not mapped are ignored.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(address as *const i8);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = address;
    }

    /// How many stretches there are.
    pub fn stretch_count(&self) -> usize {
        self.stretches.len()
    }

    /// The stretch of this address, and how many words of it come before.
    #[inline]
    pub fn place_of(&self, address: u64) -> Option<(u32, usize)> {
        Some((self.stretch(address)?, (address >> 3) as usize & (STRETCH_WORDS - 1)))
    }

    /// The address of a stretch's word.
    #[inline]
    pub fn address_of(&self, stretch: usize, word: usize) -> u64 {
        (u64::from(self.stretches[stretch].number) << STRETCH_BITS) + ((word as u64) << 3)
    }

    #[inline]
    fn slot(address: u64) -> usize {
        (address >> SLOT_BITS) as usize & (SLOTS - 1)
    }

    /// The node of the object that begins there.
    #[inline]
    pub fn node(&self, address: u64) -> Option<u32> {
        let at = self.stretch(address)?;
        let table = self.stretches[at as usize].nodes as usize;
        // Where there is no table the place is past the end.
        self.nodes.get(table * SLOTS + Self::slot(address))?.checked_sub(1)
    }

    /// Makes room for the nodes of so many bytes of memory.
    pub fn reserve(&mut self, bytes: u64) {
        self.nodes.reserve_exact((bytes >> STRETCH_BITS) as usize * SLOTS);
    }

    /// Says which node the object there has.
    #[inline]
    pub fn set_node(&mut self, address: u64, node: u32) {
        let Some(at) = self.stretch(address) else { return };
        let stretch = &mut self.stretches[at as usize];
        if stretch.nodes == NONE {
            stretch.nodes = (self.nodes.len() / SLOTS) as u32;
            self.nodes.resize(self.nodes.len() + SLOTS, 0);
        }
        self.nodes[stretch.nodes as usize * SLOTS + Self::slot(address)] = node + 1;
    }

    /// All nodes by address.
    pub fn nodes_by_address(&self) -> impl Iterator<Item = u32> + '_ {
        let tables = self.stretches.iter().filter_map(|stretch| {
            let first = stretch.nodes as usize * SLOTS;
            self.nodes.get(first..first + SLOTS)
        });
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
        assert_eq!(memory.bytes(address, 16).map(|bytes| (bytes.len(), bytes[8])), Some((16, 7)));
        assert_eq!((memory.words(address, 2), memory.words(address + 4, 1)), (Some(&words[..]), None));
        assert!(memory.words(0, 0).is_none() && memory.words(address, u64::MAX / 4).is_none());
        assert!(memory.bytes(8, 16).is_none() && memory.bytes(0, 0).is_none() && !memory.can_read_all(u64::MAX, 2));
        Memory::fetch(address);
        Memory::fetch(8);
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
