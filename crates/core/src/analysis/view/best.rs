//! The first of many in some order, of which one page is wanted: twice as many as are needed are kept at most.

use super::question::{Page, Rows};

/// So many are kept anyway: it is dear to sort out often.
const LEAST: usize = 1024;

/// Keys in the order of their rows, the first first.
pub(super) struct Best<K> {
    from: usize,
    /// One past the last row of the page.
    end: usize,
    kept: Vec<K>,
    total: u64,
}

impl<K: Ord + Copy> Best<K> {
    pub(super) fn new(page: &Page) -> Self {
        Self { from: page.from(), end: page.end(), kept: Vec::new(), total: 0 }
    }

    #[inline]
    pub(super) fn add(&mut self, key: K) {
        self.total += 1;
        self.kept.push(key);
        if self.kept.len() >= LEAST.max(self.end.saturating_mul(2)) {
            self.kept.select_nth_unstable(self.end);
            self.kept.truncate(self.end);
        }
    }

    /// The rows of the page, of keys that were all different.
    pub(super) fn rows<T>(mut self, row: impl FnMut(K) -> T) -> Rows<T> {
        self.kept.sort_unstable();
        self.kept.truncate(self.end);
        Rows { total: self.total, rows: self.kept.into_iter().skip(self.from).map(row).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::Best;
    use crate::analysis::view::question::Page;

    #[test]
    fn are_those_that_sorting_all_would_put_there() {
        for (from, count) in [(0, 1), (0, 10), (5, 10), (1000, 50), (2990, 50), (3000, 5), (0, 1000), (usize::MAX, 9)] {
            let numbers = || (0..3000u64).map(|nth| nth * 7919 % 3001);
            let page = Page { from, count };
            let mut best = Best::new(&page);
            numbers().for_each(|number| best.add(number));
            let mut all: Vec<u64> = numbers().collect();
            all.sort_unstable();
            let found = best.rows(|number| number);
            assert_eq!(found.total, 3000);
            assert_eq!(found.rows, all.into_iter().skip(from).take(count).collect::<Vec<_>>(), "{from} {count}");
        }
    }
}
