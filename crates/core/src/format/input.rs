//! The input as a sequence of blocks: decompressed by content, cut behind commas so that no number is split.
//!
//! Any thread may take the next block; a block knows its place in the sequence and in the bytes.

use crate::{Error, Limits, Source};
use std::io::{BufRead, BufReader, Read};

/// How much text a block has, about: its numbers still fit the second level cache.
const BLOCK: usize = 256 * 1024;

/// A stretch of the (decompressed) input.
#[derive(Default)]
pub(super) struct Block {
    /// 0 for the first, and so on.
    pub(super) sequence: u64,
    /// Where in the input it begins.
    pub(super) offset: u64,
    /// The bytes, and room that was used before: clearing it for each block would cost as much as reading.
    buffer: Vec<u8>,
    len: usize,
}

impl Block {
    /// The bytes.
    pub(super) fn text(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

/// The text behind the first bytes, which tell gzip and zstd from plain text; and whether it was compressed.
pub(crate) fn decompressed(reader: Box<dyn Read + Send>) -> Result<(Box<dyn Read + Send>, bool), Error> {
    let mut reader = BufReader::with_capacity(64 * 1024, reader);
    let magic = fill(&mut reader, 4).map_err(|cause| Error::io(&cause, 0))?;
    let mut compressed = true;
    let reader: Box<dyn Read + Send> = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(Restored::new(magic, reader))),
        [0x28, 0xb5, 0x2f, 0xfd] => {
            let mut decoder =
                zstd::Decoder::with_buffer(Restored::new(magic, reader)).map_err(|cause| Error::io(&cause, 0))?;
            decoder.window_log_max(27).map_err(|cause| Error::io(&cause, 0))?;
            Box::new(decoder)
        }
        _ => {
            compressed = false;
            Box::new(Restored::new(magic, reader))
        }
    };
    Ok((reader, compressed))
}

/// Hands out the blocks of an input, in order.
pub(super) struct Input {
    reader: Box<dyn Read + Send>,
    carry: Vec<u8>,
    sequence: u64,
    offset: u64,
    max_bytes: u64,
    compressed: bool,
    ended: bool,
}

impl Input {
    /// From the first byte on, decompressed.
    pub(super) fn open(source: Source, limits: &Limits) -> Result<Self, Error> {
        let (reader, compressed) = decompressed(source.reader)?;
        Ok(Self {
            reader,
            carry: Vec::new(),
            sequence: 0,
            offset: 0,
            max_bytes: limits.max_bytes,
            compressed,
            ended: false,
        })
    }

    /// Fills `block` with the next stretch; `false` at the end.
    pub(super) fn next(&mut self, block: &mut Block) -> Result<bool, Error> {
        if self.ended {
            return Ok(false);
        }
        let text = &mut block.buffer;
        let mut filled = self.carry.len();
        let most = filled + BLOCK;
        if text.len() < most {
            text.resize(most, 0);
        }
        text[..filled].copy_from_slice(&self.carry);
        self.carry.clear();
        while filled < most {
            match self.reader.read(&mut text[filled..most]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => {
                    // Another thread may ask for the next block: nothing comes behind a failure.
                    self.ended = true;
                    return Err(self.failed(&cause, filled));
                }
            }
        }
        if !self.ended
            && let Some(comma) = memchr::memrchr(b',', &text[..filled])
        {
            self.carry.extend_from_slice(&text[comma + 1..filled]);
            filled = comma + 1;
        }
        block.len = filled;
        block.sequence = self.sequence;
        block.offset = self.offset;
        self.sequence += 1;
        self.offset += filled as u64;
        if self.offset > self.max_bytes {
            self.ended = true;
            let what = format_args!("the snapshot has more than {} bytes (option limits.maxBytes)", self.max_bytes);
            return Err(Error { byte: Some(self.max_bytes), ..Error::limit(what) });
        }
        Ok(filled > 0)
    }

    fn failed(&self, cause: &std::io::Error, filled: usize) -> Error {
        failed(cause, self.compressed, self.offset + filled as u64)
    }
}

/// Why reading on failed, at this byte of what was decompressed.
pub(crate) fn failed(cause: &std::io::Error, compressed: bool, at: u64) -> Error {
    // Decompressors report a damaged or truncated stream by these kinds.
    match cause.kind() {
        std::io::ErrorKind::InvalidData
        | std::io::ErrorKind::InvalidInput
        | std::io::ErrorKind::UnexpectedEof
        | std::io::ErrorKind::Other
            if compressed =>
        {
            Error::parse(format_args!("the compressed stream is damaged or ends early ({cause})"), at)
        }
        _ => Error::io(cause, at),
    }
}

/// Up to `count` first bytes.
fn fill(reader: &mut impl Read, count: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A reader whose first bytes were looked at and are put back.
struct Restored<R> {
    first: Vec<u8>,
    at: usize,
    rest: R,
}

impl<R> Restored<R> {
    fn new(first: Vec<u8>, rest: R) -> Self {
        Self { first, at: 0, rest }
    }
}

impl<R: BufRead> Read for Restored<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.first.len() {
            // Straight through: large reads bypass the small buffer.
            return self.rest.read(buffer);
        }
        let count = buffer.len().min(self.first.len() - self.at);
        buffer[..count].copy_from_slice(&self.first[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Restored<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.at == self.first.len() { self.rest.fill_buf() } else { Ok(&self.first[self.at..]) }
    }

    fn consume(&mut self, count: usize) {
        if self.at == self.first.len() {
            self.rest.consume(count);
        } else {
            self.at += count;
        }
    }
}
