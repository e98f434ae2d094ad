//! Texts that the heap holds more than once.
//!
//! V8 gives equal texts one entry of the string table but cuts them at 1,024 characters, so equal length counts too.

use super::heap::Heap;
use crate::StringRow;
use crate::graph::NodeKind;
use rustc_hash::FxHashMap;

/// Characters of a text that are shown.
const SHOWN: usize = 100;

/// The `top` texts that waste most.
pub(super) fn duplicates(heap: &Heap, top: usize) -> Vec<StringRow> {
    let graph = heap.graph();
    let mut seen = super::bits::Bits::new(graph.strings.len());
    let mut twice = super::bits::Bits::new(graph.strings.len());
    let strings = || graph.nodes().filter(|&node| graph.kind(node) == NodeKind::STRING && graph.self_size(node) > 0);
    for node in strings() {
        let name = graph.name_index(node);
        if !seen.insert(name) {
            twice.insert(name);
        }
    }
    let mut groups: FxHashMap<(u32, u64), u64> = FxHashMap::default();
    for node in strings().filter(|&node| twice.has(graph.name_index(node))) {
        *groups.entry((graph.name_index(node), graph.self_size(node))).or_default() += 1;
    }
    let mut groups: Vec<_> = groups.into_iter().filter(|&(_, count)| count > 1).collect();
    groups.sort_unstable_by_key(|&((name, size), count)| (std::cmp::Reverse(size * (count - 1)), name, size));
    groups.truncate(top);
    let row = |((name, size), count): ((u32, u64), u64)| StringRow {
        value: graph.strings.get(name).chars().take(SHOWN).collect(),
        count,
        size: size * count,
        wasted: size * (count - 1),
    };
    groups.into_iter().map(row).collect()
}
