//! One analysis on a thread of its own, and JavaScript's view of it.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]

use crate::awaited::Awaited;
use crate::call::parsed;
use crate::input::Input;
use crate::job::Slot;
use crate::outcome::{Failure, Outcome};
use crate::scripts::Scripts;
use crate::tally::HeapTally;
use crate::view::HeapView;
use leakguard_core::analysis::View;
use leakguard_core::{Answer, Source, Stage, Tally, Task, Watch, compare, examine, examine_graph, read};
use napi::Result;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use parking_lot::Mutex;
use std::io::Read;
use std::sync::Arc;

/// How far a job is.
#[napi(object)]
pub struct Progress {
    /// `parse`, `edges`, `dominators` or `report`.
    pub stage: String,
    /// Bytes of the input read, before decompression.
    pub bytes: f64,
    /// Bytes of the input as a whole, where known.
    pub total: Option<f64>,
}

#[derive(Default)]
struct Shared {
    watch: Watch,
    outcome: Slot,
    tally: Mutex<Option<Arc<Tally>>>,
    view: Mutex<Option<Arc<View>>>,
}

/// The analysis of one snapshot: `openFile` or `openFeed`, then `take` until there is an outcome.
#[napi]
pub struct AnalysisJob {
    task: Task,
    read_scripts: bool,
    shared: Arc<Shared>,
    input: Input,
    turn: Awaited<()>,
    before: Awaited<Vec<String>>,
}

#[napi]
impl AnalysisJob {
    /// A job that waits for its input. `task` is JSON; `read_scripts`: scripts that the snapshot names may be opened.
    #[napi(constructor)]
    pub fn new(task: String, read_scripts: bool) -> Result<Self> {
        let (turn, before) = (Awaited::default(), Awaited::default());
        Ok(Self { task: parsed(&task)?, read_scripts, shared: Arc::default(), input: Input::default(), turn, before })
    }

    /// Before it starts: the job will read its heap, and then wait for `turn`.
    #[napi]
    pub fn await_turn(&self) {
        self.turn.expect();
    }

    /// What a job with `awaitTurn` waits for.
    #[napi]
    pub fn turn(&self) {
        self.turn.give(());
    }

    /// Before it starts: the job will read and fold its heap, and then wait for `before`.
    #[napi]
    pub fn await_before(&self) {
        self.before.expect();
    }

    /// What a job with `awaitBefore` waits for: the earlier censuses of its task, as JSON, oldest first.
    #[napi]
    pub fn before(&self, censuses: Vec<String>) {
        self.before.give(censuses);
    }

    /// Before it starts: the objects of the earlier snapshot, for a task with `diff`.
    #[napi]
    pub fn since(&mut self, before: &HeapTally) {
        self.task.since = Some(Arc::clone(&before.tally));
    }

    /// Starts on a file. What is wrong with the file is the job's outcome.
    #[napi]
    pub fn open_file(&self, path: String) {
        let input = self.input.clone();
        self.start(move || input.open(&path));
    }

    /// Starts on what `write` will bring.
    #[napi]
    pub fn open_feed(&self) {
        let input = self.input.clone();
        self.start(move || Ok(input.fed()));
    }

    /// Copies a chunk of input. `false`: enough is queued, go on when `hasRoom` says so.
    #[napi]
    pub fn write(&self, chunk: Uint8Array) -> bool {
        self.input.feed.write(chunk.to_vec())
    }

    /// Whether the job wants more input.
    #[napi]
    pub fn has_room(&self) -> bool {
        self.input.feed.has_room()
    }

    /// The input is complete.
    #[napi]
    pub fn end(&self) {
        self.input.feed.end();
    }

    /// How far the job is.
    #[napi]
    pub fn progress(&self) -> Progress {
        Progress {
            stage: self.shared.watch.stage().name().to_owned(),
            bytes: self.input.bytes(),
            total: self.input.total(),
        }
    }

    /// Of a task with `view`: what is known of the heap before it is known who holds what, as JSON; `null` until then.
    #[napi]
    pub fn outline(&self) -> Option<String> {
        // Plain data: it cannot fail.
        self.shared.watch.outline().and_then(|outline| serde_json::to_string(outline).ok())
    }

    /// Asks the job to stop; it ends soon after, with `ERR_LEAKGUARD_CANCELLED` unless it was done.
    #[napi]
    pub fn cancel(&self) {
        self.shared.watch.cancel();
        self.input.feed.abandon();
        self.turn.forget();
        self.before.forget();
    }

    /// The outcome, once: `null` while the job runs, and after it was taken.
    #[napi]
    pub fn take(&self) -> Option<Outcome> {
        self.shared.outcome.take()
    }

    /// With the outcome of a task with `tally`: the objects of the snapshot, once.
    #[napi]
    pub fn tally(&self) -> Option<HeapTally> {
        self.shared.tally.lock().take().map(|tally| HeapTally { tally })
    }

    /// With the outcome of a task with `view`: the heap, once.
    #[napi]
    pub fn view(&self) -> Option<HeapView> {
        let read_scripts = self.read_scripts;
        self.shared.view.lock().take().map(|view| HeapView { view, read_scripts })
    }

    /// Starts on the censuses of the task alone: there is no snapshot.
    #[napi]
    pub fn open_censuses(&self) {
        let task = self.task.clone();
        self.work(move |_, done| {
            done(compare(&task)?);
            Ok(())
        });
    }

    fn start(&self, open: impl FnOnce() -> std::result::Result<Box<dyn Read + Send>, Failure> + Send + 'static) {
        let task = self.task.clone();
        let scripts = Scripts { readable: self.read_scripts };
        let (turn, before) = (self.turn.take(), self.before.take());
        self.work(move |shared, done| {
            let source = Source { reader: open()? };
            let watch = &shared.watch;
            if turn.is_none() && before.is_none() {
                return Ok(examine(source, &task, &scripts, watch, done)?);
            }
            let graph = read(source, &task, watch)?;
            watch.enter(Stage::Edges)?;
            turn.map_or(Ok(()), |turn| Awaited::wait(&turn))?;
            let before = || before.map_or_else(|| Ok(task.before.clone()), |before| Awaited::wait(&before));
            Ok(examine_graph(graph, &task, before, &scripts, watch, done)?)
        });
    }

    /// Does it on a thread of its own; `run` hands its answer to the function that it gets.
    fn work(&self, run: impl FnOnce(&Shared, &dyn Fn(Answer)) -> std::result::Result<(), Failure> + Send + 'static) {
        let shared = Arc::clone(&self.shared);
        self.shared.outcome.fill(move |slot| {
            // A report is there for JavaScript while the analysis still gives its memory back.
            let done = |mut answer: Answer| {
                *shared.tally.lock() = answer.tally.take();
                *shared.view.lock() = answer.view.take();
                slot.put(answer);
            };
            run(&shared, &done)
        });
    }
}

impl Drop for AnalysisJob {
    fn drop(&mut self) {
        self.cancel();
    }
}
