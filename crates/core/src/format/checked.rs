//! A snapshot on its way to somebody else, checked as it passes.
//!
//! All that the parser checks, and nothing kept: the memory is that of a block, whatever the size. V8 writes some 20 MB a
//! second, the check reads some hundred.

use super::input::{Block, Input};
use super::numbers::Numbers;
use super::parser::Parser;
use crate::{Error, Limits, Source};
use std::io::{self, Read};

/// Reads on only while what was read is a heap snapshot. Compressed input comes out in clear.
///
/// What is wrong with the snapshot comes as the [`Error`] within the [`io::Error`]; others are the reader's.
pub struct Checked {
    input: Input,
    /// Until the end, or the first error.
    parser: Option<Parser>,
    block: Block,
    numbers: Numbers,
    given: usize,
    bytes: u64,
}

/// A check refuses what is wrong, not what is large.
const NO_LIMITS: Limits =
    Limits { max_bytes: u64::MAX, max_nodes: u64::MAX, max_edges: u64::MAX, max_string_bytes: u64::MAX };

impl Checked {
    /// Reads on from `reader`.
    ///
    /// # Errors
    /// [`crate::Code::Io`] where its first bytes cannot be read.
    pub fn new(reader: Box<dyn Read + Send>) -> Result<Self, Error> {
        Ok(Self {
            input: Input::open(Source { reader }, &NO_LIMITS)?,
            parser: Some(Parser::new(&NO_LIMITS)),
            block: Block::default(),
            numbers: Numbers::default(),
            given: 0,
            bytes: 0,
        })
    }

    /// Checks the next block; `false` at the end.
    fn advance(&mut self) -> Result<bool, Error> {
        let Some(mut parser) = self.parser.take() else { return Ok(false) };
        if !self.input.next(&mut self.block)? {
            parser.finish(self.bytes)?;
            return Ok(false);
        }
        let stop = self.numbers.scan(self.block.text(), 0);
        parser.block(&self.block, &mut self.numbers, stop)?;
        parser.forget();
        self.bytes += self.block.text().len() as u64;
        self.given = 0;
        self.parser = Some(parser);
        Ok(true)
    }
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.block.text().len() {
            if !self.advance().map_err(io::Error::other)? {
                return Ok(0);
            }
        }
        let rest = &self.block.text()[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}
