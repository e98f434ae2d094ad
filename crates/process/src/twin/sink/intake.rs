//! V8's bytes as they come through the twin's own pipe.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The reading end, which counts.
pub struct Intake {
    reader: Box<dyn Read + Send>,
    bytes: Arc<AtomicU64>,
}

impl Intake {
    /// Counts what `reader` gives into `bytes`.
    pub fn new(reader: Box<dyn Read + Send>, bytes: Arc<AtomicU64>) -> Self {
        Self { reader, bytes }
    }
}

impl Read for Intake {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.bytes.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}
