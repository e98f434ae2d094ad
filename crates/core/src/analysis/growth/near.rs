//! A small graph of a heap that was folded where it lies: the ways to some of what is worth telling, and what is around them.
//!
//! Names are told by the same code that tells those of whole graphs. What it looks at is near: the ways, members and what they hold, functions
//! with their scopes and scripts. Bounded by a part of the heap's nodes.

use super::super::accumulation::Sample;
use super::super::classes::Class;
use super::super::heap::{Heap, Whole};
use super::fold::{Fold, Folded, NONE, ROOT, Row, Ways, below, retain};
use super::steps::{Naming, Sort, Steps, Words};
use super::terrain::{Charted, LinkName, Terrain};
use crate::graph::{Edge, EdgeIx, EdgeKind, Graph, NodeIx, NodeKind, Place, StringTable};
use crate::{Error, Watch};
use rustc_hash::{FxHashMap, FxHashSet};

/// A heap that lies elsewhere than in a graph.
pub trait Distant: Terrain {
    /// Finds out what a fold asks for.
    fn prepare(&mut self);
    /// When all links were asked for: what hidden objects and arrays belong to is known, and counted in the classes. Steps of ways among them,
    /// each with what it belongs to, and its bytes.
    fn finish(&mut self) -> Vec<(NodeIx, NodeIx, u64)>;
    /// Bytes of all nodes.
    fn total_size(&self) -> u64;
    /// Where a closure's code, or an object's constructor, is written.
    fn place(&mut self, node: NodeIx) -> Option<Place>;
    /// The index of the node's name, as a snapshot has it; of strings there is none.
    fn name(&mut self, node: NodeIx) -> u32;
    /// What a string says, as far as a snapshot shows it.
    fn text(&mut self, string: NodeIx) -> Vec<u8>;
    /// A closure of each script, and the objects that are called `process`.
    fn landmarks(&self) -> Vec<NodeIx>;
    /// All closures of these scopes and of scopes within them, each with its own scope and its place.
    fn closures(&mut self, scopes: &FxHashSet<NodeIx>, each: &mut dyn FnMut(NodeIx, NodeIx, NodeIx, Place));
    /// The ES module that exports what is in this cell.
    fn exporter(&mut self, cell: NodeIx) -> Option<NodeIx>;
}

/// Nodes that a small graph may have: a part of the heap's, but at least, and at most, so many.
const PART: usize = 64;
const LEAST: usize = 1 << 14;
const MOST: usize = 1 << 16;
/// The root and its parts.
const PARTS: u32 = 7;
/// Members of a signature that are in it.
const MEMBERS: usize = 12;
/// Links of a node that are in it, besides those that have to be; and how many are asked for at once.
const LINKS: usize = 256;
const ROOM: usize = 4096;
/// Steps back from a member that matter to those who name it, and then until another way is met.
const BACK: usize = 64;
const APART: usize = 1024;
/// Of a longer way the middle is left out: steps at each end that stay.
const LONG: usize = 640;
/// As V8's snapshot names the link from a key to its value, of a table that is no node.
const PAIR: &[u8] = b"1 / part of key (value @1) -> value (value @1) pair in WeakMap (table @0)";
/// How many links away from what holds members, from what is before that, and from the rest of a way, nodes are wanted with their own links;
/// the first two are so many steps back.
const FROM_HOLDER: (usize, u8) = (4, 3);
const FROM_ABOVE: (usize, u8) = (8, 2);
const FROM_WAY: u8 = 1;
/// From an object to what stands for it in an app, and from a timer or a listener to what it calls.
const OWNER: &[u8] = b"<symbol owner_symbol>";
const CALLED: [&[u8]; 4] = [b"listener", b"callback", b"_onTimeout", b"_onImmediate"];

/// A small heap, folded as the one is that it comes from.
struct Near {
    heap: Heap,
    fold: Fold,
    gaps: FxHashMap<NodeIx, NodeIx>,
}

/// The whole, as it was folded.
pub(super) struct Afar<T> {
    steps: Steps<T>,
    pub(super) rows: Vec<Row>,
    ways: Ways,
}

impl<T: Distant> Afar<T> {
    pub(super) fn new(mut on: T, fold: Fold) -> Self {
        let Fold { words, mut rows, ways } = fold;
        for (node, owner, bytes) in on.finish() {
            let (from, to) = (ways.signature(node), ways.signature(owner));
            if from != NONE && to != NONE {
                rows[from as usize].shallow -= bytes;
                rows[to as usize].shallow += bytes;
            }
        }
        let retained = below(&rows);
        retain(&mut rows, retained);
        Self { steps: Steps::new(on, words), rows, ways }
    }

    /// What is said of the heap by what is near these signatures.
    pub(super) fn told<R>(
        &mut self,
        wanted: &[u32],
        watch: &Watch,
        say: impl FnOnce(&Folded) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let firsts: Vec<NodeIx> = wanted.iter().map(|&at| self.rows[at as usize].first).collect();
        let Near { heap, fold, gaps } = self.near(wanted, watch)?;
        let folded = Folded::with(&heap, fold, gaps);
        let said = say(&folded);
        let Folded { steps, rows, .. } = folded;
        (self.steps.words, self.rows) = (steps.words, rows);
        for (&at, first) in wanted.iter().zip(firsts) {
            self.rows[at as usize].first = first;
        }
        said
    }

    /// What names these signatures.
    fn near(&mut self, wanted: &[u32], watch: &Watch) -> Result<Near, Error> {
        let mut chart = Chart::new(self.steps.on.node_count());
        chart.put(NodeIx::ROOT, FROM_WAY);
        for node in self.steps.on.landmarks() {
            let ways: [&[&[u8]]; 5] = [
                &[b"shared", b"script", b"name"],
                &[b"shared", b"script_or_debug_info", b"name"],
                &[b"shared", b"script", b"source"],
                &[b"version"],
                &[b"versions", b"v8"],
            ];
            ways.iter().for_each(|way| _ = chart.put_way(&mut self.steps.on, node, way));
        }
        self.follow_back(wanted, &mut chart, watch)?;
        self.add_closures(&mut chart);
        let graph = chart.draw(&mut self.steps.on, watch)?;
        self.finish(wanted, chart, graph, watch)
    }

    /// Puts members of the signatures, and the ways to them, into the chart.
    fn follow_back(&mut self, wanted: &[u32], chart: &mut Chart, watch: &Watch) -> Result<(), Error> {
        let mut places: Vec<u32> = vec![NONE; self.rows.len()];
        for (place, &at) in wanted.iter().enumerate() {
            places[at as usize] = place as u32;
        }
        let mut samples: Vec<Sample> = wanted.iter().map(|_| Sample::default()).collect();
        watch.check()?;
        for node in (0..self.steps.on.node_count() as u32).map(NodeIx) {
            let at = self.ways.signature(node);
            if at != NONE && places[at as usize] != NONE {
                let what = self.steps.on.node(node);
                if self.steps.sort(what).is_member() {
                    samples[places[at as usize] as usize].add(node);
                }
            }
        }
        for &at in wanted {
            self.add_way(self.rows[at as usize].first, usize::MAX, chart);
        }
        for mut sample in samples {
            let members = sample.taken();
            for &member in members.iter().step_by(members.len().div_ceil(MEMBERS).max(1)) {
                self.add_way(member, BACK + APART, chart);
                self.add_member(member, chart);
            }
        }
        Ok(())
    }

    /// Puts a member into the chart with what it calls, and the variables that this has at hand.
    fn add_member(&mut self, member: NodeIx, chart: &mut Chart) {
        let on = &mut self.steps.on;
        chart.put(member, 1);
        let stands_for = chart.put_way(on, member, &[OWNER]).unwrap_or(member);
        chart.put(stands_for, 1);
        let called = CALLED.iter().filter_map(|&name| chart.put_way(on, stands_for, &[name]));
        let called: Vec<NodeIx> = called.chain([stands_for]).collect();
        for closure in called {
            if on.node(closure).kind != NodeKind::CLOSURE {
                continue;
            }
            chart.put(closure, 1);
            let function = chart.put_way(on, closure, &[b"bound_function"]).unwrap_or(closure);
            chart.put_way(on, closure, &[b"bound_this"]);
            chart.put(function, 1);
            if let Some(scope) = chart.put_way(on, function, &[b"context"]) {
                chart.put(scope, 1);
            }
        }
    }

    /// Puts the names of an object's properties into the chart, as its shape has them.
    fn add_shape(&mut self, node: NodeIx, chart: &mut Chart) {
        let on = &mut self.steps.on;
        let Some(names) = chart.put_way(on, node, &[b"map", b"descriptors"]) else { return };
        chart.put(names, 1);
        let symbols: Vec<NodeIx> = targets(on, names).into_iter().map(|(to, _)| to).collect();
        for symbol in symbols {
            if matches!(on.node(symbol).kind, NodeKind::HIDDEN | NodeKind::SYMBOL) {
                chart.put_way(on, symbol, &[b"name"]);
            }
        }
    }

    /// Puts a node and what is before it into the chart, so many steps back or until another way is met.
    fn add_way(&mut self, node: NodeIx, most: usize, chart: &mut Chart) {
        let mut way = vec![node];
        let mut at = node;
        while let Some(before) = self.ways.via(at).map(NodeIx) {
            let is_known = chart.on_way.contains(&before);
            way.push(before);
            at = before;
            if is_known || way.len() > most {
                break;
            }
        }
        if way.len() > 2 * LONG && most == usize::MAX {
            let behind = way.len() - LONG;
            chart.gaps.insert(way[LONG], way[behind]);
            way.drain(LONG + 1..behind);
        }
        for (nth, pair) in way.windows(2).enumerate() {
            let reach = match nth {
                0 => 0,
                _ if nth <= FROM_HOLDER.0 => FROM_HOLDER.1,
                _ if nth <= FROM_ABOVE.0 => FROM_ABOVE.1,
                _ => FROM_WAY,
            };
            chart.put(pair[0], reach);
            if nth > 0 && nth <= FROM_ABOVE.0 && chart.shaped.insert(pair[0]) {
                self.add_shape(pair[0], chart);
            }
            if chart.gaps.get(&pair[0]) != Some(&pair[1]) {
                chart.before.insert(pair[0], pair[1]);
                chart.need(pair[1], pair[0]);
            }
            chart.on_way.insert(pair[0]);
        }
        if let Some(&last) = way.last() {
            chart.put(last, FROM_WAY);
            if self.ways.via(last).is_none() || chart.on_way.contains(&last) {
                chart.on_way.insert(last);
            }
        }
    }

    /// Puts what says where scopes and exports on the ways are written into the chart.
    fn add_closures(&mut self, chart: &mut Chart) {
        let mut scopes = FxHashSet::default();
        for node in chart.nodes.clone() {
            let what = self.steps.on.node(node);
            if chart.on_way.contains(&node) && self.steps.sort(what) == Sort::Scope {
                scopes.insert(node);
            }
            if let Some(record) = self.steps.on.exporter(node) {
                chart.put(record, FROM_HOLDER.1);
                chart.put_code(&mut self.steps.on, record);
            }
            if chart.on_way.contains(&node) && self.steps.sort(what) == Sort::Module {
                let names: [&[u8]; 3] = [b"filename", b"id", b"url"];
                names.iter().for_each(|&name| _ = chart.put_way(&mut self.steps.on, node, &[name]));
                chart.put_code(&mut self.steps.on, node);
            }
        }
        if scopes.is_empty() {
            return;
        }
        // The first closure of each, and of those within it, but for a script's or module's own function.
        let order = |place: &Place| (place.line == 0 && place.column == 0, place.line, place.column);
        let mut first: FxHashMap<(NodeIx, bool), (Place, NodeIx, NodeIx)> = FxHashMap::default();
        self.steps.on.closures(&scopes, &mut |closure, own, scope, place| {
            let kept = first.entry((scope, own == scope)).or_insert((place, closure, own));
            if order(&place) < order(&kept.0) {
                *kept = (place, closure, own);
            }
        });
        for (_, closure, own) in first.into_values() {
            chart.put(closure, 1);
            // Its scope and those around it lead to the one.
            chart.put(own, 1);
            chart.inner.insert(own);
        }
    }

    fn finish(&mut self, wanted: &[u32], chart: Chart, graph: Graph, watch: &Watch) -> Result<Near, Error> {
        let Chart { numbers, nodes, before, on_way, gaps, .. } = chart;
        let of: Vec<u32> = nodes.iter().map(|&node| self.steps.on.node(node).class).collect();
        let rows: Vec<Class> = self.steps.on.classes().to_vec();
        let (total_size, node_count) = (self.steps.on.total_size(), self.steps.on.node_count() as u64);
        let heap = Heap::near(graph, of, Whole { classes: rows, total_size, node_count }, watch)?;
        let words = std::mem::replace(&mut self.steps.words, Words::new(0));
        let mut small = Steps::new(Charted::new(heap.ground()), words);
        let ends: Vec<_> = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| {
                let signature = self.ways.signature(*node);
                if !on_way.contains(node) || signature == NONE {
                    return None;
                }
                let at = NodeIx(at as u32);
                if at == NodeIx::ROOT {
                    return Some((ROOT, 0));
                }
                let before = before.get(node).and_then(|before| numbers.get(before))?;
                let via = link_to(&mut small, *before, at)?;
                Some((signature, via.0))
            })
            .collect();
        let words = small.words;
        let gaps = gaps.iter().filter_map(|(from, to)| Some((*numbers.get(from)?, *numbers.get(to)?))).collect();
        let mut rows = std::mem::take(&mut self.rows);
        for &at in wanted {
            let first = &mut rows[at as usize].first;
            *first = numbers.get(first).copied().unwrap_or(NodeIx::ROOT);
        }
        let fold = Fold { words, rows, ways: Ways::of(ends.into_iter()) };
        Ok(Near { heap, fold, gaps })
    }
}

/// The cheapest link from one node to another; of several the one that a fold takes.
fn link_to(steps: &mut Steps<Charted>, from: NodeIx, to: NodeIx) -> Option<EdgeIx> {
    let (mut found, mut place) = (Vec::new(), 0);
    steps.on.links(from, &mut place, usize::MAX / 2, |target, cost, link| {
        if target == to {
            found.push((cost, link));
        }
    });
    let least = found.iter().map(|&(cost, _)| cost).min()?;
    found.retain(|&(cost, _)| cost == least);
    found.into_iter().map(|(_, link)| link).min_by_key(|&link| {
        let label = steps.label(Naming::Plain, from, link, to);
        steps.order(label)
    })
}

/// By cell, the ES module that exports what is in it, and the name by which it does: as [`super::super::modules`] finds them in graphs.
pub fn exports(on: &mut impl Distant, records: &[NodeIx]) -> FxHashMap<NodeIx, (NodeIx, String)> {
    let mut found: FxHashMap<NodeIx, (NodeIx, NodeIx, bool)> = FxHashMap::default();
    for &record in records {
        let lists: Vec<_> = targets(on, record).into_iter().map(|(list, _)| list).collect();
        let lists: Vec<_> = lists.into_iter().filter(|&list| on.node(list).kind == NodeKind::ARRAY).collect();
        // Its own variables are in a list of cells too; what it passes on from other modules is not.
        let mut own = FxHashSet::default();
        for &list in &lists {
            let cells = targets(on, list);
            if cells.iter().all(|&(cell, _)| is_cell(on, cell)) {
                own.extend(cells.into_iter().map(|(cell, _)| cell));
            }
        }
        for list in lists {
            let mut before = None;
            for (to, called) in targets(on, list) {
                let Some(index) = index(on, called) else { continue };
                if let Some((name, _)) = before.filter(|&(_, place)| place + 1 == index)
                    && is_cell(on, to)
                {
                    let is_own = own.contains(&to);
                    let kept = found.entry(to).or_insert((record, name, is_own));
                    if is_own && !kept.2 {
                        *kept = (record, name, is_own);
                    }
                }
                before = on.node(to).kind.is_string().then_some((to, index));
            }
        }
    }
    let text = |on: &mut _, name| String::from_utf8_lossy(&Distant::text(on, name)).into_owned();
    found.into_iter().map(|(cell, (record, name, _))| (cell, (record, text(on, name)))).collect()
}

fn targets<T: Distant>(on: &mut T, node: NodeIx) -> Vec<(NodeIx, LinkName)> {
    let (mut found, mut place) = (Vec::new(), 0);
    while on.links(node, &mut place, ROOM, |to, _, link| found.push((to, link))) {}
    found.into_iter().map(|(to, link)| (to, on.called(link))).collect()
}

fn is_cell(on: &mut impl Distant, node: NodeIx) -> bool {
    let what = on.node(node);
    what.kind == NodeKind::HIDDEN && on.texts().raw(what.name) == b"system / Cell"
}

/// The place in a list of what a link leads to.
fn index(on: &impl Distant, called: LinkName) -> Option<u32> {
    if called.kind.is_indexed() { Some(called.name) } else { on.texts().get(called.name).parse().ok() }
}

/// What is to be in a small graph.
struct Chart {
    /// By node of the heap, the one of the graph.
    numbers: FxHashMap<NodeIx, NodeIx>,
    nodes: Vec<NodeIx>,
    /// By node of the graph: how far around it links are of interest.
    reach: Vec<u8>,
    /// What comes before a node on its way.
    before: FxHashMap<NodeIx, NodeIx>,
    on_way: FxHashSet<NodeIx>,
    /// By node, to which others its links have to be there.
    needed: FxHashMap<NodeIx, Vec<NodeIx>>,
    /// Objects whose shapes are there.
    shaped: FxHashSet<NodeIx>,
    gaps: FxHashMap<NodeIx, NodeIx>,
    /// Scopes from which one goes outwards.
    inner: FxHashSet<NodeIx>,
    /// So many are put in for their own sake.
    first: usize,
    most: usize,
}

impl Chart {
    fn new(nodes: usize) -> Self {
        Self {
            numbers: FxHashMap::default(),
            nodes: Vec::new(),
            reach: Vec::new(),
            before: FxHashMap::default(),
            on_way: FxHashSet::default(),
            needed: FxHashMap::default(),
            shaped: FxHashSet::default(),
            gaps: FxHashMap::default(),
            inner: FxHashSet::default(),
            first: 0,
            most: (nodes / PART).clamp(LEAST, MOST),
        }
    }

    /// Puts a node in.
    fn put(&mut self, node: NodeIx, reach: u8) -> NodeIx {
        // The root's parts lead to too much.
        let reach = if node.0 < PARTS { 0 } else { reach };
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
    fn need(&mut self, from: NodeIx, to: NodeIx) {
        let needed = self.needed.entry(from).or_default();
        if !needed.contains(&to) {
            needed.push(to);
        }
    }

    /// Puts in what links of these names lead to, one after the other, and answers the last, where they all do.
    fn put_way<T: Distant>(&mut self, on: &mut T, from: NodeIx, names: &[&[u8]]) -> Option<NodeIx> {
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
    fn put_code<T: Distant>(&mut self, on: &mut T, record: NodeIx) {
        for (code, _) in targets(on, record) {
            let is_closure = on.node(code).kind == NodeKind::CLOSURE;
            let function = if is_closure { Some(code) } else { self.put_way_if(on, code, &[b"function"]) };
            if let Some(function) = function {
                self.need(record, code);
                self.put(code, 0);
                self.put_way(on, function, &[b"shared", b"script", b"name"]);
            }
        }
    }

    /// The same as [`Chart::put_way`] for an object, of which nothing is put in where it has no such link.
    fn put_way_if<T: Distant>(&mut self, on: &mut T, from: NodeIx, names: &[&[u8]]) -> Option<NodeIx> {
        let is_generator = on.generated_by(from).is_some();
        if is_generator { self.put_way(on, from, names) } else { None }
    }

    /// Makes the graph, with as much of what is around as there is room for.
    fn draw<T: Distant>(&mut self, on: &mut T, watch: &Watch) -> Result<Graph, Error> {
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
                if self.reach[at] == 0 && missing.is_empty() {
                    break;
                }
                let has_more = on.links(node, &mut place, ROOM, |to, _, link| held.push((to, link)));
                for (to, link) in held.drain(..) {
                    let called = on.called(link);
                    let is_missing = missing.contains(&to);
                    let is_wanted = looked_at < LINKS && self.reach[at] > 0 && self.is_wanted(on, at, to, called);
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
                if !has_more || looked_at >= LINKS && missing.is_empty() {
                    break;
                }
            }
            graph.first_edge.push(graph.edges.len() as u32);
            at += 1;
        }
        graph.strings = on.texts().clone();
        for (node, text) in texts {
            graph.names[node] = push(&mut graph.strings, &text);
        }
        let pair = push(&mut graph.strings, PAIR);
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
        match (called.kind, name) {
            (EdgeKind::Internal, b"feedback_cell" | b"initial_map" | b"dependent_code" | b"scope_info") => false,
            (EdgeKind::Internal, b"map") => false,
            (EdgeKind::Property, b"__proto__" | b"prototype" | b"constructor") => false,
            _ => true,
        }
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

/// The index of a text, put behind the others.
fn push(strings: &mut StringTable, text: &[u8]) -> u32 {
    for piece in text.split_inclusive(|&byte| byte == b'\\') {
        strings.push_bytes(piece);
        // The table holds JSON's text, in which this one begins an escape.
        if piece.ends_with(b"\\") {
            strings.push_bytes(b"\\");
        }
    }
    strings.end()
}
