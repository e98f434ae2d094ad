//! The parent's thread that looks after a twin: what it says, whether it stalls, what it costs, its end.

use super::failure::{Failure, Kind};
use super::frames::{Decoder, Frame};
use super::job::{Place, Shared, milliseconds};
use super::life::TICKER;
use super::stall::{Look, Stall};
use super::watch::{MemoryWatch, Resident};
use super::{Limits, Outcome, tasks};
use std::io::{self, PipeReader, Read};
use std::os::fd::AsRawFd;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// How long the thread waits for a frame before it looks around.
const PERIOD: Duration = Duration::from_millis(50);
/// The same while memory is short: a twin can take a mebibyte in a millisecond.
const HASTE: Duration = Duration::from_millis(8);

/// A twin just made.
pub struct Child {
    pub process: i32,
    pub status: PipeReader,
    pub place: Place,
    pub began: Instant,
    /// Resident memory of the parent at the fork.
    pub inherited: Option<Resident>,
    pub fork_ms: f64,
    pub held_ms: f64,
    pub limits: Limits,
}

impl Child {
    /// Ends the twin at once.
    pub fn abandon(self) {
        kill(self.process);
        reap(self.process);
    }
}

/// Looks after the twin until it is gone, then leaves the outcome.
pub fn supervise(child: Child, shared: &Shared) {
    let mut watch = MemoryWatch::new(&child);
    let result = attend(&child, shared, &mut watch);
    if result.is_err() {
        kill(child.process);
    }
    watch.look_at_twin();
    let end = reap(child.process);
    let result = result.and_then(|last| last.ok_or_else(|| watch.killed_by_kernel().unwrap_or_else(|| died(&end))));
    watch.rest(end.largest);
    let Child { place, status, began, fork_ms, held_ms, .. } = child;
    // The place is free before JavaScript can ask for the next.
    drop((place, status));
    let progress = shared.progress.lock().clone();
    *shared.outcome.lock() = Some(Outcome {
        result,
        bytes: progress.bytes,
        written: progress.written,
        fork_ms,
        held_ms,
        duration_ms: milliseconds(began),
        peak: watch.peak(),
    });
}

/// Until the twin's last word, or its silence. `Ok(None)`: it ended without one.
fn attend(child: &Child, shared: &Shared, watch: &mut MemoryWatch) -> Result<Option<Vec<u8>>, Failure> {
    let mut decoder = Decoder::default();
    let mut stall = Stall::new(child.limits.stall);
    let mut excused = false;
    let mut looked = Instant::now();
    let mut buffer = vec![0; 64 << 10];
    loop {
        if shared.cancelled.load(Relaxed) {
            return Err(Failure::new(Kind::Cancelled, "the twin was cancelled"));
        }
        let period = if watch.short() { HASTE } else { PERIOD };
        if readable(&child.status, period) {
            let count = match (&child.status).read(&mut buffer) {
                Ok(0) => return Ok(None),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                Err(error) => return Err(Failure::system(Kind::Internal, "cannot hear the twin", &error)),
            };
            decoder.push(&buffer[..count]);
        }
        while let Some(frame) = decoder.next().map_err(|what| Failure::new(Kind::Internal, what))? {
            match frame {
                Frame::Progress { stage, bytes, written, waiting } => {
                    excused = waiting;
                    *shared.progress.lock() = super::Progress { stage, bytes, written };
                }
                Frame::Done(answer) => return Ok(Some(answer)),
                Frame::Failed(failure) => return Err(failure),
            }
        }
        let since = looked.elapsed();
        if since < period {
            continue;
        }
        watch.look()?;
        if since < PERIOD {
            continue;
        }
        looked = Instant::now();
        let progress = shared.progress.lock().clone();
        if stall.stalled(look(child.process, &progress, excused), since) {
            let seconds = child.limits.stall.as_secs_f64();
            let message = format!("the twin slept for {seconds} s without progress ({})", progress.stage);
            return Err(Failure::new(Kind::Stalled, message));
        }
    }
}

fn look(process: i32, progress: &super::Progress, excused: bool) -> Look {
    let threads: Vec<_> = tasks::threads(&process.to_string()).into_iter().filter(|task| task.name != TICKER).collect();
    let ticks = threads.iter().map(|task| task.ticks).sum();
    let asleep = !threads.is_empty() && threads.iter().all(|task| task.state == b'S');
    Look { moved: (ticks, progress.bytes, progress.written), asleep, excused }
}

fn readable(status: &PipeReader, period: Duration) -> bool {
    let mut poll = libc::pollfd { fd: status.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let timeout = i32::try_from(period.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: one valid structure, as the count says.
    unsafe { libc::poll(&raw mut poll, 1, timeout) > 0 }
}

/// How the twin ended.
struct End {
    /// As `waitpid` tells it; `None`: somebody else in this process took it.
    status: Option<i32>,
    /// The most resident memory it ever had, in bytes.
    largest: Option<u64>,
}

fn kill(process: i32) {
    // SAFETY: the twin is our child and not waited for yet, so the number is still its own.
    unsafe { libc::kill(process, libc::SIGKILL) };
}

/// Waits for this child alone: libuv waits for those that it started, each by its number, too.
fn reap(process: i32) -> End {
    let mut status = 0;
    loop {
        // SAFETY: all zeroes is a valid `rusage`; the call fills it and the status.
        let (answer, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(process, &raw mut status, 0, &raw mut usage), usage)
        };
        if answer == process {
            let largest = u64::try_from(usage.ru_maxrss).ok().map(|kibibytes| kibibytes << 10);
            return End { status: Some(status), largest };
        }
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return End { status: None, largest: None };
        }
    }
}

fn died(end: &End) -> Failure {
    let mut kind = Kind::Died;
    let how = match end.status {
        Some(status) if libc::WIFSIGNALED(status) => match libc::WTERMSIG(status) {
            libc::SIGKILL => {
                kind = Kind::Killed;
                "was killed (SIGKILL)".to_owned()
            }
            libc::SIGSEGV => "crashed (SIGSEGV)".to_owned(),
            libc::SIGABRT => "was aborted (SIGABRT): V8 gives up so when its heap limit is reached".to_owned(),
            signal => format!("was ended by signal {signal}"),
        },
        Some(status) => format!("ended with code {}", libc::WEXITSTATUS(status)),
        None => "ended".to_owned(),
    };
    Failure::new(kind, format!("the twin {how} before it was done"))
}
