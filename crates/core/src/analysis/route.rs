//! A retaining path in the words of the source: variables, properties, `[]` for elements, V8's storage left out.

use super::accumulation::{is_global, is_scope};
use super::heap::Heap;
use super::paths::source;
use crate::PathStep;
use crate::graph::{EdgeIx, EdgeKind, NodeIx, NodeKind};

/// Steps of a path that are kept; more are folded in the middle.
const MOST: usize = 48;

/// Edges that are looked at from each end of a path.
const KEPT: usize = 512;

/// A path, step by step, with what names its end.
pub(super) struct Route {
    steps: Vec<Step>,
}

struct Step {
    edge: String,
    kind: EdgeKind,
    to: NodeIx,
}

impl Route {
    /// Puts a path of edges into words.
    pub(super) fn new(heap: &Heap, path: &[EdgeIx]) -> Self {
        let graph = heap.graph();
        let mut steps: Vec<Step> = Vec::new();
        let mut through_storage = false;
        // A chain of millions has millions of steps, and a name each; nobody reads its middle.
        let (start, end) =
            if path.len() > 2 * KEPT { (&path[..KEPT], &path[path.len() - KEPT..]) } else { (path, [].as_slice()) };
        for &at in start.iter().chain(end) {
            let edge = graph.edge(at);
            let to = edge.target();
            if matches!(graph.kind(to), NodeKind::ARRAY | NodeKind::HIDDEN) && !is_global(heap, to) {
                through_storage = true;
                continue;
            }
            let from_storage = std::mem::take(&mut through_storage);
            let kind = edge.kind();
            let name = match kind {
                EdgeKind::Element if graph.kind(source(graph, at)) != NodeKind::SYNTHETIC => "[]".to_owned(),
                EdgeKind::Hidden | EdgeKind::Internal if from_storage => "[]".to_owned(),
                // The root and its groups number what they hold.
                _ if graph.kind(source(graph, at)) == NodeKind::SYNTHETIC => String::new(),
                EdgeKind::Hidden => "(internal)".to_owned(),
                _ => graph.edge_name(at).into_owned(),
            };
            // A WeakMap's entry: the long name says which key, the path says it better.
            let name = if name.contains(" pair in WeakMap (table @") { "[]".to_owned() } else { name };
            steps.push(Step { edge: name, kind, to });
        }
        Self { steps }
    }

    /// The module whose exports hold the end: its file, and what it exports.
    pub(super) fn module(&self, heap: &Heap) -> Option<(&str, &str)> {
        let at = self.steps.iter().rposition(|step| step.kind == EdgeKind::Context || is_module(heap, step.to))?;
        let file = self.steps.get(at).filter(|step| is_module(heap, step.to))?;
        let exported = self.steps[at + 1..].iter().find(|step| step.edge != "exports")?;
        Some((&file.edge, &exported.edge))
    }

    /// The scope whose variable is the last on the way.
    pub(super) fn scope(&self, heap: &Heap) -> Option<NodeIx> {
        let last = self.steps.iter().rposition(|step| step.kind == EdgeKind::Context || is_module(heap, step.to))?;
        let before = self.steps.get(last.checked_sub(1)?)?;
        is_scope(heap, before.to).then_some(before.to)
    }

    /// The variable that `scope` is about.
    pub(super) fn variable(&self) -> Option<&str> {
        self.steps.iter().rev().find(|step| step.kind == EdgeKind::Context).map(|step| step.edge.as_str())
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

    /// The end's name as the source would write it: `cache.entries`, `globalThis.queue[]`.
    pub(super) fn name(&self, heap: &Heap) -> String {
        let mut parts: Vec<&str> = Vec::new();
        let mut owner = String::new();
        for (at, step) in self.steps.iter().enumerate().rev() {
            let named = match step.kind {
                EdgeKind::Context | EdgeKind::Property | EdgeKind::Element => !step.edge.is_empty(),
                _ => step.edge == "[]",
            };
            let from = at.checked_sub(1).map(|at| self.steps[at].to);
            if !named {
                owner = from_class(heap, step.to);
                if parts.is_empty() {
                    owner.clear();
                }
                if owner.is_empty() {
                    continue;
                }
                break;
            }
            if is_module(heap, step.to) && !parts.is_empty() {
                parts.pop_if(|part| *part == "exports");
                break;
            }
            parts.push(&step.edge);
            if step.kind == EdgeKind::Context {
                break;
            }
            if from.is_some_and(|from| is_global(heap, from)) {
                "globalThis".clone_into(&mut owner);
                break;
            }
        }
        if parts.is_empty() {
            return self.steps.last().map_or_else(|| "(root)".to_owned(), |step| from_class(heap, step.to));
        }
        parts.reverse();
        // A chain's or a tree's name: the same step over and over is one.
        parts.dedup();
        if parts.len() > 6 {
            parts.splice(3..parts.len() - 3, ["…"]);
        }
        let mut name = owner;
        for part in parts {
            if part == "[]" {
                name.push_str("[]");
            } else {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(part);
            }
        }
        name
    }

    /// The steps as reports show them.
    pub(super) fn shown(&self, heap: &Heap) -> Vec<PathStep> {
        let graph = heap.graph();
        let mut shown: Vec<PathStep> = Vec::new();
        let mut repeated = 0usize;
        for step in &self.steps {
            let class = heap.class_name(step.to);
            let (name, kind) = match graph.kind(step.to) {
                _ if is_global(heap, step.to) => ("globalThis".to_owned(), "global"),
                NodeKind::CLOSURE => {
                    let name = graph.name(step.to);
                    (if name.is_empty() { "(anonymous)".to_owned() } else { format!("{name}()") }, "closure")
                }
                NodeKind::SYNTHETIC => (graph.name(step.to).into_owned(), "root"),
                NodeKind::NATIVE => (class.into_owned(), "native"),
                kind if kind.is_string() => ("string".to_owned(), "string"),
                _ if is_scope(heap, step.to) => ("scope".to_owned(), "context"),
                NodeKind::CODE => (graph.name(step.to).into_owned(), "code"),
                _ => match &*class {
                    "Array" => (class.into_owned(), "array"),
                    "Map" | "WeakMap" => (class.into_owned(), "map"),
                    "Set" | "WeakSet" => (class.into_owned(), "set"),
                    _ => (class.into_owned(), "object"),
                },
            };
            let next = PathStep { edge: step.edge.clone(), name, kind: kind.to_owned() };
            if shown.last() == Some(&next) {
                repeated += 1;
                continue;
            }
            fold(&mut shown, &mut repeated);
            shown.push(next);
        }
        fold(&mut shown, &mut repeated);
        if shown.len() > MOST {
            let left_out = shown.len() - MOST;
            let folded =
                PathStep { edge: "…".to_owned(), name: format!("{left_out} more"), kind: "folded".to_owned() };
            shown.splice(MOST / 2..MOST / 2 + left_out, [folded]);
        }
        shown
    }
}

/// Writes down how often the last step was repeated.
fn fold(shown: &mut Vec<PathStep>, repeated: &mut usize) {
    if *repeated > 0
        && let Some(last) = shown.last()
    {
        let name = format!("{repeated} more {}", last.name);
        shown.push(PathStep { edge: "…".to_owned(), name, kind: "folded".to_owned() });
    }
    *repeated = 0;
}

/// Is it a CommonJS module, which `require.cache` knows by its file?
fn is_module(heap: &Heap, node: NodeIx) -> bool {
    heap.graph().kind(node) == NodeKind::OBJECT && heap.graph().raw_name(node) == b"Module"
}

fn from_class(heap: &Heap, node: NodeIx) -> String {
    let graph = heap.graph();
    if graph.kind(node) == NodeKind::CLOSURE && !graph.raw_name(node).is_empty() {
        return graph.name(node).into_owned();
    }
    if is_scope(heap, node) { String::new() } else { heap.class_name(node).into_owned() }
}
