//! The flight recorder's file, as JavaScript sees it: a writer, and a reader of bytes.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::guard::guarded;
use crate::outcome::{Failure, Outcome};
use leakguard_core::recorder::{FIELDS, Kind, read};
use leakguard_process::recorder::{self, Identity, Writer};
use napi_derive::napi;
use std::path::Path;

/// Why a file could not be opened, or a record not be written.
#[napi(object)]
pub struct RecorderFailure {
    /// `ERR_LEAKGUARD_…`.
    pub code: String,
    /// A sentence, without the code.
    pub message: String,
    /// The system's number for it.
    pub errno: Option<i32>,
    /// Another writer has the file.
    pub occupied: bool,
}

/// A file that is written to: `open` it, then `sample` and `event`, then `close`.
#[napi]
#[derive(Default)]
pub struct RecorderWriter {
    writer: Option<Writer>,
    failure: Option<RecorderFailure>,
}

#[napi]
impl RecorderWriter {
    /// A writer without a file.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens or makes the file. `meta` is JSON. Answers why it could not.
    #[napi]
    pub fn open(&mut self, path: String, size: u32, pid: u32, started: f64, meta: String) -> Option<RecorderFailure> {
        let identity = Identity { pid, started, meta };
        let opened = guarded(|| Writer::open(Path::new(&path), size.into(), identity));
        match opened {
            Ok(Ok(writer)) => {
                self.writer = Some(writer);
                None
            }
            Ok(Err(failure)) => Some(failure.into()),
            Err(panic) => Some(internal(&panic)),
        }
    }

    /// Writes a sample: the time and then its numbers in the order of the format, NaN where one is not known. `false`:
    /// it was not written, and `failure` says why.
    #[napi]
    pub fn sample(&mut self, values: &[f64]) -> bool {
        let Some((&time, values)) = values.split_first() else { return false };
        let Some(values) = values.first_chunk::<{ FIELDS.len() }>() else { return false };
        self.write(|writer| writer.sample(time, values))
    }

    /// Writes an event. `figures` is the JSON of an object. `false`: it was not written whole, or there is no such kind.
    #[napi]
    pub fn event(&mut self, kind: String, time: f64, text: String, figures: String) -> bool {
        let Some(kind) = Kind::event(&kind) else { return false };
        self.write(|writer| writer.event(kind, time, &text, &figures))
    }

    /// Why the last record that could not be written was not.
    #[napi]
    pub fn failure(&mut self) -> Option<RecorderFailure> {
        self.failure.take()
    }

    /// Lets go of the file.
    #[napi]
    pub fn close(&mut self) {
        self.writer = None;
    }

    fn write(&mut self, work: impl FnOnce(&mut Writer) -> std::io::Result<()>) -> bool {
        let Some(writer) = &mut self.writer else { return false };
        match guarded(|| work(writer)) {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => {
                let message = format!("cannot write a record: {error}");
                let code = "ERR_LEAKGUARD_IO".to_owned();
                self.failure = Some(RecorderFailure { code, message, errno: error.raw_os_error(), occupied: false });
            }
            Err(panic) => self.failure = Some(internal(&panic)),
        }
        false
    }
}

/// Reads a file's bytes, with those of the `earlier` one that was put aside for it, into a recording as JSON.
#[napi]
pub fn read_recording(file: &[u8], earlier: Option<&[u8]>, running: bool) -> Outcome {
    let outcome = guarded(|| match read(file, earlier, running) {
        Ok(recording) => Outcome::told(&recording),
        Err(error) => Failure::from(error).into(),
    });
    outcome.unwrap_or_else(|panic| Failure::internal(&panic).into())
}

/// Whether a writer has the file that a descriptor is open for; `null`: that cannot be told here.
#[napi]
pub fn is_recorder_written(descriptor: i32) -> Option<bool> {
    recorder::is_written(descriptor)
}

impl From<recorder::Failure> for RecorderFailure {
    fn from(failure: recorder::Failure) -> Self {
        let code = if failure.kind == recorder::Kind::Foreign { "ERR_LEAKGUARD_PARSE" } else { "ERR_LEAKGUARD_IO" };
        Self {
            code: code.to_owned(),
            message: failure.message,
            errno: failure.errno,
            occupied: failure.kind == recorder::Kind::Occupied,
        }
    }
}

fn internal(panic: &str) -> RecorderFailure {
    let Failure { code, message, .. } = Failure::internal(panic);
    RecorderFailure { code, message, errno: None, occupied: false }
}
