//! What a job reads: a file, or what JavaScript hands over chunk by chunk; and how much of it was read.

use crate::feed::Feed;
use crate::outcome::{Failure, number};
use leakguard_process::open_snapshot;
use parking_lot::Mutex;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Clone it: JavaScript writes and looks, the job's thread opens and reads.
#[derive(Clone, Default)]
pub struct Input {
    /// What JavaScript writes.
    pub feed: Feed,
    read: Arc<AtomicU64>,
    total: Arc<Mutex<Option<u64>>>,
}

impl Input {
    /// The file at this path. On the job's thread: a slow disk must not hold up JavaScript's.
    pub fn open(self, path: &str) -> Result<Box<dyn Read + Send>, Failure> {
        let (reader, length) = open_snapshot(path).map_err(|error| Failure::open(&error, path))?;
        *self.total.lock() = length;
        Ok(Box::new(Counted { reader, read: self.read }))
    }

    /// What is written into the feed.
    pub fn fed(self) -> Box<dyn Read + Send> {
        Box::new(Counted { reader: self.feed, read: self.read })
    }

    /// Bytes read, before any decompression.
    pub fn bytes(&self) -> f64 {
        number(self.read.load(Relaxed))
    }

    /// All bytes, where known.
    pub fn total(&self) -> Option<f64> {
        self.total.lock().map(number)
    }
}

/// Counts what `reader` gives into `read`.
struct Counted<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.read.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}
