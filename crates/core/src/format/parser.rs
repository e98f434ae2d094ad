//! The file's outer structure, block by block: which table the bytes belong to, and where each begins and ends.
//!
//! Everything here happens in the input's order on one thread at a time. Lists of numbers are the exception in cost, not
//! in order: the block's leading numbers were read ahead by whichever thread holds the block (see `pipeline`).

use super::columns::{Columns, Misfit};
use super::input::Block;
use super::meta::Layout;
use super::numbers::{Numbers, Stop, position};
use crate::graph::{Graph, StringTable};
use crate::{Error, Limits};

/// The header is some 1,500 bytes; a file may not make us keep more than this of it.
const MAX_HEADER: usize = 1 << 20;
/// Names of sections are short.
const MAX_KEY: usize = 256;

/// What is said of a file that is something else.
pub(crate) const OTHER_START: &str = "this is not a heap snapshot: it does not begin with {";
pub(crate) const OTHER_SECTIONS: &str = "this is not a heap snapshot: its sections have other names";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Table {
    Nodes,
    Edges,
    Locations,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Before `{`.
    Start,
    /// Before a section's name.
    BeforeKey,
    /// In a section's name.
    Key,
    /// Before `:`.
    Colon,
    /// Before a section's value.
    Value,
    /// In the value of `snapshot` (kept) or of a section that is of no interest (not kept).
    Skip { keep: bool, depth: u32, in_string: bool, escaped: bool, bare: bool },
    /// In a list of numbers.
    Numbers(Table),
    /// Between two strings of the table; `fresh`: none was read, so the table may end here; `after`: behind a string.
    Strings { fresh: bool, after: bool },
    /// In a string of the table; `escaped`: behind a backslash.
    InString { escaped: bool },
    /// Behind a section's value.
    AfterValue,
    /// Behind the last `}`.
    Done,
}

/// Makes a graph of the blocks of one file.
pub(super) struct Parser {
    state: State,
    key: Vec<u8>,
    header: Vec<u8>,
    header_at: u64,
    columns: Option<Columns>,
    seen: Vec<Table>,
    strings_end: Option<u64>,
    /// Where the last block ended within a number.
    cut: Option<u64>,
    limits: Limits,
}

impl Parser {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            state: State::Start,
            key: Vec::new(),
            header: Vec::new(),
            header_at: 0,
            columns: None,
            seen: Vec::new(),
            strings_end: None,
            cut: None,
            limits: limits.clone(),
        }
    }

    /// Takes the next block in order. `ahead` holds the numbers that it begins with, and why they stop, if it begins so.
    pub(super) fn block(&mut self, block: &Block, ahead: &mut Numbers, ahead_stop: Stop) -> Result<(), Error> {
        let text = block.text();
        if let Some(cut) = self.cut {
            return Err(Error::parse("a number and its comma are too far apart", cut));
        }
        let mut at = 0;
        if let State::Numbers(table) = self.state
            && !text.is_empty()
        {
            at = self.numbers(table, block, 0, ahead, ahead_stop)?;
        }
        while at < text.len() {
            at = match self.state {
                State::Numbers(table) => {
                    let stop = ahead.scan(text, at);
                    self.numbers(table, block, at, ahead, stop)?
                }
                State::InString { escaped } => self.in_string(block, at, escaped)?,
                State::Skip { .. } => self.skip(block, at)?,
                _ => self.structure(block, at)?,
            };
        }
        Ok(())
    }

    /// The numbers of a block from `start` on; answers where the rest begins.
    fn numbers(
        &mut self,
        table: Table,
        block: &Block,
        start: usize,
        numbers: &Numbers,
        stop: Stop,
    ) -> Result<usize, Error> {
        let text = block.text();
        let columns = self.columns.as_mut().ok_or_else(|| Error::parse("numbers before the header", block.offset))?;
        let taken = match table {
            Table::Nodes => columns.nodes(numbers),
            Table::Edges => columns.edges(numbers),
            Table::Locations => columns.locations(numbers),
        };
        taken.map_err(|Misfit { index, what, is_limit }| {
            let byte = block.offset + position(text, start, index) as u64;
            if is_limit { Error { byte: Some(byte), ..Error::limit(what) } } else { Error::parse(what, byte) }
        })?;
        match stop {
            Stop::Text => Ok(text.len()),
            // Right at the end of the input this is an early end, which `finish` tells.
            Stop::Cut(at) => {
                self.cut = Some(block.offset + at as u64);
                Ok(text.len())
            }
            Stop::Bracket(at) => {
                let byte = block.offset + at as u64;
                match table {
                    Table::Nodes => columns.end_nodes(),
                    Table::Edges => columns.end_edges(),
                    Table::Locations => columns.end_locations(),
                }
                .map_err(|what| Error::parse(what, byte))?;
                self.state = State::AfterValue;
                Ok(at + 1)
            }
            // V8 puts a function of a script that was compiled with an offset (`vm`, Vitest) before the first line or column.
            // Its place is of no use to anybody, and no reason to give up the heap: the sign is dropped.
            Stop::Bad(at) if table == Table::Locations && text.get(at) == Some(&b'-') => Ok(at + 1),
            Stop::Bad(at) => {
                let what = format!("{} cannot stand in the numbers of {table:?}", shown(text.get(at)));
                Err(Error::parse(what, block.offset + at as u64))
            }
            Stop::Huge(at) => Err(Error::parse(
                format_args!("a number of {table:?} has more than 19 digits"),
                block.offset + at as u64,
            )),
        }
    }

    /// One byte outside of tables and values.
    fn structure(&mut self, block: &Block, at: usize) -> Result<usize, Error> {
        let byte = block.text()[at];
        let place = block.offset + at as u64;
        let next = at + 1;
        if self.state != State::Key && byte.is_ascii_whitespace() {
            return Ok(next);
        }
        // A byte order mark is harmless.
        if self.state == State::Start && place < 3 && [0xef, 0xbb, 0xbf].contains(&byte) {
            return Ok(next);
        }
        self.state = match (self.state, byte) {
            (State::Start, b'{') | (State::AfterValue, b',') => State::BeforeKey,
            (State::Start, _) => {
                return Err(Error::parse(OTHER_START, place));
            }
            (State::BeforeKey, b'"') => {
                self.key.clear();
                State::Key
            }
            (State::Key, b'"') => State::Colon,
            (State::Key, _) => {
                if self.key.len() >= MAX_KEY || byte == b'\\' {
                    return Err(Error::parse(OTHER_SECTIONS, place));
                }
                self.key.push(byte);
                State::Key
            }
            (State::Colon, b':') => State::Value,
            (State::Value, _) => return self.value(block, at),
            (State::AfterValue, b'}') => State::Done,
            (State::Strings { fresh: true, .. } | State::Strings { after: true, .. }, b']') => {
                self.strings_end = Some(place);
                State::AfterValue
            }
            (State::Strings { after: true, .. }, b',') => State::Strings { fresh: false, after: false },
            (State::Strings { after: false, .. }, b'"') => State::InString { escaped: false },
            (state, _) => {
                let wanted = match state {
                    State::BeforeKey => "the name of a section",
                    State::Colon => "a colon",
                    State::AfterValue => "a comma or }",
                    State::Strings { after: true, .. } => "a comma or ]",
                    State::Strings { .. } => "a string",
                    _ => "the end of the file",
                };
                return Err(Error::parse(format_args!("{} stands where {wanted} must be", shown(Some(&byte))), place));
            }
        };
        Ok(next)
    }

    /// The first byte of a section's value.
    fn value(&mut self, block: &Block, at: usize) -> Result<usize, Error> {
        let byte = block.text()[at];
        let place = block.offset + at as u64;
        let table = match self.key.as_slice() {
            b"nodes" => Some(Table::Nodes),
            b"edges" => Some(Table::Edges),
            b"locations" => Some(Table::Locations),
            b"strings" => None,
            key => {
                let keep = key == b"snapshot";
                if keep {
                    if self.columns.is_some() {
                        return Err(Error::parse("a second header", place));
                    }
                    self.header_at = place;
                }
                let container = matches!(byte, b'{' | b'[');
                let in_string = byte == b'"';
                self.state = State::Skip {
                    keep,
                    depth: u32::from(container),
                    in_string,
                    escaped: false,
                    bare: !container && !in_string,
                };
                if keep {
                    self.header.push(byte);
                }
                return Ok(at + 1);
            }
        };
        let section = String::from_utf8_lossy(&self.key).into_owned();
        if byte != b'[' {
            return Err(Error::parse(format_args!("{section} is not a list"), place));
        }
        if self.columns.is_none() {
            return Err(Error::parse(format_args!("{section} stands before the header \"snapshot\""), place));
        }
        let Some(table) = table else {
            if self.strings_end.is_some() {
                return Err(Error::parse("a second table of strings", place));
            }
            self.state = State::Strings { fresh: true, after: false };
            return Ok(at + 1);
        };
        if self.seen.contains(&table) {
            return Err(Error::parse(format_args!("a second table of {section}"), place));
        }
        if table != Table::Nodes && !self.seen.contains(&Table::Nodes) {
            return Err(Error::parse(format_args!("{section} stands before nodes"), place));
        }
        self.seen.push(table);
        self.state = State::Numbers(table);
        Ok(at + 1)
    }

    /// The bytes of one string of the table, up to its end or the block's.
    fn in_string(&mut self, block: &Block, at: usize, escaped: bool) -> Result<usize, Error> {
        let place = block.offset + at as u64;
        let Some(columns) = self.columns.as_mut() else { return Err(Error::parse("strings before the header", place)) };
        let strings = &mut columns.graph.strings;
        let text = block.text();
        let mut end = at;
        let mut skip = escaped;
        let ended = loop {
            if skip {
                // Whatever stands behind a backslash belongs to the string.
                match text.get(end) {
                    None => break false,
                    Some(_) => end += 1,
                }
                skip = false;
            }
            match memchr::memchr2(b'"', b'\\', &text[end..]) {
                None => {
                    end = text.len();
                    break false;
                }
                Some(found) => {
                    end += found;
                    if text[end] == b'"' {
                        break true;
                    }
                    end += 1;
                    skip = true;
                }
            }
        };
        let limit = self.limits.max_string_bytes.min(u64::from(u32::MAX) - 1);
        let check = |strings: &StringTable| {
            if strings.byte_len() as u64 <= limit {
                return Ok(());
            }
            let what = format_args!("the strings have more than {limit} bytes (option limits.maxStringBytes)");
            Err(Error { byte: Some(place), ..Error::limit(what) })
        };
        strings.push_bytes(&text[at..end]);
        check(strings)?;
        if !ended {
            self.state = State::InString { escaped: skip };
            return Ok(end);
        }
        strings.end();
        check(strings)?;
        self.state = State::Strings { fresh: false, after: true };
        // The usual way to the next string, without a round through the states.
        if let Some(b",\"") = text.get(end + 1..end + 3) {
            self.state = State::InString { escaped: false };
            return Ok(end + 3);
        }
        Ok(end + 1)
    }

    /// The bytes of a value that is not looked into, up to its end or the block's.
    fn skip(&mut self, block: &Block, at: usize) -> Result<usize, Error> {
        let State::Skip { keep, mut depth, mut in_string, mut escaped, bare } = self.state else { return Ok(at) };
        let text = block.text();
        let mut end = at;
        let mut ended = false;
        while let Some(&byte) = text.get(end) {
            if in_string {
                end += 1;
                if escaped {
                    escaped = false;
                } else if byte == b'\\' {
                    escaped = true;
                } else if byte == b'"' {
                    in_string = false;
                    ended = depth == 0;
                }
            } else {
                if bare && matches!(byte, b',' | b'}' | b']') {
                    ended = true;
                    break;
                }
                end += 1;
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => {
                        depth =
                            depth.checked_add(1).ok_or_else(|| Error::parse("too deep", block.offset + end as u64))?;
                    }
                    b'}' | b']' => {
                        depth -= 1;
                        ended = depth == 0;
                    }
                    _ => {}
                }
            }
            if ended {
                break;
            }
        }
        if keep {
            if self.header.len() + end - at > MAX_HEADER {
                return Err(Error::parse("the header is larger than 1 MB", self.header_at));
            }
            self.header.extend_from_slice(&text[at..end]);
        }
        self.state = State::Skip { keep, depth, in_string, escaped, bare };
        if ended {
            if keep {
                let layout = Layout::read(&self.header, self.header_at)?;
                self.columns = Some(Columns::new(layout, &self.limits));
                self.header = Vec::new();
            }
            self.state = State::AfterValue;
        }
        Ok(end)
    }

    /// Lets go of all that was read so far.
    pub(super) fn forget(&mut self) {
        if let Some(columns) = &mut self.columns {
            columns.forget();
        }
    }

    /// Ends the file at byte `end`.
    pub(super) fn finish(self, end: u64) -> Result<Graph, Error> {
        if self.state != State::Done {
            let what = match self.state {
                State::Start => "the file is empty",
                _ => "the file ends early, the snapshot was not written to its end",
            };
            return Err(Error::parse(what, end));
        }
        for (table, name) in [(Table::Nodes, "nodes"), (Table::Edges, "edges")] {
            if !self.seen.contains(&table) {
                return Err(Error::parse(format_args!("the file has no {name}: it is not a heap snapshot"), end));
            }
        }
        let Some(strings_end) = self.strings_end else { return Err(Error::parse("the file has no strings", end)) };
        let columns = self.columns.ok_or_else(|| Error::parse("the file has no header \"snapshot\"", end))?;
        columns.finish(strings_end)
    }
}

fn shown(byte: Option<&u8>) -> String {
    match byte {
        None => "the end".to_owned(),
        Some(byte) if byte.is_ascii_graphic() => format!("'{}'", char::from(*byte)),
        Some(byte) => format!("byte 0x{byte:02x}"),
    }
}
