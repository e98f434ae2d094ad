//! Distances as DevTools counts them: edges from the global objects, and 100,000,000 more where only the system leads.
//!
//! Breadth first. O(N + E), 8 bytes a node.

use super::ownership::is_user_root;
use super::weak_pairs::WeakPairs;
use crate::graph::{EdgeIx, EdgeKind, Graph, NodeIx, NodeKind};
use crate::{Error, Watch};
use rustc_hash::FxHashSet;

/// Distances from here on lead through the system only.
pub const SYSTEM: i32 = 100_000_000;
/// The distance of what nothing reaches.
pub const UNREACHED: i32 = -5;

const STRIDE: usize = 1 << 16;

/// Every node's distance.
pub(super) fn distances(graph: &Graph, pairs: &WeakPairs, watch: &Watch) -> Result<Vec<i32>, Error> {
    let mut search = Search {
        graph,
        pairs,
        watch,
        distances: vec![UNREACHED; graph.node_count()],
        queue: Vec::with_capacity(graph.node_count()),
        pending: FxHashSet::default(),
    };
    for edge in graph.edges_of(NodeIx::ROOT) {
        if is_user_root(graph, edge.target()) {
            search.distances[edge.target().at()] = 1;
            search.queue.push(edge.target());
        }
    }
    let any = !search.queue.is_empty();
    search.run()?;
    search.distances[0] = if any { SYSTEM } else { 0 };
    search.queue.push(NodeIx::ROOT);
    search.run()?;
    Ok(search.distances)
}

struct Search<'a> {
    graph: &'a Graph,
    pairs: &'a WeakPairs,
    watch: &'a Watch,
    distances: Vec<i32>,
    queue: Vec<NodeIx>,
    /// WeakMap entries of which one link was met.
    pending: FxHashSet<u32>,
}

impl Search<'_> {
    /// Empties the queue.
    fn run(&mut self) -> Result<(), Error> {
        let mut at = 0;
        while let Some(&node) = self.queue.get(at) {
            at += 1;
            if at.is_multiple_of(STRIDE) {
                self.watch.check()?;
            }
            let distance = self.distances[node.at()] + 1;
            let kind = self.graph.kind(node);
            let odd_source = match kind {
                NodeKind::HIDDEN if self.graph.raw_name(node) == b"system / NativeContext" => OddSource::NativeContext,
                NodeKind::ARRAY if self.graph.raw_name(node) == b"(map descriptors)" => OddSource::Descriptors,
                _ => OddSource::No,
            };
            for edge_at in self.graph.edge_range(node) {
                let edge = self.graph.edges[edge_at];
                let target = edge.target();
                if self.distances[target.at()] != UNREACHED || edge.is_weak() {
                    continue;
                }
                let skipped = match (edge.kind(), odd_source) {
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
                    self.distances[target.at()] = distance;
                    self.queue.push(target);
                }
            }
        }
        self.queue.clear();
        Ok(())
    }

    /// A WeakMap's value is as far as the farther of table and key: of the two links the one met first does not count.
    fn is_first_of_pair(&mut self, edge_at: usize) -> bool {
        match self.pairs.get(self.graph.edge_names[edge_at]) {
            Some(pair) if self.pending.remove(&pair.entry) => false,
            Some(pair) => self.pending.insert(pair.entry),
            None => false,
        }
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

fn leading_number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}
