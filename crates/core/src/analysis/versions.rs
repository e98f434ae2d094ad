//! The versions of Node and V8 that made a heap, as its `process` object says them.

use crate::graph::{Graph, NodeIx, NodeKind};

/// Node's, and V8's, where the heap tells them.
pub(super) type Versions = (Option<String>, Option<String>);

/// What `process.version` and `process.versions.v8` said, read from the heap.
pub(super) fn versions(graph: &Graph) -> Versions {
    let Some(name) = graph.strings().find(b"process") else { return (None, None) };
    let is_process = |&node: &NodeIx| graph.name_index(node) == name && graph.kind(node) == NodeKind::OBJECT;
    versions_of(graph, graph.nodes().filter(is_process))
}

/// The same, where the objects of that name are known.
pub(super) fn versions_of(graph: &Graph, mut processes: impl Iterator<Item = NodeIx>) -> Versions {
    let text = |node: Option<NodeIx>| graph.text(node?).map(std::borrow::Cow::into_owned);
    let found = processes
        .find_map(|process| Some((text(graph.child(process, b"version")), graph.child(process, b"versions")?)));
    found.map_or((None, None), |(node, versions)| (node, text(graph.child(versions, b"v8"))))
}
