//! The twin's life: from the first instruction after the fork to `_exit`.
//!
//! JavaScript asks V8 for the snapshot, which is written into a pipe; a thread of the twin reads it; a ticker tells the
//! parent how far both are. Whoever fails first says so and ends the process. Nothing returns to JavaScript's event loop.

use super::failure::{Failure, Kind};
use super::frames::Frame;
use super::sink::{Intake, Sink};
use super::slots::Slots;
use super::{Settings, descriptors, identity};
use crate::large_pages;
use std::io::{self, PipeWriter, Write};
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

/// The ticker's name: its processor time is no progress.
pub const TICKER: &str = "leakguard-tick";

const TICK: Duration = Duration::from_millis(50);

/// V8 writes 64 KiB at a time; a larger pipe saves it some waiting.
const PIPE_BYTES: i32 = 1 << 20;

/// The way to the parent.
#[derive(Clone)]
struct Report {
    pipe: Arc<parking_lot::Mutex<PipeWriter>>,
}

impl Report {
    fn send(&self, frame: &Frame) {
        // Without a parent there is nobody to tell, and the twin is about to be killed.
        drop(self.pipe.lock().write_all(&frame.encode()));
    }

    /// The last word.
    fn end(&self, frame: &Frame) -> ! {
        let mut pipe = self.pipe.lock();
        drop(pipe.write_all(&frame.encode()));
        // SAFETY: ends the process without any clean-up, which would be the parent's: handles, files, `atexit`.
        unsafe { libc::_exit(0) }
    }

    fn fail(&self, failure: Failure) -> ! {
        self.end(&Frame::Failed(failure))
    }
}

/// Lives. `capture` makes V8 write to the path that it is given.
pub fn live(
    parent: i32,
    status: PipeWriter,
    settings: &Settings,
    slots: &Slots,
    capture: &mut dyn FnMut(&str) -> Result<(), String>,
) -> ! {
    identity::forget_signals();
    large_pages::ask();
    let descriptor = status.as_raw_fd();
    let report = Report { pipe: Arc::new(parking_lot::Mutex::new(status)) };
    if !identity::die_with(parent) {
        report.fail(Failure::new(Kind::Died, "the parent ended"));
    }
    if let Err(error) = slots.replace() {
        report.fail(Failure::system(Kind::Unsupported, "cannot change the slots of pthread_cond_signal", &error));
    }
    identity::step_back(settings.nice);
    let mut keep = settings.sink.descriptors();
    keep.push(descriptor);
    if let Err(error) = descriptors::let_go(&keep) {
        report.fail(Failure::system(Kind::Refused, "cannot close the inherited descriptors", &error));
    }
    match catch_unwind(AssertUnwindSafe(|| work(&report, settings, capture))) {
        Ok(Ok(answer)) => report.end(&Frame::Done(answer)),
        Ok(Err(failure)) => report.fail(failure),
        Err(_) => report.fail(Failure::new(Kind::Internal, "a panic in the twin")),
    }
}

fn work(
    report: &Report,
    settings: &Settings,
    capture: &mut dyn FnMut(&str) -> Result<(), String>,
) -> Result<Vec<u8>, Failure> {
    let refused = |what: &'static str| move |error: io::Error| Failure::system(Kind::Refused, what, &error);
    let (reader, writer) = io::pipe().map_err(refused("cannot make a pipe in the twin"))?;
    // SAFETY: changes the buffer of a pipe of ours; where that is not allowed it stays as it is.
    unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETPIPE_SZ, PIPE_BYTES) };
    // Open for as long as the sink's failure is not told: V8 would fail as well, for want of a reader, and be heard first.
    let held = reader.try_clone().map_err(refused("cannot make a pipe in the twin"))?;
    let bytes = Arc::new(AtomicU64::new(0));
    let intake = Intake::new(Box::new(reader), Arc::clone(&bytes));

    let progress = Progress { sink: Arc::clone(&settings.sink), bytes };
    let (ticks, teller) = (progress.clone(), report.clone());
    let ticker = move || ticks.tell(&teller);
    spawn(TICKER, ticker).map_err(refused("no thread in the twin"))?;

    let (sink, teller) = (Arc::clone(&settings.sink), report.clone());
    let consume = move || {
        let _held = held;
        match catch_unwind(AssertUnwindSafe(|| sink.consume(intake))) {
            Ok(Ok(answer)) => answer,
            // V8 may be in the middle of writing what nobody will read.
            Ok(Err(failure)) => teller.fail(failure),
            Err(_) => teller.fail(Failure::new(Kind::Internal, "a panic while consuming the snapshot")),
        }
    };
    let consumer = spawn("leakguard-sink", consume).map_err(refused("no thread in the twin"))?;

    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    if let Err(message) = capture(&path) {
        // Said before the writer is dropped, or the consumer would complain of an early end.
        report.fail(Failure::new(Kind::Capture, message));
    }
    drop(writer);
    let answer = consumer.join().map_err(|_| Failure::new(Kind::Internal, "a panic while consuming the snapshot"))?;
    report.send(&progress.frame());
    Ok(answer)
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<thread::JoinHandle<T>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}

#[derive(Clone)]
struct Progress {
    sink: Arc<dyn Sink>,
    bytes: Arc<AtomicU64>,
}

impl Progress {
    fn frame(&self) -> Frame {
        let bytes = self.bytes.load(Relaxed);
        let stage = if bytes == 0 && !self.sink.alone() { "snapshot" } else { self.sink.stage() };
        let (written, waiting) = (self.sink.written(), self.sink.waiting());
        Frame::Progress { stage: stage.to_owned(), bytes, written, waiting }
    }

    /// Until the process ends.
    fn tell(&self, report: &Report) {
        let mut told = None;
        loop {
            thread::sleep(TICK);
            let frame = self.frame();
            if told.as_ref() != Some(&frame) {
                report.send(&frame);
                told = Some(frame);
            }
        }
    }
}
