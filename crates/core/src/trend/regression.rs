//! Least squares with a few columns, made robust: points far from the fit weigh less (Huber), four times over. O(n) a fit.

use super::median::median_of;

/// Distances beyond so many deviations weigh less. 1.5 keeps 96 % of the efficiency where the noise is normal.
const HUBER: f64 = 1.5;
const ROUNDS: usize = 4;

/// A fitted model.
pub struct Fit<const COLUMNS: usize> {
    pub coefficients: [f64; COLUMNS],
    /// The median distance of a point from the fit.
    pub distance: f64,
}

/// Fits `values` by the rows that `row` makes. `None`: the columns cannot be told apart.
pub fn fit<const COLUMNS: usize>(values: &[f64], row: impl Fn(usize) -> [f64; COLUMNS]) -> Option<Fit<COLUMNS>> {
    let mut weights = vec![1.0; values.len()];
    let mut last = None;
    for _ in 0..ROUNDS {
        let mut normal = [[0.0; COLUMNS]; COLUMNS];
        let mut right = [0.0; COLUMNS];
        for (at, (value, weight)) in values.iter().zip(&weights).enumerate() {
            let row = row(at);
            for ((line, right), left) in normal.iter_mut().zip(&mut right).zip(row) {
                *right += weight * left * value;
                for (cell, other) in line.iter_mut().zip(row) {
                    *cell += weight * left * other;
                }
            }
        }
        let coefficients = solve(normal, right)?;
        let rest = |at: usize| {
            let fitted: f64 = row(at).iter().zip(coefficients).map(|(left, right)| left * right).sum();
            (values[at] - fitted).abs()
        };
        let distance = median_of((0..values.len()).map(rest));
        last = Some(Fit { coefficients, distance });
        let far = HUBER * 1.4826 * distance;
        for (at, weight) in weights.iter_mut().enumerate() {
            let rest = rest(at);
            *weight = if rest > far { far / rest } else { 1.0 };
        }
        if distance <= 0.0 {
            break;
        }
    }
    last
}

/// Gauss-Jordan with the largest pivot first.
fn solve<const COLUMNS: usize>(
    mut rows: [[f64; COLUMNS]; COLUMNS],
    mut right: [f64; COLUMNS],
) -> Option<[f64; COLUMNS]> {
    /// A pivot this much smaller than its column was is rounding, not data.
    const ROUNDING: f64 = 1e-9;
    let sizes: [f64; COLUMNS] = std::array::from_fn(|at| rows[at][at]);
    for column in 0..COLUMNS {
        let pivot = (column..COLUMNS).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        right.swap(column, pivot);
        let (head, answer) = (rows[column], right[column]);
        if head[column].abs() <= ROUNDING * sizes[column] || !head[column].is_finite() {
            return None;
        }
        for at in (0..COLUMNS).filter(|at| *at != column) {
            let factor = rows[at][column] / head[column];
            right[at] -= factor * answer;
            for (cell, above) in rows[at].iter_mut().zip(head) {
                *cell -= factor * above;
            }
        }
    }
    let answer = std::array::from_fn(|at| right[at] / rows[at][at]);
    answer.iter().all(|value| value.is_finite()).then_some(answer)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn coefficients_come_back_in_spite_of_outliers() {
        let load = |at: usize| f64::from(u8::try_from(at * 7 % 5).unwrap());
        let time = |at: usize| f64::from(u8::try_from(at).unwrap()) / 40.0 - 0.5;
        let mut values: Vec<f64> = (0..40).map(|at| 9.0 + 2.0 * load(at) - 3.0 * time(at)).collect();
        values[11] = 1e3;
        let found = fit(&values, |at| [1.0, load(at), time(at)]).unwrap().coefficients;
        assert!(
            found.iter().zip([9.0, 2.0, -3.0]).all(|(found, expected)| (found - expected).abs() < 0.2),
            "{found:?}"
        );
    }

    #[test]
    fn columns_that_cannot_be_told_apart_are_refused() {
        assert!(fit(&[1.0, 2.0, 3.0], |_| [1.0, 1.0]).is_none());
        assert!(fit(&[1.0, 2.0, 3.0], |_| [1.0, 0.0]).is_none());
        assert!(fit(&[], |_| [1.0]).is_none());
    }
}
