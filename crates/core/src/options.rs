//! Options of an analysis. The JavaScript facade validates by name; here are the shapes and the defaults.

use serde::Deserialize;

/// What an analysis is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AnalyzeOptions {
    /// How many rows each table of the report has at most.
    pub top: usize,
    /// The least share of the heap, 0 to 1, that makes a suspect.
    pub min_share: f64,
    /// The least bytes that make a suspect.
    pub min_bytes: u64,
    /// What the input may ask for.
    pub limits: Limits,
}

impl Default for AnalyzeOptions {
    fn default() -> Self {
        Self { top: 50, min_share: 0.05, min_bytes: 256 * 1024, limits: Limits::default() }
    }
}

/// Bounds on what an input may ask for, so that a hostile or broken file cannot exhaust memory.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// Nodes, at most 2^28 - 1.
    pub max_nodes: u64,
    /// Edges, at most 2^32 - 2.
    pub max_edges: u64,
    /// Bytes of all strings together.
    pub max_string_bytes: u64,
    /// Bytes of the input after decompression.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_nodes: (1 << 28) - 1, max_edges: (1 << 32) - 2, max_string_bytes: 1 << 32, max_bytes: 1 << 38 }
    }
}
