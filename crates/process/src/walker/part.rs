//! The links of one node, where objects were met and stay where they are; of long lists a part at a time.

use super::maps::Map;
use super::marks::Cursor;
use super::shared::{Function, type_of};
use super::text;
use super::types::Role;
use super::walk::{PART, SYNTHETIC, Walk};
use leakguard_core::graph::{EdgeKind, NodeIx, NodeKind, Place};

impl Walk<'_> {
    /// What a snapshot says the object is.
    pub(super) fn kind(&self, number: u16, object: u64) -> NodeKind {
        if number < text::FIRST_OTHER {
            return match text::form(number) {
                Some(text::Form::Cons) => NodeKind::CONS_STRING,
                Some(text::Form::Sliced) => NodeKind::SLICED_STRING,
                _ => NodeKind::STRING,
            };
        }
        let of_type = self.types.get(number);
        if of_type.role == Role::Symbol && super::texts::is_private(&self.memory, object) {
            return NodeKind::HIDDEN;
        }
        of_type.kind
    }

    /// The function of a closure.
    pub(super) fn function(&mut self, closure: u64) -> Function {
        let Self { memory, metadata, types, texts, graph, functions, .. } = self;
        functions.of(memory, metadata, types, texts, graph, closure)
    }

    /// Describes a node, of long lists the part from a place on: what it links to is in `links`. Is there more?
    pub(super) fn describe_part(&mut self, node: NodeIx, from: &mut u32) -> bool {
        self.links.clear();
        (self.from, self.has_more) = (u64::from(*from), false);
        let objects = self.open.numbers.count();
        if node.0 < SYNTHETIC {
            self.describe_root(node.0 as usize);
            self.describe_late(node);
        } else if node.0 < SYNTHETIC + objects {
            let object = self.open.numbers.address(&self.memory, node.0 - SYNTHETIC, &mut Cursor::default());
            return self.describe_part_of(node, object, from);
        }
        *from += PART as u32;
        self.has_more
    }

    /// The same of the object that is there.
    pub(super) fn describe_part_of(&mut self, node: NodeIx, object: u64, from: &mut u32) -> bool {
        self.links.clear();
        (self.from, self.has_more) = (u64::from(*from), false);
        self.describe_object_at(node, object);
        *from += PART as u32;
        self.has_more
    }

    /// What the root has besides its parts, and the stack.
    fn describe_late(&mut self, node: NodeIx) {
        if node == NodeIx::ROOT {
            self.put(EdgeKind::Element, 1, NodeIx(1));
            for at in 0..self.globals.len() {
                let Some(global) = self.open.number(&self.memory, self.globals[at]) else { continue };
                let name = if self.is_naming() { self.texts.number(&mut self.graph, at + 1) } else { 0 };
                self.put(EdgeKind::Shortcut, name, global);
            }
        } else if node.0 + 1 == SYNTHETIC {
            for at in 0..self.stack.len() {
                if let Some(target) = self.reach(self.stack[at]) {
                    self.put(EdgeKind::Element, at as u32, target);
                }
            }
        }
    }

    /// The name that all objects of a map have for a fold, and the place of their class. `named`: what V8 calls their class.
    pub(super) fn common_name(&mut self, number: u16, named: (u32, Option<Place>)) -> (u32, Option<Place>) {
        if number < text::FIRST_OTHER {
            let name = match text::form(number) {
                Some(text::Form::Cons) => "(concatenated string)",
                Some(text::Form::Sliced) => "(sliced string)",
                _ => "",
            };
            return (self.texts.known(&mut self.graph, name), None);
        }
        let of_type = self.types.get(number);
        match of_type.role {
            // Each has a name of its own, which a fold does not ask for.
            Role::Function | Role::Shared | Role::RegExp | Role::Script => {
                (self.texts.known(&mut self.graph, ""), None)
            }
            Role::Bound | Role::Symbol | Role::BigInt | Role::Number | Role::Array => (self.node(0, number, 0).1, None),
            _ if self.types.is_object(number) => named,
            _ => (self.texts.system(&mut self.graph, of_type.name), None),
        }
    }

    /// The function with this `SharedFunctionInfo`; none where there is none.
    pub(super) fn function_of(&mut self, shared: u64) -> Option<Function> {
        if shared == 0 {
            return None;
        }
        let Self { memory, metadata, types, texts, graph, functions, .. } = self;
        Some(functions.of_shared(memory, metadata, types, texts, graph, shared))
    }

    /// The `SharedFunctionInfo` of the function that a generator runs; 0 where there is none.
    pub(super) fn generated(&self, generator: u64) -> u64 {
        let slot = |object: u64, offset: u64| self.memory.word(object + offset).filter(|word| word & 3 == 1);
        let is_function = |&function: &u64| {
            type_of(&self.memory, function - 1).is_some_and(|number| self.types.get(number).role == Role::Function)
        };
        let function = slot(generator, 24).filter(is_function);
        function.and_then(|function| slot(function - 1, self.metadata.function_shared)).map_or(0, |shared| shared - 1)
    }

    /// At most so many links has an object, its long lists aside.
    pub(super) fn most_links(&mut self, object: u64, map: u32, bytes: u64) -> u64 {
        let list = |offset: u64| {
            let list = self.memory.word(object + offset).filter(|&word| word & 3 == 1 && word != self.empty)?;
            self.memory.word(list + 7).map(|length| length >> 32)
        };
        let Map { instance_type, is_dictionary, .. } = self.maps.list[map as usize];
        if !self.types.is_object(instance_type) {
            return bytes / 8;
        }
        let elements = list(16).unwrap_or(0);
        if let Some(most) = self.plans.most(map) {
            return most as u64 + elements;
        }
        let outside = list(8).unwrap_or(0);
        let properties = self.maps.properties(&self.memory, self.metadata, map);
        let accessors = properties.iter().filter(|property| property.is_accessor).count() as u64;
        let outside = if is_dictionary { outside } else { 0 };
        bytes / 8 + properties.len() as u64 + 2 * accessors + outside + elements + 4
    }
}
