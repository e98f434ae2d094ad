//! A heap with the signature of every node, and the ways to them: as it was folded, or some nodes of one that was.

use super::super::heap::Heap;
use super::super::paths::source;
use super::fold::Fold;
use super::signatures::{Row, below, retain};
use super::steps::Steps;
use super::terrain::Charted;
use super::ways::{NONE, Ways};
use crate::Error;
use crate::graph::{EdgeIx, NodeIx};
use rustc_hash::FxHashMap;

/// A heap with every node's signature.
pub(super) struct Folded<'a> {
    pub(super) heap: &'a Heap,
    pub(super) steps: Steps<Charted<'a>>,
    pub(super) rows: Vec<Row>,
    ways: Ways,
    /// Where the middle of a long way is left out: what comes before it, by what comes behind.
    gaps: FxHashMap<NodeIx, NodeIx>,
    /// Of a small heap, members that are there with what is around them, sorted.
    sampled: Vec<NodeIx>,
}

impl<'a> Folded<'a> {
    /// Adds the bytes of the signatures and what the signatures retain; where the heap has no dominator tree, what hangs from them.
    pub(super) fn new(heap: &'a Heap, mut fold: Fold) -> Result<Self, Error> {
        fold.weigh(heap.graph());
        let Fold { words, mut rows, ways } = fold;
        let signature = |node: NodeIx| Some(ways.signature(node)).filter(|&signature| signature != NONE);
        let retained = if heap.has_tree() { heap.tree().retained_by(rows.len(), signature)? } else { below(&rows) };
        retain(&mut rows, retained);
        Ok(Self::with(heap, Fold { words, rows, ways }, FxHashMap::default(), Vec::new()))
    }

    /// The same, where that is known.
    pub(super) fn with(heap: &'a Heap, fold: Fold, gaps: FxHashMap<NodeIx, NodeIx>, sampled: Vec<NodeIx>) -> Self {
        let Fold { words, rows, ways } = fold;
        Self { heap, steps: Steps::new(Charted::new(heap.ground()), words), rows, ways, gaps, sampled }
    }

    /// The node's signature.
    #[inline]
    pub(super) fn of(&self, node: NodeIx) -> u32 {
        self.ways.signature(node)
    }

    /// Members of the signature to ask for what is inside: of a small heap those that are there with it, else these.
    pub(super) fn examples(&self, signature: u32, members: &[NodeIx]) -> Vec<NodeIx> {
        let sampled: Vec<NodeIx> = self.sampled.iter().copied().filter(|&node| self.of(node) == signature).collect();
        if sampled.is_empty() { members.to_vec() } else { sampled }
    }

    /// The node before this one on the way from the root.
    pub(super) fn before(&self, node: NodeIx) -> Option<NodeIx> {
        self.last(node).map(|edge| source(self.heap.graph(), edge))
    }

    /// The last edge on the way to the node.
    fn last(&self, node: NodeIx) -> Option<EdgeIx> {
        self.ways.via(node).map(EdgeIx)
    }

    /// The edges from the root to the node; empty where there is no way.
    pub(super) fn way(&self, node: NodeIx) -> Vec<EdgeIx> {
        let mut way = Vec::new();
        let mut node = node;
        while let Some(edge) = self.last(node) {
            way.push(edge);
            node = source(self.heap.graph(), edge);
            node = self.gaps.get(&node).copied().unwrap_or(node);
        }
        way.reverse();
        way
    }

    /// Is the node the storage of another one, or V8's own, and no member of its signature?
    pub(super) fn is_member(&self, node: NodeIx) -> bool {
        self.of(node) != NONE && self.steps.is_member(node)
    }
}
