//! JavaScript's objects: what each kind of them holds besides its properties.

use super::links::Done;
use super::maps::Map;
use super::shared::type_of;
use super::types::Role;
use super::walk::{Phase, Walk};
use leakguard_core::graph::{EdgeKind, NodeIx, NodeKind};

/// What a buffer's bytes are called.
pub const BUFFER: &str = "system / JSArrayBufferData";

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
                self.field(object, "shared", self.metadata.function_shared, done);
                self.field(object, "context", self.metadata.function_context, done);
                self.field(object, "feedback_cell", self.metadata.function_feedback, done);
                self.describe_prototype(object, map, done);
                self.place_by(node, Some(object + 1));
            }
            Role::Bound => {
                self.field(object, "bound_function", 24, done);
                self.field(object, "bound_this", 32, done);
                self.field(object, "bindings", 40, done);
            }
            Role::View => self.field_of_type(object, "buffer", bytes, self.types.js_array_buffer, done),
            Role::Buffer => {
                done.put(self.metadata.buffer_length);
                done.put(self.metadata.buffer_length + 8);
                self.describe_buffer(object);
            }
            Role::Collection => self.field(object, "table", 24, done),
            Role::Promise => self.field(object, "reactions_or_result", 24, done),
            Role::Generator => {
                self.field(object, "function", 24, done);
                self.place_by(node, self.memory.word(object + 24));
                self.field(object, "context", 32, done);
                self.field(object, "receiver", 40, done);
                self.field(object, "parameters_and_registers", 72, done);
            }
            Role::WeakRef => done.put(24),
            Role::Global | Role::GlobalProxy => self.describe_global(object, bytes, done),
            _ => {}
        }
        self.field(object, "properties", 8, done);
        self.field(object, "elements", 16, done);
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

    /// What instances of a function inherit from: directly, or through the map that they begin with.
    pub(super) fn describe_prototype(&mut self, object: u64, map: u32, done: &mut Done) {
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
