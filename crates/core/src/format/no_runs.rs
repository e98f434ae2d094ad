//! Where there is no AVX2 there are no runs: numbers are read one by one.

/// No text is long enough.
pub(super) const TEXT: usize = usize::MAX;

/// None.
pub(super) enum Runs {}

/// What was read of a run.
pub(super) struct Run {
    /// How many numbers.
    pub(super) count: usize,
    /// Bytes up to the next one.
    pub(super) bytes: usize,
}

impl Runs {
    /// `None`.
    pub(super) fn new() -> Option<Self> {
        None
    }

    /// There is none.
    pub(super) fn read(&mut self, _: &[u8], _: usize, _: &mut [u32], _: impl FnMut(usize, u64)) -> Option<Run> {
        match *self {}
    }
}
