//! Growth points: signatures that grew from look to look though what holds them did not multiply.
//!
//! `LeakCanary`'s object growth and Eclipse MAT's accumulation point are the models. Where the holders multiplied as fast, the
//! growth is theirs: an order's lines grow with the orders.

use super::merged::{Merged, Row};
use super::moved;
use crate::GrowthOptions;
use rustc_hash::FxHashMap;

/// The least part of what a step would have by the time that it took, were all of them even, that each step has to have.
const EVEN: u128 = 8;

/// Something that grew.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// The row whose members are more, or which is larger.
    pub(super) row: u32,
    /// Did it grow in bytes or values, without more members?
    pub(super) is_object: bool,
    /// The values that it holds, where it grew by them.
    pub(super) values: Vec<u64>,
    pub(super) counts: Vec<u64>,
    pub(super) sizes: Vec<u64>,
}

impl Point {
    /// Bytes from the first look to the last.
    pub(super) fn delta(&self) -> u64 {
        delta(&self.sizes)
    }
}

/// From the first to the last, or nothing where it fell.
pub(super) fn delta(values: &[u64]) -> u64 {
    match values {
        [first, .., last] => last.saturating_sub(*first),
        _ => 0,
    }
}

/// Does it rise at every look, and by a fair part of the whole for the time that went by?
pub(super) fn rises(values: &[u64], merged: &Merged) -> bool {
    let whole: u128 = merged.spans.iter().map(|&span| u128::from(span)).sum();
    // No more than what it grew by.
    let least = |span: u64| u128::from(delta(values)) * u128::from(span) / (whole * EVEN);
    let mut steps = values.windows(2).zip(&merged.spans);
    values.len() > 1 && steps.all(|(pair, &span)| pair[1] > pair[0] && u128::from(pair[1] - pair[0]) >= least(span))
}

/// All growth points, largest first.
pub(super) fn points(merged: &Merged, options: &GrowthOptions) -> Vec<Point> {
    let rows = merged.rows.len() as u32;
    // Keys and values of one map are one point; variables of one scope are several.
    let mut found: FxHashMap<(u32, &str), Vec<u32>> = FxHashMap::default();
    let mut objects: Vec<u32> = Vec::new();
    for at in 2..rows {
        let row = &merged.rows[at as usize];
        let counts = merged.counts(at);
        if rises(counts, merged) && delta(counts) >= options.min_count {
            if !is_explained(merged, at) {
                found.entry((row.parent, row.edge)).or_default().push(at);
            }
        } else if !multiplies(counts)
            && !is_weak(row)
            && (has_more_bytes(merged, at, options) || has_more_values(merged, at, options))
        {
            objects.push(at);
        }
    }
    let mut is_known = vec![false; merged.rows.len()];
    found.values().flatten().for_each(|&row| is_known[row as usize] = true);
    let members = moved::by_members(merged, options, |row| is_known[row as usize]);
    let mut points: Vec<Point> =
        found.into_iter().map(|((parent, _), rows)| of_members(merged, parent, &rows)).collect();
    // What grew because its members did is told by them.
    let holder = |row: u32| merged.rows[row as usize].parent as usize;
    let more = members.iter().flat_map(|(_, rows)| rows).copied();
    points.iter().map(|point| point.row).chain(more).for_each(|row| is_known[holder(row)] = true);
    objects.retain(|&at| !is_known[at as usize]);
    for &at in &objects {
        is_known[at as usize] = true;
    }
    points.extend(objects.into_iter().map(|row| of_object(merged, row, options)));
    points.extend(moved::by_values(merged, options, |row| is_known[row as usize]));
    points.extend(members.into_iter().map(|(point, _)| point));
    points.retain(|point| point.delta() >= options.min_bytes);
    points.sort_by_key(|point| (std::cmp::Reverse(point.delta()), point.row));
    points
}

/// Is it a weak collection, whose table has room for entries that died, until V8 shrinks it? What it keeps is told by its members.
fn is_weak(row: &Row) -> bool {
    matches!(row.name, "WeakMap" | "WeakSet")
}

pub(super) fn multiplies(counts: &[u64]) -> bool {
    delta(counts).saturating_mul(4) > counts.first().copied().unwrap_or(0)
}

fn has_more_bytes(merged: &Merged, row: u32, options: &GrowthOptions) -> bool {
    let bytes = merged.shallow(row);
    rises(bytes, merged) && delta(bytes) >= options.min_bytes && !has_only_room(merged, row)
}

/// Is there more room in a collection, but nothing more in it than at the look before? A table is made larger when it is full of what was deleted, too.
fn has_only_room(merged: &Merged, row: u32) -> bool {
    let is_collection = matches!(merged.rows[row as usize].name, "Map" | "Set" | "Array");
    is_collection && matches!(merged.values(row), [.., before, last] if *last > 0 && last <= before)
}

/// Are there more values in it at every look? Numbers are no nodes, and the room for them grows now and then, by half of itself or by all. Of an
/// object that is no collection they are only known where V8 made a table of them.
fn has_more_values(merged: &Merged, row: u32, options: &GrowthOptions) -> bool {
    let values = merged.values(row);
    let is_known = merged.rows[row as usize].kind != "object" || values.first().is_some_and(|&first| first > 0);
    is_known
        && rises(values, merged)
        && delta(values) >= options.min_count
        && !is_explained_by(values, merged.counts(row))
}

/// What grew in bytes or values. Where its bytes did not at every look, each value has its part of the room that there is at last.
fn of_object(merged: &Merged, row: u32, options: &GrowthOptions) -> Point {
    let (counts, bytes) = (merged.counts(row).to_vec(), merged.shallow(row));
    let values = if has_more_values(merged, row, options) { merged.values(row).to_vec() } else { Vec::new() };
    let sizes = if has_more_bytes(merged, row, options) { bytes.to_vec() } else { shared_out(bytes, &values) };
    Point { row, is_object: true, values, counts, sizes }
}

/// The room that there is at last, shared out among the values that there are then: at each look the part of those that there were.
pub(super) fn shared_out(bytes: &[u64], values: &[u64]) -> Vec<u64> {
    let [room, all] = [bytes, values].map(|column| u128::from(column.last().copied().unwrap_or(0)));
    let part = |&value: &u64| (room * u128::from(value)).checked_div(all).and_then(|part| u64::try_from(part).ok());
    values.iter().map(|value| part(value).unwrap_or(0)).collect()
}

/// Members of one holder that grew under one name, as the point of the heaviest.
fn of_members(merged: &Merged, parent: u32, rows: &[u32]) -> Point {
    let sizes = |row: u32| {
        let (retained, below) = (merged.retained(row), merged.below(row));
        // What is held at two ends is retained by neither.
        if delta(below) / 2 > delta(retained) { below } else { retained }
    };
    let main =
        rows.iter().copied().max_by_key(|&row| (delta(sizes(row)), delta(merged.counts(row)), std::cmp::Reverse(row)));
    let main = main.unwrap_or(parent);
    let mut all = sizes(main).to_vec();
    let more = rows.iter().filter(|&&row| row != main).map(|&row| merged.retained(row));
    // The room that the holder keeps for them grows with them.
    let room = merged.counts(parent).iter().all(|&count| count <= 1).then(|| merged.shallow(parent));
    for column in more.chain(room) {
        for (sum, bytes) in all.iter_mut().zip(column) {
            *sum = sum.saturating_add(*bytes);
        }
    }
    Point { row: main, is_object: false, values: Vec::new(), counts: merged.counts(main).to_vec(), sizes: all }
}

/// Are there more because there are more holders, each with as many?
fn is_explained(merged: &Merged, row: u32) -> bool {
    let parent = merged.rows[row as usize].parent;
    if parent < 2 {
        return false;
    }
    is_explained_by(merged.counts(row), merged.counts(parent))
}

/// The same by how many holders there were at each look.
pub(super) fn is_explained_by(counts: &[u64], holders: &[u64]) -> bool {
    let more = delta(holders);
    // As many as each had when both were first seen.
    let Some((each, held)) =
        counts.iter().copied().zip(holders.iter().copied()).find(|&(count, held)| count > 0 && held > 0)
    else {
        return false;
    };
    let explained = u128::from(each) * u128::from(more) / u128::from(held);
    explained.saturating_mul(2) > u128::from(delta(counts))
}
