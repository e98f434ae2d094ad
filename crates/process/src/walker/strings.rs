//! The texts of strings, read beside the walk on a thread of their own: a good part of the work, and nothing else waits for it.

use super::memory::Memory;
use super::text::{self, CUT};
use leakguard_core::graph::{GraphBuilder, NodeIx, TextTable};
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Stands where a node's name is the text that it holds, until that is read.
pub const BY_TEXT: u32 = u32::MAX;
/// Strings that are handed over at once, and how often before the walk waits.
const BATCH: usize = 1 << 12;
const BATCHES: usize = 16;
/// How many strings ahead reads begin.
const AHEAD: usize = 8;

/// The strings that were met, in the order of their nodes.
pub struct Strings {
    batch: Vec<u64>,
    /// Until all are named.
    reader: Option<Reader>,
}

struct Reader {
    batches: SyncSender<Vec<u64>>,
    thread: JoinHandle<Option<Texts>>,
}

/// The texts, and each string's among them.
#[derive(Default)]
struct Texts {
    table: TextTable,
    indexes: Vec<u32>,
}

impl Strings {
    /// None yet.
    pub fn new() -> io::Result<Self> {
        let (batches, receiver) = sync_channel(BATCHES);
        let memory = Memory::of_this_process()?;
        let read = move || read(&memory, &receiver);
        let thread = thread::Builder::new().name("leakguard-texts".to_owned()).spawn(read)?;
        Ok(Self { batch: Vec::with_capacity(BATCH), reader: Some(Reader { batches, thread }) })
    }

    /// The next one: its node has the name [`BY_TEXT`].
    #[inline]
    pub fn push(&mut self, string: u64) {
        self.batch.push(string);
        if self.batch.len() == BATCH {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        if let Some(reader) = &self.reader {
            // One that has ended says so at the end.
            drop(reader.batches.send(batch));
        }
    }

    /// Waits for the texts, and names the nodes by them.
    ///
    /// # Errors
    /// Where they have no room.
    pub fn name(&mut self, graph: &mut GraphBuilder) -> Result<(), String> {
        self.hand_over();
        let Some(Reader { batches, thread }) = self.reader.take() else { return Ok(()) };
        drop(batches);
        let texts = thread.join().map_err(|_| "a panic while texts were read")?;
        let Texts { table, indexes } = texts.ok_or("more than 4 GB of texts")?;
        let base = graph.append(&table);
        drop(table);
        let mut indexes = indexes.into_iter();
        for node in (0..graph.node_count() as u32).map(NodeIx) {
            if graph.name(node) == BY_TEXT {
                graph.rename(node, base + indexes.next().ok_or("a string was not read")?);
            }
        }
        Ok(())
    }
}

/// Reads what comes; `None` where there is no room for it.
fn read(memory: &Memory, batches: &Receiver<Vec<u64>>) -> Option<Texts> {
    let mut texts = Texts::default();
    for batch in batches {
        for (at, &string) in batch.iter().enumerate() {
            if let Some(&ahead) = batch.get(at + AHEAD) {
                Memory::fetch(ahead + 8);
            }
            let text = text::read(memory, string, CUT).unwrap_or_default();
            texts.indexes.push(texts.table.add(&text)?);
        }
    }
    Some(texts)
}
