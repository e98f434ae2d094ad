//! The walk: from the roots along every link that keeps an object alive, each object once, in the order they are met.
//!
//! What V8's snapshot calls a link by is what this calls it by, where the analysis or a person reads it; the others are
//! numbered. A link whose target is no object is no link.

use super::maps::{Maps, Place as Where};
use super::memory::Memory;
use super::metadata::{Line, Metadata};
use super::roots::Roots;
use super::shared::Functions;
use super::size::size;
use super::texts::Texts;
use super::types::{Role, Types};
use super::{scope::Scope, text};
use leakguard_core::graph::{EdgeKind, GraphBuilder, NodeIx, NodeKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// The flag of a symbol that only V8 and its embedder know.
const IS_PRIVATE: u32 = 1;
/// Stands before the number of a map where a name is not known yet: V8 is asked when the walk is over.
pub const BY_MAP: u32 = 1 << 31;
/// Weak tables are looked through so often at most for values whose keys were met meanwhile.
const ROUNDS: usize = 1 << 10;

/// Synthetic nodes, in order: the root, what is directly below it, and its parts.
const ROOT: NodeIx = NodeIx(0);
const PARTS: [&str; 5] =
    ["(Strong root list)", "(Handle scope)", "(Global handles)", "(Eternal handles)", "(Stack roots)"];

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

/// An entry of a WeakMap.
pub struct Pair {
    pub table: NodeIx,
    pub key: NodeIx,
    pub value: NodeIx,
}

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
    buffers: FxHashMap<u64, NodeIx>,
    oddballs: FxHashSet<u64>,
    tables: Vec<(NodeIx, u64)>,
    globals: Vec<NodeIx>,
    roots: [Vec<u64>; 5],
}

/// Words of an object that have been seen to; objects with names for their words have fewer than 256.
#[derive(Default)]
struct Done([u64; 4]);

impl Done {
    fn put(&mut self, offset: u64) {
        let at = offset / 8;
        self.0[(at / 64) as usize & 3] |= 1 << (at % 64);
    }

    fn has(&self, at: u64) -> bool {
        at < 256 && self.0[(at / 64) as usize] >> (at % 64) & 1 == 1
    }
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
            buffers: FxHashMap::default(),
            oddballs: FxHashSet::default(),
            tables: Vec::new(),
            globals: Vec::new(),
            roots: [roots.tables, roots.handles, roots.globals, roots.eternals, roots.stack],
        };
        for name in ["", "(GC roots)"].iter().chain(&PARTS) {
            let name = walk.graph.text(name.as_bytes());
            walk.graph.node(NodeKind::SYNTHETIC, name, 0);
            walk.objects.push(0);
        }
        walk
    }

    /// Walks to the end.
    ///
    /// # Errors
    /// Where the graph has no room.
    pub fn run(&mut self) -> Result<(), String> {
        let mut at = 0;
        let mut done = 0;
        for _ in 0..ROUNDS {
            while at < self.objects.len() {
                self.describe(at);
                self.graph.described();
                if let Some(full) = self.graph.full() {
                    return Err(full.to_owned());
                }
                at += 1;
            }
            self.follow_keys(&mut done);
            if at == self.objects.len() {
                break;
            }
        }
        self.graph.late(ROOT, EdgeKind::Element, 1, NodeIx(1));
        for (at, global) in std::mem::take(&mut self.globals).into_iter().enumerate() {
            let name = self.graph.text((at + 1).to_string().as_bytes());
            self.graph.late(ROOT, EdgeKind::Shortcut, name, global);
        }
        Ok(())
    }

    /// The node of what a tagged word leads to, which is met now if it was not before.
    fn reach(&mut self, word: u64) -> Option<NodeIx> {
        if word & 3 != 1 {
            return None;
        }
        let object = word - 1;
        if let Some(node) = self.memory.node(object) {
            return Some(NodeIx(node));
        }
        let at = self.maps.of(&self.memory, self.types, object)?;
        let map = &self.maps.list[at as usize];
        let number = map.instance_type;
        if self.types.get(number).role == Role::Hole {
            return None;
        }
        let bytes = size(&self.memory, self.metadata, self.types, map, object);
        let known = bytes.filter(|&bytes| bytes >= 8 && self.memory.can_read_all(object, bytes));
        let Some(bytes) = known else {
            self.totals.unknown += 1;
            self.totals.unknown_type = number;
            return None;
        };
        let map = &mut self.maps.list[at as usize];
        if map.count == 0 {
            map.sample = object;
        }
        map.count += 1;
        self.totals.objects += 1;
        self.totals.bytes += bytes;
        let (kind, name) = self.node(at, number, object);
        let node = self.graph.node(kind, name, bytes + self.outside(number, object));
        self.objects.push(object);
        self.memory.set_node(object, node.0);
        Some(node)
    }

    /// The same, of any object.
    pub fn outside_of(&self, object: u64) -> u64 {
        super::shared::type_of(&self.memory, object).map_or(0, |number| self.outside(number, object))
    }

    /// Bytes outside of the heap that a snapshot counts as the object's: an external string's, since V8 13.
    fn outside(&self, number: u16, object: u64) -> u64 {
        let is_external = number < text::FIRST_OTHER && text::form(number) == Some(text::Form::External);
        if !is_external || self.metadata.line < Line::V13 {
            return 0;
        }
        let width = if text::is_one_byte(number) { 1 } else { 2 };
        self.memory.half(object + 12).map_or(0, |length| width * u64::from(length))
    }

    /// What a snapshot says of an object.
    fn node(&mut self, map: u32, number: u16, object: u64) -> (NodeKind, u32) {
        if number < text::FIRST_OTHER {
            return match text::form(number) {
                Some(text::Form::Cons) => {
                    (NodeKind::CONS_STRING, self.texts.known(&mut self.graph, "(concatenated string)"))
                }
                Some(text::Form::Sliced) => {
                    (NodeKind::SLICED_STRING, self.texts.known(&mut self.graph, "(sliced string)"))
                }
                _ => (NodeKind::STRING, self.texts.of_string(&self.memory, &mut self.graph, object)),
            };
        }
        let of_type = self.types.get(number);
        let (role, name) = (of_type.role, of_type.name);
        let mut kind = of_type.kind;
        if role == Role::Symbol && self.memory.half(object + 12).is_some_and(|flags| flags & IS_PRIVATE != 0) {
            kind = NodeKind::HIDDEN;
        }
        let name = match role {
            Role::Function => {
                self.functions
                    .of(&self.memory, self.metadata, self.types, &mut self.texts, &mut self.graph, object)
                    .name
            }
            Role::Shared => {
                self.functions
                    .of_shared(&self.memory, self.metadata, self.types, &mut self.texts, &mut self.graph, object)
                    .name
            }
            Role::Bound => self.texts.known(&mut self.graph, "native_bind"),
            Role::RegExp => self.texts.at(&self.memory, &mut self.graph, object + 32),
            Role::Script => self.texts.at(&self.memory, &mut self.graph, object + 16),
            Role::Symbol => self.texts.known(&mut self.graph, "symbol"),
            Role::BigInt => self.texts.known(&mut self.graph, "bigint"),
            Role::Number => self.texts.known(&mut self.graph, "heap number"),
            Role::Array => self.texts.known(&mut self.graph, ""),
            _ if self.types.is_object(number) => BY_MAP | map,
            _ => self.texts.system(&mut self.graph, name),
        };
        (kind, name)
    }

    fn describe(&mut self, at: usize) {
        let object = self.objects[at];
        if object == 0 {
            self.describe_root(at);
            return;
        }
        let node = NodeIx(at as u32);
        let Some(map_at) = self.maps.of(&self.memory, self.types, object) else { return };
        let map = &self.maps.list[map_at as usize];
        let (number, map_word) = (map.instance_type, map.address + 1);
        let Some(bytes) = size(&self.memory, self.metadata, self.types, map, object) else { return };
        self.link(EdgeKind::Internal, "map", map_word);
        if number < text::FIRST_OTHER {
            self.describe_string(number, object);
            return;
        }
        let mut done = Done::default();
        match self.types.get(number).role {
            Role::Raw | Role::BigInt | Role::Number | Role::Hole => return,
            Role::Bytecode => return self.rest(object, self.metadata.bytecode_header / 8 * 8, &done),
            Role::Instructions => return self.rest(object, self.metadata.stream_header, &done),
            Role::Array => return self.describe_array(object, bytes),
            Role::Ephemerons => {
                self.tables.push((node, object));
                return;
            }
            Role::Context | Role::NativeContext => return self.describe_context(object, bytes, number),
            Role::Plain => {}
            Role::Oddball => {
                self.oddballs.insert(object + 1);
            }
            Role::Weak(offsets) => offsets.iter().for_each(|&offset| done.put(offset)),
            Role::Symbol => self.field(object, "name", 16, &mut done),
            Role::Map => {
                self.field(object, "prototype", 24, &mut done);
                self.field(object, "constructor", 32, &mut done);
                self.field(object, "descriptors", 40, &mut done);
                self.field(object, "dependent_code", 48, &mut done);
            }
            Role::Script => {
                self.field(object, "source", 8, &mut done);
                self.field(object, "name", 16, &mut done);
            }
            Role::Shared => {
                self.field(object, "name_or_scope_info", self.metadata.shared_name, &mut done);
                self.field(object, "script", self.metadata.shared_script, &mut done);
            }
            Role::Proxy => {
                self.field(object, "target", 16, &mut done);
                self.field(object, "handler", 24, &mut done);
            }
            role => self.describe_object(node, object, map_at, role, &mut done),
        }
        self.rest(object, bytes, &done);
    }

    fn describe_root(&mut self, at: usize) {
        if at == 1 {
            for part in 0..PARTS.len() as u32 {
                self.graph.edge(EdgeKind::Element, part + 1, NodeIx(part + 2));
            }
        } else if let Some(words) = at.checked_sub(2).and_then(|at| self.roots.get_mut(at)) {
            for (at, word) in std::mem::take(words).into_iter().enumerate() {
                if let Some(node) = self.reach(word) {
                    self.graph.edge(EdgeKind::Element, at as u32, node);
                }
            }
        }
    }

    /// A link with a name of V8's.
    fn link(&mut self, kind: EdgeKind, name: &'static str, word: u64) {
        if let Some(node) = self.reach(word) {
            let name = self.texts.known(&mut self.graph, name);
            self.graph.edge(kind, name, node);
        }
    }

    /// The link at this offset, by its name.
    fn field(&mut self, object: u64, name: &'static str, offset: u64, done: &mut Done) {
        done.put(offset);
        if let Some(word) = self.memory.word(object + offset) {
            self.link(EdgeKind::Internal, name, word);
        }
    }

    /// A link named by an object of the heap.
    fn named(&mut self, kind: EdgeKind, name: u64, word: u64) {
        if let Some(node) = self.reach(word) {
            let name = self.texts.of_name(&self.memory, self.types, &mut self.maps, &mut self.graph, name);
            self.graph.edge(kind, name, node);
        }
    }

    /// All links that were not seen to.
    fn rest(&mut self, object: u64, bytes: u64, done: &Done) {
        for at in 1..bytes / 8 {
            if done.has(at) {
                continue;
            }
            let Some(word) = self.memory.word(object + 8 * at) else { return };
            if let Some(node) = self.reach(word) {
                self.graph.edge(EdgeKind::Hidden, at as u32, node);
            }
        }
    }

    fn describe_string(&mut self, number: u16, object: u64) {
        let mut done = Done::default();
        match text::form(number) {
            Some(text::Form::Cons) => {
                self.field(object, "first", 16, &mut done);
                self.field(object, "second", 24, &mut done);
            }
            Some(text::Form::Sliced) => self.field(object, "parent", 16, &mut done),
            Some(text::Form::Thin) => self.field(object, "actual", 16, &mut done),
            _ => {}
        }
    }

    fn describe_array(&mut self, object: u64, bytes: u64) {
        for at in 0..(bytes - 16) / 8 {
            let Some(word) = self.memory.word(object + 16 + 8 * at) else { return };
            if word & 3 != 1 || self.oddballs.contains(&word) {
                continue;
            }
            if let Some(node) = self.reach(word) {
                let name = self.texts.number(&mut self.graph, at as usize);
                self.graph.edge(EdgeKind::Internal, name, node);
            }
        }
    }

    fn describe_context(&mut self, object: u64, bytes: u64, number: u16) {
        let is_native = self.types.get(number).role == Role::NativeContext;
        let scope_word = self.memory.word(object + 16).unwrap_or(0);
        let is_scope = scope_word & 3 == 1
            && self
                .maps
                .of(&self.memory, self.types, scope_word - 1)
                .is_some_and(|at| self.maps.list[at as usize].instance_type == self.types.scope_info);
        let scope =
            if is_scope && !is_native { Scope::read(&self.memory, self.metadata, scope_word - 1) } else { None };
        for at in 0..(bytes - 16) / 8 {
            let Some(word) = self.memory.word(object + 16 + 8 * at) else { return };
            match at {
                0 => self.link(EdgeKind::Internal, "scope_info", word),
                1 => self.link(EdgeKind::Internal, "previous", word),
                2 if is_native => {
                    self.link(EdgeKind::Internal, "global_object", word);
                    self.meet_global(word);
                }
                _ => {
                    let variable = scope
                        .as_ref()
                        .and_then(|scope| scope.name(&self.memory, at.checked_sub(scope.context_header)?));
                    match variable {
                        Some(name) => self.named(EdgeKind::Context, name, word),
                        // The last is the next native context, which it does not keep alive.
                        None if is_native && at + 1 == (bytes - 16) / 8 => {}
                        None => {
                            if let Some(node) = self.reach(word) {
                                self.graph.edge(EdgeKind::Hidden, at as u32, node);
                            }
                        }
                    }
                }
            }
        }
    }

    fn meet_global(&mut self, word: u64) {
        let Some(node) = self.reach(word) else { return };
        let number =
            self.maps.of(&self.memory, self.types, word - 1).map(|at| self.maps.list[at as usize].instance_type);
        if number == Some(self.types.js_global) && !self.globals.contains(&node) {
            self.globals.push(node);
        }
    }

    fn describe_object(&mut self, node: NodeIx, object: u64, map: u32, role: Role, done: &mut Done) {
        self.describe_properties(object, map, done);
        self.describe_elements(object, map);
        if let Some(prototype) = self.memory.word(self.maps.list[map as usize].address + 24) {
            self.link(EdgeKind::Property, "__proto__", prototype);
        }
        match role {
            Role::Function => {
                self.field(object, "shared", self.metadata.function_shared, done);
                self.field(object, "context", self.metadata.function_context, done);
                self.field(object, "feedback_cell", self.metadata.function_feedback, done);
                self.describe_prototype(object, map, done);
                let known = self.functions.of(
                    &self.memory,
                    self.metadata,
                    self.types,
                    &mut self.texts,
                    &mut self.graph,
                    object,
                );
                if let Some(place) = known.place {
                    self.graph.place(node, place);
                }
            }
            Role::Bound => {
                self.field(object, "bound_function", 24, done);
                self.field(object, "bound_this", 32, done);
                self.field(object, "bindings", 40, done);
            }
            Role::View => self.field(object, "buffer", 24, done),
            Role::Buffer => {
                done.put(self.metadata.buffer_length);
                done.put(self.metadata.buffer_length + 8);
                self.describe_buffer(object);
            }
            Role::Collection => self.field(object, "table", 24, done),
            Role::Promise => self.field(object, "reactions_or_result", 24, done),
            Role::Generator => {
                self.field(object, "function", 24, done);
                self.field(object, "context", 32, done);
                self.field(object, "receiver", 40, done);
                self.field(object, "parameters_and_registers", 72, done);
            }
            Role::WeakRef => done.put(24),
            _ => {}
        }
        self.field(object, "properties", 8, done);
        self.field(object, "elements", 16, done);
    }

    /// What instances of a function inherit from: directly, or through the map that they begin with.
    fn describe_prototype(&mut self, object: u64, map: u32, done: &mut Done) {
        const HAS_PROTOTYPE: u8 = 1 << 7;
        let flags = self.memory.byte(self.maps.list[map as usize].address + 14).unwrap_or(0);
        let slot = self.metadata.function_prototype;
        let Some(word) = self.memory.word(object + slot).filter(|word| flags & HAS_PROTOTYPE != 0 && word & 3 == 1)
        else {
            return;
        };
        let number =
            self.maps.of(&self.memory, self.types, word - 1).map(|at| self.maps.list[at as usize].instance_type);
        if number == Some(self.types.map) {
            self.field(object, "initial_map", slot, done);
            if let Some(prototype) = self.memory.word(word - 1 + 24) {
                self.link(EdgeKind::Property, "prototype", prototype);
            }
        } else if number.is_some_and(|number| self.types.is_object(number)) {
            done.put(slot);
            self.link(EdgeKind::Property, "prototype", word);
        }
    }

    fn describe_properties(&mut self, object: u64, map: u32, done: &mut Done) {
        let Some(word) = self.memory.word(object + 8) else { return };
        let list = if word & 3 == 1 { self.maps.of(&self.memory, self.types, word - 1) } else { None };
        let list_type = list.map(|at| self.maps.list[at as usize].instance_type);
        if self.maps.list[map as usize].is_dictionary {
            let list = word.wrapping_sub(1);
            let Some(length) = self.memory.word(list + 8).map(|length| length >> 32) else { return };
            if list_type == Some(self.types.name_dictionary) {
                for entry in (6..length.saturating_sub(2)).step_by(3) {
                    let (key, value) =
                        (self.memory.word(list + 16 + 8 * entry), self.memory.word(list + 24 + 8 * entry));
                    let (Some(key), Some(value)) = (key, value) else { return };
                    if key & 3 == 1 && !self.oddballs.contains(&key) && value & 3 == 1 {
                        self.named(EdgeKind::Property, key, value);
                    }
                }
            } else if list_type == Some(self.types.global_dictionary) {
                for at in 3..length {
                    let Some(cell) = self.memory.word(list + 16 + 8 * at).filter(|cell| cell & 3 == 1) else {
                        continue;
                    };
                    let found = self.maps.of(&self.memory, self.types, cell - 1);
                    if found.is_none_or(|at| self.maps.list[at as usize].instance_type != self.types.property_cell) {
                        continue;
                    }
                    if let (Some(name), Some(value)) = (self.memory.word(cell + 7), self.memory.word(cell + 23)) {
                        self.named(EdgeKind::Property, name, value);
                    }
                }
            }
            return;
        }
        let outside = if list_type == Some(self.types.property_array) {
            self.memory.word(word + 7).map_or(0, |length| (length >> 32 & 0x3ff) as u32)
        } else {
            0
        };
        for property in self.maps.properties(&self.memory, self.metadata, map).iter() {
            let value = match property.place {
                Where::Inside(offset) => {
                    done.put(u64::from(offset));
                    self.memory.word(object + u64::from(offset))
                }
                Where::Outside(at) if at < outside => self.memory.word(word + 15 + 8 * u64::from(at)),
                Where::Outside(_) => None,
            };
            if let Some(value) = value.filter(|value| value & 3 == 1) {
                self.named(EdgeKind::Property, property.name, value);
            }
        }
    }

    fn describe_elements(&mut self, object: u64, map: u32) {
        let Some(word) = self.memory.word(object + 16).filter(|word| word & 3 == 1) else { return };
        let list = word - 1;
        let Some(at) = self.maps.of(&self.memory, self.types, list) else { return };
        let list_type = self.maps.list[at as usize].instance_type;
        let Some(mut length) = self.memory.word(list + 8).map(|length| length >> 32) else { return };
        if list_type == self.types.fixed_array {
            if self.maps.list[map as usize].instance_type == self.types.js_array {
                length = length.min(self.memory.word(object + 24).map_or(0, |length| length >> 32));
            }
            for at in 0..length {
                let Some(value) = self.memory.word(list + 16 + 8 * at) else { return };
                if value & 3 == 1
                    && !self.oddballs.contains(&value)
                    && let Some(node) = self.reach(value)
                {
                    self.graph.edge(EdgeKind::Element, at as u32, node);
                }
            }
        } else if list_type == self.types.number_dictionary {
            for entry in (4..length.saturating_sub(2)).step_by(3) {
                let (key, value) = (self.memory.word(list + 16 + 8 * entry), self.memory.word(list + 24 + 8 * entry));
                let (Some(key), Some(value)) = (key, value) else { return };
                if key & 1 == 0
                    && value & 3 == 1
                    && let Some(node) = self.reach(value)
                {
                    self.graph.edge(EdgeKind::Element, (key >> 32) as u32, node);
                }
            }
        }
    }

    fn describe_buffer(&mut self, object: u64) {
        let length = self.memory.word(object + self.metadata.buffer_length).unwrap_or(0);
        let data = self.memory.word(object + self.metadata.buffer_data).unwrap_or(0);
        if data == 0 || length == 0 {
            return;
        }
        let node = if let Some(&node) = self.buffers.get(&data) {
            node
        } else {
            let name = self.texts.known(&mut self.graph, "system / JSArrayBufferData");
            let node = self.graph.node(NodeKind::NATIVE, name, length);
            self.objects.push(0);
            self.buffers.insert(data, node);
            node
        };
        let name = self.texts.known(&mut self.graph, "backing_store");
        self.graph.edge(EdgeKind::Internal, name, node);
    }

    /// Meets the values of weak tables whose keys were met. `done`: how many pairs are known already.
    fn follow_keys(&mut self, done: &mut usize) {
        let mut known: FxHashSet<(u32, u32)> =
            self.pairs[..*done].iter().map(|pair| (pair.table.0, pair.key.0)).collect();
        for (table, list) in self.tables.clone() {
            let Some(length) = self.memory.word(list + 8).map(|length| length >> 32) else { continue };
            // Number of elements, of deleted ones, capacity; then keys, each with its value.
            for entry in (3..length.saturating_sub(1)).step_by(2) {
                let (key, value) = (self.memory.word(list + 16 + 8 * entry), self.memory.word(list + 24 + 8 * entry));
                let (Some(key), Some(value)) = (key, value) else { break };
                if key & 3 != 1 || self.oddballs.contains(&key) || value & 3 != 1 {
                    continue;
                }
                let Some(key) = self.memory.node(key - 1).map(NodeIx) else { continue };
                if known.insert((table.0, key.0))
                    && let Some(value) = self.reach(value)
                {
                    self.pairs.push(Pair { table, key, value });
                }
            }
        }
        *done = self.pairs.len();
    }
}
