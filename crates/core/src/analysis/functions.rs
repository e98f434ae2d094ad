//! Functions as a person knows them: what `bind` wraps, by name and place.

use super::scripts::Scripts;
use crate::Location;
use crate::graph::{Graph, NodeIx, NodeKind, Place, StringTable};

/// `f.bind().bind()`: nobody goes further, and a broken file may go round.
const BOUND: usize = 8;

/// A function by what is the same for all closures made of it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Function {
    name: u32,
    place: Option<Place>,
}

impl Function {
    /// The function of this closure, behind any `bind`.
    pub(super) fn of(graph: &Graph, node: NodeIx) -> Option<Self> {
        let mut closure = Some(node).filter(|&node| graph.kind(node) == NodeKind::CLOSURE)?;
        for _ in 0..BOUND {
            let Some(bound) = graph.child(closure, b"bound_function") else { break };
            closure = bound;
        }
        Some(Self { name: graph.name_index(closure), place: graph.place(closure) })
    }

    /// The one with this name and place.
    pub(super) fn new(name: u32, place: Option<Place>) -> Self {
        Self { name, place }
    }

    /// What tells it from others.
    pub(super) fn key(self) -> (u32, Option<Place>) {
        (self.name, self.place)
    }

    /// Where it is written, as V8 says it.
    pub(super) fn place(self) -> Option<Place> {
        self.place
    }

    /// Its name, or nothing.
    pub(super) fn name(self, texts: &StringTable) -> String {
        texts.get(self.name).into_owned()
    }

    /// `poll()`.
    pub(super) fn call(self, texts: &StringTable) -> String {
        let name = self.name(texts);
        if name.is_empty() { "(anonymous)".to_owned() } else { format!("{name}()") }
    }

    /// Where it is written.
    pub(super) fn location(self, graph: &Graph, scripts: &Scripts) -> Option<Location> {
        scripts.location(graph, self.place?)
    }
}
