//! Piles whose path is another one from look to look: a call that is under way holds what it works with by a shorter way than the
//! variable that keeps it. Such a pile grew, though none of its signatures did.

use super::merged::{Merged, Row};
use super::points::{Point, delta, is_explained_by, multiplies, rises, shared_out};
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

/// The piles that grew so by their members, each with its rows. `is_known`: rows that grew by themselves.
pub(super) fn by_members(
    merged: &Merged,
    options: &GrowthOptions,
    is_known: impl Fn(u32) -> bool,
) -> Vec<(Point, Vec<u32>)> {
    let told = |pile: Pile| {
        let above = |&leader: &u32| merged.rows[leader as usize].parent;
        let holders = pile.at_each_look(merged, pile.leaders.iter().map(above), Merged::counts);
        if is_explained_by(&pile.figures, &holders) {
            return None;
        }
        let point = pile.point(pile.figures.clone(), pile.sum(merged, Merged::retained), Vec::new());
        Some((point, pile.rows))
    };
    piles(merged, options, is_known, Merged::counts).into_iter().filter_map(told).collect()
}

/// Those that grew by the values that they hold.
pub(super) fn by_values(merged: &Merged, options: &GrowthOptions, is_known: impl Fn(u32) -> bool) -> Vec<Point> {
    let told = |pile: Pile| {
        let counts = pile.at_each_look(merged, pile.leaders.iter().copied(), Merged::counts);
        if multiplies(&counts) || is_explained_by(&pile.figures, &counts) {
            return None;
        }
        let sizes = shared_out(&pile.sum(merged, Merged::shallow), &pile.figures);
        Some(pile.point(counts, sizes, pile.figures.clone()))
    };
    piles(merged, options, is_known, Merged::values).into_iter().filter_map(told).collect()
}

/// Rows of one tail, which are one pile.
struct Pile {
    rows: Vec<u32>,
    /// What all of them have at each look.
    figures: Vec<u64>,
    /// At each look, the one that has most of it.
    leaders: Vec<u32>,
}

/// A figure of a row at each look.
type Figures<'c> = for<'a> fn(&'a Merged<'c>, u32) -> &'a [u64];

fn piles<'c>(
    merged: &Merged<'c>,
    options: &GrowthOptions,
    is_known: impl Fn(u32) -> bool,
    of: Figures<'c>,
) -> Vec<Pile> {
    let mut tails: FxHashMap<Tail, Vec<u32>> = FxHashMap::default();
    for row in 2..merged.rows.len() as u32 {
        if of(merged, row).iter().any(|&figure| figure >= options.min_count)
            && let Some(tail) = Tail::of(merged, row)
        {
            tails.entry(tail).or_default().push(row);
        }
    }
    tails.retain(|_, rows| rows.len() > 1 && !rows.iter().any(|&row| is_known(row)));
    tails.into_values().filter_map(|rows| Pile::new(merged, options, rows, of)).collect()
}

impl Pile {
    /// Nothing where it did not grow, where it did not move, or where there are several.
    fn new<'c>(merged: &Merged<'c>, options: &GrowthOptions, rows: Vec<u32>, of: Figures<'c>) -> Option<Self> {
        let leader = |look: usize| rows.iter().copied().max_by_key(|&row| (of(merged, row)[look], row)).unwrap_or(0);
        let leaders: Vec<u32> = (0..merged.looks).map(leader).collect();
        let mut pile = Self { rows, figures: Vec::new(), leaders };
        pile.figures = pile.sum(merged, of);
        let mut looks = pile.figures.iter().zip(&pile.leaders).enumerate();
        let is_one = looks.all(|(look, (&all, &leader))| all - of(merged, leader)[look] <= all / ASTRAY);
        let has_moved = pile.leaders.iter().any(|&row| row != pile.leaders[0]);
        let has_grown = rises(&pile.figures, merged) && delta(&pile.figures) >= options.min_count;
        (is_one && has_moved && has_grown).then_some(pile)
    }

    fn sum<'c>(&self, merged: &Merged<'c>, of: Figures<'c>) -> Vec<u64> {
        let sum = |look| self.rows.iter().fold(0u64, |sum, &row| sum.saturating_add(of(merged, row)[look]));
        (0..merged.looks).map(sum).collect()
    }

    fn at_each_look<'c>(&self, merged: &Merged<'c>, rows: impl Iterator<Item = u32>, of: Figures<'c>) -> Vec<u64> {
        rows.zip(0..self.leaders.len()).map(|(row, look)| of(merged, row)[look]).collect()
    }

    /// Told by where it is at last.
    fn point(&self, counts: Vec<u64>, sizes: Vec<u64>, values: Vec<u64>) -> Point {
        let row = self.leaders.last().copied().unwrap_or(0);
        Point { row, is_object: !values.is_empty(), values, counts, sizes }
    }
}
