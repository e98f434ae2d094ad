//! The string table as it stands in the file: JSON text between quotes, decoded only where it is shown.
//!
//! V8 cuts characters beyond the BMP to 16 bits, so real tables hold lone surrogates: decoding never fails, it puts
//! U+FFFD where there is no character.
#![expect(
    clippy::cast_possible_truncation,
    reason = "a table's bytes and entries are limited to 32 bits by whoever fills it"
)]

use std::borrow::Cow;

/// V8 cuts texts at 1,024 characters of at most six bytes. What is longer is not V8's, and costs for each place it is shown.
const LONGEST: usize = 6 * 1024;

/// Texts by index.
#[derive(Clone, Debug, Default)]
pub struct StringTable {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl StringTable {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Is the table empty?
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text as the file has it, escapes and all; empty for an index past the end.
    pub fn raw(&self, index: u32) -> &[u8] {
        let at = index as usize;
        let Some(&end) = self.ends.get(at) else { return &[] };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start as usize..end as usize]
    }

    /// The text, up to the length at which V8 cuts texts itself.
    pub fn get(&self, index: u32) -> Cow<'_, str> {
        let raw = self.raw(index);
        decode(&raw[..raw.len().min(LONGEST)])
    }

    /// The index of the first text that stands in the file just so.
    pub fn find(&self, raw: &[u8]) -> Option<u32> {
        (0..self.ends.len() as u32).find(|&index| self.raw(index) == raw)
    }

    /// The indexes of all texts that stand in the file like one of these, in one pass. V8 writes each text once.
    pub(crate) fn find_all<const N: usize>(&self, wanted: [&[u8]; N]) -> [Vec<u32>; N] {
        let mut found = [const { Vec::new() }; N];
        // A bit for each length: nearly all texts have another one.
        let lengths = wanted.iter().fold(0u64, |bits, raw| bits | 1 << (raw.len() % 64));
        let mut start = 0;
        for (index, &end) in self.ends.iter().enumerate() {
            let (from, length) = (start as usize, end - start);
            start = end;
            if lengths >> (length % 64) & 1 == 0 {
                continue;
            }
            let raw = &self.bytes[from..end as usize];
            for (found, _) in found.iter_mut().zip(&wanted).filter(|(_, wanted)| **wanted == raw) {
                found.push(index as u32);
            }
        }
        found
    }

    /// All raw texts one behind the other, for searches over the whole table.
    pub(crate) fn all(&self) -> &[u8] {
        &self.bytes
    }

    /// The text that holds this byte of [`StringTable::all`]; not before `from`, and best close behind it.
    pub(crate) fn index_at(&self, byte: usize, from: u32) -> u32 {
        let ends = &self.ends[from as usize..];
        let mut step = 1;
        while ends.get(step).is_some_and(|&end| end as usize <= byte) {
            step *= 2;
        }
        let near = &ends[..ends.len().min(step + 1)];
        from + near.partition_point(|&end| end as usize <= byte) as u32
    }

    /// Lets go of all texts that have ended.
    pub(crate) fn forget_ended(&mut self) {
        let ended = self.ends.last().map_or(0, |&end| end as usize);
        self.ends.clear();
        self.bytes.drain(..ended);
    }

    /// Puts a text behind the others, whatever it holds, and answers its index. The caller keeps all bytes below 2^32.
    pub(crate) fn push(&mut self, text: &[u8]) -> u32 {
        for piece in text.split_inclusive(|&byte| byte == b'\\') {
            self.push_bytes(piece);
            // The table holds JSON's text, in which this one begins an escape.
            if piece.ends_with(b"\\") {
                self.push_bytes(b"\\");
            }
        }
        self.end()
    }

    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes of all texts and of the table itself.
    pub(crate) fn byte_len(&self) -> usize {
        self.bytes.len() + 4 * self.ends.len()
    }

    /// Ends the text whose bytes were pushed, and answers its index. The caller keeps all bytes below 2^32.
    pub(crate) fn end(&mut self) -> u32 {
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// Puts the texts of another table behind these. The caller keeps all bytes below 2^32.
    pub(crate) fn append(&mut self, other: &Self) {
        let base = self.bytes.len() as u32;
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| base + end));
    }

    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

fn decode(raw: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', raw).is_none() {
        return String::from_utf8_lossy(raw);
    }
    let mut text = Vec::<u8>::with_capacity(raw.len());
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'\\' {
            text.push(*first);
            continue;
        }
        let [kind, tail @ ..] = rest else { break };
        rest = tail;
        let character = match kind {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let unit = hex(rest);
                rest = rest.get(4..).unwrap_or(&[]);
                let low = match rest {
                    [b'\\', b'u', tail @ ..] => hex(tail),
                    _ => None,
                };
                let code = match (unit, low) {
                    (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                        rest = rest.get(6..).unwrap_or(&[]);
                        Some(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
                    }
                    (unit, _) => unit,
                };
                code.and_then(char::from_u32).unwrap_or('\u{fffd}')
            }
            other => char::from(*other),
        };
        text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Cow::Owned(String::from_utf8(text).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned()))
}

fn hex(digits: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
    if digits.starts_with('+') { None } else { u32::from_str_radix(digits, 16).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_v8_writes_and_what_it_should_not() {
        let cases: [(&[u8], &str); 9] = [
            (b"plain", "plain"),
            (br#"a\"b\\c\/d"#, "a\"b\\c/d"),
            (br"tab\tline\n", "tab\tline\n"),
            (br"\u00fc\u6771", "\u{fc}\u{6771}"),
            (br"\ud83d\ude00!", "\u{1f600}!"),
            (br"lone \ud83d!", "lone \u{fffd}!"),
            (br"\udc00\ud800", "\u{fffd}\u{fffd}"),
            (br"cut \u00", "cut \u{fffd}"),
            (b"\xff\xfe ok \\", "\u{fffd}\u{fffd} ok "),
        ];
        for (raw, want) in cases {
            assert_eq!(decode(raw), want, "{}", String::from_utf8_lossy(raw));
        }
    }

    #[test]
    fn finds_the_text_that_holds_a_byte() {
        let mut table = StringTable::default();
        for text in ["", "ab", "", "c"] {
            table.push_bytes(text.as_bytes());
            table.end();
        }
        assert_eq!(
            (table.index_at(0, 0), table.index_at(1, 1), table.index_at(2, 0), table.index_at(2, 3)),
            (1, 1, 3, 3)
        );
        assert_eq!(table.find(b"c"), Some(3));
        assert_eq!(table.find_all([b"c", b"", b"none", b"ab"]), [vec![3], vec![0, 2], vec![], vec![1]]);
    }
}
