//! Timers: objects that Node's lists hold until they are due, each with the callback that a person knows.

use super::functions::Function;
use super::heap::Heap;
use super::landmarks::Landmarks;
use super::roles::is_storage;
use super::scripts::Scripts;
use crate::graph::{EdgeKind, Graph, NodeIx, NodeKind};
use crate::{FunctionCount, TimerRow};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// What a timer calls.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Timer {
    set_by: &'static str,
    pub(super) callback: Function,
}

impl Timer {
    /// The timer that this node is.
    pub(super) fn of(graph: &Graph, node: NodeIx) -> Option<Self> {
        let callback = |name| Function::of(graph, graph.child(node, name)?);
        match (graph.kind(node), graph.raw_name(node)) {
            (NodeKind::OBJECT, b"Timeout") => {
                // The period is null where there is none; a number is no node, or one of its own kind.
                let once = graph.child(node, b"_repeat").is_some_and(|period| graph.kind(period) == NodeKind::HIDDEN);
                let set_by = if once { "setTimeout" } else { "setInterval" };
                Some(Self { set_by, callback: callback(b"_onTimeout")? })
            }
            (NodeKind::OBJECT, b"Immediate") => {
                Some(Self { set_by: "setImmediate", callback: callback(b"_onImmediate")? })
            }
            _ => None,
        }
    }

    /// The kind that most of these timers are; of equals the first.
    pub(super) fn most_common(graph: &Graph, nodes: impl Iterator<Item = NodeIx>) -> Option<Self> {
        let mut found: FxHashMap<Self, (usize, Reverse<usize>)> = FxHashMap::default();
        for (at, timer) in nodes.filter_map(|node| Self::of(graph, node)).enumerate() {
            found.entry(timer).or_insert((0, Reverse(at))).0 += 1;
        }
        found.into_iter().max_by_key(|&(_, order)| order).map(|(timer, _)| timer)
    }

    /// `setInterval callback poll`.
    pub(super) fn name(self, heap: &Heap) -> String {
        format!("{} callback {}", self.set_by, self.callback.name(heap.graph().strings())).trim_end().to_owned()
    }

    /// What stops it.
    pub(super) fn stopped_by(self) -> &'static str {
        match self.set_by {
            "setInterval" => "clearInterval",
            "setTimeout" => "clearTimeout",
            _ => "clearImmediate",
        }
    }
}

/// The timers that a node dominates, through storage and lists.
pub(super) fn held(heap: &Heap, holder: NodeIx) -> impl Iterator<Item = NodeIx> + '_ {
    let mut open = vec![holder];
    let lists = std::iter::from_fn(move || {
        let node = open.pop()?;
        open.extend(heap.dominated(node).filter(|&node| is_list(heap.graph(), node) || is_storage(heap, node)));
        Some(node)
    });
    lists.flat_map(|list| heap.dominated(list)).filter(|&node| Timer::of(heap.graph(), node).is_some())
}

/// Is the node one of the lists that Node keeps timers in, one for each duration?
pub(super) fn is_list(graph: &Graph, node: NodeIx) -> bool {
    graph.kind(node) == NodeKind::OBJECT && graph.raw_name(node) == b"TimersList"
}

/// Timers that wait, by what they call and after how long.
pub(super) struct Pending(FxHashMap<(Timer, Option<u32>), u64>);

impl Pending {
    pub(super) fn count(graph: &Graph, landmarks: &Landmarks) -> Self {
        let mut counts = FxHashMap::default();
        let mut count = |node, delay| {
            if let Some(timer) = Timer::of(graph, node) {
                *counts.entry((timer, delay)).or_default() += 1;
            }
        };
        match landmarks.timer_lists.iter().find_map(|&list| lists(graph, list)) {
            // What has fired or was cleared is in no list.
            Some(lists) => {
                let by_delay = graph.edge_indices(lists).filter(|(_, edge)| edge.kind() == EdgeKind::Element);
                for (at, edge) in by_delay.filter(|(_, edge)| is_list(graph, edge.target())) {
                    let next = |&node: &NodeIx| graph.child(node, b"_idleNext").filter(|&next| next != edge.target());
                    let timers = std::iter::successors(next(&edge.target()), next).take(graph.node_count());
                    timers.for_each(|timer| count(timer, Some(graph.edge_names[at.0 as usize])));
                }
            }
            None => landmarks.timeouts.iter().for_each(|&timer| count(timer, None)),
        }
        landmarks.immediates.iter().for_each(|&timer| count(timer, None));
        Self(counts)
    }

    /// The `top` most frequent.
    pub(super) fn rows(self, graph: &Graph, scripts: &Scripts, top: usize) -> Vec<TimerRow> {
        // Few callbacks wait for many delays: what takes long to compare is told once a callback.
        let mut callbacks: Vec<(Timer, FunctionCount)> = Vec::new();
        let mut known: FxHashMap<Timer, usize> = FxHashMap::default();
        for &(timer, _) in self.0.keys() {
            known.entry(timer).or_insert_with(|| {
                let Timer { callback, .. } = timer;
                let (function, location) = (callback.name(graph.strings()), callback.location(graph, scripts));
                callbacks.push((timer, FunctionCount { function, location, count: 0 }));
                callbacks.len() - 1
            });
        }
        callbacks.sort_by(|(a, one), (b, other)| one.place().cmp(&other.place()).then_with(|| a.set_by.cmp(b.set_by)));
        let places: FxHashMap<Timer, usize> =
            callbacks.iter().enumerate().map(|(at, &(timer, _))| (timer, at)).collect();
        let mut rows: Vec<_> =
            self.0.into_iter().map(|((timer, delay), count)| (Reverse(count), places[&timer], delay)).collect();
        if rows.len() > top {
            rows.select_nth_unstable(top);
            rows.truncate(top);
        }
        rows.sort_unstable();
        let row = |(Reverse(count), at, delay): (_, usize, _)| {
            let (timer, callback) = &callbacks[at];
            TimerRow { set_by: timer.set_by.to_owned(), delay, callback: FunctionCount { count, ..callback.clone() } }
        };
        rows.into_iter().map(row).collect()
    }
}

/// Node's object of all lists by delay: a variable of the module that has the lists' class.
fn lists(graph: &Graph, list: NodeIx) -> Option<NodeIx> {
    let way: [&[u8]; 4] = [b"__proto__", b"constructor", b"context", b"timerListMap"];
    way.iter().try_fold(list, |node, edge| graph.child(node, edge))
}
