//! Bytes that JavaScript hands over chunk by chunk, as a reader for another thread.
//!
//! The queue is bounded by asking, not by waiting: [`Feed::write`] always takes the chunk, and says whether the writer
//! should go on, as a stream's `write` does. Only the reader ever waits.

use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

/// Queued bytes from which on the writer is asked to pause.
const HIGH_WATER: usize = 8 << 20;

#[derive(Default)]
struct Queue {
    chunks: VecDeque<Vec<u8>>,
    /// Bytes in `chunks`, read ones included until their chunk is dropped.
    bytes: usize,
    /// How much of the first chunk was read.
    offset: usize,
    end: Option<End>,
}

/// Why no more chunks come.
#[derive(Clone, Copy)]
enum End {
    Complete,
    Abandoned,
}

/// The two ends' common ground: clone it, write in one thread, read in another.
#[derive(Clone, Default)]
pub struct Feed {
    shared: Arc<(Mutex<Queue>, Condvar)>,
}

impl Feed {
    /// Takes a chunk. `false`: enough is queued, wait until [`Feed::has_room`].
    pub fn write(&self, chunk: Vec<u8>) -> bool {
        let (queue, ready) = &*self.shared;
        let mut queue = queue.lock();
        if queue.end.is_none() && !chunk.is_empty() {
            queue.bytes += chunk.len();
            queue.chunks.push_back(chunk);
            ready.notify_one();
        }
        queue.bytes < HIGH_WATER
    }

    /// Whether the writer may go on.
    pub fn has_room(&self) -> bool {
        self.shared.0.lock().bytes < HIGH_WATER
    }

    /// No more chunks come: the input is complete.
    pub fn end(&self) {
        self.close(End::Complete);
    }

    /// No more chunks come and nobody wants the rest: the reader fails.
    pub fn abandon(&self) {
        self.close(End::Abandoned);
    }

    fn close(&self, end: End) {
        let (queue, ready) = &*self.shared;
        let mut queue = queue.lock();
        if matches!(end, End::Abandoned) {
            *queue = Queue { end: Some(end), ..Queue::default() };
        } else {
            queue.end.get_or_insert(end);
        }
        ready.notify_one();
    }
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (queue, ready) = &*self.shared;
        let mut queue = queue.lock();
        loop {
            if let Some(chunk) = queue.chunks.front() {
                let rest = &chunk[queue.offset..];
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                queue.offset += count;
                if queue.chunks.front().is_some_and(|chunk| chunk.len() == queue.offset) {
                    queue.bytes -= queue.offset;
                    queue.offset = 0;
                    queue.chunks.pop_front();
                }
                return Ok(count);
            }
            match queue.end {
                Some(End::Complete) => return Ok(0),
                Some(End::Abandoned) => return Err(io::Error::other("the input was abandoned")),
                None => ready.wait(&mut queue),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_in_order_across_chunks_until_the_end() {
        let feed = Feed::default();
        let mut reader = feed.clone();
        let thread = std::thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).map(|_| text)
        });
        for chunk in ["one ", "", "two ", "three"] {
            assert!(feed.write(chunk.as_bytes().to_vec()));
        }
        feed.end();
        assert_eq!(thread.join().unwrap().unwrap(), "one two three");
    }

    #[test]
    fn asks_the_writer_to_pause_and_to_go_on() {
        let feed = Feed::default();
        assert!(!feed.write(vec![0; HIGH_WATER]));
        assert!(!feed.has_room());
        let mut sink = vec![0; HIGH_WATER];
        feed.clone().read_exact(&mut sink).unwrap();
        assert!(feed.has_room());
    }

    #[test]
    fn an_abandoned_feed_wakes_its_reader_with_an_error() {
        let feed = Feed::default();
        let mut reader = feed.clone();
        let thread = std::thread::spawn(move || reader.read(&mut [0; 8]).map_err(|error| error.to_string()));
        feed.abandon();
        assert_eq!(thread.join().unwrap(), Err("the input was abandoned".to_owned()));
        assert!(feed.write(vec![1]), "what comes late is dropped");
        assert!(feed.clone().read(&mut [0; 8]).is_err());
    }
}
