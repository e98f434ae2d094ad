//! A small graph, while it is put together: the nodes that have to be there, and as much of what is around them as there is room for.

use super::distant::Distant;
use super::terrain::LinkName;
use crate::graph::{Edge, EdgeKind, Graph, NodeIx, NodeKind};
use crate::{Error, Watch};
use rustc_hash::{FxHashMap, FxHashSet};

/// Nodes that a small graph may have: a part of the heap's, but at least, and at most, so many.
const PART: usize = 64;
const LEAST: usize = 1 << 14;
const MOST: usize = 1 << 16;
/// Links of a node that are in it, besides those that have to be; and how many are asked for at once.
const LINKS: usize = 256;
const ROOM: usize = 4096;
/// As V8's snapshot names the link from a key to its value, of a table that is no node.
const PAIR: &[u8] = b"1 / part of key (value @1) -> value (value @1) pair in WeakMap (table @0)";

/// What is to be in a small graph.
pub(super) struct Chart {
    /// By node of the heap, the one of the graph.
    pub(super) numbers: FxHashMap<NodeIx, NodeIx>,
    pub(super) nodes: Vec<NodeIx>,
    /// By node of the graph: how far around it links are of interest.
    reach: Vec<u8>,
    /// What comes before a node on its way.
    pub(super) before: FxHashMap<NodeIx, NodeIx>,
    pub(super) on_way: FxHashSet<NodeIx>,
    /// By node, to which others its links have to be there.
    needed: FxHashMap<NodeIx, Vec<NodeIx>>,
    /// Objects whose shapes are there.
    pub(super) shaped: FxHashSet<NodeIx>,
    pub(super) gaps: FxHashMap<NodeIx, NodeIx>,
    /// Members that were put in with what is around them.
    pub(super) sampled: Vec<NodeIx>,
    /// Scopes from which one goes outwards.
    pub(super) inner: FxHashSet<NodeIx>,
    /// So many are put in for their own sake.
    first: usize,
    most: usize,
}

impl Chart {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            numbers: FxHashMap::default(),
            nodes: Vec::new(),
            reach: Vec::new(),
            before: FxHashMap::default(),
            on_way: FxHashSet::default(),
            needed: FxHashMap::default(),
            shaped: FxHashSet::default(),
            gaps: FxHashMap::default(),
            sampled: Vec::new(),
            inner: FxHashSet::default(),
            first: 0,
            most: (nodes / PART).clamp(LEAST, MOST),
        }
    }

    /// Puts a node in.
    pub(super) fn put(&mut self, node: NodeIx, reach: u8) -> NodeIx {
        let next = NodeIx(self.nodes.len() as u32);
        let number = *self.numbers.entry(node).or_insert(next);
        if number == next {
            self.nodes.push(node);
            self.reach.push(reach);
        } else {
            let known = &mut self.reach[number.at()];
            *known = (*known).max(reach);
        }
        number
    }

    /// The link between two nodes has to be there.
    pub(super) fn need(&mut self, from: NodeIx, to: NodeIx) {
        let needed = self.needed.entry(from).or_default();
        if !needed.contains(&to) {
            needed.push(to);
        }
    }

    /// Puts in what links of these names lead to, one after the other, and answers the last, where they all do.
    pub(super) fn put_way<T: Distant>(&mut self, on: &mut T, from: NodeIx, names: &[&[u8]]) -> Option<NodeIx> {
        let mut at = from;
        self.put(at, 0);
        for &name in names {
            // What has a name is among the first, before the places of a list.
            let (mut links, mut place) = (Vec::new(), 0);
            on.links(at, &mut place, ROOM, |to, _, link| links.push((to, link)));
            let is_it = |link| {
                let called = on.called(link);
                !called.kind.is_indexed() && !called.is_value && on.texts().raw(called.name) == name
            };
            let (to, _) = links.into_iter().find(|&(_, link)| is_it(link))?;
            self.need(at, to);
            self.put(to, 0);
            at = to;
        }
        Some(at)
    }

    /// Puts in the code of an ES module, which says what its file is: a function before it ran, a generator since.
    pub(super) fn put_code<T: Distant>(&mut self, on: &mut T, record: NodeIx) {
        for (code, _) in targets(on, record) {
            let function = if on.node(code).kind == NodeKind::CLOSURE {
                Some(code)
            } else if on.generated_by(code).is_some() {
                self.put_way(on, code, &[b"function"])
            } else {
                None
            };
            if let Some(function) = function {
                self.need(record, code);
                self.put(code, 0);
                self.put_way(on, function, &[b"shared", b"script", b"name"]);
            }
        }
    }

    /// Makes the graph, with as much of what is around as there is room for.
    pub(super) fn draw<T: Distant>(&mut self, on: &mut T, watch: &Watch) -> Result<Graph, Error> {
        let mut graph = Graph::default();
        self.first = self.nodes.len();
        // Texts that only this graph has: which node or link is called by each.
        let (mut texts, mut pair_links) = (Vec::new(), Vec::new());
        graph.first_edge.push(0);
        let mut at = 0;
        while at < self.nodes.len() {
            if at.is_multiple_of(1 << 8) {
                watch.check()?;
            }
            let node = self.nodes[at];
            let what = on.node(node);
            // The root and its parts lead to too much.
            let is_open = self.reach[at] > 0 && what.kind != NodeKind::SYNTHETIC;
            let name = if what.kind == NodeKind::STRING {
                texts.push((at, on.text(node)));
                what.name
            } else {
                on.name(node)
            };
            graph.kinds.push(what.kind.number());
            graph.names.push(name);
            graph.self_sizes.push(what.size);
            if let Some(place) = on.place(node) {
                graph.places.push((NodeIx(at as u32), place));
            }
            let mut missing = self.needed.remove(&node).unwrap_or_default();
            let (mut held, mut place) = (Vec::new(), 0);
            let mut looked_at = 0;
            loop {
                if !is_open && missing.is_empty() {
                    break;
                }
                let has_more = on.links(node, &mut place, ROOM, |to, _, link| held.push((to, link)));
                for (to, link) in held.drain(..) {
                    let called = on.called(link);
                    let is_missing = missing.contains(&to);
                    let is_wanted = looked_at < LINKS && is_open && self.is_wanted(on, at, to, called);
                    looked_at += 1;
                    if is_missing || is_wanted {
                        if called.is_value {
                            pair_links.push(graph.edges.len());
                        }
                        self.add(&mut graph, on, at, to, called);
                    }
                }
                missing.retain(|to| {
                    !graph.edges[graph.first_edge[at] as usize..]
                        .iter()
                        .any(|edge| Some(&edge.target()) == self.numbers.get(to))
                });
                if !has_more || (!is_open || looked_at >= LINKS) && missing.is_empty() {
                    break;
                }
            }
            graph.first_edge.push(graph.edges.len() as u32);
            at += 1;
        }
        graph.strings = on.texts().clone();
        for (node, text) in texts {
            graph.names[node] = graph.strings.push(&text);
        }
        let pair = graph.strings.push(PAIR);
        for edge in pair_links {
            graph.edge_names[edge] = pair;
        }
        Ok(graph)
    }

    /// May a link say something to those who name things?
    fn is_wanted<T: Distant>(&self, on: &mut T, at: usize, to: NodeIx, called: LinkName) -> bool {
        if self.numbers.contains_key(&to) {
            return true;
        }
        // What is a link away from what is there for its own sake goes first.
        if self.nodes.len() >= if at < self.first { MOST } else { self.most } {
            return false;
        }
        let name = if called.kind.is_indexed() { &[] } else { on.texts().raw(called.name) };
        !matches!(
            (called.kind, name),
            (EdgeKind::Internal, b"map" | b"feedback_cell" | b"initial_map" | b"dependent_code" | b"scope_info")
                | (EdgeKind::Property, b"__proto__" | b"prototype" | b"constructor")
        )
    }

    fn add<T: Distant>(&mut self, graph: &mut Graph, on: &mut T, at: usize, to: NodeIx, called: LinkName) {
        let from = self.reach[at].saturating_sub(1);
        let what = on.node(to);
        let text = |name: u32| on.texts().raw(name);
        let least = match what.kind {
            NodeKind::CODE => 0,
            NodeKind::OBJECT if self.inner.contains(&self.nodes[at]) && called.kind == EdgeKind::Internal => 1,
            _ => from,
        };
        let number = self.put(to, least);
        if self.inner.contains(&self.nodes[at]) && called.kind == EdgeKind::Internal && text(called.name) == b"previous"
        {
            self.inner.insert(to);
        }
        graph.edges.push(Edge::new(called.kind, number.0));
        graph.edge_names.push(called.name);
    }
}

/// What a node links to, and how.
pub(super) fn targets<T: Distant>(on: &mut T, node: NodeIx) -> Vec<(NodeIx, LinkName)> {
    let (mut found, mut place) = (Vec::new(), 0);
    while on.links(node, &mut place, ROOM, |to, _, link| found.push((to, link))) {}
    found.into_iter().map(|(to, link)| (to, on.called(link))).collect()
}
