//! What is in the members of a signature: names of properties, or of what their functions have at hand, with classes and never with values.

use super::super::functions::Function;
use super::super::heap::Heap;
use super::terrain::FunctionKey;
use crate::graph::{Edge, EdgeIx, Graph, NodeIx, NodeKind};

/// Names that are told.
const TOLD: usize = 8;
/// Members that are looked into for them.
const ASKED: usize = 16;
/// Members of one kind are frequent where they are such a part of all.
const FREQUENT: usize = 4;
/// Properties with the function of a timer or a listener.
pub(super) const CALLED: [&[u8]; 4] = [b"listener", b"callback", b"_onTimeout", b"_onImmediate"];

/// What is inside of most of some members; where they are of several kinds, as the timers of one list or listeners can be, by the function that
/// they call, of each that is frequent.
pub(super) fn inside_of(heap: &Heap, members: &[NodeIx]) -> Vec<String> {
    let mut kinds: Vec<(Option<FunctionKey>, Vec<NodeIx>)> = Vec::new();
    for &member in members {
        let function = called(heap.graph(), member).and_then(|called| Function::of(heap.graph(), called));
        let kind = function.map(Function::key);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, alike)) => alike.push(member),
            None => kinds.push((kind, vec![member])),
        }
    }
    kinds.retain(|(_, alike)| alike.len() * FREQUENT >= members.len());
    kinds.sort_by_key(|(_, alike)| std::cmp::Reverse(alike.len()));
    let mut all = Vec::new();
    for (_, alike) in kinds {
        let asked = alike.iter().step_by(alike.len().div_ceil(ASKED));
        for name in common(asked.map(|&member| inside(heap, member))) {
            if all.len() < TOLD && !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}

/// The function that a timer or a listener calls.
fn called(graph: &Graph, member: NodeIx) -> Option<NodeIx> {
    CALLED.iter().filter_map(|name| graph.child(member, name)).find(|&called| graph.kind(called) == NodeKind::CLOSURE)
}

/// What most of some are; of equally common ones the first.
fn common(all: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let mut counts: Vec<(Vec<String>, usize)> = Vec::new();
    for names in all {
        match counts.iter_mut().find(|(known, _)| *known == names) {
            Some((_, count)) => *count += 1,
            None => counts.push((names, 1)),
        }
    }
    counts.into_iter().rev().max_by_key(|&(_, count)| count).map_or_else(Vec::new, |(names, _)| names)
}

/// The names of a member's properties, or of what its function has at hand, with their classes; never their values.
fn inside(heap: &Heap, member: NodeIx) -> Vec<String> {
    use crate::graph::EdgeKind::{Context, Property};
    let graph = heap.graph();
    let is_closure = |node: &NodeIx| graph.kind(*node) == NodeKind::CLOSURE;
    // What `once` adds is a function of Node's that has the app's.
    let closure = called(graph, member).or(Some(member).filter(is_closure));
    let bound = closure
        .and_then(|closure| Some((graph.child(closure, b"bound_function")?, graph.child(closure, b"bound_this"))));
    let this = bound.and_then(|(_, this)| this).map(|this| format!("this: {}", heap.class_name(this)));
    let closure = bound.map_or(closure, |(function, _)| Some(function));
    let from = closure.and_then(|closure| graph.child(closure, b"context")).unwrap_or(member);
    let edges = graph.edge_indices(from).filter(|(at, edge)| {
        matches!(edge.kind(), Context | Property) && !matches!(graph.raw_edge_name(*at), b"__proto__" | b"constructor")
    });
    let named = |(at, edge): (EdgeIx, Edge)| {
        let name: String = graph.edge_name(at).chars().take(60).collect();
        format!("{name}: {}", heap.class_name(edge.target()))
    };
    // What is null, undefined or a truth says least.
    let is_nothing = |(_, edge): &(EdgeIx, Edge)| heap.class_name(edge.target()) == "(system)";
    let (nothing, something): (Vec<_>, Vec<_>) = edges.partition(is_nothing);
    this.into_iter().chain(something.into_iter().chain(nothing).map(named)).take(TOLD).collect()
}
