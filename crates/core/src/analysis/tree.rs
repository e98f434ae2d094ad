//! The top of the dominator tree, as a person walks it: large objects by name, many small ones folded by class.
//!
//! Rows are parts of the heap that do not overlap: what the rows below one hold is a part of what it holds. Best first, so that
//! the rows that there is room for are the largest. O(N) time at most, 4 bytes a node of what is folded.

use super::heap::Heap;
use super::roles::{is_global, is_scope};
use crate::graph::{Edge, EdgeIx, EdgeKind, NodeIx, NodeKind};
use crate::{Error, TreeRow, Watch};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// More rows than a picture can show.
const MOST: usize = 300;
/// A row holds at least this part of the heap.
const LEAST: u64 = 500;
/// So many of one class at one place are told apart; more are folded.
const FEW: usize = 6;
/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;

/// Objects that are told as one row.
struct Fold {
    class: u32,
    /// Their ranks.
    members: Vec<u32>,
    /// The first of them in the heap's order.
    first: NodeIx,
    retained: u64,
    /// How many of them are worth a row alone.
    large: usize,
}

impl Fold {
    fn new(class: u32) -> Self {
        Self { class, members: Vec::new(), first: NodeIx(u32::MAX), retained: 0, large: 0 }
    }

    #[inline]
    fn add(&mut self, rank: usize, node: NodeIx, retained: u64, least: u64) {
        self.members.push(rank as u32);
        self.first = self.first.min(node);
        self.retained = self.retained.saturating_add(retained);
        self.large += usize::from(retained >= least);
    }
}

/// The rows of the whole heap: first the heap itself, each after the row that it is a part of.
#[inline(never)]
pub(super) fn tree(heap: &Heap, watch: &Watch) -> Result<Vec<TreeRow>, Error> {
    let first =
        TreeRow { parent: None, id: None, name: String::new(), class: String::new(), count: 1, retained_size: 0 };
    rows(heap, NodeIx::ROOT, first, watch)
}

/// The same of what one object holds: first the object itself.
pub(super) fn tree_of(heap: &Heap, node: NodeIx, watch: &Watch) -> Result<Vec<TreeRow>, Error> {
    if node == NodeIx::ROOT {
        return tree(heap, watch);
    }
    let mut alone = Fold::new(heap.class(node));
    alone.add(heap.tree().rank(node), node, heap.retained(node), 1);
    rows(heap, node, TreeRow { parent: None, ..row(heap, 0, &alone) }, watch)
}

fn rows(heap: &Heap, top: NodeIx, first: TreeRow, watch: &Watch) -> Result<Vec<TreeRow>, Error> {
    let total = heap.retained(top);
    let least = (total / LEAST).max(1);
    let mut folder = Folder {
        heap,
        least,
        watch,
        ways: vec![None; heap.classes().len()],
        places: vec![NONE; heap.classes().len()],
        seen: 0,
    };
    let mut whole = Fold::new(heap.class(top));
    whole.add(heap.tree().rank(top), top, total, least);
    let mut rows = vec![TreeRow { retained_size: total, ..first }];
    let mut open = BinaryHeap::from([(whole.retained, Reverse(0usize))]);
    let mut folds = vec![whole];
    while let Some((_, Reverse(at))) = open.pop() {
        let above = std::mem::take(&mut folds[at].members);
        for fold in folder.below(&above)? {
            if rows.len() == MOST {
                return Ok(rows);
            }
            rows.push(row(heap, at, &fold));
            open.push((fold.retained, Reverse(folds.len())));
            folds.push(fold);
        }
    }
    Ok(rows)
}

fn row(heap: &Heap, parent: usize, fold: &Fold) -> TreeRow {
    let alone = fold.members.len() == 1;
    TreeRow {
        parent: u32::try_from(parent).ok(),
        id: alone.then(|| u64::from(heap.graph().id(fold.first))),
        name: if alone { held_as(heap, fold.first) } else { String::new() },
        class: heap.class_name(fold.first).into_owned(),
        count: fold.members.len() as u64,
        retained_size: fold.retained,
    }
}

/// No fold of this class yet.
const NONE: u32 = u32::MAX;

/// Whether what a node holds is told as if it were held by what holds the node.
#[derive(Clone, Copy)]
enum Way {
    /// It is not.
    Ends,
    /// It is, if there is anything: V8's storage.
    MayLead,
    /// Roots, global objects, variables' scopes.
    Leads,
}

/// Folds what some objects hold.
struct Folder<'a> {
    heap: &'a Heap,
    least: u64,
    watch: &'a Watch,
    /// By class, of those that were met: the same for all of a class, whose kind and name say it.
    ways: Vec<Option<Way>>,
    /// By class: the fold's place, while one row is taken apart.
    places: Vec<u32>,
    seen: usize,
}

impl Folder<'_> {
    /// What those with the ranks hold, the largest first.
    fn below(&mut self, above: &[u32]) -> Result<Vec<Fold>, Error> {
        let (heap, tree, classes) = (self.heap, self.heap.tree(), self.heap.ranked_classes());
        let mut folds: Vec<Fold> = Vec::new();
        let mut open = Vec::new();
        for &rank in above {
            open.push(rank as usize);
            while let Some(rank) = open.pop() {
                for child in tree.below(rank) {
                    self.seen += 1;
                    if self.seen.is_multiple_of(STRIDE) {
                        self.watch.check()?;
                    }
                    let (node, retained) = (tree.by_rank[child], tree.retained[child]);
                    let class = classes.at(child);
                    let leads = match *self.ways[class as usize].get_or_insert_with(|| way(heap, node)) {
                        Way::Ends => false,
                        Way::MayLead => retained > heap.self_size(node),
                        Way::Leads => true,
                    };
                    if leads {
                        open.push(child);
                        continue;
                    }
                    let place = &mut self.places[class as usize];
                    if *place == NONE {
                        *place = folds.len() as u32;
                        folds.push(Fold::new(class));
                    }
                    folds[*place as usize].add(child, node, retained, self.least);
                }
            }
        }
        for fold in &folds {
            self.places[fold.class as usize] = NONE;
        }
        folds.retain(|fold| fold.retained >= self.least);
        let mut parts: Vec<Fold> = folds.into_iter().flat_map(|fold| self.parted(fold)).collect();
        parts.sort_by_key(|fold| (Reverse(fold.retained), fold.first));
        Ok(parts)
    }

    /// Tells large ones apart, where there are few of them.
    fn parted(&self, fold: Fold) -> Vec<Fold> {
        if fold.large == 0 || fold.large > FEW {
            return vec![fold];
        }
        let tree = self.heap.tree();
        let mut rest = Fold::new(fold.class);
        let mut parts = Vec::new();
        for rank in fold.members {
            let (node, retained) = (tree.by_rank[rank as usize], tree.retained[rank as usize]);
            if retained >= self.least {
                let mut alone = Fold::new(fold.class);
                alone.add(rank as usize, node, retained, self.least);
                parts.push(alone);
            } else {
                rest.add(rank as usize, node, retained, self.least);
            }
        }
        if rest.retained >= self.least {
            parts.push(rest);
        }
        parts
    }
}

fn way(heap: &Heap, node: NodeIx) -> Way {
    match heap.graph().kind(node) {
        NodeKind::SYNTHETIC => Way::Leads,
        NodeKind::ARRAY | NodeKind::HIDDEN => Way::MayLead,
        NodeKind::OBJECT | NodeKind::NATIVE if is_global(heap, node) || is_scope(heap, node) => Way::Leads,
        _ => Way::Ends,
    }
}

/// The variable or property by which its dominator holds it; empty where that is not one.
fn held_as(heap: &Heap, node: NodeIx) -> String {
    let graph = heap.graph();
    let leads = |&(_, edge): &(EdgeIx, Edge)| edge.target() == node;
    match graph.edge_indices(heap.idom(node)).find(leads) {
        Some((at, edge)) => match edge.kind() {
            EdgeKind::Context | EdgeKind::Property => graph.edge_name(at).into_owned(),
            EdgeKind::Element => "[]".to_owned(),
            _ => String::new(),
        },
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
