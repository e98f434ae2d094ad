//! A set of small numbers, a bit each.

/// Numbers from 0 up to a bound fixed at the start.
#[derive(Clone, Debug)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    pub(crate) fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
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
}
