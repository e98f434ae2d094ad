//! The dominator tree by rank, and the retained sizes that follow from it: 24 bytes a node.
//!
//! What a node dominates stands behind it without a gap, so that sums over subtrees are passes over columns, and two threads can
//! have a half each.

use super::dominators::Numbered;
use super::prepared::zeros;
use super::side_by_side;
use crate::graph::{NodeIx, Sizes};
use crate::{Error, Watch};
use std::ops::Range;

/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;

/// The dominator tree, ranked so that what a node dominates stands behind it without a gap.
#[derive(Default)]
pub(super) struct Tree {
    /// By node: its rank, and its immediate dominator (the root's is the root). Together, for one is seldom asked alone.
    hung: Vec<(u32, u32)>,
    /// The nodes by rank.
    pub(super) by_rank: Vec<NodeIx>,
    /// By rank: how many nodes the node dominates, itself included.
    pub(super) span: Vec<u32>,
    /// By rank: bytes that would go with the node.
    pub(super) retained: Vec<u64>,
}

/// Columns of a tree that is still to be made.
pub(super) struct Columns {
    hung: Vec<(u32, u32)>,
    span: Vec<u32>,
}

impl Columns {
    pub(super) fn new(nodes: usize) -> Self {
        Self { hung: zeros(nodes), span: zeros(nodes) }
    }
}

impl Tree {
    #[inline(never)]
    pub(super) fn new(numbered: Numbered, room: Columns, sizes: &Sizes, watch: &Watch) -> Result<Self, Error> {
        let Columns { mut hung, mut span } = room;
        let Numbered { order, idom, spare: [mut spans, mut free], spare_wide: mut retained } = numbered;
        let count = order.len();
        // By number, where dominators come first: sums run from the last to the first, places from the first to the last.
        spans.clear();
        spans.resize(count, 1);
        for number in (1..count).rev() {
            spans[idom[number] as usize] += spans[number];
        }
        let mut by_rank = vec![NodeIx::ROOT; count];
        // Where the next child of each number goes.
        free.clear();
        free.resize(count, 0);
        for (number, &node) in order.iter().enumerate() {
            let above = idom[number] as usize;
            let rank = free[above];
            free[above] += spans[number];
            free[number] = rank + 1;
            hung[node.at()] = (rank, order[above].0);
            by_rank[rank as usize] = node;
            span[rank as usize] = spans[number];
        }
        drop((order, idom, spans, free));
        retained.resize(count, 0);
        let half = count / 2;
        let (low, high) = retained.split_at_mut(half);
        side_by_side(
            || sum(low, &by_rank[..half], &span[..half], sizes, watch),
            || sum(high, &by_rank[half..], &span[half..], sizes, watch),
        )?;
        // What dominates the first node of the second half has children in both.
        let mut tree = Self { hung, by_rank, span, retained };
        let mut across: Vec<usize> = tree.above(half).collect();
        across.retain(|&rank| rank + tree.span[rank] as usize > half);
        for rank in across {
            tree.retained[rank] = with_children(rank, &tree.retained, &tree.span);
        }
        Ok(tree)
    }

    /// What the members of each group retain: their retained sizes, without those inside another member. `group`: the number of the
    /// group that a node is in, below `groups`.
    pub(super) fn retained_by(
        &self,
        groups: usize,
        group: impl Fn(NodeIx) -> Option<u32> + Sync,
    ) -> Result<Vec<u64>, Error> {
        let count = self.by_rank.len();
        let half = count / 2;
        let sums = |ranks: Range<usize>, mut covered: Vec<u32>| {
            let mut sums = vec![0u64; groups];
            for rank in ranks {
                if let Some(group) = group(self.by_rank[rank])
                    && rank as u32 >= covered[group as usize]
                {
                    let sum = &mut sums[group as usize];
                    *sum = sum.saturating_add(self.retained[rank]);
                    covered[group as usize] = rank as u32 + self.span[rank];
                }
            }
            Ok::<_, Error>(sums)
        };
        // Members before the second half that reach into it are those that dominate its first node: the outermost counts.
        let outside = vec![0u32; groups];
        let mut inside = outside.clone();
        for rank in self.above(half) {
            if let Some(group) = group(self.by_rank[rank]) {
                inside[group as usize] = rank as u32 + self.span[rank];
            }
        }
        let (low, high) = side_by_side(|| sums(0..half, outside), || sums(half..count, inside))?;
        Ok(low.into_iter().zip(high).map(|(low, high)| low.saturating_add(high)).collect())
    }

    /// The ranks of those that dominate the one with this rank, from the nearest up; nothing for the root or no node.
    pub(super) fn above(&self, rank: usize) -> impl Iterator<Item = usize> + '_ {
        let up = |&rank: &usize| {
            let node = self.by_rank.get(rank)?;
            if rank == 0 { None } else { Some(self.hung[self.idom(*node).at()].0 as usize) }
        };
        std::iter::successors(up(&rank), up)
    }

    /// The ranks of those that the one with this rank dominates immediately.
    #[inline]
    pub(super) fn below(&self, rank: usize) -> impl Iterator<Item = usize> + '_ {
        let end = rank + self.span[rank] as usize;
        let mut next = rank + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let child = next;
            next += self.span[next] as usize;
            Some(child)
        })
    }

    #[inline]
    pub(super) fn idom(&self, node: NodeIx) -> NodeIx {
        NodeIx(self.hung[node.at()].1)
    }

    #[inline]
    pub(super) fn rank(&self, node: NodeIx) -> usize {
        self.hung[node.at()].0 as usize
    }
}

/// Retained sizes of neighbours by rank, but for those whose children stand behind the last.
fn sum(retained: &mut [u64], by_rank: &[NodeIx], span: &[u32], sizes: &Sizes, watch: &Watch) -> Result<(), Error> {
    for (bytes, node) in retained.iter_mut().zip(by_rank) {
        *bytes = sizes.get(node.at());
    }
    for rank in (0..retained.len()).rev() {
        if rank.is_multiple_of(STRIDE) {
            watch.check()?;
        }
        if rank + span[rank] as usize <= retained.len() {
            retained[rank] = with_children(rank, retained, span);
        }
    }
    Ok(())
}

/// The bytes that stand at a rank and those of all children.
#[inline]
fn with_children(rank: usize, retained: &[u64], span: &[u32]) -> u64 {
    let end = rank + span[rank] as usize;
    let mut bytes = retained[rank];
    let mut child = rank + 1;
    while child < end {
        bytes = bytes.saturating_add(retained[child]);
        child += span[child] as usize;
    }
    bytes
}
