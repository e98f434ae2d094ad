//! What a broken or hostile file may do: be refused with a code and the byte, or be read. Nothing else.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

#[path = "support/fixtures.rs"]
mod fixtures;
mod support;

use leakguard_core::graph::NodeIx;
use leakguard_core::{AnalyzeOptions, Code, Error, Report, Source, Watch};
use std::io::Read;
use support::{META, Random, Snapshot, analyze, gzip, heap, small, snapshot_text, source, zstd};

fn run(bytes: impl Into<Vec<u8>>) -> Result<Report, Error> {
    analyze(source(bytes), &AnalyzeOptions::default(), &Watch::default())
}

/// Refused as no snapshot, at a byte that is in the input or just past it.
#[track_caller]
fn refused(bytes: impl Into<Vec<u8>>) -> Error {
    let bytes = bytes.into();
    let (length, shown) = (bytes.len() as u64, String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned());
    let error = run(bytes).expect_err(&shown);
    assert_eq!(error.code, Code::Parse, "{error} of {shown}");
    let byte = error.byte.unwrap_or_else(|| panic!("no place: {error} of {shown}"));
    assert!(byte <= length, "byte {byte} of {length}: {error} of {shown}");
    assert!(error.to_string().contains(&format!("at byte {byte}")), "{error}");
    error
}

#[test]
fn the_small_snapshot_is_good_plain_and_compressed() {
    for bytes in [
        small().into_bytes(),
        gzip(small().as_bytes()),
        zstd(small().as_bytes()),
        format!("{}\n", small()).into_bytes(),
    ] {
        let report = run(bytes).expect("a good snapshot");
        assert_eq!((report.heap.node_count, report.heap.edge_count, report.heap.total_size), (3, 2, 24));
    }
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let texts = [
        "",
        " ",
        "\n",
        "{",
        "{}",
        "[]",
        "[1,2,3]",
        "null",
        "hello",
        "<html></html>",
        "\0\0\0\0",
        "PK\u{3}\u{4}",
        "\u{feff}{}",
        r#"{"snapshot":{}}"#,
        r#"{"snapshot":null}"#,
        r#"{"snapshot":[]}"#,
        r#"{"snapshot":"x"}"#,
        r#"{"nodes":[],"edges":[],"strings":[]}"#,
        r#"{"head":{"callFrame":{}},"samples":[]}"#,
        r#"{"traceEvents":[]}"#,
    ];
    for text in texts {
        refused(text);
        refused_compressed(&gzip(text.as_bytes()));
        refused_compressed(&zstd(text.as_bytes()));
    }
    for bytes in [
        &b"\x1f\x8b"[..],
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"\x28\xb5\x2f\xfdrubbish that is no frame",
        b"\x1f\x8b\x08\0\0\0\0\0\0\0rubbish",
    ] {
        refused_compressed(bytes);
    }
}

/// The byte of a refusal counts decompressed bytes: it can pass the file's length.
#[track_caller]
fn refused_compressed(bytes: &[u8]) {
    let error = run(bytes).expect_err("rubbish");
    assert_eq!(error.code, Code::Parse, "{error}");
    assert!(error.byte.is_some(), "{error}");
}

#[test]
fn truncation_at_any_byte_is_refused() {
    let text = small();
    for length in 0..text.len() {
        refused(&text.as_bytes()[..length]);
    }
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        for length in 0..packed.len() {
            refused_compressed(&packed[..length]);
        }
    }
}

#[test]
fn truncation_of_real_snapshots_is_refused() {
    let (folder, names) = fixtures::names();
    let mut random = Random(1);
    for name in names.iter().filter(|name| name.starts_with("node")).take(2) {
        let packed = fixtures::snapshot(&folder, name);
        let text = zstd::decode_all(packed.as_slice()).expect("a whole file");
        for _ in 0..4 {
            refused(&text[..random.below(text.len() - 2)]);
        }
        let zipped = gzip(&text);
        for _ in 0..2 {
            refused_compressed(&packed[..random.below(packed.len())]);
            refused_compressed(&zipped[..random.below(zipped.len())]);
        }
    }
}

#[test]
fn a_meta_that_lacks_what_is_needed_is_refused() {
    let text = small();
    for field in ["type", "name", "id", "self_size", "edge_count"] {
        refused(text.replacen(&format!("\"{field}\""), "\"else\"", 1));
    }
    for field in [
        "name_or_index",
        "to_node",
        "node_fields",
        "node_types",
        "edge_fields",
        "edge_types",
        "meta",
        "nodes",
        "edges",
        "strings",
    ] {
        refused(text.replacen(&format!("\"{field}\""), "\"else\"", 1));
    }
    for meta in ["{}", "null", "[]", "1", r#"{"node_fields":[],"node_types":[],"edge_fields":[],"edge_types":[]}"#] {
        refused(text.replacen(META, meta, 1));
    }
    refused(text.replacen(r#"["type","name_or_index","to_node"]"#, "[]", 1));
    refused(text.replacen(r#"["type","name_or_index","to_node"]"#, r#"[1,2,3]"#, 1));
    refused(text.replacen(r#"["type","name_or_index","to_node"]"#, r#""type""#, 1));
}

#[test]
fn counts_that_lie_are_refused() {
    let text = small();
    for (field, right) in [("node_count", 3_u64), ("edge_count", 2)] {
        for wrong in [0, 1, right - 1, right + 1, 1000, 1 << 31, u64::from(u32::MAX), 1 << 32, 1 << 60, u64::MAX] {
            if wrong != right {
                let lie = text.replacen(&format!("\"{field}\":{right}"), &format!("\"{field}\":{wrong}"), 1);
                let error = run(lie).expect_err(&format!("{field} {wrong}"));
                assert!(matches!(error.code, Code::Parse | Code::Limit), "{field} {wrong}: {error}");
            }
        }
        for word in ["-1", "1.5", "\"3\"", "99999999999999999999999999", "1e3"] {
            let lie = text.replacen(&format!("\"{field}\":{right}"), &format!("\"{field}\":{word}"), 1);
            let error = run(lie).expect_err(&format!("{field} {word}"));
            assert!(matches!(error.code, Code::Parse | Code::Limit), "{field} {word}: {error}");
        }
    }
    // Edges that the nodes claim, against edges that there are.
    let strings = r#""<dummy>","x""#;
    for claimed in ["0", "1", "3", "4294967295", "4294967296", "18446744073709551615"] {
        let error =
            run(snapshot_text(1, 2, &format!("9,1,1,0,{claimed},0"), "2,1,0,2,1,0", strings)).expect_err(claimed);
        assert!(matches!(error.code, Code::Parse | Code::Limit), "{claimed}: {error}");
    }
    let two = snapshot_text(2, 2, "9,1,1,0,4294967290,0,3,1,3,0,8,0", "2,1,0,2,1,0", strings);
    let error = run(two).expect_err("the sum passes 32 bits");
    assert!(matches!(error.code, Code::Parse | Code::Limit), "{error}");
    // A row that is cut, and one that has too much.
    refused(snapshot_text(1, 0, "9,1,1,0,0", "", strings));
    refused(snapshot_text(1, 0, "9,1,1,0,0,0,0", "", strings));
    refused(snapshot_text(1, 1, "9,1,1,0,1,0", "2,1", strings));
    refused(snapshot_text(1, 1, "9,1,1,0,1,0", "2,1,0,2", strings));
}

#[test]
fn indexes_out_of_range_are_refused_or_harmless() {
    let node = |kind: &str, name: &str| {
        snapshot_text(2, 1, &format!("9,1,1,0,1,0,{kind},{name},3,8,0,0"), "2,1,6", r#""<dummy>","x""#)
    };
    let edge = |kind: &str, name: &str, to: &str| {
        snapshot_text(2, 1, "9,1,1,0,1,0,3,1,3,8,0,0", &format!("{kind},{name},{to}"), r#""<dummy>","x""#)
    };
    assert!(run(node("3", "1")).is_ok() && run(edge("2", "1", "6")).is_ok());
    for to in ["12", "1", "7", "600", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616"] {
        refused(edge("2", "1", to));
    }
    for number in ["2", "99", "4294967295", "4294967296", "99999999999", "18446744073709551616"] {
        refused(node("3", number));
        refused(edge("2", number, "6"));
    }
    for number in ["15", "255", "256", "4294967295", "4294967296", "18446744073709551616"] {
        refused(node(number, "1"));
        refused(edge(number, "1", "6"));
    }
    for place in ["2,1,1,1", "600,1,1,1", "99999999999,1,1,1", "6,99999999999,1,1", "6,1,1", "6,-1,1,1"] {
        let text = node("3", "1").replacen(r#""locations":[]"#, &format!(r#""locations":[{place}]"#), 1);
        if let Err(error) = run(text) {
            assert_eq!(error.code, Code::Parse, "{place}: {error}");
        }
    }
}

#[test]
fn numbers_are_read_whole_or_refused() {
    let sized = |size: &str| snapshot_text(2, 1, &format!("9,1,1,0,1,0,3,1,3,{size},0,0"), "2,1,6", r#""<dummy>","x""#);
    for size in [0_u64, 1, (1 << 32) - 1, 1 << 32, 5 << 30, 1 << 53, (1 << 53) + 1] {
        assert_eq!(heap(sized(&size.to_string())).expect("a good number").retained(NodeIx(1)), size);
    }
    for word in [
        "18446744073709551616",
        "99999999999999999999999999999999",
        "-1",
        "-0",
        "1.5",
        "1e3",
        "0x10",
        "+1",
        "",
        " ",
        "NaN",
        "null",
        "\"1\"",
        "[1]",
        "1 2",
        "--1",
        "٣",
    ] {
        refused(sized(word));
    }
    // Leading zeros, blanks and line ends between numbers are no reason to refuse, nor to hang.
    for word in [" 8", "8 ", "\n8", "\r\n8\t", "008"] {
        if let Err(error) = run(sized(word)) {
            assert_eq!(error.code, Code::Parse, "{word:?}: {error}");
        }
    }
    // Sizes whose sum passes 2^64.
    let two = snapshot_text(
        2,
        1,
        "9,1,1,18446744073709551615,1,0,3,1,3,18446744073709551615,0,0",
        "2,1,6",
        r#""<dummy>","x""#,
    );
    if let Err(error) = run(two) {
        assert!(matches!(error.code, Code::Parse | Code::Limit), "{error}");
    }
}

#[test]
fn strings_that_are_no_text_are_read() {
    let named = |bytes: &[u8]| {
        let text = snapshot_text(2, 1, "9,1,1,0,1,0,3,1,3,8,0,0", "2,1,6", r#""<dummy>","@@""#);
        let at = text.find("@@").expect("the mark");
        [&text.as_bytes()[..at], bytes, &text.as_bytes()[at + 2..]].concat()
    };
    let cases: [(&[u8], &str); 9] = [
        (br"\ud83d\ude00", "\u{1f600}"),
        (br"a\ud83d", "a\u{fffd}"),
        (br"\ude00b", "\u{fffd}b"),
        (b"\xff\xfe", "\u{fffd}\u{fffd}"),
        (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
        ("\u{1f600}é".as_bytes(), "\u{1f600}é"),
        (br#"a\"b,\\"#, "a\"b,\\"),
        (b"],[}{:,", "],[}{:,"),
        (b"", ""),
    ];
    for (bytes, want) in cases {
        let heap = heap(named(bytes)).unwrap_or_else(|error| panic!("{want:?}: {error}"));
        assert_eq!(heap.graph().name(NodeIx(1)), want);
    }
    for bytes in [&br"\u12"[..], br"\uzzzz", br"\q", b"\n\0\x01"] {
        if let Err(error) = run(named(bytes)) {
            assert_eq!(error.code, Code::Parse, "{error}");
        }
    }
}

#[test]
fn no_node_is_refused_and_a_lone_root_is_read() {
    refused(snapshot_text(0, 0, "", "", r#""<dummy>""#));
    assert_eq!(run(snapshot_text(1, 0, "9,0,1,0,0,0", "", r#""<dummy>""#)).expect("a root").heap.node_count, 1);
    refused(snapshot_text(1, 0, "9,0,1,0,0,0", "", ""));
}

#[test]
fn more_locations_than_nodes_are_refused() {
    let places = |count: usize| {
        let list = vec!["6,1,2,3"; count].join(",");
        small().replacen(r#""locations":[]"#, &format!(r#""locations":[{list}]"#), 1)
    };
    run(places(3)).expect("as many as nodes");
    assert!(refused(places(4)).to_string().contains("more locations than nodes"));
}

#[test]
fn places_before_the_first_line_or_column_are_read() {
    // As V8 writes them for scripts that were compiled with an offset.
    for list in ["6,1,-1,3", "6,1,2,-3", "6,1,-1,-62,12,1,0,0", "6,1,2,3,12,1,-4,\n-5"] {
        run(small().replacen(r#""locations":[]"#, &format!(r#""locations":[{list}]"#), 1)).expect(list);
    }
    refused(small().replacen(r#""locations":[]"#, r#""locations":[6,1,2,3-]"#, 1));
}

#[test]
fn detached_nodes_of_a_document_are_named_so_with_what_they_hold() {
    // Columns: type, name, id, size, edges, detachedness; 8 is native, 0 not told, 1 attached, 2 detached.
    let nodes = "9,0,1,0,3,0, 8,1,3,8,1,1, 8,1,5,8,2,2, 8,2,7,8,0,0, 3,3,9,8,1,2, 8,2,11,8,0,0";
    let edges = "2,4,6, 2,4,12, 2,4,24, 2,4,30, 2,4,18, 2,4,30, 2,4,18";
    let heap = heap(snapshot_text(6, 7, nodes, edges, r#""<dummy>","Div","Text","Holder","child""#)).expect("good");
    let names: Vec<_> = (1..6).map(|node| heap.class_name(NodeIx(node)).into_owned()).collect();
    // Attached wins over detached; an object of the app keeps its name.
    assert_eq!(names, ["Div", "Detached Div", "Detached Text", "Holder", "Text"]);
}

#[test]
fn circles_and_islands_are_read() {
    let islands =
        Snapshot::new(6).edge(0, 0).edge(0, 1).edge(1, 1).edge(2, 3).edge(3, 2).edge(3, 4).edge(5, 5).edge(5, 0);
    let heap = heap(islands.text()).expect("islands");
    assert_eq!(heap.retained(NodeIx::ROOT), islands.sizes.iter().sum::<u64>());
    assert!(run(Snapshot::new(50).text()).is_ok(), "no edge at all");
}

/// Hands out single bytes, fails once between two of them as a signal makes it, and for good after `left` bytes.
struct Flaky {
    bytes: Vec<u8>,
    at: usize,
    left: usize,
    interrupted: bool,
}

impl Read for Flaky {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.left {
            return Err(std::io::Error::from_raw_os_error(5));
        }
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let Some(&byte) = self.bytes.get(self.at) else { return Ok(0) };
        buffer[0] = byte;
        self.at += 1;
        Ok(1)
    }
}

#[test]
fn a_reader_that_stutters_is_read_and_one_that_fails_is_reported() {
    let bytes = small().into_bytes();
    let flaky = |left| Source { reader: Box::new(Flaky { bytes: bytes.clone(), at: 0, left, interrupted: false }) };
    analyze(flaky(usize::MAX), &AnalyzeOptions::default(), &Watch::default()).expect("all bytes, one by one");
    for left in 0..bytes.len() {
        let error = analyze(flaky(left), &AnalyzeOptions::default(), &Watch::default()).expect_err("a failing reader");
        assert_eq!(error.code, Code::Io, "after {left} bytes: {error}");
        // The first four bytes are read at once, to tell compressed input.
        assert_eq!(error.byte, Some(if left < 4 { 0 } else { left as u64 }), "{error}");
    }
}

#[test]
fn rubbish_made_of_a_good_snapshot_does_not_panic() {
    let words: [&[u8]; 16] = [
        b",",
        b"[",
        b"]",
        b"{",
        b"}",
        b"\"",
        b"\\",
        b"-",
        b".",
        b"0",
        b"4294967296",
        b"18446744073709551616",
        b" ",
        b"\n",
        b"\xff",
        b"null",
    ];
    let text = Snapshot::new(6).edge(0, 1).edge(1, 2).edge(2, 3).edge(3, 1).edge(0, 4).edge(4, 5).text().into_bytes();
    for seed in 0..3000 {
        let mut random = Random(seed);
        let mut bytes = text.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            let word = words[random.below(words.len())];
            match random.below(4) {
                0 => bytes[at] = random.next() as u8,
                1 => drop(bytes.splice(at..at, word.iter().copied())),
                2 => drop(bytes.drain(at..(at + random.below(40)).min(bytes.len()))),
                _ => drop(bytes.splice(at..=at, word.iter().copied())),
            }
        }
        let caught = std::panic::catch_unwind(|| run(bytes.clone()));
        let outcome = caught.unwrap_or_else(|_| panic!("seed {seed} panics: {}", String::from_utf8_lossy(&bytes)));
        if let Err(error) = outcome {
            assert!(error.code == Code::Limit || error.byte.is_some(), "seed {seed}: no place: {error}");
        }
    }
}

#[test]
fn a_number_far_from_its_comma_is_never_dropped() {
    let text = small();
    let nodes = text.find("\"nodes\":[").expect("nodes") + "\"nodes\":[".len();
    let comma = nodes + text[nodes..].find(',').expect("a comma");
    for room in [262_100, 262_143, 262_144, 262_145, 524_200, 524_288, 600_000] {
        let wide = format!("{}{}{}", &text[..comma], " ".repeat(room), &text[comma..]);
        match analyze(source(wide), &AnalyzeOptions::default(), &Watch::default()) {
            Ok(report) => assert_eq!(report.heap.node_count, 3, "{room} spaces"),
            Err(error) => assert_eq!(error.code, Code::Parse, "{room} spaces: {error}"),
        }
    }
}
