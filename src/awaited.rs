//! What a job waits for on its thread until JavaScript gives it.

use leakguard_core::Error;
use parking_lot::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Both ends, each until it is taken.
pub struct Awaited<T> {
    sender: Mutex<Option<Sender<T>>>,
    receiver: Mutex<Option<Receiver<T>>>,
}

impl<T> Default for Awaited<T> {
    fn default() -> Self {
        Self { sender: Mutex::new(None), receiver: Mutex::new(None) }
    }
}

impl<T> Awaited<T> {
    /// There will be something to wait for.
    pub fn expect(&self) {
        let (sender, receiver) = channel();
        *self.sender.lock() = Some(sender);
        *self.receiver.lock() = Some(receiver);
    }

    /// The end to wait at, where something is expected.
    pub fn take(&self) -> Option<Receiver<T>> {
        self.receiver.lock().take()
    }

    /// Waits until it is given.
    ///
    /// # Errors
    /// [`leakguard_core::Code::Cancelled`]: it will not be.
    pub fn wait(receiver: &Receiver<T>) -> Result<T, Error> {
        receiver.recv().map_err(|_| Error::cancelled())
    }

    /// Gives it. Where nobody waits any more the job has failed.
    pub fn give(&self, what: T) {
        drop(self.sender.lock().take().map(|sender| sender.send(what)));
    }

    /// It will not be given: whoever waits need not.
    pub fn forget(&self) {
        *self.sender.lock() = None;
    }
}
