//! What to do about a pile, in a sentence or two.

use super::accumulation::{Accumulation, Pile};
use super::content::Stored;
use super::heap::Heap;
use super::roles::is_static;
use super::route::Listened;
use super::timers::Timer;
use crate::graph::{NodeIx, NodeKind};

/// What is known of a pile, for advice.
pub(super) struct About<'a> {
    pub(super) pile: &'a Accumulation,
    /// Do its members hold one another?
    pub(super) is_linked: bool,
    pub(super) name: &'a str,
    pub(super) content: &'a str,
    pub(super) stored: &'a Stored,
    pub(super) timer: Option<Timer>,
    pub(super) listened: Option<Listened>,
}

/// Bytes behind a slice of a text that are worth a word.
const LARGE_SLICE: u64 = 1000;

/// `cause` is what [`super::cause`] says of it.
pub(super) fn advice(heap: &Heap, about: &About, cause: &str) -> String {
    let &About { pile, is_linked, name, content, stored, timer, listened } = about;
    if let Some(timer) = timer {
        let stop = timer.stopped_by();
        return format!("Each pending timer keeps what its callback uses: call {stop} when it is no longer needed.");
    }
    match listened {
        Some(Listened::Emitter) => {
            return format!(
                "Listeners are added to {name} and stay: remove each when its work is done (off, once, or an AbortSignal), or add one for all."
            );
        }
        Some(Listened::Target) => {
            return format!(
                "Listeners are added to {name} and stay: remove each when its work is done (removeEventListener, or the options once and signal)."
            );
        }
        Some(Listened::Channel) => {
            return format!(
                "Functions are subscribed to {name} and stay: unsubscribe each when its work is done, or subscribe one for all."
            );
        }
        None => {}
    }
    match cause {
        "socket" => return connections(heap, pile, name, content),
        "promise" if heap.graph().raw_name(pile.holder) == b"Promise" => {
            return format!(
                "{name} has not settled, and each then, await or Promise.race on it adds a reaction that stays until it does: settle it, or wait for something that ends with the work."
            );
        }
        "promise" if matches!(pile.pile, Pile::Collection { .. }) => {
            return format!(
                "Promises are added to {name} and stay: see that each settles, with a time limit where it may not, and take it out then."
            );
        }
        "context" => {
            return format!(
                "Each {content} in {name} keeps a whole context of node:vm, with all its built-in objects: let go of what was made in a context when its work is done, or use one context again."
            );
        }
        "async-context" => {
            return "What AsyncLocalStorage stores stays as long as anything that was started with it: keep little in a store, none of the one before, and end what outlives its work."
                .to_owned();
        }
        _ => {}
    }
    let kind = heap.graph().kind(pile.holder);
    match pile.pile {
        Pile::Chain | Pile::Object if kind.is_string() => {
            let built = if pile.pile == Pile::Chain || kind == NodeKind::CONS_STRING {
                " that was put together with +"
            } else {
                ""
            };
            format!("{name} is one long text{built}: write it out in pieces, or keep only its end.")
        }
        Pile::Chain if !pile.between.is_empty() => format!(
            "Each {content} holds the one before, through a closure and the scope it shares: let no closure made beside {name} see the old one, or set it to null there."
        ),
        Pile::Chain | Pile::Shared if pile.pile == Pile::Chain || is_linked => {
            format!("Each {content} holds the next: cut the chain at {name} where its head is no longer needed.")
        }
        Pile::Tree => {
            format!("{name} grows by {content}s and never loses any: bound it, or take out what is no longer needed.")
        }
        Pile::Object if matches!(stored, Stored::Numbers) => format!(
            "Find what adds numbers to {name} and never removes them: bound it, or keep sums in place of single values."
        ),
        Pile::Object
            if heap.graph().raw_name(pile.holder) != b"Object"
                && matches!(stored, Stored::Values { .. } | Stored::Entries { .. }) =>
        {
            format!(
                "{name} is large itself, and others hold what is in it too: find what adds to it and never removes, and bound it."
            )
        }
        Pile::Object if is_bytes(heap, pile.holder) => format!(
            "{name} is one large block of bytes outside of JavaScript's own heap: let go of it after use, or work on it as a stream."
        ),
        Pile::Object => format!("{name} is one large object: keep less of it, or let go of it after use."),
        Pile::Chain | Pile::Shared => format!(
            "Find what adds {content} to {name}, and to what else holds them, and never removes it: bound it, or expire entries."
        ),
        Pile::Class => format!(
            "{content} objects are held in many places: see who keeps them, and compare two snapshots to see which grow."
        ),
        Pile::Collection { .. } => collection(heap, about),
    }
}

fn collection(heap: &Heap, &About { pile, name, content, stored, .. }: &About) -> String {
    let member = pile.members.first().copied();
    if member.is_some_and(|node| is_static(heap.graph(), node)) {
        return format!(
            "Modules are loaded again and again, as where require.cache is emptied or an import has another query each time, and {name} keeps every copy: load each once."
        );
    }
    let mut text = format!("Find what adds {content} to {name} and never removes it: bound it, or expire entries.");
    if member.is_some_and(|node| is_bytes(heap, node)) {
        text.push_str(" The bytes are outside of JavaScript's own heap, whose limit does not bound them.");
    } else if member.is_some_and(|node| is_slice(heap, node)) {
        text.push_str(" Each is a slice that keeps the whole text it was cut from: keep a copy, as Buffer.from(slice).toString() makes one.");
    } else if matches!(stored, Stored::Entries { key, .. } if !matches!(key.as_str(), "string" | "number" | "symbol")) {
        text.push_str(" A WeakMap lets an entry go with its key.");
    }
    text
}

fn connections(heap: &Heap, pile: &Accumulation, name: &str, content: &str) -> String {
    let limits = "end or destroy it when its work is done, and set time limits (socket.setTimeout, requestTimeout of a server, timeout of a request)";
    let holder = heap.graph().kind(pile.holder);
    match pile.pile {
        Pile::Collection { .. } if holder != NodeKind::SYNTHETIC => {
            format!(
                "{content} objects are added to {name} and stay, each with its connection: take it out when it closes; {limits}."
            )
        }
        _ => format!("Each {content} is an open connection, which the system keeps whoever else does: {limits}."),
    }
}

/// Is it a Buffer, a typed array, or what is behind one?
pub(super) fn is_bytes(heap: &Heap, node: NodeIx) -> bool {
    let name = heap.graph().raw_name(node);
    matches!(
        name,
        b"Buffer" | b"FastBuffer" | b"ArrayBuffer" | b"SharedArrayBuffer" | b"DataView" | b"system / JSArrayBufferData"
    ) || name.ends_with(b"Array") && heap.graph().child(node, b"buffer").is_some()
}

fn is_slice(heap: &Heap, node: NodeIx) -> bool {
    heap.graph().kind(node) == NodeKind::SLICED_STRING && heap.retained(node) > LARGE_SLICE
}
