//! Texts that are kept once: a table, and where in it each is.

use super::StringTable;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;

/// The most bytes that texts may have together: their places are 32 bits wide.
const MOST: usize = u32::MAX as usize - (1 << 20);

/// Texts by index, and their indexes.
#[derive(Default)]
pub struct TextTable {
    strings: StringTable,
    by_hash: FxHashMap<u64, u32>,
}

impl TextTable {
    /// The index of this text; `None` where there is no room for it. It may hold anything; what is not UTF-8 is shown as U+FFFD.
    pub fn add(&mut self, text: &[u8]) -> Option<u32> {
        let hash = FxBuildHasher.hash_one(text);
        let strings = &mut self.strings;
        if let Some(&known) = self.by_hash.get(&hash)
            && is_same(strings.raw(known), text)
        {
            return Some(known);
        }
        if strings.byte_len() + 2 * text.len() > MOST {
            return None;
        }
        let index = strings.push(text);
        self.by_hash.insert(hash, index);
        Some(index)
    }

    /// A number in decimal, which is not looked for: the caller asks once for each.
    pub fn number(&mut self, number: u32) -> Option<u32> {
        const DIGITS: usize = 10;
        if self.strings.byte_len() + 2 * DIGITS > MOST {
            return None;
        }
        let mut text = [b'0'; DIGITS];
        let (mut first, mut rest) = (DIGITS, number);
        while first == DIGITS || rest > 0 {
            first -= 1;
            text[first] += (rest % 10) as u8;
            rest /= 10;
        }
        self.strings.push_bytes(&text[first..]);
        Some(self.strings.end())
    }

    /// Puts the texts of another table behind these, and answers how many these were; `None` where there is no room for them.
    pub fn append(&mut self, other: &Self) -> Option<u32> {
        if self.strings.byte_len() + other.strings.byte_len() > MOST {
            return None;
        }
        let base = self.strings.len() as u32;
        self.strings.append(&other.strings);
        Some(base)
    }

    /// The texts.
    pub fn strings(&self) -> &StringTable {
        &self.strings
    }

    /// The texts alone.
    pub fn into_strings(self) -> StringTable {
        let Self { mut strings, by_hash } = self;
        drop(by_hash);
        strings.shrink();
        strings
    }
}

/// Is `raw`, with every backslash doubled, this text?
fn is_same(raw: &[u8], text: &[u8]) -> bool {
    if raw.len() == text.len() {
        return raw == text && memchr::memchr(b'\\', text).is_none();
    }
    let mut rest = raw.iter();
    let all = text.iter().all(|byte| rest.next() == Some(byte) && (*byte != b'\\' || rest.next() == Some(byte)));
    all && rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::TextTable;

    const TEXTS: [&[u8]; 6] = [b"", b"plain", br"a\b", br"a\\b", br"\", b"plain\n\"q\""];

    #[test]
    fn keeps_texts_once_whatever_they_hold() {
        let mut table = TextTable::default();
        let indexes = TEXTS.map(|text| table.add(text));
        assert_eq!(indexes, TEXTS.map(|text| table.add(text)), "the second time");
        for (index, text) in indexes.into_iter().zip(TEXTS) {
            assert_eq!(table.strings().get(index.unwrap()).as_bytes(), text);
        }
    }

    #[test]
    fn numbers_are_decimal() {
        let mut table = TextTable::default();
        for number in [0, 7, 10, 1_234_567, u32::MAX] {
            let index = table.number(number).unwrap();
            assert_eq!(table.strings().get(index), number.to_string());
        }
    }

    #[test]
    fn another_table_comes_behind() {
        let (mut table, mut other) = (TextTable::default(), TextTable::default());
        table.add(b"one");
        table.add(b"two");
        let indexes = TEXTS.map(|text| other.add(text));
        let base = table.append(&other).unwrap();
        assert_eq!(base, 2);
        let strings = table.into_strings();
        assert_eq!((strings.len(), &*strings.get(0), &*strings.get(1)), (2 + TEXTS.len(), "one", "two"));
        for (index, text) in indexes.into_iter().zip(TEXTS) {
            assert_eq!(strings.get(base + index.unwrap()).as_bytes(), text);
        }
    }
}
