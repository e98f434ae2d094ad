//! What looks like a leak.

use super::{Grown, Location, PathStep};
use serde::Serialize;

/// Something that holds a share of the heap that a healthy program seldom has in one place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspect {
    /// The variable or property that holds it, as the source writes it.
    pub name: String,
    /// `Array of Object`, `Map of string`, `Buffer`, …
    #[serde(rename = "type")]
    pub class: String,
    /// `collection` (many of one class in one holder), `object` (one large thing), `class` (many, held in many places).
    pub kind: String,
    /// The function or module whose scope holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// From the root to it.
    pub path: Vec<PathStep>,
    /// How many objects it holds of the class named in `type`.
    pub count: u64,
    /// Bytes that would go with it.
    pub retained_size: u64,
    /// Share of the heap, 0 to 1.
    pub share: f64,
    /// V8's id of the accumulation point, where the heap was at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Why such things stay, in the trade's words: `listener`, `timer`, `promise`, `cache`, `closure`, `buffer`, `string`, `socket`,
    /// `async-context`, `context`, `list`, `global`, `object`, `class`.
    pub cause: String,
    /// How it grew, where several looks were compared.
    #[serde(flatten)]
    pub growth: Option<Grown>,
    /// Of growth: the name of a property beside it, such as `max`, that says how much it may hold: it may be filling up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// Names of the properties of one of the objects inside, or of the variables that one of its closures holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<String>,
    /// What to do next, in a sentence.
    pub advice: String,
    /// Stable across captures and processes: made from the path, not from ids.
    pub fingerprint: String,
    /// One line: name, place, class, count, bytes.
    pub text: String,
}
