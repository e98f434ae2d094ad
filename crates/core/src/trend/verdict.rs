//! What a judgement says.

use serde::Serialize;

/// How far the judgement is. Ordered by what wins where several series are judged.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Enough was seen, and nothing grows.
    Quiet,
    /// Not enough was seen yet.
    Watching,
    /// Something grows; whether it lasts is not known yet. Worth a look at the heap.
    Suspicious,
    /// Something grows, lastingly.
    Confirmed,
}

/// What grows. Ordered by what wins between equal states: the heap takes native memory with it, and resources hold heap.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Counts of descriptors, handles, listeners or timers.
    Resources,
    /// Resident memory that V8 does not account for.
    Native,
    /// Buffers and other memory that objects of the heap own outside of it.
    External,
    /// V8's heap.
    Heap,
}

/// The answer of [`super::detect`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// How far the judgement is.
    pub state: State,
    /// `state` is confirmed.
    pub leak: bool,
    /// What grows, where something does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Which count grows, where the kind is resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'static str>,
    /// Growth over the judged window, at equal load. For resources 0.
    pub growth_bytes: f64,
    /// The same in an hour.
    pub bytes_per_hour: f64,
    /// For resources: growth of the count over the judged window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_count: Option<f64>,
    /// From 0 to 1: how sure it is that something grows lastingly. A score, no probability.
    pub confidence: f64,
    /// The time of the last sample at which it had not grown yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<f64>,
    /// When the nearest limit is reached at this rate; in the time of the samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaches_limit_at: Option<f64>,
    /// How many readings the window has that was judged.
    pub readings: usize,
    /// Why, in a sentence.
    pub reason: String,
}
