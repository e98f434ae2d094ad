//! Properties and elements, wherever V8 keeps them.

use super::links::Done;
use super::maps::Place;
use super::shared::type_of;
use super::text;
use super::walk::{Phase, Walk};
use leakguard_core::graph::EdgeKind;

/// In a property's details.
const IS_ACCESSOR: u32 = 1;

impl Walk<'_> {
    pub(super) fn describe_properties(&mut self, object: u64, map: u32, done: &mut Done) {
        let Some(word) = self.memory.word(object + 8) else { return };
        let list = if word & 3 == 1 { self.maps.of(&self.memory, self.types, word - 1) } else { None };
        let list_type = list.map(|at| self.maps.list[at as usize].instance_type);
        if self.maps.list[map as usize].is_dictionary {
            let list = word.wrapping_sub(1);
            let Some(length) = self.memory.word(list + 8).map(|length| length >> 32) else { return };
            if list_type == Some(self.types.name_dictionary) {
                self.describe_names(list, length);
            } else if list_type == Some(self.types.global_dictionary) {
                self.describe_cells(list, length);
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
                Place::Inside(offset) => {
                    done.put(u64::from(offset));
                    self.memory.word(object + u64::from(offset))
                }
                Place::Outside(at) if at < outside => self.memory.word(word + 15 + 8 * u64::from(at)),
                Place::Outside(_) => None,
                Place::InMap(value) => Some(value),
            };
            if let Some(value) = value {
                self.property(property.name, value, property.is_accessor);
            }
        }
    }

    /// Properties in a hash table: after six words of its own a key, a value and details for each.
    fn describe_names(&mut self, table: u64, length: u64) {
        for entry in (6..length.saturating_sub(2)).step_by(3) {
            let slot = |word: u64| self.memory.word(table + 16 + 8 * (entry + word));
            let (Some(key), Some(value), Some(details)) = (slot(0), slot(1), slot(2)) else { return };
            if key & 3 == 1 && !self.oddballs.contains(key) {
                self.property(key, value, (details >> 32) as u32 & IS_ACCESSOR != 0);
            }
        }
    }

    /// Those of a global object: in a hash table of cells, of which each has its name, details and value.
    fn describe_cells(&mut self, table: u64, length: u64) {
        for at in 3..length {
            let Some(cell) = self.memory.word(table + 16 + 8 * at).filter(|cell| cell & 3 == 1) else { continue };
            if type_of(&self.memory, cell - 1) != Some(self.types.property_cell) {
                continue;
            }
            let slot = |word: u64| self.memory.word(cell - 1 + 8 * word);
            if let (Some(name), Some(details), Some(value)) = (slot(1), slot(2), slot(3)) {
                self.property(name, value, (details >> 32) as u32 & IS_ACCESSOR != 0);
            }
        }
    }

    /// A property's value; of an accessor the pair, and both functions.
    pub(super) fn property(&mut self, name: u64, value: u64, is_accessor: bool) {
        if value & 3 != 1 {
            return;
        }
        if !is_accessor {
            return self.named(EdgeKind::Property, name, value);
        }
        if type_of(&self.memory, value - 1) != Some(self.types.accessor_pair) {
            return;
        }
        self.named(EdgeKind::Property, name, value);
        let is_text = type_of(&self.memory, name.wrapping_sub(1)).is_some_and(|number| number < text::FIRST_OTHER);
        for (word, offset) in [("get", 7), ("set", 15)] {
            let function = self.memory.word(value + offset).filter(|function| !self.oddballs.contains(*function));
            if let Some(node) = function.and_then(|function| self.reach(function)) {
                let name = self.name_of(name);
                let is_text = is_text && self.is_naming();
                let name = if is_text { self.texts.accessor(&mut self.graph, word, name) } else { name };
                self.put(EdgeKind::Property, name, node);
            }
        }
    }

    pub(super) fn describe_elements(&mut self, object: u64, map: u32) {
        // They are met with their list.
        if self.phase == Phase::Meet {
            return;
        }
        let is_list = |&word: &u64| word & 3 == 1 && word != self.empty;
        let Some(word) = self.memory.word(object + 16).filter(is_list) else { return };
        let list = word - 1;
        let Some(at) = self.maps.of(&self.memory, self.types, list) else { return };
        let list_type = self.maps.list[at as usize].instance_type;
        let Some(mut length) = self.memory.word(list + 8).map(|length| length >> 32) else { return };
        if list_type == self.types.fixed_array {
            if self.maps.list[map as usize].instance_type == self.types.js_array {
                length = length.min(self.memory.word(object + 24).map_or(0, |length| length >> 32));
            }
            for at in self.part_of(length) {
                let Some(value) = self.memory.word(list + 16 + 8 * at) else { return };
                if value & 3 == 1
                    && !self.oddballs.contains(value)
                    && let Some(node) = self.reach(value)
                {
                    self.put(EdgeKind::Element, at as u32, node);
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
                    self.put(EdgeKind::Element, (key >> 32) as u32, node);
                }
            }
        }
    }
}
