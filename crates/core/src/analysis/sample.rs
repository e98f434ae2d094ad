//! Some of many nodes, evenly spread, whatever their number: all are passed over once, and few are kept.

use crate::graph::NodeIx;

/// Some of many nodes, evenly spread.
#[derive(Default)]
pub(super) struct Sample {
    nodes: Vec<NodeIx>,
    seen: usize,
    /// Powers of two: so many are passed over for each that is taken.
    stride: u32,
}

impl Sample {
    const MOST: usize = 32;

    pub(super) fn add(&mut self, node: NodeIx) {
        if self.seen.trailing_zeros() >= self.stride {
            if self.nodes.len() == Self::MOST {
                let mut at = 0;
                self.nodes.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
                self.stride += 1;
            }
            if self.seen.trailing_zeros() >= self.stride {
                self.nodes.push(node);
            }
        }
        self.seen += 1;
    }

    /// The same of a node that may be none of them: it is asked only where it would be taken.
    pub(super) fn add_where(&mut self, node: NodeIx, is_one: impl FnOnce() -> bool) {
        if self.seen.trailing_zeros() < self.stride || is_one() {
            self.add(node);
        }
    }

    pub(super) fn nodes(&self) -> &[NodeIx] {
        &self.nodes
    }

    pub(super) fn taken(&mut self) -> Vec<NodeIx> {
        std::mem::take(&mut self.nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;
    use crate::graph::NodeIx;

    #[test]
    fn is_spread_over_all() {
        for count in [0, 1, 31, 32, 33, 1000, 4097] {
            let mut sample = Sample::default();
            (0..count).for_each(|node| sample.add(NodeIx(node)));
            let taken: Vec<u32> = sample.taken().into_iter().map(|node| node.0).collect();
            assert!(taken.len() <= Sample::MOST && taken.len() >= (count as usize).min(Sample::MOST / 2), "{taken:?}");
            let step = taken.get(1).copied().unwrap_or(1);
            assert!(taken.iter().zip(0..).all(|(&node, nth)| node == nth * step), "{count}: {taken:?}");
        }
    }
}
