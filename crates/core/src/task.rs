//! What can be asked of one snapshot: a report, a census, what grew since earlier censuses, what changed since an earlier snapshot of the
//! process, or several of these at once.

use crate::analysis::{self, Beside, Census, Distant, Heap, Purpose, View};
use crate::graph::Graph;
use crate::{
    AnalyzeOptions, CensusOptions, Code, Diff, DiffOptions, Error, Growth, GrowthOptions, Report, Source, Sources,
    Tally, Watch, format,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked.
#[expect(clippy::struct_excessive_bools, reason = "each is asked for on its own")]
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Task {
    /// Bounds, and what a report is to have.
    pub options: AnalyzeOptions,
    /// Another heap is folded while this one is read, on a thread that is left to it.
    pub beside: bool,
    /// A report is wanted.
    pub report: bool,
    /// A census is wanted.
    pub census: bool,
    /// What a census keeps.
    pub fold: CensusOptions,
    /// Its paths are to say what they retain, which takes most of the time and memory; else what hangs from them counts.
    pub retained: bool,
    /// What grew since `before` is wanted.
    pub growth: Option<GrowthOptions>,
    /// Earlier censuses as JSON, oldest first.
    pub before: Vec<String>,
    /// Nothing but its objects is wanted, for a later `diff`.
    pub tally: bool,
    /// The heap is wanted, to be asked.
    pub view: bool,
    /// What changed since `since` is wanted.
    pub diff: Option<DiffOptions>,
    /// The objects of an earlier snapshot.
    #[serde(skip)]
    pub since: Option<Arc<Tally>>,
}

impl Task {
    /// Are paths and what grew all that is asked, so that the heap need not become a graph?
    pub fn is_look(&self) -> bool {
        let is_more = self.report || self.retained || self.tally || self.view || self.diff.is_some();
        !is_more && (self.census || self.growth.is_some())
    }
}

impl Default for Task {
    fn default() -> Self {
        Self {
            options: AnalyzeOptions::default(),
            beside: false,
            report: true,
            census: false,
            fold: CensusOptions::default(),
            retained: true,
            growth: None,
            before: Vec::new(),
            tally: false,
            view: false,
            diff: None,
            since: None,
        }
    }
}

/// What was asked, one beside the other.
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The report's fields, where one was wanted.
    #[serde(flatten)]
    pub report: Option<Report>,
    /// The census.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub census: Option<Census>,
    /// What grew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth: Option<Growth>,
    /// What changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
    /// The objects, which are kept where they are.
    #[serde(skip)]
    pub tally: Option<Arc<Tally>>,
    /// The heap, which is kept where it is.
    #[serde(skip)]
    pub view: Option<Arc<View>>,
}

/// Parses a heap snapshot and answers what is asked of it, as [`crate::analyze`] does.
///
/// # Errors
/// Those of [`crate::analyze`], [`Code::Census`] for what is no census, [`Code::Unrelated`] for what `since` cannot be compared with.
pub fn examine<T>(
    source: Source,
    task: &Task,
    sources: &dyn Sources,
    watch: &Watch,
    done: impl FnOnce(Answer) -> T,
) -> Result<T, Error> {
    // Before the work: what is wrong with them is known then.
    let before = censuses(&task.before)?;
    answer(read(source, task, watch)?, || Ok(before), task, sources, watch, done)
}

/// Reads a heap snapshot for a task.
///
/// # Errors
/// Those of [`crate::analyze`].
pub fn read(source: Source, task: &Task, watch: &Watch) -> Result<Graph, Error> {
    format::parse_beside(usize::from(task.beside), source, &task.options.limits, watch)
}

/// Answers what is asked of a heap that was read. `before`: in place of the task's, asked for when the heap was folded.
///
/// # Errors
/// Those of `before`, [`Code::Cancelled`], [`Code::Census`] for what is no census, [`Code::Unrelated`] for what `since` cannot be compared with.
pub fn examine_graph<T>(
    graph: Graph,
    task: &Task,
    before: impl FnOnce() -> Result<Vec<String>, Error>,
    sources: &dyn Sources,
    watch: &Watch,
    done: impl FnOnce(Answer) -> T,
) -> Result<T, Error> {
    answer(graph, || censuses(&before()?), task, sources, watch, done)
}

/// Answers what a look asks ([`Task::is_look`]) of a heap that is folded where it lies.
///
/// # Errors
/// [`Code::Cancelled`], [`Code::Census`] for what is no census.
pub fn examine_afar<T>(
    heap: impl Distant,
    task: &Task,
    sources: &dyn Sources,
    watch: &Watch,
    done: impl FnOnce(Answer) -> T,
) -> Result<T, Error> {
    let before = censuses(&task.before)?;
    let growth = task.growth.clone().unwrap_or_default();
    let (census, growth) = analysis::census_afar(heap, before, &task.fold, &growth, sources, watch)?;
    let growth = growth.filter(|_| task.growth.is_some());
    Ok(done(Answer { growth, census: task.census.then_some(census), ..Answer::default() }))
}

fn answer<T>(
    graph: Graph,
    before: impl FnOnce() -> Result<Vec<Census>, Error>,
    task: &Task,
    sources: &dyn Sources,
    watch: &Watch,
    done: impl FnOnce(Answer) -> T,
) -> Result<T, Error> {
    if task.tally {
        // The heap is gone when the answer is there: the next one may come.
        let tally = analysis::tally(graph, watch)?;
        return Ok(done(Answer { tally: Some(Arc::new(tally)), ..Answer::default() }));
    }
    let mut answer = Answer::default();
    let is_folded = task.census || task.growth.is_some();
    let since = task.since.as_deref().filter(|_| task.diff.is_some());
    let (heap, beside) = if task.report || task.view {
        let heap = if task.report {
            let purpose = if task.view { Purpose::View } else { Purpose::Report };
            let (heap, report) = analysis::reported(graph, purpose, &task.options, sources, watch)?;
            answer.report = Some(report);
            heap
        } else {
            Heap::new(graph, watch)?
        };
        let beside = Beside::of(&heap, is_folded, since, watch)?;
        (heap, beside)
    } else if is_folded && since.is_none() && !task.retained {
        Beside::fold(graph, task.fold.classes, watch)?
    } else {
        Beside::make(graph, is_folded, since, watch)?
    };
    if let Some(fold) = beside.fold {
        let growth = task.growth.clone().unwrap_or_default();
        let (census, growth) = analysis::census(&heap, fold, before, &task.fold, &growth, sources, watch)?;
        answer.growth = growth.filter(|_| task.growth.is_some());
        answer.census = task.census.then_some(census);
    }
    if let (Some(options), Some(since), Some(matched)) = (&task.diff, since, beside.matched) {
        answer.diff = Some(analysis::diff(&heap, matched, since, options, sources, watch)?);
    }
    if task.view {
        answer.view = Some(Arc::new(View::new(heap)));
    }
    Ok(done(answer))
}

/// What grew between censuses alone.
///
/// # Errors
/// [`Code::Census`] for what is no census, and for fewer than two.
pub fn compare(task: &Task) -> Result<Answer, Error> {
    let censuses = censuses(&task.before)?;
    if censuses.len() < 2 {
        let message = format!("growth takes two censuses or more, got {}", censuses.len());
        return Err(Error { code: Code::Census, message, byte: None });
    }
    let growth = analysis::growth(&censuses, &task.growth.clone().unwrap_or_default());
    Ok(Answer { growth: Some(growth), ..Answer::default() })
}

fn censuses(texts: &[String]) -> Result<Vec<Census>, Error> {
    texts.iter().map(|text| Census::from_json(text)).collect()
}
