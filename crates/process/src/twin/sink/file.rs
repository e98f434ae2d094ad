//! The snapshot as a file that the parent opened: it has the name, the twin has the work.

use super::super::{Descriptor, Failure, Kind};
use super::{Intake, Passage, Sink};
use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Writes and flushes to the disk. An earlier twin's beginning is overwritten.
pub struct FileSink {
    descriptor: Descriptor,
    passage: Passage,
    written: AtomicU64,
    flushing: AtomicBool,
}

impl FileSink {
    /// Into this open, regular file, from its start.
    pub fn new(descriptor: Descriptor, passage: Passage) -> Self {
        Self { descriptor, passage, written: AtomicU64::new(0), flushing: AtomicBool::new(false) }
    }
}

impl Sink for FileSink {
    fn consume(&self, source: Intake) -> Result<Vec<u8>, Failure> {
        let failed = |error: io::Error| Failure::system(Kind::Sink, "cannot write the snapshot", &error);
        let file = open(self.descriptor);
        file.set_len(0).map_err(failed)?;
        io::Seek::rewind(&mut &file).map_err(failed)?;
        let answer = self.passage.pass(source, Counted { file: &file, sink: self })?;
        self.flushing.store(true, Relaxed);
        file.sync_all().map_err(failed)?;
        Ok(answer)
    }

    fn descriptors(&self) -> Vec<Descriptor> {
        vec![self.descriptor]
    }

    fn stage(&self) -> &'static str {
        if self.flushing.load(Relaxed) { "flush" } else { "write" }
    }

    fn written(&self) -> u64 {
        self.written.load(Relaxed)
    }

    /// A flush is the disk's affair.
    fn waiting(&self) -> bool {
        self.flushing.load(Relaxed)
    }
}

struct Counted<'a> {
    file: &'a File,
    sink: &'a FileSink,
}

impl Write for Counted<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.file.write(buffer)?;
        self.sink.written.fetch_add(count as u64, Relaxed);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The file by its number; in the twin nobody else uses it.
#[cfg(unix)]
fn open(descriptor: Descriptor) -> File {
    use std::os::fd::FromRawFd;
    // SAFETY: the twin kept this inherited descriptor open for the sink alone, and it lives until the twin ends.
    unsafe { File::from_raw_fd(descriptor) }
}

#[cfg(not(unix))]
fn open(_descriptor: Descriptor) -> File {
    unreachable!("a twin is made on Linux alone")
}
