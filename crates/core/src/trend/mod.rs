//! Whether an app leaks, from a series of memory samples: [`detect`].
//!
//! The idea: the used heap right after a mark-compact is live memory, and live memory is what the app keeps plus what its
//! requests in flight hold. The second part goes with the load (Little's law), and so does the rate at which V8 has to collect.
//! What the rate explains is taken out; what still grows is kept. On that rest, Mann-Kendall asks *whether* it grows, Theil-Sen
//! *how fast*, and the shape of the growth whether it *lasts*: a warm-up and a filling cache level off, a load peak comes back,
//! one big load is one step.
//!
//! Pure and deterministic: no clock, no state between calls, the same samples give the same verdict. Times and bytes may have any
//! origin, and no input panics. Cost: linear in the samples, plus a bounded number of pairs (at most 128 points a window, at most
//! one window for each halving of the series); memory is a few columns of the samples.
//!
//! `docs/detection.md` explains the statistics and the thresholds, and has the measured figures.

mod clock;
mod finding;
mod forecast;
mod growth;
mod judge;
mod kendall;
mod load;
mod median;
mod options;
mod reason;
mod regression;
mod sample;
mod sawtooth;
mod series;
mod shape;
mod slope;
mod verdict;

pub use judge::detect;
pub use kendall::mann_kendall;
pub use options::{Options, Sensitivity, Thresholds};
pub use sample::Sample;
pub use slope::theil_sen;
pub use verdict::{Kind, State, Verdict};
