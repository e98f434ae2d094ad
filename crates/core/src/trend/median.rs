//! Medians by selection: O(n), without sorting.

/// The middle value; of two middle values, the mean. `NaN` where there is none. Reorders `values`.
pub fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    if values.is_empty() {
        return f64::NAN;
    }
    let odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    if odd {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    lower + (upper - lower) / 2.0
}

/// The median of what an iterator brings.
pub fn median_of(values: impl Iterator<Item = f64>) -> f64 {
    median(&mut values.collect::<Vec<_>>())
}

/// The median distance from the median, scaled so that it is the standard deviation where the noise is normal.
pub fn deviation(values: &[f64]) -> f64 {
    /// 1 / Φ⁻¹(3/4).
    const NORMAL: f64 = 1.4826;
    let middle = median_of(values.iter().copied());
    NORMAL * median_of(values.iter().map(|value| (value - middle).abs()))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small whole numbers, which are exact")]
mod tests {
    use super::{deviation, median};

    #[test]
    fn the_middle_of_odd_even_and_none() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&mut []).is_nan());
        assert_eq!(deviation(&[1.0, 1.0, 1.0, 9.0, 1.0]), 0.0);
    }
}
