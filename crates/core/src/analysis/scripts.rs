//! Source places: from V8's script ids to files, lines and columns.
//!
//! A closure knows its script (`shared`, then `script` or, on Node 20, `script_or_debug_info`); its place names the id.

use crate::Location;
use crate::graph::{Graph, NodeIx, NodeKind, Place};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// V8 cuts texts at so many characters.
const CUT: usize = 1024;

/// The scripts that the heap's closures come from.
pub(super) struct Scripts {
    by_id: FxHashMap<u32, NodeIx>,
}

impl Scripts {
    /// Asks one closure of each script.
    pub(super) fn find(graph: &Graph) -> Self {
        let mut by_id = FxHashMap::default();
        // Functions that say nothing of their script are asked once.
        let mut asked = FxHashSet::default();
        for &(node, place) in &graph.places {
            if graph.kind(node) != NodeKind::CLOSURE || by_id.contains_key(&place.script) {
                continue;
            }
            let Some(shared) = graph.child(node, b"shared").filter(|&shared| asked.insert(shared)) else { continue };
            let script = graph.child(shared, b"script").or_else(|| graph.child(shared, b"script_or_debug_info"));
            if let Some(script) = script {
                by_id.insert(place.script, script);
            }
        }
        Self { by_id }
    }

    /// The script's name: a path, a `file:` URL, `node:…`.
    pub(super) fn file<'a>(&self, graph: &'a Graph, script: u32) -> Option<Cow<'a, str>> {
        let node = *self.by_id.get(&script)?;
        let name = graph.child(node, b"name").map_or_else(|| graph.name(node), |name| graph.name(name));
        if name.is_empty() { None } else { Some(name) }
    }

    /// The start of the script's text, as far as V8 wrote it into the snapshot.
    pub(super) fn text<'a>(&self, graph: &'a Graph, script: u32) -> Option<Cow<'a, str>> {
        let source = graph.child(*self.by_id.get(&script)?, b"source")?;
        if graph.kind(source).is_string() { Some(graph.name(source)) } else { None }
    }

    /// Is the node the text of a script?
    pub(super) fn is_text(&self, graph: &Graph, node: NodeIx) -> bool {
        self.by_id.values().any(|&script| graph.child(script, b"source") == Some(node))
    }

    /// Is `text`, read from elsewhere, the text that the script had?
    pub(super) fn is_same(&self, graph: &Graph, script: u32, text: &str) -> bool {
        let Some(known) = self.text(graph, script) else { return true };
        // Node takes a byte order mark off before V8 sees the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // Characters that V8 cannot write into a snapshot as they were are no difference.
        let plain = |c: &char| !matches!(c, '\0' | ' ' | '\u{fffd}' | '?') && (*c as u32) < 0x1_0000;
        let mut have = text.chars().take(CUT / 2).filter(plain);
        known.chars().take(CUT / 2).filter(plain).all(|c| have.next() == Some(c))
    }

    /// The place with its file, 1-based.
    pub(super) fn location(&self, graph: &Graph, place: Place) -> Option<Location> {
        let file = self.file(graph, place.script)?.into_owned();
        let one_based = |value: u32| value.checked_add(1).unwrap_or(1);
        Some(Location { file, line: one_based(place.line), column: one_based(place.column) })
    }
}
