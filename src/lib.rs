//! The binding: the only Rust that names napi. It converts, calls and maps; every computation is in `leakguard-core`.
//!
//! Values cross as JSON text, because both sides already know how to read and write it, and a report is small.
//! There is deliberately no thread-safe function: one left open can abort the process when a worker ends. Native
//! threads leave their results behind a lock, and JavaScript asks from a timer.

mod analysis;
mod awaited;
mod call;
mod end;
mod feed;
mod gc;
mod guard;
mod input;
mod job;
mod machine;
mod outcome;
mod population;
mod recorder;
mod redact;
mod scripts;
mod sinks;
mod sites;
mod source_maps;
mod stack;
mod tally;
mod trend;
mod twin;
mod view;
mod walker;

#[global_allocator]
static ALLOCATOR: leakguard_process::LargePages = leakguard_process::LargePages;
