//! A retaining path in the words of the source: variables, properties, `[]` for elements, V8's storage left out.

mod name;
mod shown;

use super::functions::Function;
use super::heap::Heap;
use super::listeners;
use super::locals;
use super::modules::{self, Modules};
use super::paths::source;
use super::roles::{is_global, is_scope};
use crate::graph::{EdgeIx, EdgeKind, NodeIx, NodeKind};
use std::borrow::Cow;

/// Edges that are looked at from each end of a path.
const KEPT: usize = 512;
/// Properties in which Node keeps listeners: `EventEmitter`'s and `EventTarget`'s.
const EMITTERS: &str = "_events";
const TARGETS: &str = "<symbol kEvents>";
/// The same for `node:diagnostics_channel`, and the classes of channels.
const SUBSCRIBERS: &str = "_subscribers";
const CHANNELS: &[&str] = &["Channel", "ActiveChannel"];

/// A path, step by step, with what names its end.
pub(super) struct Route {
    steps: Vec<Step>,
}

struct Step {
    edge: String,
    kind: EdgeKind,
    /// The edge itself; of several through storage the last.
    at: EdgeIx,
    to: NodeIx,
}

/// What listeners are kept for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Listened {
    /// By `on`.
    Emitter,
    /// By `addEventListener`.
    Target,
    /// By `subscribe` of a channel of `node:diagnostics_channel`.
    Channel,
}

impl Route {
    /// Puts a path of edges into words.
    pub(super) fn new(heap: &Heap, modules: &Modules, path: &[EdgeIx]) -> Self {
        let graph = heap.graph();
        let mut steps: Vec<Step> = Vec::new();
        let mut through_storage = false;
        let mut export = None;
        // A chain of millions has millions of steps, and a name each; nobody reads its middle.
        let (start, end) =
            if path.len() > 2 * KEPT { (&path[..KEPT], &path[path.len() - KEPT..]) } else { (path, [].as_slice()) };
        for &at in start.iter().chain(end) {
            let edge = graph.edge(at);
            let to = edge.target();
            if matches!(graph.kind(to), NodeKind::ARRAY | NodeKind::HIDDEN) && !is_global(heap, to) {
                through_storage = true;
                export = modules.exported(to).or(export);
                continue;
            }
            let from_storage = std::mem::take(&mut through_storage);
            if let Some((record, name)) = export.take() {
                steps.push(Step { edge: String::new(), kind: EdgeKind::Internal, at, to: record });
                steps.push(Step { edge: name.into_owned(), kind: EdgeKind::Context, at, to });
                continue;
            }
            let from = source(graph, at);
            let mut kind = edge.kind();
            let name = match kind {
                _ if from_storage && steps.last().is_some_and(|step| step.edge == TARGETS) => {
                    kind = EdgeKind::Property;
                    key(heap, from, at).unwrap_or_else(|| "[]".to_owned())
                }
                EdgeKind::Element if graph.kind(from) != NodeKind::SYNTHETIC => "[]".to_owned(),
                EdgeKind::Hidden | EdgeKind::Internal if from_storage => "[]".to_owned(),
                // The root and its groups number what they hold.
                _ if graph.kind(from) == NodeKind::SYNTHETIC => String::new(),
                EdgeKind::Hidden => "(internal)".to_owned(),
                EdgeKind::Internal if modules::index(graph, at).is_some() => "(internal)".to_owned(),
                _ => graph.edge_name(at).into_owned(),
            };
            // A WeakMap's entry: the long name says which key, the path says it better.
            let name = if name.contains(" pair in WeakMap (table @") { "[]".to_owned() } else { name };
            steps.push(Step { edge: name, kind, at, to });
        }
        Self { steps }
    }

    /// The same, where properties that lead to such a node are elements of a map.
    pub(super) fn without_keys(mut self, is_element: impl Fn(NodeIx) -> bool) -> Self {
        for step in &mut self.steps {
            if step.kind == EdgeKind::Property && is_element(step.to) {
                "[]".clone_into(&mut step.edge);
            }
        }
        self
    }

    /// The last step that leads to a variable or a CommonJS module.
    fn anchor(&self, heap: &Heap) -> Option<usize> {
        self.steps.iter().rposition(|step| step.kind == EdgeKind::Context || modules::is_common(heap.graph(), step.to))
    }

    /// The module whose exports hold the end: its file, and what it exports.
    pub(super) fn module(&self, heap: &Heap) -> Option<(String, &str)> {
        let at = self.anchor(heap)?;
        let step = self.steps.get(at)?;
        if step.kind == EdgeKind::Context {
            let record = self.steps.get(at.checked_sub(1)?)?.to;
            return Some((modules::file(heap.graph(), record)?, &step.edge));
        }
        let exported = self.steps[at + 1..].iter().find(|step| step.edge != "exports");
        Some((modules::file(heap.graph(), step.to)?, exported.map_or("exports", |step| &step.edge)))
    }

    /// The scope whose variable is the last on the way.
    pub(super) fn scope(&self, heap: &Heap) -> Option<NodeIx> {
        let before = self.steps.get(self.anchor(heap)?.checked_sub(1)?)?;
        is_scope(heap, before.to).then_some(before.to)
    }

    /// The function in whose scope the last variable on the way is.
    pub(super) fn closure(&self, heap: &Heap) -> Option<NodeIx> {
        let scope = self.anchor(heap).filter(|&at| self.steps[at].kind == EdgeKind::Context)?;
        let closure = self.steps[..scope].iter().rev().map(|step| step.to);
        closure.into_iter().find(|&node| heap.graph().kind(node) == NodeKind::CLOSURE)
    }

    /// The variable that `scope` is about.
    pub(super) fn variable(&self) -> Option<&str> {
        self.steps.iter().rev().find(|step| step.kind == EdgeKind::Context).map(|step| step.edge.as_str())
    }

    /// The function whose frame holds the end, where no variable with a name does.
    pub(super) fn frame(&self, heap: &Heap) -> Option<NodeIx> {
        let first = self.anchor(heap).map_or(0, |anchor| anchor + 1);
        (first..self.steps.len()).rev().find_map(|at| self.frame_at(heap, at))
    }

    fn frame_at(&self, heap: &Heap, at: usize) -> Option<NodeIx> {
        let step = &self.steps[at];
        let from = self.steps.get(at.checked_sub(1)?)?.to;
        let is_value = step.edge == "[]" || heap.graph().kind(from) == NodeKind::SYNTHETIC;
        if is_value { locals::function(heap, from, step.at) } else { None }
    }

    /// Does a store of `AsyncLocalStorage` hold the end, as Node keeps it in the resource that runs?
    pub(super) fn is_stored_by_async_hooks(&self) -> bool {
        self.steps.iter().rev().take(3).any(|step| step.edge == "<symbol kResourceStore>")
    }

    /// Of a way to a context of `node:vm`, what leads to the first object of it: what is held, where the context is what goes with it.
    pub(super) fn before_realm(mut self) -> Self {
        if let Some(at) = self.steps.iter().position(|step| step.edge.starts_with("<symbol node:contextify:")) {
            self.steps.truncate(at);
        }
        let is_link = |step: &Step| {
            matches!(&*step.edge, "__proto__" | "constructor" | "prototype")
                || step.edge != "[]" && !matches!(step.kind, EdgeKind::Context | EdgeKind::Property | EdgeKind::Element)
        };
        while self.steps.len() > 1 && self.steps.last().is_some_and(is_link) {
            self.steps.pop();
        }
        self
    }

    /// Was no way found at all?
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Does any name lead here, or only the runtime's own links?
    pub(super) fn is_named(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.kind, EdgeKind::Context | EdgeKind::Property))
    }

    /// Nodes on the way, the end first.
    pub(super) fn nodes_back(&self) -> impl Iterator<Item = NodeIx> + '_ {
        self.steps.iter().rev().map(|step| step.to)
    }

    /// Those of them that are behind the last variable or module.
    pub(super) fn behind_variable(&self, heap: &Heap) -> impl Iterator<Item = NodeIx> + '_ {
        let from = self.anchor(heap).map_or(0, |anchor| anchor + 1);
        self.steps[from..].iter().rev().map(|step| step.to)
    }

    /// Where the end is a table of events: a listener of the one with most.
    pub(super) fn listener(&self, heap: &Heap) -> Option<Function> {
        let step = self.steps.last().filter(|step| step.edge == EMITTERS)?;
        listeners::busiest(heap, step.to).map(|(.., listener)| listener)
    }

    /// Do listeners of an event hold the end? Told while nothing but their lists is between.
    pub(super) fn listened(&self, heap: &Heap) -> Option<Listened> {
        if let [.., channel, end] = &self.steps[..]
            && end.edge == SUBSCRIBERS
            && CHANNELS.contains(&&*heap.class_name(channel.to))
        {
            return Some(Listened::Channel);
        }
        let from = self.steps.iter().rposition(|step| step.edge == EMITTERS || step.edge == TARGETS)?;
        let behind = self.steps[from + 1..].iter().skip(1);
        let is_list = behind.into_iter().all(|step| matches!(step.edge.as_str(), "[]" | "next"));
        let kind = if self.steps[from].edge == EMITTERS { Listened::Emitter } else { Listened::Target };
        is_list.then_some(kind)
    }
}

/// The text of the key, in a map's table, of the value that an edge leads to.
fn key(heap: &Heap, table: NodeIx, value: EdgeIx) -> Option<String> {
    let graph = heap.graph();
    let before = modules::index(graph, value)?.checked_sub(1)?;
    let (_, key) = graph.edge_indices(table).find(|&(at, _)| modules::index(graph, at) == Some(before))?;
    graph.text(key.target()).map(Cow::into_owned)
}
