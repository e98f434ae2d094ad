//! A heap that stays in native memory, and the questions that JavaScript asks of it: each on a thread of its own.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]

use crate::call::parsed;
use crate::job::Slot;
use crate::outcome::{Failure, Outcome};
use crate::scripts::Scripts;
use leakguard_core::analysis::{Question, View};
use leakguard_core::{DiffOptions, Watch};
use napi::Result;
use napi_derive::napi;
use std::sync::Arc;

/// A heap to look at; its memory is given back with this object.
#[napi]
pub struct HeapView {
    pub(crate) view: Arc<View>,
    pub(crate) read_scripts: bool,
}

#[napi]
impl HeapView {
    /// Asks a question, which is JSON. The answer is the job's: `null` where the heap has no such object or class.
    #[napi]
    pub fn ask(&self, question: String) -> Result<ViewJob> {
        let question: Question = parsed(&question)?;
        Ok(self.start(move |view, scripts, watch| Ok(Outcome::told(&view.answer(&question, scripts, watch)?))))
    }

    /// What changed since an earlier snapshot of the process; `top`: holders and classes at most.
    #[napi]
    pub fn diff(&self, before: &HeapView, top: u32) -> ViewJob {
        let before = Arc::clone(&before.view);
        let options = DiffOptions { top: top as usize };
        self.start(move |view, scripts, watch| Ok(Outcome::told(&view.diff(&before, &options, scripts, watch)?)))
    }

    fn start(
        &self,
        run: impl FnOnce(&View, &Scripts, &Watch) -> std::result::Result<Outcome, Failure> + Send + 'static,
    ) -> ViewJob {
        let job = ViewJob { watch: Arc::default(), outcome: Slot::default() };
        let (view, watch) = (Arc::clone(&self.view), Arc::clone(&job.watch));
        let scripts = Scripts { readable: self.read_scripts };
        job.outcome.fill(move |slot| {
            slot.put(run(&view, &scripts, &watch)?);
            Ok(())
        });
        job
    }
}

/// The answer to one question, on its way.
#[napi]
pub struct ViewJob {
    watch: Arc<Watch>,
    outcome: Slot,
}

#[napi]
impl ViewJob {
    /// The outcome, once: `null` while the job runs, and after it was taken.
    #[napi]
    pub fn take(&self) -> Option<Outcome> {
        self.outcome.take()
    }

    /// Asks the job to stop; it ends soon after, with `ERR_LEAKGUARD_CANCELLED` unless it was done.
    #[napi]
    pub fn cancel(&self) {
        self.watch.cancel();
    }
}

impl Drop for ViewJob {
    fn drop(&mut self) {
        self.cancel();
    }
}
