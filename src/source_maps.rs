//! Places as they were written, for JavaScript: through the source maps on this machine's disk.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::call::done;
use crate::scripts::Scripts;
use leakguard_core::{Location, SourceMaps};
use napi::Result;
use napi_derive::napi;
use serde::{Deserialize, Serialize};

/// A place in the text that V8 runs, 1-based, and what V8 calls the function there, if it is one.
#[derive(Deserialize)]
struct Asked {
    file: String,
    line: u32,
    column: u32,
    function: Option<String>,
}

#[derive(Serialize)]
struct Written {
    #[serde(flatten)]
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
}

/// On the calling thread, for a few places: a bundle's map takes tens of ms. `places` is JSON: `[{ file, line, column, function? }]`; the
/// answer has for each `null`, or the same as it was written.
#[napi]
pub fn original_places(places: String) -> Result<String> {
    done(|| answer(&places))
}

fn answer(places: &str) -> serde_json::Result<String> {
    let places: Vec<Asked> = serde_json::from_str(places)?;
    let scripts = Scripts { readable: true };
    let maps = SourceMaps::new(&scripts);
    let written = places.into_iter().map(|Asked { file, line, column, function }| {
        let original = maps.original(&Location { file, line, column })?;
        let function = function.and_then(|name| original.function(&name).map(str::to_owned));
        Some(Written { location: original.location, function })
    });
    serde_json::to_string(&written.collect::<Vec<_>>())
}
