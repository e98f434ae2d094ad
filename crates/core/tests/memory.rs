//! Memory is bounded by the bytes that came, not by what they claim. Counts what the whole process allocates: so one test,
//! in a binary of its own.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::{AnalyzeOptions, Watch};
use peak_alloc::PeakAlloc;
use support::analyze;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

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
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let outcome = analyze(support::source(lie), &AnalyzeOptions::default(), &Watch::default());
        let cost = ALLOCATOR.peak_usage() - before;
        assert!(cost < TINY, "{wrong}: {cost} bytes, {:?}", outcome.err());
    }
}
