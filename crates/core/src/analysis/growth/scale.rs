//! Heaps of the size and shape that break what is only tried on small ones. What takes seconds and gigabytes is ignored by default:
//! `cargo test --release -p leakguard-core scale -- --ignored`.

use super::super::beside::Beside;
use super::super::diff::{diff, tally};
use super::{Census, census, growth};
use crate::graph::{Detachedness, Edge, EdgeKind, Graph, NodeKind};
use crate::{CensusOptions, DiffOptions, Growth, GrowthOptions, NoSources, Watch};
use rustc_hash::FxHashMap;

/// The root, the groups of roots, a server, its handler, and the handler's scope; `shape` says what is held there.
struct Large {
    graph: Graph,
    known: FxHashMap<String, u32>,
}

impl Large {
    /// As V8 writes an app whose variable `kept` is the node after these.
    fn new() -> Self {
        let mut large = Self { graph: Graph::default(), known: FxHashMap::default() };
        large.graph.first_edge.push(0);
        large.string("<dummy>");
        large.node(NodeKind::SYNTHETIC, "", 0, &[(EdgeKind::Element, 1, 1)]);
        large.node(NodeKind::SYNTHETIC, "(GC roots)", 0, &[(EdgeKind::Element, 1, 2)]);
        large.node(NodeKind::SYNTHETIC, "(Global handles)", 0, &[(EdgeKind::Element, 1, 3)]);
        let onrequest = large.string("onrequest");
        large.node(NodeKind::OBJECT, "Server", 100, &[(EdgeKind::Property, onrequest, 4)]);
        let context = large.string("context");
        large.node(NodeKind::CLOSURE, "handler", 64, &[(EdgeKind::Internal, context, 5)]);
        let kept = large.string("kept");
        large.node(NodeKind::OBJECT, "system / Context", 64, &[(EdgeKind::Context, kept, 6)]);
        large
    }

    fn string(&mut self, text: &str) -> u32 {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let at = self.text(text);
        self.known.insert(text.to_owned(), at);
        at
    }

    fn text(&mut self, text: &str) -> u32 {
        let strings = &mut self.graph.strings;
        strings.push_bytes(text.as_bytes());
        strings.end();
        strings.len() as u32 - 1
    }

    fn node(&mut self, kind: NodeKind, name: &str, size: u64, edges: &[(EdgeKind, u32, u32)]) {
        let name = self.string(name);
        self.named(kind, name, size, edges.iter().copied());
    }

    fn named(&mut self, kind: NodeKind, name: u32, size: u64, edges: impl IntoIterator<Item = (EdgeKind, u32, u32)>) {
        let graph = &mut self.graph;
        graph.kinds.push(kind.number() | (Detachedness::Unknown as u8) << 5);
        graph.names.push(name);
        graph.ids.push(2 * graph.ids.len() as u32 + 1);
        graph.self_sizes.push(size);
        for (kind, name, to) in edges {
            graph.edges.push(Edge::new(kind, to));
            graph.edge_names.push(name);
        }
        graph.first_edge.push(graph.edges.len() as u32);
    }
}

/// `kept` is an array of so many objects, of as many classes, each with so many of its own.
pub(super) fn array(count: u32, classes: u32, parts: u32) -> Graph {
    let mut large = Large::new();
    let elements = large.string("elements");
    large.node(NodeKind::OBJECT, "Array", 32, &[(EdgeKind::Internal, elements, 7)]);
    let first = 8;
    // V8 names the places in its storage by their numbers, as texts.
    let numbers: Vec<u32> = (0..count).map(|at| large.text(&at.to_string())).collect();
    let members = (0..count).zip(numbers).map(|(at, name)| (EdgeKind::Internal, name, first + at * (1 + parts)));
    let storage = large.string("(object elements)");
    large.named(NodeKind::ARRAY, storage, 16 + 8 * u64::from(count), members);
    let names: Vec<u32> = (0..classes).map(|at| large.string(&format!("Class{at}"))).collect();
    let (part, property) = (large.string("Part"), large.string("part"));
    for at in 0..count {
        let own = first + at * (1 + parts);
        let edges = (0..parts).map(|nth| (EdgeKind::Property, property, own + 1 + nth));
        large.named(NodeKind::OBJECT, names[(at % classes) as usize], 40, edges);
        for _ in 0..parts {
            large.named(NodeKind::OBJECT, part, 24, []);
        }
    }
    large.graph
}

/// `kept` is the head of a list of so many.
fn chain(count: u32) -> Graph {
    let mut large = Large::new();
    let (job, next) = (large.string("Job"), large.string("next"));
    for at in 0..count {
        let to = (at + 1 < count).then_some((EdgeKind::Property, next, 7 + at));
        large.named(NodeKind::OBJECT, job, 40, to);
    }
    large.graph
}

fn look(graph: Graph, before: Vec<Census>) -> (Census, Option<Growth>) {
    let watch = Watch::default();
    let (heap, beside) = Beside::make(graph, true, None, &watch).expect("nobody cancels");
    census(
        &heap,
        beside.fold.expect("it was asked for"),
        || Ok(before),
        &CensusOptions::default(),
        &options(),
        &NoSources,
        &watch,
    )
    .expect("nobody cancels")
}

fn options() -> GrowthOptions {
    GrowthOptions::default()
}

/// What grew, by the last heap and by the censuses alone; the census stays small.
fn grown(graphs: impl IntoIterator<Item = Graph>) -> Growth {
    let mut censuses: Vec<Census> = Vec::new();
    let mut last = None;
    for graph in graphs {
        let (census, found) = look(graph, censuses.clone());
        censuses.push(census);
        last = found;
    }
    let text = serde_json::to_string(censuses.last().expect("there were looks")).expect("plain data");
    assert!(text.len() < 8 << 20, "a census of {} bytes", text.len());
    let (last, alone) = (last.expect("more than one look"), growth(&censuses, &options()));
    let counts =
        |growth: &Growth| growth.suspects.first().and_then(|first| Some(first.growth.as_ref()?.counts.clone()));
    assert_eq!(counts(&last), counts(&alone));
    last
}

fn first(growth: &Growth) -> (&str, &str, &[u64]) {
    let first = growth.suspects.first().expect("something grows");
    (&first.name, &first.class, &first.growth.as_ref().expect("it grew").counts)
}

/// What changed from one to the other, by object id.
fn changed(before: Graph, after: Graph) -> crate::Diff {
    let watch = Watch::default();
    let before = tally(before, &watch).expect("nobody cancels");
    let (after, beside) = Beside::make(after, false, Some(&before), &watch).expect("nobody cancels");
    diff(&after, beside.matched.expect("it was asked for"), &before, &DiffOptions::default(), &NoSources, &watch)
        .expect("of one process")
}

#[test]
fn a_chain_a_million_deep_grows() {
    const MANY: u32 = 1_000_000;
    let growth = grown([MANY - 2000, MANY - 1000, MANY].map(chain));
    assert_eq!(first(&growth).1, "chain of Job");
    let diff = changed(chain(MANY - 1000), chain(MANY));
    assert_eq!(diff.totals.new.count, 1000);
}

#[test]
fn a_hundred_thousand_classes_grow() {
    const MANY: u32 = 100_000;
    let growth = grown([1, 2, 3].map(|times| array(times * MANY, MANY, 0)));
    // No class alone grows by enough to be told: the room of all of them does.
    assert_eq!(growth.looks, 3);
    let diff = changed(array(MANY, MANY, 0), array(2 * MANY, MANY, 0));
    assert_eq!((diff.totals.new.count, diff.class_count), (u64::from(MANY), u64::from(MANY) + 1));
}

#[test]
fn the_same_heap_again_and_again_does_not_grow() {
    let growth = grown([1, 1, 1].map(|_| array(200_000, 3, 1)));
    assert!(growth.suspects.is_empty() && growth.text.starts_with("Nothing grows"), "{growth:#?}");
    assert_eq!(changed(chain(100_000), chain(100_000)).text, "nothing changed");
}

#[test]
#[ignore = "takes seconds and a gigabyte"]
fn one_array_of_five_million_grows() {
    const MANY: u32 = 5_000_000;
    let growth = grown([MANY - 200_000, MANY - 100_000, MANY].map(|count| array(count, 1, 0)));
    assert_eq!(first(&growth), ("kept", "Array of Class0", &[4_800_000, 4_900_000, 5_000_000][..]));
    let diff = changed(array(MANY - 100_000, 1, 0), array(MANY, 1, 0));
    assert_eq!((diff.totals.new.count, diff.holders[0].name.as_str()), (100_000, "kept"));
}

#[test]
#[ignore = "takes half a minute and two gigabytes"]
fn ten_million_objects_grow() {
    let growth = grown([2_300_000, 2_400_000, 2_500_000].map(|count| array(count, 2, 3)));
    assert_eq!(first(&growth).0, "kept");
    let diff = changed(array(2_400_000, 2, 3), array(2_500_000, 2, 3));
    assert_eq!((diff.totals.new.count, diff.holders[0].name.as_str()), (400_000, "kept"));
}

#[test]
#[ignore = "takes half a minute and two gigabytes"]
fn a_chain_ten_million_deep_grows() {
    let growth = grown([9_000_000, 9_500_000, 10_000_000].map(chain));
    assert_eq!(first(&growth).1, "chain of Job");
}
