//! What names look like, and what stands for values. All on texts as JSON writes them: V8 writes equal texts alike.

use siphasher::sip::SipHasher24;
use std::hash::Hasher;
use std::io::Write;

/// How every placeholder begins.
pub(crate) const PLACEHOLDER: &str = "[redacted ";

/// V8 cuts texts at so many characters.
const CUT: usize = 1024;
/// A name longer than that is none of a program's.
const LONGEST: usize = 64;
const PAIR: &[u8] = b" / part of key (";
const ARROW: &[u8] = b") -> value (";
const TABLE: &[u8] = b") pair in WeakMap (table @";

/// Makes placeholders: the class of the length, and a keyed hash, by which equal texts are told.
pub(super) struct Placeholders {
    hasher: SipHasher24,
}

impl Placeholders {
    pub(super) fn new(salt: [u8; 16]) -> Self {
        Self { hasher: SipHasher24::new_with_key(&salt) }
    }

    /// `[redacted 16-31 0123456789abcdef]`; of the empty text, nothing.
    pub(super) fn write(&self, raw: &[u8], out: &mut Vec<u8>) {
        let length = characters(raw);
        if length == 0 {
            return;
        }
        let mut hasher = self.hasher;
        hasher.write(raw);
        let hash = hasher.finish();
        let least = 1_usize << length.ilog2();
        // Into memory: nothing can fail.
        let _ = if length >= CUT {
            write!(out, "{PLACEHOLDER}{CUT}+ {hash:016x}]")
        } else if least == 1 {
            write!(out, "{PLACEHOLDER}1 {hash:016x}]")
        } else {
            write!(out, "{PLACEHOLDER}{least}-{} {hash:016x}]", 2 * least - 1)
        };
    }
}

/// UTF-16 characters of a JSON text.
fn characters(raw: &[u8]) -> usize {
    let mut count = 0;
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        let skip = match (first, tail.first()) {
            (b'\\', Some(b'u')) => 5,
            (b'\\', Some(_)) => 1,
            _ => 0,
        };
        // A character of four bytes is two.
        count += match first {
            0x80..=0xbf => 0,
            0xf0..=0xff => 2,
            _ => 1,
        };
        rest = tail.get(skip..).unwrap_or_default();
    }
    count
}

/// What V8 calls values that it does not write out.
pub(super) fn is_constant(raw: &[u8]) -> bool {
    const CONSTANTS: [&[u8]; 7] = [
        b"symbol",
        b"private symbol",
        b"bigint",
        b"heap number",
        b"smi number",
        b"(concatenated string)",
        b"(sliced string)",
    ];
    CONSTANTS.contains(&raw)
}

/// A script's path, URL or module name.
pub(super) fn is_script(raw: &[u8]) -> bool {
    let drive = matches!(raw, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let scheme = raw.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    drive || raw.starts_with(b"/") || raw.starts_with(b"node:") || scheme > 1 && raw[scheme..].starts_with(b"://")
}

/// Is it the name of a link of a WeakMap's entry, or made to look so?
pub(super) fn is_weak_pair(raw: &[u8]) -> bool {
    let digits = raw.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && raw[digits..].starts_with(PAIR)
}

/// Such a name without the names in it; `None` where it does not have the form. Ids tell the entries apart.
pub(super) fn weak_pair(raw: &[u8]) -> Option<Vec<u8>> {
    let number = |text: &[u8]| text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let index = raw.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let table = memchr::memmem::rfind(raw, TABLE)?;
    let arrow = memchr::memmem::rfind(&raw[..table], ARROW)?;
    let id = |text: &'_ [u8]| {
        let digits = number(text);
        let (name, digits) = text.split_at(text.len() - digits);
        (name.ends_with(b" @") && !digits.is_empty()).then(|| digits.to_vec())
    };
    let (key, value) = (id(&raw[..arrow])?, id(&raw[arrow + ARROW.len()..table])?);
    let end = raw[table + TABLE.len()..].strip_suffix(b")").filter(|end| end.iter().all(u8::is_ascii_digit))?;
    Some([&raw[..index], PAIR, b"- @", &key, ARROW, b"- @", &value, TABLE, end, b")"].concat())
}

/// Does a name of a property, class or function look like data: a key of an object that is used as a map?
///
/// Names in programs are words: letters, few digits, of a modest length. What has blanks, other marks, many digits, or both
/// digits and letters in turns, is a key. V8's own names in parentheses and brackets are none.
pub(super) fn is_data_like(raw: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(raw) else { return true };
    if text.is_empty() || text.starts_with("system / ") || text.starts_with("Node / ") {
        return false;
    }
    // Prefixes and frames that V8 and Node write.
    let text = ["get ", "set ", "bound ", "async ", "Detached "]
        .iter()
        .fold(text, |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
    let text = text.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')).unwrap_or(text);
    let text = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text);
    let text = text.strip_prefix("symbol ").unwrap_or(text);
    if text.len() > LONGEST {
        return true;
    }
    let text = text.trim_start_matches(['#', '@', '_', '$']);
    // `Foo.bar`, `content-type`, `nodejs.util.inspect.custom`, `fs:read`: words between single marks.
    let mut words = text.split(['.', '-', '_', '$', ':', '/', ' ']);
    let word = |word: &str| {
        let turns =
            word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
        word.chars().all(char::is_alphanumeric) && turns <= 2
    };
    let count = |is: fn(&u8) -> bool| text.bytes().filter(is).count();
    let (digits, blanks) = (count(u8::is_ascii_digit), count(|&byte| byte == b' '));
    !words.all(word) || blanks > 1 || digits > 4 || digits > 0 && !text.bytes().any(|byte| byte.is_ascii_alphabetic())
}
