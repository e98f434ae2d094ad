//! What an idle thread makes for a busy one: mostly memory, whose first touch takes as long as what is done with it.

use parking_lot::Mutex;

/// A value that is made ahead, unless it is asked for before.
pub(super) struct Prepared<T>(Mutex<State<T>>);

enum State<T> {
    Open,
    /// Somebody makes it.
    Begun,
    Made(T),
    /// Taken, or made by the one who needed it.
    Done,
}

impl<T> Prepared<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State::Open))
    }

    /// Makes the value, if nobody does or asked for it yet. Who asks meanwhile does not wait.
    pub(super) fn prepare(&self, make: impl FnOnce() -> T) {
        {
            let mut state = self.0.lock();
            if !matches!(*state, State::Open) {
                return;
            }
            *state = State::Begun;
        }
        let value = make();
        let mut state = self.0.lock();
        if matches!(*state, State::Begun) {
            *state = State::Made(value);
        }
    }

    /// The value, made now if it has to be.
    pub(super) fn take(&self, make: impl FnOnce() -> T) -> T {
        match std::mem::replace(&mut *self.0.lock(), State::Done) {
            State::Made(value) => value,
            State::Open | State::Begun | State::Done => make(),
        }
    }
}

/// Zeros that are written, and not only promised by the system.
pub(super) fn zeros<T: Clone + Default>(len: usize) -> Vec<T> {
    let mut column = Vec::with_capacity(len);
    column.resize(len, T::default());
    column
}

#[cfg(test)]
mod tests {
    use super::Prepared;

    #[test]
    fn is_made_once_by_whoever_is_first() {
        let early = Prepared::new();
        early.prepare(|| 1);
        assert_eq!(early.take(|| 2), 1);
        let late = Prepared::new();
        assert_eq!(late.take(|| 2), 2);
        late.prepare(|| panic!("nobody needs it any more"));
    }
}
