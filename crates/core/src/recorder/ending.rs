//! How a run ended, and which limit it was near.

use super::event::Event;
use super::kind::Kind;
use super::sample::Sample;
use serde::Serialize;

/// A limit reached so far, a few seconds before the end, explains the end.
const LIKELY: f64 = 0.9;

/// How a run ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The recorder was stopped on purpose.
    Stopped,
    /// The process ended by itself.
    Exited,
    /// Nothing was recorded: it was killed, or it crashed.
    Cut,
    /// It has not ended.
    Running,
}

/// Whose limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// V8's own: `--max-old-space-size`.
    Heap,
    /// The container's.
    Cgroup,
}

/// The limit that the last sample came nearest to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Nearest {
    /// Whose.
    pub limit: Limit,
    /// Bytes of it that were used.
    pub used: f64,
    /// Bytes of it.
    pub size: f64,
    /// `used / size`.
    pub share: f64,
    /// Whether it is near enough to be the likely reason of a cut.
    pub likely: bool,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ending {
    /// In what way.
    pub how: How,
    /// Of the last record.
    pub time: f64,
    /// How near a limit it was then, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

impl Ending {
    /// From the last records of a run: `event` if the very last one is an event.
    pub fn new(time: f64, event: Option<&Event>, sample: Option<&Sample>, running: bool) -> Self {
        let how = match event.map(|event| event.kind) {
            _ if running => How::Running,
            Some(Kind::Stop) => How::Stopped,
            Some(Kind::Exit) => How::Exited,
            _ => How::Cut,
        };
        Self { how, time, nearest: sample.and_then(nearest) }
    }
}

fn nearest(sample: &Sample) -> Option<Nearest> {
    let group = sample.cgroup.as_ref();
    let heap = (Limit::Heap, sample.heap_used, sample.heap_limit);
    let cgroup =
        (Limit::Cgroup, group.and_then(|group| group.current).or(sample.rss), group.and_then(|group| group.limit));
    let shares = [heap, cgroup].into_iter().filter_map(|(limit, used, size)| {
        let (used, size) = (used?, size.filter(|&size| size > 0.0)?);
        let share = used / size;
        Some(Nearest { limit, used, size, share, likely: share >= LIKELY })
    });
    shares.max_by(|a, b| a.share.total_cmp(&b.share))
}

#[cfg(test)]
mod tests {
    use super::{Ending, How, Limit};
    use crate::recorder::sample::{Cgroup, Sample};

    #[test]
    fn the_nearest_limit_is_named() {
        let mut sample =
            Sample { heap_used: Some(50.0), heap_limit: Some(100.0), rss: Some(95.0), ..Sample::default() };
        let nearest = |sample: &Sample| Ending::new(0.0, None, Some(sample), false).nearest;
        assert_eq!(nearest(&sample).map(|one| (one.limit, one.likely)), Some((Limit::Heap, false)));
        sample.cgroup = Some(Cgroup { current: None, limit: Some(100.0) });
        assert_eq!(nearest(&sample).map(|one| (one.limit, one.share, one.likely)), Some((Limit::Cgroup, 0.95, true)));
        sample.cgroup = Some(Cgroup { current: Some(20.0), limit: Some(0.0) });
        assert_eq!(nearest(&sample).map(|one| one.limit), Some(Limit::Heap), "a limit of 0 is none");
        assert_eq!(nearest(&Sample::default()), None);
        assert_eq!(Ending::new(0.0, None, None, false).how, How::Cut);
    }
}
