//! Cancelling: at once, while bytes come, and in each stage. The work ends soon, with its own code.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

#[path = "support/fixtures.rs"]
mod fixtures;
mod support;

use leakguard_core::{AnalyzeOptions, Code, Source, Stage, Watch};
use std::io::{Cursor, Read};
use std::sync::Arc;
use support::analyze;

#[test]
fn before_it_begins() {
    let watch = Watch::default();
    watch.cancel();
    let error = analyze(support::source(support::small()), &AnalyzeOptions::default(), &watch).expect_err("cancelled");
    assert_eq!(error.code, Code::Cancelled);
}

/// Cancels when `at` bytes were read.
struct Cancelling {
    bytes: Cursor<Vec<u8>>,
    at: u64,
    watch: Arc<Watch>,
}

impl Read for Cancelling {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        if self.bytes.position() >= self.at {
            self.watch.cancel();
        }
        Ok(count)
    }
}

fn real_snapshot() -> Vec<u8> {
    let (folder, names) = fixtures::names();
    let name = names.iter().find(|name| name.starts_with("node")).expect("a real snapshot");
    zstd::decode_all(fixtures::snapshot(&folder, name).as_slice()).expect("a whole file")
}

#[test]
fn while_bytes_come_and_at_their_end() {
    let bytes = real_snapshot();
    for at in [1, bytes.len() / 2, bytes.len()] {
        let watch = Arc::new(Watch::default());
        let reader = Cancelling { bytes: Cursor::new(bytes.clone()), at: at as u64, watch: watch.clone() };
        let error =
            analyze(Source { reader: Box::new(reader) }, &AnalyzeOptions::default(), &watch).expect_err("cancelled");
        assert_eq!(error.code, Code::Cancelled, "at {at}");
    }
}

/// Another thread waits for the stage. It can come too late for the last ones, so one attempt of many must be in time.
#[test]
fn in_each_stage() {
    let bytes = real_snapshot();
    for stage in [Stage::Parse, Stage::Edges, Stage::Dominators, Stage::Report] {
        let in_time = (0..50).any(|_| {
            let watch = Watch::default();
            let outcome = std::thread::scope(|scope| {
                let work = scope.spawn(|| analyze(support::source(bytes.clone()), &AnalyzeOptions::default(), &watch));
                while watch.stage() as u8 != stage as u8 && !work.is_finished() {
                    std::hint::spin_loop();
                }
                watch.cancel();
                work.join().expect("no panic")
            });
            if let Err(error) = &outcome {
                assert_eq!(error.code, Code::Cancelled, "in {}", stage.name());
            }
            outcome.is_err() && watch.stage() as u8 == stage as u8
        });
        assert!(in_time, "never cancelled in {}", stage.name());
    }
}
