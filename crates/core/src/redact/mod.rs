//! Redaction: a heap snapshot without the values of its strings, on the way from a reader to whoever reads on.
//!
//! One pass, whatever the size: nodes and edges come before the strings, so a byte a string remembers what it is used for, and
//! each string becomes two, the name at `2 + 2 i` and the value at `3 + 2 i`, of which only what is used is written. So a value
//! that equals a name is another string in the result, and nothing has to be known in advance. Nodes, edges, sizes and ids stay
//! as they are, and with them every retained size.
//!
//! A value is told by its node's kind. What is not known to be a name is a value, and what is not known at all is refused.

mod header;
mod machine;
mod names;
mod rows;
mod texts;

use crate::Error;
use crate::format;
use machine::Machine;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};

pub(crate) use names::PLACEHOLDER;

/// How much is read at a time.
const CHUNK: usize = 256 << 10;

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

/// What is wrong, and where in the chunk.
struct Wrong(String, usize);

#[cfg(test)]
mod tests;
