//! Exact division of 32-bit numbers by a small constant that is known only at run time, by one multiplication: a node's place in its
//! column by the place of its row.

/// The constant.
#[derive(Clone, Copy)]
pub(super) struct Divisor {
    /// Of its odd part, modulo 2^32.
    inverse: u32,
    /// How often it is even.
    twos: u32,
    /// The largest quotient.
    most: u32,
}

impl Divisor {
    /// `by` is at least 5: a row has that many fields.
    pub(super) fn new(by: usize) -> Self {
        let by = u32::try_from(by).unwrap_or(u32::MAX);
        let twos = by.trailing_zeros();
        let odd = by >> twos;
        // Of an odd number that is three bits of its inverse; each round doubles them.
        let mut inverse = odd;
        for _ in 0..4 {
            inverse = inverse.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(inverse)));
        }
        Self { inverse, twos, most: u32::MAX / by }
    }

    /// The quotient, where there is no remainder; else more than [`Divisor::most`].
    #[inline]
    pub(super) fn quotient(self, value: u32) -> u32 {
        value.wrapping_mul(self.inverse).rotate_right(self.twos)
    }

    /// The largest quotient.
    pub(super) fn most(self) -> u32 {
        self.most
    }

    /// The quotient, where there is no remainder.
    #[inline]
    pub(super) fn exact(self, value: u32) -> Option<u32> {
        Some(self.quotient(value)).filter(|&quotient| quotient <= self.most)
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
