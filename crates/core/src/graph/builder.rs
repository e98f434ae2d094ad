//! A graph made a node at a time, by whoever reads a heap otherwise than from a file.
//!
//! Nodes are numbered as they are announced; then each is described, in the same order, edges first to last. What is found
//! out about a node that was already described comes late and is put in its place at the end.

use super::{Edge, EdgeKind, Graph, NodeIx, NodeKind, Place, StringTable, TextTable};
use crate::Limits;

const TOO_MUCH_TEXT: &str = "more than 4 GB of texts";
const TOO_MANY_EDGES: &str = "more edges than option limits.maxEdges allows";

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
    /// Without its strings, which are `texts`.
    graph: Graph,
    texts: TextTable,
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
            texts: TextTable::default(),
            late: Vec::new(),
            most_nodes: limits.max_nodes.min(Edge::MAX_NODES - 1),
            most_edges: limits.max_edges.min(u64::from(u32::MAX) - 1),
            full: None,
        }
    }

    /// Makes room for so many nodes and edges. Room that is not used costs no memory, only addresses.
    pub fn reserve(&mut self, nodes: usize, edges: usize) {
        let graph = &mut self.graph;
        graph.kinds.reserve_exact(nodes);
        graph.names.reserve_exact(nodes);
        graph.self_sizes.column().reserve_exact(nodes);
        graph.first_edge.reserve_exact(nodes + 1);
        graph.edges.reserve_exact(edges);
        graph.edge_names.reserve_exact(edges);
    }

    /// The index of this text, which is kept once. Texts may hold anything; what is not UTF-8 is shown as U+FFFD.
    pub fn text(&mut self, text: &[u8]) -> u32 {
        self.texts.add(text).unwrap_or_else(|| {
            self.full = Some(TOO_MUCH_TEXT);
            0
        })
    }

    /// The index of a number's text, a new one for each call.
    pub fn number(&mut self, number: u32) -> u32 {
        self.texts.number(number).unwrap_or_else(|| {
            self.full = Some(TOO_MUCH_TEXT);
            0
        })
    }

    /// Puts the texts of another table behind those that there are: their indexes there, and this more, are theirs here. A text
    /// may be there twice then.
    pub fn append(&mut self, texts: &TextTable) -> u32 {
        self.texts.append(texts).unwrap_or_else(|| {
            self.full = Some(TOO_MUCH_TEXT);
            0
        })
    }

    /// Announces a node.
    #[inline]
    pub fn node(&mut self, kind: NodeKind, name: u32, size: u64) -> NodeIx {
        let index = self.graph.kinds.len() as u32;
        if u64::from(index) >= self.most_nodes {
            self.full = Some("more nodes than option limits.maxNodes allows");
            return NodeIx::ROOT;
        }
        self.graph.kinds.push(kind.number());
        self.graph.names.push(name);
        self.graph.self_sizes.push(size);
        NodeIx(index)
    }

    /// How many nodes are announced.
    #[inline]
    pub fn node_count(&self) -> usize {
        self.graph.kinds.len()
    }

    /// Does the graph have no room for what was given to it?
    #[inline]
    pub fn full(&self) -> Option<&'static str> {
        self.full
    }

    /// What the node is.
    #[inline]
    pub fn kind(&self, node: NodeIx) -> NodeKind {
        self.graph.kind(node)
    }

    /// The index of the node's name.
    #[inline]
    pub fn name(&self, node: NodeIx) -> u32 {
        self.graph.name_index(node)
    }

    /// Gives the node another name.
    #[inline]
    pub fn rename(&mut self, node: NodeIx, name: u32) {
        self.graph.names[node.at()] = name;
    }

    /// The node's id, as reports show it.
    pub fn id(&self, node: NodeIx) -> u32 {
        self.graph.id(node)
    }

    /// Bytes of the node.
    #[inline]
    pub fn size(&self, node: NodeIx) -> u64 {
        self.graph.self_size(node)
    }

    /// All texts.
    #[inline]
    pub fn texts(&self) -> &StringTable {
        self.texts.strings()
    }

    /// The text with this index.
    pub fn shown(&self, text: u32) -> std::borrow::Cow<'_, str> {
        self.texts.strings().get(text)
    }

    /// An edge of the node that is being described. `name`: a text's index, or a number where the kind is indexed.
    #[inline]
    pub fn edge(&mut self, kind: EdgeKind, name: u32, to: NodeIx) {
        self.graph.edges.push(Edge::new(kind, to.0));
        self.graph.edge_names.push(name);
    }

    /// Ends the description of a node.
    #[inline]
    pub fn described(&mut self) {
        if self.has_too_many_edges() {
            self.full = Some(TOO_MANY_EDGES);
            self.graph.edges.clear();
            self.graph.edge_names.clear();
        }
        self.graph.first_edge.push(self.graph.edges.len() as u32);
    }

    #[inline]
    fn has_too_many_edges(&self) -> bool {
        (self.graph.edges.len() + self.late.len()) as u64 > self.most_edges
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
        // Late edges may have come since the last node was described.
        if let Some(full) = self.full.or(self.has_too_many_edges().then_some(TOO_MANY_EDGES)) {
            return Err(full.to_owned());
        }
        let nodes = self.graph.kinds.len();
        if nodes == 0 || self.graph.first_edge.len() != nodes + 1 {
            return Err(format!("{nodes} nodes, of which {} are described", self.graph.first_edge.len() - 1));
        }
        self.graph.strings = std::mem::take(&mut self.texts).into_strings();
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
        Ok(self.graph)
    }

    /// Puts late edges behind those of their nodes, from the last node to the first, in place. What lies between two nodes with
    /// late edges moves in one piece.
    fn merge(&mut self) {
        let mut late = std::mem::take(&mut self.late);
        late.sort_by_key(|late| late.from);
        let graph = &mut self.graph;
        let mut end = graph.edges.len();
        graph.edges.resize(end + late.len(), Edge::new(EdgeKind::Other, 0));
        graph.edge_names.resize(end + late.len(), 0);
        let mut last = graph.kinds.len();
        while let Some(&Late { from, .. }) = late.last() {
            let node = from as usize;
            // All edges behind the node's own.
            let start = graph.first_edge[node + 1] as usize;
            graph.edges.copy_within(start..end, start + late.len());
            graph.edge_names.copy_within(start..end, start + late.len());
            graph.first_edge[node + 1..=last].iter_mut().for_each(|first| *first += late.len() as u32);
            (end, last) = (start, node);
            while let Some(Late { kind, name, to, .. }) = late.pop_if(|late| late.from == from) {
                graph.edges[start + late.len()] = Edge::new(kind, to);
                graph.edge_names[start + late.len()] = name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GraphBuilder;
    use crate::Limits;
    use crate::graph::{EdgeIx, EdgeKind, NodeIx, NodeKind};

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
        let mut builder = GraphBuilder::new(&Limits { max_edges: 1, ..Limits::default() });
        builder.text(b"");
        let node = builder.node(NodeKind::OBJECT, 0, 1);
        builder.described();
        builder.late(node, EdgeKind::Property, 0, node);
        builder.late(node, EdgeKind::Property, 0, node);
        assert!(builder.finish().unwrap_err().contains("maxEdges"), "edges that come when all is described");
    }
}
