//! One object, as a row and as a whole.

use super::super::heap::Heap;
use super::super::scripts::Scripts;
use crate::Location;
use crate::graph::{Detachedness, Graph, NodeIx, NodeKind};
use serde::Serialize;
use std::borrow::Cow;

/// Characters of a name in a row.
const SHORT: usize = 120;
/// Strings that are looked at for the text of one that was put together of them, and bytes of it.
const PARTS: usize = 512;
const LONGEST: usize = 4096;

/// An object in a table.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRow {
    /// V8's id.
    pub id: u32,
    /// A text, a number, a function's name, cut at 120 characters; the class of other objects.
    pub name: String,
    /// Its class.
    pub class: String,
    /// The class's number.
    pub class_number: u32,
    /// The file's word for what it is: `object`, `closure`, `string`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Bytes of the object itself.
    pub shallow_size: u64,
    /// Bytes that would go with it.
    pub retained_size: u64,
    /// Objects that would go with it, itself included.
    pub retained_count: u64,
    /// Its distance from the roots.
    pub distance: i32,
    /// How many links lead out of it.
    pub links: u64,
    /// Whether it is a DOM node that was taken out of its document.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub detached: bool,
}

impl ObjectRow {
    pub(super) fn new(heap: &Heap, node: NodeIx) -> Self {
        let graph = heap.graph();
        let class = heap.class_name(node);
        Self {
            id: graph.id(node),
            name: cut(name(heap, node), SHORT),
            class: cut(class, SHORT),
            class_number: heap.class(node),
            kind: graph.kind_name(node).to_owned(),
            shallow_size: heap.self_size(node),
            retained_size: heap.retained(node),
            retained_count: u64::from(heap.retained_count(node)),
            distance: heap.distance(node),
            links: graph.edges_of(node).len() as u64,
            detached: graph.detachedness(node) == Detachedness::Detached,
        }
    }
}

/// What is known of one object.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// What its row says.
    #[serde(flatten)]
    pub row: ObjectRow,
    /// Its text, or name, as far as the snapshot has it.
    pub text: String,
    /// Where the function, or the constructor, is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The nearest object without which it would go; nothing for the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dominator: Option<ObjectRow>,
}

pub(super) fn told(heap: &Heap, scripts: &Scripts, node: NodeIx) -> Told {
    let graph = heap.graph();
    Told {
        row: ObjectRow::new(heap, node),
        text: name(heap, node).into_owned(),
        location: graph.place(node).and_then(|place| scripts.location(graph, place)),
        dominator: (node != NodeIx::ROOT).then(|| ObjectRow::new(heap, heap.idom(node))),
    }
}

fn name(heap: &Heap, node: NodeIx) -> Cow<'_, str> {
    let graph = heap.graph();
    match graph.kind(node) {
        NodeKind::OBJECT | NodeKind::NATIVE => heap.class_name(node),
        NodeKind::CONS_STRING => Cow::Owned(concatenated(graph, node)),
        _ => graph.name(node),
    }
}

/// The text of a string that V8 keeps as two others, as far as it is short enough to be read.
fn concatenated(graph: &Graph, node: NodeIx) -> String {
    let mut text = String::new();
    let mut open = vec![node];
    for _ in 0..PARTS {
        let Some(part) = open.pop() else { break };
        if graph.kind(part) != NodeKind::CONS_STRING {
            text.push_str(&graph.name(part));
            if text.len() > LONGEST {
                break;
            }
            continue;
        }
        // The first is told first.
        open.extend([&b"second"[..], b"first"].into_iter().filter_map(|half| graph.child(part, half)));
    }
    if open.is_empty() { text } else { text + "…" }
}

/// At most so many characters.
pub(super) fn cut(text: Cow<'_, str>, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}
