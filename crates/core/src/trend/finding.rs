//! One series judged: its state, and the window that says so.

use super::growth::Growth;
use super::load::at_equal_load;
use super::median::median_of;
use super::options::Thresholds;
use super::sawtooth::lower_envelope;
use super::series::Series;
use super::slope::theil_sen;
use super::verdict::{Kind, State};

/// Suspicion takes this part of the floor in bytes: it only costs a look at the heap.
const SUSPECT_BYTES: f64 = 0.5;

/// The growth must stand out of what scatters around it so many times.
const STANDS_OUT: f64 = 2.0;

/// What was found in one series.
#[derive(Clone, Debug)]
pub struct Finding {
    pub kind: Kind,
    /// Which count, where the kind is resources.
    pub resource: Option<&'static str>,
    pub state: State,
    pub growth: Growth,
    /// Readings in the window, and in the whole series.
    pub readings: usize,
    pub known: usize,
    /// The window's length in ms.
    pub span: f64,
}

impl Finding {
    /// Judges the whole series, and its later halves, quarters and so on: a leak that began late is young in a long history. `part_of`: what it is
    /// a part of, which has to grow with it.
    pub fn of(
        kind: Kind,
        resource: Option<&'static str>,
        series: Series,
        part_of: Option<Series>,
        thresholds: &Thresholds,
    ) -> Self {
        let series = lower_envelope(series);
        let judge = Judge { floor: floor(kind, thresholds), thresholds, series: &series, part_of };
        let finding = |readings: usize| {
            let (state, growth, span) = judge.window(readings);
            Self { kind, resource, state, growth, readings, known: series.len(), span }
        };
        let whole = finding(series.len());
        let later = (1..usize::BITS).map(|halvings| series.len() >> halvings);
        let later = later.take_while(|readings| *readings >= thresholds.confirm_after.max(1)).map(finding);
        // Of equals the longest, which comes first.
        later.fold(whole, |best, next| if next.state > best.state { next } else { best })
    }
}

fn floor(kind: Kind, thresholds: &Thresholds) -> f64 {
    match kind {
        Kind::Heap | Kind::External => thresholds.min_bytes,
        Kind::Native => thresholds.min_native_bytes,
        Kind::Resources => thresholds.min_count,
    }
}

struct Judge<'a> {
    floor: f64,
    thresholds: &'a Thresholds,
    series: &'a Series,
    part_of: Option<Series>,
}

impl Judge<'_> {
    /// The state of the last `readings`, how they grow, and how long they took.
    fn window(&self, readings: usize) -> (State, Growth, f64) {
        let window = self.series.tail(readings);
        let mut growth = Growth::of(&at_equal_load(&window).folded());
        let state = self.state(&growth, &window, readings);

        // A growing heap makes V8 collect less often, which looks like less load: the growth that is told is the smaller of both.
        let plain = window.folded();
        let plain = theil_sen(&plain.times, &plain.values);
        if plain > 0.0 && plain < growth.rate {
            growth.rate = plain;
            growth.amount = plain * window.span();
        }
        (state, growth, window.span())
    }

    fn state(&self, growth: &Growth, window: &Series, readings: usize) -> State {
        let thresholds = self.thresholds;
        let known = self.series.len();
        let resting = if known >= thresholds.confirm_after { State::Quiet } else { State::Watching };
        let suspicious = readings >= thresholds.suspect_after
            && growth.score >= thresholds.suspect_score
            && growth.amount >= SUSPECT_BYTES * self.floor
            && growth.share >= thresholds.min_share
            && growth.amount >= STANDS_OUT * growth.noise
            && !growth.shape.one_step
            && growth.shape.lasting >= thresholds.min_lasting
            && self.is_new(window)
            && self.is_borne_out(growth, window);
        if !suspicious {
            return resting;
        }
        let confirmed = readings >= thresholds.confirm_after
            && growth.score >= thresholds.confirm_score
            && growth.amount >= self.floor
            && growth.shape.rising_parts >= thresholds.min_rising_parts
            && !growth.shape.levels_off;
        if confirmed { State::Confirmed } else { State::Suspicious }
    }

    /// Did what it is a part of grow by half as much at least?
    fn is_borne_out(&self, growth: &Growth, window: &Series) -> bool {
        const LEAST: f64 = 0.5;
        let (Some(whole), [first, .., last]) = (&self.part_of, &window.times[..]) else { return true };
        let whole = whole.between(*first, *last).folded();
        theil_sen(&whole.times, &whole.values) * window.span() >= LEAST * growth.amount
    }

    /// Memory that was as high before, and came back from there, may come back again.
    fn is_new(&self, window: &Series) -> bool {
        /// The end of a window, as a part of it.
        const END: usize = 6;
        /// Of the readings before: a few spikes are no level.
        const LEVEL: f64 = 0.9;
        let before = &self.series.values[..self.series.len() - window.len()];
        if before.is_empty() {
            return true;
        }
        let end = median_of(window.values[window.len() - window.len() / END..].iter().copied());
        #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
        let lower = before.iter().filter(|value| **value < end).count() as f64 / before.len() as f64;
        lower >= LEVEL
    }
}
