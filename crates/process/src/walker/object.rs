//! JavaScript's objects: what each kind of them holds besides its properties.

use super::links::Done;
use super::maps::Map;
use super::memory::Memory;
use super::metadata::Metadata;
use super::shared::type_of;
use super::types::Role;
use super::walk::{Phase, Walk};
use leakguard_core::graph::{EdgeKind, NodeIx, NodeKind};

/// What a buffer's bytes are called.
pub const BUFFER: &str = "system / JSArrayBufferData";

/// The words of an object with this role that V8 has names for, beside properties: names and offsets.
pub fn fields(metadata: &Metadata, role: Role) -> impl Iterator<Item = (&'static str, u64)> + use<> {
    let own = match role {
        Role::Function => [
            Some(("shared", metadata.function_shared)),
            Some(("context", metadata.function_context)),
            Some(("feedback_cell", metadata.function_feedback)),
            None,
        ],
        Role::Bound => [Some(("bound_function", 24)), Some(("bound_this", 32)), Some(("bindings", 40)), None],
        Role::Collection => [Some(("table", 24)), None, None, None],
        Role::Promise => [Some(("reactions_or_result", 24)), None, None, None],
        Role::Generator => [
            Some(("function", 24)),
            Some(("context", 32)),
            Some(("receiver", 40)),
            Some(("parameters_and_registers", 72)),
        ],
        _ => [None; 4],
    };
    own.into_iter().flatten().chain([("properties", 8), ("elements", 16)])
}

/// Have the functions of the map at this address a word for what their instances inherit from?
pub fn has_prototype(memory: &Memory, map: u64) -> bool {
    const HAS_PROTOTYPE: u8 = 1 << 7;
    memory.byte(map + 14).is_some_and(|flags| flags & HAS_PROTOTYPE != 0)
}

impl Walk<'_> {
    pub(super) fn describe_object(
        &mut self,
        node: NodeIx,
        object: u64,
        map: u32,
        bytes: u64,
        role: Role,
        done: &mut Done,
    ) {
        self.describe_properties(object, map, done);
        self.describe_elements(object, map);
        let Map { prototype, address, .. } = self.maps.list[map as usize];
        if let Some(known) = prototype {
            self.link_to(EdgeKind::Property, "__proto__", known);
        } else {
            let word = self.memory.word(address + 24);
            self.maps.list[map as usize].prototype =
                word.and_then(|word| self.link(EdgeKind::Property, "__proto__", word));
        }
        match role {
            Role::Function => {
                if has_prototype(&self.memory, address) {
                    done.put(self.metadata.function_prototype);
                    self.describe_prototype(object);
                }
                self.place_by(node, Some(object + 1));
            }
            Role::View => self.field_of_type(object, "buffer", bytes, self.types.js_array_buffer, done),
            Role::Buffer => {
                done.put(self.metadata.buffer_length);
                done.put(self.metadata.buffer_length + 8);
                self.describe_buffer(object);
            }
            Role::Generator => self.place_by(node, self.memory.word(object + 24)),
            Role::WeakRef => done.put(24),
            Role::Global | Role::GlobalProxy => self.describe_global(object, bytes, done),
            _ => {}
        }
        for (name, offset) in fields(self.metadata, role) {
            self.field(object, name, offset, done);
        }
    }

    /// The node's place is where this function is written.
    fn place_by(&mut self, node: NodeIx, function: Option<u64>) {
        let is_function = |object: &u64| {
            type_of(&self.memory, *object).is_some_and(|number| self.types.get(number).role == Role::Function)
        };
        if self.phase != Phase::Graph {
            return;
        }
        let Some(function) = function.and_then(|word| word.checked_sub(1)).filter(is_function) else { return };
        let Self { memory, metadata, types, texts, graph, functions, .. } = self;
        if let Some(place) = functions.of(memory, metadata, types, texts, graph, function).place {
            graph.place(node, place);
        }
    }

    /// What instances of a function inherit from: directly, or through the map that they begin with. There is a word for it.
    pub(super) fn describe_prototype(&mut self, object: u64) {
        let slot = self.metadata.function_prototype;
        let Some(word) = self.memory.word(object + slot).filter(|word| word & 3 == 1) else { return };
        let number =
            self.maps.of(&self.memory, self.types, word - 1).map(|at| self.maps.list[at as usize].instance_type);
        if number == Some(self.types.map) {
            self.link(EdgeKind::Internal, "initial_map", word);
            if let Some(prototype) = self.memory.word(word - 1 + 24) {
                self.link(EdgeKind::Property, "prototype", prototype);
            }
        } else if number.is_some_and(|number| self.types.is_object(number)) {
            self.link(EdgeKind::Property, "prototype", word);
        } else if let Some(node) = self.reach(word) {
            self.put(EdgeKind::Hidden, (slot / 8) as u32, node);
        }
    }

    pub(super) fn describe_buffer(&mut self, object: u64) {
        let length = self.memory.word(object + self.metadata.buffer_length).unwrap_or(0);
        let data = self.memory.word(object + self.metadata.buffer_data).unwrap_or(0);
        if data == 0 || length == 0 {
            return;
        }
        let node = if let Some(&node) = self.buffers.get(&data) {
            node
        } else {
            let node = if self.phase == Phase::Graph {
                let name = self.texts.known(&mut self.graph, BUFFER);
                self.objects.push(0);
                self.graph.node(NodeKind::NATIVE, name, length)
            } else {
                // Its number follows when all are known.
                self.lengths.push(length);
                NodeIx(self.lengths.len() as u32 - 1)
            };
            self.buffers.insert(data, node);
            node
        };
        self.link_to(EdgeKind::Internal, "backing_store", node);
    }
}
