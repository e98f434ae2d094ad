//! A heap as columns: nodes, their edges in CSR form, names, places. A plain value, whoever made it.
//!
//! 17 bytes a node and 8 bytes an edge. No objects a node: passes over millions of nodes stream through memory.
#![expect(clippy::cast_possible_truncation, reason = "nodes and edges are limited to 32 bits by whoever makes a graph")]

mod builder;
mod kinds;
mod sizes;
mod strings;
mod texts;

pub use builder::GraphBuilder;
pub use kinds::{EdgeKind, NodeKind};
pub(crate) use sizes::Sizes;
pub use strings::StringTable;
pub use texts::TextTable;

use std::borrow::Cow;
use std::ops::Range;

/// A node's place in the columns. Node 0 is the root.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NodeIx(pub u32);

/// An edge's place in the columns.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EdgeIx(pub u32);

impl NodeIx {
    /// The root.
    pub const ROOT: Self = Self(0);

    #[inline]
    pub(crate) const fn at(self) -> usize {
        self.0 as usize
    }
}

impl EdgeIx {
    #[inline]
    pub(crate) const fn at(self) -> usize {
        self.0 as usize
    }
}

/// An edge packed into four bytes: 28 bits of target, 3 bits of kind, 1 bit "owns" (set by the analysis).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Edge(u32);

impl Edge {
    const TARGET: u32 = (1 << 28) - 1;
    const OWNS: u32 = 1 << 31;

    /// The most nodes that edges can tell apart.
    pub const MAX_NODES: u64 = 1 << 28;

    #[inline]
    pub(crate) const fn new(kind: EdgeKind, target: u32) -> Self {
        Self(((kind as u32) << 28) | (target & Self::TARGET))
    }

    /// The node it leads to.
    #[inline]
    pub const fn target(self) -> NodeIx {
        NodeIx(self.0 & Self::TARGET)
    }

    /// Its kind.
    #[inline]
    pub const fn kind(self) -> EdgeKind {
        EdgeKind::from_number(self.0 >> 28)
    }

    /// Does removing its source free its target, as far as this edge goes?
    #[inline]
    pub const fn owns(self) -> bool {
        self.0 & Self::OWNS != 0
    }

    #[inline]
    pub(crate) const fn is_weak(self) -> bool {
        (self.0 >> 28) & 7 == EdgeKind::Weak as u32
    }

    #[inline]
    pub(crate) fn set_owns(&mut self, owns: bool) {
        self.0 = (self.0 & !Self::OWNS) | if owns { Self::OWNS } else { 0 };
    }
}

/// Where V8 says a function, or an object's constructor, is written. 0-based, as in the file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Place {
    /// V8's id of the script.
    pub script: u32,
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// Whether an embedder's node (a DOM node) is attached to the document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Detachedness {
    /// Not told.
    Unknown = 0,
    /// Part of the document.
    Attached = 1,
    /// Removed from the document.
    Detached = 2,
}

/// A heap: what a snapshot file, or any other producer, says.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Kind in the low five bits, detachedness above.
    pub(crate) kinds: Vec<u8>,
    pub(crate) names: Vec<u32>,
    /// Empty where they are the nodes' numbers, doubled and one more.
    pub(crate) ids: Vec<u32>,
    pub(crate) self_sizes: Sizes,
    /// One more than nodes: the edges of node `i` are `first_edge[i]..first_edge[i + 1]`.
    pub(crate) first_edge: Vec<u32>,
    pub(crate) edges: Vec<Edge>,
    /// A string for named kinds, an index for the others.
    pub(crate) edge_names: Vec<u32>,
    pub(crate) strings: StringTable,
    /// Sorted by node, one a node.
    pub(crate) places: Vec<(NodeIx, Place)>,
    pub(crate) unknown_kinds: Vec<String>,
}

impl Graph {
    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.kinds.len()
    }

    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// All nodes, the root first.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeIx> + use<> {
        (0..self.kinds.len() as u32).map(NodeIx)
    }

    /// What V8 says the node is.
    #[inline]
    pub fn kind(&self, node: NodeIx) -> NodeKind {
        NodeKind::from_number(self.kinds[node.at()] & 31)
    }

    /// The file's word for the node's kind.
    pub fn kind_name(&self, node: NodeIx) -> &str {
        let kind = self.kind(node);
        kind.name().unwrap_or_else(|| {
            let at = usize::from(kind.number() - NodeKind::FIRST_UNKNOWN);
            self.unknown_kinds.get(at).map_or("unknown", String::as_str)
        })
    }

    /// Attached or detached, for embedders' nodes.
    pub fn detachedness(&self, node: NodeIx) -> Detachedness {
        match self.kinds[node.at()] >> 5 {
            1 => Detachedness::Attached,
            2 => Detachedness::Detached,
            _ => Detachedness::Unknown,
        }
    }

    pub(crate) fn set_detachedness(&mut self, node: NodeIx, state: Detachedness) {
        let kind = &mut self.kinds[node.at()];
        *kind = (*kind & 31) | ((state as u8) << 5);
    }

    /// The node's name: a constructor, a function's name, a string's text.
    pub fn name(&self, node: NodeIx) -> Cow<'_, str> {
        self.strings.get(self.names[node.at()])
    }

    /// The text of a string. `None` for other nodes, and for strings that hang from others: of those a snapshot says that only.
    pub(crate) fn text(&self, node: NodeIx) -> Option<Cow<'_, str>> {
        (self.kind(node) == NodeKind::STRING).then(|| self.name(node))
    }

    /// The index of the node's name in the string table.
    #[inline]
    pub fn name_index(&self, node: NodeIx) -> u32 {
        self.names[node.at()]
    }

    /// The node's name as it stands in the file: equal bytes are equal names.
    pub(crate) fn raw_name(&self, node: NodeIx) -> &[u8] {
        self.strings.raw(self.names[node.at()])
    }

    /// V8's id of the object: odd ids stay with it between snapshots of one process.
    pub fn id(&self, node: NodeIx) -> u32 {
        if self.ids.is_empty() {
            return node.0 * 2 + 1;
        }
        self.ids[node.at()]
    }

    /// Bytes of the node itself.
    #[inline]
    pub fn self_size(&self, node: NodeIx) -> u64 {
        self.self_sizes.get(node.at())
    }

    /// Sum of all self sizes.
    pub(crate) fn total_size(&self) -> u64 {
        self.nodes().fold(0, |sum, node| sum.saturating_add(self.self_size(node)))
    }

    /// The node's edges.
    #[inline]
    pub fn edges_of(&self, node: NodeIx) -> &[Edge] {
        &self.edges[self.edge_range(node)]
    }

    #[inline]
    pub(crate) fn edge_range(&self, node: NodeIx) -> Range<usize> {
        self.first_edge[node.at()] as usize..self.first_edge[node.at() + 1] as usize
    }

    /// The node's edges with their places in the columns.
    pub fn edge_indices(&self, node: NodeIx) -> impl Iterator<Item = (EdgeIx, Edge)> + '_ {
        self.edge_range(node).map(|at| (EdgeIx(at as u32), self.edges[at]))
    }

    /// The edge itself.
    #[inline]
    pub fn edge(&self, edge: EdgeIx) -> Edge {
        self.edges[edge.at()]
    }

    /// A variable's or property's name, or an index in decimal.
    pub fn edge_name(&self, edge: EdgeIx) -> Cow<'_, str> {
        let name = self.edge_names[edge.at()];
        if self.edges[edge.at()].kind().is_indexed() { Cow::Owned(name.to_string()) } else { self.strings.get(name) }
    }

    /// The name as it stands in the file; empty for an index.
    pub(crate) fn raw_edge_name(&self, edge: EdgeIx) -> &[u8] {
        if self.edges[edge.at()].kind().is_indexed() { &[] } else { self.strings.raw(self.edge_names[edge.at()]) }
    }

    /// The target of the node's first edge with this raw name.
    pub(crate) fn child(&self, node: NodeIx, name: &[u8]) -> Option<NodeIx> {
        self.edge_indices(node).find(|&(at, _)| self.raw_edge_name(at) == name).map(|(_, edge)| edge.target())
    }

    /// Where the node's code, or its constructor's, is written.
    pub fn place(&self, node: NodeIx) -> Option<Place> {
        let at = self.places.binary_search_by_key(&node, |&(node, _)| node).ok()?;
        Some(self.places[at].1)
    }

    /// The texts of all names.
    pub fn strings(&self) -> &StringTable {
        &self.strings
    }
}
