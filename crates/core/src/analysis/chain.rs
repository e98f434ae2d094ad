//! Chains and trees: objects of one class that hold one another, directly or through a few others, as closures do that
//! share the scope of the closure before.

use super::crowds::CROWD;
use super::functions::Function;
use super::heap::Heap;
use super::roles::{can_hold, is_content, is_storage};
use super::sample::Sample;
use crate::graph::NodeIx;
use crate::{Error, Watch};

/// How many links in a row make a chain.
const CHAIN: usize = 16;
/// The longest way from a link to the next.
const TURN: usize = 4;
/// More than that in one place is a collection, no part of a tree.
const WIDE: usize = 4096;
/// How deep a tree is at least.
const DEEP: u32 = 8;

/// Objects of one class that hold one another.
pub(super) struct Links {
    /// What is between a link and the next.
    pub(super) between: Vec<NodeIx>,
    pub(super) is_tree: bool,
    pub(super) count: u64,
    /// Bytes without what is aside.
    pub(super) bytes: u64,
    pub(super) members: Vec<NodeIx>,
    /// Large things that hang from the links.
    pub(super) aside: Vec<NodeIx>,
}

/// The chain or tree that begins here.
pub(super) fn links(heap: &Heap, first: NodeIx, least: u64, watch: &Watch) -> Result<Option<Links>, Error> {
    if !can_hold(heap, first) || !is_content(heap, first) {
        return Ok(None);
    }
    let found = chain(heap, first, least, watch)?;
    if found.is_some() { Ok(found) } else { tree(heap, first, least, watch) }
}

fn chain(heap: &Heap, first: NodeIx, least: u64, watch: &Watch) -> Result<Option<Links>, Error> {
    let class = heap.class(first);
    if heap.classes()[class as usize].count < CHAIN as u64 {
        return Ok(None);
    }
    let mut search = Search { heap, class, seen: Vec::new() };
    let mut aside = Vec::new();
    let mut members = Sample::default();
    let (mut node, mut count) = (first, 1);
    let mut turn: Option<Vec<NodeIx>> = None;
    members.add(first);
    while let Some(way) = search.large(node, least) {
        watch.check()?;
        let Some(&next) = way.last() else { break };
        // What comes before a chain may hold its head as each link holds the next, but not by the same functions.
        if !are_alike(heap, turn.as_ref().unwrap_or(&way), &way) || !are_alike(heap, &[node], &[next]) {
            break;
        }
        for &link in way.iter().rev().skip(1).chain([&node]) {
            aside.extend(children(heap, link, least).into_iter().filter(|child| !way.contains(child)));
        }
        turn.get_or_insert(way);
        (node, count) = (next, count + 1);
        members.add(next);
    }
    if count < CHAIN {
        return Ok(None);
    }
    aside.extend(children(heap, node, least));
    let mut between = turn.unwrap_or_default();
    between.pop();
    // The rest of the chain is below the threshold.
    while let Some(next) = search.small(node, between.len() + 1) {
        watch.check()?;
        (node, count) = (next, count + 1);
        members.add(next);
    }
    let (count, members) = (count as u64, members.taken());
    let bytes = heap.retained(first).saturating_sub(sum(heap, &aside));
    Ok(Some(Links { between, is_tree: false, count, bytes, members, aside }))
}

/// Do two turns lead through the same classes, and the same functions?
fn are_alike(heap: &Heap, one: &[NodeIx], other: &[NodeIx]) -> bool {
    let sign = |&node: &NodeIx| (heap.class(node), Function::of(heap.graph(), node));
    one.iter().map(sign).eq(other.iter().map(sign))
}

/// A tree, if it is deep, and no collection of its own class.
fn tree(heap: &Heap, first: NodeIx, least: u64, watch: &Watch) -> Result<Option<Links>, Error> {
    let class = heap.class(first);
    if heap.classes()[class as usize].count < CROWD {
        return Ok(None);
    }
    let mut open = vec![(first, 1)];
    let mut aside = Vec::new();
    let mut members = Sample::default();
    let (mut count, mut deepest, mut widest) = (0, 0, 0);
    while let Some((node, depth)) = open.pop() {
        watch.check()?;
        count += 1;
        deepest = deepest.max(depth);
        members.add(node);
        let before = open.len();
        if heap.dominated(node).nth(WIDE).is_some() {
            return Ok(None);
        }
        let held = children(heap, node, 1);
        if held.len() > WIDE {
            return Ok(None);
        }
        for child in held {
            if heap.class(child) == class {
                open.push((child, depth + 1));
            } else if heap.retained(child) >= least {
                aside.push(child);
            }
        }
        widest = widest.max(open.len() - before);
    }
    if deepest < DEEP || count < CROWD || widest as u64 * 2 > count {
        return Ok(None);
    }
    let is_tree = count > u64::from(deepest) * 2;
    let bytes = heap.retained(first).saturating_sub(sum(heap, &aside));
    Ok(Some(Links { between: Vec::new(), is_tree, count, bytes, members: members.taken(), aside }))
}

fn sum(heap: &Heap, nodes: &[NodeIx]) -> u64 {
    nodes.iter().fold(0, |sum, &node| sum.saturating_add(heap.retained(node)))
}

/// What a node dominates that retains so much, seen through storage.
fn children(heap: &Heap, node: NodeIx, least: u64) -> Vec<NodeIx> {
    let (mut found, mut inside) = (Vec::new(), vec![node]);
    while let Some(node) = inside.pop() {
        for (child, _) in heap.dominated_from(node, least) {
            if is_storage(heap, child) { inside.push(child) } else { found.push(child) }
        }
    }
    found
}

/// The search for the next link.
struct Search<'a> {
    heap: &'a Heap,
    class: u32,
    /// What was looked at: the node, where the one before stands, how far it is.
    seen: Vec<(NodeIx, usize, usize)>,
}

impl Search<'_> {
    /// The way to the nearest large node of the class.
    fn large(&mut self, link: NodeIx, least: u64) -> Option<Vec<NodeIx>> {
        self.seen.clear();
        self.seen.push((link, 0, 0));
        let mut at = 0;
        while let Some(&(node, _, far)) = self.seen.get(at).filter(|&&(_, _, far)| far < TURN) {
            for child in children(self.heap, node, least) {
                self.seen.push((child, at, far + 1));
                if self.heap.class(child) == self.class {
                    return Some(self.way());
                }
            }
            at += 1;
        }
        None
    }

    /// From behind the link to what was seen last.
    fn way(&self) -> Vec<NodeIx> {
        let mut way = Vec::new();
        let mut at = self.seen.len() - 1;
        while at > 0 {
            way.push(self.seen[at].0);
            at = self.seen[at].1;
        }
        way.reverse();
        way
    }

    /// The largest node of the class just so far away.
    fn small(&mut self, link: NodeIx, turn: usize) -> Option<NodeIx> {
        self.seen.clear();
        self.seen.push((link, 0, 0));
        let mut best: Option<NodeIx> = None;
        let mut at = 0;
        while let Some(&(node, _, far)) = self.seen.get(at).filter(|&&(_, _, far)| far < turn) {
            for child in children(self.heap, node, 1) {
                if far + 1 < turn {
                    self.seen.push((child, at, far + 1));
                } else if self.heap.class(child) == self.class
                    && best.is_none_or(|best| self.heap.retained(best) < self.heap.retained(child))
                {
                    best = Some(child);
                }
            }
            at += 1;
        }
        best
    }
}
