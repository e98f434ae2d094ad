//! One redaction on a thread of its own, and JavaScript's view of it: from a file or a feed, into a file or a pipe.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::call::{parsed, thrown};
use crate::input::Input;
use crate::job::Slot;
use crate::outcome::{Failure, Outcome};
use leakguard_core::Error as CoreError;
use leakguard_core::redact::{RedactOptions, Redacted};
use leakguard_process::{descriptor, open_target};
use napi::Result;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use parking_lot::Mutex;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const BUFFER: usize = 256 << 10;

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    outcome: Slot,
}

/// One redaction: a target, then a source, then `take` until there is an outcome.
#[napi]
pub struct RedactJob {
    options: RedactOptions,
    shared: Arc<Shared>,
    input: Input,
    target: Mutex<Option<Box<dyn Write + Send>>>,
}

#[napi]
impl RedactJob {
    /// A job that waits for its target and its source. `options` is JSON.
    #[napi(constructor)]
    pub fn new(options: String) -> Result<Self> {
        let options = parsed(&options)?;
        Ok(Self { options, shared: Arc::default(), input: Input::default(), target: Mutex::default() })
    }

    /// Writes into the file at this path, which is there.
    #[napi]
    pub fn target_file(&self, path: String) -> Result<()> {
        *self.target.lock() = Some(Box::new(open_target(&path).map_err(thrown)?));
        Ok(())
    }

    /// Writes into a pipe; answers the descriptor from which to read, which is the caller's to close.
    #[napi]
    pub fn target_pipe(&self) -> Result<i32> {
        let (reader, writer) = io::pipe().map_err(thrown)?;
        let end = descriptor(reader).map_err(thrown)?;
        *self.target.lock() = Some(Box::new(writer));
        Ok(end)
    }

    /// Starts on a file.
    #[napi]
    pub fn open_file(&self, path: String) {
        let input = self.input.clone();
        self.start(move || input.open(&path));
    }

    /// Starts on what `write` will bring.
    #[napi]
    pub fn open_feed(&self) {
        let input = self.input.clone();
        self.start(move || Ok(input.fed()));
    }

    /// Copies a chunk of input. `false`: enough is queued, go on when `hasRoom` says so.
    #[napi]
    pub fn write(&self, chunk: Uint8Array) -> bool {
        self.input.feed.write(chunk.to_vec())
    }

    /// Whether the job wants more input.
    #[napi]
    pub fn has_room(&self) -> bool {
        self.input.feed.has_room()
    }

    /// The input is complete.
    #[napi]
    pub fn end(&self) {
        self.input.feed.end();
    }

    /// Bytes of the input read, before decompression.
    #[napi]
    pub fn bytes(&self) -> f64 {
        self.input.bytes()
    }

    /// Asks the job to stop; it ends soon after.
    #[napi]
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Relaxed);
        self.input.feed.abandon();
    }

    /// The outcome, once: `null` while the job runs, and after it was taken. Its report says what was redacted.
    #[napi]
    pub fn take(&self) -> Option<Outcome> {
        self.shared.outcome.take()
    }

    fn start(&self, open: impl FnOnce() -> std::result::Result<Box<dyn Read + Send>, Failure> + Send + 'static) {
        let (shared, options, target) = (Arc::clone(&self.shared), self.options.clone(), self.target.lock().take());
        self.shared.outcome.fill(move |slot| {
            let target = target.ok_or_else(|| Failure::internal("a redaction without a target"))?;
            let report = run(open()?, target, &options, &shared.cancelled)?;
            slot.put(Outcome { report: Some(report), failure: None });
            Ok(())
        });
    }
}

impl Drop for RedactJob {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn run(
    source: Box<dyn Read + Send>,
    mut target: Box<dyn Write + Send>,
    options: &RedactOptions,
    cancelled: &AtomicBool,
) -> std::result::Result<String, Failure> {
    let mut source = Redacted::new(source, options)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        if cancelled.load(Relaxed) {
            return Err(CoreError::cancelled().into());
        }
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<CoreError>());
                return Err(inner.map_or_else(|| Failure::reading(&error), |inner| inner.clone().into()));
            }
        };
        target.write_all(&buffer[..count]).map_err(|error| Failure::writing(&error))?;
    }
    target.flush().map_err(|error| Failure::writing(&error))?;
    // A pipe's reader sees the end before the outcome is there to be asked for.
    drop(target);
    serde_json::to_string(&source.redaction()).map_err(|error| Failure::internal(&error.to_string()))
}
