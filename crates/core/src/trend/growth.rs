//! Whether, how fast and how steadily one window grows.

use super::kendall::{mann_kendall, without_echo};
use super::median::{deviation, median};
use super::regression::fit;
use super::series::Series;
use super::shape::Shape;
use super::slope::theil_sen;

/// What scatters less than this share of the growth is the rounding of a perfect line, not noise.
const ROUNDING: f64 = 1e-6;

/// The growth of one window at equal load.
#[derive(Clone, Debug)]
pub struct Growth {
    /// Mann-Kendall's standard score, corrected for neighbours that resemble each other.
    pub score: f64,
    /// Theil-Sen's slope, a ms.
    pub rate: f64,
    /// What the slope makes over the window.
    pub amount: f64,
    /// `amount` as a share of the level at the window's start.
    pub share: f64,
    /// What scatters around the line, as a standard deviation.
    pub noise: f64,
    /// Whether it lasts.
    pub shape: Shape,
    /// The time of the last point at which it had not grown yet.
    pub since: f64,
}

impl Growth {
    /// Measures `level`, folded. O(points²).
    pub fn of(level: &Series) -> Self {
        let Series { times, values } = level;
        let first = times.first().copied().unwrap_or(0.0);
        let rate = theil_sen(times, values);
        let rest: Vec<f64> = times.iter().zip(values).map(|(time, value)| value - rate * (time - first)).collect();
        let start = if rest.is_empty() { 0.0 } else { median(&mut rest.clone()) };
        let amount = rate * level.span();
        let scatter = if rest.is_empty() { 0.0 } else { deviation(&rest) };
        let noise = scatter.max(ROUNDING * amount.abs());
        let score = mann_kendall(values);
        let not_grown = values.iter().rposition(|value| *value <= start + noise);
        Self {
            score: if scatter < noise {
                score
            } else {
                without_echo(score, &bent_rest(level).unwrap_or_else(|| rest.clone()))
            },
            rate,
            amount,
            // From nothing, any growth is all of it.
            share: if start > 0.0 { amount / start } else { f64::from(u8::from(amount > 0.0)) },
            noise,
            shape: Shape::of(level, rate, &rest, noise),
            since: not_grown.map_or(first, |at| times[at]),
        }
    }
}

/// What remains without a line that bends upwards; `None` where the best one does not. Growth that accelerates bends away from
/// every straight line, and that is no noise.
fn bent_rest(level: &Series) -> Option<Vec<f64>> {
    /// With fewer, chance bends as much.
    const LEAST_POINTS: usize = 16;
    let Series { times, values } = level;
    let (first, span) = (*times.first()?, level.span());
    if level.len() < LEAST_POINTS {
        return None;
    }
    let row = |at: usize| {
        let time = (times[at] - first) / span - 0.5;
        [1.0, time, time * time]
    };
    let [constant, line, bend] = fit(values, row)?.coefficients;
    let fitted = |at: usize| constant + line * row(at)[1] + bend * row(at)[2];
    (bend > 0.0).then(|| values.iter().enumerate().map(|(at, value)| value - fitted(at)).collect())
}
