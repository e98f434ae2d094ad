//! Redaction keeps what sizes rest on: on random graphs, with links of WeakMaps among them, every node's retained size.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::graph::NodeIx;
use leakguard_core::redact::{RedactOptions, Redacted};
use std::io::{Cursor, Read};
use support::{Random, heap, snapshot_text};

const SECRET: &str = "planted-7f3a";

/// Nodes of all kinds, edges of all kinds, names of which many are shared by both, and texts that are values only.
fn random_text(seed: u64) -> String {
    let mut random = Random(seed);
    let nodes = 2 + random.below(40);
    let names = 12 + random.below(20);
    let mut targets = vec![Vec::new(); nodes];
    targets[0].push(1);
    for _ in 0..random.below(nodes * 3) {
        let (from, to) = (random.below(nodes), random.below(nodes));
        targets[from].push(to);
    }
    let (mut rows, mut edges, mut count) = (Vec::new(), Vec::new(), 0);
    for (node, targets) in targets.iter().enumerate() {
        let kind = if node == 0 { 9 } else { [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13][random.below(13)] };
        let is_value = matches!(kind, 2 | 6 | 7 | 10 | 11 | 12 | 13);
        // Values have any text, names those that come before the secret ones.
        let name = if is_value { random.below(names + 5) } else { random.below(names) };
        rows.push(format!("{kind},{name},{},{},{},0", 2 * node + 1, random.below(100), targets.len()));
        for target in targets {
            let kind = random.below(7);
            let name = if matches!(kind, 1 | 4) { random.below(1000) } else { random.below(names) };
            edges.push(format!("{kind},{name},{}", target * 6));
            count += 1;
        }
    }
    let text = |at: usize| match at {
        0..4 => format!(
            "\"{at} / part of key (K @{}) -> value ({SECRET} @{}) pair in WeakMap (table @{})\"",
            at / 2 * 2 + 1,
            at / 2 + 5,
            9
        ),
        _ if at >= names => format!("\"{SECRET} {at}\""),
        _ => format!("\"name {at}\""),
    };
    let strings: Vec<String> = (0..names + 5).map(text).collect();
    snapshot_text(nodes as u64, count, &rows.join(","), &edges.join(","), &strings.join(","))
}

fn redacted(text: &str, strict: bool) -> String {
    let options = RedactOptions { salt: [3; 16], strict, audit: false };
    let mut result = String::new();
    let mut reader = Redacted::new(Box::new(Cursor::new(text.to_owned())), &options).expect("it can be read");
    reader.read_to_string(&mut result).expect("well made");
    result
}

#[test]
fn every_retained_size_is_as_before_and_no_planted_text_stays() {
    for seed in 0..400 {
        let text = random_text(seed);
        assert!(text.contains(SECRET));
        let before = heap(text.as_str()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        for strict in [false, true] {
            let result = redacted(&text, strict);
            assert!(!result.contains(SECRET), "seed {seed}: {result}");
            let after = heap(result.as_str()).unwrap_or_else(|error| panic!("seed {seed}: {error}: {result}"));
            let nodes = before.graph().node_count();
            assert_eq!(after.graph().node_count(), nodes);
            for node in (0..nodes).map(|node| NodeIx(node as u32)) {
                assert_eq!(after.retained(node), before.retained(node), "seed {seed}, node {node:?}");
                assert_eq!(after.distance(node), before.distance(node), "seed {seed}, node {node:?}");
            }
        }
    }
}
