//! What came and what went between two snapshots.

use super::{Location, PathStep};
use serde::Serialize;

/// Some objects.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Sum {
    /// How many, of those with a size of their own.
    pub count: u64,
    /// Bytes of the objects themselves.
    pub size: u64,
}

/// Some objects of one class.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct SumRow {
    /// The class.
    pub name: String,
    /// Its objects.
    #[serde(flatten)]
    pub sum: Sum,
}

/// What became of the objects of a heap, or of one class.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Totals {
    /// What was there.
    pub before: Sum,
    /// What is there.
    pub after: Sum,
    /// What came.
    pub new: Sum,
    /// What went, with the size that it had.
    pub freed: Sum,
    /// What stayed, with the size that it has.
    pub survived: Sum,
}

/// What became of one class.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRow {
    /// The class's name; texts are one class, `(string)`, however V8 keeps them.
    pub name: String,
    /// Objects more than before.
    pub count_delta: i64,
    /// Bytes more than before, of what survived as well.
    pub size_delta: i64,
    /// What became of its objects.
    #[serde(flatten)]
    pub totals: Totals,
}

/// New objects under the old one that holds them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HolderRow {
    /// The variable or property that holds them, as the source writes it.
    pub name: String,
    /// `Array of Object`, `Map of string`, …
    #[serde(rename = "type")]
    pub class: String,
    /// The function or module whose scope holds them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// From the root to them.
    pub path: Vec<PathStep>,
    /// V8's id of the nearest old object without which all of them would go: the holder, or the scope that it is in.
    pub id: u64,
    /// New objects, and what these hold alone.
    #[serde(flatten)]
    pub sum: Sum,
    /// The same by class, most bytes first.
    pub classes: Vec<SumRow>,
    /// Why such things stay, as in [`Suspect::cause`].
    pub cause: String,
    /// What to do next, in a sentence; nothing where most of it is V8's own, such as compiled code.
    pub advice: String,
    /// Stable across captures and processes: made from the path, not from ids.
    pub fingerprint: String,
    /// One line: name, place, type, count, bytes.
    pub text: String,
}

/// What came and what went between two snapshots of one process, object by object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// The heaps as a whole.
    pub totals: Totals,
    /// What changed by class, by growth in bytes; the first `top`.
    pub classes: Vec<ChangeRow>,
    /// How many classes changed.
    pub class_count: u64,
    /// What holds new objects, by their bytes; the first `top`.
    pub holders: Vec<HolderRow>,
    /// How many there are.
    pub holder_count: u64,
    /// New objects that V8 made for itself: code, shapes, feedback. They are in no holder.
    pub internal: Sum,
    /// The whole in a sentence.
    pub text: String,
}
