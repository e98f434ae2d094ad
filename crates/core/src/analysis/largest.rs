//! The objects of the app that retain most, none inside another.

use super::distances::SYSTEM;
use super::heap::Heap;
use super::roles::{is_global, is_scope};
use super::route::Route;
use super::scripts::script_name;
use super::timers;
use crate::graph::{NodeIx, NodeKind};
use crate::{DominatorRow, Error, Watch};
use std::collections::BinaryHeap;

/// More rows than a person reads, and paths are dear.
const MOST: usize = 50;

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
            open.extend(heap.dominated_from(node, least + 1).map(|(node, bytes)| (bytes, node)));
        } else if heap.distance(node) < SYSTEM && !matches!(graph.kind(node), NodeKind::ARRAY | NodeKind::CODE) {
            found.push(node);
        }
    }
    Ok(found)
}

/// An object as the report shows it, by its class where no path was found. Nothing for what is Node's own.
pub(super) fn row(heap: &Heap, node: NodeIx, route: &Route) -> Option<DominatorRow> {
    let graph = heap.graph();
    if !route.is_empty() && is_runtimes_own(heap, node, route) {
        return None;
    }
    Some(DominatorRow {
        id: u64::from(graph.id(node)),
        name: if route.is_empty() { heap.class_name(node).into_owned() } else { route.name(heap) },
        class: heap.class_name(node).into_owned(),
        shallow_size: heap.self_size(node),
        retained_size: heap.retained(node),
        retained_count: u64::from(heap.retained_count(node)),
        distance: heap.distance(node),
    })
}

/// Does Node keep it for itself: without a name, or in a variable of its own scripts?
fn is_runtimes_own(heap: &Heap, node: NodeIx, route: &Route) -> bool {
    let graph = heap.graph();
    if route.frame(heap).is_some() || route.nodes_back().any(|node| timers::is_list(graph, node)) {
        return false;
    }
    !route.is_named()
        || graph.raw_name(node) == b"process"
        || route.name(heap).starts_with("global.<symbol node:")
        || route
            .closure(heap)
            .and_then(|closure| script_name(graph, closure))
            .is_some_and(|file| file.starts_with("node:"))
}

/// Is the node no object of the app, or one that holds nearly nothing but one other?
fn is_wrapper(heap: &Heap, node: NodeIx) -> bool {
    let graph = heap.graph();
    match graph.kind(node) {
        NodeKind::SYNTHETIC | NodeKind::HIDDEN => true,
        NodeKind::OBJECT if heap.distance(node) == 1 || is_global(heap, node) => true,
        _ if is_scope(heap, node) => true,
        _ => {
            let nearly_all = heap.retained(node) / 10 * 9 + 1;
            heap.dominated_from(node, nearly_all)
                .any(|(child, _)| !matches!(graph.kind(child), NodeKind::ARRAY | NodeKind::HIDDEN))
        }
    }
}
