//! The answer: growth points put into words, noise told apart.

use super::super::content::short;
use super::super::figures::{grouped, ratio, size};
use super::super::finding::fingerprint;
use super::census::Census;
use super::merged::{Merged, NONE};
use super::points::{Point, delta, points};
use super::told::Told;
use crate::redact::PLACEHOLDER;
use crate::{Grown, Growth, GrowthOptions, Location, Noise, PathStep, Suspect};
use rustc_hash::FxHashMap;

/// Points that are put into words for so many suspects: some will turn out to be noise, or one with another.
const SPARE: usize = 3;
/// Steps of a path that a sentence has.
const SHOWN: usize = 4;

/// Growth points of some censuses, before they are named.
pub(super) struct Compared<'a> {
    censuses: &'a [Census],
    merged: Merged<'a>,
    options: &'a GrowthOptions,
    points: Vec<Point>,
    own: Vec<Point>,
    v8: Vec<Point>,
}

impl<'a> Compared<'a> {
    pub(super) fn new(censuses: &'a [Census], options: &'a GrowthOptions) -> Self {
        let merged = Merged::of(censuses);
        let is_own = own_rows(&merged, options);
        let (own, points): (Vec<_>, Vec<_>) =
            points(&merged, options).into_iter().partition(|point| is_own[point.row as usize]);
        let (v8, mut points): (Vec<_>, Vec<_>) = points.into_iter().partition(|point| is_v8s(&merged, point));
        points.truncate(options.top.saturating_mul(SPARE));
        Self { censuses, merged, options, points, own, v8 }
    }

    /// The points' numbers in the last census.
    pub(super) fn last(&self) -> Vec<Option<u32>> {
        let last = |point: &Point| self.merged.numbers(point.row).last().copied().filter(|&at| at != NONE);
        self.points.iter().map(last).collect()
    }

    /// What a census says itself of the points.
    pub(super) fn known(&self) -> Vec<Option<Told>> {
        let told: Vec<FxHashMap<u32, &Told>> =
            self.censuses.iter().map(|census| census.told.iter().map(|(at, told)| (*at, told)).collect()).collect();
        let of = |point: &Point| {
            let numbers = self.merged.numbers(point.row);
            numbers.iter().zip(&told).rev().find_map(|(at, told)| told.get(at)).map(|&told| told.clone())
        };
        self.points.iter().map(of).collect()
    }

    /// The answer; `told` has what is known of each point.
    pub(super) fn growth(&self, told: Vec<Option<Told>>) -> Growth {
        let total_sizes: Vec<u64> = self.censuses.iter().map(|census| census.total_size).collect();
        let mut noise = self.noise();
        let mut suspects: Vec<Suspect> = Vec::new();
        for (point, told) in self.points.iter().zip(told) {
            let told = told.unwrap_or_else(|| self.plain(point));
            let is_nodes = told.location.as_ref().is_some_and(|location| location.file.starts_with("node:"));
            if is_nodes && told.path.last().is_some_and(|step| step.kind == "string") {
                noise.push(of_point(point, told.name, "node"));
                continue;
            }
            let same = |other: &&mut Suspect| {
                other.location == told.location
                    && other.class == told.class
                    && (other.name == told.name || is_other_end(other, &told))
            };
            if let Some(other) = suspects.iter_mut().find(same) {
                add(other, point);
            } else if suspects.len() < self.options.top {
                suspects.push(Self::suspect(point, told));
            }
        }
        for suspect in &mut suspects {
            suspect.share = ratio(suspect.retained_size, total_sizes.last().copied().unwrap_or(0));
            suspect.text = text(suspect);
        }
        suspects.sort_by_key(|suspect| {
            std::cmp::Reverse(suspect.growth.as_ref().map_or(0, |growth| growth.retained_delta))
        });
        let notes = self.notes();
        let text = summary(&suspects, &total_sizes);
        Growth { looks: self.censuses.len() as u64, total_sizes, suspects, noise, notes, text }
    }

    /// Its share and text follow when all of it is found.
    fn suspect(point: &Point, told: Told) -> Suspect {
        let last = |values: &[u64]| values.last().copied().unwrap_or(0);
        Suspect {
            name: told.name,
            class: told.class,
            kind: told.kind,
            location: told.location,
            path: told.path,
            count: last(&point.counts),
            retained_size: last(&point.sizes),
            share: 0.0,
            id: Some(told.id).filter(|&id| id > 0),
            cause: told.cause,
            growth: Some(Grown {
                count_delta: delta(&point.counts),
                retained_delta: delta(&point.sizes),
                counts: point.counts.clone(),
                sizes: point.sizes.clone(),
                values: point.values.clone(),
            }),
            bound: told.bound,
            inside: told.inside,
            advice: told.advice,
            fingerprint: told.fingerprint,
            text: String::new(),
        }
    }

    /// A point named by its signature alone.
    fn plain(&self, point: &Point) -> Told {
        let rows = &self.merged.rows;
        let way = self.merged.way(point.row);
        let end = if point.is_object { way.len() } else { way.len().saturating_sub(1) };
        let (before, member) = way.split_at(end);
        let from = before.iter().rposition(|&at| rows[rows[at as usize].parent as usize].kind == "context");
        let mut name = String::new();
        for &at in &before[from.unwrap_or(0)..] {
            let edge = rows[at as usize].edge;
            if edge == "[]" {
                name.push_str(edge);
            } else if !matches!(edge, "" | "(internal)" | "(WeakMap)") {
                name.push_str(if name.is_empty() { "" } else { "." });
                name.push_str(edge);
            }
        }
        let member = member.first().map(|&at| &rows[at as usize]);
        let holder = before.last().map_or("(root)", |&at| rows[at as usize].name);
        if name.is_empty() {
            holder.clone_into(&mut name);
        }
        let location = before.iter().rev().find_map(|&at| rows[at as usize].place);
        let location = location.map(|(file, line, column)| Location { file: file.to_owned(), line, column });
        let step = |&at: &u32| {
            let row = &rows[at as usize];
            PathStep { edge: row.edge.to_owned(), name: row.name.to_owned(), kind: row.kind.to_owned() }
        };
        let path: Vec<PathStep> = way.iter().map(step).collect();
        let fingerprint = fingerprint(&name, holder, &path, location.as_ref());
        let (class, kind, cause, advice) = match member {
            Some(member) => (
                format!("{holder} of {}", member.name.trim_matches(['(', ')'])),
                "collection",
                if member.kind == "closure" { "closure" } else { "cache" },
                format!("Find what adds {} to {name} and never removes it: bound it, or expire entries.", member.name),
            ),
            None => (
                holder.to_owned(),
                "object",
                "object",
                format!("Find what makes {name} larger and never smaller: bound it."),
            ),
        };
        Told {
            name,
            class,
            kind: kind.to_owned(),
            location,
            path,
            cause: cause.to_owned(),
            advice,
            fingerprint,
            id: 0,
            bound: None,
            inside: Vec::new(),
        }
    }

    /// V8's own, and leakguard's.
    fn noise(&self) -> Vec<Noise> {
        let mut noise: Vec<Noise> = Vec::new();
        let sizes = self.merged.shallow(1);
        if delta(sizes) > 0 {
            noise.push(Noise {
                name: "compiled code, shapes and feedback".to_owned(),
                source: "v8".to_owned(),
                count_delta: signed(self.merged.counts(1)),
                retained_delta: signed(sizes),
            });
        }
        for (points, source) in [(&self.v8, "v8"), (&self.own, "leakguard")] {
            noise.extend(
                points
                    .iter()
                    .map(|point| of_point(point, self.merged.rows[point.row as usize].name.to_owned(), source)),
            );
        }
        noise
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let versions = self.censuses.iter().filter_map(|census| census.node.as_deref());
        // Of a redacted snapshot it is not known.
        let versions: Vec<&str> = versions.filter(|version| !version.starts_with(PLACEHOLDER)).collect();
        if versions.windows(2).any(|pair| pair[0] != pair[1]) {
            notes.push(format!(
                "the looks are of different Node.js versions ({}): V8 keeps other things on each",
                versions.join(", ")
            ));
        }
        let dropped = self.censuses.iter().map(|census| census.dropped.largest).max().unwrap_or(0);
        if dropped > self.options.min_bytes {
            notes.push(format!(
                "paths with up to {} each were left out of a census: raise maxPaths to see them",
                size(dropped)
            ));
        }
        notes
    }
}

/// Rows that are leakguard's own: behind its functions or its classes, and before those of anyone else.
fn own_rows(merged: &Merged, options: &GrowthOptions) -> Vec<bool> {
    let is_own_file = |file: &str| {
        file.contains("/node_modules/leakguard/") || options.own.iter().any(|folder| file.starts_with(folder.as_str()))
    };
    let mut own = vec![false; merged.rows.len()];
    for (at, row) in merged.rows.iter().enumerate().skip(2) {
        own[at] = match row.place {
            Some((file, ..)) if is_own_file(file) => true,
            _ if row.kind == "module" && is_own_file(row.name) => true,
            // A function of the app's, such as a listener, or a module.
            Some(_) if matches!(row.kind, "closure" | "generator") => false,
            _ if row.kind == "module" => false,
            _ => own[row.parent as usize],
        };
    }
    own
}

/// Texts and symbols that the root itself holds: V8's own table of names.
fn is_v8s(merged: &Merged, point: &Point) -> bool {
    let row = &merged.rows[point.row as usize];
    let holder = &merged.rows[row.parent as usize];
    matches!(row.kind, "string" | "root") && matches!(holder.kind, "root" | "global")
}

fn of_point(point: &Point, name: String, source: &str) -> Noise {
    Noise { name, source: source.to_owned(), count_delta: signed(&point.counts), retained_delta: signed(&point.sizes) }
}

fn signed(values: &[u64]) -> i64 {
    let [Some(first), Some(last)] = [values.first(), values.last()] else { return 0 };
    let more = i128::from(*last) - i128::from(*first);
    i64::try_from(more).unwrap_or(if more < 0 { i64::MIN } else { i64::MAX })
}

/// Of a list that is held at both ends each end has the part that is nearer to it.
fn is_other_end(list: &Suspect, told: &Told) -> bool {
    let ([before @ .., end], [other_before @ .., other_end]) = (&*list.path, &*told.path) else { return false };
    list.class.starts_with("chain of ") && before == other_before && end.name == other_end.name
}

/// One thing at two ends of a list, or of several lists.
fn add(suspect: &mut Suspect, point: &Point) {
    let Some(growth) = &mut suspect.growth else { return };
    let columns =
        [(&mut growth.counts, &point.counts), (&mut growth.sizes, &point.sizes), (&mut growth.values, &point.values)];
    for (columns, more) in columns {
        for (sum, value) in columns.iter_mut().zip(more) {
            *sum = sum.saturating_add(*value);
        }
    }
    growth.count_delta = delta(&growth.counts);
    growth.retained_delta = delta(&growth.sizes);
    suspect.count = growth.counts.last().copied().unwrap_or(0);
    suspect.retained_size = growth.sizes.last().copied().unwrap_or(0);
}

/// `leakedArray (memory-leak.js:10), Array of Object, +8,000 objects and +1.2 MB over 3 looks (12,000 objects, 1.9 MB now),
/// through Server → request → leakedArray`.
fn text(suspect: &Suspect) -> String {
    use std::fmt::Write;
    let Some(growth) = &suspect.growth else { return String::new() };
    let mut text = suspect.name.clone();
    if let Some(location) = &suspect.location {
        let _ = write!(text, " ({})", short(location));
    }
    let _ = write!(text, ", {}, ", suspect.class);
    if !growth.values.is_empty() {
        let _ = write!(text, "+{} values and ", grouped(delta(&growth.values)));
    } else if growth.count_delta > 0 {
        let _ = write!(text, "+{} objects and ", grouped(growth.count_delta));
    }
    let between = match growth.sizes.len() {
        2 => "between two looks".to_owned(),
        looks => format!("over {looks} looks"),
    };
    let _ = write!(text, "+{} {between} (", size(growth.retained_delta));
    if let Some(&values) = growth.values.last() {
        let _ = write!(text, "{} values, ", grouped(values));
    } else if growth.count_delta > 0 {
        let _ = write!(text, "{} objects, ", grouped(suspect.count));
    }
    let _ = write!(text, "{} now)", size(suspect.retained_size));
    let way = way(&suspect.path);
    if !way.is_empty() {
        let _ = write!(text, ", through {way}");
    }
    text
}

/// The end of a path in words: functions, classes, variables and properties, without the elements at its end.
fn way(path: &[PathStep]) -> String {
    let end = path.iter().rposition(|step| step.edge != "[]").map_or(0, |at| at + 1);
    let words = path[..end].iter().filter(|step| !matches!(step.kind.as_str(), "root" | "folded"));
    let words: Vec<&str> = words
        .map(|step| match step.kind.as_str() {
            "context" => "context",
            "module" => step.name.rsplit(['/', '\\']).next().unwrap_or_default(),
            "closure" if !step.name.starts_with('(') => &step.name,
            _ if step.edge.is_empty() || step.edge == "(internal)" => &step.name,
            _ => &step.edge,
        })
        .collect();
    words[words.len().saturating_sub(SHOWN)..].join(" → ")
}

fn summary(suspects: &[Suspect], sizes: &[u64]) -> String {
    let looks = sizes.len();
    match suspects.first() {
        Some(first) => first.text.clone(),
        None => {
            format!("Nothing grows: no path has more at every one of {looks} looks (heap +{}).", size(delta(sizes)))
        }
    }
}
