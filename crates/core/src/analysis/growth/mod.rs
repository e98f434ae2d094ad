//! Growth by path signature: heaps folded to censuses, censuses compared, what grew named.

mod census;
mod compared;
mod fold;
mod merged;
mod points;
mod steps;
mod terrain;
mod told;

pub use census::{Census, Dropped};
pub use fold::Fold;

use super::heap::Heap;
use crate::{CensusOptions, Error, Growth, GrowthOptions, Sources, Stage, Watch};
use compared::Compared;
use fold::Folded;

/// The census of a heap, which was folded; with `before`, earlier ones, also what grew since, named by this heap itself.
///
/// # Errors
/// [`crate::Code::Cancelled`] only.
pub fn census(
    heap: &Heap,
    fold: Fold,
    before: Vec<Census>,
    options: &CensusOptions,
    growth: &GrowthOptions,
    sources: &dyn Sources,
    watch: &Watch,
) -> Result<(Census, Option<Growth>), Error> {
    watch.enter(Stage::Report)?;
    let folded = Folded::new(heap, fold)?;
    let (census, rows) = Census::of(&folded, options, sources, watch)?;
    if before.is_empty() {
        return Ok((census, None));
    }
    let mut censuses = before;
    censuses.push(census);
    let compared = Compared::new(&censuses, growth);
    let last = compared.last();
    let wanted: Vec<u32> = last.iter().flatten().map(|&at| rows[at as usize]).collect();
    let mut told = told::Teller::new(&folded, sources).tell(&wanted, watch)?.into_iter();
    let told = last.into_iter().map(|at| at.and_then(|_| told.next().flatten())).collect();
    let found = compared.growth(told);
    let census = censuses.pop().ok_or_else(Error::cancelled)?;
    Ok((census, Some(found)))
}

/// What grew between all of some censuses, oldest first, without a heap at hand.
pub fn growth(censuses: &[Census], options: &GrowthOptions) -> Growth {
    let compared = Compared::new(censuses, options);
    compared.growth(compared.known())
}

#[cfg(test)]
mod scale;
#[cfg(test)]
mod tests;
