//! What a twin costs, and its end before it costs the app.
//!
//! The limits are asked at every look, since a twin can take half a gigabyte a second. The twin's own share is read from
//! `smaps_rollup`, which walks its page tables (20 ns a page, with the twin's mappings locked): seldom enough to take a
//! twenty-fifth of the time at most; in between it is taken to have grown by what its resident memory has.

use super::failure::{Failure, Kind};
use crate::machine::{Cgroup, Meminfo};
use std::fs;
use std::time::{Duration, Instant};

const SMALLEST_RESERVE: u64 = 16 << 20;
const LARGEST_RESERVE: u64 = 256 << 20;

/// Looks at one twin.
pub struct MemoryWatch {
    process: i32,
    guard: bool,
    reserve: Option<u64>,
    /// Resident memory at the fork: the twin begins with what the parent has.
    inherited: u64,
    peak: Option<u64>,
    measured: Option<Measure>,
    next: Instant,
    head_room: Option<u64>,
}

/// What one reading of `smaps_rollup` said.
struct Measure {
    private: u64,
    resident: u64,
}

impl MemoryWatch {
    pub fn new(process: i32, guard: bool, reserve: Option<u64>) -> Self {
        let inherited = resident(process).unwrap_or(0);
        let next = Instant::now() + Duration::from_millis(100);
        Self { process, guard, reserve, inherited, peak: None, measured: None, next, head_room: None }
    }

    /// Looks at the twin and at the limits.
    pub fn look(&mut self) -> Result<(), Failure> {
        self.look_at_twin();
        if self.guard { self.look_at_limits() } else { Ok(()) }
    }

    /// Measures the twin, or estimates from the last measure.
    pub fn look_at_twin(&mut self) {
        let began = Instant::now();
        let Some(resident) = resident(self.process) else { return };
        if began >= self.next
            && let Some(private) = private(self.process)
        {
            self.measured = Some(Measure { private, resident });
            let cost = began.elapsed();
            self.next = began + (cost * 25).max(Duration::from_millis(250));
        }
        if let Some(Measure { private, resident: then }) = self.measured {
            self.rise_to(private + resident.saturating_sub(then));
        }
    }

    fn look_at_limits(&mut self) -> Result<(), Failure> {
        let cgroup = Cgroup::read().map(|group| (group.head_room(), group.limit, "the cgroup"));
        let machine = Meminfo::read().map(|memory| (memory.available, memory.total, "the machine"));
        let Some((head_room, limit, whose)) = [cgroup, machine].into_iter().flatten().min() else { return Ok(()) };
        let reserve = self.reserve.unwrap_or_else(|| (limit / 20).clamp(SMALLEST_RESERVE, LARGEST_RESERVE));
        // What went since the last look may go again before the next.
        let fall = self.head_room.map_or(0, |before| before.saturating_sub(head_room));
        self.head_room = Some(head_room);
        if head_room > reserve + fall {
            return Ok(());
        }
        let [room, limit, keep] = [head_room, limit, reserve].map(|bytes| bytes >> 20);
        let message = format!(
            "the twin was ended because {whose} has {room} MiB of {limit} MiB left, and {keep} MiB are kept for the app"
        );
        Err(Failure::new(Kind::Headroom, message))
    }

    /// What the kernel counted over the twin's whole life, when it is gone.
    pub fn rest(&mut self, largest_resident: Option<u64>) {
        if let Some(largest) = largest_resident {
            self.rise_to(largest.saturating_sub(self.inherited));
        }
    }

    fn rise_to(&mut self, bytes: u64) {
        self.peak = Some(self.peak.unwrap_or(0).max(bytes));
    }

    pub fn peak(&self) -> Option<u64> {
        self.peak
    }
}

/// Memory that only the twin has.
fn private(process: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let kibibytes = text
        .lines()
        .filter(|line| line.starts_with("Private_"))
        .filter_map(|line| line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok());
    Some(kibibytes.sum::<u64>() << 10)
}

fn resident(process: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    // SAFETY: asks for a constant of the system.
    Some(pages * u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?)
}
