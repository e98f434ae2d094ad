//! The name of what a path ends with, as the source would write it.

use super::super::heap::Heap;
use super::super::roles::{is_global, is_scope};
use super::super::timers::Timer;
use super::super::{listeners, locals, modules};
use super::{EMITTERS, Route, TARGETS};
use crate::graph::{EdgeKind, NodeIx, NodeKind};

/// What a timer calls, and with what.
const CALLED: [&str; 4] = ["_onTimeout", "_timerArgs", "_onImmediate", "_argv"];

impl Route {
    /// The end's name as the source would write it: `cache.entries`, `global.queue[]`, `bus.on('data')`.
    pub(in super::super) fn name(&self, heap: &Heap) -> String {
        let (owner, mut parts) = self.words(heap);
        if parts.is_empty() && owner.is_empty() {
            return self.steps.last().map_or_else(|| "(root)".to_owned(), |step| from_class(heap, step.to));
        }
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
        if let [table, event @ ..] = event {
            self.listen(heap, &mut name, table, event);
        }
        name
    }

    /// What a name begins with, and the steps behind that, the first first.
    fn words(&self, heap: &Heap) -> (String, Vec<&str>) {
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
                if !parts.is_empty() {
                    owner = format!("({owner})");
                }
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
        parts.reverse();
        (owner, parts)
    }

    /// `.on('data')`, behind what is there: the event of listeners in such a table, and what is behind it.
    fn listen(&self, heap: &Heap, name: &mut String, table: &str, event: &[&str]) {
        let function = if table == EMITTERS { "on" } else { "addEventListener" };
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
        join(name, if rest.iter().all(|part| matches!(*part, "[]" | "next")) { &[] } else { rest });
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

/// By its class, or a function's name; a scope has none.
fn from_class(heap: &Heap, node: NodeIx) -> String {
    let graph = heap.graph();
    if graph.kind(node) == NodeKind::CLOSURE && !graph.raw_name(node).is_empty() {
        return graph.name(node).into_owned();
    }
    if is_scope(heap, node) { String::new() } else { heap.class_name(node).into_owned() }
}
