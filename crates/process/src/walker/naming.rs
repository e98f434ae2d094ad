//! Names of objects by their shapes.

use super::maps::{Key, Map};
use super::memory::Memory;
use super::metadata::Line;
use super::shared::{Function, type_of};
use super::text;
use super::types::Role;
use super::v8::{Global, V8};
use super::walk::{BY_MAP, Walk};
use leakguard_core::graph::{NodeIx, Place};
use std::borrow::Cow;

/// Asks V8 for the class of one object of each map, and says where its constructor is written. V8 is not asked of objects that may have
/// died: it would look for their page, which can be gone.
pub fn name_objects(walk: &mut Walk, v8: &V8) {
    let classes = classes(walk, v8);
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

/// The same by map: the name of its objects' class, and the place.
pub fn classes(walk: &mut Walk, v8: &V8) -> Vec<(u32, Option<Place>)> {
    // Before V8 is asked: it may move what is read here.
    (0..walk.maps.list.len() as u32).for_each(|at| choose_sample(walk, at));
    let candidates: Vec<Vec<Function>> = (0..walk.maps.list.len() as u32).map(|at| constructors(walk, at)).collect();
    let is_named = |map: &Map| map.count > 0 && walk.types.is_object(map.instance_type) && map.is_certain;
    // All handles before the first answer, which may make V8 collect garbage and move what has none.
    let samples: Vec<_> = walk.maps.list.iter().map(|map| is_named(map).then(|| v8.global(map.sample + 1))).collect();
    let mut classes = Vec::with_capacity(samples.len());
    let mut seen = Memory::of_this_process().ok();
    for (at, (sample, candidates)) in samples.iter().zip(candidates).enumerate() {
        let string = sample.as_ref().and_then(Global::constructor_name).filter(|string| string & 3 == 1);
        let read = |seen: &Option<Memory>| text::read(seen.as_ref()?, string? - 1, text::CUT).map(Cow::into_owned);
        let mut name = read(&seen);
        if name.is_none() && string.is_some() {
            // V8 has got new memory for it.
            seen = Memory::of_this_process().ok();
            name = read(&seen);
        }
        let constructor = match &name {
            Some(name) => walk.graph.text(name),
            None => candidates.first().map_or_else(|| walk.graph.text(b"Object"), |function| function.name),
        };
        let name = name.map(|mut name| {
            name.extend_from_slice(suffix(walk, at));
            walk.graph.text(&name)
        });
        let name = name.unwrap_or(constructor);
        let place =
            candidates.into_iter().filter(|function| function.name == constructor).find_map(|function| function.place);
        classes.push((name, place));
    }
    classes
}

/// Objects that are tables share a map whatever their class is: one that names its class itself, as `Intl` does, does not stand for the others.
fn choose_sample(walk: &mut Walk, at: u32) {
    let Walk { memory, maps, types, metadata, .. } = walk;
    let Map { is_dictionary, sample, next, .. } = maps.list[at as usize];
    if !is_dictionary {
        return;
    }
    let mut names_itself =
        |&object: &u64| maps.own(memory, metadata, types, object, Key::Symbol(b"Symbol.toStringTag")).is_some();
    let typical =
        [sample, next[0], next[1]].into_iter().filter(|&object| object != 0).find(|object| !names_itself(object));
    maps.list[at as usize].sample = typical.unwrap_or(sample);
}

/// What V8 14 says of global objects besides the name.
fn suffix(walk: &Walk, at: usize) -> &'static [u8] {
    let number = walk.maps.list[at].instance_type;
    match walk.metadata.line {
        Line::V14 if number == walk.types.js_global => b" (global*)",
        Line::V14 if number == walk.types.js_global_proxy => b" (global)",
        _ => b"",
    }
}

/// The functions that may have made the map's objects, as V8 looks for them: what the map says, then what
/// is called their constructor. An object that names its class itself (`Symbol.toStringTag`) has none. V8 says the name.
fn constructors(walk: &mut Walk, at: u32) -> Vec<Function> {
    const LONGEST: usize = 64;
    let Map { instance_type, count, sample, is_by_constructor, .. } = walk.maps.list[at as usize];
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
            if !graph.texts().raw(function.name).is_empty() {
                found.push(function);
            }
        }
        Some(())
    };
    if is_by_constructor {
        add(maps.constructor(memory, types, at));
    }
    let mut object = sample;
    for _ in 0..LONGEST {
        let Some(at) = maps.of(memory, types, object) else { break };
        if !types.is_object(maps.list[at as usize].instance_type) {
            break;
        }
        let tag = maps.own(memory, metadata, types, object, Key::Symbol(b"Symbol.toStringTag"));
        let is_text = |word: u64| type_of(memory, word - 1).is_some_and(|number| number < text::FIRST_OTHER);
        if tag.filter(|word| word & 3 == 1).is_some_and(is_text) {
            break;
        }
        add(maps.own(memory, metadata, types, object, Key::Text(b"constructor")));
        let prototype = memory.word(maps.list[at as usize].address + 24).filter(|word| word & 3 == 1);
        let Some(prototype) = prototype else { break };
        object = prototype - 1;
    }
    found
}
