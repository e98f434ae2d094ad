//! Piles put into words: name, place, path, count, bytes, and what to do.

use super::accumulation::{Accumulation, Pile, accumulations};
use super::advice::{About, advice};
use super::cause::cause;
use super::content::{Stored, content, stored};
use super::finding::{Finding, fingerprint};
use super::functions::Function;
use super::heap::Heap;
use super::modules::Modules;
use super::paths::Paths;
use super::roles::is_scope;
use super::route::Route;
use super::scopes::Scopes;
use super::scripts::Scripts;
use super::timers::{self, Timer};
use crate::graph::{EdgeKind, NodeIx, NodeKind};
use crate::{AnalyzeOptions, Error, Location, PathStep, Sources, Suspect, Watch};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// More suspects than a person reads.
const MOST: usize = 10;
/// Members that are asked for the way to them, where no holder has them all.
const ASKED: usize = 8;

/// The piles that count as suspects, largest first.
pub(super) fn piles(heap: &Heap, options: &AnalyzeOptions, watch: &Watch) -> Result<Vec<Accumulation>, Error> {
    let mut piles = accumulations(heap, least_bytes(heap, options), watch)?;
    // Some will turn out to be the runtime's own, or one with another.
    piles.truncate(2 * MOST.min(options.top));
    Ok(piles)
}

fn least_bytes(heap: &Heap, options: &AnalyzeOptions) -> u64 {
    let share = options.min_share.clamp(0.0, 1.0);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a threshold: a share of a size is not exact to the byte"
    )]
    let bytes = (heap.total_size() as f64 * share) as u64;
    bytes.max(options.min_bytes).max(1)
}

/// The nodes whose paths name a pile: its holder; some members, where the holder is just one of them.
pub(super) fn named_by(pile: &Accumulation) -> Vec<NodeIx> {
    match pile.pile {
        Pile::Class | Pile::Shared => {
            pile.members.iter().copied().step_by(pile.members.len().div_ceil(ASKED)).collect()
        }
        _ => vec![pile.holder],
    }
}

/// The way to a pile that most of those that name it have.
pub(super) fn route(heap: &Heap, modules: &Modules, paths: &Paths, pile: &Accumulation) -> Route {
    let mut ways: Vec<(Vec<PathStep>, usize, Route)> = Vec::new();
    for node in named_by(pile) {
        let route = Route::new(heap, modules, &paths.to(heap.graph(), node));
        let shown: Vec<PathStep> = route.shown(heap).into_iter().filter(|step| step.kind != "folded").collect();
        match ways.iter_mut().find(|(way, ..)| *way == shown) {
            Some((_, count, _)) => *count += 1,
            None => ways.push((shown, 1, route)),
        }
    }
    // Of equally common ones the first.
    let best = ways.into_iter().rev().max_by_key(|&(_, count, _)| count);
    best.map_or_else(|| Route::new(heap, modules, &[]), |(.., route)| route)
}

/// What piles are named with.
pub(super) struct Names<'a> {
    pub(super) heap: &'a Heap,
    pub(super) scripts: &'a Scripts<'a>,
    pub(super) scopes: &'a Scopes,
    pub(super) sources: &'a dyn Sources,
}

impl Names<'_> {
    /// Names each pile; those that turn out to be one are put together.
    pub(super) fn suspects(&self, piles: &[Accumulation], routes: &[Route], top: usize) -> Vec<Suspect> {
        let mut found: Vec<Finding> = Vec::new();
        let mut known = FxHashMap::default();
        for (pile, route) in piles.iter().zip(routes) {
            if self.is_runtimes_own(pile, route) {
                continue;
            }
            let finding = self.finding(pile, route);
            if finding.is_table_of_names() {
                continue;
            }
            // Where no place tells them apart, two of one name may well be two.
            let place = finding.place().ok_or(pile.holder);
            let key = (finding.name.clone(), finding.class.clone(), place);
            if let Some(same) = known.get(&key).and_then(|&at: &usize| found.get_mut(at)) {
                // The room for the many is one more object, and not one of them.
                same.count += if finding.kind == "object" { 0 } else { finding.count };
                same.bytes = same.bytes.saturating_add(finding.bytes);
            } else {
                known.insert(key, found.len());
                found.push(finding);
            }
        }
        found.sort_by_key(|finding| std::cmp::Reverse(finding.bytes));
        found.truncate(MOST.min(top));
        found.into_iter().map(|finding| finding.suspect(self.heap)).collect()
    }

    /// Is it the text of a script, or of something that only the runtime holds?
    fn is_runtimes_own(&self, pile: &Accumulation, route: &Route) -> bool {
        let graph = self.heap.graph();
        let is_text = graph.kind(pile.holder).is_string();
        is_text && (self.scripts.is_text(graph, pile.holder) || !route.is_named() && !route.is_empty())
    }

    pub(super) fn finding(&self, pile: &Accumulation, route: &Route) -> Finding {
        let heap = self.heap;
        let timer = timer(heap, pile);
        let listened = route.listened(heap);
        let content = content(heap, self.scripts, pile);
        // An array of many objects says what it holds by those.
        let told = matches!(pile.pile, Pile::Collection { .. })
            && matches!(heap.graph().raw_name(pile.holder), b"Array" | b"Set");
        let stored = if told { Stored::Other } else { stored(heap, pile.holder) };
        let named = match timer {
            Some(timer) => timer.name(heap),
            // What only a weak edge leads to has no way to be named by.
            None if route.is_empty() => heap.class_name(pile.holder).into_owned(),
            None => route.name(heap),
        };
        let name = match pile.pile {
            Pile::Class if timer.is_none() => content.clone(),
            Pile::Shared => {
                let named = named.trim_end_matches("[]");
                // A list that is held at both ends is named by what holds it, not by its links.
                let list = named.rsplit_once('.').map(|(list, _)| list).filter(|_| is_linked(heap, pile, route));
                list.unwrap_or(named).to_owned()
            }
            _ => named,
        };
        let (kind, class, count) = match timer {
            Some(_) => ("collection", "Timeout".to_owned(), pending(heap, pile)),
            None => described(heap, pile, route, &content, &stored),
        };
        let location = match timer {
            Some(timer) => timer.callback.location(heap.graph(), self.scripts),
            None => self.location(route),
        };
        let about = About {
            pile,
            is_linked: is_linked(heap, pile, route),
            name: &name,
            content: &content,
            stored: &stored,
            timer,
            listened,
        };
        let cause = cause(heap, &about, route);
        let advice = advice(heap, &about, cause);
        let mut path = route.shown(heap);
        // From timer to timer of Node's list leads to any of them.
        if let Some(list) = path.iter().rposition(|step| timer.is_some() && step.name == "TimersList") {
            path.truncate(list + 1);
        }
        let holder = heap.class_name(pile.holder);
        let from = if timer.is_some() { path.len() } else { 0 };
        let fingerprint = fingerprint(&name, &holder, &path[from..], location.as_ref());
        path.extend(self.last_step(pile, timer, &content));
        Finding {
            fingerprint,
            name,
            class,
            kind,
            location,
            path,
            count,
            bytes: pile.bytes,
            holder: pile.holder,
            cause,
            advice,
        }
    }

    /// What a path ends with: one of the many.
    fn last_step(&self, pile: &Accumulation, timer: Option<Timer>, content: &str) -> Option<PathStep> {
        let step =
            |edge: &str, name: String, kind: &str| PathStep { edge: edge.to_owned(), name, kind: kind.to_owned() };
        if let Some(timer) = timer {
            return Some(step("callback", timer.callback.call(self.heap.graph().strings()), "closure"));
        }
        let member = *pile.members.first()?;
        let kind = match self.heap.graph().kind(member) {
            kind if kind.is_string() => "string",
            NodeKind::CLOSURE => "closure",
            _ => "object",
        };
        matches!(pile.pile, Pile::Collection { .. }).then(|| step("[]", content.to_owned(), kind))
    }

    /// Where the variable is declared that holds the end, or what comes nearest to it.
    fn location(&self, route: &Route) -> Option<Location> {
        let Self { heap, scripts, scopes, sources } = *self;
        let place_of = |node| heap.graph().place(node).and_then(|place| scripts.location(heap.graph(), place));
        if let Some(function) = route.frame(heap) {
            return place_of(function);
        }
        let location = match (route.scope(heap), route.variable()) {
            (Some(scope), Some(variable)) => scopes.location(heap, scripts, scope, variable, sources),
            _ => None,
        };
        // Else that of the nearest function or class of the app on the way; also where a variable of Node's has that.
        let is_apps = |location: &Location| !location.file.starts_with("node:");
        let behind = || route.behind_variable(heap).filter_map(place_of).find(is_apps);
        location
            .map(|location| if is_apps(&location) { location } else { behind().unwrap_or(location) })
            .or_else(|| exported(route.module(heap)?, sources).map(|place| scripts.written(place)))
            .or_else(|| route.listener(heap)?.location(heap.graph(), scripts))
            .or_else(|| route.nodes_back().filter_map(place_of).find(is_apps))
    }
}

/// What most of the timers call that are in a pile, or keep it.
fn timer(heap: &Heap, pile: &Accumulation) -> Option<Timer> {
    let in_lists = || {
        timers::is_list(heap.graph(), pile.holder)
            || pile.members.first().is_some_and(|&member| timers::is_list(heap.graph(), member))
    };
    let of_members = || Timer::most_common(heap.graph(), pile.members.iter().copied());
    match pile.pile {
        Pile::Class => of_members(),
        // What else holds them as well is not held by their list alone.
        _ if in_lists() => of_members().or_else(|| Timer::most_common(heap.graph(), timers::held(heap, pile.holder))),
        // The first of a list can be one that was cleared, or calls something else.
        Pile::Chain => of_members().or_else(|| Timer::of(heap.graph(), pile.holder)),
        _ => Timer::of(heap.graph(), pile.holder),
    }
}

/// How many timers a pile has.
fn pending(heap: &Heap, pile: &Accumulation) -> u64 {
    let is_of_timers = pile.members.first().is_some_and(|&member| Timer::of(heap.graph(), member).is_some());
    let held = if is_of_timers { 0 } else { timers::held(heap, pile.holder).count() as u64 };
    if held > 0 { held } else { pile.count }
}

/// Kind, type and count of a pile.
fn described(
    heap: &Heap,
    pile: &Accumulation,
    route: &Route,
    content: &str,
    stored: &Stored,
) -> (&'static str, String, u64) {
    let graph = heap.graph();
    let holder =
        if graph.kind(pile.holder).is_string() { Cow::Borrowed("string") } else { heap.class_name(pile.holder) };
    let (kind, class) = match (pile.pile, stored) {
        (Pile::Collection { mixed }, Stored::Entries { key, value, count }) => {
            let class = format!("{holder} of {key} → {value}");
            return ("collection", class, if mixed { *count } else { pile.count });
        }
        // Its keys are texts of their own, its values numbers: those have no nodes.
        (Pile::Collection { mixed: false }, stored) if is_by_name(heap, pile) => {
            let value = match stored {
                Stored::Values { value, .. } if value != "string" => value,
                _ => "number",
            };
            ("collection", format!("{holder} of string → {value}"))
        }
        (Pile::Collection { mixed: false }, _) => ("collection", format!("{holder} of {content}")),
        // The others are the names of properties.
        (Pile::Collection { mixed: true }, Stored::Values { value, count })
            if holder == "Object" && value == content && count * 4 >= pile.count =>
        {
            return ("collection", format!("{holder} of {content}"), *count);
        }
        (Pile::Collection { mixed: true }, _) => ("collection", format!("{holder} of {content} and others")),
        (Pile::Shared, _) => {
            let container = route.nodes_back().nth(1).map_or(Cow::Borrowed("scope"), |node| heap.class_name(node));
            let container = if is_linked(heap, pile, route) { "chain" } else { &*container };
            ("collection", format!("{container} of {content}"))
        }
        (Pile::Object, Stored::Numbers) => ("object", format!("{holder} of numbers")),
        (Pile::Object, Stored::Values { value, .. }) if holder != "Object" => {
            ("object", format!("{holder} of {value}"))
        }
        (Pile::Object, Stored::Entries { key, value, .. }) => ("object", format!("{holder} of {key} → {value}")),
        (Pile::Object, _) => ("object", holder.into_owned()),
        (Pile::Chain, _) if graph.kind(pile.holder).is_string() => ("object", "concatenated string".to_owned()),
        (Pile::Chain, _) => {
            let between = pile.between.iter().map(|&node| match graph.kind(node) {
                NodeKind::CLOSURE => {
                    Function::of(graph, node).map_or_else(String::new, |function| function.call(graph.strings()))
                }
                _ if is_scope(heap, node) => "scope".to_owned(),
                _ => heap.class_name(node).into_owned(),
            });
            let turn: Vec<String> = std::iter::once(content.to_owned()).chain(between).collect();
            ("collection", format!("chain of {}", turn.join(" → ")))
        }
        (Pile::Tree, _) => ("collection", format!("tree of {content}")),
        (Pile::Class, _) => ("class", content.to_owned()),
    };
    (kind, class, pile.count)
}

/// Is it a plain object whose properties' names are its members?
fn is_by_name(heap: &Heap, pile: &Accumulation) -> bool {
    let graph = heap.graph();
    let is_name = |&member: &NodeIx| graph.kind(member).is_string();
    graph.kind(pile.holder) == NodeKind::OBJECT
        && graph.raw_name(pile.holder) == b"Object"
        && pile.members.iter().all(is_name)
        && !graph.edges_of(pile.holder).iter().any(|edge| edge.kind() == EdgeKind::Property && is_name(&edge.target()))
}

/// Do members hold one another?
fn is_linked(heap: &Heap, pile: &Accumulation, route: &Route) -> bool {
    route.nodes_back().nth(1).is_some_and(|node| heap.class(node) == pile.class)
}

/// Where a module declares what it exports; its first line where that cannot be told.
fn exported((file, name): (String, &str), sources: &dyn Sources) -> Option<Location> {
    let file = Some(file).filter(|file| file.contains(['/', '\\']))?;
    let text = sources.read(&file);
    let found = text.and_then(|text| super::declaration::declaration(&text, name, (u32::MAX, u32::MAX)));
    let (line, column) = found.unwrap_or((1, 1));
    Some(Location { file, line, column })
}

#[cfg(test)]
mod tests;
