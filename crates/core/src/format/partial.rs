//! Rows that a stretch of numbers cuts: stretches begin and end anywhere.

use super::columns::Misfit;
use super::meta::MAX_FIELDS;
use super::numbers::Numbers;

/// A row of which only the first numbers are there yet.
#[derive(Default)]
pub(super) struct Partial {
    row: [u64; MAX_FIELDS],
    pub(super) len: usize,
}

impl Partial {
    /// Splits a stretch: numbers that complete the kept row, whole rows, and the start of the next row, which is kept.
    /// Calls `whole` with the completed row, if there is one, and answers where whole rows start and end.
    pub(super) fn take(
        &mut self,
        numbers: &Numbers,
        fields: usize,
        mut whole: impl FnMut(&[u64]) -> Result<(), Misfit>,
    ) -> Result<(usize, usize), Misfit> {
        let count = numbers.values().len();
        let mut start = 0;
        if self.len > 0 {
            while self.len < fields && start < count {
                self.row[self.len] = numbers.full(start);
                self.len += 1;
                start += 1;
            }
            if self.len < fields {
                return Ok((count, count));
            }
            let already = fields - start;
            whole(&self.row[..fields])
                .map_err(|misfit| Misfit { index: misfit.index.saturating_sub(already), ..misfit })?;
            self.len = 0;
        }
        let end = start + (count - start) / fields * fields;
        for index in end..count {
            self.row[self.len] = numbers.full(index);
            self.len += 1;
        }
        Ok((start, end))
    }
}
