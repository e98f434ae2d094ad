//! The writer's side: which record goes where.

use super::event;
use super::kind::Kind;
use super::layout::{HEADER_BYTES, PAYLOAD_BYTES, RECORD_BYTES, file_bytes};
use super::record::{Record, Slot};
use super::sample::{FIELDS, payload};

/// Bytes for a place in the file.
pub struct Placed {
    /// Where.
    pub offset: u64,
    /// What.
    pub bytes: [u8; RECORD_BYTES],
}

/// One run's place in a ring. It knows what is in the file from its records' numbers alone.
#[derive(Clone, Debug)]
pub struct Ring {
    slots: u64,
    run: u64,
    next: u64,
    /// The first number in this file, and the first of this run in it.
    from: u64,
    own_from: u64,
}

impl Ring {
    /// An empty ring whose first record gets the number `next`.
    pub fn new(slots: u64, run: u64, next: u64) -> Self {
        let next = next.max(1);
        Self { slots: slots.max(1), run, next, from: next, own_from: next }
    }

    /// Goes on after the records in `file`, the bytes of a whole one with a good header.
    pub fn after(file: &[u8], slots: u64, run: u64) -> Self {
        let mut ring = Self::new(slots, run, 1);
        let mut least = u64::MAX;
        for record in records(file, ring.slots) {
            least = least.min(record.number);
            ring.next = ring.next.max(record.number + 1);
        }
        (ring.from, ring.own_from) = (least.min(ring.next), ring.next);
        ring
    }

    /// The same run in a new, empty file.
    #[must_use]
    pub fn renewed(&self) -> Self {
        Self::new(self.slots, self.run, self.next)
    }

    /// How many records there is room for.
    pub fn slots(&self) -> u64 {
        self.slots
    }

    /// The bytes of the whole file.
    pub fn file_bytes(&self) -> u64 {
        file_bytes(self.slots)
    }

    /// Whether one of the next `count` records takes the place of one that an earlier run wrote.
    pub fn would_lose(&self, count: usize) -> bool {
        let replaced = |number: u64| number.checked_sub(self.slots);
        let (first, last) = (self.next, self.next + count as u64 - 1);
        replaced(last).is_some_and(|last| last >= self.from)
            && replaced(first).unwrap_or_default() < self.own_from
            && self.from < self.own_from
    }

    /// The next record, a sample.
    pub fn sample(&mut self, time: f64, values: &[f64; FIELDS.len()]) -> Placed {
        self.place(Kind::Sample, time, (0, 1, &payload(values)))
    }

    /// The bytes of an event, for [`Ring::event`].
    pub fn event_bytes(text: &str, figures: &str) -> Vec<u8> {
        event::encode(text, figures)
    }

    /// How many records an event's bytes take.
    pub fn event_records(bytes: &[u8]) -> usize {
        event::parts(bytes).count()
    }

    /// The next records, an event.
    pub fn event(&mut self, kind: Kind, time: f64, bytes: &[u8]) -> Vec<Placed> {
        event::parts(bytes).map(|part| self.place(kind, time, part)).collect()
    }

    fn place(&mut self, kind: Kind, time: f64, (part, parts, bytes): (u8, u8, &[u8])) -> Placed {
        let mut payload = [0; PAYLOAD_BYTES];
        payload[..bytes.len()].copy_from_slice(bytes);
        let number = self.next;
        self.next += 1;
        let length = u8::try_from(bytes.len()).unwrap_or_default();
        let record = Record { kind, part, parts, length, number, run: self.run, time, payload };
        let slot = (number - 1) % self.slots;
        Placed { offset: HEADER_BYTES as u64 + slot * RECORD_BYTES as u64, bytes: record.encode() }
    }
}

/// The whole records of a file that are where their numbers say.
fn records(file: &[u8], slots: u64) -> impl Iterator<Item = Record> {
    let ring = file.get(HEADER_BYTES..).unwrap_or_default();
    ring.as_chunks::<RECORD_BYTES>().0.iter().zip(0..slots).filter_map(move |(bytes, slot)| {
        match Record::decode(bytes) {
            Slot::Whole(record) if (record.number - 1) % slots == slot => Some(record),
            _ => None,
        }
    })
}
