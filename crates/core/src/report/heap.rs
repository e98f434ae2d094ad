//! What one heap holds.

use super::{ClosureRow, FunctionCount, ListenerRow, Location, PathStep, SumRow, Suspect, TimerRow};
use serde::Serialize;

/// A heap as a whole.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeapFigures {
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
}

/// What is known of a heap before it is known who holds what.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outline {
    /// The heap as a whole.
    #[serde(flatten)]
    pub heap: HeapFigures,
    /// Classes by name, those first whose objects take most themselves, 100 at most.
    pub classes: Vec<SumRow>,
    /// How many class names there are.
    pub class_count: u64,
}

/// The analysis of one heap snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The heap as a whole.
    #[serde(flatten)]
    pub heap: HeapFigures,
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
