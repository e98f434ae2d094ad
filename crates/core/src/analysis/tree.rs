//! The top of the dominator tree, as a person walks it: large objects by name, many small ones folded by class.
//!
//! Rows are parts of the heap that do not overlap: what the rows below one hold is a part of what it holds. Best first, so that
//! the rows that there is room for are the largest. O(N) time at most, 4 bytes a node of what is folded.

use super::accumulation::{is_global, is_scope};
use super::heap::Heap;
use crate::graph::{Edge, EdgeIx, EdgeKind, NodeIx, NodeKind};
use crate::{Error, TreeRow, Watch};
use rustc_hash::FxHashMap;
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
    members: Vec<NodeIx>,
    retained: u64,
}

/// The rows: first the heap as a whole, each after the row that it is a part of.
pub(super) fn tree(heap: &Heap, watch: &Watch) -> Result<Vec<TreeRow>, Error> {
    let least = (heap.total_size() / LEAST).max(1);
    let whole = Fold { members: vec![NodeIx::ROOT], retained: heap.total_size() };
    let mut rows = vec![TreeRow {
        parent: None,
        id: None,
        name: String::new(),
        class: String::new(),
        count: 1,
        retained_size: whole.retained,
    }];
    let mut open = BinaryHeap::from([(whole.retained, Reverse(0usize))]);
    let mut folds = vec![whole];
    while let Some((_, Reverse(at))) = open.pop() {
        let above = std::mem::take(&mut folds[at].members);
        for fold in below(heap, &above, least, watch)? {
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
    let first = fold.members[0];
    let alone = fold.members.len() == 1;
    TreeRow {
        parent: u32::try_from(parent).ok(),
        id: alone.then(|| u64::from(heap.graph().id(first))),
        name: if alone { held_as(heap, first) } else { String::new() },
        class: heap.class_name(first).into_owned(),
        count: fold.members.len() as u64,
        retained_size: fold.retained,
    }
}

/// What some objects hold, folded, the largest first.
fn below(heap: &Heap, above: &[NodeIx], least: u64, watch: &Watch) -> Result<Vec<Fold>, Error> {
    let mut by_class: FxHashMap<u32, Fold> = FxHashMap::default();
    let mut open = above.to_vec();
    let mut seen = 0;
    while let Some(node) = open.pop() {
        for child in heap.dominated(node) {
            seen += 1;
            if seen % STRIDE == 0 {
                watch.check()?;
            }
            if is_see_through(heap, child) {
                open.push(child);
                continue;
            }
            let fold = by_class.entry(heap.class(child)).or_insert_with(|| Fold { members: Vec::new(), retained: 0 });
            fold.members.push(child);
            fold.retained += heap.retained(child);
        }
    }
    let mut folds: Vec<Fold> = by_class
        .into_values()
        .filter(|fold| fold.retained >= least)
        .flat_map(|fold| parted(heap, fold, least))
        .collect();
    folds.sort_by_key(|fold| (Reverse(fold.retained), fold.members[0]));
    Ok(folds)
}

/// Tells large ones apart, where there are few of them.
fn parted(heap: &Heap, mut fold: Fold, least: u64) -> Vec<Fold> {
    let large = |&node: &NodeIx| heap.retained(node) >= least;
    let count = fold.members.iter().filter(|node| large(node)).count();
    fold.members.sort_unstable();
    if count == 0 || count > FEW {
        return vec![fold];
    }
    let (alone, mut rest): (Vec<NodeIx>, Vec<NodeIx>) = fold.members.into_iter().partition(large);
    let mut parts: Vec<Fold> =
        alone.into_iter().map(|node| Fold { members: vec![node], retained: heap.retained(node) }).collect();
    let retained = rest.iter().map(|&node| heap.retained(node)).sum();
    if retained >= least {
        rest.shrink_to_fit();
        parts.push(Fold { members: rest, retained });
    }
    parts
}

/// Roots, global objects, variables' scopes and V8's storage: what they hold is told as if it were held by what holds them.
fn is_see_through(heap: &Heap, node: NodeIx) -> bool {
    match heap.graph().kind(node) {
        NodeKind::SYNTHETIC => true,
        _ if is_global(heap, node) => true,
        NodeKind::ARRAY | NodeKind::HIDDEN => heap.retained(node) > heap.self_size(node),
        _ => is_scope(heap, node),
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
