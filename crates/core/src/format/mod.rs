//! `.heapsnapshot` bytes to a graph, streaming, on every core, within limits.
//!
//! The file's own meta says where each field stands; sections that are not known are skipped. Bytes are untrusted: what
//! they say is checked before it is used, and each refusal names the byte.

mod checked;
mod columns;
mod divisor;
mod input;
mod meta;
mod numbers;
mod parser;
mod partial;
mod pipeline;
mod places;
mod processor;
#[cfg_attr(not(target_arch = "x86_64"), path = "no_runs.rs")]
mod runs;

pub use checked::Checked;
pub(crate) use input::{decompressed, failed};
pub(crate) use parser::{OTHER_SECTIONS, OTHER_START};

use crate::graph::Graph;
use crate::{Error, Limits, Source, Stage, Watch};

/// More threads than this find nothing to do: putting blocks in order takes a quarter of the work.
const MOST_THREADS: usize = 4;

/// Reads a snapshot.
///
/// # Errors
/// See [`crate::analyze`].
pub fn parse(source: Source, limits: &Limits, watch: &Watch) -> Result<Graph, Error> {
    parse_beside(0, source, limits, watch)
}

/// The same beside so many threads that are at work: theirs are left to them.
pub(crate) fn parse_beside(others: usize, source: Source, limits: &Limits, watch: &Watch) -> Result<Graph, Error> {
    watch.enter(Stage::Parse)?;
    pipeline::run(source, limits, threads().saturating_sub(others).clamp(1, MOST_THREADS), watch)
}

/// How many threads may run at once here, cgroup quotas regarded.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
