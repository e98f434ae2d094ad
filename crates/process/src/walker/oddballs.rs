//! `undefined`, `null` and the like: V8 has them among its roots, one beside the other.

use rustc_hash::FxHashSet;

/// Their tagged addresses.
#[derive(Default)]
pub struct Oddballs {
    all: FxHashSet<u64>,
    first: u64,
    last: u64,
}

impl Oddballs {
    pub fn insert(&mut self, word: u64) {
        let is_first = self.all.is_empty();
        self.first = if is_first { word } else { self.first.min(word) };
        self.last = self.last.max(word);
        self.all.insert(word);
    }

    /// Is it one of them? Of most words that takes no look into a table.
    #[inline]
    pub fn contains(&self, word: u64) -> bool {
        (self.first..=self.last).contains(&word) && self.all.contains(&word)
    }
}

#[cfg(test)]
mod tests {
    use super::Oddballs;

    #[test]
    fn those_that_were_put_in() {
        let mut oddballs = Oddballs::default();
        assert!(!oddballs.contains(0));
        for word in [49, 17, 33] {
            oddballs.insert(word);
        }
        let inside: Vec<u64> = (0..100).filter(|&word| oddballs.contains(word)).collect();
        assert_eq!(inside, [17, 33, 49]);
    }
}
