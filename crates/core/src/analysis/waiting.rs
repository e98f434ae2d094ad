//! Async functions that wait: V8 keeps each call that stands at an `await` as an object with its function, for as long as
//! somebody can still settle the promise that it waits for. One look at each node's name.

use super::functions::Function;
use super::heap::Heap;
use super::scripts::Scripts;
use crate::FunctionCount;
use crate::graph::{Graph, NodeIx, NodeKind};
use rustc_hash::FxHashMap;

/// The `top` functions with most calls that wait.
pub(super) fn waiting(heap: &Heap, scripts: &Scripts, top: usize) -> Vec<FunctionCount> {
    let graph = heap.graph();
    // As V8 calls them, and generators without a class of their own.
    let Some(name) = graph.strings().find(b"Generator") else { return Vec::new() };
    let mut counts: FxHashMap<Function, u64> = FxHashMap::default();
    let calls = graph.nodes().filter(|&node| graph.name_index(node) == name && graph.kind(node) == NodeKind::OBJECT);
    for function in calls.filter_map(|call| awaiting(graph, call)) {
        *counts.entry(function).or_default() += 1;
    }
    let mut rows: Vec<FunctionCount> = counts
        .into_iter()
        .map(|(function, count)| FunctionCount {
            function: function.name(graph),
            location: function.location(graph, scripts),
            count,
        })
        .collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.place().cmp(&b.place())));
    rows.truncate(top);
    rows
}

/// The function of a call: other than a generator's, its object has no prototype.
fn awaiting(graph: &Graph, call: NodeIx) -> Option<Function> {
    let is_null = graph.child(call, b"__proto__").is_none_or(|proto| graph.kind(proto) == NodeKind::HIDDEN);
    Function::of(graph, graph.child(call, b"function").filter(|_| is_null)?)
}
