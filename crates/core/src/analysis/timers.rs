//! Timers: objects that Node's lists hold until they are due, each with the callback that a person knows.

use super::accumulation::is_storage;
use super::functions::Function;
use super::heap::Heap;
use crate::graph::{NodeIx, NodeKind};
use rustc_hash::FxHashMap;

/// What a timer calls.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Timer {
    set_by: &'static str,
    pub(super) callback: Function,
}

impl Timer {
    /// The timer that this node is.
    pub(super) fn of(heap: &Heap, node: NodeIx) -> Option<Self> {
        let graph = heap.graph();
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
    pub(super) fn most_common(heap: &Heap, nodes: impl Iterator<Item = NodeIx>) -> Option<Self> {
        let mut found: FxHashMap<Self, (usize, std::cmp::Reverse<usize>)> = FxHashMap::default();
        for (at, timer) in nodes.filter_map(|node| Self::of(heap, node)).enumerate() {
            found.entry(timer).or_insert((0, std::cmp::Reverse(at))).0 += 1;
        }
        found.into_iter().max_by_key(|&(_, order)| order).map(|(timer, _)| timer)
    }

    /// `setInterval callback poll`.
    pub(super) fn name(self, heap: &Heap) -> String {
        format!("{} callback {}", self.set_by, self.callback.name(heap.graph())).trim_end().to_owned()
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
        open.extend(heap.dominated(node).filter(|&node| is_list(heap, node) || is_storage(heap, node)));
        Some(node)
    });
    lists.flat_map(|list| heap.dominated(list)).filter(|&node| Timer::of(heap, node).is_some())
}

/// Is the node one of the lists that Node keeps timers in, one for each duration?
pub(super) fn is_list(heap: &Heap, node: NodeIx) -> bool {
    heap.graph().kind(node) == NodeKind::OBJECT && heap.graph().raw_name(node) == b"TimersList"
}
