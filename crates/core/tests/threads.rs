//! Threads that cannot be had, and threads that panic: the work is done by fewer, or fails as a whole.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::{AnalyzeOptions, Source, Watch};
use std::io::Read;
use std::process::Command;
use support::{Snapshot, analyze, source};

const ALONE: &str = "LEAKGUARD_TEST_ALONE";

fn large() -> String {
    let nodes = 50_000;
    (1..nodes).fold(Snapshot::new(nodes), |snapshot, node| snapshot.edge(node / 3, node)).text()
}

/// Runs itself where no thread's stack fits into memory; `--test-threads=1` keeps the test on the first thread.
#[test]
fn where_no_thread_can_be_had_the_callers_does_the_work() {
    let report = analyze(source(large()), &AnalyzeOptions::default(), &Watch::default()).expect("a good snapshot");
    if std::env::var_os(ALONE).is_some() {
        assert!(std::thread::Builder::new().spawn(|| ()).is_err(), "there are threads after all");
        println!("alone: {}", report.heap.total_size);
        return;
    }
    let child = Command::new(std::env::current_exe().expect("its own name"))
        .args(["where_no_thread_can_be_had_the_callers_does_the_work", "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .env("RUST_MIN_STACK", (1u64 << 47).to_string())
        .output()
        .expect("a child");
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}{}", String::from_utf8_lossy(&child.stderr));
    assert!(output.contains(&format!("alone: {}", report.heap.total_size)), "{output}");
}

/// White space until a helper comes to read, which panics.
struct Trap;

impl Read for Trap {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        assert!(std::thread::current().name() != Some("leakguard-parse"), "a helper's panic");
        std::thread::sleep(std::time::Duration::from_millis(1));
        buffer.fill(b' ');
        Ok(buffer.len())
    }
}

#[test]
fn a_helpers_panic_ends_the_work_and_does_not_hang_it() {
    if std::thread::available_parallelism().is_ok_and(|threads| threads.get() == 1) {
        return;
    }
    let trapped = || analyze(Source { reader: Box::new(Trap) }, &AnalyzeOptions::default(), &Watch::default()).is_ok();
    assert!(std::panic::catch_unwind(trapped).is_err(), "the panic goes on in the caller");
}
