//! Where there is no Linux there is no twin, and this says so.

use super::failure::{Failure, Kind};
use super::{Outcome, Progress, Settings, Start};

/// The same interface as on Linux.
pub struct Job;

impl Job {
    /// A job that cannot start.
    pub fn new(_settings: Settings) -> Self {
        Self
    }

    /// Says why not.
    ///
    /// # Errors
    /// Always.
    pub fn start(&self, _anyway: bool, _capture: &mut dyn FnMut(&str) -> Result<(), String>) -> Result<Start, Failure> {
        Err(Failure::new(Kind::Unsupported, unsupported().unwrap_or_default()))
    }

    /// None.
    pub fn progress(&self) -> Progress {
        Progress::default()
    }

    /// None.
    pub fn take(&self) -> Option<Outcome> {
        None
    }

    /// Nothing to end.
    pub fn cancel(&self) {}
}

/// Why.
pub fn unsupported() -> Option<String> {
    Some(format!("a twin is made by a fork that shares V8's memory, on Linux alone; this is {}", std::env::consts::OS))
}
