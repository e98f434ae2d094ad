//! What a twin tells its parent, as bytes on a pipe: a tag, a length, fields.
//!
//! Both ends are the same program, so there is no version; a frame that does not decode means a broken twin.

use super::failure::{Failure, Kind};

/// The longest frame that is believed: a report is far shorter.
const LONGEST: usize = 1 << 30;

/// One message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Frame {
    /// How far it is. `waiting`: for whoever reads what it writes.
    Progress { stage: String, bytes: u64, written: u64, waiting: bool },
    /// The sink's answer; the last frame.
    Done(Vec<u8>),
    /// Why there is none; the last frame.
    Failed(Failure),
}

impl Frame {
    pub fn encode(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        let tag = match self {
            Self::Progress { stage, bytes, written, waiting } => {
                put(&mut fields, stage.as_bytes());
                fields.extend(bytes.to_le_bytes());
                fields.extend(written.to_le_bytes());
                fields.push(u8::from(*waiting));
                b'p'
            }
            Self::Done(answer) => {
                put(&mut fields, answer);
                b'd'
            }
            Self::Failed(failure) => {
                put(&mut fields, failure.kind.name().as_bytes());
                put(&mut fields, failure.code.as_bytes());
                put(&mut fields, failure.message.as_bytes());
                put(&mut fields, failure.errno.as_deref().unwrap_or_default().as_bytes());
                fields.extend(failure.byte.map_or(0, |byte| byte + 1).to_le_bytes());
                b'f'
            }
        };
        let mut frame = vec![tag];
        put(&mut frame, &fields);
        frame
    }

    fn decode(tag: u8, fields: &[u8]) -> Option<Self> {
        let mut rest = Fields(fields);
        Some(match tag {
            b'p' => Self::Progress {
                stage: rest.text()?,
                bytes: rest.number()?,
                written: rest.number()?,
                waiting: rest.flag()?,
            },
            b'd' => Self::Done(rest.bytes()?.to_vec()),
            b'f' => {
                let (kind, code, message, errno) = (rest.text()?, rest.text()?, rest.text()?, rest.text()?);
                Self::Failed(Failure {
                    kind: Kind::named(&kind)?,
                    code,
                    message,
                    errno: (!errno.is_empty()).then_some(errno),
                    byte: rest.number()?.checked_sub(1),
                })
            }
            _ => return None,
        })
    }
}

fn put(target: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    target.extend(length.to_le_bytes());
    target.extend(&bytes[..length as usize]);
}

struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = u32::from_le_bytes(self.take(4)?.try_into().ok()?);
        self.take(length as usize)
    }

    fn text(&mut self) -> Option<String> {
        self.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.take(1)? == [1])
    }
}

/// Frames out of bytes that arrive in pieces.
#[derive(Default)]
pub struct Decoder {
    pending: Vec<u8>,
}

impl Decoder {
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend(bytes);
    }

    /// The next whole frame, `Ok(None)` where more bytes are needed.
    pub fn next(&mut self) -> Result<Option<Frame>, String> {
        let Some((head, tail)) = self.pending.split_at_checked(5) else { return Ok(None) };
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if length > LONGEST {
            return Err(format!("a frame of {length} bytes"));
        }
        let Some(fields) = tail.get(..length) else { return Ok(None) };
        let frame =
            Frame::decode(head[0], fields).ok_or_else(|| format!("a frame {:?} that does not decode", head[0]))?;
        self.pending.drain(..5 + length);
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Frame};
    use crate::twin::failure::{Failure, Kind};

    fn samples() -> Vec<Frame> {
        let failure =
            Failure { errno: Some("ENOSPC".to_owned()), byte: Some(0), ..Failure::new(Kind::Sink, "full ✓") };
        vec![
            Frame::Progress { stage: "write".to_owned(), bytes: 1 << 40, written: 7, waiting: true },
            Frame::Done(vec![1, 2, 3]),
            Frame::Done(Vec::new()),
            Frame::Failed(failure),
            Frame::Failed(Failure::new(Kind::Stalled, "")),
        ]
    }

    #[test]
    fn frames_survive_any_cut() {
        let bytes: Vec<u8> = samples().iter().flat_map(Frame::encode).collect();
        for step in [1, 2, 3, 7, 64, bytes.len()] {
            let mut decoder = Decoder::default();
            let mut seen = Vec::new();
            for piece in bytes.chunks(step) {
                decoder.push(piece);
                while let Some(frame) = decoder.next().unwrap() {
                    seen.push(frame);
                }
            }
            assert_eq!(seen, samples(), "in pieces of {step}");
        }
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        for bytes in [&b"x\0\0\0\0"[..], b"p\x01\0\0\0\0", b"d\xff\xff\xff\xff"] {
            let mut decoder = Decoder::default();
            decoder.push(bytes);
            assert!(decoder.next().is_err(), "{bytes:?}");
        }
    }
}
