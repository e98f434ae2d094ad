//! A job's thread, and what it leaves for JavaScript to look at.
//!
//! Not on libuv's pool: work of seconds there would starve the app's file system and DNS. The object that JavaScript has owns
//! the job: when it is collected, or its worker ends, the thread is told to stop and nobody waits for it.

use crate::guard::guarded;
use crate::outcome::{Failure, Outcome};
use parking_lot::Mutex;
use std::sync::Arc;

/// Where the outcome lies until it is taken.
#[derive(Clone, Default)]
pub struct Slot(Arc<Mutex<Option<Outcome>>>);

impl Slot {
    /// The outcome, once: nothing while the job runs, and after it was taken.
    pub fn take(&self) -> Option<Outcome> {
        self.0.lock().take()
    }

    /// Puts it there.
    pub fn put(&self, outcome: impl Into<Outcome>) {
        *self.0.lock() = Some(outcome.into());
    }

    /// Does the work on a thread of its own; it puts its outcome there itself, as soon as it has one. A failure, a panic, and that
    /// there is no thread are outcomes as well.
    pub fn fill(&self, work: impl FnOnce(&Self) -> Result<(), Failure> + Send + 'static) {
        let slot = self.clone();
        let run = move || match guarded(|| work(&slot)) {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => slot.put(failure),
            Err(panic) => slot.put(Failure::internal(&panic)),
        };
        if let Err(error) = std::thread::Builder::new().name("leakguard".to_owned()).spawn(run) {
            self.put(Failure::internal(&format!("no thread: {error}")));
        }
    }
}
