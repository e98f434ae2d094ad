//! Many objects of one class in many places.

use super::{analyzed, named, path};
use crate::analysis::server::server;
use crate::graph::{EdgeKind, NodeKind};

#[test]
fn a_class_that_many_places_hold_is_a_suspect_as_a_class() {
    let mut builder = server();
    for at in 0..200 {
        let (holder, label) = (format!("holder {at}"), format!("socket {at}"));
        builder = builder
            .node(&holder, NodeKind::CLOSURE, "", 10)
            .node(&label, NodeKind::OBJECT, "Connection", 100)
            .edge("handles", EdgeKind::Internal, &at.to_string(), &holder)
            .edge(&holder, EdgeKind::Internal, "connection", &label);
    }
    let report = analyzed(&builder, "");
    assert_eq!(report.suspects.len(), 1, "{:#?}", report.suspects);
    let suspect = &report.suspects[0];
    assert_eq!((suspect.kind.as_str(), suspect.name.as_str(), suspect.count), ("class", "Connection", 200));
}

#[test]
fn a_crowd_inside_a_larger_one_is_no_suspect_of_its_own() {
    let mut builder = server();
    for at in 0..200 {
        let (socket, parser) = (format!("socket {at}"), format!("parser {at}"));
        builder = builder
            .node(&socket, NodeKind::OBJECT, "Connection", 10)
            .node(&parser, NodeKind::OBJECT, "Parser", 100)
            .edge("handles", EdgeKind::Internal, &at.to_string(), &socket)
            .edge(&socket, EdgeKind::Property, "parser", &parser);
    }
    let names: Vec<_> = analyzed(&builder, "").suspects.into_iter().map(|suspect| suspect.name).collect();
    assert_eq!(names, ["Connection"]);
}

#[test]
fn a_crowd_is_told_with_the_way_that_most_of_it_has() {
    let mut builder = server()
        .node("odd", NodeKind::OBJECT, "Array", 0)
        .node("clients", NodeKind::OBJECT, "Set", 0)
        .node("strong", NodeKind::SYNTHETIC, "(Strong roots)", 0)
        .edge("roots", EdgeKind::Element, "3", "strong")
        .edge("handles", EdgeKind::Internal, "3", "odd")
        .edge("scope", EdgeKind::Context, "clients", "clients");
    for at in 0..400 {
        // V8 knows them all too, so that nobody owns them; some have an odd holder, near to the root.
        let (socket, holder) = (format!("socket {at}"), if at % 4 == 1 { "odd" } else { "clients" });
        builder = builder
            .node(&socket, NodeKind::OBJECT, "Connection", 100)
            .edge(holder, EdgeKind::Element, &at.to_string(), &socket)
            .edge("strong", EdgeKind::Internal, &at.to_string(), &socket);
    }
    let report = analyzed(&builder, "let clients");
    assert_eq!(named(&report), ["Connection (server.js:1), Connection, 400 objects"]);
    assert!(path(&report, 0).ends_with("clients:Set > []:Connection"), "{}", path(&report, 0));
}
