//! A small graph of a heap that was folded where it lies: the ways to some of what is worth telling, and what is around them.
//!
//! Names are told by the same code that tells those of whole graphs. What it looks at is near: the ways, members and what they hold, functions
//! with their scopes and scripts. Bounded by a part of the heap's nodes.

use super::super::classes::Class;
use super::super::heap::{Heap, Whole};
use super::super::sample::Sample;
use super::chart::{Chart, targets};
use super::distant::Distant;
use super::fold::Fold;
use super::folded::Folded;
use super::inside::CALLED;
use super::signatures::{ROOT, Row, below, retain};
use super::sort::Sort;
use super::steps::{Naming, Steps, Words};
use super::terrain::{Charted, Terrain};
use super::told::OWNER;
use super::ways::{NONE, Ways};
use crate::graph::{EdgeIx, Graph, NodeIx, NodeKind, Place};
use crate::{Error, Watch};
use rustc_hash::{FxHashMap, FxHashSet};

/// Members of a signature that are put in.
const MEMBERS: usize = 12;
/// Steps back from a member that matter to those who name it, and then until another way is met.
const BACK: usize = 64;
const APART: usize = 1024;
/// Of a longer way the middle is left out: steps at each end that stay.
const LONG: usize = 640;
/// How many links away from what holds members, from what is before that, and from the rest of a way, nodes are wanted with their own links;
/// the first two are so many steps back.
const FROM_HOLDER: (usize, u8) = (4, 3);
const FROM_ABOVE: (usize, u8) = (8, 2);
const FROM_WAY: u8 = 1;

/// A small heap, folded as the one is that it comes from.
struct Near {
    heap: Heap,
    fold: Fold,
    gaps: FxHashMap<NodeIx, NodeIx>,
    sampled: Vec<NodeIx>,
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
                let (from, to) = (from as usize, to as usize);
                rows[from].shallow = rows[from].shallow.saturating_sub(bytes);
                rows[to].shallow = rows[to].shallow.saturating_add(bytes);
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
        let Near { heap, fold, gaps, sampled } = self.near(wanted, watch)?;
        let folded = Folded::with(&heap, fold, gaps, sampled);
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
            for way in ways {
                chart.put_way(&mut self.steps.on, node, way);
            }
        }
        self.follow_back(wanted, &mut chart, watch)?;
        self.add_closures(&mut chart);
        let graph = chart.draw(&mut self.steps.on, watch)?;
        Ok(self.finish(wanted, chart, graph))
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
                samples[places[at as usize] as usize].add_where(node, || {
                    let what = self.steps.on.node(node);
                    self.steps.sort(what).is_member()
                });
            }
        }
        for &at in wanted {
            let first = self.rows[at as usize].first;
            self.add_way(first, usize::MAX, chart);
            self.add_member(first, chart);
        }
        for mut sample in samples {
            let members = sample.taken();
            for &member in members.iter().step_by(members.len().div_ceil(MEMBERS).max(1)) {
                self.add_way(member, BACK + APART, chart);
                self.add_member(member, chart);
                chart.sampled.push(member);
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
            if self.ways.via(last).is_none() {
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
                for name in names {
                    chart.put_way(&mut self.steps.on, node, &[name]);
                }
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

    fn finish(&mut self, wanted: &[u32], chart: Chart, graph: Graph) -> Near {
        let Chart { numbers, nodes, before, on_way, gaps, sampled, .. } = chart;
        let of: Vec<u32> = nodes.iter().map(|&node| self.steps.on.node(node).class).collect();
        let rows: Vec<Class> = self.steps.on.classes().to_vec();
        let (total_size, node_count) = (self.steps.on.total_size(), self.steps.on.node_count() as u64);
        let heap = Heap::near(graph, of, Whole { classes: rows, total_size, node_count });
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
        let mut sampled: Vec<NodeIx> = sampled.iter().filter_map(|node| numbers.get(node).copied()).collect();
        sampled.sort_unstable();
        Near { heap, fold, gaps, sampled }
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
