//! A path as reports show it: repeats are told once, and the middle of what is too long is left out.

use super::super::functions::Function;
use super::super::heap::Heap;
use super::super::modules;
use super::super::roles::{is_global, is_scope};
use super::Route;
use crate::PathStep;
use crate::graph::NodeKind;

/// Steps of a path that are kept; more are folded in the middle.
const MOST: usize = 48;
/// The longest turn of a chain that is told from a path that goes on.
const TURN: usize = 4;

impl Route {
    /// The steps as reports show them.
    pub(in super::super) fn shown(&self, heap: &Heap) -> Vec<PathStep> {
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
