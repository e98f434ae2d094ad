//! Growth by path signature: heaps folded to censuses, censuses compared, what grew named.

mod census;
mod chart;
mod compared;
mod distant;
mod exports;
mod fold;
mod folded;
mod inside;
mod merged;
mod moved;
mod near;
mod plan;
mod points;
mod signatures;
mod sort;
mod steps;
mod terrain;
mod told;
mod ways;

pub use census::{Census, Dropped};
pub use distant::Distant;
pub use exports::exports;
pub use fold::Fold;
pub use terrain::{CALLBACKS, FunctionKey, LinkName, Node, Terrain};

use super::heap::Heap;
use crate::{CensusOptions, Error, Growth, GrowthOptions, Sources, Stage, Watch};
use compared::Compared;
use folded::Folded;
use near::Afar;
use plan::Plan;
use told::{Teller, Told};

/// The census of a heap, which was folded; with earlier ones `before`, also what grew since, named by this heap itself. They are asked for when
/// its own is made.
///
/// # Errors
/// [`crate::Code::Cancelled`], and those of `before`.
pub fn census(
    heap: &Heap,
    fold: Fold,
    before: impl FnOnce() -> Result<Vec<Census>, Error>,
    options: &CensusOptions,
    growth: &GrowthOptions,
    sources: &dyn Sources,
    watch: &Watch,
) -> Result<(Census, Option<Growth>), Error> {
    watch.enter(Stage::Report)?;
    let folded = Folded::new(heap, fold)?;
    let plan = Plan::new(&folded.rows, options);
    let census = Census::of(&folded, &plan, sources, watch)?;
    grown(census, before()?, growth, |wanted| Teller::new(&folded, sources).tell(&plan.rows(wanted), watch))
}

/// The same of a heap that is folded where it lies.
///
/// # Errors
/// [`crate::Code::Cancelled`] only.
pub fn census_afar(
    mut heap: impl Distant,
    before: Vec<Census>,
    options: &CensusOptions,
    growth: &GrowthOptions,
    sources: &dyn Sources,
    watch: &Watch,
) -> Result<(Census, Option<Growth>), Error> {
    watch.enter(Stage::Edges)?;
    heap.prepare();
    watch.check()?;
    let (fold, heap) = Fold::of(heap, watch)?;
    watch.enter(Stage::Report)?;
    let mut afar = Afar::new(heap, fold);
    let plan = Plan::new(&afar.rows, options);
    let census = afar.told(&plan.worth, watch, |folded| Census::of(folded, &plan, sources, watch))?;
    grown(census, before, growth, |wanted| {
        let wanted = plan.rows(wanted);
        afar.told(&wanted, watch, |folded| Teller::new(folded, sources).tell(&wanted, watch))
    })
}

/// What grew since earlier censuses: `tell` names some paths of the last one.
fn grown(
    census: Census,
    before: Vec<Census>,
    growth: &GrowthOptions,
    tell: impl FnOnce(&[u32]) -> Result<Vec<Option<Told>>, Error>,
) -> Result<(Census, Option<Growth>), Error> {
    if before.is_empty() {
        return Ok((census, None));
    }
    let mut censuses = before;
    censuses.push(census);
    let compared = Compared::new(&censuses, growth);
    let last = compared.last();
    let wanted: Vec<u32> = last.iter().flatten().copied().collect();
    let mut told = tell(&wanted)?.into_iter();
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
mod far;
#[cfg(test)]
mod random;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod tests;
