//! Which objects were met, a bit for every word of the stretches of memory that have any; and, when all are, their numbers, which
//! go by address. A number and an address are found from each other by counting bits: a 56th of the memory.

use super::memory::{Memory, STRETCH_WORDS};

const WORDS: usize = STRETCH_WORDS / 64;
/// Words of bits that are counted together.
const BLOCK: usize = 4;
const BLOCKS: usize = WORDS / BLOCK;
/// Of a stretch without objects.
const NONE: u32 = u32::MAX;
/// Objects between two of which the place is remembered.
const SAMPLE: u32 = 1 << 6;
/// So many are sooner stepped over than found.
const STEPS: u32 = 8;

/// Marks by address.
#[derive(Default)]
pub struct Marks {
    /// By stretch: where its table begins, counted in tables.
    tables: Vec<u32>,
    bits: Vec<u64>,
}

impl Marks {
    /// None yet, in this memory.
    pub fn new(memory: &Memory) -> Self {
        Self { tables: vec![NONE; memory.stretch_count()], bits: Vec::new() }
    }

    #[inline]
    fn place(&self, memory: &Memory, address: u64) -> Option<(usize, u64)> {
        let (stretch, slot) = memory.place_of(address).filter(|_| address.is_multiple_of(8))?;
        let table = self.tables[stretch as usize];
        if table == NONE { None } else { Some((table as usize * WORDS + slot / 64, 1 << (slot % 64))) }
    }

    /// Is this address marked?
    #[inline]
    pub fn has(&self, memory: &Memory, address: u64) -> bool {
        self.place(memory, address).is_some_and(|(word, bit)| self.bits[word] & bit != 0)
    }

    /// Marks it. Was it not marked before? `None` where no object can begin. Where nothing is marked in its stretch yet, `is_object` is asked first: most of
    /// what looks like an object and is none is in other memory than V8's.
    #[inline]
    pub fn insert(&mut self, memory: &Memory, address: u64, is_object: impl FnOnce() -> bool) -> Option<bool> {
        let (stretch, slot) = memory.place_of(address).filter(|_| address.is_multiple_of(8))?;
        let table = &mut self.tables[stretch as usize];
        if *table == NONE {
            if !is_object() {
                return None;
            }
            *table = (self.bits.len() / WORDS) as u32;
            self.bits.resize(self.bits.len() + WORDS, 0);
        }
        let (bits, bit) = (&mut self.bits[*table as usize * WORDS + slot / 64], 1 << (slot % 64));
        let is_new = *bits & bit == 0;
        *bits |= bit;
        Some(is_new)
    }

    /// It is marked no more.
    pub fn remove(&mut self, memory: &Memory, address: u64) {
        if let Some((word, bit)) = self.place(memory, address) {
            self.bits[word] &= !bit;
        }
    }

    /// The marks of a stretch, by 64 places.
    fn of_stretch(&self, stretch: usize) -> &[u64] {
        let table = self.tables[stretch];
        if table == NONE { &[] } else { &self.bits[table as usize * WORDS..][..WORDS] }
    }

    /// The next address from the place `at` on (stretch and place in it) that is marked here and not there; `at` is behind it then.
    pub fn next_beside(&self, other: &Self, memory: &Memory, at: &mut (usize, usize)) -> Option<u64> {
        self.next(memory, at, |stretch, word| other.of_stretch(stretch).get(word).copied().unwrap_or(0))
    }

    /// The same without the bits that are set in what `without` says of a stretch and a word of it.
    #[inline]
    fn next(&self, memory: &Memory, at: &mut (usize, usize), without: impl Fn(usize, usize) -> u64) -> Option<u64> {
        while at.0 < self.tables.len() {
            let own = self.of_stretch(at.0);
            while at.1 < own.len() * 64 {
                let word = at.1 / 64;
                let open = own[word] & !without(at.0, word) & (u64::MAX << (at.1 % 64));
                if open != 0 {
                    let slot = word * 64 + open.trailing_zeros() as usize;
                    at.1 = slot + 1;
                    return Some(memory.address_of(at.0, slot));
                }
                at.1 = (word + 1) * 64;
            }
            *at = (at.0 + 1, 0);
        }
        None
    }
}

/// Behind an object: the number that comes next, and from where on it is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    next: u32,
    place: (usize, usize),
}

/// Numbers of all that is marked, by address.
#[derive(Default)]
pub struct Numbers {
    marks: Marks,
    /// By block of the tables: how many are marked before it.
    before: Vec<u32>,
    /// Stretches with marks, by address.
    stretches: Vec<u32>,
    /// By so many numbers: in which block the first is, counted through those stretches.
    samples: Vec<u32>,
    count: u32,
}

impl Numbers {
    /// Numbers what is marked; `None` where there is more than numbers tell apart.
    pub fn new(mut marks: Marks, most: u32) -> Option<Self> {
        marks.bits.shrink_to_fit();
        let mut before = vec![0; marks.bits.len() / BLOCK];
        let (mut stretches, mut samples) = (Vec::new(), Vec::new());
        let mut count = 0u32;
        for (stretch, &table) in marks.tables.iter().enumerate() {
            if table == NONE {
                continue;
            }
            let first = table as usize * BLOCKS;
            for (block, bits) in (first..).zip(marks.bits[first * BLOCK..][..WORDS].chunks(BLOCK)) {
                before[block] = count;
                let more: u32 = bits.iter().map(|bits| bits.count_ones()).sum();
                count = count.checked_add(more).filter(|&count| count <= most)?;
                while samples.len() as u32 * SAMPLE < count {
                    samples.push((stretches.len() * BLOCKS + block - first) as u32);
                }
            }
            stretches.push(stretch as u32);
        }
        Some(Self { marks, before, stretches, samples, count })
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The number of the object that begins there.
    #[inline]
    pub fn of(&self, memory: &Memory, address: u64) -> Option<u32> {
        let (word, bit) = self.marks.place(memory, address)?;
        let bits = self.marks.bits[word];
        if bits & bit == 0 {
            return None;
        }
        let first = word / BLOCK * BLOCK;
        let below: u32 = self.marks.bits[first..word].iter().map(|bits| bits.count_ones()).sum();
        Some(self.before[word / BLOCK] + below + (bits & (bit - 1)).count_ones())
    }

    /// The address of the object with this number: a step or some behind the cursor's, which is there then, or anywhere.
    #[inline]
    pub fn address(&self, memory: &Memory, number: u32, cursor: &mut Cursor) -> u64 {
        if number.wrapping_sub(cursor.next) < STEPS {
            while let Some(address) = self.next(memory, &mut cursor.place) {
                cursor.next += 1;
                if cursor.next > number {
                    return address;
                }
            }
        }
        let (stretch, slot) = self.find(number);
        *cursor = Cursor { next: number + 1, place: (stretch, slot + 1) };
        memory.address_of(stretch, slot)
    }

    /// In which stretch the object with this number is, and where there.
    fn find(&self, number: u32) -> (usize, usize) {
        let mut at = self.samples[(number / SAMPLE) as usize] as usize;
        let block = |at: usize| self.marks.tables[self.stretches[at / BLOCKS] as usize] as usize * BLOCKS + at % BLOCKS;
        let blocks = self.stretches.len() * BLOCKS;
        while at + 1 < blocks && self.before[block(at + 1)] <= number {
            at += 1;
            // Of a large object's stretches one alone has an object, and one only.
            while at.is_multiple_of(BLOCKS) && at + BLOCKS < blocks && self.before[block(at + BLOCKS)] <= number {
                at += BLOCKS;
            }
        }
        let first = block(at);
        let mut rest = number - self.before[first];
        let mut word = 0;
        let mut bits = self.marks.bits[first * BLOCK];
        while rest >= bits.count_ones() {
            rest -= bits.count_ones();
            word += 1;
            bits = self.marks.bits[first * BLOCK + word];
        }
        for _ in 0..rest {
            bits &= bits - 1;
        }
        let word = at % BLOCKS * BLOCK + word;
        (self.stretches[at / BLOCKS] as usize, word * 64 + bits.trailing_zeros() as usize)
    }

    /// The address of the next object, in the order of numbers, from a place on: 0 and 0 at first.
    #[inline]
    pub fn next(&self, memory: &Memory, at: &mut (usize, usize)) -> Option<u64> {
        self.marks.next(memory, at, |_, _| 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Marks, Memory, Numbers};

    #[test]
    fn numbers_go_by_address_and_back() {
        let room = vec![1u64; 1 << 18];
        let memory = Memory::of_this_process().unwrap();
        let start = (room.as_ptr() as u64).next_multiple_of(16);
        let mut marks = Marks::new(&memory);
        let mut addresses: Vec<u64> = (0..5000).map(|at| start + 16 * (at * at % 100_003)).collect();
        for (nth, &address) in addresses.iter().enumerate() {
            assert!(!marks.has(&memory, address) || addresses.iter().filter(|&&other| other == address).count() > 1);
            assert_eq!(
                marks.insert(&memory, address, || true),
                Some(addresses.iter().take_while(|&&other| other != address).count() == nth)
            );
            assert!(marks.has(&memory, address));
        }
        assert_eq!((marks.insert(&memory, start + 4, || true), marks.insert(&memory, 16, || true)), (None, None));
        assert_eq!(
            (marks.insert(&memory, start + 8, || true), marks.insert(&memory, start + 8, || false)),
            (Some(true), Some(false))
        );
        marks.remove(&memory, start + 8);
        marks.remove(&memory, 16);
        addresses.sort_unstable();
        addresses.dedup();
        let numbers = Numbers::new(marks, u32::MAX).unwrap();
        assert_eq!(numbers.count() as usize, addresses.len());
        let mut at = (0, 0);
        let all: Vec<u64> = std::iter::from_fn(|| numbers.next(&memory, &mut at)).collect();
        assert_eq!(all, addresses);
        let mut cursor = Cursor::default();
        for (number, &address) in (0..).zip(&addresses) {
            assert_eq!(numbers.of(&memory, address), Some(number));
            assert_eq!(numbers.address(&memory, number, &mut Cursor::default()), address);
            assert_eq!(numbers.address(&memory, number, &mut cursor), address);
        }
        for step in [2, 7, 8, 9, 4000] {
            for number in (0..addresses.len()).step_by(step) {
                assert_eq!(numbers.address(&memory, number as u32, &mut cursor), addresses[number]);
            }
        }
        assert_eq!((numbers.of(&memory, start + 8), numbers.of(&memory, 16)), (None, None));
        let mut few = Marks::new(&memory);
        assert_eq!((few.insert(&memory, start, || false), few.has(&memory, start), few.bits.len()), (None, false, 0));
        for address in [start, start + 16] {
            few.insert(&memory, address, || true);
        }
        assert!(Numbers::new(few, 1).is_none());
    }
}
