//! Sizes of nodes: 32 bits each, and a place aside for the few that need more.

use rustc_hash::FxHashMap;

/// Stands for a size that is aside.
const WIDE: u32 = u32::MAX;

/// A size a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sizes {
    short: Vec<u32>,
    wide: FxHashMap<usize, u64>,
}

impl Sizes {
    /// The node's size.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> u64 {
        let short = self.short[at];
        if short == WIDE { self.wide(at) } else { u64::from(short) }
    }

    #[cold]
    fn wide(&self, at: usize) -> u64 {
        self.wide.get(&at).copied().unwrap_or_default()
    }

    /// The size of the next node.
    #[inline]
    pub(crate) fn push(&mut self, size: u64) {
        let short = self.shortened(self.short.len(), size);
        self.short.push(short);
    }

    /// Another size for the node.
    #[inline]
    pub(crate) fn set(&mut self, at: usize, size: u64) {
        self.short[at] = self.shortened(at, size);
    }

    #[inline]
    fn shortened(&mut self, at: usize, size: u64) -> u32 {
        match u32::try_from(size) {
            Ok(short) if short != WIDE => short,
            _ => {
                self.wide.insert(at, size);
                WIDE
            }
        }
    }

    /// Lets go of all.
    pub(crate) fn clear(&mut self) {
        self.short.clear();
        self.wide.clear();
    }

    /// The column of short ones, to make room in.
    pub(crate) fn column(&mut self) -> &mut Vec<u32> {
        &mut self.short
    }
}

#[cfg(test)]
mod tests {
    use super::Sizes;

    #[test]
    fn holds_sizes_of_any_width() {
        let mut sizes = Sizes::default();
        let all = [0, 1, (1 << 32) - 2, (1 << 32) - 1, 1 << 32, 5 << 30, u64::MAX];
        for size in all {
            sizes.push(size);
        }
        assert_eq!(all, std::array::from_fn(|at| sizes.get(at)));
        sizes.set(0, u64::MAX);
        sizes.set(5, 7);
        assert_eq!((sizes.get(0), sizes.get(5)), (u64::MAX, 7));
        sizes.set(0, 3);
        sizes.set(5, 1 << 40);
        assert_eq!((sizes.get(0), sizes.get(5)), (3, 1 << 40));
    }
}
