//! A graph with what follows from it alone: ownership, sizes, dominator tree, distances, classes.
//!
//! Independent passes run side by side on two threads; each is a function of its own file.

use super::classes::{Class, Classes};
use super::dominator_tree::{Columns, Tree};
use super::dominators::{Numbers, Room, dominators};
use super::outline::outline;
use super::prepared::Prepared;
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
    /// Of a heap without one, when somebody asks what only it says.
    tree: OnceLock<Tree>,
    /// Where a report is wanted.
    distances: Vec<i32>,
    /// Nodes at distance 1, sorted.
    entries: Vec<NodeIx>,
    classes: Classes,
    total_size: u64,
    node_count: u64,
    has_realms: OnceLock<bool>,
}

/// What is known of a heap while its dominator tree is still made.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) graph: &'a Graph,
    pub(super) pairs: &'a WeakPairs,
    pub(super) classes: &'a Classes,
}

/// What a heap is made for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// All that reports say.
    Report,
    /// The same, of a heap that somebody waits for: what is known before the tree is told by [`Watch::outline`].
    View,
    /// Paths and retained sizes: no distances, and of classes nothing but names, counts and sizes.
    Comparison,
}

/// Figures of a heap of which only a part is at hand.
pub(super) struct Whole {
    pub(super) classes: Vec<Class>,
    pub(super) total_size: u64,
    pub(super) node_count: u64,
}

impl Heap {
    /// Works everything out.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] only.
    pub fn new(graph: Graph, watch: &Watch) -> Result<Self, Error> {
        Self::with(graph, Purpose::Report, |_| Ok(()), watch).map(|(heap, ())| heap)
    }

    /// The same, and what `aside` makes on the other thread while the dominator tree is made.
    pub(super) fn with<T: Send>(
        mut graph: Graph,
        purpose: Purpose,
        aside: impl FnOnce(Ground) -> Result<T, Error> + Send,
        watch: &Watch,
    ) -> Result<(Self, T), Error> {
        watch.enter(Stage::Edges)?;
        detached::spread(&mut graph);
        let sizes = std::mem::take(&mut graph.self_sizes);
        let nodes = graph.node_count();
        let numbers = Prepared::new();
        // Whichever thread is done first goes on with the names of WeakMap entries and room for the dominators.
        let pairs = OnceLock::new();
        let and_then = || {
            pairs.get_or_init(|| WeakPairs::find(graph.strings()));
            numbers.prepare(|| Numbers::new(nodes));
        };
        let (page, sizes) = side_by_side(
            || ownership::page(&graph, watch).inspect(|_| and_then()),
            || shallow::moved(&graph, sizes, watch).inspect(|_| and_then()),
        )?;
        let pairs = pairs.into_inner().unwrap_or_else(|| WeakPairs::find(graph.strings()));
        graph.self_sizes = sizes;
        let mut edges = std::mem::take(&mut graph.edges);
        let marked = ownership::mark(&graph, &mut edges, &page, &pairs, watch);
        graph.edges = edges;
        let marked = marked?;
        drop(page);
        watch.enter(Stage::Dominators)?;
        let (room, hung) = (Prepared::new(), Prepared::new());
        let (tree, (distances, mut classes, aside)) = side_by_side(
            || {
                let numbered = dominators(
                    &graph,
                    &graph.edges,
                    &marked.stretches,
                    numbers.take(|| Numbers::new(nodes)),
                    &room,
                    watch,
                )?;
                Tree::new(numbered, hung.take(|| Columns::new(nodes)), &graph.self_sizes, watch)
            },
            || {
                if purpose == Purpose::View {
                    watch.tell(outline(&graph, watch)?);
                }
                let (mut distances, mut spare) = (Vec::new(), Vec::new());
                // For a report this thread has less to do than the other.
                if purpose != Purpose::Comparison {
                    room.prepare(|| Room::new(nodes));
                    (distances, spare) = distances::distances(&graph, &pairs, &marked.in_pairs, spare, watch)?;
                }
                let classes = Classes::new(&graph, &distances, spare, watch)?;
                if purpose != Purpose::Comparison {
                    hung.prepare(|| Columns::new(nodes));
                }
                let aside = aside(Ground { graph: &graph, pairs: &pairs, classes: &classes })?;
                Ok((distances, classes, aside))
            },
        )?;
        if purpose != Purpose::Comparison {
            classes.retain(&tree)?;
        }
        let heap = Self::flat(graph, pairs, classes, tree.retained[0], nodes as u64);
        Ok((Self { tree: OnceLock::from(tree), distances, ..heap }, aside))
    }

    /// A heap without a dominator tree, and what `aside` makes of it while sizes still move to their owners. The tree takes most of the time and
    /// memory, and few of those who name what grows ask for it. Where classes are not `counted`, no size moves: nearly all storage falls to the path of
    /// its owner, whoever counts. What V8 keeps for a realm or module is a path of its own, and has its bytes there.
    pub(super) fn without_tree<T: Send>(
        mut graph: Graph,
        counted: bool,
        aside: impl FnOnce(Ground) -> Result<T, Error> + Send,
        watch: &Watch,
    ) -> Result<(Self, T), Error> {
        watch.enter(Stage::Edges)?;
        detached::spread(&mut graph);
        let sizes = std::mem::take(&mut graph.self_sizes);
        let pairs = OnceLock::new();
        let find_pairs = || pairs.get_or_init(|| WeakPairs::find(graph.strings()));
        let ((mut classes, aside), sizes) = side_by_side(
            || {
                let classes = Classes::sorted(&graph, Vec::new(), watch)?;
                let aside = aside(Ground { graph: &graph, pairs: find_pairs(), classes: &classes })?;
                Ok((classes, aside))
            },
            || {
                find_pairs();
                if counted { shallow::moved(&graph, sizes, watch) } else { Ok(sizes) }
            },
        )?;
        let pairs = pairs.into_inner().unwrap_or_else(|| WeakPairs::find(graph.strings()));
        graph.self_sizes = sizes;
        if counted {
            classes.count(&graph, &[]);
        }
        let total_size = graph.nodes().fold(0u64, |sum, node| sum.saturating_add(graph.self_size(node)));
        let nodes = graph.node_count() as u64;
        Ok((Self::flat(graph, pairs, classes, total_size, nodes), aside))
    }

    /// Some nodes of a larger heap, whose figures are known: what they retain is what these alone do.
    pub(super) fn near(graph: Graph, of: Vec<u32>, whole: Whole) -> Self {
        let pairs = WeakPairs::find(graph.strings());
        let Whole { classes, total_size, node_count } = whole;
        Self::flat(graph, pairs, Classes::near(of, classes), total_size, node_count)
    }

    /// Without a dominator tree and distances.
    fn flat(graph: Graph, pairs: WeakPairs, classes: Classes, total_size: u64, node_count: u64) -> Self {
        Self {
            entries: distances::entries(&graph),
            graph,
            pairs,
            tree: OnceLock::new(),
            distances: Vec::new(),
            classes,
            total_size,
            node_count,
            has_realms: OnceLock::new(),
        }
    }

    /// The tree of a heap that was made without one.
    #[cold]
    fn grown(&self) -> Result<Tree, Error> {
        let (nodes, room, watch) = (self.graph.node_count(), Prepared::new(), Watch::default());
        let page = ownership::page(&self.graph, &watch)?;
        // Nobody had a need for the marks before, and others look at the graph.
        let mut edges = self.graph.edges.clone();
        let stretches = ownership::mark(&self.graph, &mut edges, &page, &self.pairs, &watch)?.stretches;
        let numbered = dominators(&self.graph, &edges, &stretches, Numbers::new(nodes), &room, &watch)?;
        drop(edges);
        Tree::new(numbered, Columns::new(nodes), &self.graph.self_sizes, &watch)
    }

    /// Is the dominator tree there?
    pub(super) fn has_tree(&self) -> bool {
        self.tree.get().is_some()
    }

    /// Are there other realms than the program's own, as each context of `node:vm` is one?
    pub(super) fn has_realms(&self) -> bool {
        let count = || {
            let realm = self.graph.strings().find(b"system / NativeContext");
            self.graph.names.iter().filter(|&&name| Some(name) == realm).take(2).count()
        };
        *self.has_realms.get_or_init(|| count() > 1)
    }

    /// What is known without the dominator tree.
    pub(super) fn ground(&self) -> Ground<'_> {
        Ground { graph: &self.graph, pairs: &self.pairs, classes: &self.classes }
    }

    /// The graph, with self sizes after the move of [`super::shallow`], where classes are counted.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The names of WeakMap entries.
    pub(super) fn pairs(&self) -> &WeakPairs {
        &self.pairs
    }

    /// Sum of all self sizes.
    pub fn total_size(&self) -> u64 {
        self.total_size
    }

    /// How many nodes there are.
    pub(super) fn node_count(&self) -> u64 {
        self.node_count
    }

    /// Bytes that would go with the node.
    #[inline]
    pub fn retained(&self, node: NodeIx) -> u64 {
        self.tree().retained[self.tree().rank(node)]
    }

    /// How many nodes would go with the node, itself included.
    pub fn retained_count(&self, node: NodeIx) -> u32 {
        self.tree().span[self.tree().rank(node)]
    }

    /// The node's immediate dominator; the root's is the root.
    #[inline]
    pub fn idom(&self, node: NodeIx) -> NodeIx {
        self.tree().idom(node)
    }

    /// The nodes that the node dominates immediately.
    pub fn dominated(&self, node: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
        self.children(node).map(|rank| self.tree().by_rank[rank])
    }

    /// The same for those that retain at least so much, with what they retain; faster than asking for each.
    pub fn dominated_from(&self, node: NodeIx, least: u64) -> impl Iterator<Item = (NodeIx, u64)> + '_ {
        let of = |rank: usize| (self.tree().retained[rank], rank);
        let large = self.children(node).map(of).filter(move |&(bytes, _)| bytes >= least);
        large.map(|(bytes, rank)| (self.tree().by_rank[rank], bytes))
    }

    /// The ranks of the nodes that the node dominates immediately.
    fn children(&self, node: NodeIx) -> impl Iterator<Item = usize> + '_ {
        self.tree().below(self.tree().rank(node))
    }

    /// The dominator tree by rank.
    #[inline]
    pub(super) fn tree(&self) -> &Tree {
        // Nobody cancels it.
        self.tree.get_or_init(|| self.grown().unwrap_or_default())
    }

    /// The node and all that it dominates, at any depth.
    pub fn subtree(&self, node: NodeIx) -> &[NodeIx] {
        let rank = self.tree().rank(node);
        &self.tree().by_rank[rank..rank + self.tree().span[rank] as usize]
    }

    /// Does `above` dominate `node`? Every node dominates itself.
    pub fn dominates(&self, above: NodeIx, node: NodeIx) -> bool {
        let rank = self.tree().rank(above);
        let end = rank + self.tree().span[rank] as usize;
        (rank..end).contains(&self.tree().rank(node))
    }

    /// Nodes in the tree's order: each before what it dominates.
    pub fn in_tree_order(&self) -> &[NodeIx] {
        &self.tree().by_rank
    }

    /// Edges from the global objects, or [`distances::SYSTEM`] and more, or [`distances::UNREACHED`]. Of heaps for reports only.
    pub fn distance(&self, node: NodeIx) -> i32 {
        self.distances[node.at()]
    }

    /// Is it one of the objects at distance 1, where everything begins?
    pub(super) fn is_entry(&self, node: NodeIx) -> bool {
        self.entries.binary_search(&node).is_ok()
    }

    /// Bytes of the node itself, after the move, if there was one.
    pub fn self_size(&self, node: NodeIx) -> u64 {
        self.graph.self_size(node)
    }

    /// The node's class: an index into [`Heap::classes`].
    #[inline]
    pub fn class(&self, node: NodeIx) -> u32 {
        self.classes.of(node)
    }

    /// The classes by rank.
    pub(super) fn ranked_classes(&self) -> &Classes {
        &self.classes
    }

    /// The node's class by name.
    pub fn class_name(&self, node: NodeIx) -> Cow<'_, str> {
        self.classes.rows[self.class(node) as usize].name(self.graph.strings())
    }

    /// All classes, those without a counted member among them.
    pub fn classes(&self) -> &[Class] {
        &self.classes.rows
    }
}
