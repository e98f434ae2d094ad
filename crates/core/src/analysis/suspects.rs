//! Piles put into words: name, place, path, count, bytes, and what to do.

use super::accumulation::{Accumulation, Pile, accumulations, is_scope};
use super::heap::Heap;
use super::paths::Paths;
use super::route::Route;
use super::scopes::Scopes;
use super::scripts::Scripts;
use crate::graph::NodeKind;
use crate::{AnalyzeOptions, Error, Location, PathStep, Sources, Suspect, Watch};
use std::borrow::Cow;

/// More suspects than a person reads.
const MOST: usize = 10;

/// Names each pile.
pub(super) fn suspects(
    heap: &Heap,
    piles: &[Accumulation],
    paths: &Paths,
    scripts: &Scripts,
    sources: &dyn Sources,
    top: usize,
) -> Vec<Suspect> {
    let routes: Vec<Route> = piles.iter().map(|pile| Route::new(heap, &paths.to(heap.graph(), pile.holder))).collect();
    let scopes = Scopes::find(heap, &routes.iter().filter_map(|route| route.scope(heap)).collect::<Vec<_>>());
    let describe = |(pile, route): (&Accumulation, &Route)| {
        let location = match (route.scope(heap), route.variable()) {
            (Some(scope), Some(variable)) => scopes.location(heap, scripts, scope, variable, sources),
            _ => None,
        };
        let location = location.or_else(|| exported(route.module(heap)?, sources));
        let location = location.or_else(|| nearest(heap, scripts, route));
        suspect(heap, pile, route, location)
    };
    let shown = |&(pile, route): &(&Accumulation, &Route)| !is_runtimes_own(heap, scripts, pile, route);
    piles
        .iter()
        .zip(&routes)
        .filter(shown)
        .map(describe)
        .filter(|suspect| !is_table_of_names(suspect))
        .take(MOST.min(top))
        .collect()
}

/// Is it the text of a script, or of something that only the runtime holds?
fn is_runtimes_own(heap: &Heap, scripts: &Scripts, pile: &Accumulation, route: &Route) -> bool {
    let is_text = heap.graph().kind(pile.holder).is_string();
    is_text && (scripts.is_text(heap.graph(), pile.holder) || !route.is_named() && !route.is_empty())
}

/// Is it one of Node's own collections of names?
fn is_table_of_names(suspect: &Suspect) -> bool {
    let is_nodes = suspect.location.as_ref().is_some_and(|location| location.file.starts_with("node:"));
    is_nodes && suspect.path.last().is_some_and(|step| step.kind == "string")
}

/// The piles that count as suspects, largest first.
pub(super) fn piles(heap: &Heap, options: &AnalyzeOptions, watch: &Watch) -> Result<Vec<Accumulation>, Error> {
    let mut piles = accumulations(heap, least_bytes(heap, options), watch)?;
    // Some will turn out to be the runtime's own.
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

/// Where a module declares what it exports; its first line where that cannot be told.
fn exported((file, name): (&str, &str), sources: &dyn Sources) -> Option<Location> {
    let file = Some(file).filter(|file| file.contains(['/', '\\']))?;
    let text = sources.read(file);
    let found = text.and_then(|text| super::declaration::declaration(&text, name, (u32::MAX, u32::MAX)));
    let (line, column) = found.unwrap_or((1, 1));
    Some(Location { file: file.to_owned(), line, column })
}

/// The place of the nearest function or class of the app on the way.
fn nearest(heap: &Heap, scripts: &Scripts, route: &Route) -> Option<Location> {
    let place_of = |node| heap.graph().place(node).and_then(|place| scripts.location(heap.graph(), place));
    route.nodes_back().filter_map(place_of).find(|location| !location.file.starts_with("node:"))
}

fn suspect(heap: &Heap, pile: &Accumulation, route: &Route, location: Option<Location>) -> Suspect {
    let graph = heap.graph();
    let content = content(heap, pile);
    // What only a weak edge leads to has no way to be named by.
    let named = if route.is_empty() { heap.class_name(pile.holder).into_owned() } else { route.name(heap) };
    let holder =
        if graph.kind(pile.holder).is_string() { Cow::Borrowed("string") } else { heap.class_name(pile.holder) };
    let (kind, class, name) = match pile.pile {
        Pile::Collection { mixed: false } => ("collection", format!("{holder} of {content}"), named),
        Pile::Collection { mixed: true } => ("collection", format!("{holder} of {content} and others"), named),
        Pile::Shared => {
            let container = route.nodes_back().nth(1).map_or(Cow::Borrowed("scope"), |node| heap.class_name(node));
            ("collection", format!("{container} of {content}"), named.trim_end_matches("[]").to_owned())
        }
        Pile::Object => ("object", holder.into_owned(), named),
        Pile::Chain => ("collection", format!("chain of {content}"), named),
        Pile::Class => ("class", content.clone(), content.clone()),
    };
    let advice = advice(pile, &name, &content);
    let mut path = route.shown(heap);
    let fingerprint = fingerprint(&name, &heap.class_name(pile.holder), &path, location.as_ref());
    if !matches!(pile.pile, Pile::Object | Pile::Shared)
        && let Some(member) = pile.members.first()
    {
        let kind = if graph.kind(*member).is_string() { "string" } else { "object" };
        path.extend((pile.pile != Pile::Class).then(|| PathStep {
            edge: "[]".to_owned(),
            name: content.clone(),
            kind: kind.to_owned(),
        }));
    }
    let share = ratio(pile.bytes, heap.total_size());
    let text = text(&name, location.as_ref(), &class, pile, share);
    Suspect {
        fingerprint,
        name,
        class,
        kind: kind.to_owned(),
        location,
        path,
        count: pile.count,
        retained_size: pile.bytes,
        share,
        id: u64::from(graph.id(pile.holder)),
        advice,
        text,
    }
}

/// What the pile is made of, in a word.
fn content(heap: &Heap, pile: &Accumulation) -> String {
    let sample = pile.members.first().copied().unwrap_or(pile.holder);
    match heap.graph().kind(sample) {
        kind if kind.is_string() => "string".to_owned(),
        NodeKind::NUMBER => "number".to_owned(),
        _ if is_scope(heap, sample) => "closure scope".to_owned(),
        _ => heap.classes()[pile.class as usize].name(heap.graph()).into_owned(),
    }
}

fn advice(pile: &Accumulation, name: &str, content: &str) -> String {
    match pile.pile {
        Pile::Collection { .. } => format!(
            "Find what adds {content} to {name} and never removes it: bound it, expire entries, or key it weakly (WeakMap, WeakRef)."
        ),
        Pile::Shared => format!(
            "Find what adds {content} to {name}, and to what else holds them, and never removes it: bound it, or expire entries."
        ),
        Pile::Object => format!("{name} is one large object: keep less of it, or let go of it after use."),
        Pile::Chain => {
            format!("Each {content} holds the next: cut the chain at {name} where its head is no longer needed.")
        }
        Pile::Class => {
            format!(
                "{content} objects are held in many places: see who keeps them, and compare two snapshots to see which grow."
            )
        }
    }
}

fn text(name: &str, location: Option<&Location>, class: &str, pile: &Accumulation, share: f64) -> String {
    use std::fmt::Write;
    let mut text = name.to_owned();
    if let Some(Location { file, line, .. }) = location {
        let base = if file.starts_with("node:") { file } else { file.rsplit(['/', '\\']).next().unwrap_or(file) };
        let _ = write!(text, " ({base}:{line})");
    }
    let _ = write!(text, ", {class}");
    if pile.count > 1 {
        let _ = write!(text, ", {} objects", grouped(pile.count));
    }
    let _ = write!(text, ", {} retained, {:.0} % of the heap", size(pile.bytes), share * 100.0);
    text
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
    let from = path.iter().rposition(|step| step.kind == "context" || step.name == "Module").unwrap_or(0);
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
