//! Crowds: classes with many members in many places, whose bytes no pile explains.

use super::accumulation::{Accumulation, Group, Pile};
use super::classes::Class;
use super::heap::Heap;
use super::roles::is_static_name;
use crate::graph::NodeIx;
use crate::{Error, Watch};

/// How many objects of a class, spread over the heap, are worth naming.
pub(super) const CROWD: u64 = 100;
/// Classes that say nothing about who made the object.
const GENERIC: &[&str] = &[
    "Object",
    "Array",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "Function",
    "RegExp",
    "Date",
    "Promise",
    "Error",
    "ArrayBuffer",
    "Generator",
    "Symbol",
    "String",
    "Number",
    "Boolean",
    "global",
    "process",
    "TimersList",
];

/// Classes with many members whose bytes no pile explains.
pub(super) fn crowds(
    heap: &Heap,
    least: u64,
    piles: &[Accumulation],
    watch: &Watch,
) -> Result<Vec<Accumulation>, Error> {
    // By class: the members' places in the tree's order, for those that are worth a look.
    let mut members: Vec<Option<Vec<u32>>> =
        heap.classes().iter().map(|row| may_crowd(heap, row, least).then(Vec::new)).collect();
    if members.iter().all(Option::is_none) {
        return Ok(Vec::new());
    }
    watch.check()?;
    let classes = heap.ranked_classes();
    for rank in 0..heap.in_tree_order().len() {
        if let Some(class) = classes.counted_at(rank)
            && let Some(ranks) = &mut members[class as usize]
        {
            ranks.push(rank as u32);
        }
    }
    let crowd = |(class, ranks): (usize, Vec<u32>)| {
        let class = class as u32;
        // What variables of a scope share explains one class only.
        let explains = |pile: &Accumulation, node| {
            (pile.pile != Pile::Shared || pile.class == class) && heap.dominates(pile.within, node)
        };
        let mut group = Group::default();
        let (mut covered, mut largest) = (0, 0);
        for rank in ranks {
            let node = heap.in_tree_order()[rank as usize];
            if rank < covered {
                continue;
            }
            covered = rank + heap.retained_count(node);
            if !piles.iter().any(|pile| explains(pile, node)) {
                group.add(heap, node);
                largest = largest.max(heap.retained(node));
            }
        }
        // One large object of the class is no crowd: it has a pile of its own, or is one.
        if group.bytes < least || group.count < CROWD || largest >= least {
            return None;
        }
        let members = group.members.taken();
        let holder = *members.get(members.len() / 2)?;
        let (count, bytes) = (group.count, group.bytes);
        let (pile, between) = (Pile::Class, Vec::new());
        Some(Accumulation { holder, within: holder, pile, class, count, bytes, members, between })
    };
    let mut found = Vec::new();
    for (class, ranks) in members.into_iter().enumerate() {
        watch.check()?;
        found.extend(ranks.and_then(|ranks| crowd((class, ranks))));
    }
    // A crowd inside the members of a larger one is explained by that.
    found.sort_by_key(|crowd| (std::cmp::Reverse(crowd.bytes), crowd.class));
    let mut kept: Vec<Accumulation> = Vec::new();
    for crowd in found {
        let inside = |&node: &NodeIx| above(heap, node).any(|class| kept.iter().any(|kept| kept.class == class));
        let explained = crowd.members.iter().filter(|member| inside(member)).count();
        if explained * 2 < crowd.members.len() {
            kept.push(crowd);
        }
    }
    Ok(kept)
}

/// The classes of the nodes that dominate this one, some of them.
fn above(heap: &Heap, node: NodeIx) -> impl Iterator<Item = u32> + '_ {
    let up = |&node: &NodeIx| (node != NodeIx::ROOT).then(|| heap.idom(node));
    std::iter::successors(up(&node), up).take(64).map(|node| heap.class(node))
}

/// Is the class large, and does its name say who made the objects?
fn may_crowd(heap: &Heap, row: &Class, least: u64) -> bool {
    if row.retained < least || row.count < CROWD {
        return false;
    }
    let name = row.name(heap.graph().strings());
    !name.starts_with('(')
        && !name.starts_with("system / ")
        && !GENERIC.contains(&&*name)
        && !is_static_name(name.as_bytes())
}
