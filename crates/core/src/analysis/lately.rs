//! What was found out about texts of late: few of them come up again and again, and each is two reads away from its index.

/// Places for them, a power of two.
const PLACES: usize = 256;

/// Answers to one question, by a text's index.
pub(super) struct Lately(Box<[(u32, bool)]>);

impl Lately {
    pub(super) fn new() -> Self {
        Self(vec![(u32::MAX, false); PLACES].into_boxed_slice())
    }

    /// The answer for this text, which is found out where it is not known.
    #[inline]
    pub(super) fn ask(&mut self, text: u32, find_out: impl FnOnce() -> bool) -> bool {
        let place = &mut self.0[text as usize % PLACES];
        if place.0 != text {
            *place = (text, find_out());
        }
        place.1
    }
}

#[cfg(test)]
mod tests {
    use super::{Lately, PLACES};

    #[test]
    fn answers_as_if_it_had_not_kept_anything() {
        let mut lately = Lately::new();
        let step = PLACES as u32;
        for text in [5, 5, 5 + step, 5, 6, 5 + step, 0, step, u32::MAX - 1] {
            assert_eq!(lately.ask(text, || text % 3 == 0), text % 3 == 0, "{text}");
        }
    }
}
