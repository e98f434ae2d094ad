//! The last readings: a fixed ring of words. Writing one is eight stores; what nobody fetched in time is overwritten and counted.
//!
//! Writer and reader are the same thread, and never inside one another: a collection cannot begin while the ring is
//! copied, because copying allocates nothing of V8's. The words are atomics so that sharing them is sound without a lock,
//! and cost what plain ones do.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A second of the busiest collector is some hundred readings.
pub const SLOTS: usize = 1024;
const WORDS: usize = 7;

/// What is known of one collection.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Reading {
    /// V8's `GCType`: one bit.
    pub kind: u32,
    /// V8's `GCCallbackFlags`.
    pub flags: u32,
    /// When it ended, in ns of the feed's clock.
    pub ended: u64,
    /// When it ended, in ms since 1970.
    pub wall: u64,
    /// How long it took, in ns.
    pub pause: u64,
    /// Bytes of objects right after it.
    pub used: u64,
    /// Bytes of V8's pages.
    pub total: u64,
    /// Bytes outside of the heap that its objects hold.
    pub external: u64,
}

/// The last `SLOTS` readings.
pub struct Ring {
    slots: Box<[[AtomicU64; WORDS]]>,
    written: AtomicU64,
    fetched: AtomicU64,
    lost: AtomicU64,
}

impl Ring {
    /// An empty ring of `SLOTS`, 57 kB.
    pub fn new() -> Self {
        let slots = (0..SLOTS).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect();
        Self { slots, written: AtomicU64::new(0), fetched: AtomicU64::new(0), lost: AtomicU64::new(0) }
    }

    /// Keeps a reading, in the place of the oldest one.
    pub fn push(&self, reading: &Reading) {
        let number = self.written.load(Relaxed);
        let kind = (u64::from(reading.kind) << 32) | u64::from(reading.flags);
        let words = [kind, reading.ended, reading.wall, reading.pause, reading.used, reading.total, reading.external];
        for (slot, word) in self.slot(number).iter().zip(words) {
            slot.store(word, Relaxed);
        }
        self.written.store(number + 1, Relaxed);
    }

    /// The readings since the last call, oldest first.
    pub fn drain(&self) -> Vec<Reading> {
        let written = self.written.load(Relaxed);
        let fetched = self.fetched.load(Relaxed);
        let first = fetched.max(written.saturating_sub(SLOTS as u64));
        self.lost.fetch_add(first - fetched, Relaxed);
        self.fetched.store(written, Relaxed);
        (first..written).map(|number| self.get(number)).collect()
    }

    /// How many were overwritten before they were fetched, up to the last `drain`.
    pub fn lost(&self) -> u64 {
        self.lost.load(Relaxed)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below the number of slots")]
    fn slot(&self, number: u64) -> &[AtomicU64; WORDS] {
        &self.slots[(number % SLOTS as u64) as usize]
    }

    fn get(&self, number: u64) -> Reading {
        let words = self.slot(number).each_ref().map(|word| word.load(Relaxed));
        let [kind, ended, wall, pause, used, total, external] = words;
        let half = |word: u64| u32::try_from(word & u64::from(u32::MAX)).unwrap_or_default();
        Reading { kind: half(kind >> 32), flags: half(kind), ended, wall, pause, used, total, external }
    }
}

#[cfg(test)]
mod tests {
    use super::{Reading, Ring, SLOTS};

    fn reading(number: u64) -> Reading {
        Reading { kind: 4, flags: 20, ended: number, wall: 2, pause: 3, used: 5, total: 6, external: u64::MAX }
    }

    #[test]
    fn what_is_pushed_comes_back_once_and_in_order() {
        let ring = Ring::new();
        assert_eq!(ring.drain(), []);
        (0..3).for_each(|number| ring.push(&reading(number)));
        assert_eq!(ring.drain(), [reading(0), reading(1), reading(2)]);
        assert_eq!(ring.drain(), []);
        assert_eq!(ring.lost(), 0);
    }

    #[test]
    fn a_full_ring_loses_the_oldest_and_counts_them() {
        let ring = Ring::new();
        let slots = SLOTS as u64;
        (0..slots).for_each(|number| ring.push(&reading(number)));
        assert_eq!(ring.drain().len(), SLOTS);
        assert_eq!(ring.lost(), 0);
        (0..slots + 5).for_each(|number| ring.push(&reading(number)));
        let drained = ring.drain();
        assert_eq!((drained.len(), drained[0].ended, drained[SLOTS - 1].ended), (SLOTS, 5, slots + 4));
        assert_eq!(ring.lost(), 5);
    }
}
