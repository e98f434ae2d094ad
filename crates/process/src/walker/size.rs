//! How large an object is.

use super::maps::Map;
use super::memory::Memory;
use super::metadata::{Line, Metadata};
use super::scope::Scope;
use super::text;
use super::types::{Size, Types};

/// Bytes of a feedback vector before its slots.
const FEEDBACK_HEADER: u64 = 48;

/// Bytes of the object at this address; `None` where this reading does not know.
pub fn size(memory: &Memory, metadata: &Metadata, types: &Types, map: &Map, object: u64) -> Option<u64> {
    if map.size > 0 {
        return Some(map.size);
    }
    let number = map.instance_type;
    if number < text::FIRST_OTHER {
        let bytes = if text::is_one_byte(number) { 1 } else { 2 };
        return Some(aligned(16 + bytes * u64::from(memory.half(object + 12)?), 8));
    }
    let small = |offset: u64| memory.small(object + offset);
    let half = |offset: u64| memory.half(object + offset).map(u64::from);
    Some(match types.get(number).size {
        Size::Unknown => return None,
        Size::Words(header) => header + 8 * small(8)?,
        Size::Bytes => aligned(16 + small(8)?, 8),
        Size::Properties => 16 + 8 * (small(8)? & 0x3ff),
        Size::BigInt => 16 + 8 * (half(8)? >> 1 & 0x3fff_ffff),
        Size::Descriptors => metadata.descriptors_header + 24 * u64::from(memory.quarter(object + 8)?),
        Size::FeedbackVector => FEEDBACK_HEADER + 8 * half(8)?,
        Size::FeedbackMetadata => {
            // Six kinds of slots fit 32 bits.
            let slots = 4 * half(8)?.div_ceil(6);
            let counts = if metadata.line >= Line::V13 { 2 * half(12)? } else { 0 };
            aligned(16 + slots + counts, 8)
        }
        Size::Bytecode => aligned(metadata.bytecode_header + small(8)?, 8),
        Size::Instructions => {
            let code = memory.word(object + 8).filter(|word| word & 3 == 1)? - 1;
            let offset = metadata.code_size.unwrap_or(56);
            let body = u64::from(memory.half(code + offset)?) + u64::from(memory.half(code + offset + 4)?);
            aligned(metadata.stream_header + body, 64)
        }
        Size::Scope => 8 + 8 * Scope::read(memory, metadata, object)?.words,
        Size::Preparse => aligned(16 + half(8)?, 8) + 8 * half(12)?,
        Size::Coverage => 16 + 16 * half(8)?,
        Size::Free => small(8)?,
    })
}

fn aligned(size: u64, to: u64) -> u64 {
    size.div_ceil(to) * to
}
