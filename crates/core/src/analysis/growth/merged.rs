//! Several censuses as one: the same signature has one row, with its figures at every look.

use super::census::Census;
use rustc_hash::FxHashMap;

/// Of no census.
pub(super) const NONE: u32 = u32::MAX;

/// A signature of some of the censuses. Row 0 is the root, row 1 what V8 keeps for itself.
pub(super) struct Merged<'a> {
    pub(super) looks: usize,
    /// How much time went by from each look to the next, in whatever unit.
    pub(super) spans: Vec<u64>,
    pub(super) rows: Vec<Row<'a>>,
    count: Vec<u64>,
    shallow: Vec<u64>,
    /// Where a census does not say it, that of all is what is below.
    retained: Vec<u64>,
    /// Shallow bytes of a signature and of all that are behind it.
    below: Vec<u64>,
    /// Nothing but zeros where a census does not say it.
    values: Vec<u64>,
    /// The row's number in each census.
    number: Vec<u32>,
}

/// The words of a signature.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Row<'a> {
    pub(super) parent: u32,
    pub(super) edge: &'a str,
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    /// Where the function, or the class's constructor, is written.
    pub(super) place: Option<(&'a str, u32, u32)>,
}

impl<'a> Merged<'a> {
    pub(super) fn of(censuses: &'a [Census]) -> Self {
        let looks = censuses.len();
        let mut merged = Self {
            looks,
            spans: spans(censuses),
            rows: Vec::new(),
            count: Vec::new(),
            shallow: Vec::new(),
            retained: Vec::new(),
            below: Vec::new(),
            values: Vec::new(),
            number: Vec::new(),
        };
        let mut known: FxHashMap<Row, u32> = FxHashMap::default();
        let mut numbers: Vec<u32> = Vec::new();
        for (look, census) in censuses.iter().enumerate() {
            numbers.clear();
            let paths = &census.paths;
            let text = |at: u32| census.strings[at as usize].as_str();
            for at in 0..paths.parent.len() {
                let row = Row {
                    parent: if at < 2 { at as u32 } else { numbers[paths.parent[at] as usize] },
                    edge: text(paths.edge[at]),
                    name: text(paths.name[at]),
                    kind: text(paths.kind[at]),
                    place: (paths.place[at] as usize).checked_sub(1).map(|place| {
                        let (file, line, column) = census.places[place];
                        (text(file), line, column)
                    }),
                };
                let number = *known.entry(row).or_insert_with(|| merged.add(row));
                numbers.push(number);
                let cell = number as usize * looks + look;
                let retained = paths.retained.get(at).copied().unwrap_or_default();
                add(&mut merged.count[cell], paths.count[at]);
                add(&mut merged.shallow[cell], paths.shallow[at]);
                add(&mut merged.retained[cell], retained);
                add(&mut merged.values[cell], paths.values.get(at).copied().unwrap_or_default());
                merged.number[cell] = at as u32;
            }
        }
        merged.sum_below();
        // What one census says otherwise than the others is no growth.
        if censuses.iter().any(|census| census.paths.retained.is_empty()) {
            merged.retained.clone_from(&merged.below);
        }
        if censuses.iter().any(|census| census.paths.values.is_empty()) {
            merged.values.fill(0);
        }
        merged
    }

    fn add(&mut self, row: Row<'a>) -> u32 {
        self.rows.push(row);
        let cells = self.rows.len() * self.looks;
        for column in [&mut self.count, &mut self.shallow, &mut self.retained, &mut self.below, &mut self.values] {
            column.resize(cells, 0);
        }
        self.number.resize(cells, NONE);
        self.rows.len() as u32 - 1
    }

    fn sum_below(&mut self) {
        self.below.clone_from(&self.shallow);
        for at in (2..self.rows.len()).rev() {
            let parent = self.rows[at].parent as usize;
            for look in 0..self.looks {
                let bytes = self.below[at * self.looks + look];
                add(&mut self.below[parent * self.looks + look], bytes);
            }
        }
    }

    pub(super) fn counts(&self, row: u32) -> &[u64] {
        self.cells(&self.count, row)
    }

    pub(super) fn shallow(&self, row: u32) -> &[u64] {
        self.cells(&self.shallow, row)
    }

    pub(super) fn retained(&self, row: u32) -> &[u64] {
        self.cells(&self.retained, row)
    }

    pub(super) fn below(&self, row: u32) -> &[u64] {
        self.cells(&self.below, row)
    }

    pub(super) fn values(&self, row: u32) -> &[u64] {
        self.cells(&self.values, row)
    }

    /// The row's number in each census, or [`NONE`].
    pub(super) fn numbers(&self, row: u32) -> &[u32] {
        &self.number[row as usize * self.looks..][..self.looks]
    }

    fn cells<'b>(&self, column: &'b [u64], row: u32) -> &'b [u64] {
        &column[row as usize * self.looks..][..self.looks]
    }

    /// The rows from the root's child to this one.
    pub(super) fn way(&self, row: u32) -> Vec<u32> {
        let mut way: Vec<u32> = std::iter::successors(Some(row), |&at| Some(self.rows[at as usize].parent))
            .take_while(|&at| at > 1)
            .collect();
        way.reverse();
        way
    }
}

/// Equal ones where a census does not say when it was made, or says what cannot be.
fn spans(censuses: &[Census]) -> Vec<u64> {
    let span = |pair: &[Census]| pair[1].time?.checked_sub(pair[0].time?).filter(|&span| span > 0);
    let known: Option<Vec<u64>> = censuses.windows(2).map(span).collect();
    known.unwrap_or_else(|| vec![1; censuses.len().saturating_sub(1)])
}

/// A census may be made by anybody, and say anything.
fn add(sum: &mut u64, more: u64) {
    *sum = sum.saturating_add(more);
}
