//! A heap that is asked: each answer against what a plain loop over the heap says, and the bounds of what can be asked.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::analysis::{Heap, Question, View};
use leakguard_core::graph::NodeIx;
use leakguard_core::{DiffOptions, NoSources, Watch};
use serde_json::{Value, json};
use std::cmp::Reverse;
use support::{Random, Snapshot, heap, small, snapshot_text};

fn ask(view: &View, question: Value) -> Value {
    let question: Question = serde_json::from_value(question).expect("a question");
    let reply = view.answer(&question, &NoSources, &Watch::default()).expect("nobody cancels");
    serde_json::to_value(reply).expect("JSON")
}

fn ids(rows: &Value) -> Vec<u64> {
    rows["rows"].as_array().expect("rows").iter().map(|row| row["id"].as_u64().expect("an id")).collect()
}

fn random_snapshot(random: &mut Random) -> Snapshot {
    let nodes = 2 + random.below(40);
    let mut snapshot = Snapshot::new(nodes);
    for _ in 0..random.below(nodes * 4) {
        let (from, to) = (random.below(nodes), random.below(nodes));
        snapshot.edges[from].push(to);
    }
    snapshot.edges[0].push(1);
    snapshot
}

/// All rows, a few at a time; pages are parts of one list.
fn all(view: &View, question: &Value, page: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let mut question = question.clone();
        question["page"] = json!({ "from": rows.len(), "count": page });
        let answer = ask(view, question);
        let more = answer["rows"].as_array().expect("rows");
        rows.extend_from_slice(more);
        if more.len() < page {
            assert_eq!(answer["total"], rows.len());
            return rows;
        }
    }
}

fn sorted(heap: &Heap, nodes: impl Iterator<Item = NodeIx>) -> Vec<u64> {
    let mut nodes: Vec<NodeIx> = nodes.collect();
    nodes.sort_by_key(|&node| (Reverse(heap.retained(node)), node));
    nodes.into_iter().map(|node| u64::from(heap.graph().id(node))).collect()
}

#[test]
fn answers_are_what_a_plain_loop_finds() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let snapshot = random_snapshot(&mut random);
        let text = snapshot.text();
        let (plain, view) = (heap(text.clone()).unwrap(), View::new(heap(text).unwrap()));
        let graph = plain.graph();
        let id_of = |rows: &[Value]| rows.iter().map(|row| row["id"].as_u64().unwrap()).collect::<Vec<_>>();
        for node in graph.nodes() {
            let id = graph.id(node);
            let page = 1 + random.below(7);

            let dominated = all(&view, &json!({ "ask": "dominated", "id": id }), page);
            assert_eq!(id_of(&dominated), sorted(&plain, plain.dominated(node)), "seed {seed}, node {node:?}");

            let contents = all(&view, &json!({ "ask": "contents", "id": id, "order": "place" }), page);
            let targets: Vec<u64> = graph.edges_of(node).iter().map(|edge| graph.id(edge.target()).into()).collect();
            assert_eq!(id_of(&contents), targets, "seed {seed}, node {node:?}");
            let largest = all(&view, &json!({ "ask": "contents", "id": id }), page);
            let mut targets: Vec<NodeIx> = graph.edges_of(node).iter().map(|edge| edge.target()).collect();
            targets.sort_by_key(|&target| Reverse(plain.retained(target)));
            assert_eq!(id_of(&largest), targets.iter().map(|&node| u64::from(graph.id(node))).collect::<Vec<_>>());

            let retainers = all(&view, &json!({ "ask": "retainers", "id": id }), page);
            let mut from: Vec<u64> = graph
                .nodes()
                .filter(|&from| from != node)
                .flat_map(|from| graph.edges_of(from).iter().map(move |edge| (from, edge.target())))
                .filter(|&(_, to)| to == node)
                .map(|(from, _)| graph.id(from).into())
                .collect();
            let mut found = id_of(&retainers);
            let distances: Vec<i64> = retainers.iter().map(|row| row["distance"].as_i64().unwrap()).collect();
            let far = |distance: i64| if distance < 0 { i64::MAX } else { distance };
            assert!(distances.windows(2).all(|pair| far(pair[0]) <= far(pair[1])), "seed {seed}: {distances:?}");
            from.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, from, "seed {seed}, node {node:?}");

            let told = ask(&view, json!({ "ask": "object", "id": id }));
            assert_eq!(told["retainedSize"], plain.retained(node));
            assert_eq!(told["dominator"]["id"].as_u64(), (node.0 > 0).then(|| graph.id(plain.idom(node)).into()));

            let tree = ask(&view, json!({ "ask": "tree", "id": id }));
            assert_eq!(tree[0]["retainedSize"], plain.retained(node));

            // A way begins at the root and each link leaves what the one before led to.
            let way = ask(&view, json!({ "ask": "way", "id": id }));
            let mut at = NodeIx::ROOT;
            for step in way["steps"].as_array().unwrap() {
                let to = graph.nodes().find(|&to| u64::from(graph.id(to)) == step["id"].as_u64().unwrap()).unwrap();
                assert!(graph.edges_of(at).iter().any(|edge| edge.target() == to), "seed {seed}, node {node:?}");
                at = to;
            }
            assert!(at == node || way["steps"].as_array().unwrap().is_empty());
        }
        let classes = ask(&view, json!({ "ask": "classes" }));
        for class in classes["rows"].as_array().unwrap() {
            let number = class["number"].as_u64().unwrap();
            let members = all(&view, &json!({ "ask": "members", "class": number }), 5);
            let is_member = |&node: &NodeIx| u64::from(plain.class(node)) == number && plain.self_size(node) > 0;
            assert_eq!(id_of(&members), sorted(&plain, graph.nodes().filter(is_member)), "seed {seed}");
            assert_eq!(class["count"], members.len());
        }
    }
}

/// Texts and who has them for a name: an object of the class, a string, what a property of that name holds.
fn texts(names: &[&str]) -> View {
    let strings: Vec<String> = ["<dummy>"].iter().chain(names).map(|name| format!("\"{name}\"")).collect();
    let count = names.len();
    let mut nodes = format!("9,0,1,0,{},0", 3 * count);
    let mut edges = Vec::new();
    for nth in 1..=count {
        // An object, a string, and an object of no name that is held by it.
        for (kind, name) in [(3, nth), (2, nth), (3, 0)] {
            nodes += &format!(",{kind},{name},{},8,0,0", 2 * (edges.len() + 1) + 1);
            edges.push((nth, edges.len() + 1));
        }
    }
    let edges: Vec<String> = edges
        .iter()
        .map(
            |&(name, node)| {
                if node % 3 == 0 { format!("2,{name},{}", node * 6) } else { format!("1,{node},{}", node * 6) }
            },
        )
        .collect();
    View::new(
        heap(snapshot_text(3 * count as u64 + 1, 3 * count, &nodes, &edges.join(","), &strings.join(","))).unwrap(),
    )
}

#[test]
fn a_search_finds_names_texts_and_what_is_held_by_a_name() {
    // As JSON has them in the file.
    let names = [
        "Session",
        "session store",
        r"a \u00dcber \u2013 b",
        "über",
        r#"say \"hi\""#,
        r"tab\there",
        "nothing",
        r"\ud83d\ude00",
    ];
    let view = texts(&names);
    let found = |text: &str| {
        let by = |among: &str| {
            let rows = ask(&view, json!({ "ask": "search", "text": text, "among": among }));
            let mut nth: Vec<u64> = ids(&rows).into_iter().map(|id| (id / 2 - 1) / 3).collect();
            nth.sort_unstable();
            assert_eq!(rows["total"], nth.len());
            nth
        };
        let (objects, strings, held) = (by("objects"), by("strings"), by("held"));
        assert_eq!(objects, strings, "{text}");
        assert_eq!(objects, held, "{text}");
        objects
    };
    assert_eq!(found("session"), [0, 1]);
    assert_eq!(found("SESSION S"), [1]);
    assert_eq!(found("storea"), [] as [u64; 0], "not across two strings");
    assert_eq!(found("über"), [3]);
    assert_eq!(found("Über"), [2]);
    assert_eq!(found("–"), [2]);
    assert_eq!(found("\"HI\""), [4]);
    assert_eq!(found("\t"), [5]);
    assert_eq!(found("there"), [] as [u64; 0], "an escape is no letter");
    assert_eq!(found("u00dc"), [] as [u64; 0]);
    assert_eq!(found("😀"), [7]);
    assert_eq!(found(""), [] as [u64; 0]);
    assert_eq!(found(&"x".repeat(5000)), [] as [u64; 0]);
}

#[test]
fn classes_are_filtered_and_sorted() {
    let view = texts(&["Alpha", "beta", "Gamma"]);
    let names = |question: Value| {
        let rows = ask(&view, question);
        rows["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({ "ask": "classes", "text": "AL" })), ["Alpha"]);
    let by_name = names(json!({ "ask": "classes", "order": "name" }));
    assert_eq!(by_name, ["(string)", "<dummy>", "Alpha", "beta", "Gamma"]);
    assert_eq!(names(json!({ "ask": "classes", "order": "count" })).first().unwrap(), "(string)");
    assert_eq!(names(json!({ "ask": "classes", "page": { "from": 1, "count": 2 }, "order": "name" })), by_name[1..3]);
}

#[test]
fn what_is_not_there_is_nothing_and_no_question_has_a_long_answer() {
    let nodes = 5000;
    let view = View::new(heap((1..nodes).fold(Snapshot::new(nodes), |s, to| s.edge(0, to)).text()).unwrap());
    for question in ["object", "dominated", "contents", "retainers", "way", "tree"] {
        assert_eq!(ask(&view, json!({ "ask": question, "id": 4 })), Value::Null, "{question}");
        assert_eq!(ask(&view, json!({ "ask": question, "id": u32::MAX })), Value::Null, "{question}");
    }
    assert_eq!(ask(&view, json!({ "ask": "members", "class": 4_000_000_000u32 })), Value::Null);
    for question in [json!({ "ask": "dominated", "id": 1 }), json!({ "ask": "contents", "id": 1 })] {
        let mut question = question;
        question["page"] = json!({ "from": 0, "count": usize::MAX });
        let answer = ask(&view, question.clone());
        assert_eq!(answer["rows"].as_array().unwrap().len(), 1000);
        assert_eq!(answer["total"], nodes - 1);
        question["page"] = json!({ "from": usize::MAX, "count": usize::MAX });
        assert_eq!(ask(&view, question)["rows"], json!([]));
    }
    for wrong in [
        json!({}),
        json!({ "ask": "all" }),
        json!({ "ask": "object" }),
        json!({ "ask": "object", "id": -1 }),
        json!({ "ask": "way", "id": 1, "x": 1 }),
    ] {
        assert!(serde_json::from_value::<Question>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_long_way_is_told_by_its_ends() {
    let nodes = 100_000;
    let view = View::new(heap((1..nodes).fold(Snapshot::new(nodes), |s, to| s.edge(to - 1, to)).text()).unwrap());
    let way = ask(&view, json!({ "ask": "way", "id": 2 * nodes - 1 }));
    assert_eq!(way["steps"].as_array().unwrap().len(), 80);
    assert_eq!(way["leftOut"], nodes - 1 - 80);
}

#[test]
fn two_views_of_one_process_are_compared() {
    let before = View::new(heap(small()).unwrap());
    let nodes = 60;
    let later = View::new(heap((1..nodes).fold(Snapshot::new(nodes), |s, to| s.edge(to - 1, to)).text()).unwrap());
    let diff = later.diff(&before, &DiffOptions::default(), &NoSources, &Watch::default()).unwrap();
    assert_eq!(diff.totals.before.count, 2);
    assert_eq!(diff.totals.after.count, 59);
}

#[test]
fn a_question_ends_when_it_is_cancelled() {
    let view = View::new(heap(small()).unwrap());
    let watch = Watch::default();
    watch.cancel();
    for question in [
        json!({ "ask": "object", "id": 1 }),
        json!({ "ask": "retainers", "id": 1 }),
        json!({ "ask": "members", "class": 1 }),
        json!({ "ask": "search", "text": "thing", "among": "held" }),
    ] {
        let question: Question = serde_json::from_value(question).unwrap();
        assert!(view.answer(&question, &NoSources, &watch).is_err());
    }
}

#[test]
fn a_string_that_was_put_together_is_told_as_its_text() {
    // A chain of 100,000 parts: cons strings are 10, strings 2; `first` is the next cons string, `second` a letter.
    let parts = 100_000;
    let mut nodes = "9,0,1,0,1,0".to_owned();
    let mut edges = "1,1,6".to_owned();
    for nth in 0..parts {
        let (cons, letter) = (1 + 2 * nth, 2 + 2 * nth);
        let last = nth == parts - 1;
        nodes += &format!(",10,1,{},8,{},0,2,2,{},8,0,0", 2 * cons + 1, if last { 1 } else { 2 }, 2 * letter + 1);
        if !last {
            edges += &format!(",3,3,{}", (cons + 2) * 6);
        }
        edges += &format!(",3,4,{}", letter * 6);
    }
    let strings = r#""","(concatenated string)","ab","first","second""#;
    let text = snapshot_text(1 + 2 * parts, 2 * parts as usize, &nodes, &edges, strings);
    let view = View::new(heap(text).unwrap());
    let near_the_end = 2 * (1 + 2 * (parts - 3)) + 1;
    assert_eq!(ask(&view, json!({ "ask": "object", "id": near_the_end }))["text"], "ababab");
    let whole = ask(&view, json!({ "ask": "object", "id": 3 }));
    assert!(whole["text"].as_str().unwrap().len() < 10_000 && whole["text"].as_str().unwrap().ends_with('…'));
}
