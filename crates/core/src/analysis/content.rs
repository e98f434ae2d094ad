//! What a pile is made of, in words: a class, a function with its place, keys and values of a map.

use super::accumulation::Accumulation;
use super::functions::Function;
use super::heap::Heap;
use super::roles::{is_content, is_scope};
use super::scripts::Scripts;
use crate::Location;
use crate::graph::{EdgeIx, EdgeKind, NodeIx, NodeKind};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// Entries of a collection that are looked at for their classes.
const LOOKED_AT: usize = 4096;

/// The members' class, or the function that most of them are.
pub(super) fn content(heap: &Heap, scripts: &Scripts, pile: &Accumulation) -> String {
    let sample = pile.members.first().copied().unwrap_or(pile.holder);
    if let Some(function) = function(heap, scripts, &pile.members) {
        return function;
    }
    match heap.graph().kind(sample) {
        NodeKind::OBJECT if !is_scope(heap, sample) => {
            heap.classes()[pile.class as usize].name(heap.graph().strings()).into_owned()
        }
        _ => word(heap, sample),
    }
}

/// What a person calls such a node.
fn word(heap: &Heap, node: NodeIx) -> String {
    match heap.graph().kind(node) {
        kind if kind.is_string() => "string".to_owned(),
        NodeKind::NUMBER => "number".to_owned(),
        _ if is_scope(heap, node) => "closure scope".to_owned(),
        _ => heap.class_name(node).into_owned(),
    }
}

/// `onConfig (config.js:8)`, where most of the nodes are this function, or listeners with it.
fn function(heap: &Heap, scripts: &Scripts, nodes: &[NodeIx]) -> Option<String> {
    let graph = heap.graph();
    let function = |&node: &NodeIx| {
        let is_listener = graph.kind(node) == NodeKind::OBJECT && graph.raw_name(node) == b"Listener";
        let listener = || graph.child(node, b"listener").or_else(|| graph.child(node, b"callback"));
        Function::of(graph, if is_listener { listener()? } else { node })
    };
    let mut counts: FxHashMap<Function, usize> = FxHashMap::default();
    for function in nodes.iter().filter_map(function) {
        *counts.entry(function).or_default() += 1;
    }
    // More than half are one only.
    let (function, _) = counts.into_iter().find(|&(_, count)| count * 2 > nodes.len())?;
    let location = function.location(graph, scripts)?;
    let name = function.name(graph.strings());
    let name = if name.is_empty() { "Function".to_owned() } else { name };
    let is_nodes = location.file.starts_with("node:");
    Some(if is_nodes { name } else { format!("{name} ({})", short(&location)) })
}

/// `config.js:8`; of a package with its name, of an `index.js` with its folder: `debug/…/common.js:67`, `routes/index.js:8`.
pub(super) fn short(Location { file, line, .. }: &Location) -> String {
    format!("{}:{line}", short_file(file))
}

fn short_file(file: &str) -> Cow<'_, str> {
    if file.starts_with("node:") {
        return file.into();
    }
    let parts: Vec<&str> = file.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let package = parts.iter().rposition(|&part| part == "node_modules").map_or(&[][..], |at| &parts[at + 1..]);
    let scope = usize::from(package.first().is_some_and(|name| name.starts_with('@')));
    match (&parts[..], package) {
        (_, [.., last]) if package.len() > scope + 2 => format!("{}/…/{last}", package[..=scope].join("/")).into(),
        (_, [_, ..]) => package.join("/").into(),
        ([.., folder, last], _) if last.starts_with("index.") => format!("{folder}/{last}").into(),
        ([.., last], _) => (*last).into(),
        _ => file.into(),
    }
}

/// What a collection's own storage holds.
pub(super) enum Stored {
    /// Nothing with a node of its own: small numbers, or numbers in a row.
    Numbers,
    /// A map's keys and values, and how many.
    Entries { key: String, value: String, count: u64 },
    /// The values of an array, set or plain object, or of a map where keys or values have no nodes.
    Values { value: String, count: u64 },
    /// No collection of JavaScript's own.
    Other,
}

/// Looks into the storage of a Map, Set or Array, or at the properties of a plain object.
pub(super) fn stored(heap: &Heap, holder: NodeIx) -> Stored {
    let graph = heap.graph();
    let class = graph.raw_name(holder);
    let storage = match class {
        b"Map" | b"Set" => graph.child(holder, b"table"),
        b"Array" => graph.child(holder, b"elements"),
        b"Object" => Some(holder),
        _ => None,
    };
    let Some(storage) = storage else { return Stored::Other };
    let is_held = |node| is_content(heap, node) && graph.kind(node) != NodeKind::CODE;
    let is_value = |at: EdgeIx, kind| match class {
        b"Object" => kind == EdgeKind::Property && graph.raw_edge_name(at) != b"__proto__",
        _ => kind != EdgeKind::Weak,
    };
    let held = || graph.edge_indices(storage).filter(|&(at, edge)| is_value(at, edge.kind()) && is_held(edge.target()));
    if !held().any(|(_, edge)| graph.kind(edge.target()) != NodeKind::NUMBER) {
        return if class == b"Object" { Stored::Other } else { Stored::Numbers };
    }
    // An entry is a key, a value and a link to the next one, which is a small number without a node.
    let mut counts = [0u64; 3];
    let third = |edge: EdgeIx| super::modules::index(graph, edge).map_or(0, |index| index as usize % 3);
    for (at, _) in held() {
        counts[third(at)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let is_key = |&keys: &usize| {
        let [key, value, link] = [0, 1, 2].map(|slot| counts[(keys + slot) % 3]);
        key * 2 > most && value * 2 > most && link * 8 < most
    };
    let keys = (0..3).find(|keys| class == b"Map" && is_key(keys));
    let common = |slot: Option<usize>| {
        let mut found: FxHashMap<String, usize> = FxHashMap::default();
        let nodes = held().filter(|&(at, _)| slot.is_none_or(|slot| third(at) == slot)).take(LOOKED_AT);
        let looked_at =
            nodes.map(|(_, edge)| *found.entry(word(heap, edge.target())).and_modify(|n| *n += 1).or_insert(1));
        let looked_at = looked_at.count();
        let (word, count) = found.into_iter().max_by(|one, other| (one.1, &other.0).cmp(&(other.1, &one.0)))?;
        Some(if count * 4 >= looked_at * 3 { word } else { format!("{word} and others") })
    };
    let entries = |keys: usize| {
        Some(Stored::Entries { key: common(Some(keys))?, value: common(Some((keys + 1) % 3))?, count: most })
    };
    let values = || Some(Stored::Values { value: common(None)?, count: counts.iter().sum() });
    keys.and_then(entries).or_else(values).unwrap_or(Stored::Other)
}

#[cfg(test)]
mod tests {
    use super::short_file;

    #[test]
    fn files_have_the_names_that_tell_them_apart() {
        for (file, name) in [
            ("/app/config.js", "config.js"),
            ("/app/routes/index.js", "routes/index.js"),
            ("C:\\app\\a.ts", "a.ts"),
            ("/app/node_modules/lru/cache.js", "lru/cache.js"),
            ("/app/node_modules/a/node_modules/debug/src/node.js", "debug/…/node.js"),
            ("/app/node_modules/@scope/sdk/index.js", "@scope/sdk/index.js"),
            ("/app/node_modules/@scope/sdk/build/src/span.js", "@scope/sdk/…/span.js"),
            ("node:internal/timers", "node:internal/timers"),
            ("index.js", "index.js"),
            ("", ""),
        ] {
            assert_eq!(short_file(file), name);
        }
    }
}
