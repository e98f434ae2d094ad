//! From samples to a verdict: each kind of memory is a series, each series gets a finding, the gravest is told.

use super::clock::Clock;
use super::finding::Finding;
use super::forecast::reaches_limit_at;
use super::options::{Options, Thresholds};
use super::reason::sentence;
use super::sample::Sample;
use super::series::Series;
use super::verdict::{Kind, State, Verdict};

/// Judges whether an app leaks, by samples in the order in which they were taken.
///
/// Any `samples` give a verdict: what is not known or cannot be is left out. The same samples and options give the same verdict.
pub fn detect(samples: &[Sample], options: &Options) -> Verdict {
    let thresholds = Thresholds::from(options);
    let clock = Clock::new(samples);
    let finding = findings(&clock, &thresholds).reduce(|best, next| if graver(&next, &best) { next } else { best });
    match finding {
        Some(finding) => verdict(&clock, &finding, &thresholds),
        None => verdict(&clock, &Finding::of(Kind::Heap, None, Series::default(), None, &thresholds), &thresholds),
    }
}

/// Of each series that is known.
fn findings(clock: &Clock, thresholds: &Thresholds) -> impl Iterator<Item = Finding> {
    type Field = fn(&Sample) -> f64;
    let marked = clock.samples.iter().any(|sample| sample.mark_compact > 0.0);
    // Only what was read after a mark-compact is live; a reading that does not say so counts where none does.
    let heap: Field = if marked {
        |sample| if sample.mark_compact > 0.0 { sample.heap_used } else { f64::NAN }
    } else {
        |sample| sample.heap_used
    };
    let series: [(Kind, Option<&'static str>, Field); 7] = [
        (Kind::Heap, None, heap),
        (Kind::External, None, Sample::outside),
        (Kind::Native, None, Sample::native),
        (Kind::Resources, Some("fds"), |sample| sample.fds),
        (Kind::Resources, Some("handles"), |sample| sample.handles),
        (Kind::Resources, Some("listeners"), |sample| sample.listeners),
        (Kind::Resources, Some("timers"), |sample| sample.timers),
    ];
    series.into_iter().filter_map(|(kind, resource, field)| {
        let series = Series::known(&clock.times, clock.samples.iter().map(field));
        // What is native is a difference: it grows, too, when V8 gives up heap that was not resident.
        let part_of =
            (kind == Kind::Native).then(|| Series::known(&clock.times, clock.samples.iter().map(|sample| sample.rss)));
        (series.len() > 0).then(|| Finding::of(kind, resource, series, part_of, thresholds))
    })
}

/// A leak outweighs a suspicion. Between suspects of one state, bytes the app can name outweigh those it cannot, and the larger
/// growth the smaller. Where nothing is suspected, the first series speaks: it is the heap where the heap is known.
fn graver(next: &Finding, best: &Finding) -> bool {
    let suspects = |finding: &Finding| finding.state.max(State::Watching);
    if suspects(next) != suspects(best) {
        return suspects(next) > suspects(best);
    }
    let named = |kind: Kind| matches!(kind, Kind::Heap | Kind::External);
    match (named(next.kind), named(best.kind)) {
        (true, true) => next.state >= State::Suspicious && next.growth.amount > best.growth.amount,
        (false, false) => next.state >= State::Suspicious && next.kind > best.kind,
        (next, best) => next && !best,
    }
}

fn verdict(clock: &Clock, finding: &Finding, thresholds: &Thresholds) -> Verdict {
    let suspects = finding.state >= State::Suspicious;
    let growth = &finding.growth;
    let bytes = finding.kind != Kind::Resources;
    let in_bytes = |value: f64| if bytes && value.is_finite() { value.round() } else { 0.0 };
    Verdict {
        state: finding.state,
        leak: finding.state == State::Confirmed,
        kind: suspects.then_some(finding.kind),
        resource: finding.resource.filter(|_| suspects),
        growth_bytes: in_bytes(growth.amount),
        bytes_per_hour: in_bytes(growth.rate * 36e5),
        growth_count: (suspects && !bytes).then(|| growth.amount.round()),
        confidence: confidence(finding, thresholds),
        since: suspects.then(|| stamp(clock, growth.since)).flatten(),
        reaches_limit_at: if suspects { reaches_limit_at(&clock.samples, finding.kind, growth.rate) } else { None },
        readings: finding.readings,
        reason: sentence(finding, thresholds),
    }
}

/// The chance that the trend is none by accident, times how steadily and how long it has lasted, to two digits.
fn confidence(finding: &Finding, thresholds: &Thresholds) -> f64 {
    /// A logistic curve with this steepness is the normal distribution to within 0.01.
    const LOGISTIC: f64 = 1.702;
    let growth = &finding.growth;
    if finding.state < State::Suspicious {
        return 0.0;
    }
    let real = 1.0 / (1.0 + (-LOGISTIC * growth.score).exp());
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let share = |part: usize, whole: usize| (part as f64 / whole.max(1) as f64).min(1.0);
    let steady = if growth.shape.levels_off { 0.5 } else { share(growth.shape.rising_parts.max(3), 5) };
    let long = share(finding.readings, thresholds.confirm_after);
    (real * steady * (0.5 + 0.5 * long) * 100.0).round() / 100.0
}

/// The sample's own time for a time of the clock.
fn stamp(clock: &Clock, time: f64) -> Option<f64> {
    let at = clock.times.partition_point(|known| *known <= time);
    clock.samples.get(at.saturating_sub(1)).map(|sample| sample.time)
}
