//! Whether a twin will ever go on.
//!
//! A twin that hangs sleeps in every thread and uses no processor time. One that starves is runnable, one that waits for
//! a disk is not asleep, one that waits for its reader says so: none of these is stalled. Time is counted from look to
//! look, so that a stopped or suspended parent does not blame its twin.

use std::time::Duration;

/// What one look shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Look {
    /// Processor time and bytes: anything that moves when there is progress.
    pub moved: (u64, u64, u64),
    /// All threads sleep.
    pub asleep: bool,
    /// It waits for somebody else.
    pub excused: bool,
}

/// The judge.
pub struct Stall {
    limit: Duration,
    quiet: Duration,
    last: Option<Look>,
}

impl Stall {
    pub fn new(limit: Duration) -> Self {
        Self { limit, quiet: Duration::ZERO, last: None }
    }

    /// Takes a look, `since` the one before. `true`: it has been quiet for as long as the limit.
    pub fn stalled(&mut self, look: Look, since: Duration) -> bool {
        let same = self.last.as_ref().is_some_and(|last| last.moved == look.moved);
        if same && look.asleep && !look.excused {
            self.quiet += since.min(self.limit / 4);
        } else {
            self.quiet = Duration::ZERO;
        }
        self.last = Some(look);
        self.quiet >= self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, Stall};
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    fn look(moved: u64) -> Look {
        Look { moved: (moved, 0, 0), asleep: true, excused: false }
    }

    #[test]
    fn only_a_sleeper_without_progress_stalls() {
        let mut stall = Stall::new(4 * SECOND);
        assert!(!stall.stalled(look(1), SECOND));
        for _ in 0..3 {
            assert!(!stall.stalled(look(1), SECOND));
        }
        assert!(stall.stalled(look(1), SECOND));
        assert!(!stall.stalled(look(2), SECOND), "it moved");
        for _ in 0..10 {
            assert!(!stall.stalled(Look { asleep: false, ..look(2) }, SECOND), "it starves");
            assert!(!stall.stalled(Look { excused: true, ..look(2) }, SECOND), "it waits for its reader");
        }
    }

    #[test]
    fn a_long_gap_between_looks_proves_nothing() {
        let mut stall = Stall::new(4 * SECOND);
        stall.stalled(look(1), SECOND);
        assert!(!stall.stalled(look(1), 3600 * SECOND));
    }
}
