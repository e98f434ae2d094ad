//! V8's heap as a fold reads it: where it lies. Nothing of it is copied but what tells objects' numbers and what they are: 1 bit and some a
//! word, half a byte an object.

use super::maps::Map;
use super::marks::Cursor;
use super::object::BUFFER;
use super::shared::type_of;
use super::survey::Survey;
use super::text;
use super::types::Role;
use super::walk::{PARTS, SYNTHETIC, Walk};
use leakguard_core::analysis::{Class, Sorter, extra_of};
use leakguard_core::graph::{NodeIx, NodeKind, Place};
use rustc_hash::FxHashMap;

/// Nodes whose addresses were asked for last, a power of two.
const LATE: usize = 256;
const NONE: u32 = u32::MAX;

/// What a node is to a fold, in three bits: what a step to it costs or that it is a closure, and whether it leads nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kind(pub u8);

impl Kind {
    const CLOSURE: u8 = 3;

    /// By what a snapshot says it is.
    pub fn new(kind: NodeKind, is_leaf: bool) -> Self {
        let cost = match extra_of(kind, || &[]) {
            _ if kind == NodeKind::CLOSURE => Self::CLOSURE,
            0 => 0,
            6 => 1,
            _ => 2,
        };
        Self(cost << 1 | u8::from(is_leaf))
    }

    #[inline]
    pub(super) fn extra(self) -> u32 {
        [0, 6, 24, 0][usize::from(self.0 >> 1 & 3)]
    }

    /// Is it a function?
    #[inline]
    pub fn is_closure(self) -> bool {
        self.0 >> 1 & 3 == Self::CLOSURE
    }

    /// Has it no links?
    #[inline]
    pub fn is_leaf(self) -> bool {
        self.0 & 1 == 1
    }
}

/// What all objects of a map have in common.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub kind: NodeKind,
    pub name: u32,
    pub class: u32,
    pub place: Option<Place>,
}

/// The heap, when all objects were met and their classes named.
pub struct Land {
    pub(super) walk: Walk<'static>,
    pub(super) survey: Survey,
    pub(super) shapes: Vec<Shape>,
    pub(super) classes: Vec<Class>,
    /// By map and function: generators are told apart by it.
    pub(super) generators: FxHashMap<(u32, u64), u32>,
    pub(super) hidden_class: u32,
    pub(super) synthetic: [(u32, u32); SYNTHETIC as usize],
    pub(super) buffer: (u32, u32),
    pub(super) total: u64,
    /// Keys of `WeakMap`s with their values, sorted.
    pub(super) pairs: Vec<(NodeIx, NodeIx)>,
    pub(super) processes: Vec<NodeIx>,
    /// By cell: the record of the ES module that exports what is in it, and the name.
    pub(super) exports: FxHashMap<NodeIx, (NodeIx, String)>,
    late: Box<[(u32, u64)]>,
    cursor: Cursor,
}

impl Land {
    /// What was met, with the names of classes by map. The rest is found out before the fold.
    pub fn new(walk: Walk<'static>, survey: Survey, names: &[(u32, Option<Place>)]) -> Self {
        let mut land = Self {
            walk,
            survey,
            shapes: Vec::new(),
            classes: Vec::new(),
            generators: FxHashMap::default(),
            hidden_class: 0,
            synthetic: [(0, 0); SYNTHETIC as usize],
            buffer: (0, 0),
            total: 0,
            pairs: Vec::new(),
            processes: Vec::new(),
            exports: FxHashMap::default(),
            late: vec![(NONE, 0); LATE].into_boxed_slice(),
            cursor: Cursor::default(),
        };
        land.sort(names);
        land
    }

    /// How many objects there are of a class.
    pub fn count(&self, class: &str) -> u64 {
        let texts = self.walk.graph.texts();
        let is_it = |shape: &Shape| shape.kind == NodeKind::OBJECT && texts.raw(shape.name) == class.as_bytes();
        let maps = self.walk.maps.list.iter().zip(&self.shapes);
        maps.filter(|(_, shape)| is_it(shape)).map(|(map, _)| map.count).sum()
    }

    /// Sorts all objects into classes, by map.
    fn sort(&mut self, names: &[(u32, Option<Place>)]) {
        let Self { walk, survey, .. } = self;
        let mut sorter = Sorter::default();
        for (at, name) in ["", "(GC roots)"].iter().chain(&PARTS).enumerate() {
            let name = walk.graph.text(name.as_bytes());
            let class = sorter.class(walk.graph.texts(), NodeKind::SYNTHETIC, name, None);
            self.synthetic[at] = (name, class);
        }
        let name = walk.graph.text(BUFFER.as_bytes());
        self.buffer = (name, sorter.class(walk.graph.texts(), NodeKind::NATIVE, name, None));
        let lengths = walk.lengths.iter().fold(0u64, |sum, &length| sum.saturating_add(length));
        sorter.count(self.buffer.1, walk.lengths.len() as u64, lengths);
        self.hidden_class = sorter.class(walk.graph.texts(), NodeKind::HIDDEN, name, None);
        let mut total = lengths;
        // A generator function that is made anew has a map of its own for what it makes.
        let mut generators: Vec<_> = survey.generators.iter().map(|(&made, &sums)| (made, sums)).collect();
        generators.sort_unstable();
        let mut generators = generators.into_iter().peekable();
        for (at, &named) in (0..).zip(names) {
            let Map { instance_type: number, count, bytes, sample, .. } = walk.maps.list[at as usize];
            let bytes = bytes + survey.outside.get(&at).copied().unwrap_or(0);
            total = total.saturating_add(bytes);
            // Of a symbol's map, whether it is hidden is up to each.
            let role = walk.types.get(number).role;
            let kind = if role == Role::Symbol { NodeKind::SYMBOL } else { walk.kind(number, sample) };
            let (name, place) = walk.common_name(number, named);
            let class = sorter.class(walk.graph.texts(), kind, name, place);
            let (hidden, hidden_bytes) = survey.hidden.get(&at).copied().unwrap_or_default();
            sorter.count(self.hidden_class, hidden, hidden_bytes);
            if role == Role::Generator {
                while let Some(((map, shared), (count, bytes))) = generators.next_if(|&((map, _), _)| map == at) {
                    let place = walk.function_of(shared).and_then(|function| function.place).or(place);
                    let class = sorter.class(walk.graph.texts(), kind, name, place);
                    sorter.count(class, count, bytes);
                    self.generators.insert((map, shared), class);
                }
            } else {
                sorter.count(class, count - hidden, bytes - hidden_bytes);
            }
            self.shapes.push(Shape { kind, name, class, place });
            if kind == NodeKind::OBJECT && walk.graph.texts().raw(name) == b"process" {
                self.processes.extend(walk.open.number(&walk.memory, sample));
            }
        }
        self.total = total;
        self.classes = sorter.rows();
    }

    /// The object's address; `None` for what is none.
    #[inline]
    pub(super) fn object(&mut self, node: NodeIx) -> Option<u64> {
        let late = &mut self.late[node.0 as usize % LATE];
        if late.0 == node.0 {
            return Some(late.1);
        }
        let number = node.0.checked_sub(SYNTHETIC).filter(|&number| number < self.walk.open.numbers.count())?;
        *late = (node.0, self.walk.open.numbers.address(&self.walk.memory, number, &mut self.cursor));
        Some(late.1)
    }

    /// What the objects of a map are. One that V8 made while it was asked for names has none of its own.
    pub(super) fn shape(&self, map: u32, object: u64) -> Shape {
        let of_map = self.shapes.get(map as usize).copied();
        of_map.unwrap_or_else(|| {
            let kind = self.walk.kind(self.walk.maps.list[map as usize].instance_type, object);
            Shape { kind, name: self.synthetic[0].0, class: self.hidden_class, place: None }
        })
    }

    /// What the object is, and its class, where its map says `shape` or it says so itself.
    #[inline]
    pub(super) fn sort_of(&self, at: u32, shape: Shape, object: u64) -> (NodeKind, u32) {
        let number = self.walk.maps.list[at as usize].instance_type;
        match self.walk.types.get(number).role {
            _ if number < text::FIRST_OTHER => (shape.kind, shape.class),
            Role::Symbol if self.walk.kind(number, object) == NodeKind::HIDDEN => (NodeKind::HIDDEN, self.hidden_class),
            Role::Generator => {
                let shared = self.walk.generated(object);
                (shape.kind, self.generators.get(&(at, shared)).copied().unwrap_or(shape.class))
            }
            _ => (shape.kind, shape.class),
        }
    }

    /// The class of an object; `None` for what is none.
    pub(super) fn class(&mut self, node: NodeIx) -> Option<u32> {
        let object = self.object(node)?;
        let at = self.map(object)?;
        Some(self.sort_of(at, self.shape(at, object), object).1)
    }

    pub(super) fn map(&mut self, object: u64) -> Option<u32> {
        self.walk.maps.of(&self.walk.memory, self.walk.types, object)
    }

    pub(super) fn role(&self, object: u64) -> Option<Role> {
        let number = type_of(&self.walk.memory, object)?;
        Some(self.walk.types.get(number).role)
    }

    /// What a slot of an object leads to.
    pub(super) fn slot(&self, object: u64, offset: u64) -> Option<u64> {
        self.walk.memory.word(object + offset).filter(|word| word & 3 == 1).map(|word| word - 1)
    }

    /// How many values a collection has: as many as there are places up to an array's length, or the entries of a table. Those of an object by
    /// numbers are only known where they are a table.
    pub(super) fn values(&self, number: u16, object: u64) -> u64 {
        const ELEMENTS: u64 = 16;
        const LENGTH: u64 = 24;
        const TABLE: u64 = 24;
        /// Of the elements, and of a table, behind its map and length.
        const PLACES: u64 = 8;
        const COUNT: u64 = 16;
        let (memory, types) = (&self.walk.memory, self.walk.types);
        let elements = || self.slot(object, ELEMENTS);
        let entries = |elements: u64| {
            let is_table = type_of(memory, elements) == Some(types.number_dictionary);
            is_table.then(|| memory.small(elements + COUNT)).flatten()
        };
        let count = match types.get(number).role {
            _ if number == types.js_array => elements().and_then(|elements| {
                // The length of one that is a table is one more than the largest place.
                let places = || Some(memory.small(object + LENGTH)?.min(memory.small(elements + PLACES)?));
                entries(elements).or_else(places)
            }),
            // Those of weak ones may be dead.
            Role::Collection => self
                .slot(object, TABLE)
                .filter(|&table| self.role(table) != Some(Role::Ephemerons))
                .and_then(|table| memory.small(table + COUNT)),
            Role::Object => elements().and_then(entries),
            _ => None,
        };
        count.unwrap_or(0)
    }

    #[inline]
    pub(super) fn role_by_map(&mut self, object: u64) -> Option<Role> {
        let map = self.map(object)?;
        Some(self.walk.types.get(self.walk.maps.list[map as usize].instance_type).role)
    }
}
