//! The string table: what each string is used for, and what becomes of it.

use super::names::{self, Placeholders};
use super::rows::Meaning;
use super::{Kept, RedactOptions, Redaction};

/// What an exported number is called in the result.
pub(super) const NUMBER: u64 = 1;
/// Strings that are in every result before the first of the input: the empty one, and the exported number's.
const FIRST: u64 = 2;
/// More strings than that no snapshot has: the parser's own limit of nodes.
const MOST: u64 = 1 << 28;
/// So many names are listed at most.
const LISTED: usize = 20_000;

const SYSTEM: u8 = 1;
const SCRIPT: u8 = 2;
const PROPERTY: u8 = 4;
const VALUE: u8 = 8;

pub(super) struct Texts {
    uses: Vec<u8>,
    placeholders: Placeholders,
    strict: bool,
    kept: Option<Vec<Kept>>,
    counts: Redaction,
    next: usize,
    /// The string before this one, where it is the path of a script.
    script: Vec<u8>,
    pub done: bool,
}

impl Texts {
    pub(super) fn new(options: &RedactOptions) -> Self {
        Self {
            uses: Vec::new(),
            placeholders: Placeholders::new(options.salt),
            strict: options.strict,
            kept: options.audit.then(Vec::new),
            counts: Redaction::default(),
            next: 0,
            script: Vec::new(),
            done: false,
        }
    }

    /// Where a string is, as a name.
    pub(super) fn name(number: u64) -> Result<u64, String> {
        if number < MOST { Ok(FIRST + 2 * number) } else { Err(format!("string {number} is one of too many")) }
    }

    /// Where it is, as a value.
    pub(super) fn value(number: u64) -> Result<u64, String> {
        Self::name(number).map(|name| name + 1)
    }

    /// The string is used.
    pub(super) fn used(&mut self, number: u64, meaning: Meaning) -> Result<(), String> {
        Self::name(number)?;
        let at = usize::try_from(number).map_err(|error| error.to_string())?;
        if at >= self.uses.len() {
            self.uses.resize((at + 1).next_power_of_two(), 0);
        }
        self.uses[at] |= match meaning {
            Meaning::Number => 0,
            Meaning::System => SYSTEM,
            Meaning::Script => SCRIPT,
            Meaning::Property => PROPERTY,
            Meaning::Value | Meaning::Text => VALUE,
        };
        Ok(())
    }

    /// The list begins.
    pub(super) fn begin(out: &mut Vec<u8>) {
        out.extend_from_slice(b"[\"\",\"(number)\"");
    }

    /// The next string, as JSON writes it, without its quotes.
    pub(super) fn text(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        let uses = self.uses.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        out.extend_from_slice(b",\n\"");
        if uses & (SYSTEM | SCRIPT | PROPERTY) != 0 {
            self.name_of(raw, uses, out);
        }
        out.extend_from_slice(b"\",\"");
        let is_script = uses & SCRIPT != 0 && names::is_script(raw);
        if uses & VALUE != 0 {
            // V8's own words for values of some kinds, and the paths of scripts, which are names of code in clear anyhow. A file that
            // was redacted before has such a path twice, one after the other: V8 writes no string twice.
            if names::is_constant(raw) || is_script || !raw.is_empty() && raw == self.script {
                out.extend_from_slice(raw);
            } else {
                self.counts.values += 1;
                self.placeholders.write(raw, out);
            }
        }
        out.push(b'"');
        self.script.clear();
        if is_script {
            self.script.extend_from_slice(raw);
        }
    }

    fn name_of(&mut self, raw: &[u8], uses: u8, out: &mut Vec<u8>) {
        // V8 writes the key's and the value's names into the names of a WeakMap's links, and those of strings are values.
        let pair = names::is_weak_pair(raw).then(|| names::weak_pair(raw));
        if let Some(pair) = pair {
            match pair {
                Some(name) => out.extend_from_slice(&name),
                None => self.placeholders.write(raw, out),
            }
            self.counts.replaced_names += 1;
            return;
        }
        let data_like = uses & (SYSTEM | SCRIPT) == 0 && names::is_data_like(raw);
        if self.strict && data_like {
            self.placeholders.write(raw, out);
            self.counts.replaced_names += 1;
            return;
        }
        out.extend_from_slice(raw);
        self.counts.names += 1;
        self.counts.data_like += u64::from(data_like);
        if let Some(kept) = &mut self.kept {
            let role = match uses {
                _ if uses & SCRIPT != 0 && names::is_script(raw) => "script",
                _ if uses & (SYSTEM | SCRIPT) != 0 => "system",
                _ => "property",
            };
            // Those that look like data matter; the others only as long as there is room.
            if data_like || kept.len() < LISTED {
                let name = String::from_utf8_lossy(raw).into_owned();
                kept.push(Kept { name, used: role, data_like });
            }
        }
    }

    pub(super) fn redaction(mut self) -> Redaction {
        if let Some(mut kept) = self.kept {
            kept.sort_by_key(|kept| !kept.data_like);
            kept.truncate(LISTED);
            self.counts.omitted = Some(self.counts.names - kept.len() as u64);
            self.counts.kept = Some(kept);
        }
        self.counts
    }
}
