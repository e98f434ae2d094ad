//! The way from the roots to one object: in the words of the source, and link by link.

use super::super::heap::Heap;
use super::super::modules::Modules;
use super::super::paths::Paths;
use super::super::route::Route;
use super::links::LinkRow;
use crate::graph::{EdgeIx, NodeIx};
use crate::{Error, Watch};
use serde::Serialize;

/// Links that are told from each end of a way.
const KEPT: usize = 40;

/// A way from the root.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// The variable or property that holds the object, as the source writes it; empty where nothing leads to it.
    pub name: String,
    /// Links, and what each leads to, from the root on.
    pub steps: Vec<LinkRow>,
    /// How many are left out in the middle, after the first 40.
    pub left_out: u64,
}

pub(super) fn way(heap: &Heap, node: NodeIx, watch: &Watch) -> Result<Way, Error> {
    let graph = heap.graph();
    let edges = Paths::find(graph, heap.pairs(), &[node], &[], 0, watch)?.to(graph, node);
    let left_out = edges.len().saturating_sub(2 * KEPT);
    let step = |&at: &EdgeIx| LinkRow::new(heap, at, graph.edge(at).target());
    let shown = edges.iter().enumerate().filter(|&(nth, _)| nth < KEPT || nth >= KEPT + left_out);
    Ok(Way {
        name: if edges.is_empty() {
            String::new()
        } else {
            Route::new(heap, &Modules::new(heap.graph()), &edges).name(heap)
        },
        steps: shown.map(|(_, at)| step(at)).collect(),
        left_out: left_out as u64,
    })
}
