//! What a fork needs to know, found out beforehand on a thread of ours.
//!
//! With a heap of half a gigabyte this takes about 20 ms, which the app's thread does not wait for.

use super::failure::{Failure, Kind};
use super::maps::read_smaps;
use super::slots::Slots;
use super::workers::Workers;
use parking_lot::{Mutex, MutexGuard};
use std::ops::Range;
use std::time::{Duration, Instant};

/// A survey that is older is made anew. It may be stale in what V8 has mapped since, which costs little.
const STALE: Duration = Duration::from_secs(1);

/// Held while memory is marked for a fork, and while marks are read: one must not see the other's.
static MARKS: Mutex<()> = Mutex::new(());

/// The right to mark memory, unless a survey is reading.
pub fn marks() -> Option<MutexGuard<'static, ()>> {
    MARKS.try_lock()
}

/// Everything known.
pub struct Survey {
    /// Memory that V8 keeps out of forks, in order.
    pub kept_out: Vec<Range<usize>>,
    pub slots: Slots,
    pub workers: Workers,
    taken: Instant,
}

impl Survey {
    pub fn take() -> Result<Self, Failure> {
        let slots =
            Slots::find().map_err(|reason| Failure::new(Kind::Unsupported, format!("no twin here: {reason}")))?;
        let workers = Workers::find();
        let mappings = {
            let _guard = MARKS.lock();
            read_smaps().map_err(|error| Failure::system(Kind::Unsupported, "cannot read /proc/self/smaps", &error))?
        };
        let kept_out = mappings.into_iter().filter(|mapping| mapping.anonymous && mapping.dont_fork);
        Ok(Self { kept_out: kept_out.map(|mapping| mapping.range).collect(), slots, workers, taken: Instant::now() })
    }

    pub fn fresh(&self) -> bool {
        self.taken.elapsed() < STALE
    }
}
