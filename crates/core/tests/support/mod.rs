//! What the integration tests share: snapshot texts made by hand, ways to feed them, and a small seeded generator.
#![allow(dead_code, reason = "each test crate uses a part")]

use leakguard_core::analysis::Heap;
use leakguard_core::{AnalyzeOptions, Error, Limits, NoSources, Report, Source, Watch, format};
use std::io::{Cursor, Write};

/// The bytes as the analysis takes them.
pub fn source(bytes: impl Into<Vec<u8>>) -> Source {
    let bytes = bytes.into();
    Source { reader: Box::new(Cursor::new(bytes)) }
}

/// The whole analysis, without the program's sources at hand.
pub fn analyze(source: Source, options: &AnalyzeOptions, watch: &Watch) -> Result<Report, Error> {
    leakguard_core::analyze(source, options, &NoSources, watch, |report| report)
}

/// Parses and computes everything, with default limits.
pub fn heap(bytes: impl Into<Vec<u8>>) -> Result<Heap, Error> {
    let watch = Watch::default();
    Heap::new(format::parse(source(bytes), &Limits::default(), &watch)?, &watch)
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("a vector takes all bytes");
    encoder.finish().expect("a vector takes all bytes")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("a vector takes all bytes")
}

/// A snapshot of objects and property edges, written as Node 24 writes it. Node 0 is the root.
pub struct Snapshot {
    /// Edges by source node.
    pub edges: Vec<Vec<usize>>,
    /// Own sizes.
    pub sizes: Vec<u64>,
}

impl Snapshot {
    pub fn new(nodes: usize) -> Self {
        Self { edges: vec![Vec::new(); nodes], sizes: (0..nodes as u64).map(|node| node * 8).collect() }
    }

    pub fn edge(mut self, from: usize, to: usize) -> Self {
        self.edges[from].push(to);
        self
    }

    pub fn text(&self) -> String {
        let mut nodes = String::new();
        let mut edges = String::new();
        for (node, targets) in self.edges.iter().enumerate() {
            let kind = if node == 0 { 9 } else { 3 };
            nodes += &format!("{kind},1,{},{},{},0,", 2 * node + 1, self.sizes[node], targets.len());
            for target in targets {
                edges += &format!("2,2,{},", target * 6);
            }
        }
        let count = self.edges.iter().map(Vec::len).sum();
        snapshot_text(
            self.edges.len() as u64,
            count,
            nodes.trim_end_matches(','),
            edges.trim_end_matches(','),
            r#""<dummy>","Thing","next""#,
        )
    }
}

/// Three nodes: the root, `Thing`, and what its property `next` holds.
pub fn small() -> String {
    Snapshot::new(3).edge(0, 1).edge(1, 2).text()
}

/// A file with the given counts and sections.
pub fn snapshot_text(node_count: u64, edge_count: usize, nodes: &str, edges: &str, strings: &str) -> String {
    format!(
        concat!(
            r#"{{"snapshot":{{"meta":{},"node_count":{},"edge_count":{},"trace_function_count":0}},"nodes":[{}],"edges":[{}],"#,
            r#""trace_function_infos":[],"trace_tree":[],"samples":[],"locations":[],"strings":[{}]}}"#
        ),
        META, node_count, edge_count, nodes, edges, strings
    )
}

pub const META: &str = concat!(
    r#"{"node_fields":["type","name","id","self_size","edge_count","detachedness"],"#,
    r#""node_types":[["hidden","array","string","object","code","closure","regexp","number","native","synthetic","#,
    r#""concatenated string","sliced string","symbol","bigint","object shape"],"string","number","number","number","number","number"],"#,
    r#""edge_fields":["type","name_or_index","to_node"],"#,
    r#""edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"string_or_number","node"],"#,
    r#""trace_function_info_fields":[],"trace_node_fields":[],"sample_fields":[],"#,
    r#""location_fields":["object_index","script_id","line","column"]}"#
);

/// SplitMix64: enough randomness for tests, and a failure's seed says it all.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
