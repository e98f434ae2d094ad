//! The lower envelope of readings that were not taken after collections.
//!
//! Between two collections garbage piles up, so the used heap climbs in many small steps and drops in few large ones. What is live
//! shows at the troughs. Scavenges make small teeth on the large teeth of mark-compacts, so troughs are taken of troughs. O(n).

use super::series::Series;

/// A tooth: the mean drop is so many times the mean climb. Noise drops as it climbs (1), a saw of `n` readings a tooth has `n - 1`.
const TOOTH: f64 = 2.5;

/// With fewer drops, chance alone is as uneven.
const LEAST_DROPS: usize = 4;

/// Scavenges, mark-compacts, and one more that nobody has seen yet.
const LEVELS: usize = 3;

/// The troughs where `series` is a sawtooth, else the series as it is.
pub fn lower_envelope(mut series: Series) -> Series {
    for _ in 0..LEVELS {
        if !is_sawtooth(&series.values) {
            break;
        }
        series = troughs(&series);
    }
    series
}

fn is_sawtooth(values: &[f64]) -> bool {
    let (mut drops, mut climbs) = ((0_usize, 0.0), (0_usize, 0.0));
    for pair in values.windows(2) {
        let step = pair[1] - pair[0];
        let side = if step < 0.0 { &mut drops } else { &mut climbs };
        side.0 += 1;
        side.1 += step.abs();
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    let mean = |(count, sum): (usize, f64)| sum / count as f64;
    // What climbs half of what drops, or less, goes down.
    drops.0 >= LEAST_DROPS && climbs.1 > drops.1 / 2.0 && mean(drops) >= TOOTH * mean(climbs)
}

/// Points that are below the one before and not above the one after: the last point of all is not known to be one.
fn troughs(series: &Series) -> Series {
    let at = series.values.windows(3).enumerate().filter(|(_, three)| three[1] < three[0] && three[1] <= three[2]);
    let (times, values) = at.map(|(at, three)| (series.times[at + 1], three[1])).unzip();
    Series { times, values }
}

#[cfg(test)]
mod tests {
    use super::lower_envelope;
    use crate::trend::series::Series;

    fn series(value: impl Fn(u32) -> f64) -> Series {
        Series { times: (0..240).map(f64::from).collect(), values: (0..240).map(value).collect() }
    }

    #[test]
    fn a_saw_becomes_its_troughs() {
        let envelope = lower_envelope(series(|at| 100.0 + f64::from(at % 8) * 10.0));
        assert_eq!(envelope.values, [100.0; 29]);
        let teeth_on_teeth = lower_envelope(series(|at| f64::from(at % 5) * 10.0 + f64::from(at % 30 / 5) * 5.0));
        assert!(teeth_on_teeth.values.iter().all(|value| *value == 0.0), "{:?}", teeth_on_teeth.values);
    }

    #[test]
    fn a_line_with_noise_stays() {
        let noisy = series(|at| f64::from(at) * 3.0 + f64::from(at * 7919 % 13));
        assert_eq!(lower_envelope(noisy.clone()).values, noisy.values);
    }
}
