//! V8's heap, when it was folded: what the core asks to name what grows.

use super::context;
use super::land::Land;
use super::shared::type_of;
use super::text;
use super::types::Role;
use super::walk::SYNTHETIC;
use leakguard_core::analysis::{Distant, Terrain, exports};
use leakguard_core::graph::{NodeIx, NodeKind, Place};
use rustc_hash::{FxHashMap, FxHashSet};

/// Scopes that are looked through outwards.
const NESTED: usize = 64;
/// Storage whose owners are looked for at once.
const AT_ONCE: usize = 64;

impl Distant for Land {
    fn prepare(&mut self) {
        self.pairs = self.walk.pairs_met();
        self.walk.tables = Vec::new();
        for &(key, _) in &self.pairs {
            self.survey.put_key(key);
        }
        for at in 0..self.pairs.len() {
            // Its key and its table.
            self.survey.owners.share(self.pairs[at].1);
        }
        let records: Vec<NodeIx> =
            self.survey.records.iter().filter_map(|&record| self.walk.open.number(&self.walk.memory, record)).collect();
        self.exports = exports(self, &records);
    }

    fn finish(&mut self) -> Vec<(NodeIx, NodeIx, u64)> {
        while let Some(node) = self.survey.owners.next_changed() {
            if !self.survey.kind(node).is_leaf() {
                let mut place = 0;
                while self.links(node, &mut place, 0, |_, _, _| {}) {}
            }
        }
        let mut steps = Vec::new();
        let mut owned = std::mem::take(&mut self.survey.owners).owned();
        loop {
            let some: Vec<_> = owned.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return steps;
            }
            // One after the other, by address; then those that may be anywhere.
            for &(node, _) in &some {
                self.fetch(node);
            }
            for &(_, by) in &some {
                self.fetch(by);
            }
            for (node, by) in some {
                let what = self.node(node);
                let class = &mut self.classes[what.class as usize];
                class.count = class.count.saturating_sub(1);
                class.shallow = class.shallow.saturating_sub(what.size);
                let by_class = self.class(by).unwrap_or(self.hidden_class);
                let of_owner = &mut self.classes[by_class as usize];
                of_owner.shallow = of_owner.shallow.saturating_add(what.size);
                let is_step = what.kind == NodeKind::HIDDEN
                    && matches!(self.texts().raw(what.name), b"system / NativeContext" | b"system / SourceTextModule");
                if is_step {
                    steps.push((node, by, what.size));
                }
            }
        }
    }

    fn total_size(&self) -> u64 {
        self.total
    }

    fn name(&mut self, node: NodeIx) -> u32 {
        let what = self.node(node);
        let Some(object) = self.object(node) else { return what.name };
        let Some(number) = type_of(&self.walk.memory, object) else { return what.name };
        match self.walk.types.get(number).role {
            _ if number < text::FIRST_OTHER => what.name,
            Role::Function | Role::Shared | Role::RegExp | Role::Script => self.walk.node(0, number, object).1,
            _ => what.name,
        }
    }

    fn place(&mut self, node: NodeIx) -> Option<Place> {
        let object = self.object(node)?;
        let map = self.map(object)?;
        let number = self.walk.maps.list[map as usize].instance_type;
        match self.walk.types.get(number).role {
            _ if number < text::FIRST_OTHER => None,
            Role::Function => self.walk.function(object).place,
            Role::Generator => {
                let shared = self.walk.generated(object);
                let place = self.walk.function_of(shared).and_then(|function| function.place);
                place.or(self.shape(map, object).place)
            }
            _ => self.shape(map, object).place,
        }
    }

    fn text(&mut self, string: NodeIx) -> Vec<u8> {
        let text = self.object(string).and_then(|object| text::read(&self.walk.memory, object, text::CUT));
        text.map(std::borrow::Cow::into_owned).unwrap_or_default()
    }

    fn landmarks(&self) -> Vec<NodeIx> {
        let scripts =
            self.survey.scripts.values().filter_map(|&closure| self.walk.open.number(&self.walk.memory, closure));
        let mut all: Vec<NodeIx> = scripts.chain(self.processes.iter().copied()).collect();
        all.sort_unstable();
        all
    }

    fn closures(&mut self, scopes: &FxHashSet<NodeIx>, each: &mut dyn FnMut(NodeIx, NodeIx, NodeIx, Place)) {
        let wanted: FxHashMap<u64, NodeIx> =
            scopes.iter().filter_map(|&scope| Some((self.object(scope)?, scope))).collect();
        for closure in (SYNTHETIC..SYNTHETIC + self.walk.open.numbers.count()).map(NodeIx) {
            if !self.survey.kind(closure).is_closure() {
                continue;
            }
            // Among them are those that were bound.
            let is_function = |land: &mut Self, object: &u64| land.role_by_map(*object) == Some(Role::Function);
            let Some(object) = self.object(closure).filter(|object| is_function(self, object)) else { continue };
            let Some(own) = self.slot(object, self.walk.metadata.function_context) else { continue };
            let outwards = std::iter::successors(Some(own), |&scope| {
                let is_scope = self.role(scope) == Some(Role::Context);
                self.slot(scope, context::PREVIOUS).filter(|_| is_scope)
            });
            let Some(&scope) = outwards.take(NESTED).find_map(|scope| wanted.get(&scope)) else { continue };
            let Some(own) = self.walk.open.number(&self.walk.memory, own) else { continue };
            if let Some(place) = self.walk.function(object).place {
                each(closure, own, scope, place);
            }
        }
    }

    fn exporter(&mut self, cell: NodeIx) -> Option<NodeIx> {
        self.exports.get(&cell).map(|&(record, _)| record)
    }
}
