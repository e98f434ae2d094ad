//! Theil-Sen: the median of the slopes between all pairs. Up to 29 % of the points may lie anywhere. O(n²) time and space, so
//! callers bound n.

use super::median::median;

/// The slope of `values` over `times`, which ascend; 0 where no two times differ.
pub fn theil_sen(times: &[f64], values: &[f64]) -> f64 {
    let points = || times.iter().zip(values);
    let mut slopes = Vec::with_capacity(times.len() * times.len().saturating_sub(1) / 2);
    for (at, (t0, v0)) in points().enumerate() {
        slopes.extend(points().skip(at + 1).filter(|(t, _)| *t > t0).map(|(t, v)| (v - v0) / (t - t0)));
    }
    if slopes.is_empty() { 0.0 } else { median(&mut slopes) }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small whole numbers, which are exact")]
mod tests {
    use super::theil_sen;

    #[test]
    fn one_outlier_does_not_move_it() {
        assert_eq!(theil_sen(&[0.0, 1.0, 2.0, 3.0, 4.0], &[0.0, 2.0, 900.0, 6.0, 8.0]), 2.0);
        assert_eq!(theil_sen(&[1.0, 1.0], &[5.0, 6.0]), 0.0);
        assert_eq!(theil_sen(&[], &[]), 0.0);
    }
}
