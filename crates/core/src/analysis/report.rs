//! The report of one heap, put together.

use super::distances::UNREACHED;
use super::gathered::Gathered;
use super::heap::{Heap, Purpose};
use super::modules::Modules;
use super::paths::Paths;
use super::realms::Realms;
use super::route::Route;
use super::scopes::Scopes;
use super::scripts::Scripts;
use super::suspects::Names;
use super::versions::Versions;
use super::{emitters, largest, realms, side_by_side, suspects, tree};
use crate::graph::{Graph, NodeIx};
use crate::{
    AnalyzeOptions, ClassRow, ClosureRow, ContextRow, DominatorRow, Error, FunctionCount, HeapFigures, ListenerRow,
    Report, Sources, Stage, StringRow, Suspect, TimerRow, TreeRow, Watch,
};
use std::sync::OnceLock;

/// Works a graph out and asks the heap everything that a report says.
///
/// # Errors
/// [`crate::Code::Cancelled`] only.
pub fn reported(
    graph: Graph,
    purpose: Purpose,
    options: &AnalyzeOptions,
    sources: &dyn Sources,
    watch: &Watch,
) -> Result<(Heap, Report), Error> {
    let (heap, gathered) = Heap::with(graph, purpose, |on| Gathered::new(on.graph, options.top, watch), watch)?;
    let report = told(&heap, gathered, options, sources, watch)?;
    Ok((heap, report))
}

/// Asks the heap everything that a report says.
///
/// # Errors
/// [`crate::Code::Cancelled`] only.
pub fn report(heap: &Heap, options: &AnalyzeOptions, sources: &dyn Sources, watch: &Watch) -> Result<Report, Error> {
    told(heap, Gathered::new(heap.graph(), options.top, watch)?, options, sources, watch)
}

fn told(
    heap: &Heap,
    gathered: Gathered,
    options: &AnalyzeOptions,
    sources: &dyn Sources,
    watch: &Watch,
) -> Result<Report, Error> {
    watch.enter(Stage::Report)?;
    let graph = heap.graph();
    let Gathered { strings, listeners, timers, waiting, closures, realms, versions } = gathered;
    // What asks for single objects is named on one thread; the other asks the whole heap, and for lists.
    let scripts = OnceLock::new();
    let scripts = || scripts.get_or_init(|| Scripts::find(graph, sources));
    let whole = || {
        let unreached = graph.nodes().filter(|&node| heap.distance(node) == UNREACHED).count();
        Ok(Whole {
            tree: tree::tree(heap, watch)?,
            strings: strings.rows(heap, options.top),
            listeners: emitters::rows(heap, scripts(), &listeners),
            timers: timers.rows(graph, scripts(), options.top),
            waiting: waiting.rows(graph, scripts(), options.top),
            closures: closures.rows(heap, scripts(), options.top, watch)?,
            unreached,
        })
    };
    let by_name = || {
        let named = named(heap, scripts(), &realms, options, sources, watch)?;
        Ok((named, classes(heap, scripts(), options.top)))
    };
    let (whole, (named, (class_count, classes))) = side_by_side(whole, by_name)?;
    let Whole { tree, strings, listeners, timers, waiting, closures, unreached } = whole;
    let Named { suspects, dominators, contexts } = named;
    let mut notes = Vec::new();
    // Every heap has a few.
    if unreached > graph.node_count() / 1000 {
        notes.push(format!("{unreached} nodes are reached by weak edges only, or not at all"));
    }
    Ok(Report {
        heap: HeapFigures::new(graph, heap.total_size(), versions),
        classes,
        class_count,
        dominators,
        tree,
        suspects,
        strings,
        listeners,
        timers,
        waiting,
        contexts,
        context_count: realms.count(),
        closures,
        notes,
    })
}

/// What is asked of the whole heap.
struct Whole {
    tree: Vec<TreeRow>,
    strings: Vec<StringRow>,
    listeners: Vec<ListenerRow>,
    timers: Vec<TimerRow>,
    waiting: Vec<FunctionCount>,
    closures: Vec<ClosureRow>,
    unreached: usize,
}

/// What is named by the way to it.
struct Named {
    suspects: Vec<Suspect>,
    dominators: Vec<DominatorRow>,
    contexts: Vec<ContextRow>,
}

/// Suspects, large objects and contexts, which share the search for their paths.
fn named(
    heap: &Heap,
    scripts: &Scripts,
    realms: &Realms,
    options: &AnalyzeOptions,
    sources: &dyn Sources,
    watch: &Watch,
) -> Result<Named, Error> {
    let graph = heap.graph();
    let piles = suspects::piles(heap, options, watch)?;
    let largest = largest::largest(heap, options.top, watch)?;
    let named_by: Vec<NodeIx> = piles.iter().flat_map(suspects::named_by).collect();
    let contexts = realms.largest(heap);
    // Visits to name the others when the suspects' paths are found: large objects are worth few, contexts, which few heaps have, many.
    let visits = if contexts.is_empty() { 1 << 14 } else { 1 << 18 };
    let others = [&largest[..], &contexts].concat();
    let paths = Paths::find(graph, heap.pairs(), &named_by, &others, visits, watch)?;
    let modules = Modules::new(heap.graph());
    let routes: Vec<Route> = piles.iter().map(|pile| suspects::route(heap, &modules, &paths, pile)).collect();
    let scopes = Scopes::find(heap, &routes.iter().filter_map(|route| route.scope(heap)).collect::<Vec<_>>());
    let suspects = Names { heap, scripts, scopes: &scopes, sources }.suspects(&piles, &routes, options.top);
    let way = |node| Route::new(heap, &modules, &paths.to(graph, node));
    let row = |&node: &NodeIx| largest::row(heap, node, &way(node));
    Ok(Named {
        suspects,
        dominators: largest.iter().filter_map(row).collect(),
        contexts: realms::rows(heap, scripts, &contexts, way, options.top),
    })
}

impl HeapFigures {
    /// Of a heap whose sizes come to so much in all; `versions`: Node's and V8's.
    pub(super) fn new(graph: &Graph, total_size: u64, versions: Versions) -> Self {
        let (node, v8) = versions;
        Self { node, v8, total_size, node_count: graph.node_count() as u64, edge_count: graph.edge_count() as u64 }
    }
}

impl ClassRow {
    /// What is said of a class.
    pub(super) fn of(class: &super::Class, graph: &Graph, scripts: &Scripts) -> Self {
        Self {
            name: class.name(graph.strings()).into_owned(),
            count: class.count,
            shallow_size: class.shallow,
            retained_size: class.retained,
            distance: class.distance,
            location: class.place.and_then(|place| scripts.location(graph, place)),
        }
    }
}

fn classes(heap: &Heap, scripts: &Scripts, top: usize) -> (u64, Vec<ClassRow>) {
    let mut rows: Vec<_> = heap.classes().iter().filter(|class| class.count > 0).collect();
    let count = rows.len() as u64;
    rows.sort_by_key(|class| std::cmp::Reverse((class.retained, class.shallow, class.count)));
    rows.truncate(top);
    (count, rows.into_iter().map(|class| ClassRow::of(class, heap.graph(), scripts)).collect())
}
