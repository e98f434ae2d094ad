//! The reader: bytes of a file, whoever wrote them and in whatever state, to runs.
//!
//! What is torn or harmed is skipped and counted; only what is no file of this version is refused. Time and memory are linear
//! in the bytes.

use super::ending::Ending;
use super::event::{self, Event};
use super::header::Header;
use super::kind::Kind;
use super::layout::{HEADER_BYTES, RECORD_BYTES, file_bytes, slots_in};
use super::record::{Record, Slot};
use super::run::{Entry, Run};
use super::sample::Sample;
use crate::Error;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::{Map, Value};

/// All that a recorder file tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recording {
    /// Oldest first.
    pub runs: Vec<Run>,
    /// Which of them a post-mortem is about: the last that ended, or else the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<usize>,
    /// How many slots held neither nothing nor a whole record.
    pub damaged: u64,
    /// What was odd about the file, in words.
    pub notes: Vec<String>,
}

/// Reads a file, and with it the `earlier` one that was put aside for it. `running`: a process has the file open to write.
///
/// # Errors
/// [`Code::Parse`](crate::Code::Parse) where `file` is no recorder file, or of another version or byte order.
pub fn read(file: &[u8], earlier: Option<&[u8]>, running: bool) -> Result<Recording, Error> {
    let mut recording = Recording { runs: Vec::new(), subject: None, damaged: 0, notes: Vec::new() };
    let mut gathered = Gathered::default();
    if let Some(earlier) = earlier {
        match Part::read(earlier) {
            Ok(part) => gathered.add(part, "in the earlier file, ", &mut recording),
            Err(error) => recording.notes.push(format!("the earlier file is left out: {}", error.message)),
        }
    }
    gathered.add(Part::read(file)?, "", &mut recording);
    let count = gathered.runs.len();
    for (index, raw) in gathered.runs.into_iter().enumerate() {
        recording.runs.push(raw.finish(running && index + 1 == count));
    }
    let ended = recording.runs.iter().rposition(|run| run.ending.how != super::How::Running);
    recording.subject = ended.or_else(|| recording.runs.len().checked_sub(1));
    Ok(recording)
}

/// One file's records, in order.
struct Part {
    header: Option<Header>,
    records: Vec<Record>,
    damaged: u64,
    notes: Vec<String>,
}

impl Part {
    fn read(file: &[u8]) -> Result<Self, Error> {
        let header = Header::decode(file)?;
        let there = slots_in(file.len() as u64);
        let mut notes = Vec::new();
        let slots = match &header {
            None => {
                notes.push("the header is damaged".to_owned());
                there
            }
            Some(header) => {
                if header.slots > there {
                    let whole = file_bytes(header.slots);
                    notes.push(format!("the file is cut short: {} of {whole} bytes are there", file.len()));
                }
                header.slots
            }
        };
        let mut part = Self { header, records: Vec::new(), damaged: 0, notes };
        let ring = file.get(HEADER_BYTES..).unwrap_or_default();
        for (bytes, slot) in ring.as_chunks::<RECORD_BYTES>().0.iter().zip(0..slots) {
            match Record::decode(bytes) {
                Slot::Empty => {}
                Slot::Whole(record) if (record.number - 1) % slots == slot => part.records.push(record),
                Slot::Whole(_) | Slot::Damaged => part.damaged += 1,
            }
        }
        part.records.sort_unstable_by_key(|record| record.number);
        Ok(part)
    }
}

/// Runs in the making.
#[derive(Default)]
struct Gathered {
    runs: Vec<Raw>,
    by_id: FxHashMap<u64, usize>,
}

#[derive(Default)]
struct Raw {
    id: u64,
    records: Vec<Record>,
    /// From a header, where the start event is gone.
    process: Option<Map<String, Value>>,
}

impl Gathered {
    fn add(&mut self, part: Part, whose: &str, recording: &mut Recording) {
        recording.damaged += part.damaged;
        recording.notes.extend(part.notes.into_iter().map(|note| format!("{whose}{note}")));
        for record in part.records {
            let raw = self.run(record.run);
            raw.records.push(record);
        }
        if let Some(header) = part.header
            && let Some(&index) = self.by_id.get(&header.run)
        {
            self.runs[index].process = serde_json::from_str(&header.meta).ok();
        }
    }

    fn run(&mut self, id: u64) -> &mut Raw {
        let index = *self.by_id.entry(id).or_insert_with(|| {
            self.runs.push(Raw { id, ..Raw::default() });
            self.runs.len() - 1
        });
        &mut self.runs[index]
    }
}

impl Raw {
    fn finish(self, running: bool) -> Run {
        let mut samples = Vec::new();
        let mut events: Vec<Event> = Vec::new();
        let mut last_is_event = false;
        for group in self.records.chunk_by(continues) {
            let Some(first) = group.first() else { continue };
            if first.kind == Kind::Sample {
                samples.push(Sample::from_payload(first.time, &first.payload));
                last_is_event = false;
            } else if let Some(event) = event::decode(group) {
                events.push(event);
                last_is_event = true;
            }
        }
        let started = events.iter().find(|event| event.kind == Kind::Start);
        let whole = started.is_some();
        let process = started.map(|event| event.figures.clone()).filter(|figures| !figures.is_empty());
        let (event, sample) = (events.last().filter(|_| last_is_event), samples.last());
        let time = self.records.last().map_or(0.0, |record| record.time);
        let last = match event {
            Some(event) => Some(Entry::Event(event.clone())),
            None => sample.cloned().map(Entry::Sample),
        };
        let ending = Ending::new(time, event, sample, running);
        #[expect(clippy::cast_precision_loss, reason = "48 bits")]
        let start = (self.id >> 16) as f64;
        let records = self.records.len() as u64;
        let process = process.or(self.process).unwrap_or_default();
        Run { start, process, records, whole, samples, events, last, ending }
    }
}

/// Whether two records in a row are parts of one event.
fn continues(a: &Record, b: &Record) -> bool {
    b.part > 0 && b.part == a.part.wrapping_add(1) && (a.kind, a.parts, a.number + 1) == (b.kind, b.parts, b.number)
}
