//! A view into running work from another thread: how far it is, and a way to stop it.
//!
//! Plain atomics, and what is written once: the worker writes, anyone reads, nobody waits.

use crate::{Error, Outline};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};

/// What the analysis is busy with, in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Stage {
    /// Reading and parsing the input; [`Watch::bytes`] tells how far.
    Parse = 0,
    /// Deciding which edges own.
    Edges = 1,
    /// Dominators and retained sizes, distances.
    Dominators = 2,
    /// Classes, strings, suspects and their paths.
    Report = 3,
}

impl Stage {
    /// The stage's name, as progress reports show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Edges => "edges",
            Self::Dominators => "dominators",
            Self::Report => "report",
        }
    }
}

/// Progress and cancellation of one analysis, shared between its threads and its owner.
#[derive(Debug, Default)]
pub struct Watch {
    stage: AtomicU8,
    bytes: AtomicU64,
    cancelled: AtomicBool,
    outline: OnceLock<Outline>,
}

impl Watch {
    /// Asks the work to stop. It ends with [`crate::Code::Cancelled`] soon after.
    pub fn cancel(&self) {
        self.cancelled.store(true, Relaxed);
    }

    /// What the work is busy with.
    pub fn stage(&self) -> Stage {
        match self.stage.load(Relaxed) {
            0 => Stage::Parse,
            1 => Stage::Edges,
            2 => Stage::Dominators,
            _ => Stage::Report,
        }
    }

    /// How many bytes of the input were consumed.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// What is known of the heap already, where a view of it was asked for: from the stage [`Stage::Dominators`] on.
    pub fn outline(&self) -> Option<&Outline> {
        self.outline.get()
    }

    pub(crate) fn tell(&self, outline: Outline) {
        // One analysis has one.
        _ = self.outline.set(outline);
    }

    /// What is done from now on.
    ///
    /// # Errors
    /// [`crate::Code::Cancelled`].
    pub fn enter(&self, stage: Stage) -> Result<(), Error> {
        self.stage.store(stage as u8, Relaxed);
        self.check()
    }

    pub(crate) fn advance(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.cancelled.load(Relaxed) { Err(Error::cancelled()) } else { Ok(()) }
    }
}
