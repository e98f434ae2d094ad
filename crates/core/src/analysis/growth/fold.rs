//! A heap folded by path: every node falls to the signature of the cheapest way to it from the roots, where elements of
//! collections are one step `[]`, V8's storage is looked through and repeats of a list are one.
//!
//! Dijkstra as in [`super::super::paths`], over the whole heap: nodes are settled parents first, so a node's signature is
//! its parent's and one step more. Of equally cheap ways the one with the smaller hash of its words wins, which is the same
//! one in every heap of a program. O(E), 16 bytes a node.
//!
//! Every step costs something, so that nodes of one cost have nothing to do with each other: they are taken many at once, what is
//! known of them is read first, and the reads overlap. What has no edges waits for the end, and is then read from start to end.

use super::super::bits::Bits;
use super::super::heap::{Ground, Heap};
use super::super::paths::{source, step};
use super::steps::{Class, Label, Naming, Sort, Steps, Words};
use crate::graph::{EdgeIx, NodeIx};
use crate::{Error, Watch};
use rustc_hash::FxHashMap;

/// Of a node that no strong way leads to.
pub(super) const NONE: u32 = u32::MAX;
const UNSEEN: u32 = u32::MAX;
/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;
/// More than any edge costs.
const RING: usize = 256;
/// Nodes that are taken at once.
const BATCH: usize = 64;
/// Edges that are followed at once: what they lead to still fits the second level cache.
const EDGES: usize = 1024;
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
    /// The node that was nearest, and how near it is.
    pub(super) first: NodeIx,
    cost: u32,
    pub(super) count: u64,
    /// Bytes of the nodes and of their storage.
    pub(super) shallow: u64,
    pub(super) retained: u64,
    depth: u16,
    hash: u64,
}

/// The end of the cheapest way to a node: together, for one is seldom asked alone.
#[derive(Clone, Copy)]
struct Way {
    cost: u32,
    /// The last edge, and its name.
    via: u32,
    label: Label,
    /// The node's own; until it is settled, that of the node before.
    signature: u32,
}

impl Way {
    const UNSEEN: Self = Self { cost: UNSEEN, via: 0, label: Label::NOTHING, signature: ROOT };
}

/// Every node's signature, without what a signature retains: that takes the dominator tree, beside which this can be made.
pub struct Fold {
    words: Words,
    rows: Vec<Row>,
    ways: Vec<Way>,
}

/// A heap with every node's signature.
pub(super) struct Folded<'a> {
    pub(super) heap: &'a Heap,
    pub(super) steps: Steps<'a>,
    pub(super) rows: Vec<Row>,
    /// By node.
    ways: Vec<Way>,
}

impl<'a> Folded<'a> {
    /// Adds what the signatures retain; where the heap has no dominator tree, what hangs from them.
    pub(super) fn new(heap: &'a Heap, fold: Fold) -> Result<Self, Error> {
        let Fold { words, mut rows, ways } = fold;
        let retained = if heap.has_tree() {
            let signature =
                |node: NodeIx| Some(ways[node.at()]).filter(|way| way.cost != UNSEEN).map(|way| way.signature);
            heap.tree().retained_by(rows.len(), signature)?
        } else {
            below(&rows)
        };
        for (row, retained) in rows.iter_mut().zip(retained) {
            row.retained = retained;
        }
        Ok(Self { heap, steps: Steps::new(heap.ground(), words), rows, ways })
    }

    /// The node's signature.
    #[inline]
    pub(super) fn of(&self, node: NodeIx) -> u32 {
        let way = &self.ways[node.at()];
        if way.cost == UNSEEN { NONE } else { way.signature }
    }

    /// The node before this one on the way from the root.
    pub(super) fn before(&self, node: NodeIx) -> Option<NodeIx> {
        self.last(node).map(|edge| source(self.heap.graph(), edge))
    }

    /// The last edge on the way to the node.
    fn last(&self, node: NodeIx) -> Option<EdgeIx> {
        let way = &self.ways[node.at()];
        (way.cost != UNSEEN && node != NodeIx::ROOT).then_some(EdgeIx(way.via))
    }

    /// The edges from the root to the node; empty where there is no way.
    pub(super) fn way(&self, node: NodeIx) -> Vec<EdgeIx> {
        let mut way = Vec::new();
        let mut node = node;
        while let Some(edge) = self.last(node) {
            way.push(edge);
            node = source(self.heap.graph(), edge);
        }
        way.reverse();
        way
    }

    /// Is the node the storage of another one, or V8's own, and no member of its signature?
    pub(super) fn is_member(&self, node: NodeIx) -> bool {
        self.of(node) != NONE && self.steps.is_member(node)
    }
}

/// Bytes of each signature and of all that are behind it; the root and what V8 keeps for itself have no sum.
pub(super) fn below(rows: &[Row]) -> Vec<u64> {
    let mut below: Vec<u64> = rows.iter().map(|row| row.shallow).collect();
    // Parents come first.
    for at in (NOISE as usize + 1..rows.len()).rev() {
        let bytes = below[at];
        let parent = &mut below[rows[at].parent as usize];
        *parent = parent.saturating_add(bytes);
    }
    below
}

/// A node that is being settled.
#[derive(Clone, Copy)]
struct Visit {
    node: NodeIx,
    signature: u32,
    naming: Naming,
    /// Its edges.
    first: u32,
    end: u32,
}

/// An edge that is being followed.
#[derive(Clone, Copy)]
struct Step {
    target: NodeIx,
    /// Of the whole way.
    cost: u32,
    edge: EdgeIx,
    /// The visit's place in its batch.
    visit: u32,
    /// What the cheapest way to the target costs so far: read early, so that reads overlap.
    known: u32,
}

struct Folding<'a> {
    on: Ground<'a>,
    steps: Steps<'a>,
    rows: Vec<Row>,
    known: FxHashMap<(u32, Label, Class), u32>,
    /// The last of those that was asked for: neighbours are often alike.
    latest: ((u32, Label, Class), u32),
    ways: Vec<Way>,
    settled: Bits,
    /// Nodes without edges.
    leaves: Bits,
    /// By cost: what may be settled next.
    ring: Vec<Vec<NodeIx>>,
}

impl Fold {
    /// Folds a heap.
    pub(in super::super) fn new(on: Ground, watch: &Watch) -> Result<Self, Error> {
        let mut folding = Folding::new(on);
        folding.run(watch)?;
        let Folding { steps, rows, ways, .. } = folding;
        Ok(Self { words: steps.words, rows, ways })
    }
}

impl<'a> Folding<'a> {
    fn new(on: Ground<'a>) -> Self {
        let graph = on.graph;
        let nodes = graph.node_count();
        let row = |class| Row {
            parent: ROOT,
            label: Label::NOTHING,
            class,
            first: NodeIx::ROOT,
            cost: 0,
            count: 0,
            shallow: 0,
            retained: 0,
            depth: 0,
            hash: 0,
        };
        let mut leaves = Bits::new(nodes);
        for (node, edges) in graph.first_edge.windows(2).enumerate() {
            leaves.insert_if(node as u32, edges[0] == edges[1]);
        }
        Self {
            on,
            steps: Steps::new(on, Words::new(on)),
            rows: vec![row(Class::ROOT), row(Class::NOISE)],
            known: FxHashMap::default(),
            latest: ((NONE, Label::NOTHING, Class::ROOT), NONE),
            ways: vec![Way::UNSEEN; nodes],
            settled: Bits::new(nodes),
            leaves,
            ring: vec![Vec::new(); RING],
        }
    }

    fn run(&mut self, watch: &Watch) -> Result<(), Error> {
        self.ways[0].cost = 0;
        self.ring[0].push(NodeIx::ROOT);
        let (mut now, mut idle) = (0u32, 0);
        let (mut visits, mut steps) = (Vec::with_capacity(BATCH), Vec::with_capacity(EDGES));
        while idle < RING {
            let slot = now as usize % RING;
            // No step costs nothing, and none as much as once around: the slot is complete.
            let mut open = std::mem::take(&mut self.ring[slot]);
            idle = if open.is_empty() { idle + 1 } else { 0 };
            for (at, batch) in open.chunks(BATCH).enumerate() {
                if (at * BATCH).is_multiple_of(STRIDE) {
                    watch.check()?;
                }
                self.visit(batch, now, &mut visits);
                self.follow(&visits, now, &mut steps);
            }
            open.clear();
            self.ring[slot] = open;
            now = now.saturating_add(1);
        }
        for node in self.on.graph.nodes() {
            if node.at().is_multiple_of(STRIDE) {
                watch.check()?;
            }
            if self.leaves.has(node.0) && self.ways[node.at()].cost != UNSEEN {
                self.settle(node);
            }
        }
        Ok(())
    }

    /// Settles those nodes of a batch whose cheapest way costs so much; each stands there once for every way that was the cheapest.
    fn visit(&mut self, batch: &[NodeIx], now: u32, visits: &mut Vec<Visit>) {
        visits.clear();
        for &node in batch {
            if self.ways[node.at()].cost == now && self.settled.insert(node.0) {
                let edges = self.on.graph.edge_range(node);
                let (first, end) = (edges.start as u32, edges.end as u32);
                visits.push(Visit { node, signature: NONE, naming: Naming::Plain, first, end });
            }
        }
        for visit in visits {
            let sort = self.settle(visit.node);
            visit.signature = self.ways[visit.node.at()].signature;
            visit.naming = self.steps.naming(visit.node, sort);
        }
    }

    /// Follows the edges of the nodes of a batch.
    fn follow(&mut self, visits: &[Visit], now: u32, steps: &mut Vec<Step>) {
        let Ground { graph, pairs, .. } = self.on;
        for (visit, at) in visits.iter().zip(0..) {
            for edge_at in visit.first..visit.end {
                let edge = graph.edges[edge_at as usize];
                let target = edge.target();
                if self.settled.has(target.0) {
                    continue;
                }
                let Some(step) = step(graph, pairs, visit.node, EdgeIx(edge_at), edge) else { continue };
                let cost = now.saturating_add(step);
                steps.push(Step { target, cost, edge: EdgeIx(edge_at), visit: at, known: UNSEEN });
                if steps.len() == EDGES {
                    self.reach(visits, steps);
                }
            }
        }
        self.reach(visits, steps);
    }

    /// Takes the steps that are cheaper than what was known.
    fn reach(&mut self, visits: &[Visit], steps: &mut Vec<Step>) {
        for step in &mut *steps {
            step.known = self.ways[step.target.at()].cost;
        }
        for &Step { target, cost, edge, visit, known } in &*steps {
            // It only gets cheaper.
            if cost > known {
                continue;
            }
            let visit = &visits[visit as usize];
            let best = self.ways[target.at()];
            if cost < best.cost || cost == best.cost && self.is_before(visit.signature, best.signature) {
                let label = self.steps.label(visit.naming, visit.node, edge, target);
                self.ways[target.at()] = Way { cost, via: edge.0, label, signature: visit.signature };
                if cost < best.cost && !self.leaves.has(target.0) {
                    self.ring[cost as usize % RING].push(target);
                }
            }
        }
        steps.clear();
    }

    /// Of two equally cheap ways to a node: is this signature's the one to take, whatever order the heap is in?
    fn is_before(&self, signature: u32, other: u32) -> bool {
        let hash = |at: u32| self.rows[at as usize].hash;
        other != signature && hash(signature) < hash(other)
    }

    /// Gives a node its signature and counts it there.
    fn settle(&mut self, node: NodeIx) -> Sort {
        let sort = self.steps.sort(node);
        let way = self.ways[node.at()];
        let at = self.signature_of(node, way, sort);
        self.ways[node.at()].signature = at;
        let row = &mut self.rows[at as usize];
        let is_member = sort.is_member() || at == NOISE;
        row.count += u64::from(is_member);
        row.shallow = row.shallow.saturating_add(self.on.graph.self_size(node));
        // Leaves come last, however near they are.
        if is_member && way.cost < row.cost {
            (row.first, row.cost) = (node, way.cost);
        }
        sort
    }

    fn signature_of(&mut self, node: NodeIx, way: Way, sort: Sort) -> u32 {
        if node == NodeIx::ROOT {
            return ROOT;
        }
        let Way { cost, label, signature: parent, .. } = way;
        if sort == Sort::Noise || parent == NOISE {
            return NOISE;
        }
        if !sort.is_member() {
            return parent;
        }
        let key = (parent, label, self.steps.class(node, sort));
        if self.latest.0 != key {
            self.latest = (key, self.signature_at(node, cost, key, sort));
        }
        self.latest.1
    }

    fn signature_at(&mut self, node: NodeIx, cost: u32, key: (u32, Label, Class), sort: Sort) -> u32 {
        let (parent, label, class) = key;
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        if sort.can_repeat()
            && let Some(repeated) = self.repeated(parent, label, class)
        {
            self.known.insert(key, repeated);
            return repeated;
        }
        let above = self.rows[parent as usize];
        if self.rows.len() >= MOST || above.depth >= DEEPEST {
            return parent;
        }
        let at = self.rows.len() as u32;
        let hash = self.steps.hash(above.hash, label, class);
        let (count, shallow, retained, depth) = (0, 0, 0, above.depth + 1);
        self.rows.push(Row { parent, label, class, first: node, cost, count, shallow, retained, depth, hash });
        self.known.insert(key, at);
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
