//! From a graph to answers: dominators, retained sizes, distances, classes, paths, suspects.
//!
//! Pure functions of columns, each file one of them. Long passes poll the [`crate::Watch`].
#![expect(clippy::cast_possible_truncation, reason = "a graph's nodes and edges are counted in u32 by construction")]

mod accumulation;
mod advice;
mod beside;
mod bound;
mod called;
mod cause;
mod chain;
mod classes;
mod closures;
mod content;
mod crowds;
mod declaration;
mod detached;
mod diff;
pub mod distances;
mod dominator_tree;
mod dominators;
mod duplicates;
mod emitters;
mod figures;
mod finding;
mod functions;
mod gathered;
mod growth;
mod heap;
mod landmarks;
mod largest;
mod lately;
mod listeners;
mod locals;
mod modules;
mod outline;
mod ownership;
mod paths;
mod prepared;
mod realms;
mod report;
mod roles;
mod route;
mod sample;
mod scopes;
mod scripts;
#[cfg(test)]
mod server;
mod shallow;
mod sorter;
mod suspects;
mod timers;
mod tree;
mod versions;
mod view;
mod waiting;
mod weak_pairs;

pub use beside::Beside;
pub use classes::Class;
pub use diff::{diff, tally};
pub use growth::{
    CALLBACKS, Census, Distant, Dropped, FunctionKey, LinkName, Node, Terrain, census, census_afar, exports, growth,
};

pub use heap::{Heap, Purpose};
pub use paths::{by_kind, extra_of};
pub use report::{report, reported};
pub use scripts::plain_path;
pub(crate) use scripts::unescaped;
pub use sorter::Sorter;
pub use view::{Question, Reply, View};

use crate::Error;

/// A thread's answer; its panic goes on in the caller.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Two pieces of work at once; the second on a thread of its own, or after the first where no thread can be had.
fn side_by_side<A: Send, B: Send>(
    first: impl FnOnce() -> Result<A, Error> + Send,
    second: impl FnOnce() -> Result<B, Error> + Send,
) -> Result<(A, B), Error> {
    let second = parking_lot::Mutex::new(Some(second));
    let run = || second.lock().take().map(|second| second());
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("leakguard-analyse".to_owned()).spawn_scoped(scope, run);
        let own = first();
        let other = match thread {
            Ok(thread) => joined(thread),
            Err(_) => run(),
        };
        Ok((own?, other.ok_or_else(Error::cancelled)??))
    })
}
