//! Random heaps, folded and held against what is found by hand, whatever order they are in.

use super::super::beside::Beside;
use super::super::heap::Heap;
use super::super::server::{server, variable};
use super::fold::Fold;
use super::folded::Folded;
use super::tests::{filled, grown_by, heap, look, options, words};
use super::ways::NONE;
use super::{Census, census, growth};
use crate::graph::{EdgeKind, NodeIx, NodeKind};
use crate::testing::SnapshotBuilder;
use crate::{CensusOptions, GrowthOptions, NoSources, Watch};

pub(super) type Nodes = Vec<(NodeKind, &'static str, u64)>;
pub(super) type Edges = Vec<(usize, EdgeKind, &'static str, usize)>;

/// A small generator of numbers below a bound; the seed says all.
fn generator(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |bound| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    }
}

/// Small random heaps with every kind of node, whose labels are few so that paths fall together.
pub(super) fn random(seed: u64, nodes: usize) -> (Nodes, Edges) {
    let mut below = generator(seed);
    let kinds = [
        (NodeKind::OBJECT, "A"),
        (NodeKind::OBJECT, "B"),
        (NodeKind::OBJECT, "system / Context"),
        (NodeKind::ARRAY, "(object elements)"),
        (NodeKind::CLOSURE, "f"),
        (NodeKind::STRING, "text"),
        (NodeKind::CODE, "(code)"),
        (NodeKind::HIDDEN, "system / Thing"),
    ];
    let all = (0..nodes).map(|_| kinds[below(kinds.len())]).map(|(kind, name)| (kind, name, 8)).collect();
    let mut edges = Vec::new();
    for to in 0..nodes {
        for _ in 0..=below(3) {
            let from = if below(6) == 0 { 0 } else { 1 + below(nodes) };
            let (kind, name) = [
                (EdgeKind::Property, "x"),
                (EdgeKind::Property, "y"),
                (EdgeKind::Element, "3"),
                (EdgeKind::Internal, "table"),
                (EdgeKind::Context, "v"),
                (EdgeKind::Weak, "w"),
            ][below(6)];
            edges.push((from, kind, name, to + 1));
        }
    }
    (all, edges)
}

pub(super) fn built(
    nodes: &[(NodeKind, &str, u64)],
    edges: &[(usize, EdgeKind, &str, usize)],
    order: &[usize],
) -> SnapshotBuilder {
    let mut builder = SnapshotBuilder::new();
    for &at in order {
        let (kind, name, size) = nodes[at];
        builder = builder.node(&format!("{}", at + 1), kind, name, size);
    }
    let label = |at: usize| if at == 0 { "root".to_owned() } else { at.to_string() };
    for &(from, kind, name, to) in edges {
        builder = builder.edge(&label(from), kind, name, &label(to));
    }
    builder
}

#[test]
fn random_heaps_fold_as_by_hand_and_alike_in_any_order() {
    for seed in 0..300 {
        let (nodes, edges) = random(seed, 4 + seed as usize % 40);
        let order: Vec<usize> = (0..nodes.len()).collect();
        let builder = built(&nodes, &edges, &order);
        let (heap, fold) = heap(&builder);
        let folded = Folded::new(&heap, fold).expect("nobody cancels");
        let graph = heap.graph();

        // Every node that a strong way leads to, and no other, has a signature.
        let mut reached = vec![false; graph.node_count()];
        let mut open = vec![NodeIx::ROOT];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut reached[node.at()], true) {
                open.extend(
                    graph.edges_of(node).iter().filter(|edge| edge.kind() != EdgeKind::Weak).map(|edge| edge.target()),
                );
            }
        }
        for node in graph.nodes() {
            assert_eq!(folded.of(node) != NONE, reached[node.at()], "seed {seed}, node {node:?}");
            // The way leads there, each edge from where the one before ended.
            let way = folded.way(node);
            let mut at = NodeIx::ROOT;
            for edge in way {
                assert!(graph.edge_indices(at).any(|(own, _)| own == edge), "seed {seed}");
                at = graph.edge(edge).target();
            }
            assert!(at == node || !reached[node.at()], "seed {seed}");
        }

        // Counts, bytes, and retained sizes by the definition.
        let rows = folded.rows.len();
        let (mut shallow, mut retained) = (vec![0; rows], vec![0; rows]);
        for node in graph.nodes().filter(|node| reached[node.at()]) {
            let own = folded.of(node);
            shallow[own as usize] += graph.self_size(node);
            let mut above = node;
            let mut is_inside = false;
            while above != NodeIx::ROOT {
                above = heap.idom(above);
                is_inside |= folded.of(above) == own;
            }
            retained[own as usize] += if is_inside { 0 } else { heap.retained(node) };
        }
        for (at, row) in folded.rows.iter().enumerate() {
            assert_eq!((row.shallow, row.retained), (shallow[at], retained[at]), "seed {seed}, row {at}");
        }

        let mut turned = order.clone();
        turned.reverse();
        turned.rotate_left(seed as usize % nodes.len());
        let (straight, _) = look(&builder, Vec::new());
        // A heap that a report was made of folds to the same.
        let reported = Heap::new(builder.build(), &Watch::default()).expect("nobody cancels");
        let after = Fold::new(reported.ground(), &Watch::default()).expect("nobody cancels");
        let (after, _) = census(
            &reported,
            after,
            || Ok(Vec::new()),
            &CensusOptions::default(),
            &options(),
            &NoSources,
            &Watch::default(),
        )
        .expect("nobody cancels");
        assert_eq!(straight, after, "seed {seed}");
        let (other, _) = look(&built(&nodes, &edges, &turned), Vec::new());
        assert_eq!(words(&straight), words(&other), "seed {seed}");
        let [with_heap, alone] = grown_by(&[built(&nodes, &edges, &order), built(&nodes, &edges, &turned)], look);
        assert_eq!((with_heap.suspects, alone.suspects), (Vec::new(), Vec::new()), "seed {seed}");
    }
}

/// Figures that no heap has, and indexes that lead nowhere.
fn spoil(value: &mut serde_json::Value, below: &mut impl FnMut(usize) -> usize) {
    match value {
        serde_json::Value::Number(number) if below(60) == 0 => {
            *number = [0, 1, 2, u64::from(u32::MAX), u64::MAX / 2, u64::MAX, below(9) as u64][below(7)].into();
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| spoil(value, below)),
        serde_json::Value::Object(values) => values.values_mut().for_each(|value| spoil(value, below)),
        _ => {}
    }
}

#[test]
fn spoiled_censuses_are_refused_or_compared() {
    let (mut read, mut refused) = (0, 0);
    for seed in 0..2000 {
        let mut below = generator(seed);
        let mut looks = Vec::new();
        for count in [10, 20, 30] {
            let builder = filled(variable(server(), "queue", "Array"), "queue", "Job", count, 100);
            let (census, _) = look(&builder, Vec::new());
            let mut value = serde_json::to_value(&census).expect("plain data");
            spoil(&mut value, &mut below);
            looks.extend(Census::from_json(&value.to_string()).ok());
        }
        read += looks.len();
        refused += 3 - looks.len();
        if looks.len() > 1 {
            let options = GrowthOptions { min_bytes: 0, min_count: 1, ..options() };
            let caught = std::panic::catch_unwind(|| growth(&looks, &options).looks);
            assert_eq!(caught.ok(), Some(looks.len() as u64), "seed {seed}: {looks:?}");
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

#[test]
fn paths_have_the_same_bytes_where_no_class_is_counted() {
    for seed in 0..300 {
        let (nodes, edges) = random(seed, 4 + seed as usize % 40);
        let order: Vec<usize> = (0..nodes.len()).collect();
        let graph = built(&nodes, &edges, &order).build();
        let [counted, paths_only] = [true, false].map(|classes| {
            let watch = Watch::default();
            let (heap, beside) = Beside::fold(graph.clone(), classes, &watch).expect("nobody cancels");
            let fold = beside.fold.expect("it was asked for");
            let what = CensusOptions { classes, ..CensusOptions::default() };
            census(&heap, fold, || Ok(Vec::new()), &what, &options(), &NoSources, &watch).expect("nobody cancels").0
        });
        assert_eq!(counted.paths, paths_only.paths, "seed {seed}");
        assert_eq!((counted.total_size, counted.node_count), (paths_only.total_size, paths_only.node_count));
        assert!(paths_only.classes.name.is_empty() && !counted.classes.name.is_empty());
    }
}
