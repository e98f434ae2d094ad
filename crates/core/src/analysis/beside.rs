//! What is compared of heaps, apart from the dominator tree: made on the thread that would have nothing to do meanwhile.

use super::diff::Matched;
use super::growth::Fold;
use super::heap::{Ground, Heap, Purpose};
use crate::graph::Graph;
use crate::{Error, Tally, Watch};

/// What comparisons need beside the tree.
pub struct Beside {
    /// For a census.
    pub fold: Option<Fold>,
    /// For a difference.
    pub matched: Option<Matched>,
}

impl Beside {
    /// Works a heap out, without what only reports say. `fold`: it is to be folded; `since`: the objects of an earlier one of the process.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] only.
    pub fn make(graph: Graph, fold: bool, since: Option<&Tally>, watch: &Watch) -> Result<(Heap, Self), Error> {
        Heap::with(graph, Purpose::Comparison, |on| Self::on(on, fold, since, watch), watch)
    }

    /// Folds a heap, and makes no dominator tree: what hangs from a signature counts in place of what it retains. `classes`: they are counted.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] only.
    pub fn fold(graph: Graph, classes: bool, watch: &Watch) -> Result<(Heap, Self), Error> {
        Heap::without_tree(graph, classes, |on| Self::on(on, true, None, watch), watch)
    }

    /// The same for a heap that is there.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] only.
    pub fn of(heap: &Heap, fold: bool, since: Option<&Tally>, watch: &Watch) -> Result<Self, Error> {
        Self::on(heap.ground(), fold, since, watch)
    }

    fn on(on: Ground, fold: bool, since: Option<&Tally>, watch: &Watch) -> Result<Self, Error> {
        let fold = if fold { Some(Fold::new(on, watch)?) } else { None };
        Ok(Self { fold, matched: since.map(|before| Matched::new(on, before)) })
    }
}
