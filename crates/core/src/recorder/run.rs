//! One process's life with the file.

use super::ending::Ending;
use super::event::Event;
use super::sample::Sample;
use serde::Serialize;
use serde_json::{Map, Value};

/// What was recorded between a start and its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// Wall time, ms since 1970.
    pub start: f64,
    /// Who wrote: `pid`, `node`, `script`, `host`, …; empty where the ring has run over it.
    pub process: Map<String, Value>,
    /// How many records are left of it.
    pub records: u64,
    /// Whether its first records are there too.
    pub whole: bool,
    /// In the order of writing.
    pub samples: Vec<Sample>,
    /// In the order of writing.
    pub events: Vec<Event>,
    /// The last one before the end.
    pub last: Option<Entry>,
    /// How it ended.
    pub ending: Ending,
}

/// A sample or an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// The numbers of a moment.
    Sample(Sample),
    /// Something that happened.
    Event(Event),
}
