use super::super::beside::Beside;
use super::super::heap::Heap;
use super::super::server::{server, variable};
use super::fold::Fold;
use super::{Census, census, growth};
use crate::graph::{EdgeKind, NodeKind};
use crate::testing::SnapshotBuilder;
use crate::{CensusOptions, Growth, GrowthOptions, NoSources, Watch};
use std::collections::BTreeMap;

/// A holder's `count` objects of a class, through V8's storage.
pub(super) fn filled(
    mut builder: SnapshotBuilder,
    holder: &str,
    class: &str,
    count: usize,
    size: u64,
) -> SnapshotBuilder {
    let storage = format!("{holder}'s storage");
    builder = builder.node(&storage, NodeKind::ARRAY, "(object elements)", 16 + 8 * count as u64).edge(
        holder,
        EdgeKind::Internal,
        "elements",
        &storage,
    );
    for at in 0..count {
        let label = format!("{holder} {at}");
        let kind = if class == "(string)" { NodeKind::STRING } else { NodeKind::OBJECT };
        let name = if class == "(string)" { &label } else { class };
        builder = builder.node(&label, kind, name, size).edge(&storage, EdgeKind::Internal, &at.to_string(), &label);
    }
    builder
}

pub(super) fn heap(builder: &SnapshotBuilder) -> (Heap, Fold) {
    let (heap, beside) = Beside::make(builder.build(), true, None, &Watch::default()).expect("nobody cancels");
    (heap, beside.fold.expect("it was asked for"))
}

pub(super) fn options() -> GrowthOptions {
    GrowthOptions { min_bytes: 1000, min_count: 5, own: vec!["/app/lib/".to_owned()], ..GrowthOptions::default() }
}

pub(super) fn look(builder: &SnapshotBuilder, before: Vec<Census>) -> (Census, Option<Growth>) {
    seen(heap(builder), before)
}

/// The same without a dominator tree.
fn light_look(builder: &SnapshotBuilder, before: Vec<Census>) -> (Census, Option<Growth>) {
    let (heap, beside) = Beside::fold(builder.build(), true, &Watch::default()).expect("nobody cancels");
    seen((heap, beside.fold.expect("it was asked for")), before)
}

fn seen((heap, fold): (Heap, Fold), before: Vec<Census>) -> (Census, Option<Growth>) {
    census(&heap, fold, || Ok(before), &CensusOptions::default(), &options(), &NoSources, &Watch::default())
        .expect("nobody cancels")
}

/// What is said of growth apart from bytes.
fn said(growth: &Growth) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let of = |found: &crate::Suspect| {
        let crate::Suspect { name, class, kind, location, path, cause, advice, fingerprint, .. } = found.clone();
        let counts = found.growth.clone().map(|growth| growth.counts);
        (name, class, kind, location, path, cause, advice, fingerprint, counts)
    };
    growth.suspects.iter().map(of).collect()
}

/// What grew, named by the last heap; and by the censuses alone, written down and read again. Looks without dominator trees say the same,
/// and those without a graph.
fn grown(heaps: &[SnapshotBuilder]) -> [Growth; 2] {
    let growth = grown_by(heaps, look);
    for other in [grown_by(heaps, light_look), grown_by(heaps, |builder, before| super::far::look(builder, &before))] {
        for (growth, other) in growth.iter().zip(&other) {
            assert_eq!(said(growth), said(other), "{growth:#?} {other:#?}");
        }
    }
    growth
}

pub(super) fn grown_by(
    heaps: &[SnapshotBuilder],
    look: impl Fn(&SnapshotBuilder, Vec<Census>) -> (Census, Option<Growth>),
) -> [Growth; 2] {
    let mut censuses: Vec<Census> = Vec::new();
    let mut last = None;
    for builder in heaps {
        let (census, growth) = look(builder, censuses.clone());
        last = growth;
        censuses.push(census);
    }
    let written = |census| Census::from_json(&serde_json::to_string(census).expect("plain data")).expect("a census");
    let read: Vec<Census> = censuses.iter().map(written).collect();
    assert_eq!(read, censuses);
    [last.expect("more than one look"), growth(&read, &options())]
}

fn named(heaps: &[SnapshotBuilder]) -> Vec<(String, String, u64)> {
    let [with_heap, alone] = grown(heaps);
    let names = |growth: &Growth| -> Vec<String> { growth.suspects.iter().map(|found| found.name.clone()).collect() };
    assert_eq!(names(&with_heap), names(&alone), "{with_heap:#?} {alone:#?}");
    let suspects = with_heap.suspects.into_iter();
    suspects.map(|found| (found.name, found.class, found.growth.expect("figures").count_delta)).collect()
}

#[test]
fn an_array_that_grows_is_named_with_its_figures() {
    let at = |count| filled(variable(server(), "queue", "Array"), "queue", "Job", count, 100);
    let [growth, _] = grown(&[at(50), at(90), at(150)]);
    assert_eq!(growth.suspects.len(), 1, "{growth:#?}");
    let found = &growth.suspects[0];
    let figures = found.growth.clone().expect("figures");
    assert_eq!((found.name.as_str(), found.class.as_str(), found.cause.as_str()), ("queue", "Array of Job", "cache"));
    assert_eq!(figures.counts, [50, 90, 150]);
    // The jobs, the array with its elements.
    assert_eq!(figures.sizes, [50 * 108 + 48, 90 * 108 + 48, 150 * 108 + 48]);
    assert_eq!((figures.count_delta, figures.retained_delta), (100, 10_800));
    assert_eq!(
        found.text,
        "queue (server.js:7), Array of Job, +100 objects and +10.8 kB over 3 looks (150 objects, 16.2 kB now), through Server → handler() → context → queue"
    );
    assert_eq!(growth.text, found.text);
}

#[test]
fn only_texts_grow_and_one_table() {
    let at = |count| filled(variable(server(), "sessions", "Object"), "sessions", "(string)", count, 60);
    assert_eq!(
        named(&[at(50), at(90), at(150)]),
        [("sessions".to_owned(), "Object of string → number".to_owned(), 100)]
    );
}

#[test]
fn what_does_not_grow_at_every_look_is_silent() {
    let at = |count| filled(variable(server(), "cache", "Map"), "cache", "Entry", count, 100);
    for counts in [[150, 150, 150], [50, 150, 150], [150, 90, 50], [90, 150, 120], [50, 149, 150]] {
        assert_eq!(named(&counts.map(at)), [], "{counts:?}");
    }
}

#[test]
fn what_grows_with_its_holders_is_theirs() {
    let at = |orders: usize| {
        let mut builder = filled(variable(server(), "orders", "Array"), "orders", "Order", orders, 40);
        for order in 0..orders {
            let order = format!("orders {order}");
            let lines = format!("{order} lines");
            builder =
                builder.node(&lines, NodeKind::OBJECT, "Array", 32).edge(&order, EdgeKind::Property, "lines", &lines);
            builder = filled(builder, &lines, "Line", 6, 80);
        }
        builder
    };
    assert_eq!(named(&[at(10), at(20), at(30)]), [("orders".to_owned(), "Array of Order".to_owned(), 20)]);
}

/// Node's lists of timers, by delay: each of `lists` with functions that are called, in their order in the list.
fn timers(lists: &[&[&str]]) -> SnapshotBuilder {
    let mut builder = variable(server(), "timerListMap", "Object");
    for (nth, called) in lists.iter().enumerate() {
        let list = format!("list {nth}");
        builder = builder.node(&list, NodeKind::OBJECT, "TimersList", 56).edge(
            "timerListMap",
            EdgeKind::Element,
            &nth.to_string(),
            &list,
        );
        let name = |at: usize| if at == 0 { list.clone() } else { format!("{list} timer {at}") };
        for (at, function) in (1..).zip(*called) {
            builder = builder
                .node(&name(at), NodeKind::OBJECT, "Timeout", 80)
                .node(&format!("{list} call {at}"), NodeKind::CLOSURE, function, 64)
                .edge(&format!("{list} call {at}"), EdgeKind::Internal, "shared", "shared")
                .place(&format!("{list} call {at}"), 5, if *function == "poll" { 20 } else { 30 }, 4)
                .edge(&name(at), EdgeKind::Property, "_onTimeout", &format!("{list} call {at}"));
        }
        for at in 0..=called.len() {
            let next = name((at + 1) % (called.len() + 1));
            builder = builder.edge(&name(at), EdgeKind::Property, "_idleNext", &next).edge(
                &next,
                EdgeKind::Property,
                "_idlePrev",
                &name(at),
            );
        }
    }
    builder
}

#[test]
fn timers_of_one_list_are_told_apart_by_what_they_call() {
    // One that polls, in a list of its own or first among the others; and as many more as are forgotten, with one of another kind now and then.
    let at = |count: usize| {
        let pings: Vec<&str> = (0..count).map(|nth| if nth % 40 == 9 { "poll" } else { "ping" }).collect();
        (timers(&[&["poll"], &pings]), pings.iter().filter(|&&name| name == "ping").count())
    };
    let looks = [at(200), at(400), at(600)];
    let counts: Vec<u64> = looks.iter().map(|&(_, count)| count as u64).collect();
    for growth in grown(&looks.map(|(builder, _)| builder)) {
        let found = &growth.suspects[0];
        assert_eq!((found.name.as_str(), found.cause.as_str()), ("setInterval callback ping", "timer"), "{growth:#?}");
        assert_eq!(found.location.as_ref().map(|place| place.line), Some(31));
        assert_eq!(found.growth.clone().expect("figures").counts, counts, "from whichever end they are reached");
    }
}

#[test]
fn a_name_that_depends_on_what_is_retained_is_told_without_a_tree_at_first() {
    let at = |count| {
        let mut builder = filled(variable(server(), "runs", "Array"), "runs", "Sandbox", count, 100);
        for run in 0..count {
            let (run, realm) = (format!("runs {run}"), format!("runs {run} realm"));
            builder = builder.node(&realm, NodeKind::HIDDEN, "system / NativeContext", 40_000).edge(
                &run,
                EdgeKind::Internal,
                "context",
                &realm,
            );
        }
        builder
    };
    let (heap, _) = Beside::fold(at(50).build(), true, &Watch::default()).expect("nobody cancels");
    assert!(!heap.has_tree());
    for growth in grown(&[at(50), at(90), at(150)]) {
        let found = &growth.suspects[0];
        assert_eq!((found.name.as_str(), found.cause.as_str()), ("runs", "context"), "{growth:#?}");
    }
}

/// The server's scope keeps a list of `count` objects; a call that is under way holds the same list by a shorter way.
fn with_call(is_under_way: bool, count: usize) -> SnapshotBuilder {
    let held = variable(server(), "jobs", "Queue").node("list", NodeKind::OBJECT, "Array", 32).edge(
        "jobs",
        EdgeKind::Property,
        "list",
        "list",
    );
    let builder = filled(held, "list", "Job", count, 100);
    if !is_under_way {
        return builder;
    }
    builder.node("call", NodeKind::CLOSURE, "call", 64).edge("handles", EdgeKind::Internal, "8", "call").edge(
        "call",
        EdgeKind::Property,
        "queue",
        "jobs",
    )
}

#[test]
fn what_is_held_by_another_path_from_look_to_look_is_one_pile() {
    let looks = [(false, 100), (true, 200), (true, 300), (false, 400)].map(|(call, count)| with_call(call, count));
    for growth in grown(&looks) {
        let [suspect] = &growth.suspects[..] else { panic!("{:#?}", growth.suspects) };
        let growth = suspect.growth.as_ref().expect("it grew");
        assert_eq!((suspect.name.as_str(), &growth.counts[..]), ("jobs.list", &[100, 200, 300, 400][..]));
    }
    let still = [(false, 100), (true, 100), (false, 101)].map(|(call, count)| with_call(call, count));
    assert!(grown(&still).iter().all(|growth| growth.suspects.is_empty()));
}

#[test]
fn one_of_several_like_holders_that_grows_is_found() {
    let at = |count| {
        let mut builder = variable(server(), "pools", "Array");
        builder = filled(builder, "pools", "Pool", 10, 40);
        for pool in 0..10 {
            let (pool, list) = (format!("pools {pool}"), format!("pools {pool} list"));
            builder = builder.node(&list, NodeKind::OBJECT, "Array", 32).edge(&pool, EdgeKind::Property, "free", &list);
            builder = filled(builder, &list, "Item", if pool == "pools 7" { count } else { 6 }, 80);
        }
        builder
    };
    let found = named(&[at(50), at(90), at(150)]);
    assert_eq!(found, [("pools[].free".to_owned(), "Array of Item".to_owned(), 100)]);
}

#[test]
fn a_list_is_one_whatever_its_length_and_the_length_of_its_turn() {
    // A list of one step, and one of closures that each hold the scope of the one before.
    let at = |count: usize| {
        let mut builder = server();
        let mut before = "scope".to_owned();
        for at in 0..count {
            let (thing, call, scope) = (format!("thing {at}"), format!("call {at}"), format!("scope {at}"));
            builder = builder
                .node(&thing, NodeKind::OBJECT, "Object", 40)
                .node(&call, NodeKind::CLOSURE, "someMethod", 64)
                .node(&scope, NodeKind::OBJECT, "system / Context", 32)
                .place(&call, 5, 30, 4)
                .edge(&thing, EdgeKind::Property, "someMethod", &call)
                .edge(&call, EdgeKind::Internal, "context", &scope)
                .edge(&before, EdgeKind::Context, if at == 0 { "theThing" } else { "original" }, &thing);
            before = scope;
        }
        builder
    };
    let [growth, _] = grown(&[at(60), at(100), at(180)]);
    let found = &growth.suspects[0];
    assert_eq!(growth.suspects.len(), 1, "{growth:#?}");
    assert_eq!((found.name.as_str(), found.cause.as_str()), ("theThing", "closure"), "{found:#?}");
    assert_eq!(found.growth.clone().expect("figures").count_delta, 120);

    let linked = |count: usize| {
        let mut builder = server();
        for at in 0..count {
            let label = format!("link {at}");
            builder = builder.node(&label, NodeKind::OBJECT, "Link", 100);
            builder = match at {
                0 => builder.edge("scope", EdgeKind::Context, "head", &label),
                _ => builder.edge(&format!("link {}", at - 1), EdgeKind::Property, "next", &label),
            };
        }
        builder
    };
    assert_eq!(named(&[linked(60), linked(100), linked(180)]), [("head".to_owned(), "chain of Link".to_owned(), 120)]);
}

#[test]
fn a_list_that_is_held_at_both_ends_is_one() {
    let at = |count: usize| {
        let mut builder = variable(server(), "queue", "Queue");
        for at in 0..count {
            builder = builder.node(&format!("link {at}"), NodeKind::OBJECT, "Link", 100);
        }
        for at in 1..count {
            let (before, after) = (format!("link {}", at - 1), format!("link {at}"));
            builder = builder.edge(&before, EdgeKind::Property, "next", &after);
            builder = builder.edge(&after, EdgeKind::Property, "previous", &before);
        }
        let last = format!("link {}", count - 1);
        builder.edge("queue", EdgeKind::Property, "head", "link 0").edge("queue", EdgeKind::Property, "tail", &last)
    };
    let found = named(&[at(60), at(100), at(180)]);
    assert!(matches!(&found[..], [(_, class, 120)] if class == "chain of Link"), "{found:?}");
}

#[test]
fn plain_objects_within_plain_objects_are_told_by_their_names() {
    // A store as state containers have it, and an array of pairs whose values are arrays.
    let at = |count: usize| {
        let mut builder = variable(variable(server(), "state", "Object"), "rows", "Array");
        for (holder, name) in [("state", "entities"), ("entities", "users"), ("users", "byId")] {
            builder = builder.node(name, NodeKind::OBJECT, "Object", 40).edge(holder, EdgeKind::Property, name, name);
        }
        for at in 0..count {
            let (user, address) = (format!("user {at}"), format!("address {at}"));
            builder = builder
                .node(&user, NodeKind::OBJECT, "Object", 90)
                .node(&address, NodeKind::OBJECT, "Object", 40)
                .edge("byId", EdgeKind::Property, &user, &user)
                .edge(&user, EdgeKind::Property, "address", &address);
        }
        builder = filled(builder, "rows", "Array", count, 16);
        for at in 0..count {
            builder = filled(builder, &format!("rows {at}"), "Array", 2, 16);
        }
        builder
    };
    let found = named(&[at(50), at(90), at(150)]);
    let expected = [("state.entities.users.byId", "Object of Object"), ("rows", "Array of Array")];
    assert_eq!(found.len(), 2, "{found:?}");
    for (name, class) in expected {
        assert!(found.iter().any(|one| *one == (name.to_owned(), class.to_owned(), 100)), "{found:?}");
    }
}

#[test]
fn many_maps_in_a_map_are_named_without_their_keys_and_one_by_its_own() {
    let at = |count: usize, is_spread: bool| {
        let mut builder = variable(server(), "byTenant", "Object");
        for at in 0..40 {
            let tenant = format!("tenant {at}");
            builder = builder.node(&tenant, NodeKind::OBJECT, "Object", 40);
            builder = builder.edge("byTenant", EdgeKind::Property, &tenant, &tenant);
        }
        for at in 0..count * 40 {
            let (user, tenant) = (format!("user {at}"), format!("tenant {}", if is_spread { at % 40 } else { 7 }));
            builder = builder.node(&user, NodeKind::OBJECT, "User", 90).edge(&tenant, EdgeKind::Property, &user, &user);
        }
        builder
    };
    for (is_spread, name) in [(true, "byTenant[]"), (false, "byTenant.tenant 7")] {
        let found = named(&[at(40, is_spread), at(50, is_spread), at(70, is_spread)]);
        assert_eq!(found, [(name.to_owned(), "Object of User".to_owned(), 1200)]);
    }
}

#[test]
fn a_tree_of_plain_objects_is_one() {
    let at = |count: usize| {
        let mut builder = server();
        for at in 0..count {
            let label = format!("node {at}");
            builder = builder.node(&label, NodeKind::OBJECT, "Object", 60);
            let (before, side) = (at.saturating_sub(1) / 2, if at % 2 == 1 { "left" } else { "right" });
            let holder = if at == 0 { "scope".to_owned() } else { format!("node {before}") };
            let (kind, name) = if at == 0 { (EdgeKind::Context, "tree") } else { (EdgeKind::Property, side) };
            builder = builder.edge(&holder, kind, name, &label);
        }
        builder
    };
    let found = named(&[at(200), at(400), at(800)]);
    // Those that lean both ways are in what the others retain.
    assert_eq!(found, [("tree".to_owned(), "chain of Object".to_owned(), 300)]);
}

#[test]
fn one_object_that_grows_in_bytes_alone_is_named() {
    let at = |size| {
        variable(server(), "log", "Buffer").node("data", NodeKind::NATIVE, "system / JSArrayBufferData", size).edge(
            "log",
            EdgeKind::Internal,
            "backing_store",
            "data",
        )
    };
    assert_eq!(named(&[at(50_000), at(90_000), at(150_000)]), [("log".to_owned(), "Buffer".to_owned(), 0)]);
}

#[test]
fn the_table_of_a_weak_collection_may_grow_by_itself() {
    let names = |class: &str| {
        named(&[1, 2, 3].map(|times| {
            variable(server(), "kept", class).node("table", NodeKind::ARRAY, "", times * 40_000).edge(
                "kept",
                EdgeKind::Internal,
                "table",
                "table",
            )
        }))
    };
    assert_eq!(names("WeakMap"), []);
    assert_eq!(names("Map").len(), 1);
}

#[test]
fn code_and_leakguards_own_are_noise() {
    let at = |count: usize| {
        let mut builder = server()
            .node("own", NodeKind::CLOSURE, "watch", 64)
            .node("own shared", NodeKind::CODE, "(shared function info)", 64)
            .node("own script", NodeKind::CODE, "/app/lib/watch.js", 64)
            .node("own scope", NodeKind::OBJECT, "system / Context", 64)
            .node("series", NodeKind::OBJECT, "Array", 16)
            .place("own", 6, 1, 1)
            .edge("server", EdgeKind::Property, "guard", "own")
            .edge("own", EdgeKind::Internal, "context", "own scope")
            .edge("own", EdgeKind::Internal, "shared", "own shared")
            .edge("own shared", EdgeKind::Internal, "script", "own script")
            .edge("own scope", EdgeKind::Context, "series", "series");
        for at in 0..count {
            let label = format!("code {at}");
            builder =
                builder.node(&label, NodeKind::CODE, "(code)", 500).edge("shared", EdgeKind::Internal, &label, &label);
        }
        filled(builder, "series", "Reading", count, 100)
    };
    let [growth, _] = grown(&[at(50), at(90), at(150)]);
    assert_eq!(growth.suspects, [], "{growth:#?}");
    let mut sources: Vec<_> = growth.noise.iter().map(|noise| noise.source.as_str()).collect();
    sources.sort_unstable();
    assert_eq!(sources, ["leakguard", "v8"]);
}

#[test]
fn paths_through_nodes_own_lists_are_the_last_choice() {
    let at = |count| {
        let builder = filled(variable(server(), "jobs", "Array"), "jobs", "Job", count, 100);
        let mut builder = builder.node("cleanup", NodeKind::NATIVE, "Node / CleanupQueue", 50).edge(
            "handles",
            EdgeKind::Internal,
            "8",
            "cleanup",
        );
        for at in 0..count {
            builder = builder.edge("cleanup", EdgeKind::Element, &at.to_string(), &format!("jobs {at}"));
        }
        builder
    };
    assert_eq!(named(&[at(50), at(90), at(150)]), [("jobs".to_owned(), "Array of Job".to_owned(), 100)]);
}

#[test]
fn properties_of_a_map_are_one_step_and_those_of_a_record_are_not() {
    let at = |count: usize| {
        let mut builder = variable(variable(server(), "table", "Object"), "record", "Object");
        for at in 0..count {
            let label = format!("user {at}");
            builder =
                builder.node(&label, NodeKind::OBJECT, "User", 90).edge("table", EdgeKind::Property, &label, &label);
        }
        for name in ["left", "right"] {
            builder = builder.node(name, NodeKind::OBJECT, "Array", 16).edge("record", EdgeKind::Property, name, name);
        }
        filled(builder, "right", "Item", count, 50)
    };
    let found = named(&[at(50), at(90), at(150)]);
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["table", "record.right"]);
}

/// Every path with its figures, whatever the order in which they were found.
pub(super) fn words(census: &Census) -> BTreeMap<String, (u64, u64, u64)> {
    let mut paths: Vec<String> = Vec::new();
    let mut found = BTreeMap::new();
    for at in 0..census.paths.parent.len() {
        let text = |index: u32| &census.strings[index as usize];
        let own = format!("{}:{}", text(census.paths.edge[at]), text(census.paths.name[at]));
        let path = if at < 2 { own } else { format!("{} > {own}", paths[census.paths.parent[at] as usize]) };
        paths.push(path.clone());
        let figures = (census.paths.count[at], census.paths.shallow[at], census.paths.retained[at]);
        assert!(found.insert(path, figures).is_none(), "one row a path");
    }
    found
}

#[test]
fn bounds_leave_out_the_smallest_and_say_so() {
    let mut builder = filled(variable(server(), "large", "Array"), "large", "Job", 50, 1000);
    for at in 0..60 {
        builder = variable(builder, &format!("small {at}"), "Tiny");
    }
    let options = CensusOptions { max_paths: 30, names: 0, ..CensusOptions::default() };
    let (heap, fold) = heap(&builder);
    let (small, _) =
        census(&heap, fold, || Ok(Vec::new()), &options, &GrowthOptions::default(), &NoSources, &Watch::default())
            .expect("nobody cancels");
    assert_eq!(small.paths.parent.len(), 30);
    assert!(words(&small).keys().any(|path| path.ends_with("large:Array > []:Job")));
    assert!(small.dropped.paths >= 30 && small.dropped.count >= 30 && small.dropped.bytes >= 30 * 32);
    assert_eq!(small.dropped.largest, 32);
}
