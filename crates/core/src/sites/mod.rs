//! Allocation sites: what V8's sampling heap profiler saw, told by function, and by age.
//!
//! V8 numbers its samples in order of time, so that the number of the last sample at a look is a mark: what is alive later
//! and has a number up to it survived since before that look. That tells what stays from what comes and goes.

mod export;
mod pprof;
mod profile;

pub use profile::Profile;

use crate::{Location, SourceMaps, Sources};
use profile::Frame;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// So many frames of a stack are told.
const FRAMES: usize = 12;

/// What is asked of a profile.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SiteOptions {
    /// The last sample's number at each earlier look, oldest first.
    #[serde(default)]
    pub marks: Vec<u32>,
    /// How many sites.
    pub top: usize,
    /// Bytes between two samples, on the average.
    pub interval: u32,
    /// Now, in ms since 1970.
    pub time: f64,
    /// For how long it was sampled, in ms.
    pub duration_ms: f64,
    /// The folder of whoever asks, whose own functions are no sites.
    #[serde(default)]
    pub own: Option<String>,
    /// Whether to make the exports too.
    #[serde(default)]
    pub export: bool,
}

/// One function of the app, and what it allocated that is alive.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// The function that is nearest to the allocation and is no part of Node, or of whoever asks.
    #[serde(flatten)]
    pub frame: FrameRow,
    /// Bytes alive, estimated.
    pub live: f64,
    /// Samples alive.
    pub samples: u64,
    /// Bytes that survived since before each earlier look, oldest first.
    pub survived: Vec<f64>,
    /// From the allocation outwards: the stack that most of it came by.
    pub stack: Vec<FrameRow>,
}

/// A frame as it was written.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FrameRow {
    /// The function's name; empty where it has none.
    pub function: String,
    /// Its file: a path, `node:…`; empty for what is native.
    pub file: String,
    /// Where the function begins, 1-based; 0 where it has no place.
    pub line: u32,
    /// As `line`.
    pub column: u32,
}

/// What a profile says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SiteReport {
    /// The last sample's number, a mark for later looks.
    pub mark: u32,
    /// Bytes alive that were allocated since the sampling began, estimated.
    pub live: f64,
    /// Samples alive.
    pub samples: u64,
    /// By what survived since before the last look, or by what is alive where there was none.
    pub sites: Vec<Site>,
    /// How many there are; `sites` has the first of them.
    pub site_count: u64,
    /// The profile as DevTools writes it (`.heapprofile`), if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heapprofile: Option<String>,
    /// The profile for pprof (`profile.proto`, gzip), in base64, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pprof: Option<String>,
}

/// Sums a profile up.
pub fn sites(profile: &Profile, options: &SiteOptions, sources: &dyn Sources) -> SiteReport {
    let frames = Frames { maps: SourceMaps::new(sources) };
    let mut by_frame: FxHashMap<&Frame, Sum> = FxHashMap::default();
    let (mut live, mut mark) = (0.0, options.marks.last().copied().unwrap_or(0));
    for sample in &profile.samples {
        live += sample.size;
        mark = mark.max(sample.ordinal);
        let sum = by_frame.entry(&profile.node(profile.site(sample.node, options.own.as_deref())).frame).or_default();
        sum.live += sample.size;
        sum.samples += 1;
        sum.survived.resize(options.marks.len(), 0.0);
        for (survived, mark) in sum.survived.iter_mut().zip(&options.marks) {
            *survived += if sample.ordinal <= *mark { sample.size } else { 0.0 };
        }
        *sum.leaves.entry(sample.node).or_default() += sample.size;
    }
    let mut found: Vec<_> = by_frame.into_iter().collect();
    let rank = |sum: &Sum| sum.survived.last().copied().unwrap_or(sum.live);
    found.sort_by(|(a, left), (b, right)| {
        rank(right).total_cmp(&rank(left)).then(right.live.total_cmp(&left.live)).then_with(|| a.cmp(b))
    });
    let site_count = found.len() as u64;
    found.truncate(options.top);
    let site = |(frame, sum): (&Frame, Sum)| Site {
        frame: frames.row(frame),
        live: sum.live,
        samples: sum.samples,
        stack: sum.heaviest().map_or_else(Vec::new, |leaf| {
            profile.outwards(leaf).take(FRAMES).map(|node| frames.row(&profile.node(node).frame)).collect()
        }),
        survived: sum.survived,
    };
    SiteReport {
        mark,
        live,
        samples: profile.samples.len() as u64,
        sites: found.into_iter().map(site).collect(),
        site_count,
        heapprofile: options.export.then(|| export::heapprofile(profile, &frames)),
        pprof: options.export.then(|| pprof::pprof(profile, options, &frames)),
    }
}

#[derive(Default)]
struct Sum {
    live: f64,
    samples: u64,
    survived: Vec<f64>,
    leaves: FxHashMap<usize, f64>,
}

impl Sum {
    fn heaviest(&self) -> Option<usize> {
        self.leaves.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0))).map(|(&leaf, _)| leaf)
    }
}

/// Frames as they were written.
struct Frames<'a> {
    maps: SourceMaps<'a>,
}

impl Frames<'_> {
    fn row(&self, frame: &Frame) -> FrameRow {
        let one_based = |value: i64| u32::try_from(value.saturating_add(1)).unwrap_or(0);
        let file = crate::analysis::plain_path(&frame.file).into_owned();
        let place = Location { file, line: one_based(frame.line), column: one_based(frame.column) };
        match self.maps.original(&place) {
            Some(original) => {
                let function = original.function(&frame.function).unwrap_or(&frame.function).to_owned();
                let Location { file, line, column } = original.location;
                FrameRow { function, file, line, column }
            }
            None => {
                FrameRow { function: frame.function.clone(), file: place.file, line: place.line, column: place.column }
            }
        }
    }
}

#[cfg(test)]
mod tests;
