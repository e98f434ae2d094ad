//! Who lives in a scope: the closures that share a function's or module's variables, and with them its place.

use super::called::Called;
use super::heap::Heap;
use super::scripts::Scripts;
use crate::graph::{EdgeKind, Graph, NodeIx, NodeKind, Place};
use crate::{Location, Sources};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// For some scopes: where their first closure is written.
pub(super) struct Scopes(FxHashMap<NodeIx, Place>);

impl Scopes {
    /// Looks for the closures of these scopes in one pass; where a scope has none of its own, those of scopes within it.
    pub(super) fn find(heap: &Heap, wanted: &[NodeIx]) -> Self {
        let graph = heap.graph();
        let mut places: FxHashMap<NodeIx, Place> = FxHashMap::default();
        let mut inner: FxHashMap<NodeIx, Place> = FxHashMap::default();
        if wanted.is_empty() {
            return Self(places);
        }
        let wanted: FxHashSet<NodeIx> = wanted.iter().copied().collect();
        let mut known = FxHashMap::default();
        let mut context = Called::new(b"context");
        for &(node, place) in &graph.places {
            if graph.kind(node) != NodeKind::CLOSURE {
                continue;
            }
            let Some(scope) = context.child(graph, node) else { continue };
            if wanted.contains(&scope) {
                keep_first(&mut places, scope, place);
            } else if let Some(outer) = outer_wanted(graph, scope, &wanted, &mut known) {
                keep_first(&mut inner, outer, place);
            }
        }
        for (scope, place) in inner {
            places.entry(scope).or_insert(place);
        }
        Self(places)
    }

    /// Where the variable is declared, if its source can be had; else where the scope's first closure begins.
    pub(super) fn location(
        &self,
        heap: &Heap,
        scripts: &Scripts,
        scope: NodeIx,
        variable: &str,
        sources: &dyn Sources,
    ) -> Option<Location> {
        let place = *self.0.get(&scope)?;
        let closure = scripts.generated(heap.graph(), place)?;
        let used = (closure.line, closure.column);
        let from_file = sources.read(&closure.file).filter(|text| scripts.is_same(heap.graph(), place.script, text));
        let text = from_file.map(Cow::Owned).or_else(|| scripts.text(heap.graph(), place.script));
        let found = text.and_then(|text| super::declaration::declaration(&text, variable, used));
        let place = found.map_or(closure.clone(), |(line, column)| Location { line, column, ..closure });
        Some(scripts.written(place))
    }
}

/// The nearest wanted scope around this one. Each scope is looked at once: wide ones are shared by thousands of closures.
fn outer_wanted(
    graph: &Graph,
    scope: NodeIx,
    wanted: &FxHashSet<NodeIx>,
    known: &mut FxHashMap<NodeIx, Option<NodeIx>>,
) -> Option<NodeIx> {
    let mut passed = Vec::new();
    let mut at = scope;
    // Scopes nest as deep as source does.
    let found = loop {
        if let Some(&found) = known.get(&at) {
            break found;
        }
        if at != scope && wanted.contains(&at) {
            break Some(at);
        }
        passed.push(at);
        let outer = graph
            .edge_indices(at)
            .find(|&(at, edge)| edge.kind() == EdgeKind::Internal && graph.raw_edge_name(at) == b"previous");
        match outer {
            Some((_, outer)) if passed.len() < 64 => at = outer.target(),
            _ => break None,
        }
    };
    known.extend(passed.into_iter().map(|scope| (scope, found)));
    found
}

/// The first closure that is not the script's or module's own function, which begins at the first byte.
fn keep_first(places: &mut FxHashMap<NodeIx, Place>, scope: NodeIx, place: Place) {
    let order = |place: &Place| (place.line == 0 && place.column == 0, place.line, place.column);
    let kept = places.entry(scope).or_insert(place);
    if order(&place) < order(kept) {
        *kept = place;
    }
}
