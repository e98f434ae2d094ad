//! Checking, redaction and compression on the way out.

use super::super::{Failure, Kind};
use super::Intake;
use flate2::write::GzEncoder;
use leakguard_core::format::Checked;
use leakguard_core::redact::{RedactOptions, Redacted};
use std::io::{self, BufWriter, Read, Write};
use zstd::stream::write::Encoder;

const BUFFER: usize = 256 << 10;

/// How bytes are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Compression {
    /// As they come.
    None,
    /// RFC 1952, at a level of 1 to 9.
    Gzip(u32),
    /// RFC 8878, at a level of 1 to 19.
    Zstd(i32),
}

/// What happens to a snapshot on its way.
#[derive(Clone, Debug)]
pub struct Passage {
    /// What is no heap snapshot is refused: what V8 writes in a copy of a busy process may be nonsense.
    pub check: bool,
    /// Values are taken out then.
    pub redact: Option<RedactOptions>,
    /// Then it is compressed.
    pub compression: Compression,
}

impl Passage {
    /// Passes all of `source` on to `target`; answers what was redacted, as JSON, or nothing.
    pub(super) fn pass(&self, source: Intake, target: impl Write) -> Result<Vec<u8>, Failure> {
        let mut source: Box<dyn Read + Send> = Box::new(source);
        if self.check {
            source = Box::new(Checked::new(source)?);
        }
        let Some(options) = &self.redact else {
            self.compression.copy(&mut source, target)?;
            return Ok(Vec::new());
        };
        let mut source = Redacted::new(source, options)?;
        self.compression.copy(&mut source, target)?;
        Ok(serde_json::to_vec(&source.redaction())?)
    }
}

impl Compression {
    /// Copies all of `source` to `target`.
    fn copy(self, source: &mut impl Read, target: impl Write) -> Result<(), Failure> {
        self.try_copy(source, BufWriter::with_capacity(BUFFER, target)).map_err(|error| {
            match error.get_ref().and_then(|inner| inner.downcast_ref::<leakguard_core::Error>()) {
                Some(inner) => inner.clone().into(),
                None => Failure::system(Kind::Sink, "cannot write the snapshot", &error),
            }
        })
    }

    fn try_copy(self, source: &mut impl Read, mut target: impl Write) -> io::Result<()> {
        match self {
            Self::None => pump(source, &mut target)?,
            Self::Gzip(level) => {
                let mut encoder = GzEncoder::new(&mut target, flate2::Compression::new(level));
                pump(source, &mut encoder)?;
                encoder.finish()?;
            }
            Self::Zstd(level) => {
                let mut encoder = Encoder::new(&mut target, level)?;
                encoder.include_checksum(true)?;
                pump(source, &mut encoder)?;
                encoder.finish()?;
            }
        }
        target.flush()
    }
}

fn pump(source: &mut impl Read, target: &mut impl Write) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => target.write_all(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Compression;
    use std::io::Read;

    #[test]
    fn what_is_compressed_comes_back() {
        let text: Vec<u8> = (0..600_000_u32).flat_map(|number| (number % 997).to_le_bytes()).collect();
        let packed = |compression: Compression| {
            let mut target = Vec::new();
            compression.copy(&mut &text[..], &mut target).unwrap();
            target
        };
        assert_eq!(packed(Compression::None), text);
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&packed(Compression::Gzip(1))[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, text);
        assert_eq!(zstd::decode_all(&packed(Compression::Zstd(1))[..]).unwrap(), text);
    }
}
