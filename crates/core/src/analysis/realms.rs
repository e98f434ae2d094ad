//! Contexts beyond the main one: each has a global object, and its own `Object`, `Array`, …, a quarter of a megabyte at least. V8 lets go of a context when
//! nothing holds an object of it, so that those in a heap are in use, or a leak: one function out of a context keeps all of it.

use super::distances::entries;
use super::heap::Heap;
use super::landmarks::Landmarks;
use super::route::Route;
use super::scripts::Scripts;
use crate::ContextRow;
use crate::graph::{Graph, NodeIx, NodeKind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;

/// Contexts that are named: more are counted only.
const MOST: usize = 2000;
/// Scopes of a function that are looked through for its context.
const SCOPES: usize = 16;

/// The contexts that the embedder does not hold itself.
pub(super) struct Realms(Vec<NodeIx>);

impl Realms {
    /// The main one is the one whose global object the root leads to; where none is, the oldest.
    pub(super) fn find(graph: &Graph, landmarks: &Landmarks) -> Self {
        let all = &landmarks.contexts;
        let entries = entries(graph);
        let is_entry = |node: NodeIx| entries.binary_search(&node).is_ok();
        let is_main = |&node: &NodeIx| {
            let global = ["global_proxy_object", "global_proxy", "global_object", "extension"];
            is_entry(node) || global.iter().filter_map(|name| graph.child(node, name.as_bytes())).any(is_entry)
        };
        let main = all.iter().copied().find(is_main).or_else(|| all.iter().copied().min_by_key(|&node| graph.id(node)));
        Self(all.iter().copied().filter(|&node| Some(node) != main && !is_main(&node)).collect())
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// Those that retain most, in that order.
    pub(super) fn largest(&self, heap: &Heap) -> Vec<NodeIx> {
        let mut contexts = self.0.clone();
        contexts.sort_by_key(|&node| (Reverse(heap.retained(node)), node));
        contexts.truncate(MOST);
        contexts
    }
}

/// The contexts, which come by size, as rows: the `top` largest of those that are held alike.
pub(super) fn rows(
    heap: &Heap,
    scripts: &Scripts,
    contexts: &[NodeIx],
    way: impl Fn(NodeIx) -> Route,
    top: usize,
) -> Vec<ContextRow> {
    let code = code(heap.graph(), scripts, contexts);
    let mut rows: Vec<(ContextRow, Vec<NodeIx>)> = Vec::new();
    let mut by_holder: FxHashMap<(String, Option<String>), usize> = FxHashMap::default();
    for &node in contexts {
        let route = way(node).before_realm();
        let (name, script) = (name(heap, node, &route), code.get(&node).cloned());
        let row = *by_holder.entry((name, script)).or_insert_with_key(|(name, script)| {
            let (name, script, path) = (name.clone(), script.clone(), route.shown(heap));
            let id = u64::from(heap.graph().id(node));
            rows.push((ContextRow { name, count: 0, retained_size: 0, id, script, path }, Vec::new()));
            rows.len() - 1
        });
        rows[row].1.push(node);
    }
    let mut rows: Vec<ContextRow> = rows.into_iter().map(|(row, members)| summed(heap, row, members)).collect();
    rows.sort_by_key(|row| (Reverse(row.retained_size), Reverse(row.count), row.id));
    rows.truncate(top);
    rows
}

/// The row with its members' figures; what one holds inside another counts once.
fn summed(heap: &Heap, mut row: ContextRow, mut members: Vec<NodeIx>) -> ContextRow {
    let rank = |node: NodeIx| heap.tree().rank(node);
    members.sort_by_key(|&node| rank(node));
    let mut covered = 0;
    row.count = members.len() as u64;
    for node in members {
        if rank(node) >= covered {
            row.retained_size = row.retained_size.saturating_add(heap.retained(node));
            covered = rank(node) + heap.retained_count(node) as usize;
        }
    }
    row
}

/// What holds a context, as the source writes it; where no way was found, by its class.
fn name(heap: &Heap, node: NodeIx, route: &Route) -> String {
    if route.is_empty() { heap.class_name(heap.idom(node)).into_owned() } else { route.name(heap) }
}

/// By context, the file of a function of it.
fn code(graph: &Graph, scripts: &Scripts, contexts: &[NodeIx]) -> FxHashMap<NodeIx, String> {
    let mut missing: FxHashSet<NodeIx> = contexts.iter().copied().collect();
    let mut files: FxHashMap<u32, Option<String>> = FxHashMap::default();
    let mut found = FxHashMap::default();
    for &(node, place) in graph.places.iter().filter(|(node, _)| graph.kind(*node) == NodeKind::CLOSURE) {
        if missing.is_empty() {
            break;
        }
        let file = || scripts.file(graph, place.script).filter(|file| !file.starts_with("node:"));
        let Some(file) = files.entry(place.script).or_insert_with(file) else { continue };
        let scopes = std::iter::successors(graph.child(node, b"context"), |&scope| graph.child(scope, b"previous"));
        if let Some(context) = scopes.take(SCOPES).find(|scope| missing.contains(scope)) {
            missing.remove(&context);
            found.insert(context, file.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::analysis::report;
    use crate::graph::{EdgeKind, NodeKind};
    use crate::testing::SnapshotBuilder;
    use crate::{AnalyzeOptions, NoSources, Watch};

    /// Two contexts that `pages` holds, each by a function of `/app/page.js`, beside the main one.
    fn heap() -> SnapshotBuilder {
        let mut builder = SnapshotBuilder::new()
            .node("global", NodeKind::OBJECT, "global", 100)
            .node("main", NodeKind::HIDDEN, "system / NativeContext", 2000)
            .node("pages", NodeKind::OBJECT, "Array", 16)
            .node("code", NodeKind::CODE, "/app/page.js", 50)
            .node("file", NodeKind::STRING, "/app/page.js", 50)
            .node("shared", NodeKind::CODE, "render", 50)
            .edge("root", EdgeKind::Shortcut, "global", "global")
            .edge("main", EdgeKind::Internal, "global_proxy_object", "global")
            .edge("global", EdgeKind::Internal, "context", "main")
            .edge("global", EdgeKind::Property, "pages", "pages")
            .edge("shared", EdgeKind::Internal, "script", "code")
            .edge("code", EdgeKind::Internal, "name", "file");
        for nth in ["0", "1"] {
            let [render, scope, context, own] =
                ["render", "scope", "context", "own"].map(|name| format!("{name}{nth}"));
            builder = builder
                .node(&render, NodeKind::CLOSURE, "render", 64)
                .node(&scope, NodeKind::OBJECT, "system / Context", 32)
                .node(&context, NodeKind::HIDDEN, "system / NativeContext", 0)
                .node(&own, NodeKind::OBJECT, "Object", 3000)
                .edge("pages", EdgeKind::Element, nth, &render)
                .edge(&render, EdgeKind::Internal, "shared", "shared")
                .edge(&render, EdgeKind::Internal, "context", &scope)
                .edge(&scope, EdgeKind::Internal, "previous", &context)
                .edge(&context, EdgeKind::Internal, "object_function", &own)
                .place(&render, 7, 4, 2);
        }
        builder
    }

    #[test]
    fn contexts_that_are_held_alike_are_one_row_and_the_main_one_is_none() {
        let report = report_of(&heap());
        assert_eq!(report.context_count, 2);
        let [row] = &report.contexts[..] else { panic!("{:?}", report.contexts) };
        assert_eq!((row.name.as_str(), row.count, row.retained_size), ("global.pages[]", 2, 6000));
        assert_eq!(row.script.as_deref(), Some("/app/page.js"));
        assert_eq!(row.path.last().map(|step| step.edge.as_str()), Some("[]"));
    }

    #[test]
    fn without_a_way_to_its_global_object_the_oldest_is_the_main_one() {
        let builder = SnapshotBuilder::new()
            .node("a", NodeKind::HIDDEN, "system / NativeContext", 2000)
            .node("b", NodeKind::HIDDEN, "system / NativeContext", 2000)
            .node("roots", NodeKind::SYNTHETIC, "(GC roots)", 0)
            .edge("root", EdgeKind::Element, "1", "roots")
            .edge("roots", EdgeKind::Element, "1", "a")
            .edge("roots", EdgeKind::Element, "2", "b");
        let report = report_of(&builder);
        assert_eq!((report.context_count, report.contexts.len()), (1, 1));
        assert_eq!(report.contexts[0].id, u64::from(builder.build().id(builder.index("b"))));
    }

    fn report_of(builder: &SnapshotBuilder) -> crate::Report {
        let heap = crate::analysis::Heap::new(builder.build(), &Watch::default()).expect("not cancelled");
        report(&heap, &AnalyzeOptions::default(), &NoSources, &Watch::default()).expect("not cancelled")
    }
}
