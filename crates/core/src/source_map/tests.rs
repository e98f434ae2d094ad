use super::mappings::{Mappings, Segment};
use super::{SourceMaps, comment};
use crate::{Location, Sources};
use std::collections::HashMap;

/// Files by name, scripts and maps.
#[derive(Default)]
struct Files(HashMap<String, String>);

impl Files {
    fn with(mut self, name: &str, text: &str) -> Self {
        self.0.insert(name.to_owned(), text.to_owned());
        self
    }
}

impl Sources for Files {
    fn read(&self, file: &str) -> Option<String> {
        self.0.get(file).cloned()
    }

    fn read_map(&self, path: &str) -> Option<String> {
        self.0.get(path).cloned()
    }
}

fn original(files: &Files, file: &str, line: u32, column: u32) -> Option<String> {
    let place = Location { file: file.to_owned(), line, column };
    let found = SourceMaps::new(files).original(&place)?;
    let Location { file, line, column } = found.location;
    Some(format!("{file}:{line}:{column} {}", found.name.unwrap_or_default()))
}

/// A small generator of numbers; the seed says all.
fn random(seed: &mut u64, below: u32) -> u32 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    u32::try_from(*seed >> 33).expect("31 bits") % below
}

fn vlq(text: &mut String, value: i64) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut rest = value.unsigned_abs() << 1 | u64::from(value < 0);
    loop {
        let more = rest > 31;
        text.push(char::from(DIGITS[usize::try_from(rest & 31).expect("five bits") | if more { 32 } else { 0 }]));
        rest >>= 5;
        if !more {
            return;
        }
    }
}

/// Segments in order, and their text.
fn random_map(seed: &mut u64) -> (Vec<Segment>, String) {
    let (mut segments, mut text) = (Vec::new(), String::new());
    let mut last = Segment { source: Some(0), name: Some(0), ..Segment::default() };
    for line in 0..random(seed, 400) {
        if line > 0 {
            text.push(';');
        }
        let mut column = 0;
        for index in 0..random(seed, 9) {
            if index > 0 {
                text.push(',');
            }
            let step = random(seed, 50);
            column += step;
            vlq(&mut text, i64::from(step));
            let mut segment = Segment { line, column, ..Segment::default() };
            if random(seed, 8) > 0 {
                let delta = |text: &mut String, from: u32, to: u32| vlq(text, i64::from(to) - i64::from(from));
                let now = Segment {
                    source: Some(random(seed, 5)),
                    original_line: random(seed, 100_000),
                    original_column: random(seed, 300),
                    ..segment
                };
                delta(&mut text, last.source.unwrap_or(0), now.source.unwrap_or(0));
                delta(&mut text, last.original_line, now.original_line);
                delta(&mut text, last.original_column, now.original_column);
                segment = now;
                if random(seed, 3) == 0 {
                    segment.name = Some(random(seed, 70));
                    delta(&mut text, last.name.unwrap_or(0), segment.name.unwrap_or(0));
                }
                last = Segment { name: segment.name.or(last.name), ..segment };
            }
            segments.push(segment);
        }
    }
    (segments, text)
}

#[test]
fn finds_what_a_walk_over_all_segments_finds() {
    for first_seed in 0..300 {
        let mut seed = first_seed;
        let (segments, text) = random_map(&mut seed);
        let mappings = Mappings::new(&text).expect("well made");
        for _ in 0..200 {
            let (line, column) = (random(&mut seed, 410), random(&mut seed, 300));
            let plain = segments.iter().rfind(|segment| (segment.line, segment.column) <= (line, column));
            assert_eq!(mappings.find(line, column), plain.copied(), "seed {first_seed}, {line}:{column}");
        }
    }
}

#[test]
fn broken_mappings_are_none() {
    for text in ["!", "A,!", "AA", "AAA", "AAAAAA", "g", "gggggggggggggggA", "D", "AADA"] {
        assert!(Mappings::new(text).is_none(), "{text}");
    }
    assert!(Mappings::new("").is_some_and(|empty| empty.find(0, 0).is_none()));
}

#[test]
fn a_map_beside_the_script_is_followed() {
    let map =
        r#"{"version":3,"sources":["../src/a.ts"],"names":["handler"],"mappings":"AAAA;SACQA","sourcesContent":["x"]}"#;
    let files = Files::default()
        .with("/app/dist/a.js", "let x\nfunction e(){}\n//# sourceMappingURL=a.js.map\n")
        .with("/app/dist/a.js.map", map);
    assert_eq!(original(&files, "/app/dist/a.js", 1, 3).as_deref(), Some("/app/src/a.ts:1:1 "));
    assert_eq!(original(&files, "/app/dist/a.js", 2, 11).as_deref(), Some("/app/src/a.ts:2:9 handler"));
    let place = Location { file: "/app/dist/a.js".to_owned(), line: 2, column: 11 };
    let found = SourceMaps::new(&files).original(&place).expect("mapped");
    assert_eq!((found.function("e"), found.function("other")), (Some("handler"), None));
    assert_eq!(original(&files, "/app/dist/b.js", 1, 1), None);
    let untouched = SourceMaps::new(&files).mapped(Location { file: "node:fs".to_owned(), line: 4, column: 2 });
    assert_eq!(untouched, Location { file: "node:fs".to_owned(), line: 4, column: 2 });
}

#[test]
fn maps_in_the_script_roots_and_sections_are_followed() {
    let inline =
        "x\n//# sourceMappingURL=data:application/json,%7B%22sources%22:[%22a.ts%22],%22mappings%22:%22AACC%22%7D";
    let sections = r#"{"version":3,"sections":[
        {"offset":{"line":2,"column":10},"map":{"sourceRoot":"webpack://app/","sources":["b.ts"],"names":[],"mappings":"AAAA,KACA"}},
        {"offset":{"line":0,"column":0},"map":{"sources":["a.ts",null],"mappings":"AAAA"}}]}"#;
    let files = Files::default()
        .with("/app/a.js", inline)
        .with("/app/b.js", "/*# sourceMappingURL=b.map*/")
        .with("/app/b.map", sections);
    assert_eq!(original(&files, "/app/a.js", 1, 1).as_deref(), Some("/app/a.ts:2:2 "));
    assert_eq!(original(&files, "/app/b.js", 3, 10).as_deref(), Some("/app/a.ts:1:1 "));
    assert_eq!(original(&files, "/app/b.js", 3, 11).as_deref(), Some("webpack://app/b.ts:1:1 "));
    assert_eq!(original(&files, "/app/b.js", 3, 16).as_deref(), Some("webpack://app/b.ts:2:1 "));
    assert_eq!(original(&files, "/app/b.js", 4, 1).as_deref(), Some("webpack://app/b.ts:2:1 "));
}

#[test]
fn broken_maps_are_ignored() {
    for map in ["", "{", "[]", "null", r#"{"mappings":5}"#, r#"{"mappings":"!"}"#, r#"{"sections":[{"offset":{}}]}"#] {
        let files = Files::default().with("/a.js", "//# sourceMappingURL=a.map").with("/a.map", map);
        assert_eq!(original(&files, "/a.js", 1, 1), None, "{map}");
    }
    let out_of_range = Files::default()
        .with("/a.js", "//# sourceMappingURL=a.map")
        .with("/a.map", r#"{"sources":[],"mappings":"AAAA"}"#);
    assert_eq!(original(&out_of_range, "/a.js", 1, 1), None);
}

#[test]
fn the_last_comment_counts() {
    assert_eq!(comment("//# sourceMappingURL=a\n//# sourceMappingURL=b\n"), Some("b"));
    assert_eq!(comment("/*# sourceMappingURL=a */"), Some("a"));
    assert_eq!(comment("//#sourceMappingURL=a\n'sourceMappingURL=b'\n//# sourceMappingURL= c"), None);
    assert_eq!(comment(""), None);
}
