//! Times as the statistics need them: ascending, from 0, without the jumps of a clock.
//!
//! Samples come in the order in which they were taken. A few steps back in time are a clock that was set back: each counts as one
//! usual interval. Many mean that the samples are in no order: they are sorted. A gap (a suspended machine, a clock set forward, an
//! idle night) counts as [`LONGEST`] usual intervals: nothing was collected in it, so nothing is known of it.

use super::median::median_of;
use super::sample::Sample;

/// Where more than this share of the steps goes back, the samples are taken to be in no order.
const DISORDER: f64 = 0.1;

/// In usual intervals. Long enough for a quiet minute between busy seconds, short enough that no single gap outweighs the rest.
const LONGEST: f64 = 10.0;

/// The samples with a time, in order, and that order's times from 0.
pub struct Clock {
    /// One a distinct time, not empty unless there is no sample.
    pub samples: Vec<Sample>,
    /// As the samples are; strictly ascending.
    pub times: Vec<f64>,
}

impl Clock {
    /// Orders `samples`. Of several with one time, each field keeps its least known value: the lower envelope.
    pub fn new(samples: &[Sample]) -> Self {
        let mut samples: Vec<Sample> = samples.iter().filter(|sample| sample.time.is_finite()).copied().collect();
        let back = samples.windows(2).filter(|pair| pair[1].time < pair[0].time).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
        if back > 1 && back as f64 > DISORDER * samples.len() as f64 {
            samples.sort_by(|left, right| left.time.total_cmp(&right.time));
        }
        samples.dedup_by(|next, kept| next.time.total_cmp(&kept.time).is_eq() && fold(kept, next));

        let steps = || samples.windows(2).map(|pair| pair[1].time - pair[0].time);
        let usual = median_of(steps().filter(|step| *step > 0.0));
        let usual = if usual.is_finite() { usual } else { 1.0 };
        let mut now = 0.0;
        let mut times = Vec::with_capacity(samples.len());
        times.extend(samples.first().map(|_| 0.0));
        times.extend(steps().map(|step| {
            now += if step > 0.0 { step.min(LONGEST * usual) } else { usual };
            now
        }));
        Self { samples, times }
    }
}

fn fold(kept: &mut Sample, next: &Sample) -> bool {
    *kept = Sample {
        time: kept.time,
        heap_used: kept.heap_used.min(next.heap_used),
        heap_total: kept.heap_total.min(next.heap_total),
        heap_limit: kept.heap_limit.min(next.heap_limit),
        external: kept.external.min(next.external),
        array_buffers: kept.array_buffers.min(next.array_buffers),
        rss: kept.rss.min(next.rss),
        cgroup_current: kept.cgroup_current.min(next.cgroup_current),
        cgroup_limit: kept.cgroup_limit.min(next.cgroup_limit),
        fds: kept.fds.min(next.fds),
        handles: kept.handles.min(next.handles),
        listeners: kept.listeners.min(next.listeners),
        timers: kept.timers.min(next.timers),
        mark_compact: kept.mark_compact.max(next.mark_compact),
    };
    true
}

#[cfg(test)]
mod tests {
    use super::{Clock, Sample};

    fn times(given: &[f64]) -> Vec<f64> {
        Clock::new(&given.iter().copied().map(Sample::at).collect::<Vec<_>>()).times
    }

    #[test]
    fn from_zero_without_jumps() {
        assert_eq!(times(&[]), [0.0; 0]);
        assert_eq!(times(&[7.0]), [0.0]);
        assert_eq!(times(&[100.0, 110.0, 110.0, 120.0]), [0.0, 10.0, 20.0]);
        assert_eq!(times(&[100.0, 110.0, 120.0, 50.0, 60.0]), [0.0, 10.0, 20.0, 30.0, 40.0], "set back");
        assert_eq!(times(&[100.0, 110.0, 120.0, 9e9]), [0.0, 10.0, 20.0, 120.0], "set forward");
        assert_eq!(times(&[5.0, 4.0, 3.0, 2.0, f64::NAN]), [0.0, 1.0, 2.0, 3.0], "newest first");
    }
}
