//! Sizes that move: what V8 allocates apart but one object owns alone counts as that object's own size.
//!
//! Hidden nodes, arrays and external string data give their self size to their only owner, directly or through others of
//! their kind. With several owners, or owned by the root or a synthetic node, they keep it.

use super::bits::Bits;
use super::ownership::is_user_root;
use crate::graph::{Detachedness, Graph, NodeIx, NodeKind, Sizes};
use crate::{Error, Watch};

const NONE: u32 = u32::MAX;
const SEVERAL: u32 = u32::MAX - 1;
const STRIDE: usize = 1 << 16;
/// Edges that are looked at together.
const PART: usize = 1 << 10;

/// The sizes after the move, from those before it, by node; and memory to use again.
pub(super) fn moved(graph: &Graph, mut sizes: Sizes, watch: &Watch) -> Result<(Sizes, Vec<u32>), Error> {
    let has_user_root = graph.edges_of(NodeIx::ROOT).iter().any(|edge| is_user_root(graph, edge.target()));
    // A snapshot with V8's internals exposed shows allocations as they are.
    if !has_user_root {
        return Ok((sizes, Vec::new()));
    }
    let owner = owners(graph, watch)?;
    for (node, &owner) in owner.iter().enumerate() {
        if owner >= SEVERAL || owner as usize == node {
            continue;
        }
        if owner == NodeIx::ROOT.0 || graph.kind(NodeIx(owner)) == NodeKind::SYNTHETIC {
            continue;
        }
        sizes.set(owner as usize, sizes.get(owner as usize).saturating_add(sizes.get(node)));
        sizes.set(node, 0);
    }
    Ok((sizes, owner))
}

/// Each node's only owner: itself for those that do not move.
#[inline(never)]
fn owners(graph: &Graph, watch: &Watch) -> Result<Vec<u32>, Error> {
    let moves = |node: NodeIx| match graph.kind(node) {
        NodeKind::HIDDEN | NodeKind::ARRAY => true,
        NodeKind::NATIVE => {
            graph.detachedness(node) != Detachedness::Detached && graph.raw_name(node) == b"system / ExternalStringData"
        }
        _ => false,
    };
    let moving = Bits::of(graph.nodes().map(moves));
    let mut owner: Vec<u32> = graph.nodes().map(|node| if moving.has(node.0) { NONE } else { node.0 }).collect();
    let mut changed = Vec::new();
    let claim = |target: NodeIx, from: u32, owner: &mut [u32], changed: &mut Vec<NodeIx>| {
        let current = owner[target.at()];
        if current != SEVERAL && current != from {
            owner[target.at()] = if current == NONE { from } else { SEVERAL };
            changed.push(target);
        }
    };
    // Few edges lead to what moves: those are found first, many at a time and without a branch for each.
    let mut found = [0; PART];
    let mut from = NodeIx::ROOT;
    for (part, edges) in graph.edges.chunks(PART).enumerate() {
        watch.check()?;
        let mut count = 0;
        for (edge, at) in edges.iter().zip(part * PART..) {
            found[count] = at;
            count += usize::from(moving.has(edge.target().0) & !edge.is_weak());
        }
        for &at in &found[..count] {
            while graph.edge_range(from).end <= at {
                from.0 += 1;
            }
            if !moving.has(from.0) {
                claim(graph.edges[at].target(), from.0, &mut owner, &mut changed);
                changed.clear();
            }
        }
    }
    // Then what hangs from those.
    for node in graph.nodes() {
        if node.at().is_multiple_of(STRIDE) {
            watch.check()?;
        }
        if !moving.has(node.0) || owner[node.at()] == NONE {
            continue;
        }
        changed.push(node);
        while let Some(node) = changed.pop() {
            for edge in graph.edges_of(node) {
                if moving.has(edge.target().0) && !edge.is_weak() {
                    claim(edge.target(), owner[node.at()], &mut owner, &mut changed);
                }
            }
        }
    }
    Ok(owner)
}
