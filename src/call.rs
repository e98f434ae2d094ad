//! What calls from JavaScript have in common: options come as JSON, and what goes wrong is thrown.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::guard::guarded;
use napi::{Error, Result};
use serde::de::DeserializeOwned;
use std::fmt::Display;

/// What is thrown for a reason.
pub fn thrown(reason: impl Display) -> Error {
    Error::from_reason(reason.to_string())
}

/// What a text of JSON says.
pub fn parsed<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(thrown)
}

/// Does the work of a call at once; a failure is thrown, and so is a panic.
pub fn done<T, E: Display>(work: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
    guarded(work).map_err(thrown)?.map_err(thrown)
}
