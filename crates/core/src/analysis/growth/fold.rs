//! A heap folded by path: every node falls to the signature of the cheapest way to it from the roots, where elements of
//! collections are one step `[]`, V8's storage is looked through and repeats of a list are one.
//!
//! Dijkstra as in [`super::super::paths`], over the whole heap: nodes are settled parents first, so a node's signature is
//! its parent's and one step more. Of equally cheap ways the one with the smaller hash of its words wins, which is the same
//! one in every heap of a program. O(E), 8 bytes a node, two bits, and those that come next.
//!
//! Every step costs something, so that nodes of one cost have nothing to do with each other: they are taken many at once, what is
//! known of them is read first, and the reads overlap. What has no edges waits for the end, and is then read from start to end.

use super::super::heap::Ground;
use super::signatures::{NOISE, ROOT, Row};
use super::sort::Sort;
use super::steps::{Class, Label, Naming, Steps, Words};
use super::terrain::{Charted, Node, Terrain};
use super::ways::{Ends, NONE, RING, Way, Ways};
use crate::bits::Bits;
use crate::graph::{Graph, NodeIx};
use crate::{Error, Watch};
use rustc_hash::FxHashMap;

/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;
/// Nodes that are taken at once.
const BATCH: usize = 64;
/// Edges that are followed at once: what they lead to still fits the second level cache.
const EDGES: usize = 1024;
/// Nodes that the ring has room for, at least; else such a part of all as the terrain says.
const ROOM: usize = 1 << 16;
/// A slot has room for so many in any case, and keeps it for its next turn.
const KEPT: usize = 1 << 12;
/// Such a part of all nodes is a crowd.
const CROWD: usize = 256;
/// Signatures, while they are made; beyond, a node falls to its parent's.
const MOST: usize = Ends::SIGNATURES;
/// Steps of a signature; what lies deeper falls to the last.
const DEEPEST: u16 = 64;
/// Plain objects within plain ones that are told apart, in a collection's element.
const DATA: usize = 3;
/// The longest turn of a list that is told from a path that goes on.
const TURN: usize = 6;

/// Every node's signature, without what a signature retains: that takes the dominator tree, beside which this can be made.
pub struct Fold {
    pub(super) words: Words,
    pub(super) rows: Vec<Row>,
    pub(super) ways: Ways,
}

/// A node that is being settled.
#[derive(Clone, Copy)]
struct Visit {
    node: NodeIx,
    signature: u32,
    naming: Naming,
}

/// An edge that is being followed.
#[derive(Clone, Copy)]
struct Step<L> {
    target: NodeIx,
    /// What the edge costs; then what the step does.
    cost: u32,
    link: L,
    /// The visit's place in its batch.
    visit: u32,
    /// How much more than the node the cheapest way to the target costs so far: read early, so that reads overlap.
    known: u32,
}

struct Folding<T: Terrain> {
    steps: Steps<T>,
    rows: Vec<Row>,
    known: FxHashMap<(u32, Label, Class), u32>,
    /// The last of those that was asked for: neighbours are often alike.
    latest: ((u32, Label, Class), u32),
    ways: Vec<Way>,
    ends: Ends,
    settled: Bits,
    /// Empty, to sort many nodes by.
    crowd: Bits,
    /// By cost: what may be settled next.
    ring: Vec<Slot>,
    /// So many more have room in it; those beyond what each slot keeps are looked for among all.
    room: isize,
}

/// What may be settled at one cost.
#[derive(Default)]
struct Slot {
    nodes: Vec<NodeIx>,
    /// There are more than those.
    is_full: bool,
}

impl Fold {
    /// Folds a heap.
    pub(in super::super) fn new(on: Ground, watch: &Watch) -> Result<Self, Error> {
        Self::of(Charted::new(on), watch).map(|(fold, _)| fold)
    }

    /// The same, wherever it lies.
    pub(super) fn of<T: Terrain>(on: T, watch: &Watch) -> Result<(Self, T), Error> {
        let mut folding = Folding::new(on);
        folding.run(watch)?;
        let Folding { steps, rows, ways, .. } = folding;
        Ok((Self { words: steps.words, rows, ways: Ways(ways) }, steps.on))
    }

    /// Adds the nodes' bytes to their signatures.
    pub(super) fn weigh(&mut self, graph: &Graph) {
        for node in graph.nodes() {
            if let Some(row) = self.rows.get_mut(self.ways.signature(node) as usize) {
                row.shallow = row.shallow.saturating_add(graph.self_size(node));
            }
        }
    }
}

impl<T: Terrain> Folding<T> {
    fn new(on: T) -> Self {
        let nodes = on.node_count();
        let mut ways = Vec::with_capacity(nodes);
        ways.extend(on.beginnings().map(|(is_leaf, extra)| Way::unseen(is_leaf, extra)));
        let words = Words::new(on.classes().len());
        Self {
            steps: Steps::new(on, words),
            rows: vec![Row::top(Class::ROOT), Row::top(Class::NOISE)],
            known: FxHashMap::default(),
            latest: ((NONE, Label::NOTHING, Class::ROOT), NONE),
            ways,
            ends: Ends::new(),
            settled: Bits::new(nodes),
            crowd: Bits::new(nodes),
            ring: (0..RING).map(|_| Slot::default()).collect(),
            room: ROOM.max(nodes / T::RING_PART).cast_signed(),
        }
    }

    fn run(&mut self, watch: &Watch) -> Result<(), Error> {
        self.ways[0] = self.ways[0].with(0, Ends::NOISE, 0);
        self.ring[0].nodes.push(NodeIx::ROOT);
        let (mut now, mut idle) = (0u32, 0);
        let (mut visits, mut steps) = (Vec::with_capacity(BATCH), Vec::with_capacity(EDGES));
        while idle < RING {
            let slot = now as usize % RING;
            // No step costs nothing, and none as much as once around: the slot is complete.
            let Slot { mut nodes, is_full } = std::mem::take(&mut self.ring[slot]);
            idle = if nodes.is_empty() && !is_full { idle + 1 } else { 0 };
            self.room += nodes.len().cast_signed();
            self.sort(&mut nodes);
            for (at, batch) in nodes.chunks(BATCH).enumerate() {
                if (at * BATCH).is_multiple_of(STRIDE) {
                    watch.check()?;
                }
                self.visit(batch, now, &mut visits);
                self.follow(&visits, now, &mut steps);
            }
            nodes.clear();
            if is_full {
                self.visit_all(now, &mut visits, &mut steps, watch)?;
            }
            if nodes.capacity() <= KEPT {
                self.ring[slot].nodes = nodes;
            }
            now = now.saturating_add(1);
        }
        for node in 0..self.ways.len() {
            if node.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            if self.ways[node].is_seen() && self.ways[node].is_leaf() {
                // However near they are, they come last.
                self.settle(NodeIx(node as u32), u32::MAX);
            }
        }
        Ok(())
    }

    /// Puts nodes in the order in which they lie in memory, where there are many.
    fn sort(&mut self, nodes: &mut Vec<NodeIx>) {
        if nodes.len() <= BATCH {
            return;
        }
        if nodes.len() < self.ways.len() / CROWD {
            nodes.sort_unstable();
            return;
        }
        for node in nodes.drain(..) {
            self.crowd.insert(node.0);
        }
        self.crowd.drain(|node| nodes.push(NodeIx(node)));
    }

    /// Settles those that cost so much and had no room in the ring.
    fn visit_all(
        &mut self,
        now: u32,
        visits: &mut Vec<Visit>,
        steps: &mut Vec<Step<T::Link>>,
        watch: &Watch,
    ) -> Result<(), Error> {
        let mut batch = Vec::with_capacity(BATCH);
        for node in 0..self.ways.len() {
            if node.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            let at = NodeIx(node as u32);
            let way = self.ways[node];
            if way.cost() == now % RING as u32 && way.is_seen() && !self.settled.has(at.0) {
                batch.push(at);
            }
            if batch.len() == BATCH || node + 1 == self.ways.len() {
                self.visit(&batch, now, visits);
                self.follow(visits, now, steps);
                batch.clear();
            }
        }
        Ok(())
    }

    /// Settles those nodes of a batch whose cheapest way costs so much; each stands there once for every way that was the cheapest.
    fn visit(&mut self, batch: &[NodeIx], now: u32, visits: &mut Vec<Visit>) {
        // One kind of read after the other: what none of them waits for, the processor does at once.
        visits.clear();
        let mut ways = [Way::unseen(true, 0); BATCH];
        for (way, node) in ways.iter_mut().zip(batch) {
            *way = self.ways[node.at()];
        }
        for (&node, way) in batch.iter().zip(ways) {
            // Those without edges, too: what a way costs is known within a turn of the ring, until its time has come.
            if way.cost() == now % RING as u32 && self.settled.insert(node.0) && !way.is_leaf() {
                visits.push(Visit { node, signature: NONE, naming: Naming::Plain });
            }
        }
        for visit in &*visits {
            self.steps.on.fetch(visit.node);
        }
        for visit in &*visits {
            self.steps.on.fetch_behind(visit.node);
        }
        for visit in visits {
            let sort = self.settle(visit.node, now);
            visit.signature = self.ways[visit.node.at()].number();
            visit.naming = self.steps.naming(visit.node, sort);
        }
    }

    /// Follows the edges of the nodes of a batch.
    fn follow(&mut self, visits: &[Visit], now: u32, steps: &mut Vec<Step<T::Link>>) {
        for (visit, at) in visits.iter().zip(0..) {
            let mut place = 0;
            loop {
                let settled = &self.settled;
                let room = EDGES.saturating_sub(steps.len());
                let has_more = self.steps.on.links(visit.node, &mut place, room, |target, cost, link| {
                    if !settled.has(target.0) {
                        steps.push(Step { target, cost, link, visit: at, known: 0 });
                    }
                });
                if steps.len() >= EDGES {
                    self.reach(visits, now, steps);
                }
                if !has_more {
                    break;
                }
            }
        }
        self.reach(visits, now, steps);
    }

    /// Takes the steps that are cheaper than what was known.
    fn reach(&mut self, visits: &[Visit], now: u32, steps: &mut Vec<Step<T::Link>>) {
        /// More than any step.
        const FAR: u32 = RING as u32;
        for step in &mut *steps {
            let way = self.ways[step.target.at()];
            // All that were seen and are not settled are less than once around ahead.
            step.known = if way.is_seen() { way.cost().wrapping_sub(now) % FAR } else { FAR };
            // It only gets cheaper.
            if step.cost <= step.known {
                step.cost += way.extra().unwrap_or_else(|| self.steps.on.extra(step.target));
            }
        }
        for &Step { target, cost, link, visit, known } in &*steps {
            if cost > known {
                continue;
            }
            let visit = &visits[visit as usize];
            let best = self.ways[target.at()];
            let best_cost = if best.is_seen() { best.cost().wrapping_sub(now) % FAR } else { FAR };
            if cost > best_cost {
                continue;
            }
            let is_cheaper = cost < best_cost;
            if !is_cheaper && !self.may_be_before(visit.signature, best) {
                continue;
            }
            let label = self.steps.label(visit.naming, visit.node, link, target);
            if !is_cheaper && !self.is_before(visit.signature, label, best) {
                continue;
            }
            let end = self.ends.number(visit.signature, label);
            let cost = now.wrapping_add(cost) % FAR;
            self.ways[target.at()] = best.with(cost, end, T::via(visit.node, link));
            if is_cheaper {
                let slot = &mut self.ring[cost as usize];
                if self.room > 0 || slot.nodes.len() < KEPT {
                    self.room -= 1;
                    slot.nodes.push(target);
                } else {
                    slot.is_full = true;
                }
            }
        }
        steps.clear();
    }

    /// Of two equally cheap ways to a node: can this signature's be the one to take?
    fn may_be_before(&self, signature: u32, best: Way) -> bool {
        let (other, _) = self.ends.of(best);
        let hash = |at: u32| self.rows[at as usize].hash;
        other == signature || hash(signature) < hash(other)
    }

    /// And is it, whatever order the heap is in?
    fn is_before(&self, signature: u32, label: Label, best: Way) -> bool {
        let (other, other_label) = self.ends.of(best);
        other != signature || label != other_label && self.steps.order(label) < self.steps.order(other_label)
    }

    /// Gives a node its signature and counts it there.
    fn settle(&mut self, at: NodeIx, cost: u32) -> Sort {
        let node = self.steps.on.node(at);
        let sort = self.steps.sort(node);
        let way = self.ways[at.at()];
        let (parent, label) = self.ends.of(way);
        let signature = self.signature_of(at, node, (cost, parent, label), sort);
        self.ways[at.at()] = way.with(way.cost(), signature, way.via);
        let is_member = sort.is_member() || signature == NOISE;
        let row = &mut self.rows[signature as usize];
        row.count += u64::from(is_member);
        if is_member && cost < row.cost {
            (row.first, row.cost) = (at, cost);
        }
        row.values = row.values.saturating_add(node.values);
        if T::HAS_SIZES {
            row.shallow = row.shallow.saturating_add(node.size);
        }
        sort
    }

    fn signature_of(&mut self, at: NodeIx, node: Node, way: (u32, u32, Label), sort: Sort) -> u32 {
        if at == NodeIx::ROOT {
            return ROOT;
        }
        let (cost, parent, label) = way;
        if sort == Sort::Noise || parent == NOISE {
            return NOISE;
        }
        if !sort.is_member() {
            return parent;
        }
        let (parent, label) = if sort == Sort::Timer { self.in_list(parent, label) } else { (parent, label) };
        let key = (parent, label, self.steps.class(at, node, sort));
        if self.latest.0 != key {
            self.latest = (key, self.signature_at(at, cost, key, sort));
        }
        self.latest.1
    }

    /// Timers of a list are elements of it, whatever comes before them there and from whichever end they are reached.
    fn in_list(&self, parent: u32, label: Label) -> (u32, Label) {
        if !self.steps.leads_to_timers(label) {
            return (parent, label);
        }
        let row = &self.rows[parent as usize];
        let is_element = row.label == Label::ELEMENT && self.steps.are_timers(row.class);
        (if is_element { row.parent } else { parent }, Label::ELEMENT)
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
        self.rows.push(Row { parent, label, first: node, cost, depth: above.depth + 1, hash, ..Row::top(class) });
        self.known.insert(key, at);
        at
    }

    /// The signature on the way here that this step comes back to: where the last steps are the same as those before them, or where a class
    /// holds itself, as a tree's nodes do, whatever the names. Plain objects of any shape are one class, and arrays: there a name comes back,
    /// arrays hold arrays that hold arrays, or it is deep within data.
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
        let is_same = |turn: usize| {
            let once_more = if turn == 1 && label == Label::ELEMENT { 2 } else { 1 };
            known >= turn * (once_more + 1) && (0..turn * once_more).all(|at| key(at) == key(at + turn))
        };
        if let Some(turn) = (1..=TURN).find(|&turn| is_same(turn)) {
            return Some(way[turn].0);
        }
        let alike = way[1..known].iter().take_while(|step| step.2 == class).count();
        if !self.steps.is_plain(class) {
            return (alike > 1).then_some(parent);
        }
        let run = &way[1..=alike];
        let named = run.iter().find(|step| step.1 == label && label != Label::ELEMENT);
        // What is in a collection is alike, and no name in it is known for what it holds.
        let is_deep =
            || run.iter().position(|step| step.1 == Label::ELEMENT).map_or(alike + 1 == way.len(), |at| at + 1 >= DATA);
        named.map(|step| step.0).or_else(|| is_deep().then_some(parent))
    }
}
