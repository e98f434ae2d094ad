//! The names that V8 gives to the links of a WeakMap's entries, from the table to the value and from the key to the value.
//!
//! `N / part of key (Class @id) -> value (Class @id) pair in WeakMap (table @id)`. Classes can be named to imitate this,
//! and V8 writes the bare format string on overflow: nothing here trusts a name further than its form.

use super::bits::Bits;
use crate::graph::StringTable;
use rustc_hash::FxHashMap;

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
    by_name: FxHashMap<u32, WeakPair>,
}

impl WeakPairs {
    /// Searches the whole string table once.
    pub(crate) fn find(strings: &StringTable) -> Self {
        let mut entries: FxHashMap<String, u32> = FxHashMap::default();
        let mut by_name = FxHashMap::default();
        let mut is_pair = Bits::new(strings.len());
        for at in memchr::memmem::find_iter(strings.all(), b" pair in WeakMap (table @") {
            let index = strings.index_at(at);
            let text = strings.get(index);
            if is_pair.has(index) {
                continue;
            }
            let Some((entry, table)) = parse(&text) else { continue };
            let next = entries.len() as u32;
            let entry = *entries.entry(entry.to_owned()).or_insert(next);
            is_pair.insert(index);
            by_name.insert(index, WeakPair { table, entry });
        }
        Self { is_pair, by_name }
    }

    /// What the name with this string index says, if it has that form.
    #[inline]
    pub(crate) fn get(&self, name: u32) -> Option<WeakPair> {
        if self.is_pair.has(name) { self.by_name.get(&name).copied() } else { None }
    }
}

/// The part that both links share, and the table's id.
fn parse(text: &str) -> Option<(&str, u64)> {
    let entry = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if entry.len() == text.len() || entry.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return None;
    }
    let rest = entry.strip_prefix(" / part of key (")?;
    let (rest, table) = rest.rsplit_once(" pair in WeakMap (table @")?;
    let table = table.strip_suffix(')').filter(|id| is_number(id))?;
    let value = without_id(rest)?;
    let (mut from, arrow) = (0, ") -> value (");
    while let Some(found) = value[from..].find(arrow) {
        if without_id(&value[..=from + found]).is_some() {
            return Some((entry, table.parse().ok()?));
        }
        from += found + 1;
    }
    None
}

/// The text before a final ` @123)`.
fn without_id(text: &str) -> Option<&str> {
    let (before, id) = text.strip_suffix(')')?.rsplit_once(" @")?;
    is_number(id).then_some(before)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_the_form_and_nothing_like_it() {
        let plain = "12 / part of key (Foo @11) -> value (Object @13) pair in WeakMap (table @15)";
        assert_eq!(parse(plain), Some((&plain[2..], 15)));
        let evil = "1 / part of key (Evil @12) -> value (x @3) pair in WeakMap (table @1 @77) -> value (Y @9) pair in WeakMap (table @99)";
        assert_eq!(parse(evil).map(|(_, table)| table), Some(99));
        for no in [
            "%s / part of key (%s @%u) -> value (%s @%u) pair in WeakMap (table @%u)",
            " / part of key (A @1) -> value (B @2) pair in WeakMap (table @3)",
            "1 / part of key (A @1) -> value (B @2) pair in WeakMap (table @3",
            "1 / part of key (A @1) value (B @2) pair in WeakMap (table @3)",
            "1 / part of key (A) -> value (B @2) pair in WeakMap (table @3)",
            "1 / part of key (A\n @1) -> value (B @2) pair in WeakMap (table @3)",
            "1 / part of key (A @1) -> value (B) pair in WeakMap (table @3)",
        ] {
            assert_eq!(parse(no), None, "{no}");
        }
    }
}
