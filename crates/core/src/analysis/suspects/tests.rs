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
fn modules_that_are_loaded_again_and_again_are_a_leak_and_many_of_them_are_none() {
    let loaded = |is_same: bool| {
        let mut builder = server()
            .node("app", NodeKind::OBJECT, "Module", 100)
            .edge("scope", EdgeKind::Context, "module", "app")
            .node("exports", NodeKind::OBJECT, "Object", 28)
            .edge("app", EdgeKind::Property, "exports", "exports")
            .node("children", NodeKind::OBJECT, "Array", 32)
            .edge("app", EdgeKind::Property, "children", "children");
        builder = filled(builder, "children", "Module", 200, 100);
        for at in 0..200 {
            let (module, file) = (format!("children {at}"), format!("file {at}"));
            let name = if is_same { "/app/handler.js".to_owned() } else { format!("/app/file-{at}.js") };
            builder = builder
                .node(&file, NodeKind::STRING, &name, 40)
                .edge(&module, EdgeKind::Property, "filename", &file)
                .edge(&module, EdgeKind::Property, "exports", "exports");
        }
        analyzed(&builder, "").suspects
    };
    let copies = loaded(true);
    assert_eq!(copies.len(), 1, "{copies:#?}");
    assert_eq!((&*copies[0].name, &*copies[0].class, copies[0].count), ("children", "Array of Module", 200));
    assert!(copies[0].advice.starts_with("Modules are loaded again and again"), "{}", copies[0].advice);
    assert_eq!(loaded(false), []);
}

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
fn modules_and_small_things_are_no_suspects() {
    let mut builder =
        server().node("cache", NodeKind::OBJECT, "Object", 32).edge("scope", EdgeKind::Context, "_cache", "cache");
    for at in 0..50 {
        let (module, code) = (format!("module {at}"), format!("code {at}"));
        builder = builder
            .node(&module, NodeKind::OBJECT, "Module", 500)
            .node(&code, NodeKind::OBJECT, "Object", 500)
            .edge("cache", EdgeKind::Property, &format!("/app/{at}.js"), &module)
            .edge("cache", EdgeKind::Property, &format!("/app/{at}.js exports"), &code);
    }
    let report = analyzed(&builder, "");
    assert_eq!(report.suspects, [], "{:#?}", report.suspects);
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

/// `/app/cache.mjs` as the entry of the program: its record, its function, and a cell of what it exports as `cache`.
fn es_module() -> SnapshotBuilder {
    server()
        .node("global", NodeKind::OBJECT, "global", 100)
        .node("wrap", NodeKind::OBJECT, "ModuleWrap", 88)
        .node("url", NodeKind::STRING, "file:///app/cache.mjs", 40)
        .node("record", NodeKind::HIDDEN, "system / SourceTextModule", 144)
        .node("exports", NodeKind::ARRAY, "", 100)
        .node("variables", NodeKind::ARRAY, "", 30)
        .node("name", NodeKind::STRING, "cache", 20)
        .node("cell", NodeKind::HIDDEN, "system / Cell", 16)
        .node("waiting", NodeKind::OBJECT, "Generator", 80)
        .node("registers", NodeKind::ARRAY, "", 80)
        .node("main", NodeKind::CLOSURE, "", 64)
        .node("main shared", NodeKind::CODE, "(shared function info)", 64)
        .node("main script", NodeKind::CODE, "file:///app/cache.mjs", 64)
        .edge("root", EdgeKind::Shortcut, "global", "global")
        .edge("global", EdgeKind::Property, "<symbol node:entry_point_module>", "wrap")
        .edge("wrap", EdgeKind::Property, "url", "url")
        .edge("wrap", EdgeKind::Internal, "2", "record")
        .edge("record", EdgeKind::Hidden, "0", "exports")
        .edge("record", EdgeKind::Hidden, "4", "waiting")
        .edge("record", EdgeKind::Hidden, "5", "variables")
        .edge("exports", EdgeKind::Internal, "7", "name")
        .edge("exports", EdgeKind::Internal, "8", "cell")
        .edge("variables", EdgeKind::Internal, "0", "cell")
        .edge("waiting", EdgeKind::Internal, "function", "main")
        .edge("waiting", EdgeKind::Internal, "parameters_and_registers", "registers")
        .edge("main", EdgeKind::Internal, "shared", "main shared")
        .edge("main shared", EdgeKind::Internal, "script", "main script")
        .place("main", 8, 0, 0)
}

#[test]
fn what_an_es_module_exports_is_named_as_a_variable() {
    let builder =
        es_module().node("cache", NodeKind::OBJECT, "Map", 32).edge("cell", EdgeKind::Internal, "value", "cache");
    let report = analyzed(&filled(builder, "cache", "Session", 50, 100), "\nexport const cache = new Map()\n");
    assert_eq!(named(&report), ["cache (cache.mjs:2), Map of Session, 50 objects"]);
    assert_eq!(report.suspects[0].location.as_ref().expect("a place").file, "/app/cache.mjs");
    assert_eq!(path(&report, 0), ":global > <symbol node:entry_point_module>:/app/cache.mjs > cache:Map > []:Session");
}

#[test]
fn values_in_registers_are_locals_of_what_waits() {
    let builder =
        es_module().node("kept", NodeKind::OBJECT, "Array", 32).edge("registers", EdgeKind::Internal, "3", "kept");
    let report = analyzed(&filled(builder, "kept", "Session", 50, 100), "");
    assert_eq!(named(&report), ["local of cache.mjs (cache.mjs:1), Array of Session, 50 objects"]);
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
fn a_commonjs_module_is_told_by_its_file() {
    let builder = server()
        .node("main", NodeKind::OBJECT, "Module", 32)
        .node("file", NodeKind::STRING, "/app/server.js", 32)
        .node("exports", NodeKind::OBJECT, "Object", 32)
        .node("queue", NodeKind::OBJECT, "Array", 32)
        .edge("server", EdgeKind::Property, "mainModule", "main")
        .edge("main", EdgeKind::Property, "filename", "file")
        .edge("main", EdgeKind::Property, "exports", "exports")
        .edge("exports", EdgeKind::Property, "queue", "queue");
    let report = analyzed(&filled(builder, "queue", "Job", 50, 100), "\nexports.queue = []\n");
    assert_eq!(named(&report), ["exports.queue (server.js:2), Array of Job, 50 objects"]);
    assert!(
        path(&report, 0).contains("mainModule:/app/server.js > exports:Object > queue:Array"),
        "{}",
        path(&report, 0)
    );
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
