//! What is in a snapshot, object by object, for a later comparison: at once, because those who ask wait for it.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::call::done;
use crate::guard::guarded;
use crate::outcome::Failure;
use leakguard_core::{Limits, Source, Tally, Watch};
use leakguard_process::open_snapshot;
use napi_derive::napi;
use std::sync::Arc;

/// The objects of one snapshot: `read` it, then compare it with another.
#[napi]
#[derive(Default)]
pub struct HeapTally {
    pub(crate) tally: Arc<Tally>,
}

#[napi]
impl HeapTally {
    /// One without objects.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the snapshot of a file, without objects of the constructor `ignored`. Answers why it could not.
    #[napi]
    pub fn read(&mut self, path: String, ignored: String) -> Option<Failure> {
        let read = guarded(|| {
            let (file, _) = open_snapshot(&path).map_err(|error| Failure::open(&error, &path))?;
            let source = Source { reader: Box::new(file) };
            Ok(Tally::read(source, &ignored, &Limits::default(), &Watch::default())?)
        });
        match read.unwrap_or_else(|panic| Err(Failure::internal(&panic))) {
            Ok(tally) => {
                self.tally = Arc::new(tally);
                None
            }
            Err(failure) => Some(failure),
        }
    }

    /// What came and what went until `later`, as JSON.
    #[napi]
    pub fn difference(&self, later: &HeapTally) -> napi::Result<String> {
        done(|| serde_json::to_string(&self.tally.difference(&later.tally)))
    }
}
