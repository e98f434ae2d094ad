//! What an analysis answers: plain values, serialised as they stand. Sizes are bytes, places are 1-based.

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

/// A class of objects.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassRow {
    /// The class's name: a constructor, or `(string)`, `(compiled code)`, `(system)`, … as DevTools writes them.
    pub name: String,
    /// Objects with a size of their own.
    pub count: u64,
    /// Bytes of the objects themselves.
    pub shallow_size: u64,
    /// Bytes that would go if all of them went.
    pub retained_size: u64,
    /// The least distance from the roots; 100,000,000 and more: only through the system; negative: unreached.
    pub distance: i32,
    /// Where the constructor is written, if V8 knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// One object that retains much.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DominatorRow {
    /// V8's id of the object.
    pub id: u64,
    /// A name a person knows it by: the variable or property that holds it.
    pub name: String,
    /// Its class.
    pub class: String,
    /// Bytes of the object itself.
    pub shallow_size: u64,
    /// Bytes that would go with it.
    pub retained_size: u64,
    /// Objects that would go with it, itself included.
    pub retained_count: u64,
    /// Its distance from the roots.
    pub distance: i32,
}

/// A part of the heap: one large object, or all of a class that one row's objects hold.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TreeRow {
    /// The index of the row that it is a part of; nothing for the first row, the heap as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// V8's id, of one object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The variable or property that holds it; empty for several, and where there is none.
    pub name: String,
    /// The class of all of them.
    pub class: String,
    /// How many objects.
    pub count: u64,
    /// Bytes that would go with all of them.
    pub retained_size: u64,
}

/// A text that the heap holds more than once.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StringRow {
    /// The text, cut at 100 characters.
    pub value: String,
    /// How many copies.
    pub count: u64,
    /// Bytes of all copies.
    pub size: u64,
    /// Bytes of all copies but one.
    pub wasted: u64,
}

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

/// Contexts of `node:vm` that are held alike. What a context has: a global object, its own `Object`, `Array`, … and the code that ran in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextRow {
    /// What holds them, as the source writes it: `sandboxes[].context`.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Bytes that would go with all of them.
    pub retained_size: u64,
    /// V8's id of the largest.
    pub id: u64,
    /// A file of a function that the largest still has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// From the root to the largest.
    pub path: Vec<PathStep>,
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

/// What is known of a heap before it is known who holds what.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    /// Node's version (`v24.21.0`) where the heap tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// V8's version where the heap tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v8: Option<String>,
    /// Sum of all self sizes.
    pub total_size: u64,
    /// Nodes in the snapshot.
    pub node_count: u64,
    /// Edges in the snapshot.
    pub edge_count: u64,
    /// Classes by name, those first whose objects take most themselves, 100 at most.
    pub classes: Vec<SumRow>,
    /// How many class names there are.
    pub class_count: u64,
}

/// The analysis of one heap snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Node's version (`v24.21.0`) where the heap tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// V8's version where the heap tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub v8: Option<String>,
    /// Sum of all self sizes.
    pub total_size: u64,
    /// Nodes in the snapshot.
    pub node_count: u64,
    /// Edges in the snapshot.
    pub edge_count: u64,
    /// Classes by retained size, largest first.
    pub classes: Vec<ClassRow>,
    /// How many classes there are; `classes` has the first `top` of them.
    pub class_count: u64,
    /// Objects of the app that retain most, largest first, none inside another one of the list.
    pub dominators: Vec<DominatorRow>,
    /// The top of the dominator tree: large objects, and many small ones folded by class; 300 rows at most, each after the
    /// one it is a part of.
    pub tree: Vec<TreeRow>,
    /// What looks like a leak, largest first.
    pub suspects: Vec<Suspect>,
    /// Duplicate strings by wasted bytes.
    pub strings: Vec<StringRow>,
    /// The longest lists of listeners of one event on one emitter or target.
    pub listeners: Vec<ListenerRow>,
    /// Timers that wait, by callback and delay, the most frequent first.
    pub timers: Vec<TimerRow>,
    /// Calls of async functions that stand at an `await`, by function, the most frequent first.
    pub waiting: Vec<FunctionCount>,
    /// Contexts beyond the main one, by what holds them, the largest first.
    pub contexts: Vec<ContextRow>,
    /// How many contexts there are beyond the main one.
    pub context_count: u64,
    /// Closures by the file of the app that defines them, those first that retain most; Node's own files are left out.
    pub closures: Vec<ClosureRow>,
    /// What was odd about the input and was tolerated.
    pub notes: Vec<String>,
}
