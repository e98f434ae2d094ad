//! Functions by their `SharedFunctionInfo`: a name and a place, the same for all closures made of it.

use super::memory::Memory;
use super::metadata::Metadata;
use super::scope::Scope;
use super::text;
use super::texts::Texts;
use super::types::{Role, Types};
use leakguard_core::graph::{GraphBuilder, Place};
use rustc_hash::FxHashMap;

/// What is known of a function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The index of its name.
    pub name: u32,
    pub place: Option<Place>,
}

/// All that were asked for.
#[derive(Default)]
pub struct Functions {
    by_shared: FxHashMap<u64, Function>,
    lines: FxHashMap<u64, Option<Vec<u32>>>,
}

impl Functions {
    /// The function of a closure.
    pub fn of(
        &mut self,
        memory: &Memory,
        metadata: &Metadata,
        types: &Types,
        texts: &mut Texts,
        graph: &mut GraphBuilder,
        closure: u64,
    ) -> Function {
        let shared = memory.word(closure + metadata.function_shared).filter(|word| word & 3 == 1);
        match shared {
            Some(shared) => self.of_shared(memory, metadata, types, texts, graph, shared - 1),
            None => Function { name: texts.known(graph, ""), place: None },
        }
    }

    /// The function itself.
    pub fn of_shared(
        &mut self,
        memory: &Memory,
        metadata: &Metadata,
        types: &Types,
        texts: &mut Texts,
        graph: &mut GraphBuilder,
        shared: u64,
    ) -> Function {
        if let Some(&known) = self.by_shared.get(&shared) {
            return known;
        }
        let word = |slot: u64| memory.word(slot).filter(|word| word & 3 == 1).map(|word| word - 1);
        let name_or_scope = word(shared + metadata.shared_name);
        let scope = name_or_scope
            .filter(|&object| type_of(memory, object) == Some(types.scope_info))
            .and_then(|object| Scope::read(memory, metadata, object));
        let string = match &scope {
            Some(scope) => scope.function_name(memory).map(|word| word - 1),
            None => name_or_scope,
        };
        let string = string.filter(|&object| type_of(memory, object).is_some_and(|number| number < text::FIRST_OTHER));
        let name = match string {
            Some(string) => texts.of_string(memory, graph, string),
            None => texts.known(graph, ""),
        };
        let start = scope.as_ref().and_then(|scope| scope.start).or_else(|| {
            // Not compiled yet: what will be says where it begins.
            [8, 16].into_iter().find_map(|offset| {
                let data = word(shared + offset)?;
                let number = type_of(memory, data)?;
                let is_uncompiled = (types.first_uncompiled..=types.last_uncompiled).contains(&number);
                if is_uncompiled { memory.half(data + 16) } else { None }
            })
        });
        let script = word(shared + metadata.shared_script)
            .filter(|&object| type_of(memory, object).is_some_and(|number| types.get(number).role == Role::Script));
        let place = start.zip(script).and_then(|(start, script)| self.place(memory, script, start));
        let function = Function { name, place };
        self.by_shared.insert(shared, function);
        function
    }

    fn place(&mut self, memory: &Memory, script: u64, start: u32) -> Option<Place> {
        let id = memory.small(script + 64)? as u32;
        let read = || text::line_starts(memory, memory.word(script + 8).filter(|word| word & 3 == 1)? - 1);
        let lines = self.lines.entry(script).or_insert_with(read).as_ref()?;
        let line = lines.partition_point(|&first| first <= start).checked_sub(1)?;
        Some(Place { script: id, line: line as u32, column: start - lines[line] })
    }
}

/// The instance type of what is an object for certain.
pub fn type_of(memory: &Memory, object: u64) -> Option<u16> {
    let map = memory.word(object).filter(|word| word & 3 == 1)?;
    memory.quarter(map - 1 + 12)
}
