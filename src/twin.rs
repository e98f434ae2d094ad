//! One twin, and JavaScript's view of it.
//!
//! The object owns the twin: when it is collected, or its worker ends, the twin is killed and nobody waits for it.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]

use crate::call::{parsed, thrown};
use crate::guard::guarded;
use crate::outcome::number;
use crate::sinks::{Analysis, Answer, WalkAnalysis};
use crate::sites::Sites;
use leakguard_core::Task;
use leakguard_core::redact::RedactOptions;
use leakguard_core::sites::SiteOptions;
use leakguard_process::descriptor;
use leakguard_process::twin::{self, Compression, Failure, FileSink, Job, Kind, Limits, Passage, PipeSink};
use leakguard_process::twin::{Settings, Sink, Start};
use napi::Result;
use napi::bindgen_prelude::{FnArgs, Function, Unknown};
use napi_derive::napi;
use parking_lot::Mutex;
use serde::Deserialize;
use std::io::PipeReader;
use std::sync::Arc;
use std::time::Duration;

/// What a twin is asked for, as JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TwinOptions {
    sink: SinkOptions,
    #[serde(default = "default_stall")]
    stall_ms: u64,
    #[serde(default)]
    nice: i32,
    /// Beside others of which this is true; else alone.
    #[serde(default)]
    beside: bool,
    #[serde(default = "default_watch")]
    watch_memory: bool,
    #[serde(default)]
    check: bool,
    reserve_bytes: Option<u64>,
    most_bytes: Option<u64>,
}

fn default_stall() -> u64 {
    2000
}

fn default_watch() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
enum SinkOptions {
    File {
        fd: i32,
        compress: Option<Compress>,
        level: Option<u32>,
        redact: Option<RedactOptions>,
    },
    Pipe {
        compress: Option<Compress>,
        level: Option<u32>,
        redact: Option<RedactOptions>,
    },
    /// What comes is the answer.
    Answer,
    Analyze {
        #[serde(default)]
        task: Box<Task>,
        #[serde(default)]
        read_scripts: bool,
    },
    /// V8 writes nothing: JavaScript calls `walkHeap` in the twin.
    Walk {
        #[serde(default)]
        task: Box<Task>,
        #[serde(default)]
        read_scripts: bool,
    },
    Sites {
        options: SiteOptions,
    },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Compress {
    Gzip,
    Zstd,
}

fn passage(check: bool, compress: Option<Compress>, level: Option<u32>, redact: Option<RedactOptions>) -> Passage {
    let compression = match compress {
        None => Compression::None,
        Some(Compress::Gzip) => Compression::Gzip(level.unwrap_or(6).min(9)),
        Some(Compress::Zstd) => Compression::Zstd(i32::try_from(level.unwrap_or(3)).unwrap_or(19).min(19)),
    };
    Passage { check, redact, compression }
}

/// Why a twin left nothing.
#[napi(object)]
pub struct TwinFailure {
    /// `ERR_LEAKGUARD_…`.
    pub code: String,
    /// A sentence, without the code.
    pub message: String,
    /// `unsupported`, `refused`, `died`, `killed`, `stalled`, `capture`, `sink`, `headroom`, `cancelled` or `internal`.
    pub kind: String,
    /// Whether another twin could fare better.
    pub retry: bool,
    /// The operating system's reason: `EAGAIN`, `ENOSPC`, …
    pub errno: Option<String>,
    /// The byte of the snapshot where an analysis stopped.
    pub byte: Option<f64>,
}

/// How far a twin is.
#[napi(object)]
pub struct TwinProgress {
    /// `snapshot` until V8's first byte; then `write`, `flush`, or a stage of the analysis.
    pub stage: String,
    /// Bytes that came from V8.
    pub bytes: f64,
    /// Bytes that the sink passed on: of the file or through the pipe, after compression.
    pub written: f64,
}

/// What a twin leaves: a failure, or not; and its figures.
#[napi(object)]
pub struct TwinOutcome {
    /// The report as JSON: of an analysis, of allocation sites, of what was redacted.
    pub report: Option<String>,
    /// Why there is nothing.
    pub failure: Option<TwinFailure>,
    /// Bytes that came from V8.
    pub bytes: f64,
    /// Bytes that the sink passed on.
    pub written: f64,
    /// How long the system's `fork` took.
    pub fork_ms: f64,
    /// How long the calling thread was held by the successful `start`, the fork included.
    pub held_ms: f64,
    /// From the fork to the twin's end.
    pub duration_ms: f64,
    /// The most memory that the twin had for itself.
    pub twin_peak_bytes: Option<f64>,
}

/// What became of a `start`.
#[napi(object)]
pub struct TwinStart {
    /// `started`; or ask again in a few ms: `preparing`, `busy` (V8's workers are), `occupied` (another twin lives);
    /// or `failed`, where asking again does not help.
    pub state: String,
    pub failure: Option<TwinFailure>,
}

impl From<Failure> for TwinFailure {
    fn from(failure: Failure) -> Self {
        Self {
            kind: failure.kind.name().to_owned(),
            retry: failure.passing(),
            code: failure.code,
            message: failure.message,
            errno: failure.errno,
            byte: failure.byte.map(number),
        }
    }
}

/// One twin: `start` until it says `started`, then `take` until there is an outcome.
#[napi]
pub struct TwinJob {
    job: Job,
    reader: Mutex<Option<PipeReader>>,
}

#[napi]
impl TwinJob {
    /// A twin that waits for its start. `options` is JSON.
    #[napi(constructor)]
    pub fn new(options: String) -> Result<Self> {
        let options: TwinOptions = parsed(&options)?;
        let mut reader = None;
        let sink: Arc<dyn Sink> = match options.sink {
            SinkOptions::File { fd, compress, level, redact } => {
                Arc::new(FileSink::new(fd, passage(options.check, compress, level, redact)))
            }
            SinkOptions::Pipe { compress, level, redact } => {
                let (sink, end) = PipeSink::open(passage(options.check, compress, level, redact)).map_err(thrown)?;
                reader = Some(end);
                Arc::new(sink)
            }
            SinkOptions::Answer => Arc::new(Answer),
            SinkOptions::Analyze { task, read_scripts } => Arc::new(Analysis::new(*task, read_scripts)),
            SinkOptions::Walk { task, read_scripts } => Arc::new(WalkAnalysis::new(Analysis::new(*task, read_scripts))),
            SinkOptions::Sites { options } => Arc::new(Sites(options)),
        };
        let limits = Limits {
            stall: Duration::from_millis(options.stall_ms),
            watch_memory: options.watch_memory,
            reserve: options.reserve_bytes,
            most: options.most_bytes.unwrap_or(u64::MAX),
        };
        let job = Job::new(Settings { sink, nice: options.nice.clamp(0, 19), beside: options.beside, limits });
        Ok(Self { job, reader: Mutex::new(reader) })
    }

    /// The descriptor from which to read what a twin with a `pipe` sink writes. Once; it is the caller's to close.
    #[napi]
    pub fn take_pipe(&self) -> Result<Option<i32>> {
        self.reader.lock().take().map(descriptor).transpose().map_err(thrown)
    }

    /// Makes the twin, if this is the moment; else ask again in a few ms. In the twin `capture` is called with the path
    /// that V8, or it, is to write to, and the twin ends when it returns or throws. `anyway`: though V8's workers are at work.
    #[napi]
    pub fn start(&self, capture: Function<FnArgs<(String,)>, Unknown>, anyway: Option<bool>) -> TwinStart {
        let mut capture =
            |path: &str| capture.call((path.to_owned(),).into()).map(drop).map_err(|error| error.reason.clone());
        let start = guarded(|| self.job.start(anyway.unwrap_or(false), &mut capture))
            .unwrap_or_else(|panic| Err(Failure::new(Kind::Internal, panic)));
        let state = match &start {
            Ok(Start::Started) => "started",
            Ok(Start::Preparing) => "preparing",
            Ok(Start::Busy) => "busy",
            Ok(Start::Occupied) => "occupied",
            Err(_) => "failed",
        };
        TwinStart { state: state.to_owned(), failure: start.err().map(TwinFailure::from) }
    }

    /// How far the twin is.
    #[napi]
    pub fn progress(&self) -> TwinProgress {
        let progress = self.job.progress();
        TwinProgress { stage: progress.stage, bytes: number(progress.bytes), written: number(progress.written) }
    }

    /// Asks the twin to end; it is killed soon after, with `ERR_LEAKGUARD_CANCELLED` unless it was done.
    #[napi]
    pub fn cancel(&self) {
        self.job.cancel();
    }

    /// The outcome, once: `null` while the twin lives, and after it was taken. By then the process is gone.
    #[napi]
    pub fn take(&self) -> Option<TwinOutcome> {
        let outcome = self.job.take()?;
        let (answer, failure) = match outcome.result {
            Ok(answer) => (answer, None),
            Err(failure) => (Vec::new(), Some(failure)),
        };
        Some(TwinOutcome {
            report: (!answer.is_empty()).then(|| String::from_utf8_lossy(&answer).into_owned()),
            failure: failure.map(TwinFailure::from),
            bytes: number(outcome.bytes),
            written: number(outcome.written),
            fork_ms: outcome.fork_ms,
            held_ms: outcome.held_ms,
            duration_ms: outcome.duration_ms,
            twin_peak_bytes: outcome.peak.map(number),
        })
    }
}

/// Why this process can have no twin; `null`: it can.
#[napi]
pub fn twin_unsupported() -> Option<String> {
    guarded(twin::unsupported).unwrap_or_else(Some)
}
