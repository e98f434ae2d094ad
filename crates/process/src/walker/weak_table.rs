//! WeakMaps: their entries, met when their keys are.

use super::walk::Walk;
use leakguard_core::graph::{EdgeKind, NodeIx, NodeKind};
use rustc_hash::FxHashSet;

/// An entry of a WeakMap.
pub struct Pair {
    pub table: NodeIx,
    pub key: NodeIx,
    pub value: NodeIx,
}

impl Walk<'_> {
    /// Meets the values of weak tables whose keys were met.
    pub(super) fn follow_keys(&mut self) {
        let mut known: FxHashSet<(u32, u32)> = self.pairs.iter().map(|pair| (pair.table.0, pair.key.0)).collect();
        for (table, list) in self.tables.clone() {
            let Some(length) = self.memory.word(list + 8).map(|length| length >> 32) else { continue };
            // Number of elements, of deleted ones, capacity; then keys, each with its value.
            for entry in (3..length.saturating_sub(1)).step_by(2) {
                let (key, value) = (self.memory.word(list + 16 + 8 * entry), self.memory.word(list + 24 + 8 * entry));
                let (Some(key), Some(value)) = (key, value) else { break };
                if key & 3 != 1 || self.oddballs.contains(&key) || value & 3 != 1 {
                    continue;
                }
                let Some(key) = self.memory.node(key - 1).map(NodeIx) else { continue };
                if known.insert((table.0, key.0))
                    && let Some(value) = self.reach(value)
                {
                    self.pairs.push(Pair { table, key, value });
                }
            }
        }
    }

    /// Links the entries of WeakMaps as V8's snapshot does, by names that say so.
    pub fn name_pairs(&mut self) {
        for (at, pair) in std::mem::take(&mut self.pairs).into_iter().enumerate() {
            let graph = &mut self.graph;
            let shown = |node: NodeIx| {
                let name = graph.shown(graph.name(node));
                let class = if graph.kind(node) == NodeKind::OBJECT { name.as_ref() } else { "value" };
                format!("{class} @{}", graph.id(node))
            };
            let name = format!(
                "{} / part of key ({}) -> value ({}) pair in WeakMap (table @{})",
                at + 1,
                shown(pair.key),
                shown(pair.value),
                graph.id(pair.table)
            );
            let name = graph.text(name.as_bytes());
            graph.late(pair.table, EdgeKind::Internal, name, pair.value);
            graph.late(pair.key, EdgeKind::Internal, name, pair.value);
        }
    }
}
