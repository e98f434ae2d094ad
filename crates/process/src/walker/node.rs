//! What a snapshot says of an object: its kind, its name, and bytes that are its own outside of the heap.

use super::metadata::Line;
use super::strings::BY_TEXT;
use super::text;
use super::texts::is_private;
use super::types::Role;
use super::walk::{BY_MAP, Walk};
use leakguard_core::graph::NodeKind;

impl Walk<'_> {
    /// The same, of any object.
    pub fn outside_of(&self, object: u64) -> u64 {
        super::shared::type_of(&self.memory, object).map_or(0, |number| self.outside(number, object))
    }

    /// Bytes outside of the heap that a snapshot counts as the object's: an external string's, since V8 13.
    pub(super) fn outside(&self, number: u16, object: u64) -> u64 {
        let is_external = number < text::FIRST_OTHER && text::form(number) == Some(text::Form::External);
        if !is_external || self.metadata.line < Line::V13 {
            return 0;
        }
        let width = if text::is_one_byte(number) { 1 } else { 2 };
        self.memory.half(object + 12).map_or(0, |length| width * u64::from(length))
    }

    /// What a snapshot says of an object.
    pub(super) fn node(&mut self, map: u32, number: u16, object: u64) -> (NodeKind, u32) {
        if number < text::FIRST_OTHER {
            return match text::form(number) {
                Some(text::Form::Cons) => {
                    (NodeKind::CONS_STRING, self.texts.known(&mut self.graph, "(concatenated string)"))
                }
                Some(text::Form::Sliced) => {
                    (NodeKind::SLICED_STRING, self.texts.known(&mut self.graph, "(sliced string)"))
                }
                _ => {
                    if let Some(strings) = &mut self.strings {
                        strings.push(object);
                    }
                    (NodeKind::STRING, BY_TEXT)
                }
            };
        }
        let of_type = self.types.get(number);
        let (role, name) = (of_type.role, of_type.name);
        let mut kind = of_type.kind;
        if role == Role::Symbol && is_private(&self.memory, object) {
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
}
