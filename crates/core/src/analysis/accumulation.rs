//! Where bytes pile up: the points of the dominator tree at which one large thing falls apart into many small ones.
//!
//! Eclipse MAT's leak suspects are the model. From the root down, through all that retains a given share of the heap: a
//! node whose many small dominated objects make up that share is an accumulation point. V8's storage (element arrays,
//! tables) is looked through. A chain of one class is one point, its head. What is held in many places at once counts
//! by class.

use super::chain::{Links, links};
use super::crowds::{CROWD, crowds};
use super::heap::Heap;
use super::modules;
use super::roles::{can_hold, is_content, is_scope, is_static, is_storage};
use super::sample::Sample;
use crate::graph::{Graph, NodeIx, NodeKind};
use crate::{Error, Watch};
use rustc_hash::FxHashMap;

/// How many piles are looked at.
const MOST_PILES: usize = 256;

/// What kind of pile it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pile {
    /// Many objects in one holder; `class` is theirs. `mixed`: other classes are there too.
    Collection { mixed: bool },
    /// Many objects that several variables of one scope hold together; the holder is one of them.
    Shared,
    /// One large object.
    Object,
    /// Objects of one class that hold one another.
    Chain,
    /// The same, where each holds several.
    Tree,
    /// Many objects of one class, held in many places; the holder is the largest of them.
    Class,
}

/// A pile.
#[derive(Clone, Debug)]
pub(super) struct Accumulation {
    pub(super) holder: NodeIx,
    /// What dominates the objects: the holder, or the scope that they share.
    pub(super) within: NodeIx,
    pub(super) pile: Pile,
    /// The class of the objects in it: an index into the heap's classes.
    pub(super) class: u32,
    pub(super) count: u64,
    /// Bytes that the objects retain.
    pub(super) bytes: u64,
    /// Some of the objects.
    pub(super) members: Vec<NodeIx>,
    /// Of a chain: what is between an object and the next.
    pub(super) between: Vec<NodeIx>,
}

/// All piles of at least `least` bytes, largest first.
pub(super) fn accumulations(heap: &Heap, least: u64, watch: &Watch) -> Result<Vec<Accumulation>, Error> {
    let mut found = Vec::new();
    let mut stack = vec![NodeIx::ROOT];
    let mut children = Children::default();
    while let Some(node) = stack.pop() {
        watch.check()?;
        if let Some(links) = links(heap, node, least, watch)? {
            stack.extend_from_slice(&links.aside);
            // The links together may be too small to hold a pile: then only what hangs from them can.
            found.extend((links.bytes >= least).then(|| linked(heap, node, links)));
            continue;
        }
        if can_hold(heap, node) {
            children.gather(heap, node, least);
            stack.extend_from_slice(&children.large);
            found.extend(children.pile(heap, node, least));
        } else if is_scope(heap, node) {
            children.gather(heap, node, least);
            stack.extend_from_slice(&children.large);
            found.extend(children.shared(heap, node, least));
        } else {
            stack.extend(heap.dominated_from(node, least).map(|(child, _)| child));
        }
    }
    // More piles than that explain nothing to anyone, and each is held against the members of each crowd.
    found.sort_by_key(|pile| (std::cmp::Reverse(pile.bytes), pile.holder));
    found.truncate(MOST_PILES);
    found.extend(crowds(heap, least, &found, watch)?);
    found.sort_by_key(|pile| (std::cmp::Reverse(pile.bytes), pile.holder));
    Ok(found)
}

fn linked(heap: &Heap, first: NodeIx, links: Links) -> Accumulation {
    let Links { between, is_tree, count, bytes, members, .. } = links;
    let pile = if is_tree { Pile::Tree } else { Pile::Chain };
    Accumulation { holder: first, within: first, pile, class: heap.class(first), count, bytes, members, between }
}

/// Are these modules some few that were loaded again and again?
fn are_copies(graph: &Graph, modules: &[NodeIx]) -> bool {
    let mut files: Vec<String> = modules.iter().filter_map(|&module| modules::file(graph, module)).collect();
    let count = files.len();
    for file in &mut files {
        // An import that is to be a new one has a query.
        file.truncate(file.find('?').unwrap_or(file.len()));
    }
    files.sort_unstable();
    files.dedup();
    count * 2 > modules.len() && files.len() * 4 <= count
}

/// What a node dominates, seen through storage, sorted into large ones and groups of small ones.
#[derive(Default)]
struct Children {
    large: Vec<NodeIx>,
    groups: FxHashMap<u32, Group>,
    /// Bytes of the node itself and of its storage.
    own: u64,
    /// Objects that Node keeps for as long as it runs.
    statics: Group,
    inside: Vec<NodeIx>,
}

/// Objects of one class.
#[derive(Default)]
pub(super) struct Group {
    pub(super) count: u64,
    pub(super) bytes: u64,
    pub(super) members: Sample,
}

impl Group {
    pub(super) fn add(&mut self, heap: &Heap, node: NodeIx) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(heap.retained(node));
        self.members.add(node);
    }
}

impl Children {
    fn gather(&mut self, heap: &Heap, node: NodeIx, least: u64) {
        self.large.clear();
        self.groups.clear();
        self.own = 0;
        self.statics = Group::default();
        self.inside.push(node);
        while let Some(node) = self.inside.pop() {
            self.own = self.own.saturating_add(heap.self_size(node));
            for child in heap.dominated(node) {
                if is_storage(heap, child) {
                    self.inside.push(child);
                } else if heap.retained(child) >= least {
                    self.large.push(child);
                } else if is_content(heap, child) {
                    self.groups.entry(heap.class(child)).or_default().add(heap, child);
                } else if is_static(heap.graph(), child) {
                    self.statics.add(heap, child);
                }
            }
        }
        if self.statics.count >= CROWD && are_copies(heap.graph(), self.statics.members.nodes()) {
            let copies = std::mem::take(&mut self.statics);
            self.groups.insert(heap.class(copies.members.nodes()[0]), copies);
        }
    }

    /// Objects that no single variable of the scope holds, but two or more of its collections.
    fn shared(&mut self, heap: &Heap, scope: NodeIx, least: u64) -> Option<Accumulation> {
        let is_object =
            |group: &Group| group.members.nodes().iter().all(|&node| heap.graph().kind(node) == NodeKind::OBJECT);
        let objects = self.groups.iter_mut().filter(|(_, group)| group.count >= CROWD && is_object(group));
        let (&class, group) = objects.max_by_key(|(class, group)| (group.bytes, **class))?;
        if group.bytes < least {
            return None;
        }
        let members = group.members.taken();
        let holder = *members.get(members.len() / 2)?;
        let (count, bytes) = (group.count, group.bytes);
        let (pile, between) = (Pile::Shared, Vec::new());
        Some(Accumulation { holder, within: scope, pile, class, count, bytes, members, between })
    }

    fn pile(&mut self, heap: &Heap, holder: NodeIx, least: u64) -> Option<Accumulation> {
        let bytes = self.groups.values().fold(0u64, |sum, group| sum.saturating_add(group.bytes));
        let count: u64 = self.groups.values().map(|group| group.count).sum();
        // A registry of Node's modules, with their names.
        if self.statics.count >= 3 && self.statics.count * 4 >= count {
            return None;
        }
        let largest = self.groups.iter().max_by_key(|(class, group)| (group.bytes, **class));
        // A few large ones among many small ones: the many are what piles up.
        let typical = match largest {
            Some((_, group)) if group.count * 8 < count => {
                self.groups.iter().max_by_key(|(class, group)| (group.count, **class))
            }
            largest => largest,
        };
        let typical = typical.map(|(&class, _)| class);
        let (class, group) = match typical.and_then(|class| Some((class, self.groups.get_mut(&class)?))) {
            Some(found) if bytes >= least && count > 1 => found,
            // The table of a weak collection is room, not content.
            _ if self.own >= least && !matches!(heap.graph().raw_name(holder), b"WeakMap" | b"WeakSet") => {
                return Some(Accumulation {
                    holder,
                    within: holder,
                    pile: Pile::Object,
                    class: heap.class(holder),
                    count: 1,
                    bytes: self.own,
                    members: Vec::new(),
                    between: Vec::new(),
                });
            }
            _ => return None,
        };
        let mixed = group.bytes < bytes - bytes / 4;
        let (count, bytes) = if mixed { (count, bytes) } else { (group.count, group.bytes) };
        let (members, between) = (group.members.taken(), Vec::new());
        let pile = Pile::Collection { mixed };
        Some(Accumulation { holder, within: holder, pile, class, count, bytes, members, between })
    }
}
