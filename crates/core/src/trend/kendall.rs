//! Mann-Kendall: do later values tend to be larger? Counts over all pairs, so that no size of an outlier matters. O(n²) time.

/// The standard score of the trend of `values`: positive where they grow. Ties are counted as no evidence, which is careful.
pub fn mann_kendall(values: &[f64]) -> f64 {
    let mut score = 0.0_f64;
    for (at, earlier) in values.iter().enumerate() {
        for later in &values[at + 1..] {
            score += f64::from(i8::from(later > earlier) - i8::from(later < earlier));
        }
    }
    if score == 0.0 {
        return 0.0;
    }
    let n = count(values);
    // The variance without a trend; one is taken off for the steps of two in which the score moves.
    (score - score.signum()) / (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt()
}

/// The score as it would be if neighbours in `rest` (the values without their trend) told nothing of each other.
///
/// Neighbours that resemble each other are fewer witnesses than they seem: with a lag-1 correlation r, n of them are worth
/// n (1 - r) / (1 + r).
pub fn without_echo(score: f64, rest: &[f64]) -> f64 {
    /// A correlation as high as this says that the line fits badly; more discount would hide fast leaks of a bent shape.
    const MOST: f64 = 0.6;
    let mean = rest.iter().sum::<f64>() / count(rest);
    let own: f64 = rest.iter().map(|value| (value - mean).powi(2)).sum();
    let next: f64 = rest.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    let echo = if own > 0.0 { (next / own).clamp(0.0, MOST) } else { 0.0 };
    score * ((1.0 - echo) / (1.0 + echo)).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "a window has at most a few hundred points")]
fn count(values: &[f64]) -> f64 {
    values.len() as f64
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "small whole numbers, which are exact")]
mod tests {
    use super::{mann_kendall, without_echo};

    #[test]
    fn rising_falling_flat() {
        let up: Vec<f64> = (0..10).map(f64::from).collect();
        let down: Vec<f64> = up.iter().rev().copied().collect();
        // S = 45, variance 10·9·25/18 = 125.
        assert!((mann_kendall(&up) - 44.0 / 125.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(mann_kendall(&down), -mann_kendall(&up));
        assert_eq!(mann_kendall(&[5.0; 10]), 0.0);
        assert_eq!(mann_kendall(&[]), 0.0);
    }

    #[test]
    fn neighbours_that_resemble_each_other_count_less() {
        assert!(without_echo(4.0, &[1.0, 1.0, 1.0, -1.0, -1.0, -1.0]) < 4.0);
        assert_eq!(without_echo(4.0, &[1.0, -1.0, 1.0, -1.0]), 4.0);
        assert_eq!(without_echo(4.0, &[0.0, 0.0]), 4.0);
    }
}
