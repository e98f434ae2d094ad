//! Redaction: a heap snapshot without the values of its strings, on the way from a reader to whoever reads on.
//!
//! One pass, whatever the size: nodes and edges come before the strings, so a byte a string remembers what it is used for, and
//! each string becomes two, the name at `2 + 2 i` and the value at `3 + 2 i`, of which only what is used is written. So a value
//! that equals a name is another string in the result, and nothing has to be known in advance. Nodes, edges, sizes and ids stay
//! as they are, and with them every retained size.
//!
//! A value is told by its node's kind. What is not known to be a name is a value, and what is not known at all is refused.

mod header;
mod names;
mod rows;
mod texts;

use crate::Error;
use crate::format::{self, OTHER_SECTIONS, OTHER_START};
use header::Layout;
use rows::Rows;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use texts::Texts;

pub(crate) use names::PLACEHOLDER;

/// How much is read at a time.
const CHUNK: usize = 256 << 10;
/// The longest header or name of a section that is believed.
const LONGEST_HEADER: usize = 4 << 20;

/// What is taken out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedactOptions {
    /// The key of the placeholders: equal values have equal placeholders where it is the same. Whoever has it can test guesses.
    pub salt: [u8; 16],
    /// Also takes out names of properties, classes and functions that look like data.
    #[serde(default)]
    pub strict: bool,
    /// Lists the names that stay.
    #[serde(default)]
    pub audit: bool,
}

/// What was done.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redaction {
    /// Different texts of values, all of them replaced.
    pub values: u64,
    /// Different names that are in clear.
    pub names: u64,
    /// Of `names`, those that look like data.
    pub data_like: u64,
    /// Different names that were replaced.
    pub replaced_names: u64,
    /// The names that are in clear, those that look like data first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Vec<Kept>>,
    /// How many names `kept` leaves out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub omitted: Option<u64>,
}

/// A name that is in clear.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The name.
    pub name: String,
    /// `script`, `system` (of V8 and Node, and of variables) or `property` (of properties, classes and functions).
    #[serde(rename = "use")]
    pub used: &'static str,
    /// Whether it looks like data rather than like a name in a program.
    pub data_like: bool,
}

/// A snapshot as it is read, redacted. `R` may be compressed by gzip or zstd; what is read is not.
pub struct Redacted {
    reader: Box<dyn Read + Send>,
    compressed: bool,
    chunk: Vec<u8>,
    machine: Machine,
    given: usize,
}

impl Redacted {
    /// Reads on from `reader`.
    ///
    /// # Errors
    /// [`crate::Code::Io`] where its first bytes cannot be read.
    pub fn new(reader: Box<dyn Read + Send>, options: &RedactOptions) -> Result<Self, Error> {
        let (reader, compressed) = format::decompressed(reader)?;
        Ok(Self { reader, compressed, chunk: vec![0; CHUNK], machine: Machine::new(options), given: 0 })
    }

    /// What was done, when all was read.
    pub fn redaction(self) -> Redaction {
        self.machine.texts.redaction()
    }
}

/// What is wrong with the snapshot comes as the [`Error`] within the [`io::Error`]; others are the reader's.
impl Read for Redacted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = &self.machine.out[self.given..self.machine.committed];
            if !ready.is_empty() {
                let count = ready.len().min(buffer.len());
                buffer[..count].copy_from_slice(&ready[..count]);
                self.given += count;
                return Ok(count);
            }
            self.machine.forget(self.given);
            self.given = 0;
            let count = match self.reader.read(&mut self.chunk) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if self.compressed => {
                    return Err(io::Error::other(format::failed(&error, true, self.machine.offset)));
                }
                Err(error) => return Err(error),
            };
            if count == 0 {
                self.machine.finish().map_err(io::Error::other)?;
                return Ok(0);
            }
            self.machine.push(&self.chunk[..count]).map_err(io::Error::other)?;
        }
    }
}

/// Where in the document the machine is.
enum State {
    /// Before the document's brace.
    Start,
    /// Before a section's name, or the end.
    Section,
    /// In a section's name.
    Name { escaped: bool },
    /// Behind a section's name.
    Colon,
    /// In the header, as deep.
    Header { depth: u32, quoted: bool, escaped: bool },
    /// Before the bracket of nodes, edges or functions.
    Rows(Rows),
    /// In a section of numbers that stays as it is.
    Numbers { depth: u32 },
    /// Among strings.
    Strings { open: bool },
    /// In a string.
    Text { escaped: bool },
    /// Behind the document.
    End,
}

struct Machine {
    state: State,
    layout: Option<Layout>,
    texts: Texts,
    /// What was read of a header, a name, a text.
    scratch: Vec<u8>,
    out: Vec<u8>,
    /// So much of `out` will not change any more.
    committed: usize,
    /// Bytes of the input before the chunk.
    offset: u64,
}

impl Machine {
    fn new(options: &RedactOptions) -> Self {
        Self {
            state: State::Start,
            layout: None,
            texts: Texts::new(options),
            scratch: Vec::new(),
            out: Vec::with_capacity(2 * CHUNK),
            committed: 0,
            offset: 0,
        }
    }

    /// The first bytes of `out` were taken.
    fn forget(&mut self, count: usize) {
        self.out.drain(..count);
        self.committed -= count;
        if let State::Rows(rows) = &mut self.state {
            rows.forget(count);
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<(), Error> {
        let mut at = 0;
        while at < chunk.len() {
            at = self.step(chunk, at).map_err(|what| Error::parse(what.0, self.offset + what.1 as u64))?;
        }
        self.offset += chunk.len() as u64;
        if !matches!(self.state, State::Rows(_)) {
            self.committed = self.out.len();
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), Error> {
        if matches!(self.state, State::End) {
            Ok(())
        } else {
            let what = match self.state {
                State::Start => "the file is empty",
                _ => "the file ends early, the snapshot was not written to its end",
            };
            Err(Error::parse(what, self.offset))
        }
    }

    /// Goes on at `at`; answers where to go on.
    fn step(&mut self, chunk: &[u8], at: usize) -> Result<usize, Wrong> {
        let byte = chunk[at];
        let wrong = |what: &str| Err(Wrong(what.to_owned(), at));
        match &mut self.state {
            State::Start | State::Section | State::Colon | State::End if byte.is_ascii_whitespace() => {}
            State::Start if byte == b'{' => {
                self.out.push(byte);
                self.state = State::Section;
            }
            State::Section => match byte {
                b',' => self.out.push(byte),
                b'"' => {
                    self.scratch.clear();
                    self.state = State::Name { escaped: false };
                }
                b'}' if self.texts.done => {
                    self.out.push(byte);
                    self.state = State::End;
                }
                b'}' if self.layout.is_none() => return wrong(OTHER_SECTIONS),
                b'}' => return wrong("the snapshot has no strings"),
                _ => return wrong("a section's name was expected"),
            },
            State::Name { escaped: false } if byte == b'"' => self.state = State::Colon,
            State::Name { escaped } => {
                *escaped = byte == b'\\' && !*escaped;
                if self.scratch.len() > LONGEST_HEADER {
                    return wrong("a section's name is too long");
                }
                self.scratch.push(byte);
            }
            State::Colon if byte == b':' => self.section().map_err(|what| Wrong(what, at))?,
            State::Header { .. } => self.in_header(byte).map_err(|what| Wrong(what, at))?,
            State::Rows(rows) => {
                let end = rows.step(chunk, at, &mut self.out, &mut self.committed, &mut self.texts)?;
                if rows.ended {
                    self.state = State::Section;
                }
                return Ok(end);
            }
            State::Numbers { .. } => self.in_numbers(byte).map_err(|what| Wrong(what, at))?,
            State::Strings { .. } => self.in_strings(byte).map_err(|what| Wrong(what, at))?,
            State::Text { escaped } => {
                if *escaped {
                    *escaped = false;
                    self.scratch.push(byte);
                    return Ok(at + 1);
                }
                let rest = &chunk[at..];
                let run = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                self.scratch.extend_from_slice(&rest[..run]);
                match rest.get(run) {
                    None => return Ok(chunk.len()),
                    Some(b'"') => {
                        self.texts.text(&self.scratch, &mut self.out);
                        self.state = State::Strings { open: true };
                    }
                    Some(_) => {
                        self.scratch.push(b'\\');
                        *escaped = true;
                    }
                }
                return Ok(at + run + 1);
            }
            State::Start => return wrong(OTHER_START),
            State::Colon => return wrong("a colon was expected"),
            State::End => return wrong("something follows the snapshot"),
        }
        Ok(at + 1)
    }

    fn in_header(&mut self, byte: u8) -> Result<(), String> {
        let State::Header { depth, quoted, escaped } = &mut self.state else { return Ok(()) };
        match (byte, *quoted) {
            (b'"', _) if !*escaped => *quoted = !*quoted,
            (b'{', false) => *depth += 1,
            (b'}', false) => *depth = depth.saturating_sub(1),
            _ => {}
        }
        *escaped = *quoted && byte == b'\\' && !*escaped;
        let ended = *depth == 0 && !byte.is_ascii_whitespace();
        self.scratch.push(byte);
        if self.scratch.len() > LONGEST_HEADER {
            return Err("the header is too long".to_owned());
        }
        if ended { self.header() } else { Ok(()) }
    }

    fn in_numbers(&mut self, byte: u8) -> Result<(), String> {
        let State::Numbers { depth } = &mut self.state else { return Ok(()) };
        match byte {
            b'[' => *depth += 1,
            b']' => *depth = depth.saturating_sub(1),
            b'0'..=b'9' | b',' | b'-' | b'.' | b' ' | b'\n' | b'\r' | b'\t' => {}
            // A snapshot begins with its header.
            _ if self.layout.is_none() => return Err(OTHER_SECTIONS.to_owned()),
            _ => return Err("a section with an unknown name has texts, so it cannot be redacted".to_owned()),
        }
        let ended = *depth == 0 && byte == b']';
        if *depth == 0 && !ended && !byte.is_ascii_whitespace() {
            let is_other = self.layout.is_none();
            return Err(if is_other { OTHER_SECTIONS } else { "an array was expected" }.to_owned());
        }
        self.out.push(byte);
        if ended {
            self.state = State::Section;
        }
        Ok(())
    }

    fn in_strings(&mut self, byte: u8) -> Result<(), String> {
        let State::Strings { open } = &mut self.state else { return Ok(()) };
        match byte {
            b'[' if !*open => {
                *open = true;
                Texts::begin(&mut self.out);
            }
            b'"' if *open => {
                self.scratch.clear();
                self.state = State::Text { escaped: false };
            }
            b']' if *open => {
                self.out.push(byte);
                self.texts.done = true;
                self.state = State::Section;
            }
            b',' if *open => {}
            _ if byte.is_ascii_whitespace() => {}
            _ => return Err("a string was expected".to_owned()),
        }
        Ok(())
    }

    /// The section of the name in `scratch` begins.
    fn section(&mut self) -> Result<(), String> {
        let name = std::mem::take(&mut self.scratch);
        let known = |name: &[u8]| {
            std::str::from_utf8(name).is_ok_and(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        };
        if name.len() > 64 || !known(&name) {
            return Err(OTHER_SECTIONS.to_owned());
        }
        self.out.push(b'"');
        self.out.extend_from_slice(&name);
        self.out.extend_from_slice(b"\":");
        let layout = self.layout.as_ref();
        let before = |what: &str| format!("{what} come before the header, or without one");
        self.state = match name.as_slice() {
            b"snapshot" if layout.is_none() => State::Header { depth: 0, quoted: false, escaped: false },
            b"snapshot" => return Err("a second header".to_owned()),
            b"strings" if self.texts.done => return Err("a second list of strings".to_owned()),
            b"strings" if layout.is_some() => State::Strings { open: false },
            b"nodes" | b"edges" | b"trace_function_infos" => {
                if self.texts.done {
                    return Err(
                        "strings come before what uses them: this order cannot be redacted in one pass".to_owned()
                    );
                }
                let layout = layout.ok_or_else(|| before("rows"))?;
                State::Rows(match name.as_slice() {
                    b"nodes" => Rows::new(&layout.nodes),
                    b"edges" => Rows::new(&layout.edges),
                    _ => Rows::new(&layout.functions),
                })
            }
            b"strings" => return Err(before("strings")),
            _ => State::Numbers { depth: 0 },
        };
        Ok(())
    }

    fn header(&mut self) -> Result<(), String> {
        let text = std::mem::take(&mut self.scratch);
        self.layout = Some(Layout::read(&text, &mut self.out)?);
        self.state = State::Section;
        Ok(())
    }
}

/// What is wrong, and where in the chunk.
struct Wrong(String, usize);

#[cfg(test)]
mod tests;
