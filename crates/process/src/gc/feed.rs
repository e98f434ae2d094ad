//! One feed: two callbacks in V8, and what they leave: totals of every kind, and readings of the kinds that were asked for.
//!
//! V8 calls on the isolate's own thread, before and after each collection. Kinds can lie within one another (V8 tells weak
//! callbacks within a mark-compact), so each kind has a beginning of its own.

use super::heap::HeapFigures;
use super::ring::{Reading, Ring};
use super::v8::{Isolate, V8};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// V8 has five kinds: the bits 0 to 4.
const KINDS: usize = 5;
const ALL: u32 = (1 << KINDS) - 1;
/// No collection of this kind is under way.
const IDLE: u64 = u64::MAX;

/// All collections of a kind since the feed began.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Total {
    /// V8's `GCType`: one bit.
    pub kind: u32,
    /// How many.
    pub count: u64,
    /// How long they took together, in ns.
    pub pause: u64,
}

/// A feed of the isolate that this thread is in. It ends with `stop`, when it is dropped, and with `Feed::stop_all`.
pub struct Feed(Rc<Registration>);

thread_local! {
    /// Those of this thread, to be stopped when its environment ends.
    static FEEDS: RefCell<Vec<Weak<Registration>>> = const { RefCell::new(Vec::new()) };
}

/// Holds the callbacks in V8.
struct Registration {
    state: Rc<State>,
    open: Cell<bool>,
}

/// What the callbacks write.
struct State {
    v8: &'static V8,
    isolate: *mut Isolate,
    clock: Instant,
    wanted: u32,
    /// None where no readings are wanted.
    ring: Option<Ring>,
    began: [AtomicU64; KINDS],
    counts: [AtomicU64; KINDS],
    pauses: [AtomicU64; KINDS],
}

impl Feed {
    /// Follows the collections of this thread's isolate from now on. `kinds`: bits of those whose readings are kept.
    ///
    /// # Errors
    /// Says what is missing, where this program has no such callbacks.
    pub fn start(kinds: u32) -> Result<Self, String> {
        let v8 = V8::find()?;
        let isolate = v8.current();
        if isolate.is_null() {
            return Err("this thread is in no isolate of V8".to_owned());
        }
        let state = Rc::new(State {
            v8,
            isolate,
            clock: Instant::now(),
            wanted: kinds,
            ring: (kinds != 0).then(Ring::new),
            began: std::array::from_fn(|_| AtomicU64::new(IDLE)),
            counts: std::array::from_fn(|_| AtomicU64::new(0)),
            pauses: std::array::from_fn(|_| AtomicU64::new(0)),
        });
        // V8 holds the state like an owner: it is given back when the callbacks are gone, else never.
        let data = Rc::into_raw(Rc::clone(&state)).cast_mut().cast::<c_void>();
        // SAFETY: this thread is in the isolate, and the data outlives the callbacks.
        unsafe {
            (v8.add_prologue)(isolate, prologue, data, ALL);
            (v8.add_epilogue)(isolate, epilogue, data, ALL);
        }
        let feed = Self(Rc::new(Registration { state, open: Cell::new(true) }));
        FEEDS.with_borrow_mut(|feeds| {
            feeds.retain(|feed| feed.strong_count() > 0);
            feeds.push(Rc::downgrade(&feed.0));
        });
        Ok(feed)
    }

    /// Stops all feeds of this thread.
    pub fn stop_all() {
        let feeds = FEEDS.take();
        feeds.iter().filter_map(Weak::upgrade).for_each(|feed| feed.stop());
    }

    /// The readings since the last call, oldest first.
    pub fn drain(&self) -> Vec<Reading> {
        self.0.state.ring.as_ref().map(Ring::drain).unwrap_or_default()
    }

    /// How many readings were overwritten before they were fetched.
    pub fn lost(&self) -> u64 {
        self.0.state.ring.as_ref().map_or(0, Ring::lost)
    }

    /// Counts of each kind since the start.
    pub fn totals(&self) -> impl Iterator<Item = Total> + '_ {
        let state = &self.0.state;
        let both = state.counts.iter().zip(&state.pauses).zip(0..);
        both.map(|((count, pause), bit)| Total {
            kind: 1 << bit,
            count: count.load(Relaxed),
            pause: pause.load(Relaxed),
        })
    }

    /// Now, in ns of the readings' clock.
    pub fn now(&self) -> u64 {
        self.0.state.now()
    }

    /// Takes the callbacks out of V8. Doing so again does nothing; what was read stays.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl Registration {
    fn stop(&self) {
        let State { v8, isolate, .. } = *self.state;
        // After the isolate's end it is nobody's current one; then V8 calls no more, and the state stays where it is.
        if !self.open.replace(false) || v8.current() != isolate {
            return;
        }
        let state = Rc::as_ptr(&self.state);
        let data = state.cast_mut().cast::<c_void>();
        // SAFETY: this thread is in the isolate, outside of any collection because none runs us, and both are registered.
        unsafe {
            (v8.remove_prologue)(isolate, prologue, data);
            (v8.remove_epilogue)(isolate, epilogue, data);
        }
        // SAFETY: it gives back what `start` handed out, once; nobody can be called with it any more.
        unsafe { Rc::decrement_strong_count(state) };
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.stop();
    }
}

impl State {
    fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_nanos()).unwrap_or(IDLE - 1)
    }

    fn begin(&self, kind: u32) {
        self.began[place(kind)].store(self.now(), Relaxed);
    }

    fn end(&self, kind: u32, flags: u32) {
        let place = place(kind);
        let ended = self.now();
        let began = self.began[place].swap(IDLE, Relaxed);
        let pause = ended.saturating_sub(began); // nothing, where a beginning was not seen
        self.counts[place].fetch_add(1, Relaxed);
        self.pauses[place].fetch_add(pause, Relaxed);
        let Some(ring) = self.ring.as_ref().filter(|_| kind & self.wanted != 0) else { return };
        // SAFETY: V8 calls with a living isolate, on its thread.
        let heap = unsafe { HeapFigures::of(self.v8, self.isolate) };
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis());
        ring.push(&Reading {
            kind,
            flags,
            ended,
            wall: u64::try_from(wall).unwrap_or_default(),
            pause,
            used: heap.used(),
            total: heap.total(),
            external: heap.external(),
        });
    }
}

/// The number of a kind's bit. What V8 may add one day is counted with the last.
fn place(kind: u32) -> usize {
    (kind.trailing_zeros() as usize).min(KINDS - 1)
}

unsafe extern "C" fn prologue(_isolate: *mut Isolate, kind: u32, _flags: u32, data: *mut c_void) {
    // SAFETY: the data is the state that `start` registered; it is given back only after the callback was taken out.
    let state = unsafe { &*data.cast_const().cast::<State>() };
    state.begin(kind);
}

unsafe extern "C" fn epilogue(_isolate: *mut Isolate, kind: u32, flags: u32, data: *mut c_void) {
    // SAFETY: as in `prologue`.
    let state = unsafe { &*data.cast_const().cast::<State>() };
    state.end(kind, flags);
}

#[cfg(test)]
mod tests {
    use super::{Feed, place};

    #[test]
    fn every_kind_has_a_place() {
        assert_eq!([1, 2, 4, 8, 16, 32, 0].map(place), [0, 1, 2, 3, 4, 4, 4]);
    }

    #[test]
    fn outside_of_v8_there_is_no_feed() {
        assert!(Feed::start(4).is_err());
    }
}
