//! Source places: from V8's script ids to files, lines and columns.
//!
//! A place is told as a person wrote it: through the script's source map, where there is one.
//!
//! A closure knows its script (`shared`, then `script` or, on Node 20, `script_or_debug_info`); its place names the id.

use super::called::Called;
use crate::graph::{Graph, NodeIx, NodeKind, Place};
use crate::{Location, SourceMaps, Sources};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::sync::Arc;

/// V8 cuts texts at so many characters.
const CUT: usize = 1024;

/// V8's ids of scripts, and the scripts.
pub(super) type ById = Arc<FxHashMap<u32, NodeIx>>;

/// The scripts that the heap's closures come from.
pub(super) struct Scripts<'a> {
    by_id: ById,
    maps: SourceMaps<'a>,
}

impl<'s> Scripts<'s> {
    /// Those of a heap.
    pub(super) fn find(graph: &Graph, sources: &'s dyn Sources) -> Self {
        Self::known(Self::by_id(graph), sources)
    }

    /// Those that were found before.
    pub(super) fn known(by_id: ById, sources: &'s dyn Sources) -> Self {
        Self { by_id, maps: SourceMaps::new(sources) }
    }

    /// Asks one closure of each script.
    pub(super) fn by_id(graph: &Graph) -> ById {
        let mut by_id = FxHashMap::default();
        // Functions that say nothing of their script are asked once.
        let mut asked = FxHashSet::default();
        let mut shared = Called::new(b"shared");
        for &(node, place) in &graph.places {
            if graph.kind(node) != NodeKind::CLOSURE || by_id.contains_key(&place.script) {
                continue;
            }
            let Some(shared) = shared.child(graph, node).filter(|&shared| asked.insert(shared)) else { continue };
            if let Some(script) = script(graph, shared) {
                by_id.insert(place.script, script);
            }
        }
        Arc::new(by_id)
    }

    /// The script's name: a path, `node:…`.
    pub(super) fn file(&self, graph: &Graph, script: u32) -> Option<String> {
        name(graph, *self.by_id.get(&script)?).map(|name| plain_path(&name).into_owned())
    }

    /// The start of the script's text, as far as V8 wrote it into the snapshot.
    pub(super) fn text<'a>(&self, graph: &'a Graph, script: u32) -> Option<Cow<'a, str>> {
        graph.text(source(graph, *self.by_id.get(&script)?)?)
    }

    /// Is the node the text of a script?
    pub(super) fn is_text(&self, graph: &Graph, node: NodeIx) -> bool {
        self.by_id
            .values()
            .any(|&script| graph.child(script, b"source") == Some(node) || source(graph, script) == Some(node))
    }

    /// Is `text`, read from elsewhere, the text that the script had?
    pub(super) fn is_same(&self, graph: &Graph, script: u32, text: &str) -> bool {
        let Some(known) = self.text(graph, script) else { return true };
        if known.starts_with(crate::redact::PLACEHOLDER) {
            return true;
        }
        // Node takes a byte order mark off before V8 sees the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // Characters that V8 cannot write into a snapshot as they were are no difference.
        let plain = |c: &char| !matches!(c, '\0' | ' ' | '\u{fffd}' | '?') && (*c as u32) < 0x1_0000;
        let mut have = text.chars().take(CUT / 2).filter(plain);
        known.chars().take(CUT / 2).filter(plain).all(|c| have.next() == Some(c))
    }

    /// The place as it was written, 1-based.
    pub(super) fn location(&self, graph: &Graph, place: Place) -> Option<Location> {
        self.generated(graph, place).map(|place| self.written(place))
    }

    /// A place in the text that V8 runs, as it was written.
    pub(super) fn written(&self, place: Location) -> Location {
        self.maps.mapped(place)
    }

    /// The place in the text that V8 runs, 1-based.
    pub(super) fn generated(&self, graph: &Graph, place: Place) -> Option<Location> {
        let file = self.file(graph, place.script)?;
        let one_based = |value: u32| value.checked_add(1).unwrap_or(1);
        Some(Location { file, line: one_based(place.line), column: one_based(place.column) })
    }
}

/// The script's text. One that was put together and made flat since hangs whole from its first part.
fn source(graph: &Graph, script: NodeIx) -> Option<NodeIx> {
    let source = graph.child(script, b"source")?;
    let is_rest = |rest: NodeIx| !graph.raw_name(rest).is_empty();
    if graph.kind(source) != NodeKind::CONS_STRING || graph.child(source, b"second").is_some_and(is_rest) {
        return Some(source);
    }
    graph.child(source, b"first")
}

/// The script of a shared function info.
fn script(graph: &Graph, shared: NodeIx) -> Option<NodeIx> {
    graph.child(shared, b"script").or_else(|| graph.child(shared, b"script_or_debug_info"))
}

/// The name of a script's node.
fn name(graph: &Graph, script: NodeIx) -> Option<Cow<'_, str>> {
    let text = graph.child(script, b"name").and_then(|name| graph.text(name));
    let name = text.unwrap_or_else(|| graph.name(script));
    if name.is_empty() { None } else { Some(name) }
}

/// The name of the script that a closure comes from.
pub(super) fn script_name(graph: &Graph, closure: NodeIx) -> Option<Cow<'_, str>> {
    name(graph, script(graph, graph.child(closure, b"shared")?)?)
}

/// The path that a `file:` URL is, as the machine writes it that made the heap; any other name as it is.
pub fn plain_path(name: &str) -> Cow<'_, str> {
    let Some(path) = name.strip_prefix("file://").filter(|path| path.starts_with('/')) else {
        return Cow::Borrowed(name);
    };
    // What follows tells copies of one module apart.
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let Some(path) = unescaped(path) else { return Cow::Borrowed(name) };
    let has_drive =
        path.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) && path.as_bytes().get(2) == Some(&b':');
    Cow::Owned(if has_drive { path[1..].replace('/', "\\") } else { path })
}

/// A URL's text without its escapes; `None` where they make no text.
pub(crate) fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok().filter(|digits| !digits.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{plain_path, script_name, source};
    use crate::graph::{EdgeKind, NodeKind};
    use crate::testing::SnapshotBuilder;

    #[test]
    fn a_script_keeps_its_name_where_it_is_a_piece_of_another_text() {
        let named = |kind, text| {
            let builder = SnapshotBuilder::new()
                .node("closure", NodeKind::CLOSURE, "add", 32)
                .node("shared", NodeKind::CODE, "add", 32)
                .node("script", NodeKind::CODE, "/app/leak.js", 32)
                .node("name", kind, text, 32)
                .edge("root", EdgeKind::Element, "1", "closure")
                .edge("closure", EdgeKind::Internal, "shared", "shared")
                .edge("shared", EdgeKind::Internal, "script", "script")
                .edge("script", EdgeKind::Internal, "name", "name");
            let closure = builder.index("closure");
            let graph = builder.build();
            script_name(&graph, closure).map(std::borrow::Cow::into_owned)
        };
        assert_eq!(named(NodeKind::STRING, "/app/other.js").as_deref(), Some("/app/other.js"));
        assert_eq!(named(NodeKind::SLICED_STRING, "(sliced string)").as_deref(), Some("/app/leak.js"));
        assert_eq!(named(NodeKind::CONS_STRING, "(concatenated string)").as_deref(), Some("/app/leak.js"));
    }

    #[test]
    fn a_text_that_was_made_flat_is_the_first_part_of_what_it_was() {
        let text = |rest: &str| {
            let builder = SnapshotBuilder::new()
                .node("script", NodeKind::CODE, "/app/a.js", 32)
                .node("whole", NodeKind::CONS_STRING, "(concatenated string)", 32)
                .node("flat", NodeKind::STRING, "const a = 1", 32)
                .node("rest", NodeKind::STRING, rest, 16)
                .edge("root", EdgeKind::Element, "1", "script")
                .edge("script", EdgeKind::Internal, "source", "whole")
                .edge("whole", EdgeKind::Internal, "first", "flat")
                .edge("whole", EdgeKind::Internal, "second", "rest");
            let script = builder.index("script");
            let graph = builder.build();
            source(&graph, script).and_then(|node| graph.text(node).map(std::borrow::Cow::into_owned))
        };
        assert_eq!(text("").as_deref(), Some("const a = 1"));
        assert_eq!(text(", b = 2"), None);
    }

    #[test]
    fn file_urls_become_paths() {
        for (name, path) in [
            ("/app/a.js", "/app/a.js"),
            ("file:///app/a%20b.mjs", "/app/a b.mjs"),
            ("file:///app/a.mjs?v=1#x", "/app/a.mjs"),
            ("file:///C:/app/a.mjs", "C:\\app\\a.mjs"),
            ("file://host/share/a.mjs", "file://host/share/a.mjs"),
            ("file:///app/%ff%zz.mjs", "file:///app/%ff%zz.mjs"),
            ("file:///app/%+f.mjs", "file:///app/%+f.mjs"),
            ("node:fs", "node:fs"),
        ] {
            assert_eq!(plain_path(name), path);
        }
    }
}
