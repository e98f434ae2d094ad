//! What a large file may do: be read in time, or be refused at a limit.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::graph::NodeIx;
use leakguard_core::{AnalyzeOptions, Code, Error, Limits, Report, Source, Watch};
use std::io::Read;
use support::{Snapshot, analyze, gzip, heap, small, snapshot_text, source, zstd};

fn run(bytes: impl Into<Vec<u8>>) -> Result<Report, Error> {
    analyze(source(bytes), &AnalyzeOptions::default(), &Watch::default())
}

#[test]
fn a_node_with_five_million_edges_is_read() {
    const EDGES: usize = 5_000_000;
    let nodes = format!("9,1,1,0,1,0,1,1,3,8,{EDGES},0,3,1,5,16,0,0");
    let mut edges = String::from("2,1,6");
    for index in 0..EDGES {
        edges += &format!(",1,{index},12");
    }
    let text = snapshot_text(3, EDGES + 1, &nodes, &edges, r#""<dummy>","x""#);
    let report = run(text.clone()).expect("a wide node");
    assert_eq!((report.heap.edge_count, report.heap.total_size), (EDGES as u64 + 1, 24));
    let heap = heap(text).expect("a wide node");
    assert_eq!((heap.retained(NodeIx(1)), heap.distance(NodeIx(2))), (24, 2));
}

#[test]
fn a_chain_a_million_deep_is_read() {
    const NODES: usize = 1_000_000;
    let mut chain = Snapshot::new(NODES);
    for node in 0..NODES - 1 {
        chain.edges[node].push(node + 1);
    }
    let text = chain.text();
    let heap = heap(text.clone()).expect("a deep chain");
    assert_eq!(
        (heap.distance(NodeIx(NODES as u32 - 1)), heap.idom(NodeIx(NODES as u32 - 1)).0),
        (NODES as i32 - 1, NODES as u32 - 2)
    );
    run(text).expect("a deep chain's report");
}

#[test]
fn a_million_equal_objects_in_one_holder_are_read() {
    const NODES: usize = 1_000_000;
    let mut star = Snapshot::new(NODES).edge(0, 1);
    star.edges[1] = (2..NODES).collect();
    let report = run(star.text()).expect("a star");
    assert_eq!((report.heap.node_count, report.class_count), (NODES as u64, 1));
}

/// Work that grows with the square of the input would be a hang: a megabyte would take minutes.
#[test]
fn names_made_to_be_searched_for_ever_are_read_at_once() {
    let pair = " @1) pair in WeakMap (table @1)";
    let names = [
        format!("1 / part of key ({}{pair}", ") -> value (".repeat(20_000)),
        format!("1 / part of key ( @1{}{pair}", ") -> value (".repeat(20_000)),
        format!("1 / part of key ({}", pair.repeat(10_000)),
        format!("{} / part of key (x{pair}", "1".repeat(1_000_000)),
        format!("1 / part of key ({}{pair}", " @".repeat(500_000)),
        format!("<{}", "<".repeat(1_000_000)),
        format!("Detached <{}", " ".repeat(1_000_000)),
    ];
    for name in names {
        let text = snapshot_text(
            3,
            2,
            "9,1,1,0,1,0,8,1,3,8,1,2,3,1,5,8,0,0",
            "2,1,6,3,1,12",
            &format!(r#""<dummy>","{name}""#),
        );
        let from = std::time::Instant::now();
        run(text).expect("an odd name");
        // Minutes, were it quadratic; a busy machine is slow, too.
        assert!(from.elapsed().as_secs() < 60, "{}… took {:?}", &name[..40], from.elapsed());
    }
}

#[test]
fn limits_hold() {
    let limited = |bytes: Vec<u8>, limits: Limits| {
        let error = analyze(source(bytes), &AnalyzeOptions { limits, ..AnalyzeOptions::default() }, &Watch::default())
            .expect_err("too much");
        assert_eq!(error.code, Code::Limit, "{error}");
    };
    let text = small();
    limited(text.clone().into_bytes(), Limits { max_nodes: 2, ..Limits::default() });
    limited(text.clone().into_bytes(), Limits { max_edges: 1, ..Limits::default() });
    limited(text.clone().into_bytes(), Limits { max_string_bytes: 10, ..Limits::default() });
    limited(text.clone().into_bytes(), Limits { max_bytes: text.len() as u64 - 1, ..Limits::default() });
    // Empty strings take room too: an entry of the table each.
    let empty = text.replacen(r#""next""#, &format!(r#""next"{}"#, r#","""#.repeat(1000)), 1);
    limited(empty.into_bytes(), Limits { max_string_bytes: 1000, ..Limits::default() });
    let enough = Limits { max_nodes: 3, max_edges: 2, max_string_bytes: 64, max_bytes: text.len() as u64 };
    analyze(source(text), &AnalyzeOptions { limits: enough, ..AnalyzeOptions::default() }, &Watch::default())
        .expect("just enough");
}

/// A reader that hands out `head`, then a byte for ever.
struct Endless(Vec<u8>, u8);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            buffer.fill(self.1);
            return Ok(buffer.len());
        }
        let count = self.0.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0.drain(..count);
        Ok(count)
    }
}

#[test]
fn an_endless_input_ends_at_a_limit() {
    let text = small();
    for mark in [
        "",
        "\"meta\":",
        "\"nodes\":[",
        "\"nodes\":[9,1",
        "\"edges\":[",
        "\"trace_tree\":[",
        "\"strings\":[",
        "\"strings\":[\"",
        "]}",
    ] {
        for byte in [b' ', b'0', b'9', b',', b'[', b'x', b'"', b'\\', 0] {
            let end = if mark == "]}" { text.len() } else { text.find(mark).expect("the mark") + mark.len() };
            let head = text.as_bytes()[..end].to_vec();
            let source = Source { reader: Box::new(Endless(head, byte)) };
            let limits = Limits { max_bytes: 4 << 20, ..Limits::default() };
            let outcome = analyze(source, &AnalyzeOptions { limits, ..AnalyzeOptions::default() }, &Watch::default());
            let error = outcome.expect_err(mark);
            assert!(matches!(error.code, Code::Parse | Code::Limit), "{mark} {byte}: {error}");
        }
    }
}

#[test]
fn a_decompression_bomb_ends_at_a_limit() {
    let mut text = small().into_bytes();
    let at = text.len() - 3;
    text.splice(at..at, std::iter::repeat_n(b'x', 12 << 20));
    for packed in [gzip(&text), zstd(&text)] {
        assert!(packed.len() < 1 << 20, "a bomb is small");
        let limits = Limits { max_bytes: 2 << 20, ..Limits::default() };
        let error =
            analyze(source(packed.clone()), &AnalyzeOptions { limits, ..AnalyzeOptions::default() }, &Watch::default())
                .expect_err("a bomb");
        assert_eq!(error.code, Code::Limit, "{error}");
        let limits = Limits { max_string_bytes: 2 << 20, ..Limits::default() };
        let error = analyze(source(packed), &AnalyzeOptions { limits, ..AnalyzeOptions::default() }, &Watch::default())
            .expect_err("a bomb");
        assert_eq!(error.code, Code::Limit, "{error}");
    }
}
