//! Classes as DevTools groups them, and what each retains as a whole.
//!
//! Objects go by constructor name and, where V8 knows it, by the constructor's place; functions, code and V8's own
//! structures are a class each. O(N), 4 bytes a node.

use super::dominator_tree::Tree;
use super::side_by_side;
use super::sorter::Sorter;
use crate::graph::{Graph, NodeIx, Place, StringTable};
use crate::{Error, Watch};
use std::borrow::Cow;
use std::ops::Range;

/// Marks nodes that classes do not count.
const EMPTY: u32 = 1 << 31;
const STRIDE: usize = 1 << 16;

/// A class and its totals.
#[derive(Clone, Debug)]
pub struct Class {
    pub(super) name: Name,
    /// Where the constructor is written.
    pub place: Option<Place>,
    /// Objects with a size of their own.
    pub count: u64,
    /// Their bytes.
    pub shallow: u64,
    /// Bytes that would go with all of them.
    pub retained: u64,
    /// The least of their distances.
    pub distance: i32,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) enum Name {
    /// The string with this index.
    String(u32),
    Text(Cow<'static, str>),
}

/// Every node's class.
pub(super) struct Classes {
    /// By node, with [`EMPTY`] where it has no size.
    of: Vec<u32>,
    /// The same by rank, in which passes over parts of the tree read.
    by_rank: Vec<u32>,
    pub(super) rows: Vec<Class>,
}

impl Class {
    pub(super) fn new(name: Name, place: Option<Place>) -> Self {
        Self { name, place, count: 0, shallow: 0, retained: 0, distance: i32::MAX }
    }

    /// The index of its name, where that is a string of the graph.
    #[inline]
    pub(super) fn name_index(&self) -> Option<u32> {
        match self.name {
            Name::String(index) => Some(index),
            Name::Text(_) => None,
        }
    }

    /// The class's name.
    pub fn name<'a>(&'a self, texts: &'a StringTable) -> Cow<'a, str> {
        match &self.name {
            Name::String(index) => texts.get(*index),
            Name::Text(text) => Cow::Borrowed(text),
        }
    }
}

impl Classes {
    /// Sorts all nodes into classes, with counts, sizes and, where they are known, distances; what they retain comes with
    /// [`Classes::retain`]. `spare` is memory to use again.
    pub(super) fn new(graph: &Graph, distances: &[i32], spare: Vec<u32>, watch: &Watch) -> Result<Self, Error> {
        let mut classes = Self::sorted(graph, spare, watch)?;
        classes.count(graph, distances);
        Ok(classes)
    }

    /// The same without the figures.
    #[inline(never)]
    pub(super) fn sorted(graph: &Graph, spare: Vec<u32>, watch: &Watch) -> Result<Self, Error> {
        let mut sorter = Sorter::default();
        let mut of = spare;
        of.clear();
        of.reserve_exact(graph.node_count());
        let mut places = graph.places.iter().peekable();
        for node in graph.nodes() {
            if node.at().is_multiple_of(STRIDE) {
                watch.check()?;
            }
            let place = places.next_if(|(placed, _)| *placed == node).map(|&(_, place)| place);
            of.push(Sorter::of(graph, node, place, &mut sorter));
        }
        Ok(Self { of, by_rank: Vec::new(), rows: sorter.rows })
    }

    /// Adds the figures, when the sizes are those that count.
    pub(super) fn count(&mut self, graph: &Graph, distances: &[i32]) {
        for (node, class) in graph.nodes().zip(&mut self.of) {
            let size = graph.self_size(node);
            if size == 0 {
                *class |= EMPTY;
                continue;
            }
            let row = &mut self.rows[*class as usize];
            row.count += 1;
            row.shallow = row.shallow.saturating_add(size);
            row.distance = distances.get(node.at()).map_or(row.distance, |&distance| row.distance.min(distance));
        }
    }

    /// What each class retains: the retained sizes of its members without those that are inside another member. Only
    /// nodes with a size count.
    #[inline(never)]
    pub(super) fn retain(&mut self, tree: &Tree) -> Result<(), Error> {
        let count = tree.by_rank.len();
        let half = count / 2;
        // Members before the second half that reach into it are those that dominate its first node.
        let outside = vec![0u32; self.rows.len()];
        let mut inside = outside.clone();
        for rank in tree.above(half) {
            let class = self.of[tree.by_rank[rank].at()];
            if class & EMPTY == 0 {
                inside[class as usize] = rank as u32 + tree.span[rank];
            }
        }
        let mut by_rank = vec![0; count];
        let (low, high) = by_rank.split_at_mut(half);
        let (low, high) = side_by_side(
            || Ok(self.retained(tree, 0..half, outside, low)),
            || Ok(self.retained(tree, half..count, inside, high)),
        )?;
        self.by_rank = by_rank;
        for (row, (low, high)) in self.rows.iter_mut().zip(low.into_iter().zip(high)) {
            row.retained = low.saturating_add(high);
        }
        Ok(())
    }

    /// The same for the members with these ranks, by class. `covered`: up to which rank a class has counted. Puts each rank's
    /// class into `by_rank`.
    fn retained(&self, tree: &Tree, ranks: Range<usize>, mut covered: Vec<u32>, by_rank: &mut [u32]) -> Vec<u64> {
        let mut retained = vec![0u64; covered.len()];
        for (rank, slot) in ranks.zip(by_rank) {
            let class = self.of[tree.by_rank[rank].at()];
            *slot = class;
            if class & EMPTY == 0 && rank as u32 >= covered[class as usize] {
                let sum = &mut retained[class as usize];
                *sum = sum.saturating_add(tree.retained[rank]);
                covered[class as usize] = rank as u32 + tree.span[rank];
            }
        }
        retained
    }

    /// The classes of some nodes of a heap, whose figures are those of all of it.
    pub(super) fn near(of: Vec<u32>, rows: Vec<Class>) -> Self {
        Self { of, by_rank: Vec::new(), rows }
    }

    /// The node's class: an index into the rows.
    #[inline]
    pub(super) fn of(&self, node: NodeIx) -> u32 {
        self.of[node.at()] & !EMPTY
    }

    /// The class of the node with this rank.
    #[inline]
    pub(super) fn at(&self, rank: usize) -> u32 {
        self.by_rank[rank] & !EMPTY
    }

    /// The same, where the class counts the node.
    #[inline]
    pub(super) fn counted_at(&self, rank: usize) -> Option<u32> {
        let class = self.by_rank[rank];
        (class & EMPTY == 0).then_some(class)
    }
}
