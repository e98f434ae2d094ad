//! The oracle: on every fixture, what is computed for every node and class equals what Chrome DevTools computes.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

#[path = "support/fixtures.rs"]
mod fixtures;
mod support;

use fixtures::{Expected, Row};
use leakguard_core::analysis::Heap;
use leakguard_core::graph::NodeIx;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// More differences than this say no more.
const MOST_SHOWN: usize = 10;

#[test]
fn every_node_and_class_equals_devtools() {
    let (folder, names) = fixtures::names();
    let mut report = String::new();
    for name in names {
        let expected = fixtures::expected(&folder, &name);
        match support::heap(fixtures::snapshot(&folder, &name)) {
            Ok(heap) => {
                report += &differences(&name, &heap, &expected);
                report += &class_differences(&name, &heap, &expected.header.rows);
            }
            Err(error) => report += &format!("{name}: {error}\n"),
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

fn differences(name: &str, heap: &Heap, expected: &Expected) -> String {
    let graph = heap.graph();
    if graph.node_count() != expected.header.nodes {
        return format!("{name}: {} nodes, expected {}\n", graph.node_count(), expected.header.nodes);
    }
    let mut report = String::new();
    let mut compare = |what: &str, differs: &mut dyn FnMut(NodeIx, usize) -> Option<String>| {
        let found: Vec<_> = graph.nodes().filter_map(|node| Some((node, differs(node, node.0 as usize)?))).collect();
        for (node, difference) in found.iter().take(MOST_SHOWN) {
            let (id, kind, text) = (graph.id(*node), graph.kind_name(*node), graph.name(*node));
            let text: String = text.chars().take(60).collect();
            report += &format!("{name}: {what} of node {} (@{id}, {kind} {text:?}): {difference}\n", node.0);
        }
        if found.len() > MOST_SHOWN {
            report += &format!("{name}: {what}: {} differences in all\n", found.len());
        }
    };
    compare("retained size", &mut |node, at| unlike(expected.retained[at], heap.retained(node)));
    compare("own size", &mut |node, at| unlike(expected.own[at], heap.self_size(node)));
    compare("distance", &mut |node, at| unlike(expected.distance[at], heap.distance(node)));
    compare("dominator", &mut |node, at| unlike(expected.dominator[at], heap.idom(node).0));
    compare("class", &mut |node, at| {
        unlike(expected.header.class_names[expected.class[at] as usize].as_str(), heap.class_name(node).as_ref())
    });
    report
}

fn unlike<T: Debug + PartialEq>(expected: T, got: T) -> Option<String> {
    (expected != got).then(|| format!("expected {expected:?}, got {got:?}"))
}

/// Constructors are told apart by their place, so several rows can have one name: names are compared with all their rows.
/// DevTools keeps objects of a class that is named like a group (`Function`) apart from the group; where we make one row of
/// them, its sums must be theirs.
fn class_differences(name: &str, heap: &Heap, expected: &[Row]) -> String {
    let counted = heap.classes().iter().filter(|class| class.count > 0);
    let got = counted.map(|class| Row {
        name: class.name(heap.graph().strings()).into_owned(),
        count: class.count,
        own: class.shallow,
        retained: class.retained,
        distance: class.distance,
    });
    let (mut got, mut expected) = (by_name(got), by_name(expected.iter().cloned()));
    let mut report = String::new();
    for class in got.keys().chain(expected.keys()).cloned().collect::<BTreeSet<_>>() {
        let (got, expected) = (got.remove(&class).unwrap_or_default(), expected.remove(&class).unwrap_or_default());
        let merged = got.len() == 1 && expected.len() > 1 && sums(&got) == sums(&expected);
        if got != expected && !merged {
            report += &format!("{name}: class {class:?}:\n  expected {expected:?}\n  got      {got:?}\n");
        }
    }
    report
}

fn by_name(rows: impl IntoIterator<Item = Row>) -> BTreeMap<String, Vec<Row>> {
    let mut map = BTreeMap::<_, Vec<Row>>::new();
    for row in rows {
        map.entry(row.name.clone()).or_default().push(row);
    }
    map.values_mut().for_each(|rows| rows.sort());
    map
}

fn sums(rows: &[Row]) -> (u64, u64, Option<i32>) {
    (
        rows.iter().map(|row| row.count).sum(),
        rows.iter().map(|row| row.own).sum(),
        rows.iter().map(|row| row.distance).min(),
    )
}
