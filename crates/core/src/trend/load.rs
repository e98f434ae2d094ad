//! The heap at equal load: what the load explains is taken out.
//!
//! Requests in flight hold memory, and how much goes with how many arrive (Little's law). Nobody tells us the load, but V8 does: it
//! collects after so many allocated bytes, so mark-compacts come the faster the more is allocated. Over time alone a leak and a
//! rising load look the same; from reading to reading they differ, because in every little wave the load moves the heap and the rate
//! together, and a leak moves the heap alone. So a fit of the heap's changes over a few readings on the rate's changes says how much
//! of the heap is load; a leak, a bend or a step are in few of these changes, or the same in all. O(n).

use super::median::{deviation, median_of};
use super::regression::fit;
use super::series::Series;

/// Requests live for less than an interval, or for several: the rate is taken over the one of these that explains the most.
const INTERVALS: [usize; 4] = [1, 2, 4, 8];

/// A rate that varies less than this share of itself is a timer, or tells nothing.
const LEAST_VARIATION: f64 = 0.02;

/// The share of the noise that the rate has to explain, or it is left alone: below that it is chance.
const LEAST_HELP: f64 = 0.05;

/// In deviations. One mark-compact that came for another reason (memory outside of the heap, `gc()`) is no load.
const FARTHEST: f64 = 4.0;

/// With fewer points there are too few changes.
const LEAST_POINTS: usize = 8;

/// Changes are taken over so many readings: enough for the load to move, few enough for growth to be about the same in all.
const FARTHEST_CHANGE: usize = 4;

/// The series as it would be at its usual load.
pub fn at_equal_load(series: &Series) -> Series {
    let n = series.len();
    if n < LEAST_POINTS {
        return series.clone();
    }
    let apart = (n / 4).min(FARTHEST_CHANGE);
    let changes = |column: &[f64]| column.windows(apart + 1).map(|span| span[apart] - span[0]).collect::<Vec<_>>();
    let grown = changes(&series.values);
    let Some(alone) = fit(&grown, |_| [1.0]) else { return series.clone() };
    let mut best: Option<(f64, Vec<f64>)> = None;
    let mut to_beat = (1.0 - LEAST_HELP) * alone.distance;
    for intervals in INTERVALS.into_iter().filter(|intervals| n >= 3 * intervals + 4) {
        let Some(load) = rate(&series.times, intervals) else { continue };
        let moved = changes(&load);
        let Some(found) = fit(&grown, |at| [1.0, moved[at]]) else { continue };
        // Load adds memory. Where the fit says the contrary, it has found something else.
        let [_, weight] = found.coefficients;
        if weight > 0.0 && found.distance < to_beat {
            to_beat = found.distance;
            best = Some((weight, load));
        }
    }
    let Some((weight, load)) = best else { return series.clone() };
    let values = series.values.iter().zip(load).map(|(value, load)| value - weight * load).collect();
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
    if deviation <= LEAST_VARIATION * middle || deviation.is_nan() {
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
        let series =
            Series { times: (0..60).map(f64::from).collect(), values: (0..60).map(|at| f64::from(at % 7)).collect() };
        assert_eq!(at_equal_load(&series).values, series.values);
    }
}
