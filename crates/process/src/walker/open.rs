//! What was met and is still to be described, without a list of all of it: as much as there is room for, and marks for the rest.

use super::marks::{Marks, Numbers};
use super::memory::Memory;
use super::walk::{SYNTHETIC, Walk};
use leakguard_core::graph::NodeIx;
use std::collections::VecDeque;

/// Objects that are listed.
const LISTED: usize = 1 << 16;

/// Objects by the state of their description.
#[derive(Default)]
pub struct Open {
    pub met: Marks,
    described: Marks,
    /// In the order in which they were met.
    list: VecDeque<u64>,
    has_unlisted: bool,
    /// When all are met.
    pub numbers: Numbers,
}

impl Open {
    /// Nothing was met in this memory.
    pub fn new(memory: &Memory) -> Self {
        let marks = || Marks::new(memory);
        Self { met: marks(), described: marks(), list: VecDeque::with_capacity(LISTED), ..Self::default() }
    }

    /// One more that was met.
    #[inline]
    pub fn put(&mut self, memory: &Memory, object: u64) {
        self.met.put(memory, object);
        if self.list.len() < LISTED {
            self.list.push_back(object);
        } else {
            self.has_unlisted = true;
        }
    }

    /// All were met.
    ///
    /// # Errors
    /// Where they are more than numbers tell apart.
    pub fn number_all(&mut self, most: u32) -> Result<(), String> {
        let met = std::mem::take(&mut self.met);
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
            self.fetch_ahead(|turns| self.open.list.get(turns).copied());
            self.describe_met(object);
        }
    }

    #[inline]
    fn describe_met(&mut self, object: u64) {
        if !self.open.described.has(&self.memory, object) {
            self.open.described.put(&self.memory, object);
            self.describe_object_at(NodeIx(0), object);
        }
    }
}
