//! One thing over time, as two columns.

use super::median::median_of;

/// What a window is folded to before pairs are compared: 8,128 pairs, some 0.1 ms.
const MOST_POINTS: usize = 128;

/// Times ascend strictly.
#[derive(Clone, Debug, Default)]
pub struct Series {
    pub times: Vec<f64>,
    pub values: Vec<f64>,
}

impl Series {
    /// What is known: finite and not negative.
    pub fn known(times: &[f64], values: impl Iterator<Item = f64>) -> Self {
        let known = times.iter().copied().zip(values).filter(|(_, value)| value.is_finite() && *value >= 0.0);
        let (times, values) = known.unzip();
        Self { times, values }
    }

    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// The last `count` points.
    pub fn tail(&self, count: usize) -> Self {
        let from = self.len().saturating_sub(count);
        Self { times: self.times[from..].to_vec(), values: self.values[from..].to_vec() }
    }

    /// Those from one time to another.
    pub fn between(&self, first: f64, last: f64) -> Self {
        let from = self.times.partition_point(|time| *time < first);
        let to = self.times.partition_point(|time| *time <= last).max(from);
        Self { times: self.times[from..to].to_vec(), values: self.values[from..to].to_vec() }
    }

    /// From the first time to the last.
    pub fn span(&self) -> f64 {
        self.times.last().zip(self.times.first()).map_or(0.0, |(last, first)| last - first)
    }

    /// At most [`MOST_POINTS`] points, each the medians of as many neighbours.
    pub fn folded(&self) -> Self {
        let size = self.len().div_ceil(MOST_POINTS).max(1);
        if size == 1 {
            return self.clone();
        }
        let fold = |column: &[f64]| column.chunks(size).map(|chunk| median_of(chunk.iter().copied())).collect();
        Self { times: fold(&self.times), values: fold(&self.values) }
    }
}
