//! A graph with what follows from it alone: ownership, sizes, dominator tree, distances, classes.
//!
//! Independent passes run side by side on two threads; each is a function of its own file.

use super::classes::{Class, Classes};
use super::dominators::{Numbered, dominators};
use super::weak_pairs::WeakPairs;
use super::{detached, distances, ownership, shallow, side_by_side};
use crate::graph::{Graph, NodeIx};
use crate::{Error, Stage, Watch};
use std::borrow::Cow;
use std::sync::OnceLock;

/// A heap that can be asked.
pub struct Heap {
    graph: Graph,
    pairs: WeakPairs,
    tree: Tree,
    distances: Vec<i32>,
    classes: Classes,
}

/// The dominator tree, numbered so that what a node dominates stands behind it without a gap.
pub(super) struct Tree {
    /// Each node's immediate dominator; the root's is the root.
    pub(super) idom: Vec<NodeIx>,
    /// Bytes that would go with the node.
    pub(super) retained: Vec<u64>,
    /// Each node's place in the tree's order.
    pub(super) rank: Vec<u32>,
    /// The nodes in the tree's order.
    pub(super) by_rank: Vec<NodeIx>,
    /// By rank: how many nodes the node dominates, itself included.
    pub(super) span: Vec<u32>,
}

impl Tree {
    #[inline(never)]
    fn new(numbered: &Numbered, sizes: &[u64]) -> Result<Self, Error> {
        let Numbered { order, idom } = numbered;
        let count = order.len();
        // By number, where dominators come first: sums run from the last to the first, places from the first to the last.
        let by_node = || {
            let mut bytes: Vec<u64> = order.iter().map(|node| sizes[node.at()]).collect();
            for number in (1..count).rev() {
                let above = idom[number] as usize;
                bytes[above] = bytes[above].saturating_add(bytes[number]);
            }
            let (mut retained, mut dominator) = (vec![0; count], vec![NodeIx::ROOT; count]);
            for ((node, &bytes), &above) in order.iter().zip(&bytes).zip(idom) {
                retained[node.at()] = bytes;
                dominator[node.at()] = order[above as usize];
            }
            Ok((retained, dominator))
        };
        let by_place = || {
            let mut spans = vec![1u32; count];
            for number in (1..count).rev() {
                spans[idom[number] as usize] += spans[number];
            }
            let (mut rank, mut by_rank) = (vec![0; count], vec![NodeIx::ROOT; count]);
            let mut span = vec![0; count];
            // Where the next child of each number goes.
            let mut free = vec![0u32; count];
            for (number, &node) in order.iter().enumerate() {
                let above = idom[number] as usize;
                let place = free[above];
                free[above] += spans[number];
                free[number] = place + 1;
                rank[node.at()] = place;
                by_rank[place as usize] = node;
                span[place as usize] = spans[number];
            }
            Ok((rank, by_rank, span))
        };
        let ((retained, idom), (rank, by_rank, span)) = side_by_side(by_node, by_place)?;
        Ok(Self { idom, retained, rank, by_rank, span })
    }
}

impl Heap {
    /// Works everything out.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] only.
    pub fn new(mut graph: Graph, watch: &Watch) -> Result<Self, Error> {
        watch.enter(Stage::Edges)?;
        detached::spread(&mut graph);
        let sizes = std::mem::take(&mut graph.self_sizes);
        // Whichever thread is done first goes on with the names of WeakMap entries.
        let pairs = OnceLock::new();
        let then_pairs = || _ = pairs.get_or_init(|| WeakPairs::find(graph.strings()));
        let (page, sizes) = side_by_side(
            || ownership::page(&graph, watch).inspect(|_| then_pairs()),
            || shallow::moved(&graph, sizes, watch).inspect(|_| then_pairs()),
        )?;
        let pairs = pairs.into_inner().unwrap_or_else(|| WeakPairs::find(graph.strings()));
        graph.self_sizes = sizes;
        ownership::mark(&mut graph, &page, &pairs, watch)?;
        drop(page);
        watch.enter(Stage::Dominators)?;
        let (tree, (distances, mut classes)) = side_by_side(
            || Tree::new(&dominators(&graph, watch)?, &graph.self_sizes),
            || {
                let distances = distances::distances(&graph, &pairs, watch)?;
                let classes = Classes::new(&graph, &distances, watch)?;
                Ok((distances, classes))
            },
        )?;
        classes.retain(&tree);
        Ok(Self { graph, pairs, tree, distances, classes })
    }

    /// The graph, with self sizes after the move of [`super::shallow`].
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The names of WeakMap entries.
    pub(super) fn pairs(&self) -> &WeakPairs {
        &self.pairs
    }

    /// Sum of all self sizes.
    pub fn total_size(&self) -> u64 {
        self.tree.retained[0]
    }

    /// Bytes that would go with the node.
    #[inline]
    pub fn retained(&self, node: NodeIx) -> u64 {
        self.tree.retained[node.at()]
    }

    /// How many nodes would go with the node, itself included.
    pub fn retained_count(&self, node: NodeIx) -> u32 {
        self.tree.span[self.tree.rank[node.at()] as usize]
    }

    /// The node's immediate dominator; the root's is the root.
    #[inline]
    pub fn idom(&self, node: NodeIx) -> NodeIx {
        self.tree.idom[node.at()]
    }

    /// The nodes that the node dominates immediately.
    pub fn dominated(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
        let rank = self.tree.rank[node.at()] as usize;
        let end = rank + self.tree.span[rank] as usize;
        let mut next = rank + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let child = self.tree.by_rank[next];
            next += self.tree.span[next] as usize;
            Some(child)
        })
    }

    /// The node and all that it dominates, at any depth.
    pub fn subtree(&self, node: NodeIx) -> &[NodeIx] {
        let rank = self.tree.rank[node.at()] as usize;
        &self.tree.by_rank[rank..rank + self.tree.span[rank] as usize]
    }

    /// Does `above` dominate `node`? Every node dominates itself.
    pub fn dominates(&self, above: NodeIx, node: NodeIx) -> bool {
        let rank = self.tree.rank[above.at()];
        let end = rank + self.tree.span[rank as usize];
        (rank..end).contains(&self.tree.rank[node.at()])
    }

    /// Nodes in the tree's order: each before what it dominates.
    pub fn in_tree_order(&self) -> &[NodeIx] {
        &self.tree.by_rank
    }

    /// The node's place in that order.
    pub(super) fn rank(&self, node: NodeIx) -> u32 {
        self.tree.rank[node.at()]
    }

    /// Edges from the global objects, or [`distances::SYSTEM`] and more, or [`distances::UNREACHED`].
    pub fn distance(&self, node: NodeIx) -> i32 {
        self.distances[node.at()]
    }

    /// Bytes of the node itself, after the move.
    pub fn self_size(&self, node: NodeIx) -> u64 {
        self.graph.self_size(node)
    }

    /// The node's class: an index into [`Heap::classes`].
    #[inline]
    pub fn class(&self, node: NodeIx) -> u32 {
        self.classes.of(node)
    }

    /// The node's class by name.
    pub fn class_name(&self, node: NodeIx) -> Cow<'_, str> {
        self.classes.rows[self.class(node) as usize].name(&self.graph)
    }

    /// All classes, those without a counted member among them.
    pub fn classes(&self) -> &[Class] {
        &self.classes.rows
    }
}
