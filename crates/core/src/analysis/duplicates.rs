//! Texts that the heap holds more than once.
//!
//! V8 gives equal texts one entry of the string table but cuts them at 1,024 characters, so equal length counts too.

use super::heap::Heap;
use crate::StringRow;
use crate::graph::NodeKind;
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

/// The `top` texts that waste most.
pub(super) fn duplicates(heap: &Heap, top: usize) -> Vec<StringRow> {
    let graph = heap.graph();
    let mut by_name = vec![Copies::default(); graph.strings.len()];
    // Texts that were cut: copies of one only where the lengths are equal too.
    let mut cut: FxHashMap<(u32, u64), Copies> = FxHashMap::default();
    for node in graph.nodes() {
        let size = graph.self_size(node);
        if graph.kind(node) != NodeKind::STRING || size == 0 {
            continue;
        }
        let name = graph.name_index(node);
        let copies = if graph.strings.raw(name).len() < CUT {
            &mut by_name[name as usize]
        } else {
            cut.entry((name, size)).or_default()
        };
        copies.count = copies.count.saturating_add(1);
        copies.bytes = copies.bytes.saturating_add(size);
    }
    let whole = by_name.iter().enumerate().map(|(name, &copies)| (name as u32, copies));
    let all = whole.chain(cut.into_iter().map(|((name, _), copies)| (name, copies)));
    let wasted = |copies: Copies| copies.bytes - copies.bytes / u64::from(copies.count.max(1));
    let mut found: Vec<_> = all.filter(|&(_, copies)| copies.count > 1).collect();
    let order = |&(name, copies): &(u32, Copies)| (std::cmp::Reverse(wasted(copies)), name, copies.bytes);
    if found.len() > top {
        found.select_nth_unstable_by_key(top, order);
        found.truncate(top);
    }
    found.sort_unstable_by_key(order);
    let row = |(name, copies): (u32, Copies)| StringRow {
        value: graph.strings.get(name).chars().take(SHOWN).collect(),
        count: u64::from(copies.count),
        size: copies.bytes,
        wasted: wasted(copies),
    };
    found.into_iter().map(row).collect()
}
