//! The kept snapshots and DevTools' answers to them; `scripts/fixtures` says how they are made and laid out.
#![allow(dead_code, reason = "each test crate uses a part")]

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What DevTools computes, by node.
pub struct Expected {
    pub header: Header,
    pub retained: Vec<u64>,
    pub own: Vec<u64>,
    pub distance: Vec<i32>,
    pub dominator: Vec<u32>,
    pub class: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    pub nodes: usize,
    pub class_names: Vec<String>,
    pub rows: Vec<Row>,
}

/// A row of the class table.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub struct Row {
    pub name: String,
    pub count: u64,
    #[serde(rename = "self")]
    pub own: u64,
    pub retained: u64,
    pub distance: i32,
}

/// The names of all fixtures, and the folder they are in: `LEAKGUARD_FIXTURES` or the project's own.
pub fn names() -> (PathBuf, Vec<String>) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folder = std::env::var_os("LEAKGUARD_FIXTURES").map_or(own, PathBuf::from);
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of fixtures")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".expected.zst")?.to_owned()))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no fixtures in {}", folder.display());
    (folder, names)
}

/// The snapshot as it is kept, compressed.
pub fn snapshot(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(format!("{name}.heapsnapshot.zst"))).expect("the snapshot of a fixture")
}

pub fn expected(folder: &Path, name: &str) -> Expected {
    let packed = std::fs::read(folder.join(format!("{name}.expected.zst"))).expect("the answer of a fixture");
    let bytes = zstd::decode_all(packed.as_slice()).expect("a whole zstd file");
    let (length, rest) = bytes.split_first_chunk().expect("a length");
    let (header, mut columns) = rest.split_at(u32::from_le_bytes(*length) as usize);
    let header: Header = serde_json::from_slice(header).expect("a header");
    let n = header.nodes;
    let answer = Expected {
        retained: column(&mut columns, n).into_iter().map(u64::from_le_bytes).collect(),
        own: column(&mut columns, n).into_iter().map(u64::from_le_bytes).collect(),
        distance: column(&mut columns, n).into_iter().map(i32::from_le_bytes).collect(),
        dominator: column(&mut columns, n).into_iter().map(u32::from_le_bytes).collect(),
        class: column(&mut columns, n).into_iter().map(u32::from_le_bytes).collect(),
        header,
    };
    assert!(columns.is_empty(), "{} bytes too many", columns.len());
    answer
}

/// A column is kept byte plane by byte plane.
fn column<const SIZE: usize>(bytes: &mut &[u8], rows: usize) -> Vec<[u8; SIZE]> {
    let (planes, rest) = bytes.split_at(rows * SIZE);
    *bytes = rest;
    (0..rows).map(|row| std::array::from_fn(|byte| planes[byte * rows + row])).collect()
}
