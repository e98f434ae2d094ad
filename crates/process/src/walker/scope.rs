//! `ScopeInfo`: what V8 remembers of a scope: the names of its variables, its function's name, where it begins.

use super::memory::Memory;
use super::metadata::{Line, Metadata};

/// From so many variables on their names are in a table of their own.
const INLINED: u64 = 75;
/// Where the function's own variable is: nowhere, on the stack, here, or it is a name without a variable.
const IN_CONTEXT: u64 = 2;

/// One scope.
pub struct Scope {
    /// Words of the object, the map left out.
    pub words: u64,
    /// How many variables are in the context.
    pub count: u64,
    /// Where their names are, one after the other; or where the table of them is.
    names: u64,
    is_inlined: bool,
    /// Where the function's name would be.
    function_name: Option<u64>,
    /// The function is a variable of its own context.
    has_own_variable: bool,
    /// Where the function begins.
    pub start: Option<u32>,
    /// Words of the context before the first variable.
    pub context_header: u64,
}

/// Numbers of a context's words, with their tagged names.
pub type Variables = Vec<(u64, u64)>;

impl Scope {
    /// Reads the one at this address; `None` where it is none.
    pub fn read(memory: &Memory, metadata: &Metadata, address: u64) -> Option<Self> {
        let old = metadata.line <= Line::V12;
        let word = |index: u64| memory.word(address + 8 + 8 * index);
        let small = |index: u64| memory.small(address + 8 + 8 * index);
        let flags = if old { word(0)? >> 32 } else { word(0)? & 0xffff_ffff };
        let bits = |from: u32, count: u32| flags >> from & ((1 << count) - 1);
        let flag = |at: u32| bits(at, 1);
        let count = small(2)?;
        let scope_type = bits(0, 4);
        // By the order of V8's enumeration in each line.
        let (module, positioned) = match metadata.line {
            Line::V11 | Line::V12 => (3, matches!(scope_type, 1..=4) || scope_type == 0 && flag(29) == 0),
            Line::V13 | Line::V14 => (5, true),
        };
        let is_module = scope_type == module;
        let mut at = metadata.scope_first;
        // The variables that a module imports and exports are counted in front, or by Node 20 in front of themselves.
        let is_counted_first = is_module && metadata.line != Line::V11;
        let mut variables = if is_counted_first { small(at)? } else { 0 };
        at += u64::from(is_counted_first);
        let names = address + 8 + 8 * at;
        let inlined = count < INLINED;
        at += if inlined { count } else { 1 };
        at += count + flag(10);
        let has_function = bits(12, 2) != 0;
        let function_name = has_function.then_some(address + 8 + 8 * at);
        at += 2 * u64::from(has_function) + flag(14);
        let mut start = (!old).then(|| small(3)).flatten();
        if old && positioned {
            start = small(at);
            at += 2;
        }
        at += flag(22);
        if old {
            at += flag(28);
        }
        if is_module {
            at += 1;
            if !is_counted_first {
                variables = small(at)?;
                at += 1;
            }
            at += 3 * variables;
        }
        Some(Self {
            words: at,
            count,
            names,
            is_inlined: inlined,
            function_name,
            has_own_variable: bits(12, 2) == IN_CONTEXT,
            start: start.and_then(|start| u32::try_from(start).ok()),
            context_header: 2 + flag(26),
        })
    }

    /// The variables of its contexts.
    pub fn variables(&self, memory: &Memory) -> Variables {
        let mut found = Vec::new();
        if self.is_inlined {
            let names = (0..self.count).map(|index| Some((index, memory.word(self.names + 8 * index)?)));
            found.extend(names.flatten());
        } else {
            self.read_table(memory, &mut found);
        }
        for (index, _) in &mut found {
            *index += self.context_header;
        }
        if self.has_own_variable
            && let Some(name) = self.function_name(memory)
            && let Some(index) = self.function_name.and_then(|slot| memory.small(slot + 8))
        {
            found.push((index, name));
        }
        found
    }

    /// A hash table: so many elements, so many deleted, its capacity; then pairs of a name and a number.
    fn read_table(&self, memory: &Memory, into: &mut Variables) -> Option<()> {
        let table = memory.word(self.names).filter(|word| word & 3 == 1)? - 1;
        let length = memory.small(table + 8)?;
        for entry in (3..length.saturating_sub(1)).step_by(2) {
            let name = memory.word(table + 16 + 8 * entry)?;
            // What is free holds no number.
            if let Some(index) = memory.small(table + 24 + 8 * entry).filter(|_| name & 3 == 1)
                && index < self.count
            {
                into.push((index, name));
            }
        }
        Some(())
    }

    /// Do its contexts have a word for what they are extended by?
    pub fn has_extension(&self) -> bool {
        self.context_header > 2
    }

    /// The tagged name of the function.
    pub fn function_name(&self, memory: &Memory) -> Option<u64> {
        memory.word(self.function_name?).filter(|word| word & 3 == 1)
    }
}
