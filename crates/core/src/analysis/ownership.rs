//! Which edges own: those that DevTools lets decide what retains what.
//!
//! Not weak, not to itself, not from a WeakMap's table to a value (the key owns it), and, out of other nodes than the
//! root, not a shortcut and not from the system into the page. The page is all that the global objects reach.

use super::side_by_side;
use super::weak_pairs::WeakPairs;
use crate::bits::Bits;
use crate::graph::{Edge, EdgeKind, Graph, NodeIx, NodeKind};
use crate::{Error, Watch};
use std::ops::Range;

/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;
/// How many nodes are a stretch: few enough that what is counted for each stays in the cache.
pub(super) const STRETCH: usize = 1 << 16;

/// How many owning edges lead to the nodes of each stretch.
pub(super) type Stretches = Vec<u32>;

/// What is seen of the edges while they are marked.
pub(super) struct Marked {
    pub(super) stretches: Stretches,
    /// Targets of edges with the name of a WeakMap's entry: few, so that nobody else needs to read the others' names.
    pub(super) in_pairs: Bits,
}

/// The root's shortcuts lead to the global objects, its element `(Document DOM trees)` to documents: the page's entries.
fn is_document_trees(graph: &Graph, node: NodeIx) -> bool {
    graph.kind(node) == NodeKind::SYNTHETIC && graph.raw_name(node) == b"(Document DOM trees)"
}

/// Does DevTools begin distances at this child of the root?
pub(super) fn is_user_root(graph: &Graph, node: NodeIx) -> bool {
    graph.kind(node) != NodeKind::SYNTHETIC || is_document_trees(graph, node)
}

/// Marks the page's nodes: what the entries reach over every edge but weak ones.
#[inline(never)]
pub(super) fn page(graph: &Graph, watch: &Watch) -> Result<Bits, Error> {
    let mut page = Bits::new(graph.node_count());
    // Memory is read from start to end: a node that comes later is left to the sweep, only one that was passed is
    // visited out of order.
    let mut passed = Vec::new();
    for &edge in graph.edges_of(NodeIx::ROOT) {
        let enters = match edge.kind() {
            EdgeKind::Shortcut => true,
            EdgeKind::Element => is_document_trees(graph, edge.target()),
            _ => false,
        };
        if enters {
            page.insert(edge.target().0);
        }
    }
    for sweep in graph.nodes() {
        if sweep.at().is_multiple_of(STRIDE) {
            watch.check()?;
        }
        if !page.has(sweep.0) {
            continue;
        }
        passed.push(graph.edge_range(sweep));
        while let Some(edges) = passed.pop() {
            for edge in &graph.edges[edges] {
                let new = page.insert_if(edge.target().0, !edge.is_weak());
                if new & (edge.target() <= sweep) {
                    // The stretch of edges and not the node: so that reads for several nodes overlap.
                    passed.push(graph.edge_range(edge.target()));
                }
            }
        }
    }
    Ok(page)
}

/// Sets the "owns" bit of every one of the graph's edges, on two threads, and tells what it saw.
pub(super) fn mark(
    graph: &Graph,
    edges: &mut [Edge],
    page: &Bits,
    pairs: &WeakPairs,
    watch: &Watch,
) -> Result<Marked, Error> {
    let nodes = graph.node_count();
    let half_edges = (edges.len() / 2) as u32;
    let split_node = graph.first_edge.partition_point(|&first| first < half_edges).min(nodes);
    let split_edge = graph.first_edge[split_node] as usize;
    let (low, high) = edges.split_at_mut(split_edge);
    let part = Part { graph, page, pairs, watch };
    let (low, high) =
        side_by_side(|| part.mark(0..split_node, low, 0), || part.mark(split_node..nodes, high, split_edge))?;
    let stretches = low.stretches.iter().zip(&high.stretches).map(|(low, high)| low + high).collect();
    let mut in_pairs = Bits::new(nodes);
    for target in low.in_pairs.iter().chain(&high.in_pairs) {
        in_pairs.insert(target.0);
    }
    Ok(Marked { stretches, in_pairs })
}

/// What a thread needs to know; of `graph` everything but the edges.
struct Part<'a> {
    graph: &'a Graph,
    page: &'a Bits,
    pairs: &'a WeakPairs,
    watch: &'a Watch,
}

/// What a thread saw.
struct Seen {
    stretches: Stretches,
    in_pairs: Vec<NodeIx>,
}

impl Part<'_> {
    /// The edges of the nodes of `range`, of which the first stands at `base` of all.
    fn mark(&self, range: Range<usize>, edges: &mut [Edge], base: usize) -> Result<Seen, Error> {
        let mut stretches = vec![0; self.graph.node_count().div_ceil(STRETCH)];
        let mut in_pairs = Vec::new();
        for node in range {
            if node.is_multiple_of(STRIDE) {
                self.watch.check()?;
            }
            let node = NodeIx(node as u32);
            let edge_range = self.graph.edge_range(node);
            let is_root = node == NodeIx::ROOT;
            let enters_freely = is_root || self.page.has(node.0);
            for at in edge_range {
                let edge = &mut edges[at - base];
                let target = edge.target();
                let kind = edge.kind();
                let mut owns = target != node && (enters_freely || !self.page.has(target.0));
                owns &= match kind {
                    EdgeKind::Weak => false,
                    EdgeKind::Shortcut => is_root,
                    EdgeKind::Internal => {
                        let pair = self.pairs.get(self.graph.edge_names[at]);
                        in_pairs.extend(pair.map(|_| target));
                        pair.is_none_or(|pair| pair.table != u64::from(self.graph.id(node)))
                    }
                    _ => true,
                };
                edge.set_owns(owns);
                stretches[target.at() / STRETCH] += u32::from(owns);
            }
        }
        Ok(Seen { stretches, in_pairs })
    }
}
