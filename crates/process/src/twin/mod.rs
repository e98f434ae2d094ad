//! The twin: a copy-on-write `fork()` of this process in which V8 does its slow work, while the app goes on serving.
//!
//! Only the thread that forks lives on in the twin. One file a step:
//!
//! 1. `survey`: on a thread of ours, what the fork needs to know: V8's memory (`maps`), the slots to patch (`slots`),
//!    V8's worker threads (`workers`).
//! 2. `memory_marks`: V8 keeps its heap out of forks; for the fork it is let in, afterwards kept out again.
//! 3. `job`: the fork itself, on JavaScript's thread. This is the app's pause.
//! 4. `identity`, `descriptors`: the copy becomes a twin: signals, priority, the parent's death, what it must not hold.
//! 5. `life`: JavaScript asks V8, a thread of the twin consumes the bytes (`sink`), frames tell the parent (`frames`).
//! 6. `supervise`: in the parent: progress, stalls (`stall`), memory (`watch`), the end.
//!
//! Nothing of the parent's is changed for longer than the fork takes, and a twin that dies harms nobody.

mod failure;
#[cfg(any(target_os = "linux", test))]
mod frames;
mod sink;

#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod identity;
#[cfg(target_os = "linux")]
mod job;
#[cfg(target_os = "linux")]
mod life;
#[cfg(target_os = "linux")]
pub(crate) mod maps;
#[cfg(target_os = "linux")]
mod memory_marks;
#[cfg(target_os = "linux")]
mod slots;
#[cfg(target_os = "linux")]
mod stall;
#[cfg(target_os = "linux")]
mod stand_ins;
#[cfg(target_os = "linux")]
mod supervise;
#[cfg(target_os = "linux")]
mod survey;
#[cfg(target_os = "linux")]
mod tasks;
#[cfg(target_os = "linux")]
mod watch;
#[cfg(target_os = "linux")]
mod workers;

#[cfg(not(target_os = "linux"))]
mod elsewhere;

pub use failure::{Failure, Kind};
pub use sink::{Compression, FileSink, Intake, Passage, PipeSink, Sink};

#[cfg(not(target_os = "linux"))]
pub use elsewhere::{Job, unsupported};
#[cfg(target_os = "linux")]
pub use job::{Job, unsupported};

use std::sync::Arc;
use std::time::Duration;

/// A number that names an open file of this process.
pub type Descriptor = i32;

/// What a twin is made for, and its limits.
pub struct Settings {
    /// What consumes V8's bytes, in the twin.
    pub sink: Arc<dyn Sink>,
    /// How much the twin's priority is lowered, 0 to 19.
    pub nice: i32,
    /// Whether it may live beside others of which this is true: it costs little.
    pub beside: bool,
    /// Where it ends.
    pub limits: Limits,
}

/// Where a twin ends before it is done.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A twin that sleeps for so long without any progress is ended.
    pub stall: Duration,
    /// Whether the twin is ended before it takes the cgroup or the machine to its limit.
    pub watch_memory: bool,
    /// How much memory the watch leaves free; `None`: a twentieth of the limit, 16 to 256 MiB.
    pub reserve: Option<u64>,
    /// So many bytes the twin may have for itself, whatever there is.
    pub most: u64,
}

/// What became of a request to start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Start {
    /// The twin lives.
    Started,
    /// The survey is under way: ask again in a few milliseconds.
    Preparing,
    /// V8's workers are at work: ask again in a few milliseconds.
    Busy,
    /// Another twin of this process lives, and this one not beside it: ask again later.
    Occupied,
}

/// How far a twin is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// `snapshot` until V8's first byte, then what the sink says.
    pub stage: String,
    /// Bytes that came from V8.
    pub bytes: u64,
    /// Bytes that the sink passed on.
    pub written: u64,
}

/// What a twin leaves.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the sink answered, or why there is no answer.
    pub result: Result<Vec<u8>, Failure>,
    /// Bytes that came from V8.
    pub bytes: u64,
    /// Bytes that the sink passed on.
    pub written: u64,
    /// How long the system's `fork` took, in milliseconds.
    pub fork_ms: f64,
    /// How long JavaScript's thread was held by the start, in milliseconds.
    pub held_ms: f64,
    /// From the fork to the end, in milliseconds.
    pub duration_ms: f64,
    /// The most memory that the twin had for itself, where it could be measured.
    pub peak: Option<u64>,
}
