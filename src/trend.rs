//! The judgement over memory samples, at once: it takes less time than going to a thread and back.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::call::{done, parsed};
use leakguard_core::trend::{Options, Sample, detect};
use napi::Result;
use napi_derive::napi;

/// Judges samples: `fields` has for each the fields of the core's `Sample`, in its order, `NaN` where not known. `options` is JSON,
/// and so is the verdict.
#[napi]
pub fn detect_trend(fields: &[f64], options: String) -> Result<String> {
    let options: Options = parsed(&options)?;
    done(|| {
        let samples: Vec<Sample> = fields.chunks_exact(Sample::FIELDS).map(Sample::from_fields).collect();
        serde_json::to_string(&detect(&samples, &options))
    })
}
