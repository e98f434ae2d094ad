//! Retaining paths that a person can read: the cheapest way from the roots, where names cost little and V8's own
//! structures much.
//!
//! Dijkstra with small whole costs in a ring of buckets; it ends as soon as all targets are reached. O(E) at worst,
//! 8 bytes a node.

use super::weak_pairs::WeakPairs;
use crate::bits::Bits;
use crate::graph::{Edge, EdgeIx, EdgeKind, Graph, NodeIx, NodeKind};
use crate::{Error, Watch};

const UNSEEN: u32 = 0;
const STRIDE: usize = 1 << 16;
/// More than any edge costs.
const RING: usize = 256;

/// The cheapest ways from the root, as far as they were looked for.
pub(super) struct Paths {
    /// By node: what the cheapest way so far costs, 0 where there is none yet, and the edge that it ends with. Zeros from
    /// the system cost nothing where the search never comes.
    found: Vec<(u32, u32)>,
}

impl Paths {
    /// Looks for the ways to all of `targets`, and to those of `others` that are found within so many visits in all.
    pub(super) fn find(
        graph: &Graph,
        pairs: &WeakPairs,
        targets: &[NodeIx],
        others: &[NodeIx],
        visits: usize,
        watch: &Watch,
    ) -> Result<Self, Error> {
        let nodes = graph.node_count();
        let mut found = vec![(UNSEEN, 0); nodes];
        let (mut wanted, mut welcome) = (Bits::new(nodes), Bits::new(nodes));
        let mut missing = targets.iter().filter(|target| wanted.insert(target.0)).count();
        let mut hoped = others.iter().filter(|target| !wanted.has(target.0) && welcome.insert(target.0)).count();
        let mut settled = Bits::new(nodes);
        let mut ring: Vec<Vec<NodeIx>> = vec![Vec::new(); RING];
        let (mut now, mut idle, mut visited) = (1u32, 0, 0usize);
        found[0].0 = now;
        ring[now as usize].push(NodeIx::ROOT);
        while (missing > 0 || hoped > 0 && visited < visits) && idle < RING {
            let slot = now as usize % RING;
            let Some(node) = ring[slot].pop() else {
                now += 1;
                idle += 1;
                continue;
            };
            idle = 0;
            // A node stands in the ring once for each better way that was found; the best one counts, once.
            if found[node.at()].0 != now || !settled.insert(node.0) {
                continue;
            }
            if wanted.has(node.0) {
                missing -= 1;
            } else if welcome.has(node.0) {
                hoped -= 1;
            }
            visited += 1;
            if visited.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            for (at, edge) in graph.edge_indices(node) {
                // Most lead to what was reached as cheaply: that is seen by what the link costs alone.
                let Some(link) = by_kind(edge.kind(), node == NodeIx::ROOT) else { continue };
                if settled.has(edge.target().0) {
                    continue;
                }
                let best = &mut found[edge.target().at()];
                if best.0 != UNSEEN && now.saturating_add(link) >= best.0 {
                    continue;
                }
                let Some(step) = step(graph, pairs, node, at, edge) else { continue };
                let cost = now.saturating_add(step);
                if best.0 == UNSEEN || cost < best.0 {
                    *best = (cost, at.0);
                    ring[cost as usize % RING].push(edge.target());
                }
            }
        }
        Ok(Self { found })
    }

    /// The edges from the root to the target; empty where no way was found.
    pub(super) fn to(&self, graph: &Graph, target: NodeIx) -> Vec<EdgeIx> {
        let mut path = Vec::new();
        let mut node = target;
        while node != NodeIx::ROOT && self.found[node.at()].0 != UNSEEN {
            let edge = EdgeIx(self.found[node.at()].1);
            path.push(edge);
            node = source(graph, edge);
        }
        path.reverse();
        path
    }
}

/// The node that an edge leaves.
pub(super) fn source(graph: &Graph, edge: EdgeIx) -> NodeIx {
    NodeIx(graph.first_edge.partition_point(|&first| first <= edge.0) as u32 - 1)
}

/// What a step costs, at least 1 and below [`RING`]; `None` where it holds nothing.
#[inline]
pub(super) fn step(graph: &Graph, pairs: &WeakPairs, from: NodeIx, at: EdgeIx, edge: Edge) -> Option<u32> {
    Some(base(graph, pairs, from, at, edge)? + extra(graph, edge.target()))
}

/// What a step costs by its link.
#[inline]
pub(super) fn base(graph: &Graph, pairs: &WeakPairs, from: NodeIx, at: EdgeIx, edge: Edge) -> Option<u32> {
    if edge.kind() == EdgeKind::Internal {
        let pair = pairs.get(graph.edge_names[at.at()]);
        if pair.is_some_and(|pair| pair.table == u64::from(graph.id(from))) {
            return None;
        }
    }
    by_kind(edge.kind(), from == NodeIx::ROOT)
}

/// The same, where the link is none from a WeakMap's table to a value.
#[inline]
pub fn by_kind(kind: EdgeKind, is_from_root: bool) -> Option<u32> {
    match kind {
        EdgeKind::Weak => None,
        EdgeKind::Shortcut => is_from_root.then_some(1),
        EdgeKind::Property | EdgeKind::Context | EdgeKind::Element => Some(3),
        EdgeKind::Internal => Some(5),
        EdgeKind::Hidden | EdgeKind::Other => Some(8),
    }
}

/// What it costs beside that, by what it leads to.
#[inline]
pub(super) fn extra(graph: &Graph, target: NodeIx) -> u32 {
    extra_of(graph.kind(target), || graph.raw_name(target))
}

/// The same by kind and name.
#[inline]
pub fn extra_of<'a>(kind: NodeKind, name: impl Fn() -> &'a [u8]) -> u32 {
    match kind {
        NodeKind::CODE | NodeKind::OBJECT_SHAPE => 24,
        NodeKind::HIDDEN => 6,
        // What Node cleans up at its end: it lists everything and holds nothing.
        NodeKind::NATIVE if is_bookkeeping(name()) => 120,
        NodeKind::SYNTHETIC => match name() {
            // What a running function or V8 itself holds for a moment says nothing about a leak, V8's table of names lists every text
            // that is a key somewhere, and its caches what was there when Node started.
            b"(Stack roots)"
            | b"(Handle scope)"
            | b"(Identity map)"
            | b"(Strong roots)"
            | b"(Strong root list)"
            | b"(Internalized strings)"
            | b"(Read-only roots)"
            | b"(Read-only object cache)"
            | b"(Startup object cache)"
            | b"(Shareable object cache)"
            | b"(Eternal handles)"
            | b"(External strings)" => 200,
            // What keeps the process alive (servers, timers, sockets) is a root that people know.
            b"(GC roots)" | b"(Global handles)" => 0,
            _ => 8,
        },
        _ => 0,
    }
}

/// Is it one of the lists in which Node keeps its own C++ objects?
fn is_bookkeeping(name: &[u8]) -> bool {
    let own = name.strip_prefix(b"Node / ").unwrap_or_default();
    matches!(own, b"CleanupQueue" | b"Environment" | b"PrincipalRealm" | b"ShadowRealm" | b"BaseObjectList")
}
