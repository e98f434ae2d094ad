//! What a fold reads of a heap, wherever that lies: as a graph, or as V8 has it in memory.

use super::super::called::Called;
use super::super::classes::Class;
use super::super::functions::Function;
use super::super::heap::Ground;
use super::super::modules::{self, Modules};
use super::super::paths::{base, extra, extra_of};
use crate::bits::Bits;
use crate::graph::{EdgeIx, EdgeKind, NodeIx, NodeKind, Place, StringTable};
use std::hint::black_box;

/// What a node is.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What V8's snapshot says it is; of objects and native nodes of one class, what it says of one of them.
    pub kind: NodeKind,
    /// The index of its name; only those of roots, hidden nodes, and objects are asked for, and of these that of their class will do.
    pub name: u32,
    /// Bytes, where [`Terrain::HAS_SIZES`].
    pub size: u64,
    /// Its class among [`Terrain::classes`].
    pub class: u32,
    /// How many values a collection has, where that is known; most of them may be no nodes.
    pub values: u64,
}

/// How a link is called.
#[derive(Clone, Copy, Debug)]
pub struct LinkName {
    /// Its kind.
    pub kind: EdgeKind,
    /// A text's index, or a number where the kind is indexed.
    pub name: u32,
    /// From the key of a `WeakMap` to its value.
    pub is_value: bool,
}

/// A function's name and where it is written: the same for all closures made of it.
pub type FunctionKey = (u32, Option<Place>);

/// A heap that can be folded. Nodes are numbered from the root on, which is 0.
pub trait Terrain {
    /// A link, as small as it can be had.
    type Link: Copy;

    /// While it is folded, such a part of all nodes has room in the lists of those that come next, which take four to eight bytes each.
    const RING_PART: usize;

    /// Are sizes known while it is folded? Else they are added by [`super::fold::Fold::weigh`].
    const HAS_SIZES: bool;

    /// How many nodes there are.
    fn node_count(&self) -> usize;
    /// The texts of all names.
    fn texts(&self) -> &StringTable;
    /// All classes.
    fn classes(&self) -> &[Class];
    /// What the node is.
    fn node(&mut self, node: NodeIx) -> Node;
    /// What a step costs beside what its link costs, by where it leads to.
    fn extra(&self, node: NodeIx) -> u32;
    /// Has the node no links?
    fn is_leaf(&self, node: NodeIx) -> bool;
    /// Of all nodes in order, whether they have no links, and what a step to them costs beside.
    fn beginnings(&self) -> impl Iterator<Item = (bool, u32)> {
        (0..self.node_count() as u32).map(|node| (self.is_leaf(NodeIx(node)), self.extra(NodeIx(node))))
    }
    /// Some of the node's links that hold something, from the place `from` on, which is 0 at first: each with what it costs. About
    /// `room` of them; are there more?
    fn links(&mut self, node: NodeIx, from: &mut u32, room: usize, each: impl FnMut(NodeIx, u32, Self::Link)) -> bool;
    /// How it is called.
    fn called(&self, link: Self::Link) -> LinkName;
    /// What a way is followed back by: the link, or what it leaves.
    fn via(from: NodeIx, link: Self::Link) -> u32;
    /// Has the node more links than that?
    fn has_more_links(&mut self, node: NodeIx, than: usize) -> bool;
    /// The function of a closure, behind any `bind`.
    fn function(&mut self, closure: NodeIx) -> Option<FunctionKey>;
    /// The function that a timer calls; none where it was cleared.
    fn called_by(&mut self, timer: NodeIx) -> Option<FunctionKey>;
    /// The function that a generator runs.
    fn generated_by(&mut self, generator: NodeIx) -> Option<FunctionKey>;
    /// The file of a module.
    fn file(&mut self, module: NodeIx) -> Option<String>;
    /// The name by which an ES module exports what is in this cell.
    fn export(&mut self, cell: NodeIx) -> Option<String>;
    /// What is read soon can be fetched.
    fn fetch(&mut self, node: NodeIx);
    /// And then what its first words lead to.
    fn fetch_behind(&mut self, node: NodeIx);
}

/// What a timer calls.
pub const CALLBACKS: [&[u8]; 2] = [b"_onTimeout", b"_onImmediate"];

/// A heap as a graph.
pub(super) struct Charted<'a> {
    pub(super) on: Ground<'a>,
    modules: Modules<'a>,
    /// By class, what its nodes are: hidden ones differ.
    kinds: Vec<Option<NodeKind>>,
    /// Nodes that have a place, and how many are before each 64.
    placed: (Bits, Vec<u32>),
    /// From a function that was bound to the one behind it.
    bound: Called,
    /// From a timer to what it calls.
    callbacks: [Called; 2],
}

impl<'a> Charted<'a> {
    pub(super) fn new(on: Ground<'a>) -> Self {
        let mut placed = Bits::new(on.graph.node_count());
        for &(node, _) in &on.graph.places {
            placed.insert(node.0);
        }
        let before = placed.before();
        let kinds = vec![None; on.classes.rows.len()];
        Self {
            on,
            modules: Modules::new(on.graph),
            kinds,
            placed: (placed, before),
            bound: Called::new(b"bound_function"),
            callbacks: CALLBACKS.map(Called::new),
        }
    }
}

impl Charted<'_> {
    /// Where the node is written, without a search.
    fn place(&self, node: NodeIx) -> Option<Place> {
        let (placed, before) = &self.placed;
        placed.has(node.0).then(|| self.on.graph.places[placed.rank(node.0, before)].1)
    }
}

impl Terrain for Charted<'_> {
    type Link = EdgeIx;

    const RING_PART: usize = 2;

    // They are moved to their owners meanwhile.
    const HAS_SIZES: bool = false;

    fn node_count(&self) -> usize {
        self.on.graph.node_count()
    }

    fn texts(&self) -> &StringTable {
        self.on.graph.strings()
    }

    fn classes(&self) -> &[Class] {
        &self.on.classes.rows
    }

    #[inline]
    fn node(&mut self, node: NodeIx) -> Node {
        let Ground { graph, classes, .. } = self.on;
        let class = classes.of(node);
        // Two columns less to read, for most.
        let known = &mut self.kinds[class as usize];
        let kind = known.unwrap_or_else(|| {
            let kind = graph.kind(node);
            if kind != NodeKind::HIDDEN {
                *known = Some(kind);
            }
            kind
        });
        let name = match kind {
            NodeKind::HIDDEN | NodeKind::SYNTHETIC => graph.name_index(node),
            NodeKind::OBJECT | NodeKind::NATIVE => {
                classes.rows[class as usize].name_index().unwrap_or_else(|| graph.name_index(node))
            }
            _ => 0,
        };
        Node { kind, name, size: 0, class, values: 0 }
    }

    #[inline]
    fn extra(&self, node: NodeIx) -> u32 {
        extra(self.on.graph, node)
    }

    #[inline]
    fn is_leaf(&self, node: NodeIx) -> bool {
        self.on.graph.edge_range(node).is_empty()
    }

    fn beginnings(&self) -> impl Iterator<Item = (bool, u32)> {
        let graph = self.on.graph;
        let has_name = |kind: NodeKind| matches!(kind, NodeKind::NATIVE | NodeKind::SYNTHETIC);
        let kinds: [_; 32] = std::array::from_fn(|number| {
            let kind = NodeKind::from_number(number as u8);
            (!has_name(kind)).then(|| extra_of(kind, || &[]))
        });
        let edges = graph.first_edge.iter().zip(&graph.first_edge[1..]);
        graph.kinds.iter().zip(edges).zip(0..).map(move |((kind, (first, end)), node)| {
            (first == end, kinds[usize::from(kind & 31)].unwrap_or_else(|| extra(graph, NodeIx(node))))
        })
    }

    #[inline]
    fn links(&mut self, node: NodeIx, from: &mut u32, room: usize, mut each: impl FnMut(NodeIx, u32, EdgeIx)) -> bool {
        let Ground { graph, pairs, .. } = self.on;
        let range = graph.edge_range(node);
        let start = range.start + *from as usize;
        let end = range.end.min(start + room);
        for at in start..end {
            let (at, edge) = (EdgeIx(at as u32), graph.edges[at]);
            if let Some(cost) = base(graph, pairs, node, at, edge) {
                each(edge.target(), cost, at);
            }
        }
        *from += (end - start) as u32;
        end < range.end
    }

    #[inline]
    fn called(&self, link: EdgeIx) -> LinkName {
        let Ground { graph, pairs, .. } = self.on;
        let (kind, name) = (graph.edge(link).kind(), graph.edge_names[link.at()]);
        LinkName { kind, name, is_value: kind == EdgeKind::Internal && pairs.get(name).is_some() }
    }

    #[inline]
    fn via(_: NodeIx, link: EdgeIx) -> u32 {
        link.0
    }

    fn has_more_links(&mut self, node: NodeIx, than: usize) -> bool {
        self.on.graph.edge_range(node).len() > than
    }

    fn function(&mut self, closure: NodeIx) -> Option<FunctionKey> {
        let graph = self.on.graph;
        if graph.kind(closure) != NodeKind::CLOSURE || self.bound.child(graph, closure).is_some() {
            return Function::of(graph, closure).map(Function::key);
        }
        Some((graph.name_index(closure), self.place(closure)))
    }

    fn called_by(&mut self, timer: NodeIx) -> Option<FunctionKey> {
        let graph = self.on.graph;
        let closure = self.callbacks.iter_mut().find_map(|called| called.child(graph, timer))?;
        if graph.kind(closure) == NodeKind::CLOSURE { self.function(closure) } else { None }
    }

    fn generated_by(&mut self, generator: NodeIx) -> Option<FunctionKey> {
        let function = self.on.graph.child(generator, b"function")?;
        self.function(function)
    }

    fn file(&mut self, module: NodeIx) -> Option<String> {
        modules::file(self.on.graph, module)
    }

    fn export(&mut self, cell: NodeIx) -> Option<String> {
        self.modules.exported(cell).map(|(_, name)| name.into_owned())
    }

    #[inline]
    fn fetch(&mut self, node: NodeIx) {
        let range = self.on.graph.edge_range(node);
        black_box((range.start, range.end, self.node(node)));
    }

    #[inline]
    fn fetch_behind(&mut self, node: NodeIx) {
        let graph = self.on.graph;
        let first = graph.edge_range(node).start;
        black_box((graph.edges.get(first).copied(), graph.edge_names.get(first).copied()));
    }
}
