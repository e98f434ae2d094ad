//! The snapshot through a pipe whose other end the parent's JavaScript reads. The kernel is the back-pressure.

#[cfg(unix)]
use super::super::Descriptor;
use super::super::Failure;
use super::{Intake, Passage, Sink};
use std::io::{self, PipeReader, PipeWriter, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Writes as fast as the reader reads.
pub struct PipeSink {
    writer: PipeWriter,
    passage: Passage,
    written: AtomicU64,
    waiting: AtomicBool,
}

impl PipeSink {
    /// A new pipe: the sink, and the end to read.
    ///
    /// # Errors
    /// The operating system's, when there are too many files.
    pub fn open(passage: Passage) -> io::Result<(Self, PipeReader)> {
        let (reader, writer) = io::pipe()?;
        let (written, waiting) = (AtomicU64::new(0), AtomicBool::new(false));
        Ok((Self { writer, passage, written, waiting }, reader))
    }
}

impl Sink for PipeSink {
    fn consume(&self, source: Intake) -> Result<Vec<u8>, Failure> {
        self.passage.pass(source, Delivery { sink: self })
    }

    #[cfg(unix)]
    fn descriptors(&self) -> Vec<Descriptor> {
        vec![std::os::fd::AsRawFd::as_raw_fd(&self.writer)]
    }

    fn stage(&self) -> &'static str {
        "write"
    }

    fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }

    fn waiting(&self) -> bool {
        self.waiting.load(Relaxed)
    }
}

struct Delivery<'a> {
    sink: &'a PipeSink,
}

impl Write for Delivery<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.sink.waiting.store(true, Relaxed);
        let count = (&self.sink.writer).write(buffer);
        self.sink.waiting.store(false, Relaxed);
        let count = count?;
        self.sink.written.fetch_add(count as u64, Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
