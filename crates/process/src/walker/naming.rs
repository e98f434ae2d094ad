//! Names of objects by their shapes, and of the entries of WeakMaps.

use super::maps::{Map, Maps};
use super::memory::Memory;
use super::shared::type_of;
use super::text;
use super::types::Role;
use super::v8::{Global, V8};
use super::walk::{BY_MAP, Walk};
use leakguard_core::graph::{EdgeKind, NodeIx, NodeKind, Place};

/// Asks V8 for the class of one object of each map, and says where its constructor is written.
pub fn name_objects(walk: &mut Walk, v8: &V8) {
    // Before V8 is asked: it may move what is read here.
    let candidates: Vec<Vec<(u32, Place)>> =
        (0..walk.maps.list.len() as u32).map(|at| constructors(walk, at)).collect();
    let is_named = |map: &Map| map.count > 0 && walk.types.is_object(map.instance_type);
    // All handles before the first answer, which may make V8 collect garbage and move what has none.
    let samples: Vec<_> = walk.maps.list.iter().map(|map| is_named(map).then(|| v8.global(map.sample + 1))).collect();
    let mut classes = Vec::with_capacity(samples.len());
    let mut seen = Memory::of_this_process().ok();
    for (sample, candidates) in samples.iter().zip(candidates) {
        let string = sample.as_ref().and_then(Global::constructor_name).filter(|string| string & 3 == 1);
        let read = |seen: &Option<Memory>| text::read(seen.as_ref()?, string? - 1, text::CUT);
        let mut name = read(&seen);
        if name.is_none() && string.is_some() {
            // V8 has got new memory for it.
            seen = Memory::of_this_process().ok();
            name = read(&seen);
        }
        let name = walk.graph.text(&name.unwrap_or_default());
        let place = candidates.into_iter().find(|&(candidate, _)| candidate == name).map(|(_, place)| place);
        classes.push((name, place));
    }
    for node in (0..walk.graph.node_count() as u32).map(NodeIx) {
        let name = walk.graph.name(node);
        if name & BY_MAP != 0 {
            let (name, place) = classes[(name & !BY_MAP) as usize];
            walk.graph.rename(node, name);
            if let Some(place) = place {
                walk.graph.place(node, place);
            }
        }
    }
}

/// The functions that may have made the map's objects, each by name and place: what the map says, then what their prototypes
/// say. V8 decides by the same two, and says the name.
fn constructors(walk: &mut Walk, at: u32) -> Vec<(u32, Place)> {
    const LONGEST: usize = 64;
    let Map { instance_type, count, address, .. } = walk.maps.list[at as usize];
    if count == 0 || !walk.types.is_object(instance_type) {
        return Vec::new();
    }
    let Walk { memory, maps, types, metadata, functions, texts, graph, .. } = walk;
    let mut found = Vec::new();
    let mut add = |word: Option<u64>| {
        let function = word.filter(|word| word & 3 == 1)? - 1;
        let number = type_of(memory, function)?;
        if types.get(number).role == Role::Function {
            let function = functions.of(memory, metadata, types, texts, graph, function);
            found.push((function.name, function.place?));
        }
        Some(())
    };
    add(maps.constructor(memory, types, at));
    let mut map = address;
    for _ in 0..LONGEST {
        let prototype = memory.word(map + 24).filter(|word| word & 3 == 1).map(|word| word - 1);
        let is_object = |maps: &mut Maps, object| {
            maps.of(memory, types, object).is_some_and(|at| types.is_object(maps.list[at as usize].instance_type))
        };
        let Some(prototype) = prototype.filter(|&prototype| is_object(maps, prototype)) else { break };
        if add(maps.own(memory, metadata, types, prototype, b"constructor")).is_some() {
            break;
        }
        let Some(next) = memory.word(prototype).filter(|word| word & 3 == 1) else { break };
        map = next - 1;
    }
    found
}

/// Links the entries of WeakMaps as V8's snapshot does, by names that say so.
pub fn name_pairs(walk: &mut Walk) {
    for (at, pair) in std::mem::take(&mut walk.pairs).into_iter().enumerate() {
        let graph = &mut walk.graph;
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
