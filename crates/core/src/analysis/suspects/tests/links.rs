//! Chains and trees of objects that hold one another.

use super::{analyzed, filled, function, named};
use crate::analysis::server::server;
use crate::graph::{EdgeKind, NodeKind};

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
    let builder = filled(builder.edge("link 19999", EdgeKind::Property, "cache", "tail"), "tail", "Entry", 100, 100);
    let report = analyzed(&builder, "");
    let found: Vec<_> = report.suspects.iter().map(|found| (found.class.as_str(), found.count)).collect();
    assert_eq!(found, [("Cache of Entry", 100)]);
    assert!(report.suspects[0].path.len() < 60, "a path is for reading");
}

#[test]
fn closures_that_hold_the_scope_before_are_one_chain() {
    let mut builder = server();
    for at in 0..60 {
        let [thing, method, scope] = ["thing", "method", "scope of"].map(|word| format!("{word} {at}"));
        builder = function(builder.node(&thing, NodeKind::OBJECT, "Object", 40), &method, "someMethod", 6)
            .node(&scope, NodeKind::OBJECT, "system / Context", 40)
            .edge(&thing, EdgeKind::Property, "someMethod", &method)
            .edge(&method, EdgeKind::Internal, "context", &scope);
        builder = match at {
            // The variable's own way to the head looks like a turn, but for the function.
            0 => builder
                .node("exports", NodeKind::OBJECT, "Object", 10)
                .edge("server", EdgeKind::Property, "exports", "exports")
                .edge("exports", EdgeKind::Property, "handle", "handler")
                .edge("scope", EdgeKind::Context, "theThing", &thing),
            _ => builder.edge(&format!("scope of {}", at - 1), EdgeKind::Context, "originalThing", &thing),
        };
    }
    let report = analyzed(&builder, "let theThing = null");
    assert_eq!(named(&report), ["theThing (server.js:1), chain of Object → someMethod() → scope, 60 objects"]);
}

#[test]
fn a_tree_is_one_suspect() {
    let mut builder = server();
    for at in 1..1024 {
        let label = format!("node {at}");
        builder = builder.node(&label, NodeKind::OBJECT, "Leaf", 100);
        builder = match at {
            1 => builder.edge("scope", EdgeKind::Context, "tree", &label),
            _ => builder.edge(&format!("node {}", at / 2), EdgeKind::Property, ["left", "right"][at % 2], &label),
        };
    }
    assert_eq!(named(&analyzed(&builder, "var tree")), ["tree (server.js:1), tree of Leaf, 1,023 objects"]);
}
