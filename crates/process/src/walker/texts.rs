//! The names that go into the graph, each made once.

use super::maps::Maps;
use super::memory::Memory;
use super::recent::Recent;
use super::text::{self, CUT};
use super::types::{Role, Types};
use leakguard_core::graph::GraphBuilder;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// Indexes of texts by what they come from.
#[derive(Default)]
pub struct Texts {
    /// By the address and length of the literal.
    known: Recent<(usize, usize), u32>,
    system: FxHashMap<&'static str, u32>,
    /// By the tagged name.
    names: Recent<u64, u32>,
    accessors: FxHashMap<(&'static str, u32), u32>,
    numbers: Vec<u32>,
}

impl Texts {
    /// A text of this program.
    pub fn known(&mut self, graph: &mut GraphBuilder, literal: &'static str) -> u32 {
        let key = (literal.as_ptr() as usize, literal.len());
        if let Some(index) = self.known.get(key) {
            return index;
        }
        let index = graph.text(literal.as_bytes());
        self.known.put(key, index);
        index
    }

    /// `system / Cell`.
    pub fn system(&mut self, graph: &mut GraphBuilder, class: &'static str) -> u32 {
        *self.system.entry(class).or_insert_with(|| graph.text(format!("system / {class}").as_bytes()))
    }

    /// A number in decimal.
    #[inline]
    pub fn number(&mut self, graph: &mut GraphBuilder, number: usize) -> u32 {
        if let Some(&known) = self.numbers.get(number) {
            return known;
        }
        for next in self.numbers.len()..=number {
            self.numbers.push(graph.number(next as u32));
        }
        self.numbers[number]
    }

    /// `get name`, `set name`.
    pub fn accessor(&mut self, graph: &mut GraphBuilder, word: &'static str, name: u32) -> u32 {
        let known = &mut self.accessors;
        *known.entry((word, name)).or_insert_with(|| {
            let text = format!("{word} {}", graph.shown(name));
            graph.text(text.as_bytes())
        })
    }

    /// What the string at this address says, as far as a snapshot shows it.
    pub fn of_string(&mut self, memory: &Memory, graph: &mut GraphBuilder, string: u64) -> u32 {
        match text::read(memory, string, CUT) {
            Some(text) => graph.text(&text),
            None => self.known(graph, ""),
        }
    }

    /// What the string says whose tagged address is in this slot.
    pub fn at(&mut self, memory: &Memory, graph: &mut GraphBuilder, slot: u64) -> u32 {
        match memory.word(slot).filter(|word| word & 3 == 1) {
            Some(word) => self.of_string(memory, graph, word - 1),
            None => self.known(graph, ""),
        }
    }

    /// The name of a property: a string, or a symbol.
    pub fn of_name(
        &mut self,
        memory: &Memory,
        types: &Types,
        maps: &mut Maps,
        graph: &mut GraphBuilder,
        name: u64,
    ) -> u32 {
        if let Some(known) = self.names.get(name) {
            return known;
        }
        let number = maps.of(memory, types, name.wrapping_sub(1)).map(|at| maps.list[at as usize].instance_type);
        let index = match number {
            Some(number) if number < text::FIRST_OTHER => self.of_string(memory, graph, name - 1),
            Some(number) if types.get(number).role == Role::Symbol => match symbol_text(memory, name - 1) {
                // A private name, as a class declares it. The flag that says so is not at one place in all versions.
                Some(text) if text.starts_with(b"#") => graph.text(&text),
                Some(text) => graph.text(format!("<symbol {}>", String::from_utf8_lossy(&text)).as_bytes()),
                None => self.known(graph, "<symbol>"),
            },
            _ => self.known(graph, ""),
        };
        self.names.put(name, index);
        index
    }
}

/// Is it a symbol that only V8 and its embedder know, as those behind private fields are?
pub fn is_private(memory: &Memory, symbol: u64) -> bool {
    memory.half(symbol + 12).is_some_and(|flags| flags & 1 == 1)
}

/// What a symbol is described by.
pub fn symbol_text(memory: &Memory, symbol: u64) -> Option<Cow<'_, [u8]>> {
    let description = memory.word(symbol + 16).filter(|word| word & 3 == 1)?;
    text::read(memory, description - 1, CUT)
}
