//! Several threads read numbers, one at a time puts them in order.
//!
//! Each thread takes a block, reads the numbers that the block begins with (nearly all blocks are nothing but numbers),
//! and lays it down. Whoever lays down the block that is next in the input's order, or finds it lying there, takes the
//! parser and hands it blocks for as long as the next one is there. Nobody waits for a turn, only for room.

use super::input::{Block, Input};
use super::numbers::{Numbers, Stop};
use super::parser::Parser;
use crate::graph::Graph;
use crate::{Error, Limits, Source, Watch};
use parking_lot::{Condvar, Mutex};

/// Blocks that may lie ready a thread: enough to bridge an uneven stretch, few enough to stay in the cache.
const READY_PER_THREAD: usize = 4;

/// A block with its numbers read.
#[derive(Default)]
struct Piece {
    block: Block,
    numbers: Numbers,
    stop: Option<Stop>,
}

struct Ordered {
    /// Away while a thread uses it.
    parser: Option<Parser>,
    ready: Vec<Piece>,
    /// Pieces to be used again.
    spare: Vec<Piece>,
    /// The sequence number of the block that the parser needs.
    next: u64,
    /// Bytes handed to the parser.
    bytes: u64,
    failed: Option<Error>,
}

struct Shared<'a> {
    input: Mutex<Input>,
    ordered: Mutex<Ordered>,
    /// Rung when room was made, and at a failure.
    room: Condvar,
    threads: usize,
    watch: &'a Watch,
}

/// Parses a snapshot on `threads` threads, the caller's among them.
pub(super) fn run(source: Source, limits: &Limits, threads: usize, watch: &Watch) -> Result<Graph, Error> {
    let shared = Shared {
        input: Mutex::new(Input::open(source, limits)?),
        ordered: Mutex::new(Ordered {
            parser: Some(Parser::new(limits)),
            ready: Vec::new(),
            spare: Vec::new(),
            next: 0,
            bytes: 0,
            failed: None,
        }),
        room: Condvar::new(),
        threads,
        watch,
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where no thread can be had the caller's does the work alone.
            let spawned =
                std::thread::Builder::new().name("leakguard-parse".to_owned()).spawn_scoped(scope, || work(&shared));
            if spawned.is_err() {
                break;
            }
        }
        work(&shared);
    });
    let Ordered { parser, bytes, failed, .. } = shared.ordered.into_inner();
    match (failed, parser) {
        (Some(error), _) => Err(error),
        (None, Some(parser)) => parser.finish(bytes),
        (None, None) => Err(Error::cancelled()),
    }
}

fn work(shared: &Shared<'_>) {
    let guard = PanicGuard(shared);
    let mut piece = Piece::default();
    loop {
        let taken = {
            let mut input = shared.input.lock();
            shared.watch.check().and_then(|()| input.next(&mut piece.block))
        };
        match taken {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                // A cancelled reader fails in its own way; what counts is that it was cancelled.
                fail(shared, shared.watch.check().err().unwrap_or(error));
                break;
            }
        }
        piece.stop = Some(piece.numbers.scan(piece.block.text(), 0));
        match lay_down(shared, piece) {
            Some(spare) => piece = spare,
            None => break,
        }
    }
    std::mem::forget(guard);
}

/// Lays a piece down and hands on what can be handed on. Answers a piece to use again; nothing after a failure.
fn lay_down(shared: &Shared<'_>, piece: Piece) -> Option<Piece> {
    let mut ordered = shared.ordered.lock();
    ordered.ready.push(piece);
    loop {
        if ordered.failed.is_some() {
            return None;
        }
        let next = ordered.next;
        let at = ordered.ready.iter().position(|piece| piece.block.sequence == next);
        if let Some(at) = at
            && let Some(mut parser) = ordered.parser.take()
        {
            let mut piece = ordered.ready.swap_remove(at);
            drop(ordered);
            let stop = piece.stop.take().unwrap_or(Stop::Text);
            let outcome = parser.block(&piece.block, &mut piece.numbers, stop);
            let bytes = piece.block.text().len() as u64;
            shared.watch.advance(bytes);
            ordered = shared.ordered.lock();
            if let Err(error) = outcome {
                drop(ordered);
                fail(shared, error);
                return None;
            }
            ordered.parser = Some(parser);
            ordered.next += 1;
            ordered.bytes += bytes;
            ordered.spare.push(piece);
            shared.room.notify_all();
            continue;
        }
        if ordered.ready.len() < READY_PER_THREAD * shared.threads {
            return Some(ordered.spare.pop().unwrap_or_default());
        }
        shared.room.wait(&mut ordered);
    }
}

/// Ends the work of all threads. Of two failures the one that was met first counts.
fn fail(shared: &Shared<'_>, error: Error) {
    shared.ordered.lock().failed.get_or_insert(error);
    shared.room.notify_all();
}

/// Wakes the others when a thread panics, so that the panic ends the work and does not hang it.
struct PanicGuard<'a, 'b>(&'a Shared<'b>);

impl Drop for PanicGuard<'_, '_> {
    fn drop(&mut self) {
        fail(self.0, Error::cancelled());
    }
}
