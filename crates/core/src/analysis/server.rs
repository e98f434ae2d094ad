//! A heap by hand, for tests: a server as V8 writes it.

use crate::graph::{EdgeKind, NodeKind};
use crate::testing::SnapshotBuilder;

/// A server whose handler closes over `scope`, in `/app/server.js`, as V8 writes it.
pub(super) fn server() -> SnapshotBuilder {
    SnapshotBuilder::new()
        .node("roots", NodeKind::SYNTHETIC, "(GC roots)", 0)
        .node("handles", NodeKind::SYNTHETIC, "(Global handles)", 0)
        .node("server", NodeKind::OBJECT, "Server", 100)
        .node("handler", NodeKind::CLOSURE, "handler", 64)
        .node("shared", NodeKind::CODE, "(shared function info)", 64)
        .node("script", NodeKind::CODE, "/app/server.js", 64)
        .node("scope", NodeKind::OBJECT, "system / Context", 64)
        .edge("root", EdgeKind::Element, "1", "roots")
        .edge("roots", EdgeKind::Element, "1", "handles")
        .edge("handles", EdgeKind::Internal, "7", "server")
        .edge("server", EdgeKind::Property, "onrequest", "handler")
        .edge("handler", EdgeKind::Internal, "context", "scope")
        .edge("handler", EdgeKind::Internal, "shared", "shared")
        .edge("shared", EdgeKind::Internal, "script", "script")
        .place("handler", 5, 6, 20)
}

/// A variable of the server's scope.
pub(super) fn variable(builder: SnapshotBuilder, name: &str, class: &str) -> SnapshotBuilder {
    builder.node(name, NodeKind::OBJECT, class, 32).edge("scope", EdgeKind::Context, name, name)
}
