//! The census of a heap: its signatures with their figures, as columns that can be written down, kept and compared with
//! those of another moment, another process or a twin. A few bytes a signature and figure; bounded.

use super::super::versions::versions;
use super::folded::Folded;
use super::plan::Plan;
use super::signatures::{NOISE, ROOT};
use super::told::{Teller, Told};
use crate::{Code, Error, Sources, Watch};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Of the format. One that differs is refused.
const VERSION: u32 = 1;
/// Classes that are kept.
const MOST_CLASSES: usize = 2000;

/// A heap, folded. Made by [`super::super::census`]; `growth` compares several.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Census {
    /// Of this format.
    pub version: u32,
    /// Node's version, where the heap tells it.
    pub node: Option<String>,
    /// When the heap was captured, in ms since 1970, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<u64>,
    /// Sum of all self sizes.
    pub total_size: u64,
    /// Nodes of the heap.
    pub node_count: u64,
    /// All texts.
    pub(super) strings: Vec<String>,
    /// Where functions and constructors are written: a file's text, line and column.
    pub(super) places: Vec<(u32, u32, u32)>,
    pub(super) paths: Paths,
    pub(super) classes: Classes,
    /// What the bounds left out.
    pub dropped: Dropped,
    /// Names and places of the largest, by signature.
    pub(super) told: Vec<(u32, Told)>,
}

/// What a census left out to stay small.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dropped {
    /// Signatures.
    pub paths: u64,
    /// Objects that fall to them.
    pub count: u64,
    /// Bytes of those.
    pub bytes: u64,
    /// No signature that was left out has more bytes below it.
    pub largest: u64,
}

/// Signatures: each has its parent before it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Paths {
    pub(super) parent: Vec<u32>,
    pub(super) edge: Vec<u32>,
    pub(super) name: Vec<u32>,
    pub(super) kind: Vec<u32>,
    /// One more than the index of the place; 0: none.
    pub(super) place: Vec<u32>,
    pub(super) count: Vec<u64>,
    pub(super) shallow: Vec<u64>,
    /// Empty where the heap had no dominator tree: what hangs from a signature counts then.
    pub(super) retained: Vec<u64>,
    /// Values in the collections of a signature, numbers and the like among them. Empty where it is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<u64>,
}

/// Classes by name, the largest.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Classes {
    pub(super) name: Vec<u32>,
    pub(super) count: Vec<u64>,
    pub(super) shallow: Vec<u64>,
}

impl Census {
    /// Writes a folded heap down.
    pub(super) fn of(folded: &Folded, plan: &Plan, sources: &dyn Sources, watch: &Watch) -> Result<Self, Error> {
        let heap = folded.heap;
        let Plan { kept, dropped, worth, time } = plan;
        let mut writer = Writer::default();
        let mut number = vec![ROOT; folded.rows.len()];
        let teller = Teller::new(folded, sources);
        let mut paths = Paths::default();
        let has_values = folded.rows.iter().any(|row| row.values > 0);
        for &at in kept {
            number[at as usize] = paths.parent.len() as u32;
            let row = &folded.rows[at as usize];
            let (name, kind, place) = folded.steps.class_text(row.class);
            let location = place.and_then(|place| teller.scripts.generated(heap.graph(), place));
            paths.parent.push(number[row.parent as usize]);
            paths.edge.push(writer.text(&folded.steps.label_text(row.label)));
            paths.name.push(writer.text(&name));
            paths.kind.push(writer.text(if at == NOISE { "noise" } else { kind }));
            paths.place.push(location.map_or(0, |place| writer.place(&place.file, place.line, place.column)));
            paths.count.push(row.count);
            paths.shallow.push(row.shallow);
            if heap.has_tree() {
                paths.retained.push(row.retained);
            }
            if has_values {
                paths.values.push(row.values);
            }
        }
        watch.check()?;
        let told = teller.tell(worth, watch)?;
        let told = worth.iter().zip(told).filter_map(|(&at, told)| Some((number[at as usize], told?))).collect();
        let census = Self {
            version: VERSION,
            node: versions(heap.graph()).0,
            time: *time,
            total_size: heap.total_size(),
            node_count: heap.node_count(),
            classes: writer.classes(folded),
            strings: writer.strings,
            places: writer.places,
            paths,
            dropped: *dropped,
            told,
        };
        Ok(census)
    }

    /// Reads a census that was written as JSON, which may be anything.
    ///
    /// # Errors
    /// [`Code::Census`] where it is no census, or one of another version.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Version {
            version: Option<u32>,
        }
        let wrong = |what: String| Error { code: Code::Census, message: what, byte: None };
        let no_census = |what: &dyn std::fmt::Display| wrong(format!("this is no census of leakguard: {what}"));
        let version: Version = serde_json::from_str(text).map_err(|error| no_census(&error))?;
        match version.version {
            Some(VERSION) => {}
            Some(other) => {
                return Err(wrong(format!(
                    "the census has version {other}, and this leakguard reads {VERSION}: make it again with this one"
                )));
            }
            None => return Err(no_census(&"it has no version")),
        }
        let census: Self = serde_json::from_str(text).map_err(|error| no_census(&error))?;
        census.check().map_err(|what| no_census(&what))?;
        Ok(census)
    }

    /// Do the columns fit each other?
    fn check(&self) -> Result<(), &'static str> {
        let Paths { parent, edge, name, kind, place, count, shallow, retained, values } = &self.paths;
        let rows = parent.len();
        if [edge.len(), name.len(), kind.len(), place.len(), count.len(), shallow.len()] != [rows; 6]
            || ![0, rows].contains(&retained.len())
            || ![0, rows].contains(&values.len())
        {
            return Err("its columns differ in length");
        }
        let Classes { name: class, count, shallow } = &self.classes;
        if [count.len(), shallow.len()] != [class.len(); 2] {
            return Err("its columns differ in length");
        }
        let strings = self.strings.len();
        let is_text = |&at: &u32| (at as usize) < strings;
        if ![edge, name, kind, class].into_iter().flatten().all(is_text)
            || !self.places.iter().all(|(at, ..)| is_text(at))
        {
            return Err("a text is missing");
        }
        if !place.iter().all(|&at| at as usize <= self.places.len()) {
            return Err("a place is missing");
        }
        let is_before = |(at, &parent): (usize, &u32)| (parent as usize) < at.max(1);
        if rows <= NOISE as usize
            || !parent.iter().enumerate().all(is_before)
            || self.told.iter().any(|&(at, _)| at as usize >= rows)
        {
            return Err("a path is missing");
        }
        Ok(())
    }
}

#[derive(Default)]
struct Writer {
    strings: Vec<String>,
    known: FxHashMap<String, u32>,
    places: Vec<(u32, u32, u32)>,
    known_places: FxHashMap<(u32, u32, u32), u32>,
}

impl Writer {
    fn text(&mut self, text: &str) -> u32 {
        /// Longer ones are no names.
        const LONGEST: usize = 200;
        let text: String = if text.len() > LONGEST { text.chars().take(LONGEST).collect() } else { text.to_owned() };
        if let Some(&known) = self.known.get(&text) {
            return known;
        }
        let at = self.strings.len() as u32;
        self.strings.push(text.clone());
        self.known.insert(text, at);
        at
    }

    /// One more than the place's index.
    fn place(&mut self, file: &str, line: u32, column: u32) -> u32 {
        let key = (self.text(file), line, column);
        let places = &mut self.places;
        *self.known_places.entry(key).or_insert_with(|| {
            places.push(key);
            places.len() as u32
        })
    }

    fn classes(&mut self, folded: &Folded) -> Classes {
        let graph = folded.heap.graph();
        let mut sums: FxHashMap<String, (u64, u64)> = FxHashMap::default();
        for row in folded.heap.classes().iter().filter(|row| row.count > 0) {
            let sum = sums.entry(row.name(graph.strings()).into_owned()).or_default();
            *sum = (sum.0 + row.count, sum.1.saturating_add(row.shallow));
        }
        let mut rows: Vec<_> = sums.into_iter().collect();
        rows.sort_by(|one, other| (other.1.1, &one.0).cmp(&(one.1.1, &other.0)));
        rows.truncate(MOST_CLASSES);
        let mut classes = Classes::default();
        for (name, (count, shallow)) in rows {
            classes.name.push(self.text(&name));
            classes.count.push(count);
            classes.shallow.push(shallow);
        }
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::super::growth;
    use super::Census;
    use crate::{Code, GrowthOptions};
    use serde_json::json;

    /// A census as somebody may have written it: rows with parent, objects and bytes, the first for the root and for what V8 keeps for itself.
    fn written(rows: &[(u32, u64, u64)]) -> String {
        let words: Vec<u32> = (0..rows.len()).map(|at| u32::from(at > 1)).collect();
        let none = vec![0; rows.len()];
        let counts: Vec<u64> = rows.iter().map(|row| row.1).collect();
        let sizes: Vec<u64> = rows.iter().map(|row| row.2).collect();
        let parents: Vec<u32> = rows.iter().map(|row| row.0).collect();
        json!({
            "version": 1, "node": null, "totalSize": 0, "nodeCount": 0, "strings": ["(root)", "list"], "places": [],
            "paths": {
                "parent": parents, "edge": words, "name": words, "kind": words, "place": none,
                "count": counts, "shallow": sizes, "retained": [],
            },
            "classes": { "name": [], "count": [], "shallow": [] },
            "dropped": { "paths": 0, "count": 0, "bytes": 0, "largest": 0 },
            "told": [],
        })
        .to_string()
    }

    fn read(rows: &[(u32, u64, u64)]) -> Census {
        Census::from_json(&written(rows)).expect("a census")
    }

    #[test]
    fn a_census_without_its_first_two_paths_is_none() {
        let rows = [(0, 1, 0), (0, 0, 0)];
        for count in 0..2 {
            let error = Census::from_json(&written(&rows[..count])).expect_err("too few");
            assert_eq!(error.code, Code::Census, "{error}");
        }
        assert_eq!(growth(&[read(&rows), read(&rows)], &GrowthOptions::default()).suspects, []);
    }

    #[test]
    fn what_grows_steadily_rises_by_the_time_between_looks_where_that_is_known() {
        let options = GrowthOptions { min_bytes: 500, min_count: 10, ..GrowthOptions::default() };
        let look = |time: Option<u64>, count: u64| {
            let mut census = read(&[(0, 0, 0), (0, 0, 0), (0, count, 100 * count)]);
            census.time = time;
            let text = serde_json::to_string(&census).expect("plain data");
            Census::from_json(&text).expect("a census")
        };
        let grew = |looks: &[(Option<u64>, u64)]| {
            let looks: Vec<Census> = looks.iter().map(|&(time, count)| look(time, count)).collect();
            !growth(&looks, &options).suspects.is_empty()
        };
        // Two looks beside each other, and one much later.
        let figures = [100, 130, 1130];
        let at = |times: [u64; 3]| [0, 1, 2].map(|nth| (Some(times[nth]), figures[nth]));
        assert!(grew(&at([0, 1000, 40_000])));
        assert!(!grew(&at([0, 20_000, 40_000])));
        let unknown = figures.map(|count| (None, count));
        assert!(!grew(&unknown));
        for times in [[0, 1000, 1000], [5, 3, 40_000], [u64::MAX, 0, u64::MAX]] {
            assert!(!grew(&at(times)), "as if all were alike");
        }
        assert!(grew(&at([0, 1, u64::MAX])));
        // What filled up at first, and hardly grew since.
        let filled = [(Some(0), 100), (Some(1000), 1100), (Some(40_000), 1110)];
        assert!(!grew(&filled));
        assert!(grew(&[filled[0], filled[2]]));
    }

    /// The same with the values of each row.
    fn with_values(rows: &[(u32, u64, u64)], values: &[u64]) -> Census {
        let mut census = read(rows);
        census.paths.values = values.to_vec();
        let text = serde_json::to_string(&census).expect("plain data");
        Census::from_json(&text).expect("a census")
    }

    #[test]
    fn values_that_become_more_are_growth_in_a_room_that_did_not_grow_yet() {
        let options = GrowthOptions { min_bytes: 500, min_count: 10, ..GrowthOptions::default() };
        let look = |room: u64, values: u64| with_values(&[(0, 0, 0), (0, 0, 0), (0, 1, room)], &[0, 0, values]);
        let found = |looks: &[Census]| growth(looks, &options).suspects;
        // The room grew between two of three looks.
        let [suspect] = &found(&[look(1000, 100), look(1500, 130), look(1500, 150)])[..] else { panic!("one grows") };
        let grown = suspect.growth.as_ref().expect("of several looks");
        assert_eq!((&grown.values[..], &grown.sizes[..]), (&[100, 130, 150][..], &[1000, 1300, 1500][..]));
        assert_eq!((grown.count_delta, grown.retained_delta, suspect.retained_size), (0, 500, 1500));
        assert!(
            suspect.text.contains("+50 values and +500 bytes over 3 looks (150 values, 1.5 kB now)"),
            "{}",
            suspect.text
        );
        // As many as before, fewer of them, and a look that does not know.
        assert_eq!(found(&[look(1000, 100), look(1500, 100), look(2000, 100)]).len(), 1, "larger at every look");
        // A table is made larger when it is full of what was deleted; what is in it is known of collections.
        let map = |room: u64, values: u64| {
            let mut census = look(room, values);
            for text in &mut census.strings {
                *text = text.replace("list", "Map");
            }
            census
        };
        assert_eq!(found(&[map(1000, 100), map(1500, 130), map(2000, 130)]), []);
        assert_eq!(found(&[map(1000, 100), map(1500, 130), map(2000, 150)]).len(), 1);
        assert_eq!(found(&[map(1000, 0), map(1500, 0), map(2000, 0)]).len(), 1, "where it is not known");
        assert_eq!(found(&[look(1000, 100), look(1500, 130), look(1500, 130)]), []);
        assert_eq!(found(&[look(1000, 100), look(1500, 130), look(1500, 120)]), []);
        let plain = read(&[(0, 0, 0), (0, 0, 0), (0, 1, 1500)]);
        assert_eq!(found(&[look(1000, 100), look(1500, 130), plain]), []);
        // More of them because there are more that hold them.
        let many = |count: u64, room: u64| with_values(&[(0, 0, 0), (0, 0, 0), (0, count, room)], &[0, 0, 10 * count]);
        assert_eq!(found(&[many(20, 2000), many(25, 2500), many(29, 2900)]), []);
        assert_eq!(found(&[many(100, 9000), many(105, 12_000), many(109, 12_000)]), []);
        // What grew in bytes at every look keeps those.
        let sizes = |looks: &[Census]| found(looks)[0].growth.clone().expect("of several looks").sizes;
        assert_eq!(sizes(&[look(1000, 100), look(2000, 110), look(3000, 120)]), [1000, 2000, 3000]);
    }

    #[test]
    fn a_column_of_values_that_does_not_fit_is_no_census() {
        let mut census = read(&[(0, 0, 0), (0, 0, 0), (0, 1, 100)]);
        census.paths.values = vec![1, 2];
        let text = serde_json::to_string(&census).expect("plain data");
        assert_eq!(Census::from_json(&text).expect_err("two of three").code, Code::Census);
    }

    #[test]
    fn figures_that_no_heap_has_are_compared_as_far_as_they_go() {
        let options = GrowthOptions { min_bytes: 0, min_count: 1, ..GrowthOptions::default() };
        // Two rows of one path, and the bytes below it.
        let large = [(0, 0, 0), (0, 0, 0), (0, u64::MAX, u64::MAX), (0, u64::MAX, u64::MAX)];
        let found = growth(&[read(&large[..2]), read(&large)], &options).suspects;
        assert_eq!((found[0].count, found[0].retained_size), (u64::MAX, u64::MAX));
        // Objects that multiply are not one that grows in bytes.
        let objects = [(1, 1), (1 << 62, 10), ((1 << 62) + 1, 20)];
        let looks = objects.map(|(count, size)| read(&[(0, 0, 0), (0, 0, 0), (0, count, size)]));
        let few = GrowthOptions { min_count: u64::MAX, ..options.clone() };
        assert_eq!(growth(&looks, &few).suspects, []);
        // What fell by more than can be told.
        let noise = [(u64::MAX, 0), (0, 10)].map(|(count, size)| read(&[(0, 0, 0), (0, count, size)]));
        assert_eq!(growth(&noise, &options).noise[0].count_delta, i64::MIN);
    }
}
