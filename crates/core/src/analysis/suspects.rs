//! Piles put into words: name, place, path, count, bytes, and what to do.

use super::accumulation::{Accumulation, Pile, accumulations};
use super::advice::{About, advice};
use super::content::{Stored, content, short, stored};
use super::functions::Function;
use super::heap::Heap;
use super::modules::Modules;
use super::paths::Paths;
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
    pub(super) scripts: &'a Scripts,
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
            let key = (finding.name.clone(), finding.class.clone(), finding.place());
            match known.get(&key).and_then(|&at: &usize| found.get_mut(at)) {
                Some(same) => {
                    // The room for the many is one more object, and not one of them.
                    same.count += if finding.kind == "object" { 0 } else { finding.count };
                    same.bytes = same.bytes.saturating_add(finding.bytes);
                }
                None => {
                    known.insert(key, found.len());
                    found.push(finding);
                }
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

    fn finding(&self, pile: &Accumulation, route: &Route) -> Finding {
        let heap = self.heap;
        let timer = timer(heap, pile);
        let listened = route.listened();
        let content = content(heap, self.scripts, pile);
        let stored = stored(heap, pile.holder);
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
        let advice = advice(
            heap,
            &About {
                pile,
                is_linked: is_linked(heap, pile, route),
                name: &name,
                content: &content,
                stored: &stored,
                timer,
                listened,
            },
        );
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
            advice,
        }
    }

    /// What a path ends with: one of the many.
    fn last_step(&self, pile: &Accumulation, timer: Option<Timer>, content: &str) -> Option<PathStep> {
        let step =
            |edge: &str, name: String, kind: &str| PathStep { edge: edge.to_owned(), name, kind: kind.to_owned() };
        if let Some(timer) = timer {
            return Some(step("callback", timer.callback.call(self.heap.graph()), "closure"));
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
        // Else that of the nearest function or class of the app on the way.
        location
            .or_else(|| exported(route.module(heap)?, sources))
            .or_else(|| route.listener(heap)?.location(heap.graph(), scripts))
            .or_else(|| {
                let mut places = route.nodes_back().filter_map(place_of);
                places.find(|location| !location.file.starts_with("node:"))
            })
    }
}

/// The callback behind a pile of timers, or of what timers hold.
fn timer(heap: &Heap, pile: &Accumulation) -> Option<Timer> {
    if timers::is_list(heap, pile.holder) {
        return Timer::most_common(heap, heap.dominated(pile.holder));
    }
    let members = pile.members.iter().chain([&pile.holder]).copied();
    if matches!(pile.pile, Pile::Class) { Timer::most_common(heap, members) } else { Timer::of(heap, pile.holder) }
}

/// How many timers a pile has.
fn pending(heap: &Heap, pile: &Accumulation) -> u64 {
    let is_list = timers::is_list(heap, pile.holder);
    let timers = heap.dominated(pile.holder).filter(|&node| is_list && Timer::of(heap, node).is_some()).count() as u64;
    if timers > 0 { timers } else { pile.count }
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
        (Pile::Collection { mixed: false }, _) if is_count(heap, pile) => {
            ("collection", format!("{holder} of string → number"))
        }
        (Pile::Collection { mixed: false }, _) => ("collection", format!("{holder} of {content}")),
        (Pile::Collection { mixed: true }, _) => ("collection", format!("{holder} of {content} and others")),
        (Pile::Shared, _) => {
            let container = route.nodes_back().nth(1).map_or(Cow::Borrowed("scope"), |node| heap.class_name(node));
            let container = if is_linked(heap, pile, route) { "chain" } else { &*container };
            ("collection", format!("{container} of {content}"))
        }
        (Pile::Object, Stored::Numbers) => ("object", format!("{holder} of numbers")),
        (Pile::Object, Stored::Values(value)) => ("object", format!("{holder} of {value}")),
        (Pile::Object, Stored::Entries { key, value, .. }) => ("object", format!("{holder} of {key} → {value}")),
        (Pile::Object, Stored::Other) => ("object", holder.into_owned()),
        (Pile::Chain, _) if graph.kind(pile.holder).is_string() => ("object", "concatenated string".to_owned()),
        (Pile::Chain, _) => {
            let between = pile.between.iter().map(|&node| match graph.kind(node) {
                NodeKind::CLOSURE => {
                    Function::of(graph, node).map_or_else(String::new, |function| function.call(graph))
                }
                _ if super::accumulation::is_scope(heap, node) => "scope".to_owned(),
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
fn is_count(heap: &Heap, pile: &Accumulation) -> bool {
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

/// A pile with its words.
struct Finding {
    fingerprint: String,
    name: String,
    class: String,
    kind: &'static str,
    location: Option<Location>,
    path: Vec<PathStep>,
    count: u64,
    bytes: u64,
    holder: NodeIx,
    advice: String,
}

impl Finding {
    fn place(&self) -> Option<(String, u32, u32)> {
        self.location.as_ref().map(|location| (location.file.clone(), location.line, location.column))
    }

    /// Is it one of Node's own collections of names?
    fn is_table_of_names(&self) -> bool {
        let is_nodes = self.location.as_ref().is_some_and(|location| location.file.starts_with("node:"));
        is_nodes && self.path.last().is_some_and(|step| step.kind == "string")
    }

    fn suspect(self, heap: &Heap) -> Suspect {
        let share = ratio(self.bytes, heap.total_size());
        Suspect {
            text: self.text(share),
            fingerprint: self.fingerprint,
            name: self.name,
            class: self.class,
            kind: self.kind.to_owned(),
            location: self.location,
            path: self.path,
            count: self.count,
            retained_size: self.bytes,
            share,
            id: u64::from(heap.graph().id(self.holder)),
            advice: self.advice,
        }
    }

    fn text(&self, share: f64) -> String {
        use std::fmt::Write;
        let mut text = self.name.clone();
        if let Some(location) = &self.location {
            let _ = write!(text, " ({})", short(location));
        }
        let _ = write!(text, ", {}", self.class);
        if self.count > 1 {
            let _ = write!(text, ", {} objects", grouped(self.count));
        }
        let _ = write!(text, ", {} retained, {:.0} % of the heap", size(self.bytes), share * 100.0);
        text
    }
}

/// `12,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `3.1 MB`, in powers of ten.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} bytes"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    format!("{:.1} {name}", ratio(bytes, unit))
}

#[expect(clippy::cast_precision_loss, reason = "for display")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// FNV-1a over what stays the same between runs: the name, the holder's class, the file's own name, and the way from the
/// last variable or module on. Not counts, ids, lines, folders, or what the pile happens to hold most of.
fn fingerprint(name: &str, holder: &str, path: &[PathStep], location: Option<&Location>) -> String {
    let base = |text: &'_ str| text.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let file = location.map_or_else(String::new, |location| base(&location.file));
    let from = path.iter().rposition(|step| matches!(step.kind.as_str(), "context" | "module")).unwrap_or(0);
    let steps = path[from..].iter().filter(|step| step.kind != "folded");
    let steps = steps.flat_map(|step| [base(&step.edge), base(&step.name)]);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in [base(name), holder.to_owned(), file].into_iter().chain(steps) {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use crate::analysis::{Heap, report};
    use crate::graph::{EdgeKind, NodeKind};
    use crate::testing::SnapshotBuilder;
    use crate::{AnalyzeOptions, Report, Sources, Watch};

    /// A server whose handler closes over `scope`, in `/app/server.js`, as V8 writes it.
    fn server() -> SnapshotBuilder {
        SnapshotBuilder::new()
            .node("roots", NodeKind::SYNTHETIC, "(GC roots)", 0)
            .node("handles", NodeKind::SYNTHETIC, "(Global handles)", 0)
            .node("server", NodeKind::OBJECT, "Server", 100)
            .node("handler", NodeKind::CLOSURE, "handler", 64)
            .node("shared", NodeKind::CODE, "(shared function info)", 64)
            .node("script", NodeKind::CODE, "/app/server.js", 64)
            .node("scope", NodeKind::OBJECT, "system / Context", 64)
            .edge("root", EdgeKind::Element, "1", "roots")
            .edge("roots", EdgeKind::Element, "1", "handles")
            .edge("handles", EdgeKind::Internal, "7", "server")
            .edge("server", EdgeKind::Property, "onrequest", "handler")
            .edge("handler", EdgeKind::Internal, "context", "scope")
            .edge("handler", EdgeKind::Internal, "shared", "shared")
            .edge("shared", EdgeKind::Internal, "script", "script")
            .place("handler", 5, 6, 20)
    }

    /// A holder's `count` objects of a class, through V8's storage.
    fn filled(mut builder: SnapshotBuilder, holder: &str, class: &str, count: usize, size: u64) -> SnapshotBuilder {
        let storage = format!("{holder}'s storage");
        builder = builder.node(&storage, NodeKind::ARRAY, "(object elements)", 16).edge(
            holder,
            EdgeKind::Internal,
            "table",
            &storage,
        );
        for at in 0..count {
            let label = format!("{holder} {at}");
            builder = builder.node(&label, NodeKind::OBJECT, class, size).edge(
                &storage,
                EdgeKind::Internal,
                &at.to_string(),
                &label,
            );
        }
        builder
    }

    struct Text(&'static str);

    impl Sources for Text {
        fn read(&self, file: &str) -> Option<String> {
            (file == "/app/server.js").then(|| self.0.to_owned())
        }
    }

    fn analyzed(builder: &SnapshotBuilder, text: &'static str) -> Report {
        let options = AnalyzeOptions { min_bytes: 1000, ..AnalyzeOptions::default() };
        let heap = Heap::new(builder.build(), &Watch::default()).expect("nobody cancels");
        report(&heap, &options, &Text(text), &Watch::default()).expect("nobody cancels")
    }

    fn path(report: &Report, suspect: usize) -> String {
        let steps = report.suspects[suspect].path.iter();
        steps.map(|step| format!("{}:{}", step.edge, step.name)).collect::<Vec<_>>().join(" > ")
    }

    #[test]
    fn a_map_in_a_variable_is_named_with_its_declaration() {
        let builder =
            server().node("cache", NodeKind::OBJECT, "Map", 32).edge("scope", EdgeKind::Context, "cache", "cache");
        let report = analyzed(&filled(builder, "cache", "Session", 50, 100), "'use strict'\nconst cache = new Map()\n");
        assert_eq!(report.suspects.len(), 1, "{:#?}", report.suspects);
        assert_eq!(
            report.suspects[0].text,
            "cache (server.js:2), Map of Session, 50 objects, 5.0 kB retained, 93 % of the heap"
        );
        assert_eq!(
            path(&report, 0),
            ":(GC roots) > :(Global handles) > :Server > onrequest:handler() > context:scope > cache:Map > []:Session"
        );
    }

    #[test]
    fn without_the_source_the_place_is_the_closure_that_shares_the_scope() {
        let builder = server()
            .node("state", NodeKind::OBJECT, "State", 32)
            .node("queue", NodeKind::OBJECT, "Array", 32)
            .edge("scope", EdgeKind::Context, "state", "state")
            .edge("state", EdgeKind::Property, "queue", "queue");
        let report = analyzed(&filled(builder, "queue", "Job", 50, 100), "another file");
        assert_eq!(report.suspects.len(), 1, "{:#?}", report.suspects);
        assert_eq!(report.suspects[0].name, "state.queue");
        let location = report.suspects[0].location.clone().expect("a place");
        assert_eq!((location.file.as_str(), location.line, location.column), ("/app/server.js", 7, 21));
    }

    #[test]
    fn a_chain_is_one_suspect_with_all_its_links() {
        let mut builder = server();
        for at in 0..100 {
            let label = format!("link {at}");
            builder = builder.node(&label, NodeKind::OBJECT, "Link", 100);
            builder = match at {
                0 => builder.edge("scope", EdgeKind::Context, "head", &label),
                _ => builder.edge(&format!("link {}", at - 1), EdgeKind::Property, "next", &label),
            };
        }
        let report = analyzed(&builder, "let head\n");
        assert_eq!(report.suspects.len(), 1, "{:#?}", report.suspects);
        let suspect = &report.suspects[0];
        assert_eq!((suspect.name.as_str(), suspect.class.as_str(), suspect.count), ("head", "chain of Link", 100));
        assert_eq!(suspect.retained_size, 10_000);
    }

    #[test]
    fn one_large_object_is_a_suspect_of_its_own_kind() {
        let builder = server()
            .node("buffer", NodeKind::NATIVE, "system / JSArrayBufferData", 50_000)
            .node("view", NodeKind::OBJECT, "Buffer", 100)
            .node("text", NodeKind::STRING, "a text", 60_000)
            .edge("scope", EdgeKind::Context, "upload", "view")
            .edge("scope", EdgeKind::Context, "page", "text")
            .edge("view", EdgeKind::Internal, "backing_store", "buffer");
        let report = analyzed(&builder, "");
        let found: Vec<_> = report.suspects.iter().map(|found| (found.name.as_str(), found.kind.as_str())).collect();
        assert_eq!(found, [("page", "object"), ("upload", "object")], "{:#?}", report.suspects);
    }

    #[test]
    fn a_class_that_many_places_hold_is_a_suspect_as_a_class() {
        let mut builder = server();
        for at in 0..200 {
            let (holder, label) = (format!("holder {at}"), format!("socket {at}"));
            builder = builder
                .node(&holder, NodeKind::CLOSURE, "", 10)
                .node(&label, NodeKind::OBJECT, "Connection", 100)
                .edge("handles", EdgeKind::Internal, &at.to_string(), &holder)
                .edge(&holder, EdgeKind::Internal, "connection", &label);
        }
        let report = analyzed(&builder, "");
        assert_eq!(report.suspects.len(), 1, "{:#?}", report.suspects);
        let suspect = &report.suspects[0];
        assert_eq!((suspect.kind.as_str(), suspect.name.as_str(), suspect.count), ("class", "Connection", 200));
    }

    #[test]
    fn what_two_variables_hold_together_is_found_with_one_of_them() {
        let mut builder = server()
            .node("byId", NodeKind::OBJECT, "Map", 32)
            .node("recent", NodeKind::OBJECT, "Array", 32)
            .edge("scope", EdgeKind::Context, "byId", "byId")
            .edge("scope", EdgeKind::Context, "recent", "recent");
        builder = filled(builder, "byId", "Object", 200, 100);
        for at in 0..200 {
            builder = builder.edge("recent", EdgeKind::Element, &at.to_string(), &format!("byId {at}"));
        }
        let report = analyzed(&builder, "let byId, recent\n");
        assert_eq!(
            report.suspects.iter().map(|suspect| suspect.text.as_str()).collect::<Vec<_>>(),
            ["recent (server.js:1), Array of Object, 200 objects, 20.0 kB retained, 98 % of the heap"]
        );
    }

    #[test]
    fn a_crowd_inside_a_larger_one_is_no_suspect_of_its_own() {
        let mut builder = server();
        for at in 0..200 {
            let (socket, parser) = (format!("socket {at}"), format!("parser {at}"));
            builder = builder
                .node(&socket, NodeKind::OBJECT, "Connection", 10)
                .node(&parser, NodeKind::OBJECT, "Parser", 100)
                .edge("handles", EdgeKind::Internal, &at.to_string(), &socket)
                .edge(&socket, EdgeKind::Property, "parser", &parser);
        }
        let names: Vec<_> = analyzed(&builder, "").suspects.into_iter().map(|suspect| suspect.name).collect();
        assert_eq!(names, ["Connection"]);
    }

    #[test]
    fn what_hangs_from_the_end_of_a_long_chain_is_found_in_one_walk() {
        let mut builder = server().node("tail", NodeKind::OBJECT, "Cache", 10);
        for at in 0..20_000 {
            let label = format!("link {at}");
            builder = builder.node(&label, NodeKind::OBJECT, "Link", 0);
            builder = match at {
                0 => builder.edge("scope", EdgeKind::Context, "head", &label),
                _ => builder.edge(&format!("link {}", at - 1), EdgeKind::Property, "next", &label),
            };
        }
        let builder =
            filled(builder.edge("link 19999", EdgeKind::Property, "cache", "tail"), "tail", "Entry", 100, 100);
        let report = analyzed(&builder, "");
        let found: Vec<_> = report.suspects.iter().map(|found| (found.class.as_str(), found.count)).collect();
        assert_eq!(found, [("Cache of Entry", 100)]);
        assert!(report.suspects[0].path.len() < 60, "a path is for reading");
    }

    #[test]
    fn modules_and_small_things_are_no_suspects() {
        let mut builder =
            server().node("cache", NodeKind::OBJECT, "Object", 32).edge("scope", EdgeKind::Context, "_cache", "cache");
        for at in 0..50 {
            let (module, code) = (format!("module {at}"), format!("code {at}"));
            builder = builder
                .node(&module, NodeKind::OBJECT, "Module", 500)
                .node(&code, NodeKind::OBJECT, "Object", 500)
                .edge("cache", EdgeKind::Property, &format!("/app/{at}.js"), &module)
                .edge("cache", EdgeKind::Property, &format!("/app/{at}.js exports"), &code);
        }
        let report = analyzed(&builder, "");
        assert_eq!(report.suspects, [], "{:#?}", report.suspects);
    }

    #[test]
    fn a_fingerprint_survives_ids_and_counts() {
        let with = |count| {
            let builder =
                server().node("cache", NodeKind::OBJECT, "Map", 32).edge("scope", EdgeKind::Context, "cache", "cache");
            analyzed(&filled(builder, "cache", "Session", count, 100), "let cache\n").suspects[0].fingerprint.clone()
        };
        assert_eq!(with(50), with(80));
        assert_eq!(with(50).len(), 16);
    }
}
