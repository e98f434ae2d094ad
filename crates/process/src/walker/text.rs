//! V8's strings as text: flat ones, and what hangs from others, without recursion.

use super::memory::Memory;
use std::borrow::Cow;

/// V8 cuts the texts of a snapshot at so many characters.
pub const CUT: usize = 1024;

/// Strings are nested so deep at most before the rest is left out: what is read here is names.
const DEEPEST: usize = 1 << 12;

const REPRESENTATION: u16 = 7;
const ONE_BYTE: u16 = 8;
/// Instance types below this one are strings.
pub const FIRST_OTHER: u16 = 128;

/// How a string is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Flat,
    Cons,
    External,
    Sliced,
    Thin,
}

/// The form that a type below [`FIRST_OTHER`] stands for.
pub fn form(instance_type: u16) -> Option<Form> {
    Some(match instance_type & REPRESENTATION {
        0 => Form::Flat,
        1 => Form::Cons,
        2 => Form::External,
        3 => Form::Sliced,
        5 => Form::Thin,
        _ => return None,
    })
}

/// Has each character one byte?
pub fn is_one_byte(instance_type: u16) -> bool {
    instance_type & ONE_BYTE != 0
}

/// The type of a string at this address; `None` where there is none.
fn string_type(memory: &Memory, address: u64) -> Option<u16> {
    let map = memory.word(address)?;
    let number = if map & 3 == 1 { memory.quarter(map - 1 + 12)? } else { return None };
    (number < FIRST_OTHER).then_some(number)
}

/// How many characters it has.
pub fn length(memory: &Memory, string: u64) -> Option<usize> {
    string_type(memory, string)?;
    memory.half(string + 12).map(|length| length as usize)
}

/// The first `most` characters in UTF-8. Lone surrogates become U+FFFD.
pub fn read(memory: &Memory, string: u64, most: usize) -> Option<Cow<'_, [u8]>> {
    match plain(memory, string, most) {
        Some(text) => Some(Cow::Borrowed(text)),
        None => assembled(memory, string, most).map(Cow::Owned),
    }
}

fn assembled(memory: &Memory, string: u64, most: usize) -> Option<Vec<u8>> {
    let mut units: Vec<u16> = Vec::new();
    // Parts that are still to come, the next one last: where, from which character, how many.
    let mut parts = vec![(string, 0, most.min(length(memory, string)?))];
    let mut steps = 0;
    while let Some((address, from, count)) = parts.pop() {
        steps += 1;
        if count == 0 || steps > DEEPEST {
            continue;
        }
        let number = string_type(memory, address)?;
        let link = |offset: u64| memory.word(address + offset).filter(|word| word & 3 == 1).map(|word| word - 1);
        match form(number)? {
            Form::Flat | Form::External => {
                let data = if form(number)? == Form::Flat { address + 16 } else { memory.word(address + 24)? };
                let own = memory.half(address + 12)? as usize;
                let count = count.min(own.saturating_sub(from));
                if is_one_byte(number) {
                    units.extend(memory.bytes(data + from as u64, count)?.iter().map(|&byte| u16::from(byte)));
                } else {
                    for at in from..from + count {
                        units.push(memory.quarter(data + 2 * at as u64)?);
                    }
                }
            }
            Form::Thin => parts.push((link(16)?, from, count)),
            Form::Sliced => {
                let offset = (memory.word(address + 24)? >> 32) as usize;
                parts.push((link(16)?, from.checked_add(offset)?, count));
            }
            Form::Cons => {
                let first = link(16)?;
                let of_first = length(memory, first)?;
                if from + count > of_first {
                    let skipped = from.saturating_sub(of_first);
                    parts.push((link(24)?, skipped, count - of_first.saturating_sub(from).min(count)));
                }
                if from < of_first {
                    parts.push((first, from, count.min(of_first - from)));
                }
            }
        }
    }
    Some(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect::<String>().into_bytes())
}

/// The usual string: in one piece, and ASCII.
#[inline]
fn plain(memory: &Memory, string: u64, most: usize) -> Option<&[u8]> {
    let number = string_type(memory, string)?;
    if form(number)? != Form::Flat || !is_one_byte(number) {
        return None;
    }
    let count = most.min(memory.half(string + 12)? as usize);
    memory.bytes(string + 16, count).filter(|text| text.is_ascii())
}

/// Where the lines of a text begin that lies in one piece, or is a part of one, in characters; `None` for other strings.
pub fn line_starts(memory: &Memory, string: u64) -> Option<Vec<u32>> {
    let count = u32::try_from(length(memory, string)?).ok()?;
    let link = |slot: u64| memory.word(slot).filter(|word| word & 3 == 1).map(|word| word - 1);
    let (mut address, mut first) = (string, 0);
    let number = loop {
        let number = string_type(memory, address)?;
        match form(number)? {
            Form::Flat | Form::External => break number,
            Form::Thin => address = link(address + 16)?,
            Form::Sliced => {
                first += memory.word(address + 24)? >> 32;
                address = link(address + 16)?;
            }
            // A flattened one: all of it is in the first part.
            Form::Cons if length(memory, link(address + 24)?)? == 0 => address = link(address + 16)?,
            Form::Cons => return None,
        }
    };
    let data = if form(number)? == Form::Flat { address + 16 } else { memory.word(address + 24)? };
    let data = data + if is_one_byte(number) { first } else { 2 * first };
    let mut starts = vec![0];
    if is_one_byte(number) {
        let text = memory.bytes(data, count as usize)?;
        for (at, &byte) in text.iter().enumerate() {
            if byte == b'\n' || byte == b'\r' && text.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
    } else {
        let unit = |at: u32| memory.quarter(data + 2 * u64::from(at));
        for at in 0..count {
            let this = unit(at)?;
            let is_end =
                matches!(this, 0x0a | 0x2028 | 0x2029) || this == 0x0d && (at + 1 >= count || unit(at + 1)? != 0x0a);
            if is_end {
                starts.push(at + 1);
            }
        }
    }
    Some(starts)
}
