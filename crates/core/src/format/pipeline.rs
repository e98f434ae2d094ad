//! Several threads read numbers, one at a time puts them in order.
//!
//! Each thread takes a block, reads the numbers that the block begins with (nearly all blocks are nothing but numbers),
//! waits until the blocks before are done, and hands its own to the parser. No thread waits for one particular other.

use super::input::{Block, Input};
use super::numbers::Numbers;
use super::parser::Parser;
use crate::graph::Graph;
use crate::{Error, Limits, Source, Watch};
use parking_lot::{Condvar, Mutex};

struct Ordered {
    parser: Parser,
    /// The block whose turn it is.
    turn: u64,
    /// Bytes handed to the parser.
    bytes: u64,
    failed: Option<Error>,
}

struct Shared<'a> {
    input: Mutex<Input>,
    ordered: Mutex<Ordered>,
    turned: Condvar,
    watch: &'a Watch,
}

/// Parses a snapshot on `threads` threads, the caller's among them.
pub(super) fn run(source: Source, limits: &Limits, threads: usize, watch: &Watch) -> Result<Graph, Error> {
    let length = source.length;
    let shared = Shared {
        input: Mutex::new(Input::open(source, limits)?),
        ordered: Mutex::new(Ordered { parser: Parser::new(limits, length), turn: 0, bytes: 0, failed: None }),
        turned: Condvar::new(),
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
    match failed {
        Some(error) => Err(error),
        None => parser.finish(bytes),
    }
}

fn work(shared: &Shared<'_>) {
    let guard = PanicGuard(shared);
    let mut block = Block::default();
    let mut numbers = Numbers::default();
    loop {
        let taken = {
            let mut input = shared.input.lock();
            shared.watch.check().and_then(|()| input.next(&mut block))
        };
        match taken {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                fail(shared, error);
                break;
            }
        }
        let stop = numbers.scan(&block.text, 0);
        let mut ordered = shared.ordered.lock();
        while ordered.turn != block.sequence && ordered.failed.is_none() {
            shared.turned.wait(&mut ordered);
        }
        if ordered.failed.is_some() {
            break;
        }
        if let Err(error) = ordered.parser.block(&block, &mut numbers, stop) {
            drop(ordered);
            fail(shared, error);
            break;
        }
        ordered.turn += 1;
        ordered.bytes += block.text.len() as u64;
        shared.watch.advance(block.text.len() as u64);
        drop(ordered);
        shared.turned.notify_all();
    }
    std::mem::forget(guard);
}

/// Ends the work of all threads. Of two failures the one that came first in the input's order wins where both are known.
fn fail(shared: &Shared<'_>, error: Error) {
    shared.ordered.lock().failed.get_or_insert(error);
    shared.turned.notify_all();
}

/// Wakes the others when a thread panics, so that the panic ends the work and does not hang it.
struct PanicGuard<'a, 'b>(&'a Shared<'b>);

impl Drop for PanicGuard<'_, '_> {
    fn drop(&mut self) {
        fail(self.0, Error::cancelled());
    }
}
