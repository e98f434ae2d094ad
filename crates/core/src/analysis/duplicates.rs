//! Texts that the heap holds more than once.
//!
//! V8 gives equal texts one entry of the string table but cuts them at 1,024 characters, so equal length counts too.
//! What only code holds (names of variables, texts of scripts) is no app's to change and not counted.

use super::bits::Bits;
use super::heap::Heap;
use crate::StringRow;
use crate::graph::{NodeIx, NodeKind};
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

/// The `top` texts that waste most.
pub(super) fn duplicates(heap: &Heap, top: usize) -> Vec<StringRow> {
    let graph = heap.graph();
    let strings = || graph.nodes().filter(|&node| graph.kind(node) == NodeKind::STRING && graph.self_size(node) > 0);
    let is_cut = |name| graph.strings.raw(name).len() >= CUT;
    let mut by_name = vec![Copies::default(); graph.strings.len()];
    // Texts that were cut: copies of one only where the lengths are equal too.
    let mut cut: FxHashMap<(u32, u64), Copies> = FxHashMap::default();
    for node in strings() {
        let (name, size) = (graph.name_index(node), graph.self_size(node));
        if !is_cut(name) {
            by_name[name as usize].add(size);
        } else if !is_codes(heap, node) {
            cut.entry((name, size)).or_default().add(size);
        }
    }
    let whole = by_name.iter().enumerate().map(|(name, &copies)| (name as u32, copies));
    let all = whole.chain(cut.into_iter().map(|((name, _), copies)| (name, copies)));
    let mut found: Vec<_> = all.filter(|&(_, copies)| copies.count > 1).collect();
    // Who holds a text is asked only of those that may be shown.
    keep(&mut found, top.saturating_mul(4));
    let mut shown = Bits::new(graph.strings.len());
    for &(name, _) in found.iter().filter(|&&(name, _)| !is_cut(name)) {
        shown.insert(name);
        by_name[name as usize] = Copies::default();
    }
    for node in strings().filter(|&node| shown.has(graph.name_index(node)) && !is_codes(heap, node)) {
        by_name[graph.name_index(node) as usize].add(graph.self_size(node));
    }
    for (name, copies) in &mut found {
        if shown.has(*name) {
            *copies = by_name[*name as usize];
        }
    }
    found.retain(|&(_, copies)| copies.count > 1);
    keep(&mut found, top);
    let row = |(name, copies): (u32, Copies)| StringRow {
        value: graph.strings.get(name).chars().take(SHOWN).collect(),
        count: u64::from(copies.count),
        size: copies.bytes,
        wasted: copies.wasted(),
    };
    found.into_iter().map(row).collect()
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
    use super::duplicates;
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
        let found = duplicates(&heap, 10);
        assert_eq!(found.iter().map(|row| (row.value.as_str(), row.count)).collect::<Vec<_>>(), [("kept twice", 2)]);
    }
}
