//! The objects of the app that retain most, none inside another.

use super::accumulation::is_scope;
use super::distances::SYSTEM;
use super::heap::Heap;
use super::paths::Paths;
use super::route::Route;
use crate::graph::{NodeIx, NodeKind};
use crate::{DominatorRow, Error, Watch};
use std::collections::BinaryHeap;

/// More rows than a person reads, and paths are dear.
const MOST: usize = 20;

/// The largest objects: the dominator tree from the root down, looking through what only wraps something.
pub(super) fn largest(heap: &Heap, top: usize, watch: &Watch) -> Result<Vec<NodeIx>, Error> {
    let graph = heap.graph();
    let least = heap.total_size() / 1000;
    let mut open = BinaryHeap::from([(heap.retained(NodeIx::ROOT), NodeIx::ROOT)]);
    let mut found = Vec::new();
    while let Some((_, node)) = open.pop() {
        if found.len() == top.min(MOST) {
            break;
        }
        watch.check()?;
        if is_wrapper(heap, node) {
            open.extend(heap.dominated(node).map(|node| (heap.retained(node), node)).filter(|&(size, _)| size > least));
        } else if heap.distance(node) < SYSTEM && graph.kind(node) != NodeKind::ARRAY {
            found.push(node);
        }
    }
    Ok(found)
}

/// An object as the report shows it, by its class where no path was found. Nothing for the texts of Node's own scripts.
pub(super) fn row(heap: &Heap, node: NodeIx, paths: &Paths) -> Option<DominatorRow> {
    let graph = heap.graph();
    let path = paths.to(graph, node);
    let route = Route::new(heap, &path);
    if graph.kind(node).is_string() && !route.is_named() && !path.is_empty() {
        return None;
    }
    Some(DominatorRow {
        id: u64::from(graph.id(node)),
        name: if path.is_empty() { heap.class_name(node).into_owned() } else { route.name(heap) },
        class: heap.class_name(node).into_owned(),
        shallow_size: heap.self_size(node),
        retained_size: heap.retained(node),
        retained_count: u64::from(heap.retained_count(node)),
        distance: heap.distance(node),
    })
}

/// Is the node no object of the app, or one that holds nearly nothing but one other?
fn is_wrapper(heap: &Heap, node: NodeIx) -> bool {
    let graph = heap.graph();
    match graph.kind(node) {
        NodeKind::SYNTHETIC | NodeKind::HIDDEN => true,
        NodeKind::OBJECT if heap.distance(node) == 1 || graph.raw_name(node) == b"global" => true,
        _ if is_scope(heap, node) => true,
        _ => {
            let retained = heap.retained(node);
            heap.dominated(node).any(|child| {
                heap.retained(child) > retained / 10 * 9
                    && !matches!(graph.kind(child), NodeKind::ARRAY | NodeKind::HIDDEN)
            })
        }
    }
}
