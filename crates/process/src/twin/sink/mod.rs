//! What becomes of V8's bytes in the twin: a file, a pipe to the parent, or whatever the binding brings.

mod compression;
mod file;
mod intake;
mod pipe;

pub use compression::{Compression, Passage};
pub use file::FileSink;
pub use intake::Intake;
pub use pipe::PipeSink;

use super::{Descriptor, Failure};

/// Consumes a snapshot. It is made in the parent and used in the twin, on a thread of its own; others ask how far it is.
pub trait Sink: Send + Sync {
    /// Reads to the end; answers what the parent is to get.
    ///
    /// # Errors
    /// Whatever keeps the bytes from where they should go.
    fn consume(&self, source: Intake) -> Result<Vec<u8>, Failure>;

    /// Inherited descriptors that it uses: every other is closed in the twin.
    fn descriptors(&self) -> Vec<Descriptor> {
        Vec::new()
    }

    /// Whether no bytes come from V8, so that it is at work from the start.
    fn alone(&self) -> bool {
        false
    }

    /// What it is busy with, once bytes come.
    fn stage(&self) -> &'static str;

    /// Bytes passed on.
    fn written(&self) -> u64;

    /// Whether it waits for somebody else, so that silence means nothing.
    fn waiting(&self) -> bool {
        false
    }
}
