//! Async functions that wait: V8 keeps each call that stands at an `await` as an object with its function, for as long as
//! somebody can still settle the promise that it waits for.

use super::functions::Function;
use super::landmarks::Landmarks;
use super::scripts::Scripts;
use crate::FunctionCount;
use crate::graph::{Graph, NodeIx, NodeKind};
use rustc_hash::FxHashMap;

/// Calls that wait, by function.
pub(super) struct Waiting(FxHashMap<Function, u64>);

impl Waiting {
    pub(super) fn count(graph: &Graph, landmarks: &Landmarks) -> Self {
        let mut counts = FxHashMap::default();
        for function in landmarks.generators.iter().filter_map(|&call| awaiting(graph, call)) {
            *counts.entry(function).or_default() += 1;
        }
        Self(counts)
    }

    /// The `top` functions with most.
    pub(super) fn rows(self, graph: &Graph, scripts: &Scripts, top: usize) -> Vec<FunctionCount> {
        let row = |(function, count): (Function, u64)| FunctionCount {
            function: function.name(graph.strings()),
            location: function.location(graph, scripts),
            count,
        };
        let mut rows: Vec<FunctionCount> = self.0.into_iter().map(row).collect();
        rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.place().cmp(&b.place())));
        rows.truncate(top);
        rows
    }
}

/// The function of a call: other than a generator's, its object has no prototype.
fn awaiting(graph: &Graph, call: NodeIx) -> Option<Function> {
    let is_null = graph.child(call, b"__proto__").is_none_or(|proto| graph.kind(proto) == NodeKind::HIDDEN);
    Function::of(graph, graph.child(call, b"function").filter(|_| is_null)?)
}
