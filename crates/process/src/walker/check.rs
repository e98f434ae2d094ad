//! Whether to believe a walk: objects do not overlap, nearly all are understood, those that were planted are all there.

use super::shared::type_of;
use super::walk::{Totals, Walk};
use leakguard_core::graph::{NodeIx, NodeKind};

/// The class of the objects that JavaScript makes before a walk, to be found by it.
pub const PLANTED: &str = "LeakguardPlanted";

/// One object in so many may be odd: links out of the stack are guesses.
const FEW: u64 = 10_000;

/// What V8 does not count as used and the walk does: the heap that all isolates share, and what was made meanwhile.
const SHARED: u64 = 4_000_000;

/// Nearly all objects have a size, and together they are no more than V8 has.
pub fn totals(totals: Totals, used: u64) -> Result<(), String> {
    if totals.bytes > used + used / 50 + SHARED {
        return Err(format!("objects of {} bytes in a heap of {used}", totals.bytes));
    }
    if totals.unknown * FEW > totals.objects + FEW {
        let (unknown, of) = (totals.unknown, totals.objects);
        return Err(format!(
            "{unknown} of {of} objects are not understood, of type {} and others",
            totals.unknown_type
        ));
    }
    Ok(())
}

/// Sizes fit: the same, and no object reaches into the next one.
pub fn sizes(walk: &Walk, used: u64) -> Result<(), String> {
    totals(walk.totals, used)?;
    let (mut overlaps, mut last, mut odd) = (0, 0, 0);
    let mut end = 0;
    for node in walk.memory.nodes_by_address() {
        let object = walk.objects[node as usize];
        // Bytes that are not in the heap are asked for only where they could be why.
        if object < end && object < end - walk.outside_of(last) {
            overlaps += 1;
            odd = type_of(&walk.memory, last).unwrap_or(0);
        }
        last = object;
        end = object + walk.graph.size(NodeIx(node));
    }
    self::overlaps(overlaps, walk.totals.objects, odd)
}

/// Nearly no objects reach into others.
pub fn overlaps(count: u64, objects: u64, odd: u16) -> Result<(), String> {
    if count * FEW > objects + FEW {
        return Err(format!("{count} of {objects} objects reach into others, of type {odd} and others"));
    }
    Ok(())
}

/// What was planted was found, each once.
pub fn planted(walk: &mut Walk, count: u32) -> Result<(), String> {
    let name = walk.graph.text(PLANTED.as_bytes());
    let nodes = (0..walk.graph.node_count() as u32).map(NodeIx);
    let is_planted = |&node: &NodeIx| walk.graph.name(node) == name && walk.graph.kind(node) == NodeKind::OBJECT;
    found_planted(nodes.filter(is_planted).count() as u64, count)
}

/// The same, where their number is known.
pub fn found_planted(found: u64, count: u32) -> Result<(), String> {
    if found != u64::from(count) {
        return Err(format!("of {count} objects that were planted {found} were found"));
    }
    Ok(())
}
