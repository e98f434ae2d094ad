//! The profile for pprof and what reads its format: `profile.proto` of github.com/google/pprof, the fields that it needs.

use super::{FrameRow, Frames, Profile, SiteOptions};
use base64::Engine;
use flate2::{Compression, write::GzEncoder};
use prost::Message;
use rustc_hash::FxHashMap;
use std::io::Write;

#[derive(Clone, PartialEq, Message)]
struct Document {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<Location>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<Function>,
    #[prost(string, repeated, tag = "6")]
    string_table: Vec<String>,
    #[prost(int64, tag = "9")]
    time_nanos: i64,
    #[prost(int64, tag = "10")]
    duration_nanos: i64,
    #[prost(message, optional, tag = "11")]
    period_type: Option<ValueType>,
    #[prost(int64, tag = "12")]
    period: i64,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    kind: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct Location {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<Line>,
}

#[derive(Clone, Copy, PartialEq, Message)]
#[expect(clippy::struct_field_names, reason = "the format's own names")]
struct Line {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
    #[prost(int64, tag = "3")]
    column: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Function {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "3")]
    system_name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
    #[prost(int64, tag = "5")]
    start_line: i64,
}

/// Texts by number; the first is empty, says the format.
struct Strings {
    texts: Vec<String>,
    known: FxHashMap<String, i64>,
}

impl Strings {
    fn number(&mut self, text: &str) -> i64 {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let number = i64::try_from(self.texts.len()).unwrap_or(0);
        self.texts.push(text.to_owned());
        self.known.insert(text.to_owned(), number);
        number
    }
}

/// The profile, compressed, in base64.
pub(super) fn pprof(profile: &Profile, options: &SiteOptions, frames: &Frames) -> String {
    let bytes = document(profile, options, frames).encode_to_vec();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Into memory: nothing can fail.
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish()).unwrap_or_default();
    base64::engine::general_purpose::STANDARD.encode(packed)
}

#[expect(clippy::cast_possible_truncation, reason = "sizes and times are far below 2^63")]
fn document(profile: &Profile, options: &SiteOptions, frames: &Frames) -> Document {
    let mut strings = Strings { texts: vec![String::new()], known: FxHashMap::from_iter([(String::new(), 0)]) };
    let mut value = |kind: &str, unit: &str| ValueType { kind: strings.number(kind), unit: strings.number(unit) };
    let (samples, space) = (value("samples", "count"), value("inuse_space", "bytes"));
    let period_type = value("space", "bytes");

    let mut document = Document {
        sample_type: vec![samples, space],
        time_nanos: (options.time * 1e6) as i64,
        duration_nanos: (options.duration_ms * 1e6) as i64,
        period_type: Some(period_type),
        period: i64::from(options.interval),
        default_sample_type: space.kind,
        ..Document::default()
    };
    // One location a place; nodes of the tree share them.
    let mut by_place: FxHashMap<(String, String, u32, u32), u64> = FxHashMap::default();
    let mut location_of = Vec::with_capacity(profile.nodes.len());
    for node in &profile.nodes {
        let FrameRow { function, file, line, column } = frames.row(&node.frame);
        let id = document.location.len() as u64 + 1;
        let id = *by_place.entry((function.clone(), file.clone(), line, column)).or_insert(id);
        location_of.push(id);
        if id <= document.location.len() as u64 {
            continue;
        }
        let shown = if function.is_empty() { "(anonymous)" } else { &function };
        let name = strings.number(shown);
        let (line, column) = (i64::from(line), i64::from(column));
        let filename = strings.number(&file);
        document.function.push(Function { id, name, system_name: name, filename, start_line: line });
        document.location.push(Location { id, line: vec![Line { function_id: id, line, column }] });
    }
    let mut by_leaf: FxHashMap<usize, (i64, f64)> = FxHashMap::default();
    for sample in &profile.samples {
        let (count, size) = by_leaf.entry(sample.node).or_default();
        *count += 1;
        *size += sample.size;
    }
    let mut leaves: Vec<_> = by_leaf.into_iter().collect();
    leaves.sort_by_key(|&(leaf, _)| leaf);
    let sample = |(leaf, (count, size)): (usize, (i64, f64))| Sample {
        location_id: profile.outwards(leaf).map(|node| location_of[node]).collect(),
        value: vec![count, size.round() as i64],
    };
    document.sample = leaves.into_iter().map(sample).collect();
    document.string_table = strings.texts;
    document
}
