//! Attached or detached: embedders' nodes (DOM) that were not told take the state of what holds them.
//!
//! Attached wins. The state spreads over native nodes only, by edges that are neither hidden nor weak.

use crate::graph::{Detachedness, EdgeKind, Graph, NodeIx, NodeKind};

/// Spreads the states that the producer gave.
pub(super) fn spread(graph: &mut Graph) {
    let known: Vec<NodeIx> = graph.nodes().filter(|&node| graph.detachedness(node) != Detachedness::Unknown).collect();
    if known.is_empty() {
        return;
    }
    let mut settled = crate::bits::Bits::new(graph.node_count());
    let (mut attached, mut detached) = (Vec::new(), Vec::new());
    for &node in &known {
        settled.insert(node.0);
        if graph.kind(node) == NodeKind::NATIVE {
            match graph.detachedness(node) {
                Detachedness::Attached => attached.push(node),
                _ => detached.push(node),
            }
        }
    }
    for (state, mut stack) in [(Detachedness::Attached, attached), (Detachedness::Detached, detached)] {
        while let Some(node) = stack.pop() {
            for at in graph.edge_range(node) {
                let edge = graph.edges[at];
                if matches!(edge.kind(), EdgeKind::Hidden | EdgeKind::Weak) || !settled.insert(edge.target().0) {
                    continue;
                }
                if graph.kind(edge.target()) == NodeKind::NATIVE {
                    graph.set_detachedness(edge.target(), state);
                    stack.push(edge.target());
                }
            }
        }
    }
}
