//! Modules, and what they export or hold while they wait.

use super::{analyzed, filled, named, path};
use crate::analysis::server::server;
use crate::graph::{EdgeKind, NodeKind};
use crate::testing::SnapshotBuilder;

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
