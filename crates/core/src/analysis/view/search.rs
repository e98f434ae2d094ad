//! Objects by a text: the table of strings is searched, then one pass finds who has one of them for a name.

use super::super::heap::Heap;
use super::STRIDE;
use super::best::Best;
use super::object::ObjectRow;
use super::question::{Among, Page, Rows};
use crate::bits::Bits;
use crate::graph::{NodeIx, StringTable};
use crate::{Error, Watch};
use std::cmp::Reverse;

/// Longer ones are found by their beginning.
const LONGEST: usize = 1000;

pub(super) fn found(
    heap: &Heap,
    text: &str,
    among: Among,
    page: &Page,
    watch: &Watch,
) -> Result<Rows<ObjectRow>, Error> {
    let graph = heap.graph();
    let mut best = Best::new(page);
    let wanted: String = text.chars().take(LONGEST).collect();
    let strings = if wanted.is_empty() { None } else { with_text(graph.strings(), &wanted, watch)? };
    let Some(strings) = strings else { return Ok(best.rows(|(_, node)| ObjectRow::new(heap, node))) };
    if among == Among::Held {
        let mut met = Bits::new(graph.node_count());
        for (edges, names) in graph.edges.chunks(STRIDE).zip(graph.edge_names.chunks(STRIDE)) {
            watch.check()?;
            for (edge, &name) in edges.iter().zip(names) {
                let is_named = !edge.kind().is_indexed() && !edge.is_weak() && strings.has(name);
                if is_named && met.insert(edge.target().0) {
                    best.add((Reverse(heap.retained(edge.target())), edge.target()));
                }
            }
        }
    } else {
        let of_strings = among == Among::Strings;
        for node in graph.nodes() {
            if node.at().is_multiple_of(STRIDE) {
                watch.check()?;
            }
            if strings.has(graph.name_index(node)) && graph.kind(node).is_string() == of_strings {
                best.add((Reverse(heap.retained(node)), node));
            }
        }
    }
    Ok(best.rows(|(_, node): (_, NodeIx)| ObjectRow::new(heap, node)))
}

/// The strings that have the text in them; nothing where none has.
fn with_text(strings: &StringTable, text: &str, watch: &Watch) -> Result<Option<Bits>, Error> {
    let mut found = Bits::new(strings.len());
    let mut any = false;
    let text = text.to_ascii_lowercase();
    for needle in needles(&text) {
        // Occurrences come in the order of the table.
        let mut last = 0;
        for (nth, at) in Occurrences::new(strings.all(), &needle).enumerate() {
            if nth.is_multiple_of(1024) {
                watch.check()?;
            }
            last = strings.index_at(at, last);
            if !found.has(last) && has(strings, last, at + needle.len(), &text) {
                found.insert(last);
                any = true;
            }
        }
    }
    Ok(any.then_some(found))
}

/// Is what ends before `end` of the table the text, and in this string? It may go on into the next one, or be a part of an escape.
fn has(strings: &StringTable, index: u32, end: usize, text: &str) -> bool {
    if strings.index_at(end - 1, index) != index {
        return false;
    }
    let is_plain = memchr::memchr(b'\\', strings.raw(index)).is_none();
    is_plain || strings.get(index).to_ascii_lowercase().contains(text)
}

/// How the text stands in a snapshot: with JSON's escapes, and with or without those of letters beyond ASCII.
fn needles(text: &str) -> Vec<Vec<u8>> {
    let mut plain = Vec::new();
    let mut escaped = Vec::new();
    for character in text.chars() {
        let short = match character {
            '"' => Some(&b"\\\""[..]),
            '\\' => Some(&b"\\\\"[..]),
            '\n' => Some(&b"\\n"[..]),
            '\r' => Some(&b"\\r"[..]),
            '\t' => Some(&b"\\t"[..]),
            _ => None,
        };
        if let Some(short) = short {
            plain.extend_from_slice(short);
            escaped.extend_from_slice(short);
            continue;
        }
        plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        if character.is_ascii() {
            escaped.push(character as u8);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
    }
    if plain == escaped { vec![plain] } else { vec![plain, escaped] }
}

/// Where a text of lower case stands, in any case of ASCII letters.
struct Occurrences<'a> {
    all: &'a [u8],
    needle: &'a [u8],
    from: usize,
}

impl<'a> Occurrences<'a> {
    fn new(all: &'a [u8], needle: &'a [u8]) -> Self {
        Self { all, needle, from: 0 }
    }
}

impl Iterator for Occurrences<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let (&first, rest) = self.needle.split_first()?;
        loop {
            let left = self.all.get(self.from..)?;
            let at = self.from + memchr::memchr2(first, first.to_ascii_uppercase(), left)?;
            self.from = at + 1;
            let behind = self.all.get(at + 1..at + 1 + rest.len())?;
            if behind.eq_ignore_ascii_case(rest) {
                return Some(at);
            }
        }
    }
}
