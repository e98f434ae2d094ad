//! One twin from the parent's side: the start on JavaScript's thread, the rest on a thread of ours.
//!
//! That thread is started with the first survey, before the fork, so that nothing can fail between the fork and the
//! supervision. It ends with the twin, or when the job is dropped.

use super::failure::{Failure, Kind};
use super::identity::Held;
use super::memory_marks::LetIn;
use super::slots::Slots;
use super::supervise::{Child, supervise};
use super::survey::{Survey, marks};
use super::watch::resident;
use super::{Outcome, Progress, Settings, Start, life, slots};
use parking_lot::Mutex;
use std::io;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, SendError, Sender};
use std::thread;
use std::time::Instant;

/// Parts of the place that are taken. One twin of this process lives at a time, because two would double what the first may cost; or some that cost little.
static TAKEN: AtomicU32 = AtomicU32::new(0);
const WHOLE: u32 = 3;

/// The place of a twin, or its part of it.
pub struct Place(u32);

impl Place {
    /// How much a twin takes that may live `beside` others of its like, or not.
    fn part(beside: bool) -> u32 {
        if beside { 1 } else { WHOLE }
    }

    fn is_free(beside: bool) -> bool {
        TAKEN.load(Relaxed) + Self::part(beside) <= WHOLE
    }

    fn take(beside: bool) -> Option<Self> {
        let part = Self::part(beside);
        let more = |taken| Some(taken + part).filter(|&taken| taken <= WHOLE);
        TAKEN.fetch_update(Relaxed, Relaxed, more).is_ok().then(|| Self(part))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        TAKEN.fetch_sub(self.0, Relaxed);
    }
}

/// What the two threads of the parent share.
#[derive(Default)]
pub struct Shared {
    pub cancelled: AtomicBool,
    pub progress: Mutex<Progress>,
    pub outcome: Mutex<Option<Outcome>>,
    survey: Mutex<Option<Result<Survey, Failure>>>,
}

enum Command {
    Survey,
    Supervise(Child),
}

/// One twin.
pub struct Job {
    /// Until the fork, or until it is cancelled: what the sink holds is closed here when the twin has it, or will never be.
    settings: Mutex<Option<Settings>>,
    shared: Arc<Shared>,
    thread: Mutex<Option<Sender<Command>>>,
}

impl Job {
    /// A job that waits for its start.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Mutex::new(Some(settings)), shared: Arc::default(), thread: Mutex::default() }
    }

    /// Makes the twin, if this is the moment. In the twin `capture` is called with the path to write to, and this never
    /// returns. `anyway`: though V8's workers are at work, at the risk of a twin that stalls.
    ///
    /// # Errors
    /// What asking again would not mend: no twin on this system, a fork refused.
    pub fn start(&self, anyway: bool, capture: &mut dyn FnMut(&str) -> Result<(), String>) -> Result<Start, Failure> {
        let held = Instant::now();
        if self.shared.cancelled.load(Relaxed) {
            return Err(Failure::new(Kind::Cancelled, "the twin was cancelled"));
        }
        let Some(beside) = self.settings.lock().as_ref().map(|settings| settings.beside) else {
            return Err(Failure::new(Kind::Internal, "a job starts once"));
        };
        if !Place::is_free(beside) {
            return Ok(Start::Occupied);
        }
        let mut slot = self.shared.survey.lock();
        match &*slot {
            Some(Ok(survey)) if survey.fresh() && survey.slots.generation == slots::Generation::now() => {
                let Some(place) = Place::take(beside) else { return Ok(Start::Occupied) };
                let start = self.fork(survey, place, anyway, held, capture)?;
                if start == Start::Started {
                    *slot = None;
                }
                Ok(start)
            }
            Some(Err(failure)) => Err(failure.clone()),
            Some(Ok(_)) => {
                *slot = None;
                self.command(Command::Survey)
            }
            None => self.command(Command::Survey),
        }
    }

    fn fork(
        &self,
        survey: &Survey,
        place: Place,
        anyway: bool,
        held: Instant,
        capture: &mut dyn FnMut(&str) -> Result<(), String>,
    ) -> Result<Start, Failure> {
        let refused = |what: &'static str| move |error: io::Error| Failure::system(Kind::Refused, what, &error);
        let idle = || anyway || survey.workers.idle();
        let mut slot = self.settings.lock();
        let Some(settings) = &*slot else { return Ok(Start::Occupied) };
        let Some(_marks) = marks() else { return Ok(Start::Busy) };
        if !idle() {
            return Ok(Start::Busy);
        }
        let (status, report) = io::pipe().map_err(refused("cannot make a pipe"))?;
        let let_in = LetIn::all(&survey.kept_out).map_err(refused("cannot read /proc/self/maps"))?;
        // Again, and last: from here to the fork nothing of this thread gives a worker anything to do.
        if !idle() {
            return Ok(Start::Busy);
        }
        // SAFETY: takes and answers plain numbers.
        let parent = unsafe { libc::getpid() };
        let held_signals = Held::all();
        let began = Instant::now();
        // SAFETY: the child goes straight into `live`, which touches only what is the twin's own and never returns. libc's
        // fork, not the bare system call: it keeps malloc whole in the child.
        let process = unsafe { libc::fork() };
        if process == 0 {
            drop(status);
            life::live(parent, report, settings, &survey.slots, capture);
        }
        let error = io::Error::last_os_error();
        let fork_ms = milliseconds(began);
        drop(held_signals);
        drop(let_in);
        drop(report);
        if process < 0 {
            return Err(Failure::system(Kind::Refused, "the system refused to fork", &error));
        }
        let (inherited, limits) = (resident("self"), settings.limits);
        let child = Child { process, status, place, began, inherited, fork_ms, held_ms: milliseconds(held), limits };
        *slot = None;
        self.command(Command::Supervise(child))?;
        Ok(Start::Started)
    }

    /// Hands work to the thread, which is started by the first survey.
    fn command(&self, command: Command) -> Result<Start, Failure> {
        let mut thread = self.thread.lock();
        if thread.is_none() {
            let (sender, receiver) = mpsc::channel();
            let shared = Arc::clone(&self.shared);
            let work = move || serve(&receiver, &shared);
            thread::Builder::new()
                .name("leakguard-watch".to_owned())
                .spawn(work)
                .map_err(|error| Failure::system(Kind::Refused, "no thread to watch the twin", &error))?;
            *thread = Some(sender);
        }
        match thread.as_ref().map(|sender| sender.send(command)) {
            Some(Err(SendError(Command::Supervise(child)))) => {
                child.abandon();
                Err(Failure::new(Kind::Internal, "the thread that watches the twin is gone"))
            }
            _ => Ok(Start::Preparing),
        }
    }

    /// How far the twin is.
    pub fn progress(&self) -> Progress {
        self.shared.progress.lock().clone()
    }

    /// The outcome, once: `None` while the twin lives, and after it was taken.
    pub fn take(&self) -> Option<Outcome> {
        self.shared.outcome.lock().take()
    }

    /// Ends the twin soon; or it is never made.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Relaxed);
        *self.settings.lock() = None;
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.cancel();
    }
}

fn serve(commands: &Receiver<Command>, shared: &Shared) {
    while let Ok(command) = commands.recv() {
        match command {
            Command::Survey => {
                let survey = catch_unwind(Survey::take)
                    .unwrap_or_else(|_| Err(Failure::new(Kind::Internal, "a panic while preparing the twin")));
                *shared.survey.lock() = Some(survey);
            }
            Command::Supervise(child) => {
                supervise(child, shared);
                return;
            }
        }
    }
}

/// Why there can be no twin here, if that is so.
pub fn unsupported() -> Option<String> {
    Slots::find().err()
}

pub fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn one_twin_has_the_place_or_three_that_cost_little() {
        let whole = Place::take(false).unwrap();
        assert!(Place::take(true).is_none() && !Place::is_free(true));
        drop(whole);
        let three: Vec<_> = (0..3).map(|_| Place::take(true).unwrap()).collect();
        assert!(Place::take(true).is_none());
        drop(three.into_iter().next());
        assert!(Place::is_free(true) && Place::is_free(false));
    }
}
