//! The heap at equal load: what the load explains is taken out.
//!
//! Requests in flight hold memory, and how much goes with how many arrive (Little's law). Nobody tells us the load, but V8 does: it
//! collects after so many allocated bytes, so mark-compacts come the faster the more is allocated. A fit of the heap on their rate,
//! beside a bent line of time, says how much of the heap is load. Over time alone a leak and a rising load look the same; beside
//! each other they differ, because load moves the heap and the rate together in every little wave, and a leak moves the heap alone.
//! O(n).

use super::median::{deviation, median_of};
use super::regression::{Fit, fit};
use super::series::Series;

/// Requests live for less than an interval, or for several: the rate is taken over the one of these that explains the most.
const INTERVALS: [usize; 4] = [1, 2, 4, 8];

/// A rate that varies less than this share of itself is a timer, or tells nothing.
const LEAST_VARIATION: f64 = 0.02;

/// The share of the noise that the rate has to explain, or it is left alone: below that it is chance.
const LEAST_HELP: f64 = 0.05;

/// In deviations. One mark-compact that came for another reason (memory outside of the heap, `gc()`) is no load.
const FARTHEST: f64 = 4.0;

/// Points for a line of time and the load; for a bent line.
const LEAST_POINTS: usize = 8;
const LEAST_POINTS_BENT: usize = 16;

/// The series as it would be at its usual load.
pub fn at_equal_load(series: &Series) -> Series {
    let n = series.len();
    if n < LEAST_POINTS {
        return series.clone();
    }
    let (first, span) = (series.times[0], series.span());
    let bent = if n >= LEAST_POINTS_BENT { 1.0 } else { 0.0 };
    let row = |at: usize, load: f64| {
        let time = (series.times[at] - first) / span - 0.5;
        [1.0, load, time, bent * time * time]
    };
    let Some(alone) = fit(&series.values, |at| row(at, 0.0)) else { return series.clone() };
    let mut best: Option<(Fit, Vec<f64>)> = None;
    let mut to_beat = (1.0 - LEAST_HELP) * alone.distance;
    for intervals in INTERVALS.into_iter().filter(|intervals| n >= 3 * intervals + 4) {
        let Some(load) = rate(&series.times, intervals) else { continue };
        let Some(found) = fit(&series.values, |at| row(at, load[at])) else { continue };
        // Load adds memory. Where the fit says the contrary, it has found something else.
        if found.coefficients[1] > 0.0 && found.distance < to_beat {
            to_beat = found.distance;
            best = Some((found, load));
        }
    }
    let Some((found, load)) = best else { return series.clone() };
    let values = series.values.iter().zip(load).map(|(value, load)| value - found.coefficients[1] * load).collect();
    Series { times: series.times.clone(), values }
}

/// The rate of mark-compacts over the last `intervals`, in deviations from its median; `None` where it hardly varies.
fn rate(times: &[f64], intervals: usize) -> Option<Vec<f64>> {
    #[expect(clippy::cast_precision_loss, reason = "at most eight")]
    let rate = |at: usize| {
        // The first reading has no interval before it: it takes the second's.
        let at = at.max(1);
        let from = at.saturating_sub(intervals);
        (at - from) as f64 / (times[at] - times[from])
    };
    let mut rates: Vec<f64> = (0..times.len()).map(rate).collect();
    let middle = median_of(rates.iter().copied());
    let deviation = deviation(&rates);
    if !(deviation > LEAST_VARIATION * middle) {
        return None;
    }
    for rate in &mut rates {
        *rate = ((*rate - middle) / deviation).clamp(-FARTHEST, FARTHEST);
    }
    Some(rates)
}

#[cfg(test)]
mod tests {
    use super::{Series, at_equal_load};
    use crate::trend::median::deviation;

    /// Mark-compacts every 100 allocated units, under a load that wanders; the heap is what is kept and twice the load.
    fn wandering(slope: f64) -> (Series, Vec<f64>) {
        let (mut series, mut kept) = (Series::default(), Vec::new());
        let mut time = 0.0;
        for at in 0..60 {
            let load = 1.0 + 0.4 * (f64::from(at) * 0.35).sin();
            time += 100.0 / load;
            kept.push(50.0 + slope * time / 100.0);
            series.times.push(time);
            series.values.push(kept[kept.len() - 1] + 20.0 * load);
        }
        (series, kept)
    }

    #[test]
    fn what_is_kept_remains() {
        for slope in [0.0, 0.1, 1.0] {
            let (series, kept) = wandering(slope);
            let noise = |values: &[f64]| {
                deviation(&values.iter().zip(&kept).map(|(value, kept)| value - kept).collect::<Vec<_>>())
            };
            let level = at_equal_load(&series);
            assert!(noise(&level.values) < 0.1 * noise(&series.values), "slope {slope}");
        }
    }

    #[test]
    fn a_timer_tells_no_load() {
        let series = Series { times: (0..60).map(f64::from).collect(), values: (0..60).map(|at| f64::from(at % 7)).collect() };
        assert_eq!(at_equal_load(&series).values, series.values);
    }
}
