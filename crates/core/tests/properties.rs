//! Retained sizes by their definition: what is freed when a node goes. On random graphs, against a plain walk.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::graph::NodeIx;
use support::{Random, Snapshot, heap};

const GRAPHS: u64 = 400;

fn random_snapshot(seed: u64) -> Snapshot {
    let mut random = Random(seed);
    let nodes = 2 + random.below(40);
    let mut snapshot = Snapshot::new(nodes);
    for _ in 0..random.below(nodes * 3) {
        let (from, to) = (random.below(nodes), random.below(nodes));
        snapshot.edges[from].push(to);
    }
    snapshot.edges[0].push(1);
    for size in &mut snapshot.sizes {
        *size = random.below(100) as u64;
    }
    snapshot
}

/// Which nodes are reached without passing `without`: from the root, and from nodes that nothing leads to, because those hang
/// from the root.
fn reached(snapshot: &Snapshot, without: usize) -> Vec<bool> {
    let nodes = 0..snapshot.edges.len();
    let led_to = |node: usize| nodes.clone().any(|from| from != node && snapshot.edges[from].contains(&node));
    let mut seen = vec![false; nodes.len()];
    let mut stack: Vec<_> = nodes.clone().filter(|&node| node == 0 || !led_to(node)).collect();
    while let Some(node) = stack.pop() {
        if node != without && !std::mem::replace(&mut seen[node], true) {
            stack.extend_from_slice(&snapshot.edges[node]);
        }
    }
    seen
}

#[test]
fn a_retained_size_is_what_goes_when_the_node_goes() {
    for seed in 0..GRAPHS {
        let snapshot = random_snapshot(seed);
        let heap = heap(snapshot.text()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let alive = reached(&snapshot, usize::MAX);
        for node in (1..snapshot.edges.len()).filter(|&node| alive[node]) {
            let left = reached(&snapshot, node);
            let goes: u64 =
                (0..snapshot.edges.len()).filter(|&at| alive[at] && !left[at]).map(|at| snapshot.sizes[at]).sum();
            assert_eq!(heap.retained(NodeIx(node as u32)), goes, "seed {seed}, node {node}: {:?}", snapshot.edges);
        }
    }
}

#[test]
fn retained_sizes_add_up_along_the_dominator_tree() {
    for seed in GRAPHS..2 * GRAPHS {
        let snapshot = random_snapshot(seed);
        let heap = heap(snapshot.text()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let mut sums = snapshot.sizes.clone();
        for node in 1..snapshot.edges.len() as u32 {
            let dominator = heap.idom(NodeIx(node));
            assert!(dominator.0 != node, "seed {seed}: node {node} dominates itself");
            sums[dominator.0 as usize] += heap.retained(NodeIx(node));
        }
        for node in heap.graph().nodes() {
            assert_eq!(
                heap.retained(node),
                sums[node.0 as usize],
                "seed {seed}, node {}: {:?}",
                node.0,
                snapshot.edges
            );
        }
        assert_eq!(heap.retained(NodeIx::ROOT), snapshot.sizes.iter().sum::<u64>(), "seed {seed}");
    }
}
