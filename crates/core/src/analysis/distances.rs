//! Distances as DevTools counts them: edges from the global objects, and 100,000,000 more where only the system leads.
//!
//! Breadth first, a level at a time. O(N + E), 8 bytes a node. Most edges lead to what was met before: a bit a node, which
//! stays in the cache, tells so without a look at the distances.

use super::ownership::is_user_root;
use super::weak_pairs::WeakPairs;
use crate::bits::Bits;
use crate::graph::{EdgeIx, EdgeKind, Graph, NodeIx, NodeKind};
use crate::{Error, Watch};
use std::ops::Range;

/// Distances from here on lead through the system only.
pub const SYSTEM: i32 = 100_000_000;
/// The distance of what nothing reaches.
pub const UNREACHED: i32 = -5;

const STRIDE: usize = 1 << 11;
/// Nodes whose places are read together, so that the reads overlap.
const BATCH: usize = 32;

/// Every node's distance, and memory to use again. So is `spare`: for a number a node. `in_pairs`: see
/// [`super::ownership::Marked`].
pub(super) fn distances(
    graph: &Graph,
    pairs: &WeakPairs,
    in_pairs: &Bits,
    mut spare: Vec<u32>,
    watch: &Watch,
) -> Result<(Vec<i32>, Vec<u32>), Error> {
    spare.resize(graph.node_count(), 0);
    let mut search = Search {
        graph,
        pairs,
        in_pairs,
        watch,
        odd: OddNames::find(graph),
        met: Bits::new(graph.node_count()),
        // In place.
        distances: spare.into_iter().map(|_| UNREACHED).collect(),
        queue: Vec::with_capacity(graph.node_count()),
        pending: Bits::new(pairs.entries()),
    };
    for edge in graph.edges_of(NodeIx::ROOT) {
        if is_user_root(graph, edge.target()) && search.met.insert(edge.target().0) {
            search.queue.push(edge.target().0);
        }
    }
    let any = !search.queue.is_empty();
    search.run(1)?;
    search.met.insert(NodeIx::ROOT.0);
    search.queue.push(NodeIx::ROOT.0);
    search.run(if any { SYSTEM } else { 0 })?;
    Ok((search.distances, search.queue))
}

/// The nodes at distance 1, sorted: the global objects, or what the root holds where there are none.
pub(super) fn entries(graph: &Graph) -> Vec<NodeIx> {
    let of_root = || graph.edges_of(NodeIx::ROOT).iter();
    let mut entries: Vec<NodeIx> =
        of_root().map(|edge| edge.target()).filter(|&node| is_user_root(graph, node)).collect();
    if entries.is_empty() {
        entries.extend(of_root().filter(|edge| !edge.is_weak()).map(|edge| edge.target()));
    }
    entries.sort_unstable();
    entries.dedup();
    entries
}

struct Search<'a> {
    graph: &'a Graph,
    pairs: &'a WeakPairs,
    in_pairs: &'a Bits,
    watch: &'a Watch,
    odd: OddNames,
    met: Bits,
    distances: Vec<i32>,
    /// Nodes.
    queue: Vec<u32>,
    /// WeakMap entries of which one link was met.
    pending: Bits,
}

impl Search<'_> {
    /// Empties the queue, whose nodes are at this distance.
    fn run(&mut self, mut distance: i32) -> Result<(), Error> {
        let mut at = 0;
        while at < self.queue.len() {
            let level = self.queue.len();
            while at < level {
                if (at / BATCH).is_multiple_of(STRIDE) {
                    self.watch.check()?;
                }
                let end = level.min(at + BATCH);
                let mut batch = [(0, 0, OddSource::No); BATCH];
                for (slot, &node) in batch.iter_mut().zip(&self.queue[at..end]) {
                    let node = NodeIx(node);
                    let edges = self.graph.edge_range(node);
                    self.distances[node.at()] = distance;
                    *slot = (edges.start, edges.end, self.odd_source(node));
                }
                for &(from, to, source) in &batch[..end - at] {
                    self.follow(from..to, source);
                }
                at = end;
            }
            distance += 1;
        }
        self.queue.clear();
        Ok(())
    }

    /// Puts what a node's edges lead to first into the queue.
    #[inline]
    fn follow(&mut self, edges: Range<usize>, source: OddSource) {
        for edge_at in edges {
            let edge = self.graph.edges[edge_at];
            let target = edge.target();
            if self.met.has(target.0) || edge.is_weak() {
                continue;
            }
            let skipped = match (edge.kind(), source) {
                (EdgeKind::Internal, OddSource::No) => self.is_first_of_pair(edge_at),
                (_, OddSource::No) => false,
                (kind, odd) => {
                    self.is_cut(EdgeIx(edge_at as u32), odd)
                        || kind == EdgeKind::Internal
                            && !matches!(odd, OddSource::Descriptors)
                            && self.is_first_of_pair(edge_at)
                }
            };
            if !skipped {
                self.met.insert(target.0);
                self.queue.push(target.0);
            }
        }
    }

    fn odd_source(&self, node: NodeIx) -> OddSource {
        match self.graph.kind(node) {
            NodeKind::HIDDEN if self.odd.native_context.contains(&self.graph.name_index(node)) => {
                OddSource::NativeContext
            }
            NodeKind::ARRAY if self.odd.descriptors.contains(&self.graph.name_index(node)) => OddSource::Descriptors,
            _ => OddSource::No,
        }
    }

    /// A WeakMap's value is as far as the farther of table and key: of the two links the one met first does not count.
    #[inline]
    fn is_first_of_pair(&mut self, edge_at: usize) -> bool {
        if !self.in_pairs.has(self.graph.edges[edge_at].target().0) {
            return false;
        }
        self.pairs.get(self.graph.edge_names[edge_at]).is_some_and(|pair| self.pending.toggle(pair.entry))
    }

    /// Links that tie unrelated objects together: descriptors shared between maps, and one map of the native context.
    fn is_cut(&self, edge: EdgeIx, source: OddSource) -> bool {
        match source {
            OddSource::No => false,
            OddSource::NativeContext => self.graph.raw_edge_name(edge) == b"sloppy_function_map",
            OddSource::Descriptors => {
                let index = if self.graph.edge(edge).kind().is_indexed() {
                    Some(u64::from(self.graph.edge_names[edge.at()]))
                } else {
                    leading_number(self.graph.raw_edge_name(edge))
                };
                index.is_some_and(|index| index >= 2 && index % 3 == 1)
            }
        }
    }
}

#[derive(Clone, Copy)]
enum OddSource {
    No,
    NativeContext,
    Descriptors,
}

/// The names of odd sources, by index: V8 writes a text once, others may not.
struct OddNames {
    native_context: Vec<u32>,
    descriptors: Vec<u32>,
}

impl OddNames {
    fn find(graph: &Graph) -> Self {
        let [native_context, descriptors] = graph.strings().find_all([b"system / NativeContext", b"(map descriptors)"]);
        Self { native_context, descriptors }
    }
}

fn leading_number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}
