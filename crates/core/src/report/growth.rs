//! What grew between several looks.

use super::Suspect;
use serde::Serialize;

/// How something grew, look by look.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grown {
    /// Objects more at the last look than at the first.
    pub count_delta: u64,
    /// Bytes more.
    pub retained_delta: u64,
    /// Objects at every look.
    pub counts: Vec<u64>,
    /// Bytes at every look.
    pub sizes: Vec<u64>,
    /// Values at every look, numbers and the like among them, where a collection grew by those; its bytes are shared out among them then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<u64>,
}

/// Growth that is no leak of the app: V8's code and shapes, leakguard's own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Noise {
    /// What it is.
    pub name: String,
    /// Whose it is: `v8`, `node` or `leakguard`.
    pub source: String,
    /// Objects more at the last look than at the first.
    pub count_delta: i64,
    /// Bytes more.
    pub retained_delta: i64,
}

/// What grew between all looks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Growth {
    /// How many looks were compared.
    pub looks: u64,
    /// Sum of all self sizes at every look.
    pub total_sizes: Vec<u64>,
    /// What grew, by what it costs.
    pub suspects: Vec<Suspect>,
    /// What grew and is no leak.
    pub noise: Vec<Noise>,
    /// What was odd.
    pub notes: Vec<String>,
    /// The whole in a sentence.
    pub text: String,
}
