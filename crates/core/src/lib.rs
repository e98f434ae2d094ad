//! leakguard's pure computation: the bytes of a heap snapshot in, a report out; memory samples in, a verdict out.
//!
//! No clock, no file system, no Node: callers hand in a reader and a [`Watch`].
#![forbid(unsafe_code)]

pub mod analysis;
mod bits;
mod error;
pub mod format;
pub mod graph;
mod options;
pub mod recorder;
pub mod redact;
mod report;
pub mod sites;
mod source_map;
mod sources;
mod tally;
mod task;
#[cfg(any(test, feature = "testing"))]
#[expect(clippy::cast_possible_truncation, reason = "heaps made by hand are small")]
pub mod testing;
pub mod trend;
mod watch;

pub use error::{Code, Error};
pub use options::{AnalyzeOptions, CensusOptions, DiffOptions, GrowthOptions, Limits};
pub use report::{
    ChangeRow, ClassRow, ClosureRow, ClosureSite, ContextRow, Diff, DominatorRow, FunctionCount, Grown, Growth,
    HeapFigures, HolderRow, ListenerRow, Location, Noise, Outline, PathStep, Report, StringRow, Sum, SumRow, Suspect,
    TimerRow, Totals, TreeRow,
};
pub use source_map::{Original, SourceMaps};
pub use sources::{NoSources, Sources};
pub use tally::{Change, Difference, Size, Tally};
pub use task::{Answer, Task, compare, examine, examine_afar, examine_graph, read};
pub use watch::{Stage, Watch};

use std::io::Read;

/// Where the bytes of a snapshot come from: plain, gzip or zstd, told apart by content.
pub struct Source {
    /// Read from start to end, once, by a thread of the analysis.
    pub reader: Box<dyn Read + Send>,
}

/// Parses a heap snapshot and analyses it, on the calling thread and as many more as there are cores, up to four.
///
/// `done` gets the report before the memory of the analysis is given back, which takes a while itself.
///
/// # Errors
/// [`Code::Parse`] with the byte where the input stops being a snapshot, [`Code::Limit`], [`Code::Cancelled`],
/// [`Code::Io`] where the reader fails.
pub fn analyze<T>(
    source: Source,
    options: &AnalyzeOptions,
    sources: &dyn Sources,
    watch: &Watch,
    done: impl FnOnce(Report) -> T,
) -> Result<T, Error> {
    let graph = format::parse(source, &options.limits, watch)?;
    let (_heap, report) = analysis::reported(graph, analysis::Purpose::Report, options, sources, watch)?;
    Ok(done(report))
}
