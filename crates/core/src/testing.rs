//! Heaps by hand, for tests: labels in place of indexes, edges in the order they are given.

use crate::graph::{Detachedness, Edge, EdgeKind, Graph, NodeIx, NodeKind, Place};
use std::collections::HashMap;

/// Builds a [`Graph`]. Its root is there from the start and is called `root`.
pub struct SnapshotBuilder {
    labels: HashMap<String, usize>,
    nodes: Vec<(NodeKind, u32, u64)>,
    edges: Vec<Vec<(EdgeKind, u32, usize)>>,
    places: Vec<(usize, Place)>,
    strings: Vec<String>,
}

impl Default for SnapshotBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl SnapshotBuilder {
    /// The root alone.
    pub fn new() -> Self {
        let empty = Self {
            labels: HashMap::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            places: Vec::new(),
            strings: vec!["<dummy>".to_owned()],
        };
        empty.node("root", NodeKind::SYNTHETIC, "", 0)
    }

    fn string(&mut self, text: &str) -> u32 {
        let at = self.strings.iter().position(|known| known == text).unwrap_or_else(|| {
            self.strings.push(text.to_owned());
            self.strings.len() - 1
        });
        at as u32
    }

    /// Adds a node.
    #[must_use]
    pub fn node(mut self, label: &str, kind: NodeKind, name: &str, size: u64) -> Self {
        let name = self.string(name);
        self.labels.insert(label.to_owned(), self.nodes.len());
        self.nodes.push((kind, name, size));
        self.edges.push(Vec::new());
        self
    }

    /// Adds a named edge. Panics where a label is not known.
    #[must_use]
    pub fn edge(mut self, from: &str, kind: EdgeKind, name: &str, to: &str) -> Self {
        let name = if kind.is_indexed() { name.parse().expect("an index") } else { self.string(name) };
        let (from, to) = (self.labels[from], self.labels[to]);
        self.edges[from].push((kind, name, to));
        self
    }

    /// Says where a closure, or an object's constructor, is written; 0-based.
    #[must_use]
    pub fn place(mut self, label: &str, script: u32, line: u32, column: u32) -> Self {
        self.places.push((self.labels[label], Place { script, line, column }));
        self
    }

    /// The node's index.
    pub fn index(&self, label: &str) -> NodeIx {
        NodeIx(self.labels[label] as u32)
    }

    /// The graph.
    pub fn build(&self) -> Graph {
        let mut graph = Graph::default();
        graph.first_edge.push(0);
        for (at, &(kind, name, size)) in self.nodes.iter().enumerate() {
            graph.kinds.push(kind.number() | (Detachedness::Unknown as u8) << 5);
            graph.names.push(name);
            graph.ids.push(2 * at as u32 + 1);
            graph.self_sizes.push(size);
            for &(kind, name, to) in &self.edges[at] {
                graph.edges.push(Edge::new(kind, to as u32));
                graph.edge_names.push(name);
            }
            graph.first_edge.push(graph.edges.len() as u32);
        }
        for text in &self.strings {
            graph.strings.push_bytes(text.as_bytes());
            graph.strings.end();
        }
        graph.places = self.places.iter().map(|&(node, place)| (NodeIx(node as u32), place)).collect();
        graph.places.sort_by_key(|&(node, _)| node);
        graph
    }
}
