//! What was met and is still to be described, without a list of all of it: as much as there is room for, and marks for the rest.

use super::maps::Maps;
use super::marks::{Marks, Numbers};
use super::memory::Memory;
use super::text;
use super::types::Types;
use super::walk::{Known, SYNTHETIC, Walk};
use leakguard_core::graph::NodeIx;
use std::collections::VecDeque;

/// Objects that are listed.
const LISTED: usize = 1 << 16;
/// So many before its turn an object is fetched, two lines of it.
const FAR: usize = 32;
const LINE: u64 = 64;

/// Objects by the state of their description.
#[derive(Default)]
pub struct Open {
    pub met: Marks,
    described: Marks,
    /// In the order in which they were met.
    list: VecDeque<u64>,
    has_unlisted: bool,
    /// What was met and is no object, or none that counts.
    refused: Vec<u64>,
    /// When all are met.
    pub numbers: Numbers,
}

impl Open {
    /// Nothing was met in this memory.
    pub fn new(memory: &Memory) -> Self {
        let marks = || Marks::new(memory);
        Self { met: marks(), described: marks(), list: VecDeque::with_capacity(LISTED), ..Self::default() }
    }

    /// Meets what is there. What it is is seen when its turn has come, and it was fetched; but the first of a stretch must be an object now. Can there be
    /// anything?
    #[inline]
    pub fn meet(&mut self, memory: &Memory, maps: &mut Maps, types: &Types, object: u64) -> bool {
        let is_object = || maps.of(memory, types, object).is_some();
        let Some(is_new) = self.met.insert(memory, object, is_object) else { return false };
        if is_new {
            if self.list.len() < LISTED {
                self.list.push_back(object);
            } else {
                self.has_unlisted = true;
            }
        }
        true
    }

    /// All were met.
    ///
    /// # Errors
    /// Where they are more than numbers tell apart.
    pub fn number_all(&mut self, memory: &Memory, most: u32) -> Result<(), String> {
        let mut met = std::mem::take(&mut self.met);
        for &object in &self.refused {
            met.remove(memory, object);
        }
        *self = Self::default();
        self.numbers = Numbers::new(met, most).ok_or("more objects than a fold can number")?;
        Ok(())
    }

    /// The node of the object there.
    #[inline]
    pub fn number(&self, memory: &Memory, object: u64) -> Option<NodeIx> {
        self.numbers.of(memory, object).map(|number| NodeIx(number + SYNTHETIC))
    }
}

impl Walk<'_> {
    /// Meets all behind what was met.
    pub(super) fn meet_all(&mut self) {
        loop {
            self.describe_open();
            self.follow_keys_met();
            if self.open.list.is_empty() && !self.open.has_unlisted {
                return;
            }
        }
    }

    fn describe_open(&mut self) {
        loop {
            self.describe_listed();
            if !std::mem::take(&mut self.open.has_unlisted) {
                return;
            }
            let mut at = (0, 0);
            while let Some(object) = self.open.met.next_beside(&self.open.described, &self.memory, &mut at) {
                self.describe_met(object);
                self.describe_listed();
            }
        }
    }

    fn describe_listed(&mut self) {
        while let Some(object) = self.open.list.pop_front() {
            if let Some(&far) = self.open.list.get(FAR) {
                Memory::fetch(far);
                Memory::fetch(far + LINE);
            }
            self.describe_met(object);
        }
    }

    /// Meets what the object leads to. How that is called is not asked: of most kinds each word may be a link.
    #[inline]
    fn describe_met(&mut self, object: u64) {
        self.open.described.insert(&self.memory, object, || true);
        let Some(Known { map, number, bytes }) = self.known(object) else {
            self.open.refused.push(object);
            return;
        };
        if number < text::FIRST_OTHER || !self.types.get(number).role.is_words() {
            return self.describe_object_at(NodeIx(0), object);
        }
        let map = &self.maps.list[map as usize];
        let shape = (map.count == 1).then_some(map.address + 1);
        let Self { memory, maps, types, open, empty, .. } = self;
        let words = memory.words(object + 8, bytes / 8 - 1).unwrap_or_default();
        for word in words.iter().copied().chain(shape) {
            if word & 3 == 1 && word != *empty {
                open.meet(memory, maps, types, word - 1);
            }
        }
    }
}
