//! Nodes on the way into their classes: by kind, by name, and by the constructor's place.

use super::classes::{Class, Name};
use crate::graph::{Detachedness, Graph, NodeIx, NodeKind, Place, StringTable};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

const NONE: u32 = u32::MAX;

/// Classes, while nodes are sorted into them.
#[derive(Default)]
pub struct Sorter {
    by_string: Vec<u32>,
    by_kind: [Option<u32>; 32],
    by_text: FxHashMap<String, u32>,
    by_place: FxHashMap<(Place, u32), u32>,
    pub(super) rows: Vec<Class>,
}

impl Sorter {
    /// The class of a node that is written there.
    #[inline]
    pub(super) fn of(graph: &Graph, node: NodeIx, place: Option<Place>, sorter: &mut Self) -> u32 {
        let kind = graph.kind(node);
        let is_detached = kind == NodeKind::NATIVE && graph.detachedness(node) == Detachedness::Detached;
        sorter.sort(&graph.strings, kind, || graph.kind_name(node), graph.name_index(node), place, is_detached)
    }

    /// The class of what has this kind, name and place.
    pub fn class(&mut self, texts: &StringTable, kind: NodeKind, name: u32, place: Option<Place>) -> u32 {
        self.sort(texts, kind, || kind.name().unwrap_or("unknown"), name, place, false)
    }

    /// Counts a node of the class, and bytes.
    pub fn count(&mut self, class: u32, nodes: u64, bytes: u64) {
        let row = &mut self.rows[class as usize];
        row.count += nodes;
        row.shallow = row.shallow.saturating_add(bytes);
    }

    /// The classes.
    pub fn rows(self) -> Vec<Class> {
        self.rows
    }

    #[inline]
    fn sort<'a>(
        &mut self,
        texts: &StringTable,
        kind: NodeKind,
        kind_name: impl FnOnce() -> &'a str,
        name: u32,
        place: Option<Place>,
        is_detached: bool,
    ) -> u32 {
        match kind {
            NodeKind::OBJECT | NodeKind::NATIVE => {
                let plain = self.named(texts, name, is_detached);
                match place.filter(|_| kind == NodeKind::OBJECT) {
                    None => plain,
                    Some(place) => {
                        let rows = &mut self.rows;
                        match self.by_place.entry((place, plain)) {
                            std::collections::hash_map::Entry::Occupied(found) => *found.get(),
                            std::collections::hash_map::Entry::Vacant(free) => {
                                let class = Class::new(rows[plain as usize].name.clone(), Some(place));
                                rows.push(class);
                                *free.insert(rows.len() as u32 - 1)
                            }
                        }
                    }
                }
            }
            _ => {
                if let Some(known) = self.by_kind[usize::from(kind.number()) % 32] {
                    return known;
                }
                let rows = &mut self.rows;
                *self.by_kind[usize::from(kind.number()) % 32].get_or_insert_with(|| {
                    let name = match kind {
                        NodeKind::HIDDEN => Cow::Borrowed("(system)"),
                        NodeKind::CODE => Cow::Borrowed("(compiled code)"),
                        NodeKind::CLOSURE => Cow::Borrowed("Function"),
                        NodeKind::REGEXP => Cow::Borrowed("RegExp"),
                        _ => Cow::Owned(format!("({})", kind_name())),
                    };
                    rows.push(Class::new(Name::Text(name), None));
                    rows.len() as u32 - 1
                })
            }
        }
    }

    /// The class of an object or native node by its name alone.
    #[inline]
    fn named(&mut self, texts: &StringTable, index: u32, is_detached: bool) -> u32 {
        match self.by_string.get(index as usize) {
            Some(&known) if known != NONE && !is_detached => known,
            _ => self.named_anew(texts, index, is_detached),
        }
    }

    fn named_anew(&mut self, texts: &StringTable, index: u32, is_detached: bool) -> u32 {
        if self.by_string.len() <= index as usize {
            self.by_string.resize(texts.len().max(index as usize + 1), NONE);
        }
        if !is_detached {
            let raw = texts.raw(index);
            if !raw.starts_with(b"<") && !raw.starts_with(b"Detached <") {
                self.rows.push(Class::new(Name::String(index), None));
                let class = self.rows.len() as u32 - 1;
                self.by_string[index as usize] = class;
                return class;
            }
        }
        let name = texts.get(index);
        let name = if is_detached { Cow::Owned(format!("Detached {name}")) } else { name };
        let name = element(&name);
        let rows = &mut self.rows;
        let class = *self.by_text.entry(name).or_insert_with_key(|name| {
            rows.push(Class::new(Name::Text(Cow::Owned(name.clone())), None));
            rows.len() as u32 - 1
        });
        if !is_detached {
            self.by_string[index as usize] = class;
        }
        class
    }
}

/// `<div id="a">` is a `<div>`.
fn element(name: &str) -> String {
    let from = match name {
        _ if name.starts_with('<') => 0,
        _ if name.starts_with("Detached <") => 10,
        _ => return name.to_owned(),
    };
    match name[from..].find(' ') {
        Some(space) => format!("{}>", &name[..from + space]),
        None => name.to_owned(),
    }
}
