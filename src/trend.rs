//! The judgement over memory samples, at once: it takes less time than going to a thread and back.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::guard::guarded;
use leakguard_core::trend::{Options, Sample, detect};
use napi::{Error, Result, Status};
use napi_derive::napi;

/// Judges samples: `fields` has for each the fields of the core's `Sample`, in its order, `NaN` where not known. `options` is JSON,
/// and so is the verdict.
#[napi]
pub fn detect_trend(fields: &[f64], options: String) -> Result<String> {
    let fail = |text: String| Error::new(Status::GenericFailure, text);
    let options: Options = serde_json::from_str(&options).map_err(|error| fail(error.to_string()))?;
    let judge = || {
        let samples: Vec<Sample> = fields.chunks_exact(Sample::FIELDS).map(Sample::from_fields).collect();
        serde_json::to_string(&detect(&samples, &options))
    };
    guarded(judge).map_err(fail)?.map_err(|error| fail(error.to_string()))
}
