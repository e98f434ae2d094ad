use super::super::beside::Beside;
use super::super::heap::Heap;
use super::super::roles::is_storage;
use super::{Compared, Holders, Matched, diff, tally};
use crate::graph::{EdgeKind, Graph, NodeIx, NodeKind};
use crate::testing::SnapshotBuilder;
use crate::{ChangeRow, Code, Diff, DiffOptions, Error, NoSources, Sum, Tally, Watch};
use std::collections::BTreeMap;

/// What a heap by hand is made of, label by label: kind, class, size.
type Objects = Vec<(String, NodeKind, String, u64)>;

fn object(label: &str, class: &str, size: u64) -> (String, NodeKind, String, u64) {
    (label.to_owned(), NodeKind::OBJECT, class.to_owned(), size)
}

/// A heap whose objects have the ids that `ids` gives their labels, and a new odd one each where it gives none.
fn graph(objects: &Objects, edges: &[(&str, EdgeKind, &str, &str)], ids: &mut BTreeMap<String, u32>) -> Graph {
    let mut builder = SnapshotBuilder::new();
    for (label, kind, class, size) in objects {
        builder = builder.node(label, *kind, class, *size);
    }
    for &(from, kind, name, to) in edges {
        builder = builder.edge(from, kind, name, to);
    }
    let mut next = ids.values().copied().filter(|id| id % 2 == 1).max().unwrap_or(1) + 2;
    let mut graph = builder.build();
    for (label, ..) in objects {
        let id = *ids.entry(label.clone()).or_insert_with(|| {
            next += 2;
            next - 2
        });
        graph.ids[builder.index(label).at()] = id;
    }
    graph
}

fn told(before: &Graph, after: &Graph) -> Result<Diff, Error> {
    let watch = Watch::default();
    let before = tally(before.clone(), &watch)?;
    let (heap, beside) = Beside::make(after.clone(), false, Some(&before), &watch)?;
    diff(&heap, beside.matched.expect("it was asked for"), &before, &DiffOptions::default(), &NoSources, &watch)
}

fn sum(count: u64, size: u64) -> Sum {
    Sum { count, size }
}

fn class<'a>(diff: &'a Diff, name: &str) -> &'a ChangeRow {
    diff.classes.iter().find(|row| row.name == name).expect("the class changed")
}

/// A global object with a list, which has `count` sessions in its elements, each with a text.
fn app(count: usize, ids: &mut BTreeMap<String, u32>) -> Graph {
    let mut objects = vec![object("global", "global", 50), object("list", "Array", 16)];
    objects.push(("elements".to_owned(), NodeKind::ARRAY, "(object elements)".to_owned(), 8));
    objects.push(("native".to_owned(), NodeKind::NATIVE, "Node / Thing".to_owned(), 7));
    let labels: Vec<[String; 2]> = (0..count).map(|at| [format!("session {at}"), format!("text {at}")]).collect();
    let mut edges = vec![
        ("root", EdgeKind::Shortcut, "global", "global"),
        ("global", EdgeKind::Property, "sessions", "list"),
        ("global", EdgeKind::Property, "native", "native"),
        ("list", EdgeKind::Internal, "elements", "elements"),
    ];
    let indexes: Vec<String> = (0..count).map(|at| at.to_string()).collect();
    for ([session, text], index) in labels.iter().zip(&indexes) {
        objects.push(object(session, "Session", 40));
        objects.push((text.clone(), NodeKind::STRING, format!("value of {text}"), 20));
        edges.push(("elements", EdgeKind::Element, index, session));
        edges.push((session, EdgeKind::Property, "text", text));
    }
    graph(&objects, &edges, ids)
}

#[test]
fn new_objects_are_told_under_the_old_one_that_holds_them() {
    let mut ids = BTreeMap::from([("native".to_owned(), 2)]);
    let before = app(2, &mut ids);
    // V8 made new storage for the list, and numbered its native objects anew.
    ids.remove("elements");
    ids.insert("native".to_owned(), 4);
    let after = app(5, &mut ids);
    let diff = told(&before, &after).expect("one process");
    assert_eq!(diff.totals.new, sum(6, 3 * 60));
    assert_eq!(diff.totals.freed, Sum::default(), "the storage is a part of the list");
    assert_eq!(diff.totals.survived, sum(7, 50 + 16 + 8 + 7 + 2 * 60));
    let sessions = class(&diff, "Session");
    assert_eq!((sessions.count_delta, sessions.size_delta), (3, 120));
    assert_eq!((sessions.totals.new, sessions.totals.survived), (sum(3, 120), sum(2, 80)));
    assert!(diff.classes.iter().all(|row| row.name != "Node / Thing"), "{diff:#?}");

    let [holder] = &diff.holders[..] else { panic!("one holder: {diff:#?}") };
    assert_eq!((holder.name.as_str(), holder.class.as_str()), ("global.sessions", "Array of Session"));
    assert_eq!(holder.id, u64::from(ids["list"]));
    assert_eq!(holder.sum, sum(6, 180));
    let inside: Vec<_> = holder.classes.iter().map(|row| (row.name.as_str(), row.sum)).collect();
    assert_eq!(inside, [("Session", sum(3, 120)), ("(string)", sum(3, 60))]);
    assert_eq!(holder.text, "global.sessions, Array of Session: 6 new objects, 180 bytes");
    assert!(
        diff.text.starts_with("6 objects (180 bytes) came, 0 objects (0 bytes) went; most of what is new: global.s")
    );
}

#[test]
fn what_hangs_from_the_global_object_is_named_by_the_way_to_it() {
    let mut ids = BTreeMap::new();
    let before = app(1, &mut ids);
    let mut objects = vec![object("global", "global", 50), object("cache", "Cache", 16), object("entry", "Entry", 100)];
    objects.extend([object("list", "Array", 16)]);
    let edges = [
        ("root", EdgeKind::Shortcut, "global", "global"),
        ("global", EdgeKind::Property, "sessions", "list"),
        ("global", EdgeKind::Property, "cache", "cache"),
        ("cache", EdgeKind::Property, "last", "entry"),
    ];
    let after = graph(&objects, &edges, &mut ids);
    let diff = told(&before, &after).expect("one process");
    let [holder] = &diff.holders[..] else { panic!("one holder: {diff:#?}") };
    assert_eq!((holder.name.as_str(), holder.sum), ("global.cache", sum(2, 116)));
    assert_eq!(holder.id, u64::from(ids["global"]));
    assert_eq!(class(&diff, "Session").totals.freed, sum(1, 40));
}

#[test]
fn compiled_code_comes_without_advice() {
    let advice = |code: u64| {
        let mut objects = vec![object("global", "global", 50)];
        objects.push(("make".to_owned(), NodeKind::CLOSURE, "make".to_owned(), 64));
        let mut edges =
            vec![("root", EdgeKind::Shortcut, "global", "global"), ("global", EdgeKind::Property, "make", "make")];
        let mut ids = BTreeMap::new();
        let before = graph(&objects, &edges, &mut ids);
        objects.push(("code".to_owned(), NodeKind::CODE, "(code)".to_owned(), code));
        objects.push(("text".to_owned(), NodeKind::STRING, "text".to_owned(), 24));
        edges.extend([("make", EdgeKind::Internal, "code", "code"), ("make", EdgeKind::Property, "last", "text")]);
        let diff = told(&before, &graph(&objects, &edges, &mut ids)).expect("one process");
        let [holder] = &diff.holders[..] else { panic!("one holder: {diff:#?}") };
        assert_eq!((holder.name.as_str(), holder.sum), ("global.make", sum(2, 24 + code)));
        holder.advice.clone()
    };
    assert_eq!(advice(25), "");
    assert!(advice(24).contains("global.make"));
}

#[test]
fn the_same_snapshot_twice_has_no_change() {
    let heap = app(100, &mut BTreeMap::from([("native".to_owned(), 2)]));
    let diff = told(&heap, &heap).expect("one process");
    assert_eq!((diff.classes.len(), diff.holders.len(), diff.text.as_str()), (0, 0, "nothing changed"));
    assert_eq!((diff.totals.new, diff.totals.freed), (Sum::default(), Sum::default()));
    assert_eq!(diff.totals.before, diff.totals.after);
    assert_eq!(diff.totals.survived, diff.totals.after);
}

#[test]
fn a_text_that_v8_rewrote_is_the_same_text() {
    let text = |kind| {
        let objects = vec![object("global", "global", 50), ("text".to_owned(), kind, "text".to_owned(), 32)];
        let edges = [("root", EdgeKind::Shortcut, "global", "global"), ("global", EdgeKind::Property, "text", "text")];
        graph(&objects, &edges, &mut BTreeMap::new())
    };
    let diff = told(&text(NodeKind::CONS_STRING), &text(NodeKind::STRING)).expect("one process");
    assert_eq!(diff.totals.new, Sum::default());
}

#[test]
fn snapshots_of_two_processes_are_refused() {
    // The ids are the same, and the objects are not from the first one on that only one of the processes has.
    let numbered = |extra: usize| {
        let mut objects = vec![object("global", "global", 50)];
        for at in 0..400 + extra {
            let class = ["Session", "Request", "Timer"][(if at < 200 { at } else { at + 3 - extra }) % 3];
            objects.push(object(&format!("object {at}"), class, 10));
        }
        let labels: Vec<String> = objects[1..].iter().map(|object| object.0.clone()).collect();
        let mut edges = vec![("root", EdgeKind::Shortcut, "global", "global")];
        edges.extend(labels.iter().map(|label| ("global", EdgeKind::Property, "held", label.as_str())));
        graph(&objects, &edges, &mut BTreeMap::new())
    };
    let error = told(&numbered(0), &numbered(1)).expect_err("two processes");
    assert_eq!(error.code, Code::Unrelated);
    assert!(error.message.contains("growth"), "{error}");
    told(&numbered(0), &numbered(0)).expect("one process");

    // An object here and there has the id of one that died at its address.
    let mut reused = numbered(0);
    for at in (50..400).step_by(100) {
        reused.names[at] = reused.names[at + 1];
    }
    let diff = told(&numbered(0), &reused).expect("one process");
    assert_eq!((diff.totals.new.count, diff.totals.freed.count), (4, 4));

    // No object in common.
    let mut other = numbered(0);
    other.ids.iter_mut().skip(1).for_each(|id| *id += 10_000);
    assert_eq!(told(&numbered(0), &other).expect_err("two processes").code, Code::Unrelated);
}

#[test]
fn the_later_snapshot_first_is_told() {
    let mut ids = BTreeMap::new();
    let (first, second) = (app(3, &mut ids), {
        ids.retain(|label, _| !label.ends_with(" 1"));
        app(9, &mut ids)
    });
    told(&first, &second).expect("one process");
    let error = told(&second, &first).expect_err("the later one first");
    assert_eq!(error.code, Code::Unrelated);
    assert!(error.message.contains("the earlier one first"), "{error}");
}

#[test]
fn snapshots_of_two_versions_are_refused() {
    let of = |version: &str| {
        let version = (version.to_owned(), NodeKind::STRING, version.to_owned(), 10);
        let process = object("process", "process", 10);
        let label = version.0.clone();
        let edges = [
            ("root", EdgeKind::Shortcut, "process", "process"),
            ("process", EdgeKind::Property, "version", label.as_str()),
            ("process", EdgeKind::Property, "versions", "process"),
        ];
        graph(&vec![process, version], &edges, &mut BTreeMap::new())
    };
    let error = told(&of("v20.20.2"), &of("v26.10.0")).expect_err("two versions");
    assert_eq!(error.code, Code::Unrelated);
    assert!(error.message.contains("v20.20.2") && error.message.contains("v26.10.0"), "{error}");
    told(&of("v26.10.0"), &of("v26.10.0")).expect("one version");
}

/// A small generator of numbers; the seed says all.
fn random(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}

/// Plain words against the columns: every class's figures by lookups, every new object's holder by asking each old one.
#[test]
fn agrees_with_the_definition_on_random_heaps() {
    for first_seed in 0..500u64 {
        let mut seed = first_seed;
        let mut ids: BTreeMap<String, u32> = BTreeMap::new();
        let before_objects = objects(&mut seed, 0);
        let before = linked(&before_objects, &mut seed, &mut ids);
        let mut after_objects = before_objects.clone();
        after_objects.retain(|_| !random(&mut seed).is_multiple_of(4));
        after_objects.extend(objects(&mut seed, 100));
        let after = linked(&after_objects, &mut seed, &mut ids);

        let watch = Watch::default();
        let kept = tally(before.clone(), &watch).expect("nobody cancels");
        let heap = Heap::new(after, &watch).expect("nobody cancels");
        let compared = Compared::new(&heap, Matched::new(heap.ground(), &kept));
        let labels: BTreeMap<u32, &str> = ids.iter().map(|(label, &id)| (id, label.as_str())).collect();
        let is_old = |node: NodeIx| {
            let label = labels.get(&heap.graph().id(node)).copied();
            node == NodeIx::ROOT || label.is_some_and(|label| before_objects.iter().any(|object| object.0 == label))
        };
        classes_agree(&compared, &kept, &before, &heap, &is_old, first_seed);

        let holders =
            Holders::find(&heap, &compared.fresh, &compared.old, &compared.classes, &watch).expect("nobody cancels");
        let mut found: BTreeMap<NodeIx, Sum> = BTreeMap::new();
        for group in &holders.groups {
            let sum = found.entry(group.holder).or_default();
            *sum = sum.plus(group.sum);
        }
        let mut expected: BTreeMap<NodeIx, Sum> = BTreeMap::new();
        for node in heap.graph().nodes().filter(|&node| !is_old(node)) {
            let holds = |&above: &NodeIx| is_old(above) && !is_storage(&heap, above) && heap.dominates(above, node);
            let above: Vec<NodeIx> = heap.graph().nodes().filter(holds).collect();
            let nearest = above.iter().find(|&&one| above.iter().all(|&other| heap.dominates(other, one)));
            expected.entry(*nearest.expect("the root")).or_default().add(heap.self_size(node));
        }
        // A holder of nothing but storage is told among what V8 made for itself.
        let all = |sums: &BTreeMap<NodeIx, Sum>| sums.values().fold(Sum::default(), |sum, one| sum.plus(*one));
        assert_eq!(all(&found).plus(holders.internal), all(&expected), "seed {first_seed}");
        for (holder, sum) in &found {
            let missing = expected[holder].minus(*sum);
            assert!(missing.count <= holders.internal.count, "seed {first_seed}: {holder:?}");
            if holders.internal == Sum::default() {
                assert_eq!(*sum, expected[holder], "seed {first_seed}: {holder:?}");
            }
        }
    }
}

fn objects(seed: &mut u64, from: usize) -> Objects {
    let some = 3 + random(seed) % 12;
    let one = |at: usize| {
        let (kind, class) = [
            (NodeKind::OBJECT, "Session"),
            (NodeKind::OBJECT, "Request"),
            (NodeKind::STRING, "a text"),
            (NodeKind::ARRAY, "(object elements)"),
        ][random(seed) % 4];
        (format!("{}", from + at), kind, class.to_owned(), 1 + random(seed) as u64 % 50)
    };
    (0..some).map(one).collect()
}

/// Every object is held by one before it, and some by others too.
fn linked(objects: &Objects, seed: &mut u64, ids: &mut BTreeMap<String, u32>) -> Graph {
    let mut edges: Vec<(&str, EdgeKind, &str, &str)> = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        let any = |seed: &mut u64, below: usize| match random(seed) % (below + 1) {
            0 => "root",
            at => objects[at - 1].0.as_str(),
        };
        edges.push((any(seed, at), EdgeKind::Property, "held", &object.0));
        if random(seed).is_multiple_of(3) {
            edges.push((any(seed, objects.len()), EdgeKind::Property, "shared", &object.0));
        }
    }
    graph(objects, &edges, ids)
}

fn classes_agree(
    compared: &Compared,
    kept: &Tally,
    before: &Graph,
    heap: &Heap,
    is_old: &dyn Fn(NodeIx) -> bool,
    seed: u64,
) {
    for row in &compared.rows {
        let mut expected = crate::Totals::default();
        for node in heap.graph().nodes().filter(|&node| heap.class_name(node) == row.name) {
            let size = heap.self_size(node);
            expected.after.add(size);
            if is_old(node) { expected.survived.add(size) } else { expected.new.add(size) }
        }
        for object in kept.objects.iter().filter(|object| kept.classes[object.class as usize] == row.name) {
            expected.before.add(object.size);
            if !heap.graph().nodes().any(|node| heap.graph().id(node) == object.id) {
                expected.freed.add(object.size);
            }
        }
        assert_eq!(row.totals, expected, "seed {seed}: {}", row.name);
    }
    let bytes: u64 = before.nodes().map(|node| before.self_size(node)).sum();
    assert_eq!(kept.size().bytes, bytes, "seed {seed}: sizes move, and none is lost");
}
