//! Links: how one is announced, and which words of an object were seen to.

use super::shared::type_of;
use super::walk::Walk;
use leakguard_core::graph::{EdgeKind, NodeIx};

/// Words of an object that have been seen to; objects with names for their words have fewer than 256.
#[derive(Default)]
pub struct Done([u64; 4]);

impl Done {
    pub fn put(&mut self, offset: u64) {
        let at = offset / 8;
        self.0[(at / 64) as usize & 3] |= 1 << (at % 64);
    }

    fn has(&self, at: u64) -> bool {
        at < 256 && self.0[(at / 64) as usize] >> (at % 64) & 1 == 1
    }
}

impl Walk<'_> {
    /// A link with a name of V8's.
    pub(super) fn link(&mut self, kind: EdgeKind, name: &'static str, word: u64) -> Option<NodeIx> {
        let node = self.reach(word)?;
        self.link_to(kind, name, node);
        Some(node)
    }

    /// The same to what was met.
    #[inline]
    pub(super) fn link_to(&mut self, kind: EdgeKind, name: &'static str, node: NodeIx) {
        let name = if self.is_naming() { self.texts.known(&mut self.graph, name) } else { 0 };
        self.put(kind, name, node);
    }

    /// A link of a list or table, called by its place there.
    #[inline]
    pub(super) fn put_number(&mut self, at: u64, node: NodeIx) {
        let name = if self.is_naming() { self.texts.number(&mut self.graph, at as usize) } else { 0 };
        self.put(EdgeKind::Internal, name, node);
    }

    /// The link at this offset, by its name.
    pub(super) fn field(&mut self, object: u64, name: &'static str, offset: u64, done: &mut Done) {
        done.put(offset);
        if let Some(word) = self.memory.word(object + offset) {
            self.link(EdgeKind::Internal, name, word);
        }
    }

    /// The first field that holds an object of this type, by its name.
    pub(super) fn field_of_type(&mut self, object: u64, name: &'static str, bytes: u64, number: u16, done: &mut Done) {
        let is_it = |&at: &u64| {
            let word = self.memory.word(object + 8 * at).filter(|word| word & 3 == 1);
            word.and_then(|word| type_of(&self.memory, word - 1)) == Some(number)
        };
        if let Some(at) = (3..bytes / 8).find(is_it) {
            self.field(object, name, 8 * at, done);
        }
    }

    /// A link named by an object of the heap.
    pub(super) fn named(&mut self, kind: EdgeKind, name: u64, word: u64) {
        if let Some(node) = self.reach(word) {
            let name = self.name_of(name);
            self.put(kind, name, node);
        }
    }

    /// The index of what this object of the heap says.
    pub(super) fn name_of(&mut self, name: u64) -> u32 {
        if !self.is_naming() {
            return 0;
        }
        self.texts.of_name(&self.memory, self.types, &mut self.maps, &mut self.graph, name)
    }

    /// All links that were not seen to.
    pub(super) fn rest(&mut self, object: u64, bytes: u64, done: &Done) {
        for at in 1..bytes / 8 {
            if done.has(at) {
                continue;
            }
            let Some(word) = self.memory.word(object + 8 * at) else { return };
            if let Some(node) = self.reach(word) {
                self.put(EdgeKind::Hidden, at as u32, node);
            }
        }
    }
}
