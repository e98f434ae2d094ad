//! The names that V8 gives to the links of a WeakMap's entries, from the table to the value and from the key to the value.
//!
//! `N / part of key (Class @id) -> value (Class @id) pair in WeakMap (table @id)`. Classes can be named to imitate this,
//! and V8 writes the bare format string on overflow: nothing here trusts a name further than its form.

use crate::bits::Bits;
use crate::graph::StringTable;
use rustc_hash::FxHashMap;

/// V8 cuts names at 1,024 characters of at most six bytes; a longer one is not V8's, and would take long to take apart.
const LONGEST: usize = 8192;

/// Where there are so many, room is made for more at once.
const MANY: usize = 1 << 10;

const MARK: &[u8] = b" pair in WeakMap (table @";
const ARROW: &[u8] = b") -> value (";
/// As JSON writes them, or as they are.
const LINE_ENDS: [&[u8]; 8] =
    [b"\\n", b"\\r", b"\\u2028", b"\\u2029", b"\n", b"\r", "\u{2028}".as_bytes(), "\u{2029}".as_bytes()];

/// What a name says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct WeakPair {
    /// V8's id of the WeakMap's table.
    pub(crate) table: u64,
    /// The same for both links of one entry.
    pub(crate) entry: u32,
}

/// All names of that form, by string index. Nearly every name that is asked for is another one: a bit each says so.
pub(crate) struct WeakPairs {
    is_pair: Bits,
    /// For every 64 names: how many come before them.
    before: Vec<u32>,
    pairs: Vec<WeakPair>,
    entries: usize,
}

impl WeakPairs {
    /// Searches the whole string table once.
    #[inline(never)]
    pub(crate) fn find(strings: &StringTable) -> Self {
        let form = Form::new();
        let mut entries: FxHashMap<&[u8], u32> = FxHashMap::default();
        let mut pairs = Vec::new();
        let mut is_pair = Bits::new(strings.len());
        let mut index = 0;
        let mut tried = None;
        for at in memchr::memmem::find_iter(strings.all(), MARK) {
            index = strings.index_at(at, index);
            let raw = strings.raw(index);
            if tried.replace(index) == Some(index) || raw.len() > LONGEST {
                continue;
            }
            let Some((entry, table)) = form.parse(raw) else { continue };
            if entries.len() == MANY {
                entries.reserve(strings.len() / 16);
            }
            let next = entries.len() as u32;
            let entry = *entries.entry(entry).or_insert(next);
            is_pair.insert(index);
            pairs.push(WeakPair { table, entry });
        }
        Self { before: is_pair.before(), is_pair, pairs, entries: entries.len() }
    }

    /// What the name with this string index says, if it has that form.
    #[inline]
    pub(crate) fn get(&self, name: u32) -> Option<WeakPair> {
        // The pairs stand in the order of their names.
        if self.is_pair.has(name) { Some(self.pairs[self.is_pair.rank(name, &self.before)]) } else { None }
    }

    /// How many entries there are: their numbers are below.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }
}

/// What names are taken apart with.
struct Form {
    arrow: memchr::memmem::Finder<'static>,
}

impl Form {
    fn new() -> Self {
        Self { arrow: memchr::memmem::Finder::new(ARROW) }
    }

    /// The part that both links share, and the table's id. The text is JSON's: what it escapes is no part of the form, and a
    /// line's end within a name ends the form.
    fn parse<'a>(&self, text: &'a [u8]) -> Option<(&'a [u8], u64)> {
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let entry = &text[digits..];
        if digits == 0 || has_line_end(entry) {
            return None;
        }
        let rest = entry.strip_prefix(b" / part of key (")?;
        let (names, table) = behind(rest.strip_suffix(b")")?);
        let table = number(table)?;
        let value = without_id(names.strip_suffix(MARK)?)?;
        // The key's name may hold the arrow too: any arrow behind an id will do.
        let has_arrow = |found: usize| without_id(&value[..=found]).is_some();
        self.arrow.find_iter(value).any(has_arrow).then_some((entry, table))
    }
}

fn has_line_end(text: &[u8]) -> bool {
    // Most names have none of the bytes that one begins with.
    let maybe = memchr::memchr(b'\\', text).is_some() || memchr::memchr3(b'\n', b'\r', 0xe2, text).is_some();
    maybe && LINE_ENDS.iter().any(|end| memchr::memmem::find(text, end).is_some())
}

/// The text before a final ` @123)`.
fn without_id(text: &[u8]) -> Option<&[u8]> {
    let (text, id) = behind(text.strip_suffix(b")")?);
    text.strip_suffix(b" @").filter(|_| !id.is_empty())
}

/// What stands before the digits at the end, and those.
fn behind(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(text.len() - digits)
}

/// A number that may be too large for any id.
fn number(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(text).ok()?.parse().ok()).map(|id| id.unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Form, WeakPairs};
    use crate::graph::StringTable;

    #[test]
    fn finds_them_among_other_names() {
        let mut strings = StringTable::default();
        let is_pair = |at: u32| at.is_multiple_of(7) || at > 190;
        for at in 0..200 {
            let name = if is_pair(at) {
                format!("{at} / part of key (A @{}) -> value (B @2) pair in WeakMap (table @{at})", at / 14)
            } else {
                format!("name {at}")
            };
            strings.push_bytes(name.as_bytes());
            strings.end();
        }
        let pairs = WeakPairs::find(&strings);
        for at in 0..200 {
            assert_eq!(pairs.get(at).map(|pair| pair.table), is_pair(at).then_some(u64::from(at)));
        }
    }

    #[test]
    fn reads_the_form_and_nothing_like_it() {
        let form = Form::new();
        let parse = |text| form.parse(text);
        let plain = "12 / part of key (Foo @11) -> value (Object @13) pair in WeakMap (table @15)";
        assert_eq!(parse(plain.as_bytes()), Some((&plain.as_bytes()[2..], 15)));
        let evil = "1 / part of key (Evil @12) -> value (x @3) pair in WeakMap (table @1 @77) -> value (Y @9) pair in WeakMap (table @99)";
        assert_eq!(parse(evil.as_bytes()).map(|(_, table)| table), Some(99));
        for no in [
            "%s / part of key (%s @%u) -> value (%s @%u) pair in WeakMap (table @%u)",
            " / part of key (A @1) -> value (B @2) pair in WeakMap (table @3)",
            "1 / part of key (A @1) -> value (B @2) pair in WeakMap (table @3",
            "1 / part of key (A @1) value (B @2) pair in WeakMap (table @3)",
            "1 / part of key (A) -> value (B @2) pair in WeakMap (table @3)",
            r"1 / part of key (A\n @1) -> value (B @2) pair in WeakMap (table @3)",
            "1 / part of key (A @1) -> value (B) pair in WeakMap (table @3)",
        ] {
            assert_eq!(parse(no.as_bytes()), None, "{no}");
        }
    }
}
