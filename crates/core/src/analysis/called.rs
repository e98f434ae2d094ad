//! Links by their name, for those who ask many nodes for one of the same name.

use super::lately::Lately;
use crate::graph::{Graph, NodeIx};

/// Links of one name.
pub(super) struct Called {
    name: &'static [u8],
    is_it: Lately,
}

impl Called {
    pub(super) fn new(name: &'static [u8]) -> Self {
        Self { name, is_it: Lately::new() }
    }

    /// What the node's first link of that name leads to, as [`Graph::child`] says.
    #[inline]
    pub(super) fn child(&mut self, graph: &Graph, node: NodeIx) -> Option<NodeIx> {
        let Self { name, is_it } = self;
        graph.edge_range(node).find_map(|at| {
            let (edge, text) = (graph.edges[at], graph.edge_names[at]);
            let is_it = !edge.kind().is_indexed() && is_it.ask(text, || graph.strings().raw(text) == *name);
            is_it.then(|| edge.target())
        })
    }
}
