//! When memory runs out at a rate.

use super::sample::Sample;
use super::verdict::Kind;

/// A year, in ms: what lies farther is no forecast.
const FARTHEST: f64 = 365.0 * 864e5;

/// The time at which the nearest limit is reached that growth of this `kind` (bytes a ms) fills: V8's for the heap, the cgroup's
/// for all. By the last known readings, because limits change.
pub fn reaches_limit_at(samples: &[Sample], kind: Kind, rate: f64) -> Option<f64> {
    let last =
        |field: fn(&Sample) -> f64| samples.iter().rev().map(field).find(|value| value.is_finite() && *value >= 0.0);
    let now = last(|sample| sample.time)?;
    let room = |limit: Option<f64>, used: Option<f64>| Some((limit.filter(|limit| *limit > 0.0)? - used?).max(0.0));
    let heap = room(last(|sample| sample.heap_limit), last(|sample| sample.heap_used)).filter(|_| kind == Kind::Heap);
    let used = last(|sample| sample.cgroup_current).or_else(|| last(|sample| sample.rss));
    let cgroup = room(last(|sample| sample.cgroup_limit), used).filter(|_| kind != Kind::Resources);
    let room = heap.into_iter().chain(cgroup).reduce(f64::min)?;
    let wait = room / rate;
    (rate > 0.0 && wait <= FARTHEST).then_some(now + wait)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Sample, reaches_limit_at};

    #[test]
    fn the_nearest_limit_by_the_last_readings() {
        let early = Sample { heap_used: 10.0, heap_limit: 50.0, rss: 30.0, cgroup_limit: 1e6, ..Sample::at(0.0) };
        let late = Sample { heap_used: 20.0, heap_limit: 100.0, ..Sample::at(1000.0) };
        let samples = [early, late];
        assert_eq!(reaches_limit_at(&samples, Kind::Heap, 2.0), Some(1040.0));
        assert_eq!(reaches_limit_at(&samples, Kind::External, 10.0), Some(1000.0 + 99_997.0));
        assert_eq!(reaches_limit_at(&samples, Kind::Heap, 0.0), None);
        assert_eq!(reaches_limit_at(&samples, Kind::Heap, 1e-12), None, "too far away");
        assert_eq!(reaches_limit_at(&[Sample::at(0.0)], Kind::Heap, 1.0), None);
    }
}
