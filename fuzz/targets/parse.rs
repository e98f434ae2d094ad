//! Any bytes: they are refused with a code and a place, or read and analysed.
#![no_main]

use leakguard_core::{AnalyzeOptions, Code, Limits, NoSources, Source, Watch, analyze};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_nodes: 10_000, max_edges: 100_000, max_string_bytes: 1 << 20, max_bytes: 1 << 22 };
    let options = AnalyzeOptions { top: 5, min_share: 0.01, min_bytes: 1, limits };
    let source = Source { reader: Box::new(std::io::Cursor::new(bytes.to_vec())) };
    if let Err(error) = analyze(source, &options, &NoSources, &Watch::default(), drop) {
        assert!(error.code != Code::Cancelled && error.code != Code::Io, "nobody cancels, nothing fails: {error}");
        assert!(error.code == Code::Limit || error.byte.is_some(), "no place: {error}");
    }
});
