//! V8's figures of its heap: the fields of `v8::HeapStatistics`, by their place.
//!
//! The class has had these 14 fields first, in this order, since V8 9; V8 14 has one more at the end. They are only used
//! where a comparison with `v8.getHeapStatistics()`, which reads the same class through Node, agreed in every one.

use super::v8::{Isolate, V8};

/// How many fields are known.
const FIELDS: usize = 14;
/// A flag among words: one byte, and what lies beside it is undefined.
const FLAG: usize = 9;
/// Four times what V8 14 writes, so that a few more fields find room.
const ROOM: usize = 64;

const TOTAL: usize = 0;
const USED: usize = 4;
const EXTERNAL: usize = 7;

/// One reading of the current isolate.
pub struct HeapFigures([u64; FIELDS]);

impl HeapFigures {
    /// The figures of this moment, of the isolate that this thread is in; `None` where there is no V8.
    pub fn read() -> Option<Self> {
        let v8 = V8::find().ok()?;
        let isolate = v8.current();
        if isolate.is_null() {
            return None;
        }
        // SAFETY: this thread is in the isolate.
        Some(unsafe { Self::of(v8, isolate) })
    }

    /// The figures of `isolate`. About 200 ns; allowed within a callback of the collector.
    ///
    /// # Safety
    /// The isolate lives, and this is its thread.
    pub unsafe fn of(v8: &V8, isolate: *mut Isolate) -> Self {
        let mut words = [0_u64; ROOM];
        let place = (&raw mut words).cast();
        // SAFETY: the place is aligned as the class is, and has room for four times as much.
        unsafe { (v8.construct_statistics)(place) };
        // SAFETY: the isolate is the caller's promise; V8 fills what it constructed.
        unsafe { (v8.get_statistics)(isolate, place) };
        words[FLAG] &= 0xff;
        Self(std::array::from_fn(|field| words[field]))
    }

    /// All fields, in the class's order.
    pub fn fields(&self) -> &[u64] {
        &self.0
    }

    /// Bytes of pages that V8 has for its heap.
    pub fn total(&self) -> u64 {
        self.0[TOTAL]
    }

    /// Bytes of objects.
    pub fn used(&self) -> u64 {
        self.0[USED]
    }

    /// Bytes outside of the heap that its objects hold.
    pub fn external(&self) -> u64 {
        self.0[EXTERNAL]
    }
}
