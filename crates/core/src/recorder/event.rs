//! Events: a text and figures over as many records as they need, up to sixteen.
//!
//! The bytes are a length, the figures as a JSON object of that length, and the text. When the ring has run over the first
//! part, the event is gone; when a later part is harmed, what comes before it is read.

use super::kind::Kind;
use super::layout::PAYLOAD_BYTES;
use super::record::Record;
use serde::Serialize;
use serde_json::{Map, Value};

/// The most records that one event takes.
const PARTS: usize = 16;
const LENGTH_BYTES: usize = 2;
const CUT: &str = "…";

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// What happened; never a sample.
    pub kind: Kind,
    /// Wall time, ms since 1970.
    pub time: f64,
    /// For people; cut where it was too long.
    pub text: String,
    /// For programs.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub figures: Map<String, Value>,
}

/// The bytes of an event, cut to what fits; `figures` is the JSON of an object, and left out where it is too long.
pub fn encode(text: &str, figures: &str) -> Vec<u8> {
    let room = PARTS * PAYLOAD_BYTES - LENGTH_BYTES;
    let figures = if figures.len() <= room { figures } else { "" };
    let length = u16::try_from(figures.len()).unwrap_or_default();
    let room = room - figures.len();
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + figures.len() + text.len().min(room));
    bytes.extend(length.to_le_bytes());
    bytes.extend(figures.as_bytes());
    if text.len() <= room {
        bytes.extend(text.as_bytes());
    } else if let Some(kept) = room.checked_sub(CUT.len()) {
        bytes.extend(start(text, kept).as_bytes());
        bytes.extend(CUT.as_bytes());
    }
    bytes
}

/// At most so many bytes of a text, without a torn character.
fn start(text: &str, most: usize) -> &str {
    let end = (0..=most).rev().find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or_default()]
}

/// An event from its records, the first one first; `None`: they begin in its middle.
pub fn decode(records: &[Record]) -> Option<Event> {
    let first = records.first().filter(|first| first.part == 0)?;
    let mut bytes = Vec::with_capacity(records.len() * PAYLOAD_BYTES);
    for record in records {
        bytes.extend(record.payload.iter().take(record.length.into()));
    }
    let cut = records.len() < usize::from(first.parts);
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    let (figures, text) = rest.split_at(rest.len().min(u16::from_le_bytes(*length).into()));
    let mut text = String::from_utf8_lossy(text).into_owned();
    if cut {
        text.push_str(CUT);
    }
    Some(Event {
        kind: first.kind,
        time: first.time,
        text,
        figures: serde_json::from_slice(figures).unwrap_or_default(),
    })
}

/// The parts of an event's bytes: number, how many, bytes.
pub fn parts(bytes: &[u8]) -> impl Iterator<Item = (u8, u8, &[u8])> {
    let count = bytes.len().div_ceil(PAYLOAD_BYTES).min(PARTS);
    let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    bytes.chunks(PAYLOAD_BYTES).take(PARTS).enumerate().map(move |(index, part)| (small(index), small(count), part))
}
