//! Memory is bounded by the bytes that came, not by what they claim. Counts what the whole process allocates: so one test,
//! in a binary of its own.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::{AnalyzeOptions, Watch};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use support::analyze;

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: forwards to the system's allocator; the counters do not touch memory that is handed out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a tiny file may cost, however large the figures in it.
const TINY: usize = 24 << 20;

#[test]
fn claims_cost_nothing() {
    let text = support::small();
    let claims = [
        ("\"node_count\":3", "\"node_count\":268435455"),
        ("\"node_count\":3", "\"node_count\":1152921504606846976"),
        ("\"edge_count\":2", "\"edge_count\":4294967294"),
        ("\"edge_count\":2", "\"edge_count\":1152921504606846976"),
        ("9,1,1,0,1,0", "9,1,1,0,4294967295,0"),
        ("9,1,1,0,1,0", "9,4294967295,1,0,1,0"),
        ("2,2,6", "2,4294967295,6"),
    ];
    for (right, wrong) in claims {
        let lie = text.replacen(right, wrong, 1);
        assert_ne!(lie, text, "{right} is in the text");
        let before = NOW.load(Relaxed);
        PEAK.store(before, Relaxed);
        let outcome = analyze(support::source(lie), &AnalyzeOptions::default(), &Watch::default());
        let cost = PEAK.load(Relaxed) - before;
        assert!(cost < TINY, "{wrong}: {cost} bytes, {:?}", outcome.err());
    }
}
