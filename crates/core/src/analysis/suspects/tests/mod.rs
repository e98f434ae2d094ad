//! Suspects in heaps by hand: what they are called, where they are, and what they are made of.

mod callbacks;
mod crowds;
mod links;
mod modules;

use crate::analysis::server::server;
use crate::analysis::{Heap, report};
use crate::graph::{EdgeKind, NodeKind};
use crate::testing::SnapshotBuilder;
use crate::{AnalyzeOptions, Report, Sources, Watch};

/// A holder's `count` objects of a class, through V8's storage.
fn filled(mut builder: SnapshotBuilder, holder: &str, class: &str, count: usize, size: u64) -> SnapshotBuilder {
    let storage = format!("{holder}'s storage");
    builder = builder.node(&storage, NodeKind::ARRAY, "(object elements)", 16).edge(
        holder,
        EdgeKind::Internal,
        "table",
        &storage,
    );
    for at in 0..count {
        let label = format!("{holder} {at}");
        builder = builder.node(&label, NodeKind::OBJECT, class, size).edge(
            &storage,
            EdgeKind::Internal,
            &at.to_string(),
            &label,
        );
    }
    builder
}

struct Text(&'static str);

impl Sources for Text {
    fn read(&self, file: &str) -> Option<String> {
        ["/app/server.js", "/app/cache.mjs"].contains(&file).then(|| self.0.to_owned())
    }
}

fn analyzed(builder: &SnapshotBuilder, text: &'static str) -> Report {
    let options = AnalyzeOptions { min_bytes: 1000, ..AnalyzeOptions::default() };
    let heap = Heap::new(builder.build(), &Watch::default()).expect("nobody cancels");
    report(&heap, &options, &Text(text), &Watch::default()).expect("nobody cancels")
}

fn path(report: &Report, suspect: usize) -> String {
    let steps = report.suspects[suspect].path.iter();
    steps.map(|step| format!("{}:{}", step.edge, step.name)).collect::<Vec<_>>().join(" > ")
}

#[test]
fn a_map_in_a_variable_is_named_with_its_declaration() {
    let builder =
        server().node("cache", NodeKind::OBJECT, "Map", 32).edge("scope", EdgeKind::Context, "cache", "cache");
    let report = analyzed(&filled(builder, "cache", "Session", 50, 100), "'use strict'\nconst cache = new Map()\n");
    assert_eq!(report.suspects.len(), 1, "{:#?}", report.suspects);
    assert_eq!(
        report.suspects[0].text,
        "cache (server.js:2), Map of Session, 50 objects, 5.0 kB retained, 93 % of the heap"
    );
    assert_eq!(
        path(&report, 0),
        ":(GC roots) > :(Global handles) > :Server > onrequest:handler() > context:scope > cache:Map > []:Session"
    );
}

#[test]
fn without_the_source_the_place_is_the_closure_that_shares_the_scope() {
    let builder = server()
        .node("state", NodeKind::OBJECT, "State", 32)
        .node("queue", NodeKind::OBJECT, "Array", 32)
        .edge("scope", EdgeKind::Context, "state", "state")
        .edge("state", EdgeKind::Property, "queue", "queue");
    let report = analyzed(&filled(builder, "queue", "Job", 50, 100), "another file");
    assert_eq!(report.suspects.len(), 1, "{:#?}", report.suspects);
    assert_eq!(report.suspects[0].name, "state.queue");
    let location = report.suspects[0].location.clone().expect("a place");
    assert_eq!((location.file.as_str(), location.line, location.column), ("/app/server.js", 7, 21));
}

#[test]
fn one_large_object_is_a_suspect_of_its_own_kind() {
    let builder = server()
        .node("buffer", NodeKind::NATIVE, "system / JSArrayBufferData", 50_000)
        .node("view", NodeKind::OBJECT, "Buffer", 100)
        .node("text", NodeKind::STRING, "a text", 60_000)
        .edge("scope", EdgeKind::Context, "upload", "view")
        .edge("scope", EdgeKind::Context, "page", "text")
        .edge("view", EdgeKind::Internal, "backing_store", "buffer");
    let report = analyzed(&builder, "");
    let found: Vec<_> = report.suspects.iter().map(|found| (found.name.as_str(), found.kind.as_str())).collect();
    assert_eq!(found, [("page", "object"), ("upload", "object")], "{:#?}", report.suspects);
}

#[test]
fn what_two_variables_hold_together_is_found_with_one_of_them() {
    let mut builder = server()
        .node("byId", NodeKind::OBJECT, "Map", 32)
        .node("recent", NodeKind::OBJECT, "Array", 32)
        .edge("scope", EdgeKind::Context, "byId", "byId")
        .edge("scope", EdgeKind::Context, "recent", "recent");
    builder = filled(builder, "byId", "Object", 200, 100);
    for at in 0..200 {
        builder = builder.edge("recent", EdgeKind::Element, &at.to_string(), &format!("byId {at}"));
    }
    let report = analyzed(&builder, "let byId, recent\n");
    assert_eq!(
        report.suspects.iter().map(|suspect| suspect.text.as_str()).collect::<Vec<_>>(),
        ["recent (server.js:1), Array of Object, 200 objects, 20.0 kB retained, 98 % of the heap"]
    );
}

#[test]
fn a_fingerprint_survives_ids_and_counts() {
    let with = |count| {
        let builder =
            server().node("cache", NodeKind::OBJECT, "Map", 32).edge("scope", EdgeKind::Context, "cache", "cache");
        analyzed(&filled(builder, "cache", "Session", count, 100), "let cache\n").suspects[0].fingerprint.clone()
    };
    assert_eq!(with(50), with(80));
    assert_eq!(with(50).len(), 16);
}

fn texts(report: &Report) -> Vec<&str> {
    report.suspects.iter().map(|suspect| suspect.text.split(", ").next().unwrap_or_default()).collect()
}

/// What a suspect's line says before its figures.
fn named(report: &Report) -> Vec<String> {
    report.suspects.iter().map(|suspect| suspect.text.rsplitn(3, ", ").last().unwrap_or_default().to_owned()).collect()
}

/// A function with a place in `/app/server.js`.
fn function(builder: SnapshotBuilder, label: &str, name: &str, line: u32) -> SnapshotBuilder {
    builder.node(label, NodeKind::CLOSURE, name, 64).edge(label, EdgeKind::Internal, "shared", "shared").place(
        label,
        5,
        line - 1,
        2,
    )
}

#[test]
fn values_on_the_stack_are_locals_of_the_function_whose_frame_they_are_in() {
    let builder = function(function(server(), "inner", "inner", 3), "work", "work", 9)
        .node("stack", NodeKind::SYNTHETIC, "(Stack roots)", 0)
        .node("bytecode", NodeKind::CODE, "system / BytecodeArray", 10)
        .node("kept", NodeKind::OBJECT, "State", 32)
        .node("queue", NodeKind::OBJECT, "Array", 32)
        .edge("roots", EdgeKind::Element, "2", "stack")
        .edge("stack", EdgeKind::Internal, "1", "bytecode")
        .edge("stack", EdgeKind::Internal, "2", "inner")
        .edge("stack", EdgeKind::Internal, "3", "kept")
        .edge("stack", EdgeKind::Internal, "4", "bytecode")
        .edge("stack", EdgeKind::Internal, "5", "work")
        .edge("kept", EdgeKind::Property, "queue", "queue");
    let report = analyzed(&filled(builder, "queue", "Job", 50, 100), "");
    assert_eq!(named(&report), ["(local of work()).queue (server.js:9), Array of Job, 50 objects"]);
}

#[test]
fn keys_of_a_map_are_no_content() {
    let mut builder = server()
        .node("users", NodeKind::OBJECT, "Map", 32)
        .node("table", NodeKind::ARRAY, "", 0)
        .edge("scope", EdgeKind::Context, "users", "users")
        .edge("users", EdgeKind::Internal, "table", "table");
    for at in 0..50 {
        let (key, value) = (format!("key {at}"), format!("value {at}"));
        builder = builder
            .node(&key, NodeKind::STRING, &key, 40)
            .node(&value, NodeKind::OBJECT, "Session", 60)
            .edge("table", EdgeKind::Internal, &(5 + 3 * at).to_string(), &key)
            .edge("table", EdgeKind::Internal, &(6 + 3 * at).to_string(), &value);
    }
    assert_eq!(named(&analyzed(&builder, "")), ["users (server.js:7), Map of string → Session, 50 objects"]);
}

#[test]
fn numbers_have_no_nodes_and_are_told_all_the_same() {
    let builder = server()
        .node("seen", NodeKind::OBJECT, "Array", 50_000)
        .node("elements", NodeKind::ARRAY, "(object elements)", 0)
        .edge("scope", EdgeKind::Context, "seen", "seen")
        .edge("seen", EdgeKind::Internal, "elements", "elements");
    let report = analyzed(&builder, "");
    assert_eq!(texts(&report), ["seen (server.js:7)"]);
    assert_eq!(report.suspects[0].class, "Array of numbers");
}

#[test]
fn largest_holders_are_the_apps() {
    let builder = filled(server().node("cache", NodeKind::OBJECT, "Map", 32), "cache", "Session", 50, 100)
        .edge("scope", EdgeKind::Context, "cache", "cache")
        .node("compile", NodeKind::CLOSURE, "compile", 64)
        .node("its shared", NodeKind::CODE, "(shared function info)", 64)
        .node("its script", NodeKind::CODE, "node:internal/bootstrap/realm", 64)
        .node("its scope", NodeKind::OBJECT, "system / Context", 64)
        .node("map", NodeKind::OBJECT, "Map", 32)
        .edge("handles", EdgeKind::Internal, "8", "compile")
        .edge("compile", EdgeKind::Internal, "shared", "its shared")
        .edge("its shared", EdgeKind::Internal, "script", "its script")
        .edge("compile", EdgeKind::Internal, "context", "its scope")
        .edge("its scope", EdgeKind::Context, "map", "map");
    let report = analyzed(&filled(builder, "map", "Entry", 50, 100), "");
    let names: Vec<&str> = report.dominators.iter().map(|row| row.name.as_str()).collect();
    assert!(names.contains(&"cache") && !names.contains(&"map"), "{names:?}");
}
