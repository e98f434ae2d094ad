//! The walk: from the roots along every link that keeps an object alive, each object once, in the order they are met.
//!
//! What V8's snapshot calls a link by is what this calls it by, where the analysis or a person reads it; the others are
//! numbered. A link whose target is no object is no link.

use super::context::Scopes;
use super::maps::Maps;
use super::memory::Memory;
use super::metadata::Metadata;
use super::oddballs::Oddballs;
use super::open::Open;
use super::plan::Plans;
use super::roots::Roots;
use super::shared::Functions;
use super::shared::type_of;
use super::size::size;
use super::strings::Strings;
use super::texts::Texts;
use super::types::{Role, Types};
use super::weak_table::Pair;
use leakguard_core::graph::{EdgeKind, GraphBuilder, NodeIx, NodeKind};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Stands before the number of a map where a name is not known yet: V8 is asked when the walk is over.
pub const BY_MAP: u32 = 1 << 31;
/// Weak tables are looked through so often at most for values whose keys were met meanwhile.
const ROUNDS: usize = 1 << 10;
/// So many objects before its turn an object is fetched, and so many before it what its first words lead to.
const FAR: usize = 32;
const NEAR: usize = 8;

/// Synthetic nodes, in order: the root, what is directly below it, and its parts.
const ROOT: NodeIx = NodeIx(0);
pub const PARTS: [&str; 5] =
    ["(Strong root list)", "(Handle scope)", "(Global handles)", "(Eternal handles)", "(Stack roots)"];
const STACK: NodeIx = NodeIx(6);
/// How many there are.
pub const SYNTHETIC: u32 = 7;

/// Sums over all that was met.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// Objects in V8's heap.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Objects whose size this reading does not know.
    pub unknown: u64,
    /// One of their types.
    pub unknown_type: u16,
}

/// What links are followed for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// They become a graph.
    Graph,
    /// Objects are met, and that is all.
    Meet,
    /// All objects were met: the links of one are asked for.
    Link { is_naming: bool },
}

/// A link of an object that is described.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub node: NodeIx,
    pub name: u32,
    pub kind: EdgeKind,
    pub is_value: bool,
}

/// What is known of an object when it is met: which map it has, its type, how large it is.
pub struct Known {
    pub map: u32,
    pub number: u16,
    pub bytes: u64,
}

/// Places of a list that are described at once.
pub const PART: u64 = 1024;

pub struct Walk<'a> {
    pub memory: Memory,
    pub maps: Maps,
    pub graph: GraphBuilder,
    pub totals: Totals,
    pub pairs: Vec<Pair>,
    /// By node: the object's address; 0 for what is no object of the heap.
    pub objects: Vec<u64>,
    pub types: &'a Types,
    pub metadata: &'a Metadata,
    pub texts: Texts,
    pub functions: Functions,
    pub strings: Option<Strings>,
    /// Only a fold by path will be made of it: that V8's own maps are there is said once.
    pub is_to_fold: bool,
    pub(super) phase: Phase,
    /// Of [`Phase::Meet`]: what was met and is still to be described.
    pub(super) open: Open,
    /// Of [`Phase::Link`]: the links of the object that is described.
    pub(super) links: Vec<Link>,
    /// Of long lists, the place from which they are described, and whether there is more behind what was.
    pub(super) from: u64,
    pub(super) has_more: bool,
    /// Bytes of what buffers hold, by the order in which they were met.
    pub(super) lengths: Vec<u64>,
    pub(super) buffers: FxHashMap<u64, NodeIx>,
    pub(super) oddballs: Oddballs,
    pub(super) plans: Plans,
    pub(super) tables: Vec<(NodeIx, u64)>,
    /// Addresses of what the root has a shortcut to.
    pub(super) globals: Vec<u64>,
    /// Tagged words of the stack.
    pub(super) stack: Vec<u64>,
    pub(super) scopes: Scopes,
    /// The one list without elements, in which most objects have no properties: V8's snapshot leaves it out, too.
    pub(super) empty: u64,
    pub(super) roots: [Vec<u64>; 4],
}

impl<'a> Walk<'a> {
    pub fn new(
        memory: Memory,
        maps: Maps,
        types: &'a Types,
        metadata: &'a Metadata,
        graph: GraphBuilder,
        roots: Roots,
    ) -> Self {
        let mut walk = Self {
            memory,
            maps,
            graph,
            totals: Totals::default(),
            pairs: Vec::new(),
            objects: Vec::new(),
            types,
            metadata,
            texts: Texts::default(),
            functions: Functions::default(),
            strings: None,
            is_to_fold: false,
            phase: Phase::Graph,
            open: Open::default(),
            links: Vec::new(),
            from: 0,
            has_more: false,
            lengths: Vec::new(),
            buffers: FxHashMap::default(),
            oddballs: Oddballs::default(),
            plans: Plans::default(),
            tables: Vec::new(),
            globals: Vec::new(),
            stack: roots.stack,
            scopes: Scopes::default(),
            empty: 0,
            roots: [roots.tables, roots.handles, roots.globals, roots.eternals],
        };
        walk.find_oddballs();
        for name in ["", "(GC roots)"].iter().chain(&PARTS) {
            let name = walk.graph.text(name.as_bytes());
            walk.graph.node(NodeKind::SYNTHETIC, name, 0);
            walk.objects.push(0);
        }
        walk
    }

    /// `undefined`, `null` and the like are among V8's roots.
    fn find_oddballs(&mut self) {
        for &word in &self.roots[0] {
            if type_of(&self.memory, word - 1).is_some_and(|number| self.types.get(number).role == Role::Oddball) {
                self.oddballs.insert(word);
            }
        }
    }

    /// Walks to the end: first from what V8 keeps for certain, then from the stack, whose words are guesses.
    ///
    /// # Errors
    /// Where the graph has no room.
    pub fn run(&mut self) -> Result<(), String> {
        let mut at = 0;
        self.follow(&mut at)?;
        self.keep_certain();
        for (index, word) in std::mem::take(&mut self.stack).into_iter().enumerate() {
            if let Some(node) = self.reach(word) {
                self.graph.late(STACK, EdgeKind::Element, index as u32, node);
            }
        }
        self.follow(&mut at)?;
        self.graph.late(ROOT, EdgeKind::Element, 1, NodeIx(1));
        for (at, global) in std::mem::take(&mut self.globals).into_iter().enumerate() {
            let name = self.graph.text((at + 1).to_string().as_bytes());
            if let Some(node) = self.memory.node(global) {
                self.graph.late(ROOT, EdgeKind::Shortcut, name, NodeIx(node));
            }
        }
        Ok(())
    }

    /// The same, where objects are met only: then each has a number, and its links can be asked for.
    ///
    /// # Errors
    /// Where they are more than there are numbers.
    pub(super) fn run_to_meet(&mut self, most: u64) -> Result<(), String> {
        self.phase = Phase::Meet;
        self.open = Open::new(&self.memory);
        for part in 0..self.roots.len() {
            for at in 0..self.roots[part].len() {
                self.reach(self.roots[part][at]);
            }
        }
        self.meet_all();
        self.keep_certain();
        for at in 0..self.stack.len() {
            self.reach(self.stack[at]);
        }
        self.meet_all();
        self.open.number_all(&self.memory, u32::try_from(most).unwrap_or(u32::MAX))?;
        let first = SYNTHETIC + self.open.numbers.count();
        for node in self.buffers.values_mut() {
            node.0 += first;
        }
        for map in &mut self.maps.list {
            (map.node, map.prototype) = (None, None);
        }
        self.phase = Phase::Link { is_naming: true };
        Ok(())
    }

    /// Describes all that was met and was not yet, and what is met by that.
    fn follow(&mut self, at: &mut usize) -> Result<(), String> {
        for _ in 0..ROUNDS {
            while *at < self.objects.len() {
                self.fetch_ahead(|turns| self.objects.get(*at + turns).copied());
                self.describe(*at);
                self.graph.described();
                if let Some(full) = self.graph.full() {
                    return Err(full.to_owned());
                }
                *at += 1;
            }
            self.follow_keys();
            if *at == self.objects.len() {
                break;
            }
        }
        Ok(())
    }

    /// Memory decides the speed: what is read soon is fetched before. `object`: the one whose turn comes after so many others.
    #[inline]
    fn fetch_ahead(&self, object: impl Fn(usize) -> Option<u64>) {
        if let Some(far) = object(FAR) {
            Memory::fetch(far);
        }
        if let Some(near) = object(NEAR) {
            for offset in [8, 16, 24, 32, 40, 48] {
                if let Some(word) = self.memory.word(near + offset).filter(|word| word & 3 == 1) {
                    Memory::fetch(word - 1);
                }
            }
        }
    }

    /// The samples so far are alive for certain. What only a word of the stack leads to can have died, and its page be gone from V8's sight.
    pub(super) fn keep_certain(&mut self) {
        for map in &mut self.maps.list {
            map.is_certain = map.count > 0;
        }
    }

    /// Are links called by names now?
    #[inline]
    pub(super) fn is_naming(&self) -> bool {
        matches!(self.phase, Phase::Graph | Phase::Link { is_naming: true })
    }

    /// A link of what is described.
    #[inline]
    pub(super) fn put(&mut self, kind: EdgeKind, name: u32, node: NodeIx) {
        match self.phase {
            Phase::Graph => self.graph.edge(kind, name, node),
            Phase::Meet => {}
            Phase::Link { .. } => self.links.push(Link { node, kind, name, is_value: false }),
        }
    }

    /// Which places of a list so long are described now.
    pub(super) fn part_of(&mut self, length: u64) -> Range<u64> {
        if !matches!(self.phase, Phase::Link { .. }) {
            return 0..length;
        }
        let end = length.min(self.from + PART);
        self.has_more |= end < length;
        self.from.min(end)..end
    }

    /// The node of what a tagged word leads to, which is met now if it was not before.
    #[inline]
    pub(super) fn reach(&mut self, word: u64) -> Option<NodeIx> {
        if word & 3 != 1 || word == self.empty {
            return None;
        }
        match self.phase {
            Phase::Graph => match self.memory.node(word - 1) {
                Some(node) => Some(NodeIx(node)),
                None => self.meet(word),
            },
            Phase::Meet => {
                let Self { open, memory, maps, types, .. } = self;
                open.meet(memory, maps, types, word - 1).then_some(NodeIx(0))
            }
            Phase::Link { .. } => self.open.number(&self.memory, word - 1),
        }
    }

    /// The node of what was not met before.
    fn meet(&mut self, word: u64) -> Option<NodeIx> {
        let object = word - 1;
        let Known { map, number, bytes } = self.known(object)?;
        let (kind, name) = self.node(map, number, object);
        let node = self.graph.node(kind, name, bytes + self.outside(number, object));
        self.objects.push(object);
        self.memory.set_node(object, node.0);
        Some(node)
    }

    /// Counts an object that is met; `None` where there is none, or none that a snapshot has.
    pub(super) fn known(&mut self, object: u64) -> Option<Known> {
        let at = self.maps.of(&self.memory, self.types, object)?;
        let map = &self.maps.list[at as usize];
        let number = map.instance_type;
        if self.types.get(number).role == Role::Hole {
            return None;
        }
        let bytes = size(&self.memory, self.metadata, self.types, map, object);
        if number == self.types.fixed_array && bytes == Some(16) {
            self.empty = object + 1;
            return None;
        }
        let known = bytes.filter(|&bytes| bytes >= 8 && self.memory.can_read_all(object, bytes));
        let Some(bytes) = known else {
            self.totals.unknown += 1;
            self.totals.unknown_type = number;
            return None;
        };
        let map = &mut self.maps.list[at as usize];
        match map.count {
            0 => map.sample = object,
            nth @ 1..=2 if !map.is_certain => map.next[nth as usize - 1] = object,
            _ => {}
        }
        map.count += 1;
        self.totals.objects += 1;
        self.totals.bytes += bytes;
        map.bytes += bytes;
        Some(Known { map: at, number, bytes })
    }

    fn describe(&mut self, at: usize) {
        let object = self.objects[at];
        if object == 0 {
            self.describe_root(at);
        } else {
            self.describe_object_at(NodeIx(at as u32), object);
        }
    }
}
