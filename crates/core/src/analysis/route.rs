//! A retaining path in the words of the source: variables, properties, `[]` for elements, V8's storage left out.

use super::functions::Function;
use super::heap::Heap;
use super::listeners;
use super::locals;
use super::modules::{self, Modules};
use super::paths::source;
use super::roles::{is_global, is_scope};
use super::timers::Timer;
use crate::PathStep;
use crate::graph::{EdgeIx, EdgeKind, NodeIx, NodeKind};
use std::borrow::Cow;

/// Steps of a path that are kept; more are folded in the middle.
const MOST: usize = 48;
/// Edges that are looked at from each end of a path.
const KEPT: usize = 512;
/// The longest turn of a chain that is told from a path that goes on.
const TURN: usize = 4;
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

/// What a timer calls, and with what.
const CALLED: [&str; 4] = ["_onTimeout", "_timerArgs", "_onImmediate", "_argv"];

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

    /// The end's name as the source would write it: `cache.entries`, `global.queue[]`, `bus.on('data')`.
    pub(super) fn name(&self, heap: &Heap) -> String {
        let mut parts: Vec<&str> = Vec::new();
        let mut owner = String::new();
        for (at, step) in self.steps.iter().enumerate().rev() {
            let named = match step.kind {
                EdgeKind::Context | EdgeKind::Property | EdgeKind::Element => !step.edge.is_empty(),
                _ => step.edge == "[]",
            };
            let from = at.checked_sub(1).map(|at| self.steps[at].to);
            if let Some(function) = self.frame_at(heap, at) {
                owner = format!("local of {}", locals::owner(heap, function));
                if parts.is_empty() {
                    return owner;
                }
                owner = format!("({owner})");
                break;
            }
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
            if modules::is_common(heap.graph(), step.to) && !parts.is_empty() {
                break;
            }
            if let Some(timer) =
                from.and_then(|from| Timer::of(heap.graph(), from)).filter(|_| CALLED.contains(&&*step.edge))
            {
                if heap.graph().kind(step.to) != NodeKind::CLOSURE {
                    parts.push(&step.edge);
                }
                owner = timer.name(heap);
                break;
            }
            parts.push(&step.edge);
            if step.kind == EdgeKind::Context {
                break;
            }
            if from.is_some_and(|from| is_global(heap, from)) {
                "global".clone_into(&mut owner);
                break;
            }
        }
        if parts.is_empty() && owner.is_empty() {
            return self.steps.last().map_or_else(|| "(root)".to_owned(), |step| from_class(heap, step.to));
        }
        parts.reverse();
        // A chain's or a tree's name: the same step over and over is one.
        parts.dedup();
        let listeners = parts.iter().position(|part| [EMITTERS, TARGETS].contains(part)).unwrap_or(parts.len());
        let (mut before, event) = (parts[..listeners].to_vec(), &parts[listeners..]);
        // The signal of a controller is private to it, and read by that name.
        if let Some(last) = before.last_mut().filter(|last| !event.is_empty() && **last == "#signal") {
            *last = "signal";
        }
        if before.len() > 6 {
            before.splice(3..before.len() - 3, ["…"]);
        }
        let mut name = owner;
        join(&mut name, &before);
        if let [kept, event @ ..] = event {
            let function = if *kept == EMITTERS { "on" } else { "addEventListener" };
            name.push_str(if name.is_empty() { "" } else { "." });
            let (event, rest) = event.split_first().unwrap_or((&"[]", &[]));
            // Where the table itself is the end, the event is the one with most listeners; with one each, no event is.
            let busiest = || listeners::busiest(heap, self.steps.last()?.to).filter(|&(_, count, _)| count > 1);
            let busiest = || busiest().map(|(event, ..)| event);
            let event = if *event == "[]" { busiest() } else { Some((*event).into()) };
            let event = event.map_or_else(|| "…".to_owned(), |event| format!("'{event}'"));
            for part in [function, "(", &event, ")"] {
                name.push_str(part);
            }
            join(&mut name, if rest.iter().all(|part| matches!(*part, "[]" | "next")) { &[] } else { rest });
        }
        name
    }

    /// The steps as reports show them.
    pub(super) fn shown(&self, heap: &Heap) -> Vec<PathStep> {
        let graph = heap.graph();
        let mut steps: Vec<PathStep> = Vec::new();
        for step in &self.steps {
            let class = heap.class_name(step.to);
            let (name, kind) = match graph.kind(step.to) {
                _ if is_global(heap, step.to) => ("global".to_owned(), "global"),
                _ if modules::is_record(heap.graph(), step.to) => {
                    (modules::file(heap.graph(), step.to).unwrap_or_else(|| "ES module".to_owned()), "module")
                }
                NodeKind::CLOSURE => {
                    let function = Function::of(graph, step.to);
                    (function.map_or_else(String::new, |function| function.call(graph.strings())), "closure")
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
                    "Module" | "ModuleWrap" => match modules::file(heap.graph(), step.to) {
                        Some(file) => (file, "module"),
                        None => (class.into_owned(), "object"),
                    },
                    _ => (class.into_owned(), "object"),
                },
            };
            // Two objects that are one to a person: the global object and its realm, a module's wrap and its record.
            let same = |last: &PathStep| matches!(kind, "global" | "module") && last.kind == kind && last.name == name;
            // A module's own function waits in one for ever.
            let is_waiting = name == "Generator" && steps.last().is_some_and(|last| last.kind == "module");
            if !is_waiting && !steps.last().is_some_and(same) {
                steps.push(PathStep { edge: step.edge.clone(), name, kind: kind.to_owned() });
            }
        }
        let mut shown = folded(&steps);
        if shown.len() > MOST {
            let left_out = shown.len() - MOST;
            shown.splice(MOST / 2..MOST / 2 + left_out, [turns(format!("{left_out} more"))]);
        }
        shown
    }
}

/// `a.b[].c`, behind what is there.
fn join(name: &mut String, parts: &[&str]) {
    for &part in parts {
        if part != "[]" && !name.is_empty() {
            name.push('.');
        }
        name.push_str(part);
    }
}

/// The path with each run of the same steps told once: of a list, or of closures that hold one another.
fn folded(steps: &[PathStep]) -> Vec<PathStep> {
    let mut shown: Vec<PathStep> = Vec::new();
    let mut at = 0;
    while at < steps.len() {
        let repeats = |turn: usize| {
            let same = |&from: &usize| steps[from..].starts_with(&steps[at..at + turn]);
            (at..).step_by(turn).skip(1).take_while(|from| from + turn <= steps.len() && same(from)).count()
        };
        // Of one step, two in a row are a run; of several, three.
        let mut turns_here = (1..=TURN.min(steps.len() - at)).map(|turn| (turn, repeats(turn)));
        let Some((turn, count)) = turns_here.find(|&(turn, count)| count > usize::from(turn > 1)) else {
            shown.push(steps[at].clone());
            at += 1;
            continue;
        };
        shown.extend_from_slice(&steps[at..at + turn]);
        let more = if turn == 1 { format!("{count} more {}", steps[at].name) } else { format!("{count} more turns") };
        shown.push(turns(more));
        at += turn * (count + 1);
    }
    shown
}

fn turns(name: String) -> PathStep {
    PathStep { edge: "…".to_owned(), name, kind: "folded".to_owned() }
}

/// The text of the key, in a map's table, of the value that an edge leads to.
fn key(heap: &Heap, table: NodeIx, value: EdgeIx) -> Option<String> {
    let graph = heap.graph();
    let before = modules::index(graph, value)?.checked_sub(1)?;
    let (_, key) = graph.edge_indices(table).find(|&(at, _)| modules::index(graph, at) == Some(before))?;
    graph.text(key.target()).map(Cow::into_owned)
}

fn from_class(heap: &Heap, node: NodeIx) -> String {
    let graph = heap.graph();
    if graph.kind(node) == NodeKind::CLOSURE && !graph.raw_name(node).is_empty() {
        return graph.name(node).into_owned();
    }
    if is_scope(heap, node) { String::new() } else { heap.class_name(node).into_owned() }
}
