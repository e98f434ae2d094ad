//! Texts that the heap holds more than once.
//!
//! V8 gives equal texts one entry of the string table but cuts them at 1,024 characters, so equal length counts too.
//! What only code holds (names of variables, texts of scripts) is no app's to change and not counted.

use super::heap::Heap;
use crate::StringRow;
use crate::graph::{Graph, NodeIx, NodeKind};
use rustc_hash::FxHashMap;

/// V8 cuts texts at so many characters; a byte is one at least.
const CUT: usize = 1024;
/// Characters of a text that are shown.
const SHOWN: usize = 100;

/// Copies of one text.
#[derive(Clone, Copy, Default)]
struct Copies {
    count: u32,
    bytes: u64,
}

impl Copies {
    fn add(&mut self, size: u64) {
        self.count = self.count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(size);
    }

    fn wasted(self) -> u64 {
        self.bytes - self.bytes / u64::from(self.count.max(1))
    }
}

/// Copies of the texts that may be among those that waste most: who holds them is not known yet.
pub(super) struct Candidates(Vec<NodeIx>);

impl Candidates {
    /// For `top` texts.
    #[inline(never)]
    pub(super) fn find(graph: &Graph, top: usize) -> Self {
        let strings = || graph.nodes().filter(|&node| graph.kind(node) == NodeKind::STRING);
        let mut by_name = vec![0u32; graph.strings.len()];
        for node in strings().filter(|&node| graph.self_size(node) > 0) {
            let count = &mut by_name[graph.name_index(node) as usize];
            *count = count.saturating_add(1);
        }
        // Most texts are there once. The others get a place, from 1 on.
        let mut several = Vec::new();
        for (name, count) in by_name.iter_mut().enumerate() {
            let is_one = std::mem::replace(count, 0) < 2;
            if !is_one {
                several.push((name as u32, Copies::default()));
                *count = several.len() as u32;
            }
        }
        for node in strings() {
            let place = by_name[graph.name_index(node) as usize] as usize;
            if place > 0 && graph.self_size(node) > 0 {
                several[place - 1].1.add(graph.self_size(node));
            }
        }
        by_name.fill(0);
        let (cut, mut whole): (Vec<_>, Vec<_>) = several.into_iter().partition(|&(name, _)| is_cut(graph, name));
        // Some turn out to be code's.
        keep(&mut whole, top.saturating_mul(4));
        for (name, _) in cut.iter().chain(&whole) {
            by_name[*name as usize] = 1;
        }
        Self(
            strings()
                .filter(|&node| by_name[graph.name_index(node) as usize] > 0 && graph.self_size(node) > 0)
                .collect(),
        )
    }

    /// The `top` texts that waste most.
    pub(super) fn rows(self, heap: &Heap, top: usize) -> Vec<StringRow> {
        let graph = heap.graph();
        let mut by_text: FxHashMap<(u32, u64), Copies> = FxHashMap::default();
        for node in self.0.into_iter().filter(|&node| !is_codes(heap, node)) {
            let (name, size) = (graph.name_index(node), graph.self_size(node));
            // Of texts that were cut those are copies that are as long as one another.
            by_text.entry((name, if is_cut(graph, name) { size } else { 0 })).or_default().add(size);
        }
        let several = by_text.into_iter().filter(|(_, copies)| copies.count > 1);
        let mut found: Vec<_> = several.map(|((name, _), copies)| (name, copies)).collect();
        keep(&mut found, top);
        let row = |(name, copies): (u32, Copies)| StringRow {
            value: graph.strings.get(name).chars().take(SHOWN).collect(),
            count: u64::from(copies.count),
            size: copies.bytes,
            wasted: copies.wasted(),
        };
        found.into_iter().map(row).collect()
    }
}

/// Did V8 cut the text?
fn is_cut(graph: &Graph, name: u32) -> bool {
    graph.strings.raw(name).len() >= CUT
}

/// Keeps those that waste most, in that order.
fn keep(found: &mut Vec<(u32, Copies)>, most: usize) {
    let order = |&(name, copies): &(u32, Copies)| (std::cmp::Reverse(copies.wasted()), name, copies.bytes);
    if found.len() > most {
        found.select_nth_unstable_by_key(most, order);
        found.truncate(most);
    }
    found.sort_unstable_by_key(order);
}

/// Does nothing but code hold the text, itself or in a list?
fn is_codes(heap: &Heap, node: NodeIx) -> bool {
    let holder = heap.idom(node);
    let holder = if heap.graph().kind(holder) == NodeKind::ARRAY { heap.idom(holder) } else { holder };
    heap.graph().kind(holder) == NodeKind::CODE
}

#[cfg(test)]
mod tests {
    use super::Candidates;
    use crate::Watch;
    use crate::analysis::Heap;
    use crate::graph::{EdgeKind, NodeKind};
    use crate::testing::SnapshotBuilder;

    #[test]
    fn texts_of_code_are_not_the_apps() {
        let mut builder = SnapshotBuilder::new()
            .node("list", NodeKind::OBJECT, "Array", 16)
            .node("script", NodeKind::CODE, "node:fs", 16)
            .node("names", NodeKind::ARRAY, "", 16)
            .edge("root", EdgeKind::Element, "1", "list")
            .edge("root", EdgeKind::Element, "2", "script")
            .edge("script", EdgeKind::Internal, "names", "names");
        for at in 0..6 {
            let (label, holder) = (at.to_string(), ["list", "script", "names"][at % 3]);
            let text = ["kept twice", "source", "primordials"][at % 3];
            builder = builder.node(&label, NodeKind::STRING, text, 40).edge(holder, EdgeKind::Internal, &label, &label);
        }
        let heap = Heap::new(builder.build(), &Watch::default()).expect("nobody cancels");
        let found = Candidates::find(heap.graph(), 10).rows(&heap, 10);
        assert_eq!(found.iter().map(|row| (row.value.as_str(), row.count)).collect::<Vec<_>>(), [("kept twice", 2)]);
    }
}
