//! What can go wrong, with a stable code, a place and a sentence that says what to do.
//!
//! The binding turns these into JavaScript errors: `error.code` is [`Code::name`].

use std::fmt;

/// The kind of a failure, stable across releases.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code {
    /// The input is not a heap snapshot, or stops being one at some byte.
    Parse,
    /// The input asks for more than a limit of the options allows.
    Limit,
    /// The caller cancelled the work.
    Cancelled,
    /// Reading the input failed.
    Io,
    /// What was given as a census is none that this version reads.
    Census,
    /// Two snapshots are not an earlier and a later one of one process.
    Unrelated,
}

impl Code {
    /// The name that users see as `error.code`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parse => "ERR_LEAKGUARD_PARSE",
            Self::Limit => "ERR_LEAKGUARD_LIMIT",
            Self::Cancelled => "ERR_LEAKGUARD_CANCELLED",
            Self::Io => "ERR_LEAKGUARD_IO",
            Self::Census => "ERR_LEAKGUARD_CENSUS",
            Self::Unrelated => "ERR_LEAKGUARD_UNRELATED",
        }
    }
}

/// A failure of the analysis.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    /// What kind.
    pub code: Code,
    /// What happened and where, in a sentence.
    pub message: String,
    /// The byte of the (decompressed) input where it happened, if it has a place.
    pub byte: Option<u64>,
}

impl Error {
    /// The input is not a snapshot from `byte` on.
    pub fn parse(what: impl fmt::Display, byte: u64) -> Self {
        Self { code: Code::Parse, message: format!("{what}, at byte {byte}"), byte: Some(byte) }
    }

    /// A limit of the options is passed.
    pub fn limit(what: impl fmt::Display) -> Self {
        Self { code: Code::Limit, message: what.to_string(), byte: None }
    }

    /// The two snapshots cannot be compared object by object.
    pub fn unrelated(what: impl fmt::Display) -> Self {
        Self { code: Code::Unrelated, message: what.to_string(), byte: None }
    }

    /// The caller cancelled.
    pub fn cancelled() -> Self {
        Self { code: Code::Cancelled, message: "the analysis was cancelled".to_owned(), byte: None }
    }

    /// The reader failed.
    pub fn io(cause: &std::io::Error, byte: u64) -> Self {
        Self {
            code: Code::Io,
            message: format!("reading the snapshot failed: {cause}, at byte {byte}"),
            byte: Some(byte),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for Error {}
