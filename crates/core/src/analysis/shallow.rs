//! Sizes that move: what V8 allocates apart but one object owns alone counts as that object's own size.
//!
//! Hidden nodes, arrays and external string data give their self size to their only owner, directly or through others of
//! their kind. With several owners, or owned by the root or a synthetic node, they keep it.

use super::ownership::is_user_root;
use crate::bits::Bits;
use crate::graph::{Detachedness, Graph, NodeIx, NodeKind, Sizes};
use crate::{Error, Watch};

const NONE: u32 = u32::MAX;
const SEVERAL: u32 = u32::MAX - 1;
const STRIDE: usize = 1 << 16;
/// Edges that are looked at together.
const PART: usize = 1 << 10;

/// The sizes after the move, from those before it, by node.
pub(super) fn moved(graph: &Graph, mut sizes: Sizes, watch: &Watch) -> Result<Sizes, Error> {
    let has_user_root = graph.edges_of(NodeIx::ROOT).iter().any(|edge| is_user_root(graph, edge.target()));
    // A snapshot with V8's internals exposed shows allocations as they are.
    if !has_user_root {
        return Ok(sizes);
    }
    let Owners { moving, owner, .. } = owners(graph, watch)?;
    for (node, owner) in graph.nodes().filter(|node| moving.has(node.0)).zip(owner) {
        if owner >= SEVERAL || owner == NodeIx::ROOT.0 || graph.kind(NodeIx(owner)) == NodeKind::SYNTHETIC {
            continue;
        }
        sizes.set(owner as usize, sizes.get(owner as usize).saturating_add(sizes.get(node.at())));
        sizes.set(node.at(), 0);
    }
    Ok(sizes)
}

/// The only owner of each node that moves.
struct Owners {
    moving: Bits,
    /// How many of them are before each 64 nodes.
    before: Vec<u32>,
    /// By place among those.
    owner: Vec<u32>,
    /// Nodes whose owner is another one since.
    changed: Vec<NodeIx>,
}

impl Owners {
    fn new(moving: Bits, count: usize) -> Self {
        Self { before: moving.before(), moving, owner: vec![NONE; count], changed: Vec::new() }
    }

    fn place(&self, node: NodeIx) -> usize {
        self.moving.rank(node.0, &self.before)
    }

    /// A node that moves hangs from this one, or from what belongs to it.
    fn claim(&mut self, node: NodeIx, from: u32) {
        let place = self.place(node);
        let owner = &mut self.owner[place];
        if *owner != SEVERAL && *owner != from {
            *owner = if *owner == NONE { from } else { SEVERAL };
            self.changed.push(node);
        }
    }
}

/// Finds them: first what hangs from nodes that stay, then what hangs from that.
#[inline(never)]
fn owners(graph: &Graph, watch: &Watch) -> Result<Owners, Error> {
    let mut count = 0;
    let moves = |node: NodeIx| match graph.kind(node) {
        NodeKind::HIDDEN | NodeKind::ARRAY => true,
        NodeKind::NATIVE => {
            graph.detachedness(node) != Detachedness::Detached && graph.raw_name(node) == b"system / ExternalStringData"
        }
        _ => false,
    };
    let moving = Bits::of(graph.nodes().map(|node| {
        let moves = moves(node);
        count += usize::from(moves);
        moves
    }));
    let mut owners = Owners::new(moving, count);
    // Few edges lead to what moves: those are found first, many at a time and without a branch for each.
    let mut found = [0; PART];
    let mut from = NodeIx::ROOT;
    for (part, edges) in graph.edges.chunks(PART).enumerate() {
        watch.check()?;
        let mut count = 0;
        for (edge, at) in edges.iter().zip(part * PART..) {
            found[count] = at;
            count += usize::from(owners.moving.has(edge.target().0) & !edge.is_weak());
        }
        for &at in &found[..count] {
            while graph.edge_range(from).end <= at {
                from.0 += 1;
            }
            if !owners.moving.has(from.0) {
                owners.claim(graph.edges[at].target(), from.0);
                owners.changed.clear();
            }
        }
    }
    // Then what hangs from those.
    let mut place = 0;
    for node in graph.nodes() {
        if node.at().is_multiple_of(STRIDE) {
            watch.check()?;
        }
        if !owners.moving.has(node.0) {
            continue;
        }
        if owners.owner[place] != NONE {
            owners.changed.push(node);
        }
        place += 1;
        while let Some(node) = owners.changed.pop() {
            let from = owners.owner[owners.place(node)];
            for edge in graph.edges_of(node) {
                if owners.moving.has(edge.target().0) && !edge.is_weak() {
                    owners.claim(edge.target(), from);
                }
            }
        }
    }
    Ok(owners)
}
