//! V8's garbage collections as they happen, from V8's own callbacks.
//!
//! Node's addon interface has no such callbacks. V8's own do: their symbols are exported by the program and looked up when
//! they are wanted, never linked, so that one addon fits every Node.js, and a program without them is an answer and
//! no failure to load. One file a step: `v8` finds the functions, `heap` and `spaces` read V8's figures, `feed` is called around
//! each collection and writes into the `ring`, which JavaScript empties when it likes.
//!
//! A callback costs a few hundred nanoseconds, of a collection that takes a thousand times that. It allocates nothing and waits for
//! nothing. Everything here happens on the thread of one isolate: nothing is `Send`.
//!
//! Whether V8's figures lie where `heap` looks for them is not checked here: JavaScript has others to compare them with.

mod collect;
mod feed;
mod heap;
mod ring;
mod spaces;
pub(crate) mod v8;

pub use collect::{collect, collect_once};
pub use feed::{Feed, Total};
pub use heap::HeapFigures;
pub use ring::Reading;
pub use spaces::HeapSpaces;
pub use v8::unsupported;
