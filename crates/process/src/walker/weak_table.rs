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
    /// Where the entries of a weak table are: behind the number of elements, of deleted ones, and the capacity.
    fn entries(&self, list: u64) -> impl Iterator<Item = u64> + use<> {
        let length = self.memory.word(list + 8).map_or(0, |length| length >> 32);
        (3..length.saturating_sub(1)).step_by(2).map(move |entry| list + 16 + 8 * entry)
    }

    /// Key and value of an entry, tagged, where both are objects.
    fn entry(&self, at: u64) -> Option<(u64, u64)> {
        let (key, value) = (self.memory.word(at)?, self.memory.word(at + 8)?);
        (key & 3 == 1 && !self.oddballs.contains(key) && value & 3 == 1).then_some((key, value))
    }

    /// Meets the values of weak tables whose keys were met, where objects are met only.
    pub(super) fn follow_keys_met(&mut self) {
        for at in 0..self.tables.len() {
            for entry in self.entries(self.tables[at].1) {
                let Some((key, value)) = self.entry(entry) else { continue };
                if self.open.met.has(&self.memory, key - 1) {
                    self.reach(value);
                }
            }
        }
    }

    /// All entries whose key and value were met, when all objects are numbered: sorted by key, in the tables' order.
    pub(super) fn pairs_met(&self) -> Vec<(NodeIx, NodeIx)> {
        let mut found = Vec::new();
        for &(_, list) in &self.tables {
            let number = |word: u64| self.open.number(&self.memory, word - 1);
            let entries = self.entries(list).filter_map(|at| self.entry(at));
            found.extend(entries.filter_map(|(key, value)| Some((number(key)?, number(value)?))));
        }
        found.sort_by_key(|&(key, _)| key);
        found
    }

    /// Meets the values of weak tables whose keys were met.
    pub(super) fn follow_keys(&mut self) {
        let mut known: FxHashSet<(u32, u32)> = self.pairs.iter().map(|pair| (pair.table.0, pair.key.0)).collect();
        for (table, list) in self.tables.clone() {
            for entry in self.entries(list) {
                let Some((key, value)) = self.entry(entry) else { continue };
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
