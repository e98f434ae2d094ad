//! What an analysis answers: plain values, serialised as they stand. Sizes are bytes, places are 1-based.

mod diff;
mod functions;
mod growth;
mod heap;
mod suspect;

pub use diff::{ChangeRow, Diff, HolderRow, Sum, SumRow, Totals};
pub use functions::{ClosureRow, ClosureSite, FunctionCount, ListenerRow, TimerRow};
pub use growth::{Grown, Growth, Noise};
pub use heap::{ClassRow, ContextRow, DominatorRow, HeapFigures, Outline, Report, StringRow, TreeRow};
pub use suspect::Suspect;

use serde::{Deserialize, Serialize};

/// A place in the source.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// A path, or `node:…`; a `file:` URL is told as its path.
    pub file: String,
    /// Line, 1-based.
    pub line: u32,
    /// Column, 1-based.
    pub column: u32,
}

/// One step of a retaining path: the edge that leads here, and what is here.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PathStep {
    /// The edge's name as the source writes it: a variable, a property, `[]` for any element.
    pub edge: String,
    /// The class or name of the object it leads to; of a module, its file.
    pub name: String,
    /// `global`, `module`, `closure`, `context`, `object`, `array`, `map`, `string`, `native`, …
    #[serde(rename = "type")]
    pub kind: String,
}
