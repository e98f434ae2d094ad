use crate::analysis::{Heap, report};
use crate::graph::{EdgeKind, NodeKind};
use crate::testing::SnapshotBuilder;
use crate::{AnalyzeOptions, NoSources, Report, Watch};

fn reported(builder: &SnapshotBuilder) -> Report {
    let watch = Watch::default();
    let heap = Heap::new(builder.build(), &watch).expect("not cancelled");
    report(&heap, &AnalyzeOptions::default(), &NoSources, &watch).expect("not cancelled")
}

/// A function of `/app/bus.js`, as V8 writes it.
fn function(builder: SnapshotBuilder, label: &str, name: &str, line: u32) -> SnapshotBuilder {
    builder.node(label, NodeKind::CLOSURE, name, 64).edge(label, EdgeKind::Internal, "shared", "shared").place(
        label,
        5,
        line - 1,
        2,
    )
}

fn program() -> SnapshotBuilder {
    SnapshotBuilder::new()
        .node("shared", NodeKind::CODE, "(shared function info)", 64)
        .node("script", NodeKind::CODE, "/app/bus.js", 64)
        .edge("shared", EdgeKind::Internal, "script", "script")
}

#[test]
fn an_emitters_listeners_by_event_and_function() {
    let mut builder = program()
        .node("bus", NodeKind::OBJECT, "Bus", 64)
        .node("events", NodeKind::OBJECT, "Object", 64)
        .node("list", NodeKind::OBJECT, "Array", 16)
        .edge("root", EdgeKind::Element, "1", "bus")
        .edge("bus", EdgeKind::Property, "_events", "events")
        .edge("events", EdgeKind::Property, "news", "list");
    for at in 0..3 {
        let label = format!("listener {at}");
        builder = function(builder, &label, "onNews", 7).edge("list", EdgeKind::Element, &at.to_string(), &label);
    }
    // By `once`.
    builder = function(builder, "original", "onFirst", 9)
        .node("wrapper", NodeKind::CLOSURE, "bound onceWrapper", 64)
        .node("onceWrapper", NodeKind::CLOSURE, "onceWrapper", 64)
        .edge("wrapper", EdgeKind::Internal, "bound_function", "onceWrapper")
        .edge("wrapper", EdgeKind::Property, "listener", "original")
        .edge("list", EdgeKind::Element, "3", "wrapper");
    // One alone is in no list.
    builder = function(builder, "single", "onError", 11).edge("events", EdgeKind::Property, "error", "single");
    let rows = reported(&builder).listeners;
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.class.as_str(), row.event.as_str(), row.count), ("Bus", "news", 4));
    let told: Vec<_> = row
        .functions
        .iter()
        .map(|told| (told.function.as_str(), told.location.as_ref().map(|at| (at.file.as_str(), at.line)), told.count))
        .collect();
    assert_eq!(told, [("onNews", Some(("/app/bus.js", 7)), 3), ("onFirst", Some(("/app/bus.js", 9)), 1)]);
}

#[test]
fn a_targets_linked_list_also_where_it_goes_round() {
    let mut builder = program()
        .node("signal", NodeKind::OBJECT, "AbortSignal", 64)
        .node("map", NodeKind::OBJECT, "Map", 64)
        .node("table", NodeKind::ARRAY, "", 64)
        .node("abort", NodeKind::STRING, "abort", 16)
        .node("head", NodeKind::OBJECT, "Object", 32)
        .edge("root", EdgeKind::Element, "1", "signal")
        .edge("signal", EdgeKind::Property, "<symbol kEvents>", "map")
        .edge("map", EdgeKind::Internal, "table", "table")
        .edge("table", EdgeKind::Internal, "5", "abort")
        .edge("table", EdgeKind::Internal, "6", "head");
    let mut before = "head".to_owned();
    for at in 0..4 {
        let (note, listener) = (format!("note {at}"), format!("listener {at}"));
        builder = function(builder, &listener, "onAbort", 3)
            .node(&note, NodeKind::OBJECT, "Listener", 48)
            .edge(&note, EdgeKind::Property, "listener", &listener)
            .edge(&before, EdgeKind::Property, "next", &note);
        before = note;
    }
    let row = reported(&builder).listeners.remove(0);
    assert_eq!((row.class.as_str(), row.event.as_str(), row.count), ("AbortSignal", "abort", 4));
    assert_eq!(row.functions[0].location.as_ref().map(|at| at.line), Some(3));
    let around = builder.edge("note 3", EdgeKind::Property, "next", "note 1");
    assert!(reported(&around).listeners[0].count >= 4);
}

#[test]
fn pending_timers_by_callback_and_delay_and_functions_that_wait() {
    let mut builder = program()
        .node("list", NodeKind::OBJECT, "TimersList", 64)
        .node("proto", NodeKind::OBJECT, "Object", 64)
        .node("class", NodeKind::CLOSURE, "TimersList", 64)
        .node("scope", NodeKind::OBJECT, "system / Context", 64)
        .node("lists", NodeKind::OBJECT, "Object", 64)
        .node("null", NodeKind::HIDDEN, "null", 0)
        .edge("root", EdgeKind::Element, "1", "lists")
        .edge("list", EdgeKind::Property, "__proto__", "proto")
        .edge("proto", EdgeKind::Property, "constructor", "class")
        .edge("class", EdgeKind::Internal, "context", "scope")
        .edge("scope", EdgeKind::Context, "timerListMap", "lists")
        .edge("lists", EdgeKind::Element, "60000", "list");
    let mut before = "list".to_owned();
    for at in 0..3 {
        let (timer, callback) = (format!("timer {at}"), format!("callback {at}"));
        builder = function(builder, &callback, "poll", 21)
            .node(&timer, NodeKind::OBJECT, "Timeout", 88)
            .edge(&timer, EdgeKind::Property, "_onTimeout", &callback)
            .edge(&timer, EdgeKind::Property, "_repeat", if at == 2 { "null" } else { "list" })
            .edge(&before, EdgeKind::Property, "_idleNext", &timer);
        before = timer;
    }
    // One that has fired, which the app keeps.
    builder = builder
        .edge(&before, EdgeKind::Property, "_idleNext", "list")
        .node("fired", NodeKind::OBJECT, "Timeout", 88)
        .edge("fired", EdgeKind::Property, "_onTimeout", "callback 0")
        .edge("root", EdgeKind::Element, "2", "fired");
    builder = function(builder, "work", "work", 30)
        .node("call", NodeKind::OBJECT, "Generator", 88)
        .edge("root", EdgeKind::Element, "3", "call")
        .edge("call", EdgeKind::Internal, "function", "work")
        .edge("call", EdgeKind::Property, "__proto__", "null")
        // A generator at a `yield` waits for nobody.
        .node("generator", NodeKind::OBJECT, "Generator", 88)
        .edge("root", EdgeKind::Element, "4", "generator")
        .edge("generator", EdgeKind::Internal, "function", "work")
        .edge("generator", EdgeKind::Property, "__proto__", "proto");
    let report = reported(&builder);
    let timers: Vec<_> = report
        .timers
        .iter()
        .map(|row| (row.set_by.as_str(), row.delay, row.callback.function.as_str(), row.callback.count))
        .collect();
    assert_eq!(timers, [("setInterval", Some(60_000), "poll", 2), ("setTimeout", Some(60_000), "poll", 1)]);
    assert_eq!(report.timers[0].callback.location.as_ref().map(|at| at.line), Some(21));
    let waiting: Vec<_> = report.waiting.iter().map(|row| (row.function.as_str(), row.count)).collect();
    assert_eq!(waiting, [("work", 1)]);
}
