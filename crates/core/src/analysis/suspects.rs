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
    piles.iter().zip(&routes).map(describe).collect()
}

/// The piles that count as suspects, largest first.
pub(super) fn piles(heap: &Heap, options: &AnalyzeOptions, watch: &Watch) -> Result<Vec<Accumulation>, Error> {
    let mut piles = accumulations(heap, least_bytes(heap, options), watch)?;
    piles.truncate(MOST.min(options.top));
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
    let holder =
        if graph.kind(pile.holder).is_string() { Cow::Borrowed("string") } else { heap.class_name(pile.holder) };
    let (kind, class, name) = match pile.pile {
        Pile::Collection { mixed: false } => ("collection", format!("{holder} of {content}"), route.name(heap)),
        Pile::Collection { mixed: true } => {
            ("collection", format!("{holder} of {content} and others"), route.name(heap))
        }
        Pile::Object => ("object", holder.into_owned(), route.name(heap)),
        Pile::Chain => ("collection", format!("chain of {content}"), route.name(heap)),
        Pile::Class => ("class", content.clone(), content.clone()),
    };
    let advice = advice(pile, &name, &content);
    let mut path = route.shown(heap);
    if pile.pile != Pile::Object
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
        fingerprint: fingerprint(&name, &class, &path, location.as_ref()),
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
        if at > 0 && (digits.len() - at) % 3 == 0 {
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

/// FNV-1a over what stays the same between runs: names, classes, the file. Not counts, ids or lines.
fn fingerprint(name: &str, class: &str, path: &[PathStep], location: Option<&Location>) -> String {
    let file = location.map_or("", |location| location.file.as_str());
    let steps = path.iter().rev().take(8).flat_map(|step| [step.edge.as_str(), step.name.as_str()]);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in [name, class, file].into_iter().chain(steps) {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
