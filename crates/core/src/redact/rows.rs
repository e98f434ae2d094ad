//! Rows of numbers: copied as they are, but for the numbers of strings.

use super::Wrong;
use super::texts::{NUMBER, Texts};

/// What a row's name is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meaning {
    /// No string at all: an index.
    Number,
    /// A name of V8's or Node's, or of a variable.
    System,
    /// A script's name, or one of V8's.
    Script,
    /// The name of a property, class or function.
    Property,
    /// A value: of anything but a string.
    Value,
    /// The value of a string; of one without a size, a number that V8 exported.
    Text,
}

/// What a kind of rows looks like.
#[derive(Clone)]
pub(super) struct Row {
    pub fields: usize,
    /// The field that tells the meaning; none: all rows have the first.
    pub kind: Option<usize>,
    /// The fields that are strings, a bit each.
    pub names: u32,
    /// The field that has the size.
    pub size: Option<usize>,
    pub meanings: Vec<Meaning>,
}

/// An array of rows, as far as it was read.
pub(super) struct Rows {
    row: Row,
    open: bool,
    pub ended: bool,
    field: usize,
    /// The number that is being read, if one is.
    number: Option<u64>,
    meaning: Meaning,
    /// The row's name, where it begins and ends in the output.
    name: u64,
    name_at: (usize, usize),
}

impl Rows {
    pub(super) fn new(row: &Row) -> Self {
        let meaning = row.meanings.first().copied().unwrap_or(Meaning::Value);
        Self { row: row.clone(), open: false, ended: false, field: 0, number: None, meaning, name: 0, name_at: (0, 0) }
    }

    /// The first bytes of the output were taken.
    pub(super) fn forget(&mut self, count: usize) {
        self.name_at = (self.name_at.0.saturating_sub(count), self.name_at.1.saturating_sub(count));
    }

    /// Goes through `chunk` from `at`; answers where the array ended, or the chunk did.
    pub(super) fn step(
        &mut self,
        chunk: &[u8],
        mut at: usize,
        out: &mut Vec<u8>,
        committed: &mut usize,
        texts: &mut Texts,
    ) -> Result<usize, Wrong> {
        let wrong = |what: &str, at: usize| Err(Wrong(what.to_owned(), at));
        // From here on, nothing of the chunk was copied.
        let mut from = at;
        while let Some(&byte) = chunk.get(at) {
            if byte.is_ascii_digit() && self.number.is_none() {
                if !self.open || self.row.fields == 0 {
                    return wrong("an array, or the names of its fields, was expected", at);
                }
                if self.is_name() {
                    out.extend_from_slice(&chunk[from..at]);
                }
            }
            if byte.is_ascii_digit() || self.number.is_some() {
                let mut number = self.number.take().unwrap_or(0);
                while let Some(digit) = chunk.get(at).filter(|byte| byte.is_ascii_digit()) {
                    number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
                    at += 1;
                }
                if at == chunk.len() {
                    // It may go on.
                    self.number = Some(number);
                    break;
                }
                if self.is_name() {
                    from = at;
                    self.write(number, out, texts).map_err(|what| Wrong(what, at))?;
                } else if self.row.size == Some(self.field) && number == 0 && self.meaning == Meaning::Text {
                    out.extend_from_slice(&chunk[from..at]);
                    from = at;
                    self.drop_number(out);
                }
                if self.row.kind == Some(self.field) {
                    let kind = usize::try_from(number).ok().and_then(|kind| self.row.meanings.get(kind));
                    self.meaning = kind.copied().unwrap_or(Meaning::Value);
                }
                self.field += 1;
                if self.field == self.row.fields {
                    self.field = 0;
                    if let Meaning::Text = self.meaning {
                        texts.used(self.name, Meaning::Text).map_err(|what| Wrong(what, at))?;
                    }
                    out.extend_from_slice(&chunk[from..at]);
                    from = at;
                    *committed = out.len();
                }
                continue;
            }
            at += 1;
            match byte {
                b',' if self.open => {}
                b'[' if !self.open => self.open = true,
                b']' if self.open && self.field == 0 => {
                    self.ended = true;
                    break;
                }
                b' ' | b'\n' | b'\r' | b'\t' => {}
                _ => return wrong("a number was expected", at - 1),
            }
        }
        // A name that goes on in the next chunk is not copied.
        if self.number.is_none() || !self.is_name() {
            out.extend_from_slice(&chunk[from..at]);
        }
        if self.ended {
            *committed = out.len();
        }
        Ok(at)
    }

    fn is_name(&self) -> bool {
        self.row.names >> self.field & 1 == 1
    }

    /// Writes the number that the string has in the result.
    fn write(&mut self, number: u64, out: &mut Vec<u8>, texts: &mut Texts) -> Result<(), String> {
        self.name = number;
        let written = match self.meaning {
            Meaning::Number => number,
            Meaning::Text => Texts::value(number)?,
            Meaning::Value => {
                texts.used(number, Meaning::Value)?;
                Texts::value(number)?
            }
            meaning => {
                texts.used(number, meaning)?;
                Texts::name(number)?
            }
        };
        let start = out.len();
        push_number(written, out);
        self.name_at = (start, out.len());
        Ok(())
    }

    /// The row's name was a number that V8 exported: it becomes one and the same text for all.
    fn drop_number(&mut self, out: &mut Vec<u8>) {
        let (start, end) = self.name_at;
        let mut digits = Vec::with_capacity(1);
        push_number(NUMBER, &mut digits);
        out.splice(start..end, digits);
        // No string is used.
        self.meaning = Meaning::Number;
    }
}

fn push_number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        let digit = (number % 10) as u8;
        digits[at] = b'0' + digit;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}
