//! What an object points to, and what points to it.

use super::super::distances::UNREACHED;
use super::super::heap::Heap;
use super::STRIDE;
use super::best::Best;
use super::object::{ObjectRow, cut};
use super::question::{LinkOrder, Page, Rows};
use crate::graph::{EdgeIx, EdgeKind, NodeIx};
use crate::{Error, Watch};
use serde::Serialize;
use std::cmp::Reverse;

/// Characters of a link's name.
const SHORT: usize = 200;

/// A link and the object at its other end.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkRow {
    /// The variable, the property, or the index.
    pub edge: String,
    /// The file's word for what the link is: `property`, `context`, `element`, `weak`, …
    pub edge_type: &'static str,
    /// The other end.
    #[serde(flatten)]
    pub object: ObjectRow,
}

impl LinkRow {
    /// A link, and one of its ends.
    pub(super) fn new(heap: &Heap, edge: EdgeIx, end: NodeIx) -> Self {
        let graph = heap.graph();
        Self {
            edge: cut(graph.edge_name(edge), SHORT),
            edge_type: graph.edge(edge).kind().name(),
            object: ObjectRow::new(heap, end),
        }
    }
}

pub(super) fn contents(
    heap: &Heap,
    node: NodeIx,
    order: LinkOrder,
    page: &Page,
    watch: &Watch,
) -> Result<Rows<LinkRow>, Error> {
    let graph = heap.graph();
    let mut best = Best::new(page);
    for (nth, (at, edge)) in graph.edge_indices(node).enumerate() {
        if nth.is_multiple_of(STRIDE) {
            watch.check()?;
        }
        let retained = if order == LinkOrder::Retained { heap.retained(edge.target()) } else { 0 };
        best.add((Reverse(retained), at.0));
    }
    Ok(best.rows(|(_, at)| LinkRow::new(heap, EdgeIx(at), graph.edge(EdgeIx(at)).target())))
}

/// The links that hold it before weak ones, and among them those first that are nearest to the roots.
pub(super) fn retainers(heap: &Heap, node: NodeIx, page: &Page, watch: &Watch) -> Result<Rows<LinkRow>, Error> {
    let graph = heap.graph();
    let mut best = Best::new(page);
    // Links stand in the order of the objects that they leave.
    let mut from = 0;
    for (nth, edges) in graph.edges.chunks(STRIDE).enumerate() {
        watch.check()?;
        for (at, edge) in (nth * STRIDE..).zip(edges).filter(|(_, edge)| edge.target() == node) {
            while graph.first_edge[from + 1] as usize <= at {
                from += 1;
            }
            if from == node.at() {
                continue;
            }
            let distance = heap.distance(NodeIx(from as u32));
            let far = if distance == UNREACHED { i32::MAX } else { distance };
            best.add((edge.kind() == EdgeKind::Weak, far, at as u32, from as u32));
        }
    }
    Ok(best.rows(|(.., at, from)| LinkRow::new(heap, EdgeIx(at), NodeIx(from))))
}
