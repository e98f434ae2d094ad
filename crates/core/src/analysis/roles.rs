//! What a node is to an app: a holder, content, V8's storage, a scope, the global object, or Node's own.

use super::heap::Heap;
use crate::graph::{EdgeKind, Graph, NodeIx, NodeKind};

/// Classes that Node itself keeps many of for as long as it runs: modules, not leaks.
const STATIC: &[&str] = &["BuiltinModule", "NativeModule", "Module", "ModuleWrap", "ModuleJob", "ModuleLoadMap"];

/// May this node be called a holder? The root, the global object and V8's own structures hold everything.
pub(super) fn can_hold(heap: &Heap, node: NodeIx) -> bool {
    let graph = heap.graph();
    let name = graph.raw_name(node);
    match graph.kind(node) {
        NodeKind::OBJECT => {
            let is_system = name.starts_with(b"system / ") || is_global(heap, node) || heap.is_entry(node);
            !is_system && !is_static(graph, node) && !is_registry(graph, node)
        }
        NodeKind::CLOSURE | NodeKind::NATIVE | NodeKind::REGEXP => !name.starts_with(b"system / "),
        kind => kind.is_string(),
    }
}

/// Is it one of the objects that the root's shortcuts lead to? Node 26 leads to the native context.
pub(super) fn is_global(heap: &Heap, node: NodeIx) -> bool {
    let graph = heap.graph();
    let name = graph.raw_name(node);
    name == b"global"
        || name.starts_with(b"global / ")
        || name.starts_with(b"global (")
        || graph.kind(node) == NodeKind::HIDDEN && name == b"system / NativeContext"
}

/// Does the node count as something an app keeps?
pub(super) fn is_content(heap: &Heap, node: NodeIx) -> bool {
    let graph = heap.graph();
    match graph.kind(node) {
        NodeKind::HIDDEN | NodeKind::ARRAY | NodeKind::CODE | NodeKind::OBJECT_SHAPE | NodeKind::SYNTHETIC => false,
        NodeKind::OBJECT => !is_static(graph, node),
        _ => true,
    }
}

/// Is it one of the objects that Node keeps for as long as it runs?
pub(super) fn is_static(graph: &Graph, node: NodeIx) -> bool {
    is_static_name(graph.raw_name(node))
}

/// The same by the name of its class.
pub(super) fn is_static_name(name: &[u8]) -> bool {
    STATIC.iter().any(|known| known.as_bytes() == name)
}

/// Does the object hold modules by name, as `require.cache` does?
fn is_registry(graph: &Graph, node: NodeIx) -> bool {
    let properties = graph.edges_of(node).iter().filter(|edge| edge.kind() == EdgeKind::Property).take(64);
    let (all, modules) =
        properties.fold((0, 0), |(all, modules), edge| (all + 1, modules + u32::from(is_static(graph, edge.target()))));
    modules >= 3 && modules * 2 >= all
}

/// Is the node V8's storage for something else, to be looked through?
pub(super) fn is_storage(heap: &Heap, node: NodeIx) -> bool {
    let graph = heap.graph();
    match graph.kind(node) {
        NodeKind::ARRAY | NodeKind::HIDDEN => true,
        NodeKind::NATIVE => graph.raw_name(node).starts_with(b"system / "),
        NodeKind::OBJECT => graph.raw_name(node).starts_with(b"system / ") && !is_scope(heap, node),
        _ => false,
    }
}

/// Is the node a function's or module's variables?
pub(super) fn is_scope(heap: &Heap, node: NodeIx) -> bool {
    heap.graph().kind(node) == NodeKind::OBJECT && heap.graph().raw_name(node).starts_with(b"system / Context")
}
