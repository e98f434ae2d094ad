//! The snapshot's outer structure: which section the bytes belong to, and what becomes of each.

use super::header::Layout;
use super::rows::Rows;
use super::texts::Texts;
use super::{CHUNK, RedactOptions, Wrong};
use crate::Error;
use crate::format::{OTHER_SECTIONS, OTHER_START};

/// The longest header or name of a section that is believed.
const LONGEST_HEADER: usize = 4 << 20;

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

/// The document's outer structure, byte by byte: what becomes of each section.
pub(super) struct Machine {
    state: State,
    layout: Option<Layout>,
    pub(super) texts: Texts,
    /// What was read of a header, a name, a text.
    scratch: Vec<u8>,
    pub(super) out: Vec<u8>,
    /// So much of `out` will not change any more.
    pub(super) committed: usize,
    /// Bytes of the input before the chunk.
    pub(super) offset: u64,
}

impl Machine {
    pub(super) fn new(options: &RedactOptions) -> Self {
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
    pub(super) fn forget(&mut self, count: usize) {
        self.out.drain(..count);
        self.committed -= count;
        if let State::Rows(rows) = &mut self.state {
            rows.forget(count);
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), Error> {
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

    pub(super) fn finish(&self) -> Result<(), Error> {
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
