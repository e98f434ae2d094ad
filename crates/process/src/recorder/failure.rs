//! What can go wrong with a recorder's file.

use std::io;
use std::path::Path;

/// The kind of a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The operating system refused.
    Io,
    /// Another process, or another recorder of this one, has the file.
    Occupied,
    /// What is there is no recorder file, and not overwritten.
    Foreign,
}

/// Why there is no recorder.
#[derive(Debug)]
pub struct Failure {
    /// What kind.
    pub kind: Kind,
    /// What happened, in a sentence.
    pub message: String,
    /// The system's number for it.
    pub errno: Option<i32>,
}

impl Failure {
    pub(super) fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        let message = format!("cannot {doing} {}: {error}", path.display());
        Self { kind: Kind::Io, message, errno: error.raw_os_error() }
    }

    pub(super) fn foreign(path: &Path) -> Self {
        let message = format!(
            "{} is there and is no file of leakguard's flight recorder, so it is not overwritten: choose another path",
            path.display()
        );
        Self { kind: Kind::Foreign, message, errno: None }
    }

    pub(super) fn irregular(path: &Path) -> Self {
        let message = format!("cannot open {}: it is there and no regular file; choose another path", path.display());
        Self { kind: Kind::Io, message, errno: None }
    }

    pub(super) fn occupied(path: &Path, pid: Option<u64>) -> Self {
        let who = pid.map_or_else(|| "another recorder".to_owned(), |pid| format!("process {pid}"));
        let message = format!("{who} is writing to {}: give each process and worker a file of its own", path.display());
        Self { kind: Kind::Occupied, message, errno: None }
    }
}
