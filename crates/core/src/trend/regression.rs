//! Least squares with a few columns, made robust: points far from the fit weigh less (Huber), four times over. O(n) a fit.

use super::median::median_of;

/// Constant, load, time, time squared.
pub const COLUMNS: usize = 4;

/// Distances beyond so many deviations weigh less. 1.5 keeps 96 % of the efficiency where the noise is normal.
const HUBER: f64 = 1.5;
const ROUNDS: usize = 4;

/// A fitted model.
pub struct Fit {
    pub coefficients: [f64; COLUMNS],
    /// The median distance of a point from the fit.
    pub distance: f64,
}

/// Fits `values` by the rows that `row` makes. Columns that are all zero get the coefficient zero. `None`: the columns cannot be
/// told apart.
pub fn fit(values: &[f64], row: impl Fn(usize) -> [f64; COLUMNS]) -> Option<Fit> {
    let mut weights = vec![1.0; values.len()];
    let mut last = None;
    for _ in 0..ROUNDS {
        let mut normal = [[0.0; COLUMNS + 1]; COLUMNS];
        for (at, (value, weight)) in values.iter().zip(&weights).enumerate() {
            let row = row(at);
            for (line, left) in normal.iter_mut().zip(row) {
                for (cell, right) in line.iter_mut().zip(row.iter().chain([value])) {
                    *cell += weight * left * right;
                }
            }
        }
        let coefficients = solve(normal)?;
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
fn solve(mut rows: [[f64; COLUMNS + 1]; COLUMNS]) -> Option<[f64; COLUMNS]> {
    /// A pivot this much smaller than its column was is rounding, not data.
    const ROUNDING: f64 = 1e-9;
    let sizes: [f64; COLUMNS] = std::array::from_fn(|at| rows[at][at]);
    for column in 0..COLUMNS {
        if sizes[column] == 0.0 {
            rows[column] = [0.0; COLUMNS + 1];
            rows[column][column] = 1.0;
            continue;
        }
        let pivot = (column..COLUMNS).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        let head = rows[column];
        if !(head[column].abs() > ROUNDING * sizes[column]) {
            return None;
        }
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != column) {
            let factor = row[column] / head[column];
            for (cell, above) in row.iter_mut().zip(head) {
                *cell -= factor * above;
            }
        }
    }
    let answer = std::array::from_fn(|at| rows[at][COLUMNS] / rows[at][at]);
    answer.iter().all(|value| value.is_finite()).then_some(answer)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn coefficients_come_back_in_spite_of_outliers() {
        let load = |at: usize| (at * 7 % 5) as f64;
        let time = |at: usize| at as f64 / 40.0 - 0.5;
        let row = |at: usize| [1.0, load(at), time(at), time(at) * time(at)];
        let mut values: Vec<f64> = (0..40).map(|at| 9.0 + 2.0 * load(at) - 3.0 * time(at)).collect();
        values[11] = 1e3;
        let fit = fit(&values, row).unwrap();
        for (found, expected) in fit.coefficients.iter().zip([9.0, 2.0, -3.0, 0.0]) {
            assert!((found - expected).abs() < 0.2, "{:?}", fit.coefficients);
        }
    }

    #[test]
    fn an_empty_column_is_left_out_and_a_double_one_refused() {
        let time = |at: usize| at as f64;
        let values: Vec<f64> = (0..9).map(|at| 1.0 + time(at)).collect();
        let found = fit(&values, |at| [1.0, 0.0, time(at), 0.0]).unwrap().coefficients;
        assert!(found.iter().zip([1.0, 0.0, 1.0, 0.0]).all(|(found, expected)| (found - expected).abs() < 1e-9), "{found:?}");
        assert!(fit(&values, |at| [1.0, 1.0, time(at), 0.0]).is_none());
    }
}
