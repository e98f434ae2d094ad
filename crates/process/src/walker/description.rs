//! What an object leads to, by what V8 has it for.

use super::links::Done;
use super::size::size;
use super::text;
use super::types::Role;
use super::walk::{PARTS, Phase, Walk};
use leakguard_core::graph::{EdgeKind, NodeIx};

/// From here on a list's places have three numbers in a fold. In a map's table keys, values and links take turns.
const LARGE: u64 = 999;
const TURN: u64 = 3;

impl Walk<'_> {
    /// Describes the object at this address.
    pub(super) fn describe_object_at(&mut self, node: NodeIx, object: u64) {
        let Some(map_at) = self.maps.of(&self.memory, self.types, object) else { return };
        if matches!(self.phase, Phase::Link { .. }) && self.from == 0 && self.describe_by_plan(object, map_at) {
            return;
        }
        let map = &self.maps.list[map_at as usize];
        let (number, map_word) = (map.instance_type, map.address + 1);
        let Some(bytes) = size(&self.memory, self.metadata, self.types, map, object) else { return };
        if self.from > 0 {
            return self.describe_rest_of_list(object, map_at, bytes);
        }
        match self.maps.list[map_at as usize].node {
            Some(_) if self.is_to_fold && self.is_shape_of_v8(number) => {}
            Some(known) => self.link_to(EdgeKind::Internal, "map", known),
            None => self.maps.list[map_at as usize].node = self.link(EdgeKind::Internal, "map", map_word),
        }
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
                if !matches!(self.phase, Phase::Link { .. }) {
                    self.tables.push((node, object));
                }
                return;
            }
            Role::Context => return self.describe_context(object, bytes),
            Role::NativeContext => return self.describe_realm(object, bytes),
            Role::Plain | Role::Oddball => {}
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
            role => self.describe_object(node, object, map_at, bytes, role, &mut done),
        }
        self.rest(object, bytes, &done);
    }

    /// Do all objects of this type have a map of V8's, which leads nowhere? Those of JavaScript's objects and scopes are their realm's.
    fn is_shape_of_v8(&self, number: u16) -> bool {
        !self.types.is_object(number) && !matches!(self.types.get(number).role, Role::Context | Role::NativeContext)
    }

    /// What comes behind the first part of a long list.
    fn describe_rest_of_list(&mut self, object: u64, map: u32, bytes: u64) {
        let number = self.maps.list[map as usize].instance_type;
        match self.types.get(number).role {
            Role::Array => self.describe_array(object, bytes),
            _ if self.types.is_object(number) => self.describe_elements(object, map),
            _ => {}
        }
    }

    pub(super) fn describe_root(&mut self, at: usize) {
        if at == 1 {
            for part in 0..PARTS.len() as u32 {
                self.put(EdgeKind::Element, part + 1, NodeIx(part + 2));
            }
        } else if let Some(part) = at.checked_sub(2).filter(|&part| part < self.roots.len()) {
            for at in 0..self.roots[part].len() {
                if let Some(node) = self.reach(self.roots[part][at]) {
                    self.put(EdgeKind::Element, at as u32, node);
                }
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
        for at in self.part_of((bytes - 16) / 8) {
            let Some(word) = self.memory.word(object + 16 + 8 * at) else { return };
            if word & 3 == 1
                && !self.oddballs.contains(word)
                && let Some(node) = self.reach(word)
            {
                // A fold looks through lists: that it is a number is enough, and whose turn it is.
                let at = if self.is_to_fold { at.min(LARGE + at % TURN) } else { at };
                self.put_number(at, node);
            }
        }
    }
}
