//! Contexts: the variables of scopes, and of V8's realms.

use super::links::Done;
use super::metadata::Line;
use super::scope::{Scope, Variables};
use super::shared::type_of;
use super::types::Role;
use super::walk::Walk;
use leakguard_core::graph::EdgeKind;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What is known of the contexts of one scope.
#[derive(Default)]
pub struct Known {
    variables: Variables,
    has_extension: bool,
}

/// Where a context leads to the one around it.
pub const PREVIOUS: u64 = 24;

/// By their `ScopeInfo`: a program has many contexts of few scopes.
#[derive(Default)]
pub struct Scopes(FxHashMap<u64, Arc<Known>>);

impl Walk<'_> {
    pub(super) fn describe_context(&mut self, object: u64, bytes: u64) {
        let known = self.scope_of(object);
        let mut done = Done::default();
        let mut offset = |at: u64| (object + 16 + 8 * at, done.put(16 + 8 * at)).0;
        let [scope, previous, extension] = [0, 1, 2].map(|at| (at < 2 || known.has_extension).then(|| offset(at)));
        for (name, slot) in [("scope_info", scope), ("previous", previous), ("extension", extension)] {
            if let Some(word) =
                slot.and_then(|slot| self.memory.word(slot)).filter(|word| !self.oddballs.contains(*word))
            {
                self.link(EdgeKind::Internal, name, word);
            }
        }
        for &(index, name) in known.variables.iter().filter(|(index, _)| 24 + 8 * index <= bytes) {
            if let Some(word) = self.memory.word(offset(index)) {
                self.named(EdgeKind::Context, name, word);
            }
        }
        self.rest(object, bytes, &done);
    }

    fn scope_of(&mut self, context: u64) -> Arc<Known> {
        let scope = self.memory.word(context + 16).filter(|word| word & 3 == 1).map_or(0, |word| word - 1);
        if let Some(known) = self.scopes.0.get(&scope) {
            return Arc::clone(known);
        }
        let is_scope = type_of(&self.memory, scope) == Some(self.types.scope_info);
        let read = is_scope.then(|| Scope::read(&self.memory, self.metadata, scope)).flatten();
        let known =
            read.map(|scope| Known { variables: scope.variables(&self.memory), has_extension: scope.has_extension() });
        let known = Arc::new(known.unwrap_or_default());
        self.scopes.0.insert(scope, Arc::clone(&known));
        known
    }

    /// A realm: its global object, and what V8 keeps for it by number.
    pub(super) fn describe_realm(&mut self, object: u64, bytes: u64) {
        let is_last = |at: u64| 24 + 8 * at == bytes;
        for at in 0..(bytes - 16) / 8 {
            let Some(word) = self.memory.word(object + 16 + 8 * at) else { return };
            match at {
                0 => {
                    self.link(EdgeKind::Internal, "scope_info", word);
                }
                1 => {
                    self.link(EdgeKind::Internal, "previous", word);
                }
                2 => {
                    let name = if self.metadata.line >= Line::V14 { "global_object" } else { "extension" };
                    self.link(EdgeKind::Internal, name, word);
                    self.meet_global(object, word);
                }
                3 => {
                    self.link(EdgeKind::Internal, "global_proxy_object", word);
                }
                // The next realm, which it does not keep alive.
                _ if is_last(at) => {}
                _ => {
                    if let Some(target) = self.reach(word) {
                        self.put_number(at, target);
                    }
                }
            }
        }
    }

    /// The root's shortcut to a realm that a root holds itself, as those of `node:vm` are not: to its global object, or since V8 14 to itself.
    fn meet_global(&mut self, realm: u64, word: u64) {
        if self.reach(word).is_none() || !self.roots.iter().any(|words| words.contains(&(realm + 1))) {
            return;
        }
        if type_of(&self.memory, word - 1) == Some(self.types.js_global) {
            let shortcut = if self.metadata.line >= Line::V14 { realm } else { word - 1 };
            if !self.globals.contains(&shortcut) {
                self.globals.push(shortcut);
            }
        }
    }

    /// What a global object and its proxy hold.
    pub(super) fn describe_global(&mut self, object: u64, bytes: u64, done: &mut Done) {
        self.field_of_type(object, "global_proxy", bytes, self.types.js_global_proxy, done);
        for at in 3..bytes / 8 {
            let Some(word) = self.memory.word(object + 8 * at).filter(|word| word & 3 == 1) else { continue };
            let Some(number) = type_of(&self.memory, word - 1) else { continue };
            if self.types.get(number).role == Role::NativeContext {
                self.field(object, "native_context", 8 * at, done);
            }
        }
    }
}
