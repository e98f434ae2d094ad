//! Listeners: functions that an emitter keeps by event, as `EventEmitter` does in `_events`.

use super::functions::Function;
use super::heap::Heap;
use crate::graph::{EdgeKind, NodeIx};
use std::borrow::Cow;

/// The event with most listeners, of a table of them, how many those are, and one of them.
pub(super) fn busiest(heap: &Heap, events: NodeIx) -> Option<(Cow<'_, str>, usize, Function)> {
    let graph = heap.graph();
    let mut best: Option<(usize, Cow<str>, Function)> = None;
    for (at, edge) in graph.edge_indices(events).filter(|(_, edge)| edge.kind() == EdgeKind::Property) {
        // One listener stands for itself, several are in an array.
        let list = graph.child(edge.target(), b"elements");
        let of_list = || graph.edges_of(list?).iter().find_map(|edge| Function::of(graph, edge.target()));
        let Some(listener) = Function::of(graph, edge.target()).or_else(of_list) else { continue };
        let count = list.map_or(1, |list| graph.edges_of(list).len());
        if graph.raw_edge_name(at) != b"__proto__" && best.as_ref().is_none_or(|(most, ..)| count > *most) {
            best = Some((count, graph.edge_name(at), listener));
        }
    }
    best.map(|(count, event, listener)| (event, count, listener))
}
