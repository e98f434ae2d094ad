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

/// What a census keeps.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CensusOptions {
    /// How many signatures at most; the smallest are left out, and the census says how many.
    pub max_paths: usize,
    /// How many of the largest are named as suspects are, for a comparison without the heap.
    pub names: usize,
    /// Are classes counted as well? That takes finding out whose storage is whose; paths do without. Where the tree is asked for, or the heap is folded where
    /// it lies, they are in any case.
    pub classes: bool,
    /// When the heap was captured, in ms since 1970, where that is known.
    pub time: Option<u64>,
}

impl Default for CensusOptions {
    fn default() -> Self {
        Self { max_paths: 20_000, names: 100, classes: true, time: None }
    }
}

/// What a comparison of two snapshots, object by object, is to tell.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DiffOptions {
    /// How many classes at most, and how many holders.
    pub top: usize,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self { top: 20 }
    }
}

/// What counts as growth.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct GrowthOptions {
    /// How many suspects at most.
    pub top: usize,
    /// The least bytes, from the first look to the last, that make a suspect.
    pub min_bytes: u64,
    /// The least objects or values, from the first look to the last; what grows by fewer has to grow in bytes alone.
    pub min_count: u64,
    /// Folders of leakguard itself: what its own code holds is told apart.
    pub own: Vec<String>,
}

impl Default for GrowthOptions {
    fn default() -> Self {
        Self { top: 10, min_bytes: 64 * 1024, min_count: 20, own: Vec::new() }
    }
}
