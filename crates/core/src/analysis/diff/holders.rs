//! New objects under the nearest old object that holds them: the nearest that dominates them, through V8's storage.
//!
//! Where that is an object of the app, it is the holder and has all of them. Where it is a scope, the global object or a root, what
//! hangs from it is told by class, and named by the way to it. O(N), 8 bytes a node.

use super::super::accumulation::{Accumulation, Pile};
use super::super::content::short;
use super::super::crowds::CROWD;
use super::super::figures::{grouped, size};
use super::super::finding::Finding;
use super::super::heap::Heap;
use super::super::modules::Modules;
use super::super::paths::Paths;
use super::super::roles::{can_hold, is_content, is_scope, is_storage};
use super::super::route::Route;
use super::super::sample::Sample;
use super::super::scopes::Scopes;
use super::super::scripts::Scripts;
use super::super::suspects::{self, Names};
use super::NodeClasses;
use crate::bits::Bits;
use crate::graph::{NodeIx, NodeKind};
use crate::{Error, HolderRow, Sources, Sum, SumRow, Watch};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

const STRIDE: usize = 1 << 16;
/// Classes that are told of what a holder has.
const MOST_CLASSES: usize = 8;
/// Of no group, or of no class.
const NONE: u32 = u32::MAX;

/// New objects under one old one.
pub(super) struct Group {
    pub(super) holder: NodeIx,
    /// What hangs from the holder, where that has no name of its own.
    class: u32,
    pub(super) sum: Sum,
    /// What an app keeps and hangs from the holder: some, and how many. With none, V8 made it all for itself.
    tops: Sample,
    top_count: u64,
    /// Bytes of it that are V8's own.
    own: u64,
}

/// All groups.
pub(super) struct Holders<'a> {
    heap: &'a Heap,
    classes: &'a NodeClasses,
    /// Most bytes first.
    pub(super) groups: Vec<Group>,
    /// By group, before it was sorted, and class.
    by_class: FxHashMap<(NodeIx, u32, u32), Sum>,
    /// What V8 made for itself.
    pub(super) internal: Sum,
}

impl<'a> Holders<'a> {
    pub(super) fn find(
        heap: &'a Heap,
        fresh: &Bits,
        old: &Bits,
        classes: &'a NodeClasses,
        watch: &Watch,
    ) -> Result<Self, Error> {
        let graph = heap.graph();
        let nodes = graph.node_count();
        // By node: the nearest old object at or above it; the group that it is in.
        let (mut nearest, mut group_of) = (vec![NodeIx::ROOT; nodes], vec![NONE; nodes]);
        // New objects at or below one that hangs from a holder.
        let mut inside = Bits::new(nodes);
        let mut groups: Vec<Group> = Vec::new();
        let mut numbers: FxHashMap<(NodeIx, u32), u32> = FxHashMap::default();
        let mut nameable: FxHashMap<NodeIx, bool> = FxHashMap::default();
        let mut by_class: FxHashMap<(NodeIx, u32, u32), Sum> = FxHashMap::default();
        for (at, &node) in heap.in_tree_order().iter().enumerate() {
            if at.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            let above = heap.idom(node);
            if !fresh.has(node.0) {
                let is_holder = old.has(node.0) && !is_storage(heap, node) || node == NodeIx::ROOT;
                nearest[node.at()] = if is_holder { node } else { nearest[above.at()] };
                continue;
            }
            let holder = nearest[above.at()];
            nearest[node.at()] = holder;
            let class = classes.of(heap, node);
            let is_inside = fresh.has(above.0) && inside.has(above.0);
            let is_top = !is_inside && !is_storage(heap, node);
            if is_inside {
                group_of[node.at()] = group_of[above.at()];
            } else {
                let has_name = *nameable.entry(holder).or_insert_with(|| can_hold(heap, holder));
                let key = (holder, if has_name { NONE } else { class });
                group_of[node.at()] = *numbers.entry(key).or_insert_with(|| {
                    let (tops, sum) = (Sample::default(), Sum::default());
                    groups.push(Group { holder, class: key.1, sum, tops, top_count: 0, own: 0 });
                    groups.len() as u32 - 1
                });
            }
            if is_inside || is_top {
                inside.insert(node.0);
            }
            let group = &mut groups[group_of[node.at()] as usize];
            if is_top && is_content(heap, node) {
                group.tops.add(node);
                group.top_count += 1;
            }
            let bytes = heap.self_size(node);
            group.sum.add(bytes);
            if is_code(graph.kind(node)) || graph.kind(node) == NodeKind::HIDDEN {
                group.own += bytes;
            }
            by_class.entry((holder, group.class, class)).or_default().add(bytes);
        }
        let mut internal = Sum::default();
        groups.retain_mut(|group| {
            let is_told = group.top_count > 0 && !is_code(graph.kind(group.holder));
            if !is_told {
                internal = internal.plus(group.sum);
            }
            is_told
        });
        groups.sort_by_key(|group| (Reverse(group.sum.size), group.holder, group.class));
        Ok(Self { heap, classes, groups, by_class, internal })
    }

    pub(super) fn count(&self) -> usize {
        self.groups.len()
    }

    /// The first of them in words.
    pub(super) fn named(mut self, top: usize, sources: &dyn Sources, watch: &Watch) -> Result<Vec<HolderRow>, Error> {
        self.groups.truncate(top);
        let heap = self.heap;
        let mut groups = std::mem::take(&mut self.groups);
        let piles: Vec<Accumulation> = groups.iter_mut().map(|group| pile(heap, group)).collect();
        let named_by: Vec<NodeIx> = piles.iter().flat_map(suspects::named_by).collect();
        let paths = Paths::find(heap.graph(), heap.pairs(), &named_by, &[], 0, watch)?;
        let modules = Modules::new(heap.graph());
        let routes: Vec<Route> = piles.iter().map(|pile| suspects::route(heap, &modules, &paths, pile)).collect();
        let scopes = Scopes::find(heap, &routes.iter().filter_map(|route| route.scope(heap)).collect::<Vec<_>>());
        let scripts = Scripts::find(heap.graph(), sources);
        let names = Names { heap, scripts: &scripts, scopes: &scopes, sources };
        let mut inside = self.inside(&groups);
        let mut rows = Vec::with_capacity(groups.len());
        for ((group, pile), route) in groups.iter().zip(&piles).zip(&routes) {
            watch.check()?;
            let classes = inside.remove(&(group.holder, group.class)).unwrap_or_default();
            rows.push(row(heap, group, names.finding(pile, route), classes));
        }
        Ok(rows)
    }

    /// The classes of what is in some groups, most bytes first.
    fn inside(&self, groups: &[Group]) -> FxHashMap<(NodeIx, u32), Vec<SumRow>> {
        let mut inside: FxHashMap<(NodeIx, u32), Vec<SumRow>> =
            groups.iter().map(|group| ((group.holder, group.class), Vec::new())).collect();
        for (&(holder, under, class), &sum) in &self.by_class {
            if let Some(rows) = inside.get_mut(&(holder, under)) {
                // V8's storage counts as a part of what it is for.
                if sum == Sum::default() {
                    continue;
                }
                rows.push(SumRow { name: self.classes.name(class).to_owned(), sum });
            }
        }
        for rows in inside.values_mut() {
            rows.sort_by(|a, b| (Reverse(a.sum.size), &a.name).cmp(&(Reverse(b.sum.size), &b.name)));
            rows.truncate(MOST_CLASSES);
        }
        inside
    }
}

/// A group as what suspects are named by.
fn pile(heap: &Heap, group: &mut Group) -> Accumulation {
    let mut members = group.tops.taken();
    let (mut holder, mut count) = (Some(group.holder).filter(|_| group.class == NONE), group.top_count);
    if let (None, [collection]) = (holder, &members[..]) {
        // It is new, and the holder of what came with it.
        let (mut sample, many) = held(heap, *collection);
        if many >= CROWD && can_hold(heap, *collection) {
            (holder, count) = (Some(*collection), many);
            members = sample.taken();
        }
    }
    let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
    for &member in &members {
        *counts.entry(heap.class(member)).or_default() += 1;
    }
    let common = counts.iter().max_by_key(|&(&class, &count)| (count, Reverse(class))).map(|(&class, _)| class);
    let class = common.unwrap_or_else(|| heap.class(group.holder));
    let first = members.first().copied().unwrap_or(group.holder);
    let (holder, pile) = match holder {
        Some(holder) => (holder, Pile::Collection { mixed: counts.len() > 1 }),
        None if group.top_count == 1 => (first, Pile::Object),
        None if is_scope(heap, group.holder) => (first, Pile::Shared),
        None => (first, Pile::Class),
    };
    let of_class = members.iter().copied().filter(|&member| heap.class(member) == class).collect();
    Accumulation {
        holder,
        within: group.holder,
        pile,
        class,
        count,
        bytes: group.sum.size,
        members: of_class,
        between: Vec::new(),
    }
}

/// What an object holds alone, through V8's storage: some, and how many.
fn held(heap: &Heap, holder: NodeIx) -> (Sample, u64) {
    let (mut sample, mut count) = (Sample::default(), 0);
    let mut open = vec![holder];
    while let Some(node) = open.pop() {
        for child in heap.dominated(node) {
            if is_storage(heap, child) {
                open.push(child);
            } else {
                sample.add(child);
                count += 1;
            }
        }
    }
    (sample, count)
}

fn is_code(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::CODE | NodeKind::OBJECT_SHAPE)
}

fn row(heap: &Heap, group: &Group, finding: Finding, classes: Vec<SumRow>) -> HolderRow {
    let place = finding.location.as_ref().map_or_else(String::new, |location| format!(" ({})", short(location)));
    let Sum { count, size: bytes } = group.sum;
    // A function that was compiled has no leak.
    let is_app = group.own.saturating_mul(2) <= bytes;
    let text = format!("{}{place}, {}: {} new objects, {}", finding.name, finding.class, grouped(count), size(bytes));
    HolderRow {
        name: finding.name,
        class: finding.class,
        location: finding.location,
        path: finding.path,
        id: u64::from(heap.graph().id(group.holder)),
        sum: group.sum,
        classes,
        cause: finding.cause.to_owned(),
        advice: if is_app { finding.advice } else { String::new() },
        fingerprint: finding.fingerprint,
        text,
    }
}
