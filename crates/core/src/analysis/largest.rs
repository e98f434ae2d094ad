//! The objects of the app that retain most, none inside another.

use super::accumulation::is_scope;
use super::heap::Heap;
use super::paths::paths;
use super::route::Route;
use crate::graph::{NodeIx, NodeKind};
use crate::{DominatorRow, Error, Watch};
use std::collections::BinaryHeap;

/// More rows than a person reads, and paths are dear.
const MOST: usize = 20;

/// The largest objects: the dominator tree from the root down, looking through what only wraps something.
pub(super) fn largest(heap: &Heap, top: usize, watch: &Watch) -> Result<Vec<DominatorRow>, Error> {
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
        } else {
            found.push(node);
        }
    }
    let routes = paths(graph, heap.pairs(), &found, watch)?;
    let row = |(node, path): (NodeIx, Vec<_>)| DominatorRow {
        id: u64::from(graph.id(node)),
        name: Route::new(heap, &path).name(heap),
        class: heap.class_name(node).into_owned(),
        shallow_size: heap.self_size(node),
        retained_size: heap.retained(node),
        retained_count: u64::from(heap.retained_count(node)),
        distance: heap.distance(node),
    };
    Ok(found.into_iter().zip(routes).map(row).collect())
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
