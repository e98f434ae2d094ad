//! Piles whose path is another one from look to look: a call that is under way holds what it works with by a shorter way than the
//! variable that keeps it. Such a pile grew, though none of its signatures did.

use super::merged::{Merged, Row};
use super::points::{Point, delta, is_explained_by, rises};
use crate::GrowthOptions;
use rustc_hash::FxHashMap;

/// At each look one path leads to all but this part of the pile.
const ASTRAY: u64 = 8;

/// What a pile is told by, whatever the way to it: its own step, its holder's, and what holds that.
#[derive(Eq, Hash, PartialEq)]
struct Tail<'a> {
    member: (&'a str, &'a str, &'a str),
    holder: (&'a str, &'a str, &'a str),
    above: (&'a str, &'a str, Option<(&'a str, u32, u32)>),
}

impl<'a> Tail<'a> {
    fn of(merged: &Merged<'a>, row: u32) -> Option<Self> {
        let above = |row: &Row<'a>| (row.parent > 1).then(|| merged.rows[row.parent as usize]);
        let member = merged.rows[row as usize];
        let holder = above(&member)?;
        let before = above(&holder)?;
        let step = |row: Row<'a>| (row.edge, row.name, row.kind);
        Some(Self { member: step(member), holder: step(holder), above: (before.name, before.kind, before.place) })
    }
}

/// The piles that grew so. `is_known`: rows that grew by themselves.
pub(super) fn moved(merged: &Merged, options: &GrowthOptions, is_known: impl Fn(u32) -> bool) -> Vec<Point> {
    let mut tails: FxHashMap<Tail, Vec<u32>> = FxHashMap::default();
    for row in 2..merged.rows.len() as u32 {
        if merged.counts(row).iter().any(|&count| count >= options.min_count)
            && let Some(tail) = Tail::of(merged, row)
        {
            tails.entry(tail).or_default().push(row);
        }
    }
    tails.retain(|_, rows| rows.len() > 1 && !rows.iter().any(|&row| is_known(row)));
    tails.into_values().filter_map(|rows| pile(merged, options, &rows)).collect()
}

/// What some rows of one tail are together, where it is one pile that moved.
fn pile(merged: &Merged, options: &GrowthOptions, rows: &[u32]) -> Option<Point> {
    let looks = 0..merged.looks;
    let sum = |figure: fn(&'_ Merged, u32, usize) -> u64, look: usize| {
        rows.iter().fold(0u64, |sum, &row| sum.saturating_add(figure(merged, row, look)))
    };
    let counts: Vec<u64> = looks.clone().map(|look| sum(|merged, row, look| merged.counts(row)[look], look)).collect();
    if !rises(&counts) || delta(&counts) < options.min_count {
        return None;
    }
    let leaders: Vec<u32> = looks
        .clone()
        .filter_map(|look| rows.iter().copied().max_by_key(|&row| (merged.counts(row)[look], row)))
        .filter(|&row| row > 1)
        .collect();
    let leads = |look: usize| counts[look] - merged.counts(leaders[look])[look] <= counts[look] / ASTRAY;
    if leaders.iter().all(|&row| row == leaders[0]) || !looks.clone().all(leads) {
        return None;
    }
    let holders: Vec<u64> =
        looks.clone().map(|look| merged.counts(merged.rows[leaders[look] as usize].parent)[look]).collect();
    if is_explained_by(&counts, &holders) {
        return None;
    }
    let sizes = looks.map(|look| sum(|merged, row, look| merged.retained(row)[look], look)).collect();
    Some(Point { row: *leaders.last()?, is_object: false, counts, sizes })
}
