//! Local variables of functions that run or wait: V8 keeps their values without names, beside the function.

use super::heap::Heap;
use super::scripts::script_name;
use crate::graph::{EdgeIx, Graph, NodeIx, NodeKind};

/// The function whose frame holds what the edge leads to: an edge out of the stack, or out of a generator's registers.
pub(super) fn function(heap: &Heap, from: NodeIx, edge: EdgeIx) -> Option<NodeIx> {
    let graph = heap.graph();
    match (graph.kind(from), graph.raw_name(from)) {
        (NodeKind::SYNTHETIC, b"(Stack roots)") => running(graph, from, edge),
        (NodeKind::OBJECT, b"Generator") => graph.child(from, b"function"),
        _ => None,
    }
}

/// V8 lists the stack frame by frame, in each the values first, then the bytecode and the function.
fn running(graph: &Graph, stack: NodeIx, edge: EdgeIx) -> Option<NodeIx> {
    let mut bytecode = false;
    for (_, edge) in graph.edge_indices(stack).skip_while(|&(at, _)| at <= edge) {
        let node = edge.target();
        if bytecode && graph.kind(node) == NodeKind::CLOSURE {
            return Some(node);
        }
        bytecode = graph.raw_name(node) == b"system / BytecodeArray";
    }
    None
}

/// `work()`; the file's name where the function is a module's own.
pub(super) fn owner(heap: &Heap, function: NodeIx) -> String {
    let graph = heap.graph();
    let name = graph.name(function);
    if !name.is_empty() {
        return format!("{name}()");
    }
    let is_module = graph.place(function).is_none_or(|place| place.line == 0 && place.column == 0);
    match script_name(graph, function).filter(|_| is_module) {
        Some(file) => file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        None => "a function".to_owned(),
    }
}
