//! What of a fold is written down: the signatures that a census keeps, and those that it names.

use super::census::Dropped;
use super::signatures::{NOISE, ROOT, Row, below};
use crate::CensusOptions;

/// So many members make a signature worth a name of its own in a census.
const MANY: u64 = 16;
/// And so many values, numbers and the like, a collection.
const MANY_VALUES: u64 = 256;

/// What of a fold is written down.
pub(super) struct Plan {
    /// The fold's row of each path.
    pub(super) kept: Vec<u32>,
    pub(super) dropped: Dropped,
    /// Rows that are named.
    pub(super) worth: Vec<u32>,
    pub(super) time: Option<u64>,
}

impl Plan {
    pub(super) fn new(rows: &[Row], options: &CensusOptions) -> Self {
        let (kept, dropped) = kept(rows, options.max_paths.max(2));
        let worth = worth_telling(rows, &kept, options.names);
        Self { kept, dropped, worth, time: options.time }
    }

    /// The fold's rows of some paths.
    pub(super) fn rows(&self, paths: &[u32]) -> Vec<u32> {
        paths.iter().map(|&at| self.kept[at as usize]).collect()
    }
}

/// The signatures to keep, parents first: those with most bytes below them.
fn kept(rows: &[Row], most: usize) -> (Vec<u32>, Dropped) {
    let below = below(rows);
    let mut order: Vec<u32> = (2..rows.len() as u32).collect();
    // A parent has at least as many bytes below it, and a smaller number.
    order.sort_by_key(|&at| (std::cmp::Reverse(below[at as usize]), at));
    let out = order.split_off(order.len().min(most - 2));
    let mut dropped = Dropped { paths: out.len() as u64, ..Dropped::default() };
    for at in out {
        let row = &rows[at as usize];
        dropped.count += row.count;
        dropped.bytes = dropped.bytes.saturating_add(row.shallow);
        dropped.largest = dropped.largest.max(below[at as usize]);
    }
    order.extend([ROOT, NOISE]);
    order.sort_unstable();
    (order, dropped)
}

/// The signatures that a census names, most bytes first: those of many members of one holder, and collections of many values that are no objects.
fn worth_telling(rows: &[Row], kept: &[u32], most: usize) -> Vec<u32> {
    let mut held = vec![0u64; rows.len()];
    for row in rows.iter().skip(2) {
        let count = &mut held[row.parent as usize];
        *count = count.saturating_add(row.count);
    }
    let mut worth: Vec<u32> = kept.iter().copied().filter(|&at| at > 1).collect();
    worth.retain(|&at| {
        let row = &rows[at as usize];
        let parents = if row.parent == ROOT { 1 } else { rows[row.parent as usize].count };
        let are_many = row.count >= MANY && row.count >= parents.saturating_mul(4);
        let values = row.values.saturating_sub(held[at as usize]);
        are_many || values / MANY_VALUES >= row.count.max(1)
    });
    worth.sort_by_key(|&at| (std::cmp::Reverse(rows[at as usize].retained), at));
    worth.truncate(most);
    worth
}
