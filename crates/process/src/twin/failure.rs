//! Why a twin left nothing.

use crate::errno::errno;
use std::io;

/// Where it went wrong, for whoever decides what to do next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// This system, build or runtime can have no twin.
    Unsupported,
    /// The system refused the fork, or what it needs.
    Refused,
    /// The twin crashed.
    Died,
    /// Somebody killed the twin.
    Killed,
    /// The twin slept without progress and was ended.
    Stalled,
    /// What JavaScript did in the twin threw.
    Capture,
    /// The bytes could not be consumed.
    Sink,
    /// The twin was ended before memory ran out.
    Headroom,
    /// The caller asked for the end.
    Cancelled,
    /// A defect of ours.
    Internal,
}

const KINDS: [(Kind, &str); 10] = [
    (Kind::Unsupported, "unsupported"),
    (Kind::Refused, "refused"),
    (Kind::Died, "died"),
    (Kind::Killed, "killed"),
    (Kind::Stalled, "stalled"),
    (Kind::Capture, "capture"),
    (Kind::Sink, "sink"),
    (Kind::Headroom, "headroom"),
    (Kind::Cancelled, "cancelled"),
    (Kind::Internal, "internal"),
];

impl Kind {
    /// As JavaScript sees it.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("internal", |(_, name)| name)
    }

    #[cfg(any(target_os = "linux", test))]
    pub(super) fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// What went wrong, with what is needed to say it well and to decide whether to try again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// Where.
    pub kind: Kind,
    /// `ERR_LEAKGUARD_…`.
    pub code: String,
    /// A sentence, without the code.
    pub message: String,
    /// The operating system's name for the reason: `ENOSPC`, `EAGAIN`.
    pub errno: Option<String>,
    /// The byte of the snapshot where an analysis stopped.
    pub byte: Option<u64>,
}

impl Failure {
    /// A failure of a kind, with the code that goes with it.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let code = match kind {
            Kind::Unsupported => "ERR_LEAKGUARD_UNSUPPORTED",
            Kind::Refused | Kind::Died | Kind::Killed | Kind::Stalled | Kind::Capture => "ERR_LEAKGUARD_TWIN",
            Kind::Sink => "ERR_LEAKGUARD_IO",
            Kind::Headroom => "ERR_LEAKGUARD_HEADROOM",
            Kind::Cancelled => "ERR_LEAKGUARD_CANCELLED",
            Kind::Internal => "ERR_LEAKGUARD_INTERNAL",
        };
        Self { kind, code: code.to_owned(), message: message.into(), errno: None, byte: None }
    }

    /// The same for what the operating system answered.
    pub fn system(kind: Kind, what: &str, error: &io::Error) -> Self {
        let errno = errno(error).map(str::to_owned);
        Self { errno, ..Self::new(kind, format!("{what}: {error}")) }
    }

    /// Whether another twin could fare better: the cause was an accident of the moment. So is a snapshot that cannot be read
    /// though V8 has just written it: seen once in some hundred twins of a process under heavy load, an edge to nowhere.
    pub fn passing(&self) -> bool {
        matches!(self.kind, Kind::Stalled | Kind::Died)
            || (self.kind == Kind::Sink && self.code == "ERR_LEAKGUARD_PARSE")
    }
}

/// What is wrong with a snapshot is told as such.
impl From<leakguard_core::Error> for Failure {
    fn from(error: leakguard_core::Error) -> Self {
        Self { code: error.code.name().to_owned(), byte: error.byte, ..Self::new(Kind::Sink, error.message) }
    }
}

/// What was computed can be written down, or it is a defect.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(Kind::Internal, error.to_string())
    }
}
