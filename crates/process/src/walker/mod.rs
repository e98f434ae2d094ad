//! The walker: V8's heap read directly, in a twin, where nothing else moves.
//!
//! V8's snapshot takes many times the heap in memory and a minute a gigabyte; this takes a second. One file a concern:
//!
//! 1. `metadata`: what V8's exported constants say, and whether that is what this was written for (`pretence`: what tests make of it).
//! 2. `memory`: the process's memory, read with a check before each word.
//! 3. `types`, `size`, `maps`, `scope`, `text`: what V8's objects are.
//! 4. `roots`, `walk`: from V8's own links along all others, each object once. `node` is what an object becomes, `description` what it
//!    leads to: `object` and `properties`, `context`, `weak_table`, by `links`; `shared`, `texts`, `strings`: how they are named; `recent`: what
//!    was looked up.
//! 5. `v8`, `naming`: V8 itself names one object of each shape. `check`: whether to believe the result.
//! 6. Where only a fold is wanted, no graph: `open` meets all objects, `marks` numbers them, `survey` and `owners` find out what is known of all, and
//!    `land` is the heap where it lies, whose `part`s the core asks for by `terrain` and `distant`; a `plan` says once where the links of a map's objects are. `collections`: nothing moved meanwhile.
//!
//! A wrong read ends the twin, and V8's snapshot is taken instead: the app never notices.
#![expect(clippy::cast_possible_truncation, reason = "V8's numbers are cut to the widths that V8 gives them")]

mod check;
mod collections;
mod context;
mod description;
mod distant;
mod land;
mod links;
mod maps;
mod marks;
mod memory;
mod metadata;
mod naming;
mod node;
mod object;
mod oddballs;
mod open;
mod owners;
mod part;
mod plan;
mod pretence;
mod properties;
mod recent;
mod roots;
mod scope;
mod shared;
mod size;
mod strings;
mod survey;
mod terrain;
mod text;
mod texts;
mod types;
mod v8;
mod walk;
mod weak_table;

use leakguard_core::Limits;
use leakguard_core::graph::{Graph, GraphBuilder};
use maps::Maps;
use memory::Memory;
use metadata::Metadata;
use roots::Roots;
use std::sync::OnceLock;
use strings::Strings;
use survey::Survey;
use types::Types;
use v8::V8;
use walk::Walk;

pub use land::Land;
pub use walk::Totals;

/// Less than objects have on average.
const BYTES_AN_OBJECT: u64 = 32;

/// What a walk begins with.
#[derive(Clone, Copy, Debug)]
pub struct Anchors {
    /// The address of a slot of the innermost handle scope.
    pub handle: u64,
    /// An address on the stack, in the caller's frame.
    pub frame: u64,
    /// How many objects of the class `LeakguardPlanted` there are.
    pub planted: u32,
    /// Bytes of all objects in V8's heap, garbage included, as V8 counts them.
    pub used: u64,
    /// What becomes of it.
    pub purpose: Purpose,
}

/// What a heap is walked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// A graph.
    Report,
    /// A graph of which only a fold by path will be made: links that say the same of each object of a shape may be left out.
    Fold,
    /// A fold by path, and no more: the heap can be folded where it lies.
    Look,
}

/// What a walk yields.
pub enum Walked {
    /// The heap as a graph, and sums.
    Graph(Box<Graph>, Totals),
    /// The heap where it lies, which must not change any more.
    Land(Box<Land>),
}

/// Garbage that V8 collects while it is asked for names ends a walk, so many times.
const TRIES: usize = 3;

/// Is V8's version one that this reading was tested with? What is read of others is to be compared with V8's own snapshot first.
pub fn is_tested() -> bool {
    Metadata::find().is_ok_and(|metadata| metadata.is_tested)
}

/// Why this program's heap cannot be read; `None`: as far as its metadata tells, it can.
pub fn unsupported() -> Option<String> {
    understood().err()
}

fn understood() -> Result<(&'static Metadata, &'static Types), String> {
    static UNDERSTOOD: OnceLock<Result<(Metadata, Types), String>> = OnceLock::new();
    match UNDERSTOOD.get_or_init(read) {
        Ok((metadata, types)) => Ok((metadata, types)),
        Err(reason) => Err(reason.clone()),
    }
}

fn read() -> Result<(Metadata, Types), String> {
    if !cfg!(all(target_os = "linux", target_pointer_width = "64", target_endian = "little")) {
        return Err(format!("the heap is not read on {} {}", std::env::consts::OS, std::env::consts::ARCH));
    }
    let metadata = Metadata::find()?;
    let types = Types::new(&metadata)?;
    Ok((metadata, types))
}

/// Reads the heap of this thread's isolate, whose thread runs JavaScript that called this. Nothing else may run meanwhile:
/// the process is a twin.
///
/// # Errors
/// A sentence: what is not as this reading knows it, or the graph that does not fit the limits.
pub fn walk(anchors: Anchors, limits: &Limits) -> Result<Walked, String> {
    let (metadata, types) = understood()?;
    let v8 = V8::current(metadata)?;
    // So that the block of handles that it makes, if it makes one, is among the mappings.
    drop(v8.global(0));
    // Who cannot be told of V8's collections cannot read on after V8 was asked for names.
    if anchors.purpose == Purpose::Look && crate::gc::unsupported().is_none() {
        for _ in 0..TRIES {
            if let Some(land) = meet(anchors, limits, &v8, metadata, types)? {
                return Ok(Walked::Land(Box::new(land)));
            }
        }
    }
    let mut walk = begun(anchors, limits, &v8, metadata, types)?;
    walk.strings = Some(Strings::new().map_err(|error| format!("no thread can be had to read texts: {error}"))?);
    // More than most heaps have, so that columns need not move while they grow.
    let nodes = (anchors.used / BYTES_AN_OBJECT) as usize;
    walk.graph.reserve(nodes, nodes * if walk.is_to_fold { 2 } else { 3 });
    walk.objects.reserve_exact(nodes);
    // Objects lie close together, but the last pages of each space are not full.
    walk.memory.reserve(anchors.used / 4 * 5);
    walk.run()?;
    check::sizes(&walk, anchors.used)?;
    // Before V8 is asked: it may move what is read.
    if let Some(mut strings) = walk.strings.take() {
        strings.name(&mut walk.graph)?;
    }
    naming::name_objects(&mut walk, &v8);
    check::planted(&mut walk, anchors.planted)?;
    walk.name_pairs();
    let Walk { graph, totals, .. } = walk;
    Ok(Walked::Graph(Box::new(graph.finish()?), totals))
}

/// A walk that knows where the heap's roots are.
fn begun(
    anchors: Anchors,
    limits: &Limits,
    v8: &V8,
    metadata: &'static Metadata,
    types: &'static Types,
) -> Result<Walk<'static>, String> {
    let memory = Memory::of_this_process().map_err(|error| format!("/proc/self/maps cannot be read: {error}"))?;
    let mut maps = Maps::new();
    let roots = Roots::find(&memory, &mut maps, types, v8, anchors.handle, anchors.frame)?;
    let mut walk = Walk::new(memory, maps, types, metadata, GraphBuilder::new(limits), roots);
    walk.is_to_fold = anchors.purpose != Purpose::Report;
    Ok(walk)
}

/// Meets all objects, to be folded where they lie; `None` where V8 has moved some meanwhile.
fn meet(
    anchors: Anchors,
    limits: &Limits,
    v8: &V8,
    metadata: &'static Metadata,
    types: &'static Types,
) -> Result<Option<Land>, String> {
    let mut walk = begun(anchors, limits, v8, metadata, types)?;
    walk.run_to_meet(limits.max_nodes)?;
    check::totals(walk.totals, anchors.used)?;
    let survey = Survey::of(&mut walk, limits)?;
    let (names, has_moved) = collections::told(|| naming::classes(&mut walk, v8))?;
    if has_moved {
        return Ok(None);
    }
    let land = Land::new(walk, survey, &names);
    check::found_planted(land.count(check::PLANTED), anchors.planted)?;
    Ok(Some(land))
}
