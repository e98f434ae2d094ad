//! A heap folded by path: every node falls to the signature of the cheapest way to it from the roots, where elements of
//! collections are one step `[]`, V8's storage is looked through and repeats of a list are one.
//!
//! Dijkstra as in [`super::super::paths`], over the whole heap: nodes are settled parents first, so a node's signature is
//! its parent's and one step more. Of equally cheap ways the one with the smaller hash of its words wins, which is the same
//! one in every heap of a program. O(E), 13 bytes a node.

use super::super::bits::Bits;
use super::super::heap::Heap;
use super::super::modules::Modules;
use super::super::paths::step;
use super::steps::{Class, Label, Sort, Steps};
use crate::graph::{EdgeIx, NodeIx};
use crate::{Error, Watch};
use rustc_hash::FxHashMap;

/// Of a node that no strong way leads to.
pub(super) const NONE: u32 = u32::MAX;
const UNSEEN: u32 = u32::MAX;
const STRIDE: usize = 1 << 16;
/// More than any edge costs, and all that a byte can say.
const RING: usize = 256;
/// Signatures, while they are made; beyond, a node falls to its parent's.
const MOST: usize = 1 << 18;
/// Steps of a signature; what lies deeper falls to the last.
const DEEPEST: u16 = 64;
/// The longest turn of a list that is told from a path that goes on.
const TURN: usize = 6;

/// The root's signature.
pub(super) const ROOT: u32 = 0;
/// What V8 keeps for itself: code, shapes, feedback.
pub(super) const NOISE: u32 = 1;

/// A signature with its figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) parent: u32,
    pub(super) label: Label,
    pub(super) class: Class,
    /// The node that was nearest.
    pub(super) first: NodeIx,
    pub(super) count: u64,
    /// Bytes of the nodes and of their storage.
    pub(super) shallow: u64,
    pub(super) retained: u64,
    depth: u16,
    hash: u64,
}

/// A heap with every node's signature.
pub(super) struct Folded<'a> {
    pub(super) heap: &'a Heap,
    pub(super) steps: Steps<'a>,
    pub(super) rows: Vec<Row>,
    /// By node.
    signature: Vec<u32>,
    ways: Vec<Way>,
}

/// The end of the cheapest way to a node so far: together, for one is seldom asked alone.
#[derive(Clone, Copy)]
struct Way {
    from: u32,
    via: u32,
}

impl Way {
    const UNSEEN: Self = Self { from: UNSEEN, via: UNSEEN };
}

impl<'a> Folded<'a> {
    /// Folds a heap.
    pub(super) fn new(heap: &'a Heap, modules: &'a Modules<'a>, watch: &Watch) -> Result<Self, Error> {
        let mut fold = Fold::new(heap, modules);
        fold.run(watch)?;
        let Fold { steps, rows, signature, ways, .. } = fold;
        let mut folded = Self { heap, steps, rows, signature, ways };
        folded.retain(watch)?;
        Ok(folded)
    }

    /// The node's signature.
    #[inline]
    pub(super) fn of(&self, node: NodeIx) -> u32 {
        self.signature[node.at()]
    }

    /// The node before this one on the way from the root.
    pub(super) fn before(&self, node: NodeIx) -> Option<NodeIx> {
        Some(self.ways[node.at()].from).filter(|&from| from != UNSEEN).map(NodeIx)
    }

    /// The edges from the root to the node; empty where there is no way.
    pub(super) fn way(&self, node: NodeIx) -> Vec<EdgeIx> {
        let mut way = Vec::new();
        let mut node = node;
        while let Some(before) = self.before(node) {
            way.push(EdgeIx(self.ways[node.at()].via));
            node = before;
        }
        way.reverse();
        way
    }

    /// Is the node the storage of another one, or V8's own, and no member of its signature?
    pub(super) fn is_member(&self, node: NodeIx) -> bool {
        self.of(node) != NONE && self.steps.is_member(node)
    }

    /// What each signature retains: its members without those inside another member. Of a heap that is only to be folded: what falls to
    /// it and to those behind it.
    fn retain(&mut self, watch: &Watch) -> Result<(), Error> {
        if !self.heap.is_whole() {
            self.rows.iter_mut().for_each(|row| row.retained = row.shallow);
            // Parents come first.
            for at in (NOISE as usize + 1..self.rows.len()).rev() {
                let Row { parent, retained: bytes, .. } = self.rows[at];
                let above = &mut self.rows[parent as usize].retained;
                *above = above.saturating_add(bytes);
            }
            return Ok(());
        }
        let mut covered = vec![0u32; self.rows.len()];
        for (rank, &node) in self.heap.in_tree_order().iter().enumerate() {
            if rank.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            let at = self.signature[node.at()];
            if at != NONE && rank as u32 >= covered[at as usize] {
                let row = &mut self.rows[at as usize];
                row.retained = row.retained.saturating_add(self.heap.retained(node));
                covered[at as usize] = rank as u32 + self.heap.retained_count(node);
            }
        }
        Ok(())
    }
}

struct Fold<'a> {
    heap: &'a Heap,
    steps: Steps<'a>,
    rows: Vec<Row>,
    known: FxHashMap<(u32, Label, Class), u32>,
    signature: Vec<u32>,
    ways: Vec<Way>,
    /// What the ways cost, as places of the ring: what is there and not settled costs less than a turn of it more than now.
    costs: Vec<u8>,
}

impl<'a> Fold<'a> {
    fn new(heap: &'a Heap, modules: &'a Modules<'a>) -> Self {
        let nodes = heap.graph().node_count();
        let row = |class| Row {
            parent: ROOT,
            label: Label::NOTHING,
            class,
            first: NodeIx::ROOT,
            count: 0,
            shallow: 0,
            retained: 0,
            depth: 0,
            hash: 0,
        };
        Self {
            heap,
            steps: Steps::new(heap, modules),
            rows: vec![row(Class::ROOT), row(Class::NOISE)],
            known: FxHashMap::default(),
            signature: vec![NONE; nodes],
            ways: vec![Way::UNSEEN; nodes],
            costs: vec![0; nodes],
        }
    }

    fn run(&mut self, watch: &Watch) -> Result<(), Error> {
        let graph = self.heap.graph();
        let mut settled = Bits::new(graph.node_count());
        let mut ring: Vec<Vec<NodeIx>> = vec![Vec::new(); RING];
        ring[0].push(NodeIx::ROOT);
        let (mut now, mut idle, mut visited) = (0u8, 0, 0usize);
        while idle < RING {
            let Some(node) = ring[usize::from(now)].pop() else {
                now = now.wrapping_add(1);
                idle += 1;
                continue;
            };
            idle = 0;
            if self.costs[node.at()] != now || !settled.insert(node.0) {
                continue;
            }
            visited += 1;
            if visited.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            let own = self.settle(node);
            for (at, edge) in graph.edge_indices(node) {
                let target = edge.target();
                if settled.has(target.0) {
                    continue;
                }
                let Some(step) = step(graph, self.heap.pairs(), node, at, edge) else { continue };
                let best = self.ways[target.at()].from;
                let known =
                    if best == UNSEEN { RING as u32 } else { u32::from(self.costs[target.at()].wrapping_sub(now)) };
                if step < known || step == known && self.is_before(own, self.signature[best as usize]) {
                    self.ways[target.at()] = Way { from: node.0, via: at.0 };
                    if step < known {
                        let cost = now.wrapping_add(step as u8);
                        self.costs[target.at()] = cost;
                        ring[usize::from(cost)].push(target);
                    }
                }
            }
        }
        Ok(())
    }

    /// Of two equally cheap ways to a node: is this signature's the one to take, whatever order the heap is in?
    fn is_before(&self, signature: u32, other: u32) -> bool {
        let hash = |at: u32| self.rows[at as usize].hash;
        other != signature && hash(signature) < hash(other)
    }

    /// Gives a node its signature and counts it there.
    fn settle(&mut self, node: NodeIx) -> u32 {
        let sort = self.steps.sort(node);
        let at = self.signature_of(node, sort);
        self.signature[node.at()] = at;
        let row = &mut self.rows[at as usize];
        row.count += u64::from(sort.is_member() || at == NOISE);
        row.shallow = row.shallow.saturating_add(self.heap.self_size(node));
        at
    }

    fn signature_of(&mut self, node: NodeIx, sort: Sort) -> u32 {
        if node == NodeIx::ROOT {
            return ROOT;
        }
        let Way { from, via } = self.ways[node.at()];
        let parent = self.signature[from as usize];
        if sort == Sort::Noise || parent == NOISE {
            return NOISE;
        }
        if !sort.is_member() {
            return parent;
        }
        let (label, class) = (self.steps.label(NodeIx(from), EdgeIx(via), node), self.steps.class(node, sort));
        if let Some(&known) = self.known.get(&(parent, label, class)) {
            return known;
        }
        if sort.can_repeat()
            && let Some(repeated) = self.repeated(parent, label, class)
        {
            self.known.insert((parent, label, class), repeated);
            return repeated;
        }
        let above = self.rows[parent as usize];
        if self.rows.len() >= MOST || above.depth >= DEEPEST {
            return parent;
        }
        let at = self.rows.len() as u32;
        let hash = self.steps.hash(above.hash, label, class);
        let row =
            Row { parent, label, class, first: node, count: 0, shallow: 0, retained: 0, depth: above.depth + 1, hash };
        self.rows.push(row);
        self.known.insert((parent, label, class), at);
        at
    }

    /// The signature on the way here that this step comes back to: where the last steps are the same as those before them, or
    /// where a class holds itself, whatever the names, as a tree's nodes do.
    fn repeated(&self, parent: u32, label: Label, class: Class) -> Option<u32> {
        // The way back from here: this step, its parent's, and so on.
        let mut way = [(ROOT, label, class); 2 * TURN];
        let mut at = parent;
        let mut known = 1;
        while at > NOISE && known < way.len() {
            let row = &self.rows[at as usize];
            way[known] = (at, row.label, row.class);
            known += 1;
            at = row.parent;
        }
        let key = |at: usize| (way[at].1, way[at].2);
        let turn = (1..=TURN.min(known / 2)).find(|&turn| (0..turn).all(|at| key(at) == key(at + turn)));
        if let Some(turn) = turn {
            return Some(way[turn].0);
        }
        let is_same = known > 2 && way[1].2 == class && way[2].2 == class;
        is_same.then_some(parent)
    }
}
