//! A graph made a node at a time, by whoever reads a heap otherwise than from a file.
//!
//! Nodes are numbered as they are announced; then each is described, in the same order, edges first to last. What is found
//! out about a node that was already described comes late and is put in its place at the end.

use super::{Edge, EdgeKind, Graph, NodeIx, NodeKind, Place};
use crate::Limits;
use rustc_hash::FxHashMap;
use std::hash::{BuildHasher, BuildHasherDefault};

type Hasher = BuildHasherDefault<rustc_hash::FxHasher>;

/// The most bytes that texts may have together: their places are 32 bits wide.
const MOST_TEXT: usize = u32::MAX as usize - (1 << 20);

/// An edge of a node that was already described, or of the root.
#[derive(Clone, Copy)]
struct Late {
    from: u32,
    kind: EdgeKind,
    name: u32,
    to: u32,
}

/// Builds a [`Graph`]. The first node is the root.
pub struct GraphBuilder {
    graph: Graph,
    by_hash: FxHashMap<u64, u32>,
    late: Vec<Late>,
    most_nodes: u64,
    most_edges: u64,
    full: Option<&'static str>,
}

impl GraphBuilder {
    /// An empty graph within these limits.
    pub fn new(limits: &Limits) -> Self {
        let mut graph = Graph::default();
        graph.first_edge.push(0);
        Self {
            graph,
            by_hash: FxHashMap::default(),
            late: Vec::new(),
            most_nodes: limits.max_nodes.min(Edge::MAX_NODES - 1),
            most_edges: limits.max_edges.min(u64::from(u32::MAX) - 1),
            full: None,
        }
    }

    /// The index of this text, which is kept once. Texts may hold anything; what is not UTF-8 is shown as U+FFFD.
    pub fn text(&mut self, text: &[u8]) -> u32 {
        let hash = Hasher::default().hash_one(text);
        let strings = &mut self.graph.strings;
        if let Some(&known) = self.by_hash.get(&hash)
            && is_same(strings.raw(known), text)
        {
            return known;
        }
        if strings.byte_len() + 2 * text.len() > MOST_TEXT {
            self.full = Some("more than 4 GB of texts");
            return 0;
        }
        let index = strings.len() as u32;
        for piece in text.split_inclusive(|&byte| byte == b'\\') {
            strings.push_bytes(piece);
            // The table holds JSON's text, in which this one begins an escape.
            if piece.ends_with(b"\\") {
                strings.push_bytes(b"\\");
            }
        }
        strings.end();
        self.by_hash.insert(hash, index);
        index
    }

    /// Announces a node.
    pub fn node(&mut self, kind: NodeKind, name: u32, size: u64) -> NodeIx {
        let index = self.graph.kinds.len() as u32;
        if u64::from(index) >= self.most_nodes {
            self.full = Some("more nodes than option limits.maxNodes allows");
            return NodeIx::ROOT;
        }
        self.graph.kinds.push(kind.number());
        self.graph.names.push(name);
        self.graph.ids.push(index * 2 + 1);
        self.graph.self_sizes.push(size);
        NodeIx(index)
    }

    /// How many nodes are announced.
    pub fn node_count(&self) -> usize {
        self.graph.kinds.len()
    }

    /// Does the graph have no room for what was given to it?
    pub fn full(&self) -> Option<&'static str> {
        self.full
    }

    /// What the node is.
    pub fn kind(&self, node: NodeIx) -> NodeKind {
        self.graph.kind(node)
    }

    /// The index of the node's name.
    pub fn name(&self, node: NodeIx) -> u32 {
        self.graph.name_index(node)
    }

    /// Gives the node another name.
    pub fn rename(&mut self, node: NodeIx, name: u32) {
        self.graph.names[node.at()] = name;
    }

    /// The node's id, as reports show it.
    pub fn id(&self, node: NodeIx) -> u32 {
        self.graph.id(node)
    }

    /// Bytes of the node.
    pub fn size(&self, node: NodeIx) -> u64 {
        self.graph.self_size(node)
    }

    /// The text with this index.
    pub fn shown(&self, text: u32) -> std::borrow::Cow<'_, str> {
        self.graph.strings.get(text)
    }

    /// An edge of the node that is being described. `name`: a text's index, or a number where the kind is indexed.
    #[inline]
    pub fn edge(&mut self, kind: EdgeKind, name: u32, to: NodeIx) {
        self.graph.edges.push(Edge::new(kind, to.0));
        self.graph.edge_names.push(name);
    }

    /// Ends the description of a node.
    pub fn described(&mut self) {
        if (self.graph.edges.len() + self.late.len()) as u64 > self.most_edges {
            self.full = Some("more edges than option limits.maxEdges allows");
            self.graph.edges.clear();
            self.graph.edge_names.clear();
        }
        self.graph.first_edge.push(self.graph.edges.len() as u32);
    }

    /// An edge of any node.
    pub fn late(&mut self, from: NodeIx, kind: EdgeKind, name: u32, to: NodeIx) {
        self.late.push(Late { from: from.0, kind, name, to: to.0 });
    }

    /// Says where the node's code, or its constructor's, is written.
    pub fn place(&mut self, node: NodeIx, place: Place) {
        self.graph.places.push((node, place));
    }

    /// The graph.
    ///
    /// # Errors
    /// A sentence, where it does not fit the limits or nodes were announced that were not described.
    pub fn finish(mut self) -> Result<Graph, String> {
        if let Some(full) = self.full {
            return Err(full.to_owned());
        }
        let nodes = self.graph.kinds.len();
        if nodes == 0 || self.graph.first_edge.len() != nodes + 1 {
            return Err(format!("{nodes} nodes, of which {} are described", self.graph.first_edge.len() - 1));
        }
        drop(std::mem::take(&mut self.by_hash));
        self.merge();
        let texts = self.graph.strings.len() as u32;
        let nodes = nodes as u32;
        let mut links = self.graph.edges.iter().zip(&self.graph.edge_names);
        let is_wrong =
            |(edge, &name): (&Edge, &u32)| edge.target().0 >= nodes || !edge.kind().is_indexed() && name >= texts;
        if self.graph.names.iter().any(|&name| name >= texts) || links.any(is_wrong) {
            return Err("an edge or name leads nowhere".to_owned());
        }
        self.graph.places.sort_by_key(|&(node, _)| node);
        self.graph.places.dedup_by_key(|&mut (node, _)| node);
        self.graph.strings.shrink();
        Ok(self.graph)
    }

    /// Puts late edges behind those of their nodes, from the last node to the first, in place.
    fn merge(&mut self) {
        if self.late.is_empty() {
            return;
        }
        let mut late = std::mem::take(&mut self.late);
        late.sort_by_key(|late| late.from);
        let graph = &mut self.graph;
        let old = graph.edges.len();
        let mut free = old + late.len();
        graph.edges.resize(free, Edge::new(EdgeKind::Other, 0));
        graph.edge_names.resize(free, 0);
        for node in (0..graph.kinds.len()).rev() {
            let (start, end) = (graph.first_edge[node] as usize, graph.first_edge[node + 1] as usize);
            graph.first_edge[node + 1] = free as u32;
            while let Some(Late { kind, name, to, .. }) = late.pop_if(|late| late.from as usize == node) {
                free -= 1;
                graph.edges[free] = Edge::new(kind, to);
                graph.edge_names[free] = name;
            }
            let count = end - start;
            free -= count;
            if free == start {
                break;
            }
            graph.edges.copy_within(start..end, free);
            graph.edge_names.copy_within(start..end, free);
        }
    }
}

/// Is `raw`, with every backslash doubled, this text?
fn is_same(raw: &[u8], text: &[u8]) -> bool {
    if raw.len() == text.len() {
        return raw == text && memchr::memchr(b'\\', text).is_none();
    }
    let mut rest = raw.iter();
    let all = text.iter().all(|byte| rest.next() == Some(byte) && (*byte != b'\\' || rest.next() == Some(byte)));
    all && rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::GraphBuilder;
    use crate::Limits;
    use crate::graph::{EdgeIx, EdgeKind, NodeIx, NodeKind};

    #[test]
    fn keeps_texts_once_whatever_they_hold() {
        let mut builder = GraphBuilder::new(&Limits::default());
        let texts: [&[u8]; 6] = [b"", b"plain", br"a\b", br"a\\b", br"\", b"plain\n\"q\""];
        let indexes = texts.map(|text| builder.text(text));
        assert_eq!(indexes, texts.map(|text| builder.text(text)), "the second time");
        for (index, text) in indexes.iter().zip(texts) {
            assert_eq!(builder.shown(*index).as_bytes(), text);
        }
    }

    #[test]
    fn late_edges_come_behind_the_others_of_their_node() {
        let mut builder = GraphBuilder::new(&Limits::default());
        let name = builder.text(b"x");
        let nodes: Vec<NodeIx> = (0..4).map(|_| builder.node(NodeKind::OBJECT, name, 8)).collect();
        let described: [&[u32]; 4] = [&[1, 2], &[], &[3], &[0, 1]];
        for (at, targets) in described.iter().enumerate() {
            for &to in *targets {
                builder.edge(EdgeKind::Hidden, at as u32, nodes[to as usize]);
            }
            builder.described();
        }
        let late = [(3, 2), (1, 3), (0, 3), (1, 0), (2, 2)];
        for (from, to) in late {
            builder.late(nodes[from], EdgeKind::Property, name, nodes[to]);
        }
        let graph = builder.finish().unwrap();
        for (at, targets) in described.iter().enumerate() {
            let mut want: Vec<u32> = targets.to_vec();
            want.extend(late.iter().filter(|(from, _)| *from == at).map(|&(_, to)| to as u32));
            let node = NodeIx(at as u32);
            let have: Vec<u32> = graph.edges_of(node).iter().map(|edge| edge.target().0).collect();
            assert_eq!(have, want, "node {at}");
        }
        assert_eq!(graph.edge_count(), 10);
        assert_eq!(graph.edge_name(EdgeIx(2)), "x");
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let limits = Limits { max_nodes: 1, ..Limits::default() };
        let mut builder = GraphBuilder::new(&limits);
        builder.text(b"");
        builder.node(NodeKind::OBJECT, 0, 1);
        builder.node(NodeKind::OBJECT, 0, 1);
        assert!(builder.finish().unwrap_err().contains("maxNodes"));
        let mut builder = GraphBuilder::new(&Limits::default());
        builder.text(b"");
        builder.node(NodeKind::OBJECT, 0, 1);
        assert!(builder.finish().unwrap_err().contains("described"));
    }
}
