//! What is known of all objects together before they are folded: what each is, where scripts and modules are. One pass over the objects by
//! address, which also sees whether they overlap.

use super::check;
use super::land::Kind;
use super::owners::Owners;
use super::shared::type_of;
use super::size::size;
use super::text;
use super::types::Role;
use super::walk::{SYNTHETIC, Walk};
use leakguard_core::Limits;
use leakguard_core::graph::{Edge, NodeIx, NodeKind};
use rustc_hash::FxHashMap;

/// What was seen of the objects.
#[derive(Default)]
pub struct Survey {
    /// By node, half a byte: a [`Kind`], and whether it is a key in a `WeakMap`.
    codes: Vec<u8>,
    /// Whose storage is whose, as far as links were asked for.
    pub owners: Owners,
    /// A closure of each script.
    pub scripts: FxHashMap<u32, u64>,
    /// V8's records of ES modules.
    pub records: Vec<u64>,
    /// By map, how many objects are hidden though others of it are not, and their bytes: symbols of V8's and its embedder.
    pub hidden: FxHashMap<u32, (u64, u64)>,
    /// By map and `SharedFunctionInfo`, how many generators there are, and their bytes.
    pub generators: FxHashMap<(u32, u64), (u64, u64)>,
    /// By map: bytes outside of the heap.
    pub outside: FxHashMap<u32, u64>,
}

const IS_KEY: u8 = 8;

impl Survey {
    /// Passes over all objects that were met. They must not overlap.
    ///
    /// # Errors
    /// A sentence: they do, or are too many.
    pub fn of(walk: &mut Walk, limits: &Limits) -> Result<Self, String> {
        let objects = walk.open.numbers.count();
        let nodes = u64::from(objects) + u64::from(SYNTHETIC) + walk.lengths.len() as u64;
        if nodes > limits.max_nodes.min(Edge::MAX_NODES - 1) {
            return Err("more nodes than option limits.maxNodes allows".to_owned());
        }
        let mut survey = Self { codes: vec![0; nodes.div_ceil(2) as usize], ..Self::default() };
        survey.owners = Owners::new(nodes as usize);
        let numbers = std::mem::take(&mut walk.open.numbers);
        let (mut node, mut at) = (SYNTHETIC, (0, 0));
        let (mut end, mut last, mut overlaps, mut odd) = (0, 0, 0, 0);
        while let Some(object) = numbers.next(&walk.memory, &mut at) {
            if object < end {
                overlaps += 1;
                odd = type_of(&walk.memory, last).unwrap_or(0);
            }
            last = object;
            if let Some(map) = walk.maps.of(&walk.memory, walk.types, object) {
                end = object + survey.see(walk, node, object, map);
            }
            node += 1;
        }
        check::overlaps(overlaps, walk.totals.objects, odd)?;
        walk.open.numbers = numbers;
        for at in node..nodes as u32 {
            survey.put(at, Kind::new(NodeKind::NATIVE, true));
        }
        survey.owners.begin();
        Ok(survey)
    }

    /// Looks at one object, and answers its bytes.
    fn see(&mut self, walk: &mut Walk, node: u32, object: u64, at: u32) -> u64 {
        let map = &walk.maps.list[at as usize];
        let (number, bytes) = (map.instance_type, size(&walk.memory, walk.metadata, walk.types, map, object));
        let bytes = bytes.unwrap_or(0);
        let kind = walk.kind(number, object);
        let role = walk.types.get(number).role;
        if role == Role::Symbol && kind == NodeKind::HIDDEN {
            let hidden = self.hidden.entry(at).or_default();
            *hidden = (hidden.0 + 1, hidden.1 + bytes);
        }
        if role == Role::Generator {
            let generators = self.generators.entry((at, walk.generated(object))).or_default();
            *generators = (generators.0 + 1, generators.1 + bytes);
        }
        let outside = walk.outside(number, object);
        if outside > 0 {
            *self.outside.entry(at).or_default() += outside;
        }
        if Some(number) == walk.types.module_record {
            self.records.push(object);
        }
        if role == Role::Function
            && let Some(place) = walk.function(object).place
        {
            self.scripts.entry(place.script).or_insert(object);
        }
        let is_leaf = if number < text::FIRST_OTHER {
            !matches!(text::form(number), Some(text::Form::Cons | text::Form::Sliced | text::Form::Thin))
        } else {
            matches!(role, Role::Raw | Role::BigInt | Role::Number | Role::Hole)
        };
        self.put(node, Kind::new(kind, is_leaf));
        if matches!(kind, NodeKind::HIDDEN | NodeKind::ARRAY) {
            self.owners.put(node);
        }
        bytes
    }

    fn put(&mut self, node: u32, Kind(code): Kind) {
        self.codes[node as usize / 2] |= code << (node % 2 * 4);
    }

    #[inline]
    fn code(&self, node: NodeIx) -> u8 {
        self.codes[node.0 as usize / 2] >> (node.0 % 2 * 4) & 15
    }

    /// What the node is to a fold.
    #[inline]
    pub fn kind(&self, node: NodeIx) -> Kind {
        Kind(self.code(node) & (IS_KEY - 1))
    }

    /// Says that the node is a key in a `WeakMap`.
    pub fn put_key(&mut self, node: NodeIx) {
        self.put(node.0, Kind(IS_KEY));
    }

    /// Is it one?
    #[inline]
    pub fn is_key(&self, node: NodeIx) -> bool {
        self.code(node) & IS_KEY != 0
    }
}
