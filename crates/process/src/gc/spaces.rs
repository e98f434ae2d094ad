//! V8's figures of the parts of its heap: `v8::HeapSpaceStatistics`, a name and four sizes, by their place.
//!
//! As with [`super::heap`], they are only used where a comparison with `v8.getHeapSpaceStatistics()` agreed. Nothing is read but numbers: the
//! names are Node's.

use super::collect::{collect, collect_once};
use super::heap::HeapFigures;
use super::v8::V8;

/// Where the bytes of objects are.
const USED: usize = 2;
/// Three times what V8 14 writes.
const ROOM: usize = 16;
/// V8 14 has thirteen.
const MOST_SPACES: usize = 32;

/// What is used of a heap.
pub struct HeapSpaces {
    /// Bytes of objects.
    pub used: u64,
    /// The same of each of V8's spaces, in its order.
    pub spaces: Vec<u64>,
}

impl HeapSpaces {
    /// The figures of this moment, of the isolate that this thread is in; `None` where V8 does not tell.
    pub fn read() -> Option<Self> {
        let v8 = V8::find().ok()?;
        let functions = v8.spaces.as_ref()?;
        let used = HeapFigures::read()?.used();
        let isolate = v8.current();
        // SAFETY: this thread is in the isolate, as the figures were read.
        let count = unsafe { (functions.count)(isolate) };
        let mut spaces = Vec::with_capacity(count.min(MOST_SPACES));
        for at in 0..count.min(MOST_SPACES) {
            let mut words = [0_usize; ROOM];
            let place = (&raw mut words).cast();
            // SAFETY: the place is aligned as the class is, and has more than its room; V8 fills what it constructed, and there is such a space.
            let is_told = unsafe {
                (functions.construct)(place);
                (functions.get)(isolate, place, at)
            };
            if !is_told {
                return None;
            }
            spaces.push(words[USED] as u64);
        }
        Some(Self { used, spaces })
    }

    /// Collects, and reads before anything can be allocated again: V8 counts the room from which it allocates as used, hundreds of kB of it. `None`: nothing was
    /// collected, or could be read.
    pub fn collected(thorough: bool) -> Option<Self> {
        let is_collected = if thorough { collect() } else { collect_once() };
        is_collected.then(Self::read).flatten()
    }
}
