//! Exact division of 32-bit numbers by a small constant that is known only at run time, by one multiplication: a node's place in its
//! column by the place of its row.

/// The constant.
#[derive(Clone, Copy)]
pub(super) struct Divisor {
    by: u32,
    reciprocal: u64,
}

impl Divisor {
    /// `by` is at least 5: a row has that many fields.
    pub(super) fn new(by: usize) -> Self {
        let by = u32::try_from(by).unwrap_or(u32::MAX);
        Self { by, reciprocal: u64::MAX / u64::from(by) + 1 }
    }

    /// The quotient, where there is no remainder.
    #[expect(clippy::cast_possible_truncation, reason = "a quotient is not above the 32-bit value that was divided")]
    #[inline]
    pub(super) fn exact(self, value: u32) -> Option<u32> {
        let quotient = ((u128::from(value) * u128::from(self.reciprocal)) >> 64) as u32;
        if quotient.wrapping_mul(self.by) == value { Some(quotient) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::Divisor;

    #[test]
    fn divides_what_has_no_remainder() {
        for by in 5..=32u32 {
            let divisor = Divisor::new(by as usize);
            let last = u32::MAX - u32::MAX % by;
            for near in [0, by, 1000 * by, u32::MAX / 2 / by * by, last] {
                for value in near.saturating_sub(2)..=near.saturating_add(2) {
                    assert_eq!(divisor.exact(value), value.is_multiple_of(by).then_some(value / by), "{value} by {by}");
                }
            }
        }
    }
}
