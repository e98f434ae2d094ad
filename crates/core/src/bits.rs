//! A set of small numbers, a bit each.

/// Numbers from 0 up to a bound fixed at the start.
#[derive(Clone, Debug)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    /// The places of those that are true.
    pub(crate) fn of(mut all: impl ExactSizeIterator<Item = bool>) -> Self {
        let words = all.len().div_ceil(64);
        let mut word = || all.by_ref().take(64).zip(0..).fold(0, |word, (is_in, bit)| word | u64::from(is_in) << bit);
        Self((0..words).map(|_| word()).collect())
    }

    #[inline]
    pub(crate) fn has(&self, at: u32) -> bool {
        self.0[(at / 64) as usize] >> (at % 64) & 1 != 0
    }

    /// Puts a number in; was it new?
    #[inline]
    pub(crate) fn insert(&mut self, at: u32) -> bool {
        let word = &mut self.0[(at / 64) as usize];
        let bit = 1 << (at % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// The same under a condition, without a branch for the processor to guess.
    #[inline]
    pub(crate) fn insert_if(&mut self, at: u32, condition: bool) -> bool {
        let word = &mut self.0[(at / 64) as usize];
        let bit = u64::from(condition) << (at % 64);
        let new = bit & !*word;
        *word |= bit;
        new != 0
    }

    /// Takes all numbers out, from the smallest on.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(u32)) {
        for (word, at) in self.0.iter_mut().zip(0..) {
            let mut rest = std::mem::take(word);
            while rest != 0 {
                each(at * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }

    /// Takes a number out, or puts it in; is it in now?
    #[inline]
    pub(crate) fn toggle(&mut self, at: u32) -> bool {
        let word = &mut self.0[(at / 64) as usize];
        *word ^= 1 << (at % 64);
        *word >> (at % 64) & 1 != 0
    }

    /// How many numbers come before each 64 of them.
    pub(crate) fn before(&self) -> Vec<u32> {
        let sum = |sum: &mut u32, word: &u64| Some(std::mem::replace(sum, *sum + word.count_ones()));
        self.0.iter().scan(0, sum).collect()
    }

    /// How many smaller numbers are in; `before` is from [`Bits::before`].
    #[inline]
    pub(crate) fn rank(&self, at: u32, before: &[u32]) -> usize {
        let below = self.0[(at / 64) as usize] & ((1 << (at % 64)) - 1);
        (before[(at / 64) as usize] + below.count_ones()) as usize
    }

    /// Items by their numbers, all of which are in, and no others: each goes where its number's rank says. Of two with one number the later one counts.
    pub(crate) fn in_order<T: Copy>(&self, items: &[T], number: impl Fn(T) -> u32) -> Vec<T> {
        let before = self.before();
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        let mut in_order = items[..count as usize].to_vec();
        for &item in items {
            in_order[self.rank(number(item), &before)] = item;
        }
        in_order
    }
}
