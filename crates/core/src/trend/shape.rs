//! The shape of a growth: does it last, or does it level off, come back, or consist of one step?

use super::median::median_of;
use super::series::Series;
use super::slope::theil_sen;

/// Parts of a window. With five steps between them, a majority of four leaves room for one wave of the load.
const PARTS: usize = 6;

/// Points for parts of two.
const LEAST_POINTS: usize = 2 * PARTS;

/// A step counts as rising from this share of the mean step on.
const RISES: f64 = 0.25;

/// A single step that makes more than this share of the growth is one load, or one thing loaded, not a growth. Even growth has a
/// fifth a step, growth in five leaps two fifths.
const ONE_STEP: f64 = 0.6;

/// A last sixth that is slower than this share of the whole, its own uncertainty granted, has levelled off.
const LEVEL: f64 = 0.5;

/// As many last points whose mean lies this many deviations below the line of the whole: the growth has just stopped.
const LAST_POINTS: usize = 3;
const BELOW: f64 = 1.5;

/// What the shape of a window says.
#[derive(Clone, Debug)]
pub struct Shape {
    /// How many of the five steps between six parts rise.
    pub rising_parts: usize,
    /// One of them makes nearly all of the growth.
    pub one_step: bool,
    /// The slope of the second half, as a share of the first's.
    pub lasting: f64,
    /// It has just stopped.
    pub levels_off: bool,
}

impl Shape {
    /// `rate` is the slope of all of `level`, `rest` what remains without it, `noise` the deviation of that.
    pub fn of(level: &Series, rate: f64, rest: &[f64], noise: f64) -> Self {
        let n = level.len();
        let slope_from = |from: usize| theil_sen(&level.times[from..], &level.values[from..]);
        let first_half = theil_sen(&level.times[..n / 2], &level.values[..n / 2]);
        let second_half = slope_from(n / 2);
        let (rising_parts, one_step) = steps(&level.values);
        Self {
            rising_parts,
            one_step,
            // A first half that does not grow leaves nothing that could level off.
            lasting: if first_half > 0.0 { second_half / first_half } else { f64::INFINITY },
            levels_off: {
                let sixth = n - n / PARTS;
                slope_from(sixth) + uncertainty(n - sixth, n, level.span(), noise) < LEVEL * rate
                    || slope_from(n - n / 3) < LEVEL * LEVEL * rate
                    || just_stopped(rest, noise)
            },
        }
    }
}

/// The standard error of a slope over `points` of a window's `n`.
#[expect(clippy::cast_precision_loss, reason = "points of a folded window")]
fn uncertainty(points: usize, n: usize, span: f64, noise: f64) -> f64 {
    // Of the variance of equally spaced times: points³ / 12 spacings².
    noise * (12.0 / (points as f64).powi(3)).sqrt() * n as f64 / span
}

/// Between the parts: how many steps rise, and whether one of them is nearly all.
#[expect(clippy::cast_precision_loss, reason = "a handful of parts")]
fn steps(values: &[f64]) -> (usize, bool) {
    let n = values.len();
    if n < LEAST_POINTS {
        return (0, false);
    }
    let part = |at: usize| median_of(values[n * at / PARTS..n * (at + 1) / PARTS].iter().copied());
    let parts: [f64; PARTS] = std::array::from_fn(part);
    let steps = || parts.windows(2).map(|pair| pair[1] - pair[0]);
    let all = parts[PARTS - 1] - parts[0];
    if all <= 0.0 {
        return (0, false);
    }
    let even = all / (PARTS - 1) as f64;
    (steps().filter(|step| *step > RISES * even).count(), steps().any(|step| step > ONE_STEP * all))
}

#[expect(clippy::cast_precision_loss, reason = "three")]
fn just_stopped(rest: &[f64], noise: f64) -> bool {
    let Some((_, last)) = rest.split_last_chunk::<LAST_POINTS>() else { return false };
    let mean = last.iter().sum::<f64>() / LAST_POINTS as f64;
    mean < median_of(rest.iter().copied()) - BELOW * noise
}
