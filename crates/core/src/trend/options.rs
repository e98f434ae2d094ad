//! What a judgement asks for. The JavaScript facade validates by name; here are the shapes, the defaults and their reasons.

use serde::Deserialize;

/// How readily growth is called a leak: a preset of all thresholds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Sensitivity {
    /// Twice as long, four times the growth: for apps whose memory is restless.
    Low,
    /// The measured figures are for this one.
    #[default]
    Normal,
    /// Two thirds of the time, a quarter of the growth: for tests and staging, where a false alarm costs a look.
    High,
}

/// A sensitivity, and what is to differ from its preset.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each overrides the field of `Thresholds` of the same name")]
pub struct Options {
    pub sensitivity: Sensitivity,
    pub suspect_after: Option<usize>,
    pub confirm_after: Option<usize>,
    pub suspect_score: Option<f64>,
    pub confirm_score: Option<f64>,
    pub min_bytes: Option<f64>,
    pub min_native_bytes: Option<f64>,
    pub min_count: Option<f64>,
    pub min_share: Option<f64>,
    pub min_lasting: Option<f64>,
    pub min_rising_parts: Option<usize>,
}

/// All thresholds of a judgement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Readings before suspicion. Eight are the least from which the load's share can be told; one more is not the first of a process.
    pub suspect_after: usize,
    /// Readings before confirmation. A cache that fills is no different from a leak until it is full, so this is a price: how long
    /// a growth must last that nobody has looked into. Six parts of six readings and a few make the shape of it.
    pub confirm_after: usize,
    /// A standard score of Mann-Kendall. 2.5 happens by chance once in 161 looks, and costs one look at the heap then.
    pub suspect_score: f64,
    /// A standard score too. 4.5 happens by chance once in 294,000 looks, and an app is looked at after each collection, all day.
    pub confirm_score: f64,
    /// Bytes of growth, in the heap or outside of it: below, an app can live for months. Suspicion takes half of each floor.
    pub min_bytes: f64,
    /// Bytes of growth of what V8 does not account for: allocators keep pages and fragment, so that a healthy app's drift by some MB.
    pub min_native_bytes: f64,
    /// Growth of a count of resources: pools and keep-alive sockets hold a dozen more at times.
    pub min_count: f64,
    /// Growth as a share of the level at its start: what code that is compiled late and caches of V8 add stays below, as a rule.
    pub min_share: f64,
    /// The slope of the second half as a share of the first's. A line has 1, what levels off falls: e-fold in half the window, 0.37.
    pub min_lasting: f64,
    /// Of the five steps between the six parts of a window, how many must rise: one load or one step raises one or two.
    pub min_rising_parts: usize,
}

const MIB: f64 = 1024.0 * 1024.0;

impl Thresholds {
    /// The preset of a sensitivity.
    pub const fn of(sensitivity: Sensitivity) -> Self {
        let normal = Self {
            suspect_after: 9,
            confirm_after: 39,
            suspect_score: 2.5,
            confirm_score: 4.5,
            min_bytes: 2.0 * MIB,
            min_native_bytes: 16.0 * MIB,
            min_count: 20.0,
            min_share: 0.1,
            min_lasting: 0.5,
            min_rising_parts: 4,
        };
        match sensitivity {
            Sensitivity::Normal => normal,
            Sensitivity::Low => Self {
                suspect_after: 18,
                confirm_after: 78,
                suspect_score: 3.5,
                confirm_score: 6.0,
                min_bytes: 4.0 * normal.min_bytes,
                min_native_bytes: 4.0 * normal.min_native_bytes,
                min_count: 4.0 * normal.min_count,
                min_share: 0.2,
                ..normal
            },
            Sensitivity::High => Self {
                suspect_after: 8,
                confirm_after: 26,
                suspect_score: 2.0,
                confirm_score: 4.0,
                min_bytes: normal.min_bytes / 4.0,
                min_native_bytes: normal.min_native_bytes / 4.0,
                min_count: normal.min_count / 4.0,
                min_share: 0.05,
                ..normal
            },
        }
    }
}

impl From<&Options> for Thresholds {
    fn from(options: &Options) -> Self {
        let preset = Self::of(options.sensitivity);
        Self {
            suspect_after: options.suspect_after.unwrap_or(preset.suspect_after),
            confirm_after: options.confirm_after.unwrap_or(preset.confirm_after),
            suspect_score: options.suspect_score.unwrap_or(preset.suspect_score),
            confirm_score: options.confirm_score.unwrap_or(preset.confirm_score),
            min_bytes: options.min_bytes.unwrap_or(preset.min_bytes),
            min_native_bytes: options.min_native_bytes.unwrap_or(preset.min_native_bytes),
            min_count: options.min_count.unwrap_or(preset.min_count),
            min_share: options.min_share.unwrap_or(preset.min_share),
            min_lasting: options.min_lasting.unwrap_or(preset.min_lasting),
            min_rising_parts: options.min_rising_parts.unwrap_or(preset.min_rising_parts),
        }
    }
}
