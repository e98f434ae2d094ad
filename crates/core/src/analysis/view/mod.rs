//! A heap that is kept and asked: who looks at it gets a page of rows for each question, never the whole.
//!
//! Nothing is prepared that a question can do without. An object is found by its id, and what points to it, by one pass over a
//! column, which takes a tenth of a second where a list of all such links would double the memory.

mod best;
mod classes;
mod links;
mod object;
mod question;
mod search;
mod way;

pub use question::{Question, Reply};

use super::diff::Matched;
use super::heap::Heap;
use super::scripts::{ById, Scripts};
use super::{diff, tree};
use crate::graph::NodeIx;
use crate::{Diff, DiffOptions, Error, Sources, Watch};
use best::Best;
use object::ObjectRow;
use question::{Page, Rows};
use std::cmp::Reverse;

/// Nodes or edges between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;

/// A heap to look at.
pub struct View {
    heap: Heap,
    scripts: ById,
}

impl View {
    /// Of a heap that was worked out.
    pub fn new(heap: Heap) -> Self {
        let scripts = Scripts::by_id(heap.graph());
        Self { heap, scripts }
    }

    /// The answer to one question; nothing where the heap has no such object or class.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`] only.
    pub fn answer(&self, question: &Question, sources: &dyn Sources, watch: &Watch) -> Result<Option<Reply>, Error> {
        let heap = &self.heap;
        let scripts = || Scripts::known(self.scripts.clone(), sources);
        let node = |id: u32| self.find(id, watch);
        Ok(Some(match question {
            Question::Classes { text, order, page } => {
                Reply::Classes(classes::rows(heap, &scripts(), text, *order, page))
            }
            Question::Members { class, page } => {
                if heap.classes().get(*class as usize).is_none_or(|class| class.count == 0) {
                    return Ok(None);
                }
                Reply::Objects(self.members(*class, page, watch)?)
            }
            Question::Search { text, among, page } => Reply::Objects(search::found(heap, text, *among, page, watch)?),
            Question::Object { id } => {
                let Some(node) = node(*id)? else { return Ok(None) };
                Reply::Object(Box::new(object::told(heap, &scripts(), node)))
            }
            Question::Dominated { id, page } => {
                let Some(node) = node(*id)? else { return Ok(None) };
                Reply::Objects(self.dominated(node, page, watch)?)
            }
            Question::Contents { id, order, page } => {
                let Some(node) = node(*id)? else { return Ok(None) };
                Reply::Links(links::contents(heap, node, *order, page, watch)?)
            }
            Question::Retainers { id, page } => {
                let Some(node) = node(*id)? else { return Ok(None) };
                Reply::Links(links::retainers(heap, node, page, watch)?)
            }
            Question::Way { id } => {
                let Some(node) = node(*id)? else { return Ok(None) };
                Reply::Way(way::way(heap, node, watch)?)
            }
            Question::Tree { id } => {
                let Some(node) = node(*id)? else { return Ok(None) };
                Reply::Tree(tree::tree_of(heap, node, watch)?)
            }
        }))
    }

    /// What changed since an earlier snapshot of the process.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`], [`crate::Code::Unrelated`] where `before` is not that.
    pub fn diff(
        &self,
        before: &Self,
        options: &DiffOptions,
        sources: &dyn Sources,
        watch: &Watch,
    ) -> Result<Diff, Error> {
        let tally = diff::tally_of(&before.heap);
        watch.check()?;
        diff(&self.heap, Matched::new(self.heap.ground(), &tally), &tally, options, sources, watch)
    }

    /// The object that V8 gave this id.
    fn find(&self, id: u32, watch: &Watch) -> Result<Option<NodeIx>, Error> {
        watch.check()?;
        let at = self.heap.graph().ids.iter().position(|&known| known == id);
        Ok(at.map(|at| NodeIx(at as u32)))
    }

    /// The objects of a class, those first that retain most.
    fn members(&self, class: u32, page: &Page, watch: &Watch) -> Result<Rows<ObjectRow>, Error> {
        let (classes, tree) = (self.heap.ranked_classes(), self.heap.tree());
        let mut best = Best::new(page);
        for (rank, &node) in tree.by_rank.iter().enumerate() {
            if rank.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            if classes.counted_at(rank) == Some(class) {
                best.add((Reverse(tree.retained[rank]), node));
            }
        }
        Ok(self.objects(best))
    }

    /// What the object dominates immediately, the largest first.
    fn dominated(&self, node: NodeIx, page: &Page, watch: &Watch) -> Result<Rows<ObjectRow>, Error> {
        let mut best = Best::new(page);
        for (nth, (node, retained)) in self.heap.dominated_from(node, 0).enumerate() {
            if nth.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            best.add((Reverse(retained), node));
        }
        Ok(self.objects(best))
    }

    fn objects(&self, best: Best<(Reverse<u64>, NodeIx)>) -> Rows<ObjectRow> {
        best.rows(|(_, node)| ObjectRow::new(&self.heap, node))
    }
}
