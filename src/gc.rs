//! V8's collections, as JavaScript fetches them.
//!
//! A feed belongs to its environment: a hook takes its callbacks out of V8 when that ends before it was stopped. There is no
//! thread and no handle, so that nothing keeps a process alive or has to be waited for.
//!
//! One hook an environment, never removed: napi-rs frees a hook's data when it runs, and not when it is removed.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::outcome::number;
use leakguard_process::gc::{self, Feed, HeapFigures, HeapSpaces, Reading};
use napi::{Env, Error, Result};
use napi_derive::napi;
use std::cell::Cell;

thread_local! {
    /// Whether this thread's environment has its hook.
    static HOOKED: Cell<bool> = const { Cell::new(false) };
}

/// One collection, just after it.
#[napi(object)]
pub struct GcReading {
    /// V8's `GCType`: one bit.
    pub kind: u32,
    /// V8's `GCCallbackFlags`.
    pub flags: u32,
    /// When it ended, in ms of the feed's clock.
    pub ended_ms: f64,
    /// When it ended, in ms since 1970.
    pub wall_ms: f64,
    /// How long it took.
    pub pause_ms: f64,
    /// Bytes of objects right after it.
    pub heap_used: f64,
    /// Bytes of V8's pages.
    pub heap_total: f64,
    /// Bytes outside of the heap that its objects hold.
    pub external: f64,
}

/// All collections of a kind since the feed began.
#[napi(object)]
pub struct GcTotal {
    /// V8's `GCType`: one bit.
    pub kind: u32,
    pub count: f64,
    /// How long they took together.
    pub pause_ms: f64,
}

/// Follows the collections of this thread's heap.
#[napi]
pub struct GcFeed {
    feed: Feed,
}

#[napi]
impl GcFeed {
    /// Begins. `kinds`: bits of those whose readings are kept; totals are kept of all.
    #[napi(constructor)]
    pub fn new(env: Env, kinds: u32) -> Result<Self> {
        if !HOOKED.get() {
            env.add_env_cleanup_hook((), |()| {
                HOOKED.set(false);
                Feed::stop_all();
            })?;
            HOOKED.set(true);
        }
        Feed::start(kinds).map(|feed| Self { feed }).map_err(Error::from_reason)
    }

    /// The readings since the last call, oldest first.
    #[napi]
    pub fn drain(&self) -> Vec<GcReading> {
        self.feed.drain().into_iter().map(GcReading::from).collect()
    }

    /// How many readings were overwritten before they were fetched: 1,024 are kept.
    #[napi]
    pub fn lost(&self) -> f64 {
        number(self.feed.lost())
    }

    /// Totals of every kind.
    #[napi]
    pub fn totals(&self) -> Vec<GcTotal> {
        let total = |total: gc::Total| GcTotal {
            kind: total.kind,
            count: number(total.count),
            pause_ms: number(total.pause) / 1e6,
        };
        self.feed.totals().map(total).collect()
    }

    /// Now, in ms of the feed's clock.
    #[napi]
    pub fn now(&self) -> f64 {
        number(self.feed.now()) / 1e6
    }

    /// Ends it. Doing so again does nothing.
    #[napi]
    pub fn stop(&self) {
        self.feed.stop();
    }
}

impl From<Reading> for GcReading {
    fn from(reading: Reading) -> Self {
        Self {
            kind: reading.kind,
            flags: reading.flags,
            ended_ms: number(reading.ended) / 1e6,
            wall_ms: number(reading.wall),
            pause_ms: number(reading.pause) / 1e6,
            heap_used: number(reading.used),
            heap_total: number(reading.total),
            external: number(reading.external),
        }
    }
}

/// Why this program's collections cannot be followed; `null`: they can, if `readHeapFigures` agrees with V8's own.
#[napi]
pub fn gc_feed_unsupported() -> Option<String> {
    gc::unsupported()
}

/// The fields of `v8::HeapStatistics`, in its order, as the feed reads them.
#[napi]
pub fn read_heap_figures() -> Option<Vec<f64>> {
    HeapFigures::read().map(|figures| figures.fields().iter().copied().map(number).collect())
}

/// Collects this thread's garbage now; `false`: there is no way to.
#[napi]
pub fn collect_garbage() -> bool {
    gc::collect()
}

/// Collects this thread's garbage by one collection, where that is exact; `false`: there is no way to.
#[napi]
pub fn collect_garbage_once() -> bool {
    gc::collect_once()
}

/// Bytes of objects in the whole heap, then in each of V8's spaces, in its order.
fn sizes(heap: HeapSpaces) -> Vec<f64> {
    std::iter::once(heap.used).chain(heap.spaces).map(number).collect()
}

/// What is used of the heap now, and of each of V8's spaces, in its order; `null`: V8 does not tell.
#[napi]
pub fn read_heap_spaces() -> Option<Vec<f64>> {
    HeapSpaces::read().map(sizes)
}

/// Collects, thoroughly or once, and reads the same before anything is allocated again; `null`: there is no way to, and there may have been a collection.
#[napi]
pub fn collect_and_read(thorough: bool) -> Option<Vec<f64>> {
    HeapSpaces::collected(thorough).map(sizes)
}
