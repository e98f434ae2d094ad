//! Modules as Node and V8 keep them: CommonJS `Module` objects, wraps and records of ES modules, and what those export.
//!
//! A record's exports are cells, found through a table that has each name one place before its cell.

use super::scripts::{plain_path, script_name};
use crate::graph::{EdgeIx, Graph, NodeIx, NodeKind};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;

const RECORD: &[u8] = b"system / SourceTextModule";

/// The exports of all ES modules, looked for when first asked for.
pub(super) struct Modules<'a> {
    graph: &'a Graph,
    exports: OnceCell<FxHashMap<NodeIx, Export>>,
}

/// The record whose variable a cell is, and the edge to its name.
#[derive(Clone, Copy)]
struct Export {
    record: NodeIx,
    name: NodeIx,
    is_own: bool,
}

impl<'a> Modules<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        Self { graph, exports: OnceCell::new() }
    }

    /// The ES module that exports the variable in this cell, and the name it gives it.
    pub(super) fn exported(&self, cell: NodeIx) -> Option<(NodeIx, Cow<'a, str>)> {
        if !is_cell(self.graph, cell) {
            return None;
        }
        let export = self.exports.get_or_init(|| exports(self.graph)).get(&cell)?;
        Some((export.record, self.graph.name(export.name)))
    }
}

/// All cells that ES modules export. One pass over the nodes.
fn exports(graph: &Graph) -> FxHashMap<NodeIx, Export> {
    let mut found: FxHashMap<NodeIx, Export> = FxHashMap::default();
    let Some(name) = graph.strings().find(RECORD) else { return found };
    for record in graph.nodes().filter(|&node| graph.name_index(node) == name) {
        if graph.kind(record) != NodeKind::HIDDEN {
            continue;
        }
        // Its own variables are in a list of cells too; what it passes on from other modules is not.
        let lists = || graph.edges_of(record).iter().map(|edge| edge.target()).filter(|&list| is_list(graph, list));
        let mut own: Vec<NodeIx> = Vec::new();
        for list in lists().filter(|&list| graph.edges_of(list).iter().all(|edge| is_cell(graph, edge.target()))) {
            own.extend(graph.edges_of(list).iter().map(|edge| edge.target()));
        }
        own.sort_unstable();
        for list in lists() {
            let mut before = None;
            for (at, edge) in graph.edge_indices(list) {
                let Some(index) = index(graph, at) else { continue };
                if let Some((name, _)) = before.filter(|&(_, place)| place + 1 == index)
                    && is_cell(graph, edge.target())
                {
                    let is_own = own.binary_search(&edge.target()).is_ok();
                    let kept = found.entry(edge.target()).or_insert(Export { record, name, is_own });
                    if is_own && !kept.is_own {
                        *kept = Export { record, name, is_own };
                    }
                }
                before = graph.kind(edge.target()).is_string().then_some((edge.target(), index));
            }
        }
    }
    found
}

/// The place in its array of what an edge leads to.
pub(super) fn index(graph: &Graph, edge: EdgeIx) -> Option<u32> {
    graph.edge_name(edge).parse().ok()
}

fn is_list(graph: &Graph, node: NodeIx) -> bool {
    graph.kind(node) == NodeKind::ARRAY
}

fn is_cell(graph: &Graph, node: NodeIx) -> bool {
    graph.kind(node) == NodeKind::HIDDEN && graph.raw_name(node) == b"system / Cell"
}

/// Is it a CommonJS module?
pub(super) fn is_common(graph: &Graph, node: NodeIx) -> bool {
    graph.kind(node) == NodeKind::OBJECT && graph.raw_name(node) == b"Module"
}

/// Is it what V8 itself knows of an ES module?
pub(super) fn is_record(graph: &Graph, node: NodeIx) -> bool {
    graph.kind(node) == NodeKind::HIDDEN && graph.raw_name(node) == RECORD
}

/// The file of a module, where the node is one and tells it.
pub(super) fn file(graph: &Graph, node: NodeIx) -> Option<String> {
    let text = |name| graph.text(graph.child(node, name)?);
    let name = match graph.raw_name(node) {
        b"Module" if is_common(graph, node) => text(b"filename").or_else(|| text(b"id"))?,
        b"ModuleWrap" if graph.kind(node) == NodeKind::OBJECT => text(b"url")?,
        // Its code: a function before it ran, a generator since.
        RECORD if is_record(graph, node) => graph.edges_of(node).iter().find_map(|edge| {
            let code = edge.target();
            let closure = if graph.kind(code) == NodeKind::CLOSURE { code } else { graph.child(code, b"function")? };
            script_name(graph, closure)
        })?,
        _ => return None,
    };
    Some(plain_path(&name).into_owned())
}
