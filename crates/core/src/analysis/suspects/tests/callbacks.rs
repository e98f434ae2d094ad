//! Timers and listeners.

use super::{analyzed, function, named};
use crate::analysis::server::server;
use crate::graph::{EdgeKind, NodeKind};
use crate::testing::SnapshotBuilder;

/// Timers in lists of `each`, all with one callback, as Node keeps them.
fn timers(lists: usize, each: usize, once: bool) -> SnapshotBuilder {
    let mut builder = server()
        .node("lists", NodeKind::OBJECT, "Object", 10)
        .node("null", NodeKind::HIDDEN, "null", 0)
        .edge("handles", EdgeKind::Internal, "9", "lists");
    for list in 0..lists {
        let head = format!("list {list}");
        builder = builder.node(&head, NodeKind::OBJECT, "TimersList", 10).edge(
            "lists",
            EdgeKind::Element,
            &list.to_string(),
            &head,
        );
        let mut before = head.clone();
        for at in 0..each {
            let (timer, callback) = (format!("timer {list} {at}"), format!("callback {list} {at}"));
            builder = function(builder.node(&timer, NodeKind::OBJECT, "Timeout", 100), &callback, "poll", 12)
                .edge(&before, EdgeKind::Property, "_idleNext", &timer)
                .edge(&timer, EdgeKind::Property, "_idlePrev", &before)
                .edge(&head, EdgeKind::Property, "_idlePrev", &timer)
                .edge(&timer, EdgeKind::Property, "_onTimeout", &callback);
            if once {
                builder = builder.edge(&timer, EdgeKind::Property, "_repeat", "null");
            }
            before = timer;
        }
    }
    builder
}

#[test]
fn timers_are_named_by_what_they_call() {
    let report = analyzed(&timers(1, 50, false), "");
    assert_eq!(named(&report), ["setInterval callback poll (server.js:12), Timeout, 50 objects"]);
    assert!(report.suspects[0].advice.contains("clearInterval"), "{}", report.suspects[0].advice);
    // In many lists, none of which is large.
    let report = analyzed(&timers(100, 3, true), "");
    assert_eq!(named(&report), ["setTimeout callback poll (server.js:12), Timeout, 300 objects"]);
}

#[test]
fn listeners_are_named_by_emitter_and_event_and_told_with_their_place() {
    let mut builder = server()
        .node("bus", NodeKind::OBJECT, "EventEmitter", 32)
        .node("events", NodeKind::OBJECT, "Object", 32)
        .node("list", NodeKind::OBJECT, "Array", 32)
        .node("storage", NodeKind::ARRAY, "(object elements)", 32)
        .edge("scope", EdgeKind::Context, "bus", "bus")
        .edge("bus", EdgeKind::Property, "_events", "events")
        .edge("events", EdgeKind::Property, "config", "list")
        .edge("list", EdgeKind::Internal, "elements", "storage");
    for at in 0..50 {
        // Half of them are bound: they are the same function.
        let (label, bound) = (format!("listener {at}"), format!("bound {at}"));
        builder = function(builder, &label, "onConfig", 7);
        builder = match at % 2 {
            0 => builder.edge("storage", EdgeKind::Internal, &at.to_string(), &label),
            _ => builder
                .node(&bound, NodeKind::CLOSURE, "native_bind", 64)
                .edge(&bound, EdgeKind::Internal, "bound_function", &label)
                .edge("storage", EdgeKind::Internal, &at.to_string(), &bound),
        };
    }
    let report = analyzed(&builder, "\n\nconst bus = new EventEmitter()\n");
    assert_eq!(named(&report), ["bus.on('config') (server.js:3), Array of onConfig (server.js:7), 50 objects"]);
    assert!(report.suspects[0].advice.contains("Listeners are added to bus.on('config')"));
}

#[test]
fn listeners_of_a_signal_are_one_chain_with_the_events_name() {
    let mut builder = server()
        .node("ac", NodeKind::OBJECT, "AbortController", 32)
        .node("signal", NodeKind::OBJECT, "AbortSignal", 32)
        .node("events", NodeKind::OBJECT, "Map", 32)
        .node("table", NodeKind::ARRAY, "", 32)
        .node("abort", NodeKind::STRING, "abort", 20)
        .node("link 0", NodeKind::OBJECT, "Object", 20)
        .edge("scope", EdgeKind::Context, "shutdown", "ac")
        .edge("ac", EdgeKind::Property, "#signal", "signal")
        .edge("signal", EdgeKind::Property, "<symbol kEvents>", "events")
        .edge("events", EdgeKind::Internal, "table", "table")
        .edge("table", EdgeKind::Internal, "5", "abort")
        .edge("table", EdgeKind::Internal, "6", "link 0");
    for at in 1..=50 {
        let (label, listener) = (format!("link {at}"), format!("listener {at}"));
        builder = function(builder.node(&label, NodeKind::OBJECT, "Listener", 64), &listener, "", 4)
            .edge(&format!("link {}", at - 1), EdgeKind::Property, "next", &label)
            .edge(&label, EdgeKind::Property, "callback", &listener);
    }
    let report = analyzed(&builder, "let shutdown");
    assert_eq!(
        named(&report),
        ["shutdown.signal.addEventListener('abort') (server.js:1), chain of Function (server.js:4), 50 objects"]
    );
}
