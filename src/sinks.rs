//! What becomes in the twin of what V8 or JavaScript says there, where only an answer leaves it.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::scripts::Scripts;
use crate::walker;
use leakguard_core::{Source, Task, Watch, examine, examine_afar, examine_graph};
use leakguard_process::twin::{Failure, Intake, Kind, Sink};
use leakguard_process::walker::Walked;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What JavaScript wrote in the twin, as it is.
pub struct Answer;

/// A twin's answer is passed through memory of the parent's.
const LONGEST_ANSWER: u64 = 16 << 20;

impl Sink for Answer {
    fn consume(&self, source: Intake) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let read = source.take(LONGEST_ANSWER).read_to_end(&mut bytes);
        read.map_err(|error| Failure::new(Kind::Internal, error.to_string()))?;
        Ok(bytes)
    }

    fn stage(&self) -> &'static str {
        "answer"
    }

    fn written(&self) -> u64 {
        0
    }
}

/// The analysis in the twin, on V8's bytes as they come: no file, and only the answer leaves.
pub struct Analysis {
    task: Task,
    scripts: Scripts,
    watch: Watch,
}

impl Analysis {
    /// `read_scripts`: scripts that the heap names may be opened.
    pub fn new(task: Task, read_scripts: bool) -> Self {
        Self { task, scripts: Scripts { readable: read_scripts }, watch: Watch::default() }
    }
}

/// The answer as it leaves the twin.
#[expect(clippy::needless_pass_by_value, reason = "the core hands it over by value")]
fn json(answer: leakguard_core::Answer) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&answer)
}

impl Sink for Analysis {
    fn consume(&self, source: Intake) -> Result<Vec<u8>, Failure> {
        let source = Source { reader: Box::new(source) };
        Ok(examine(source, &self.task, &self.scripts, &self.watch, json)??)
    }

    fn stage(&self) -> &'static str {
        self.watch.stage().name()
    }

    fn written(&self) -> u64 {
        0
    }
}

/// The same in the twin for the heap that was walked there: V8 writes no bytes.
pub struct WalkAnalysis {
    analysis: Analysis,
    walked: AtomicBool,
}

impl WalkAnalysis {
    /// Of what `walkHeap` will have walked.
    pub fn new(analysis: Analysis) -> Self {
        Self { analysis, walked: AtomicBool::new(false) }
    }
}

impl Sink for WalkAnalysis {
    fn consume(&self, mut source: Intake) -> Result<Vec<u8>, Failure> {
        // The end comes when JavaScript has returned.
        std::io::copy(&mut source, &mut std::io::sink())
            .map_err(|error| Failure::system(Kind::Sink, "cannot wait for the walk", &error))?;
        let walked = walker::take().ok_or_else(|| Failure::new(Kind::Capture, "the heap was not walked"))?;
        self.walked.store(true, Relaxed);
        let Analysis { task, scripts, watch } = &self.analysis;
        Ok(match walked {
            Walked::Graph(graph, _) => examine_graph(*graph, task, || Ok(task.before.clone()), scripts, watch, json),
            // JavaScript has returned, and waits: nothing moves in its heap.
            Walked::Land(land) => examine_afar(*land, task, scripts, watch, json),
        }??)
    }

    fn alone(&self) -> bool {
        true
    }

    fn stage(&self) -> &'static str {
        if self.walked.load(Relaxed) { self.analysis.stage() } else { "walk" }
    }

    fn written(&self) -> u64 {
        0
    }
}
