//! Where V8's own links into its heap are: its table of roots, handles, the stack.

use super::maps::Maps;
use super::memory::Memory;
use super::shared::type_of;
use super::text;
use super::types::{Role, Types};
use super::v8::V8;

/// Words of an isolate that are looked through for its tables.
const ISOLATE_WORDS: u64 = 32 << 10;
/// V8's table of builtins, the last of its tables, has some 2,000 entries in a row.
const LONG_RUN: u64 = 500;
/// Handles of one block.
const HANDLES: u64 = 1022;
/// Eternal handles of one block.
const ETERNALS: u64 = 256;
/// Global handles of one block, and bytes of each.
const NODES: u64 = 256;
const NODE_BYTES: u64 = 32;

/// Tagged words, by what holds them.
#[derive(Default)]
pub struct Roots {
    pub tables: Vec<u64>,
    pub handles: Vec<u64>,
    pub globals: Vec<u64>,
    pub eternals: Vec<u64>,
    pub stack: Vec<u64>,
}

impl Roots {
    /// Finds them. `handle`: a slot of the innermost handle scope; `frame`: an address in the caller's frame.
    pub fn find(
        memory: &Memory,
        maps: &mut Maps,
        types: &Types,
        v8: &V8,
        handle: u64,
        frame: u64,
    ) -> Result<Self, String> {
        let mut roots = Self::default();
        let mut is_object = |word: u64| word & 3 == 1 && maps.of(memory, types, word - 1).is_some();

        // The tables end with the builtins: what lies behind are V8's variables of all kinds.
        let (mut run, mut end) = (0, 0);
        for at in 0..ISOLATE_WORDS {
            let Some(word) = memory.word(v8.isolate + 8 * at) else { break };
            run = if is_object(word) { run + 1 } else { 0 };
            if run >= LONG_RUN {
                end = at + 1;
            }
        }
        if end == 0 {
            return Err("V8's tables were not found in its isolate".to_owned());
        }
        roots.tables = words(memory, v8.isolate, v8.isolate + 8 * end)
            .filter(|&word| is_object(word) && !is_number_cache(memory, types, word - 1))
            .collect();

        // The innermost scope's next free slot and the end of its block stand side by side in the isolate.
        let whole = v8.isolate + 8 * ISOLATE_WORDS;
        let next = words(memory, v8.isolate, whole).zip(words(memory, v8.isolate + 8, whole)).find(|&(next, limit)| {
            next > handle && next <= handle + 8 * HANDLES && limit >= next && limit - handle <= 8 * HANDLES
        });
        let Some((next, limit)) = next else { return Err("V8's handles were not found in its isolate".to_owned()) };
        roots.handles = words(memory, limit - 8 * HANDLES, next).filter(|&word| is_object(word)).collect();

        roots.eternals = eternals(memory, v8.isolate + 8 * end, whole, &mut is_object);

        let any = v8.global(words(memory, handle, handle + 8).next().unwrap_or(0));
        roots.globals = globals(memory, any.address())?;
        drop(any);
        roots.globals.retain(|&word| is_object(word));

        let end = memory.region_end(frame).ok_or("the stack was not found")?;
        roots.stack = words(memory, frame & !7, end).filter(|&word| is_object(word)).collect();
        roots.stack.sort_unstable();
        roots.stack.dedup();
        Ok(roots)
    }
}

fn words(memory: &Memory, from: u64, to: u64) -> impl Iterator<Item = u64> + '_ {
    (from..to).step_by(8).map_while(|at| memory.word(at))
}

/// Is it V8's cache of texts of numbers? It is emptied by each full collection, so that it holds nothing.
fn is_number_cache(memory: &Memory, types: &Types, object: u64) -> bool {
    const LEAST: u64 = 128;
    let length = memory.word(object + 8).map_or(0, |length| length >> 32);
    if type_of(memory, object) != Some(types.fixed_array) || length < LEAST {
        return false;
    }
    let role = |at: u64| {
        let word = memory.word(object + 16 + 8 * at)?;
        if word & 1 == 0 { Some(Role::Number) } else { type_of(memory, word - 1).map(|number| types.get(number).role) }
    };
    let is_text = |at: u64| {
        let word = memory.word(object + 16 + 8 * at).filter(|word| word & 3 == 1);
        word.and_then(|word| type_of(memory, word - 1)).is_some_and(|number| number < text::FIRST_OTHER)
    };
    let is_free = |at: u64| matches!(role(at), Some(Role::Oddball | Role::Number));
    (0..length / 2).all(|pair| is_free(2 * pair) && (is_text(2 * pair + 1) || is_free(2 * pair + 1)))
}

/// What the embedder has said will live for ever: a number, and a list of blocks that hold so many objects. Where no variable
/// of the isolate leads to such a thing, there is none, or nothing is known of it: they are names and templates.
fn eternals(memory: &Memory, from: u64, to: u64, is_object: &mut dyn FnMut(u64) -> bool) -> Vec<u64> {
    for at in words(memory, from, to) {
        let (Some(count), Some(first), Some(last)) = (memory.half(at), memory.word(at + 8), memory.word(at + 16))
        else {
            continue;
        };
        let count = u64::from(count);
        if count == 0 || last.checked_sub(first) != Some(8 * count.div_ceil(ETERNALS)) {
            continue;
        }
        let slots = (0..count).map(|index| {
            let block = memory.word(first + 8 * (index / ETERNALS))?;
            memory.word(block + 8 * (index % ETERNALS)).filter(|&word| is_object(word))
        });
        if let Some(found) = slots.collect() {
            return found;
        }
    }
    Vec::new()
}

/// What all strong global handles hold, from the block of one of them. A block has its handles first, then links to the
/// blocks before and after it that have any in use.
fn globals(memory: &Memory, slot: u64) -> Result<Vec<u64>, String> {
    const STATE: u8 = 3;
    const STRONG: u8 = 1;
    let odd = || "V8's global handles are not laid out as this reading knows them".to_owned();
    let index = memory.byte(slot + 10).ok_or_else(odd)?;
    let first = slot - NODE_BYTES * u64::from(index);
    let mut found = Vec::new();
    let owner = memory.word(first + NODES * NODE_BYTES + 8).ok_or_else(odd)?;
    for direction in [24, 32] {
        let mut block = first;
        let mut steps = 0;
        while block != 0 {
            // What is not a block of the same owner, with its handles numbered in a row, is not what it is taken for.
            let is_block = (0..NODES).all(|at| memory.byte(block + NODE_BYTES * at + 10).map(u64::from) == Some(at))
                && memory.word(block + NODES * NODE_BYTES + 8) == Some(owner);
            steps += 1;
            if !is_block || steps > 1 << 24 {
                return Err(odd());
            }
            if block != first || direction == 24 {
                for at in 0..NODES {
                    let node = block + NODE_BYTES * at;
                    if memory.byte(node + 11).ok_or_else(odd)? & STATE == STRONG && node != slot {
                        found.push(memory.word(node).ok_or_else(odd)?);
                    }
                }
            }
            block = memory.word(block + NODES * NODE_BYTES + direction).ok_or_else(odd)?;
        }
    }
    Ok(found)
}
