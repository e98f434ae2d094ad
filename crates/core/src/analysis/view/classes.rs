//! Classes, a page of them.

use super::super::classes::Class;
use super::super::heap::Heap;
use super::super::scripts::Scripts;
use super::question::{ClassOrder, Page, Rows};
use crate::ClassRow;
use serde::Serialize;
use std::cmp::Reverse;

/// A class.
#[derive(Clone, Debug, Serialize)]
pub struct ClassEntry {
    /// Its number, by which its objects are asked for.
    pub number: u32,
    /// What reports say of it.
    #[serde(flatten)]
    pub row: ClassRow,
}

pub(super) fn rows(heap: &Heap, scripts: &Scripts, text: &str, order: ClassOrder, page: &Page) -> Rows<ClassEntry> {
    let graph = heap.graph();
    let wanted = text.to_lowercase();
    let mut found: Vec<(u32, &Class)> = (0u32..).zip(heap.classes()).filter(|(_, class)| class.count > 0).collect();
    if !wanted.is_empty() {
        found.retain(|(_, class)| class.name(graph.strings()).to_lowercase().contains(&wanted));
    }
    match order {
        ClassOrder::Retained => found.sort_by_key(|(_, class)| Reverse((class.retained, class.shallow))),
        ClassOrder::Shallow => found.sort_by_key(|(_, class)| Reverse((class.shallow, class.retained))),
        ClassOrder::Count => found.sort_by_key(|(_, class)| Reverse((class.count, class.retained))),
        ClassOrder::Name => found.sort_by_cached_key(|(_, class)| class.name(graph.strings()).to_lowercase()),
    }
    let total = found.len() as u64;
    let shown = found.into_iter().take(page.end()).skip(page.from());
    let row = |(number, class): (u32, &Class)| ClassEntry { number, row: ClassRow::of(class, graph, scripts) };
    Rows { total, rows: shown.map(row).collect() }
}
