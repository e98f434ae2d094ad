//! What a twin costs, and its end before it costs the app.
//!
//! The limits are asked at every look, since a twin can take half a gigabyte a second. The twin's own share is read from
//! `smaps_rollup`, which walks its page tables (20 ns a page, with the twin's mappings locked): seldom enough to take a
//! twenty-fifth of the time at most; in between it is taken to have grown by what its resident memory has.

use super::Limits;
use super::failure::{Failure, Kind};
use super::supervise::Child;
use crate::machine::{Cgroup, Meminfo};
use std::fs;
use std::time::{Duration, Instant};

/// Head-room above the reserve from which on the limits are asked more often.
const SHORT: u64 = 512 << 20;

const SMALLEST_RESERVE: u64 = 16 << 20;
const LARGEST_RESERVE: u64 = 256 << 20;

/// Looks at one twin.
pub struct MemoryWatch {
    process: String,
    limits: Limits,
    /// What the twin began with: the parent's, of which a fork copies no more.
    inherited: Option<Resident>,
    peak: Option<u64>,
    measured: Option<Measure>,
    next: Instant,
    head_room: Option<u64>,
    /// What went between two looks, of late.
    fall: u64,
    short: bool,
    /// How many processes the kernel has killed in this cgroup for want of memory.
    kills: Option<u64>,
}

/// What one reading of `smaps_rollup` said, and what was resident then.
struct Measure {
    private: u64,
    anonymous: u64,
}

impl MemoryWatch {
    pub fn new(child: &Child) -> Self {
        Self {
            process: child.process.to_string(),
            limits: child.limits,
            inherited: child.inherited,
            peak: None,
            measured: None,
            next: Instant::now(),
            head_room: None,
            fall: 0,
            short: false,
            kills: Cgroup::read().and_then(|group| group.kills()),
        }
    }

    /// Looks at the twin and at the limits.
    pub fn look(&mut self) -> Result<(), Failure> {
        self.look_at_twin();
        self.look_at_budget()?;
        if self.limits.watch_memory { self.look_at_limits() } else { Ok(()) }
    }

    /// Measures the twin, or estimates from the last measure.
    pub fn look_at_twin(&mut self) {
        let began = Instant::now();
        let Some(Resident { anonymous, .. }) = resident(&self.process) else { return };
        if began >= self.next
            && let Some(private) = private(&self.process)
        {
            self.measured = Some(Measure { private, anonymous });
            let cost = began.elapsed();
            self.next = began + (cost * 25).max(Duration::from_millis(250));
        }
        if let Some(Measure { private, anonymous: then }) = self.measured {
            self.rise_to(private + anonymous.saturating_sub(then));
        }
    }

    fn look_at_budget(&self) -> Result<(), Failure> {
        let taken = self.peak.unwrap_or(0);
        if taken <= self.limits.most {
            return Ok(());
        }
        let [taken, most] = [taken, self.limits.most].map(|bytes| bytes >> 20);
        let message = format!(
            "the twin was ended because it took {taken} MiB for itself, and it may have {most} MiB (maxMemory)"
        );
        Err(Failure::new(Kind::Headroom, message))
    }

    fn look_at_limits(&mut self) -> Result<(), Failure> {
        let cgroup = Cgroup::read().and_then(|group| Some((group.head_room()?, group.limit?, "the cgroup")));
        let machine = Meminfo::read().map(|memory| (memory.available, memory.total, "the machine"));
        let Some((head_room, limit, whose)) = [cgroup, machine].into_iter().flatten().min() else { return Ok(()) };
        let reserve = self.limits.reserve.unwrap_or_else(|| (limit / 20).clamp(SMALLEST_RESERVE, LARGEST_RESERVE));
        // What went since the last look may go again before the next.
        let fall = self.head_room.map_or(0, |before| before.saturating_sub(head_room));
        self.fall = fall.max(self.fall / 2);
        self.head_room = Some(head_room);
        self.short = head_room < reserve.saturating_add(SHORT);
        if head_room > reserve.saturating_add(self.fall) {
            return Ok(());
        }
        let [room, limit, keep] = [head_room, limit, reserve].map(|bytes| bytes >> 20);
        let message = format!(
            "the twin was ended because {whose} has {room} MiB of {limit} MiB left, and {keep} MiB are kept for the app"
        );
        Err(Failure::new(Kind::Headroom, message))
    }

    /// Whether the limits are near.
    pub fn short(&self) -> bool {
        self.short
    }

    /// Whether the kernel was faster, as far as the cgroup's count tells.
    pub fn killed_by_kernel(&self) -> Option<Failure> {
        let group = Cgroup::read()?;
        let killed = group.kills()? > self.kills?;
        let limit = group.limit?;
        let message = format!(
            "the kernel killed for want of memory in the cgroup, which may have {} MiB; the twin is gone",
            limit >> 20
        );
        killed.then(|| Failure::new(Kind::Headroom, message))
    }

    /// The kernel kept the twin's most resident memory, of which no look may have been at the right moment.
    pub fn rest(&mut self, largest: Option<u64>) {
        if let (Some(largest), Some(inherited)) = (largest, self.inherited) {
            self.rise_to(largest.saturating_sub(inherited.all));
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
fn private(process: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let amounts = text.lines().filter(|line| line.starts_with("Private_"));
    let kibibytes = amounts.filter_map(|line| line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok());
    // A process that has just ended has none of these lines.
    kibibytes.reduce(u64::saturating_add).map(|sum| sum << 10)
}

/// Resident memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Resident {
    all: u64,
    anonymous: u64,
}

/// Resident memory of a process (`self` or a number). About 20 µs.
pub fn resident(process: &str) -> Option<Resident> {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let mut pages = text.split_ascii_whitespace().skip(1).map_while(|word| word.parse::<u64>().ok());
    let (all, shared) = (pages.next()?, pages.next()?);
    // SAFETY: asks for a constant of the system.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
    (all > 0).then(|| Resident { all: all * page, anonymous: all.saturating_sub(shared) * page })
}
