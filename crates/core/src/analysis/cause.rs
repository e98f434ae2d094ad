//! Why something stays in memory, in the words of the trade.

use super::accumulation::Pile;
use super::advice::{About, is_bytes};
use super::heap::Heap;
use super::roles::is_scope;
use super::route::Route;
use crate::graph::{NodeIx, NodeKind};

/// Node's and the HTTP client's classes that stand for a connection.
const CONNECTIONS: &[&str] = &[
    "Socket",
    "TLSSocket",
    "TLSWrap",
    "ClientRequest",
    "IncomingMessage",
    "ServerResponse",
    "Http2Session",
    "Http2Stream",
    "ServerHttp2Session",
    "ClientHttp2Session",
    "TCP",
    "Pipe",
    "Node / TCPSocketWrap",
    "Node / TLSWrap",
    "WebSocket",
];
/// Classes that stand for a global object and all it has.
const REALMS: &[&str] = &["Node / ContextifyContext", "ContextifyContext", "system / NativeContext", "ShadowRealm"];

/// Less than any context takes.
const REALM_BYTES: u64 = 32 * 1024;
/// Nodes of a member that are looked through for a context.
const LOOKED_THROUGH: usize = 50_000;

/// Does it stand for a connection?
pub(super) fn is_connection(heap: &Heap, node: NodeIx) -> bool {
    CONNECTIONS.contains(&&*heap.class_name(node))
}

/// Does the node alone keep a whole context of `node:vm`, as a function does that was made in one?
fn has_realm(heap: &Heap, node: NodeIx) -> bool {
    let is_realm = |&node: &NodeIx| heap.graph().raw_name(node) == b"system / NativeContext";
    heap.has_realms()
        && heap.retained(node) >= REALM_BYTES
        && heap.subtree(node).iter().take(LOOKED_THROUGH).any(is_realm)
}

/// One word of `Suspect.cause`.
pub(super) fn cause(heap: &Heap, about: &About, route: &Route) -> &'static str {
    let pile = about.pile;
    let member = pile.members.first().copied();
    if about.timer.is_some() {
        return "timer";
    }
    if about.listened.is_some() {
        return "listener";
    }
    let graph = heap.graph();
    let class = |node: NodeIx| heap.class_name(node);
    let is_one_of = |node: NodeIx, names: &[&str]| names.contains(&&*class(node));
    let looked_at = [Some(pile.holder), member];
    let mut looked_at = looked_at.into_iter().flatten();
    if route
        .nodes_back()
        .take(6)
        .any(|node| matches!(&*class(node), "AsyncContextFrame" | "AsyncLocalStorage" | "AsyncResource"))
        || route.is_stored_by_async_hooks()
    {
        return "async-context";
    }
    if looked_at.clone().any(|node| is_one_of(node, REALMS))
        || pile.members.iter().take(2).any(|&at| has_realm(heap, at))
    {
        return "context";
    }
    if class(pile.holder) == "Promise" || member.is_some_and(|member| class(member) == "Promise") {
        return "promise";
    }
    if looked_at.clone().any(|node| is_connection(heap, node)) {
        return "socket";
    }
    if looked_at.any(|node| is_bytes(heap, node)) {
        return "buffer";
    }
    let is_closure = |node: NodeIx| graph.kind(node) == NodeKind::CLOSURE || is_scope(heap, node);
    if member.is_some_and(is_closure) || pile.between.iter().any(|&node| is_closure(node)) {
        return "closure";
    }
    if graph.kind(pile.holder).is_string() {
        return "string";
    }
    match pile.pile {
        Pile::Chain | Pile::Tree => "list",
        Pile::Shared if about.is_linked => "list",
        Pile::Class => "class",
        _ if about.name.starts_with("global.") => "global",
        Pile::Collection { .. } | Pile::Shared => "cache",
        Pile::Object if matches!(graph.raw_name(pile.holder), b"Array" | b"Map" | b"Set" | b"Object") => "cache",
        Pile::Object => "object",
    }
}
