//! Listeners that an app has added and not taken away: of `EventEmitter`s, which keep them by event in `_events`, and of
//! `EventTarget`s (`AbortSignal`s), which keep a linked list an event. Nothing is kept of emitters with one listener an event.

use super::functions::Function;
use super::heap::Heap;
use super::landmarks::Landmarks;
use super::scripts::Scripts;
use crate::graph::{EdgeIx, EdgeKind, Graph, NodeIx, NodeKind};
use crate::{FunctionCount, ListenerRow};
use rustc_hash::FxHashMap;

/// Functions of one list that are told.
const FUNCTIONS: usize = 10;

/// An event's listeners.
pub(super) struct List {
    owner: NodeIx,
    event: Event,
    listeners: Listeners,
    count: u64,
}

enum Event {
    /// The name of a property.
    Property(EdgeIx),
    /// A key of a map.
    Key(NodeIx),
}

#[derive(Clone, Copy)]
enum Listeners {
    /// An array of functions.
    Array(NodeIx),
    /// The first of Node's notes that each hold the next.
    Linked(NodeIx),
}

/// The `top` longest lists of listeners.
#[inline(never)]
pub(super) fn longest(graph: &Graph, landmarks: &Landmarks, top: usize) -> Vec<List> {
    let mut lists = Vec::new();
    for &(owner, edge) in &landmarks.of_emitters {
        of_events(graph, owner, graph.edge(edge).target(), &mut lists);
    }
    for &(owner, edge) in &landmarks.of_targets {
        of_map(graph, owner, graph.edge(edge).target(), &mut lists);
    }
    lists.sort_by_key(|list| std::cmp::Reverse((list.count, std::cmp::Reverse(list.owner))));
    lists.truncate(top);
    lists
}

/// The lists as the report shows them.
pub(super) fn rows(heap: &Heap, scripts: &Scripts, lists: &[List]) -> Vec<ListenerRow> {
    lists.iter().map(|list| row(heap, scripts, list)).collect()
}

/// An `_events`: each property is an event, with a function or an array of them.
fn of_events(graph: &Graph, owner: NodeIx, events: NodeIx, lists: &mut Vec<List>) {
    for (at, edge) in graph.edge_indices(events) {
        let array = edge.target();
        let is_event = matches!(edge.kind(), EdgeKind::Property | EdgeKind::Element);
        if !is_event || graph.kind(array) != NodeKind::OBJECT || graph.raw_edge_name(at) == b"__proto__" {
            continue;
        }
        let listeners = Listeners::Array(array);
        let count = members(graph, listeners).count() as u64;
        if count > 1 {
            lists.push(List { owner, event: Event::Property(at), listeners, count });
        }
    }
}

/// A `Map` from an event to the head of its list: V8 writes each key before its value.
fn of_map(graph: &Graph, owner: NodeIx, map: NodeIx, lists: &mut Vec<List>) {
    let Some(table) = graph.child(map, b"table") else { return };
    for pair in graph.edges_of(table).windows(2) {
        let (key, head) = (pair[0].target(), pair[1].target());
        if !graph.kind(key).is_string() || graph.kind(head) != NodeKind::OBJECT {
            continue;
        }
        let Some(first) = graph.child(head, b"next") else { continue };
        let listeners = Listeners::Linked(first);
        let count = members(graph, listeners).count() as u64;
        if count > 1 {
            lists.push(List { owner, event: Event::Key(key), listeners, count });
        }
    }
}

/// The functions, and objects with a `handleEvent`, of a list.
fn members(graph: &Graph, listeners: Listeners) -> Box<dyn Iterator<Item = NodeIx> + '_> {
    match listeners {
        Listeners::Array(array) => {
            let elements = graph.edges_of(array).iter().filter(|edge| edge.kind() == EdgeKind::Element);
            Box::new(elements.map(|edge| edge.target()).filter(|&node| graph.kind(node) == NodeKind::CLOSURE))
        }
        Listeners::Linked(first) => {
            let is_note = |node: &NodeIx| graph.raw_name(*node) == b"Listener";
            let next = move |&note: &NodeIx| graph.child(note, b"next").filter(is_note);
            // A list of a broken file may go round.
            let notes = std::iter::successors(Some(first).filter(is_note), next).take(graph.node_count());
            // What Node adds weakly, to pass a signal on, holds nothing.
            let listener = |note| graph.child(note, b"listener").filter(|&held| graph.raw_name(held) != b"WeakRef");
            Box::new(notes.filter_map(listener))
        }
    }
}

fn row(heap: &Heap, scripts: &Scripts, list: &List) -> ListenerRow {
    let graph = heap.graph();
    let mut counts: FxHashMap<Option<Function>, u64> = FxHashMap::default();
    for node in members(graph, list.listeners) {
        *counts.entry(function(graph, node)).or_default() += 1;
    }
    let event = match list.event {
        Event::Property(edge) => graph.edge_name(edge),
        Event::Key(node) => graph.name(node),
    };
    ListenerRow {
        class: class(heap, list.owner),
        id: u64::from(graph.id(list.owner)),
        event: shown(&event),
        count: list.count,
        functions: told(heap, scripts, counts),
    }
}

/// The owner's class. Node 20 makes `AbortSignal`s of plain targets: their prototype has the name.
fn class(heap: &Heap, owner: NodeIx) -> String {
    let graph = heap.graph();
    let name = heap.class_name(owner);
    let prototype = graph.child(owner, b"__proto__").filter(|&proto| graph.kind(proto) == NodeKind::OBJECT);
    match prototype {
        Some(prototype) if name == "EventTarget" => graph.name(prototype).into_owned(),
        _ => name.into_owned(),
    }
}

/// What a person wrote: behind `once`, and behind an object.
fn function(graph: &Graph, node: NodeIx) -> Option<Function> {
    if graph.kind(node) != NodeKind::CLOSURE {
        return Function::of(graph, graph.child(node, b"handleEvent")?);
    }
    // `once` adds a bound function of Node's, which has the listener.
    let wrapped = graph.child(node, b"bound_function").and_then(|_| graph.child(node, b"listener"));
    Function::of(graph, wrapped.unwrap_or(node))
}

/// Functions by count, the most frequent first; of equals by place.
fn told(heap: &Heap, scripts: &Scripts, counts: FxHashMap<Option<Function>, u64>) -> Vec<FunctionCount> {
    let graph = heap.graph();
    let mut rows: Vec<FunctionCount> = counts
        .into_iter()
        .map(|(function, count)| FunctionCount {
            function: function.map_or_else(String::new, |function| function.name(graph.strings())),
            location: function.and_then(|function| function.location(graph, scripts)),
            count,
        })
        .collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.place().cmp(&b.place())));
    rows.truncate(FUNCTIONS);
    rows
}

/// An event's name is data.
fn shown(event: &str) -> String {
    event.chars().take(100).collect()
}

#[cfg(test)]
mod tests;
