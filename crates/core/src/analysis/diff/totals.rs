//! Sums of objects, and what follows from them where ids say nothing.

use crate::{ChangeRow, Sum, Totals};

impl Sum {
    /// Adds a node. V8's storage that has given its bytes to its owner is no object of its own.
    pub(super) fn add(&mut self, size: u64) {
        self.count += u64::from(size > 0);
        self.size = self.size.saturating_add(size);
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { count: self.count + other.count, size: self.size.saturating_add(other.size) }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self { count: self.count.saturating_sub(other.count), size: self.size.saturating_sub(other.size) }
    }
}

impl Totals {
    pub(super) fn with(self, other: &Self) -> Self {
        Self {
            before: self.before.plus(other.before),
            after: self.after.plus(other.after),
            new: self.new.plus(other.new),
            freed: self.freed.plus(other.freed),
            survived: self.survived.plus(other.survived),
        }
    }
}

impl ChangeRow {
    /// Adds those whose ids say nothing: as many stayed as there can be.
    pub(super) fn settle(&mut self, unkept: Unkept) {
        let Totals { before, after, new, freed, survived } = &mut self.totals;
        let was = unkept.before;
        let (came, went) = (unkept.after.minus(was), was.minus(unkept.after));
        let came = if came.count > 0 { came } else { Sum::default() };
        *new = new.plus(came);
        *freed = freed.plus(if went.count > 0 { went } else { Sum::default() });
        *survived = survived.plus(unkept.after.minus(came));
        self.count_delta = signed(after.count) - signed(before.count);
        self.size_delta = signed(after.size) - signed(before.size);
    }
}

/// Objects of one class whose ids say nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct Unkept {
    pub(super) before: Sum,
    pub(super) after: Sum,
}

/// No file can hold so much that it would not fit.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
