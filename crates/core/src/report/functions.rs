//! Functions, and what there is of each: listeners, timers, closures.

use super::Location;
use serde::Serialize;

/// A function, and how many there are of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionCount {
    /// Its name; empty where it has none.
    pub function: String,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// How many.
    pub count: u64,
}

impl FunctionCount {
    /// What rows of one count are sorted by.
    pub(crate) fn place(&self) -> (Option<(&str, u32, u32)>, &str) {
        (self.location.as_ref().map(|at| (at.file.as_str(), at.line, at.column)), &self.function)
    }
}

/// The listeners of one event on one emitter or target.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListenerRow {
    /// The emitter's class: `Socket`, `process`, `AbortSignal`, …
    #[serde(rename = "type")]
    pub class: String,
    /// V8's id of the emitter.
    pub id: u64,
    /// The event, cut at 100 characters; a symbol as `<symbol name>`.
    pub event: String,
    /// How many listeners, from 2 on.
    pub count: u64,
    /// The listeners by function, the most frequent first, ten at most.
    pub functions: Vec<FunctionCount>,
}

/// Timers that wait, of one callback and one delay.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TimerRow {
    /// `setTimeout`, `setInterval` or `setImmediate`.
    #[serde(rename = "type")]
    pub set_by: String,
    /// ms, where the heap tells it; an immediate has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<u32>,
    /// What they call, and how many there are.
    #[serde(flatten)]
    pub callback: FunctionCount,
}

/// Functions that one file of the app defines, each closure of them counted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosureRow {
    /// The file, as V8 runs it.
    pub file: String,
    /// How many closures.
    pub count: u64,
    /// Bytes of the closures themselves.
    pub shallow_size: u64,
    /// Bytes that would go if all of them went, with what their scopes alone hold.
    pub retained_size: u64,
    /// The functions, those first whose closures retain most, five at most.
    pub functions: Vec<ClosureSite>,
}

/// A function, and the closures that were made of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosureSite {
    /// Which one, and how many there are.
    #[serde(flatten)]
    pub function: FunctionCount,
    /// Bytes that would go if all of them went.
    pub retained_size: u64,
}
