//! A snapshot that is checked as it passes: what the analysis reads passes unchanged, what it refuses is refused, for the same
//! reason at the same byte, and the memory does not grow with the size.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

#[path = "support/fixtures.rs"]
mod fixtures;
mod support;

use leakguard_core::format::{Checked, parse};
use leakguard_core::{Error, Limits, Source, Watch};
use std::io::{self, Read};
use support::{Random, Snapshot, small};

/// What a reader hands out piece by piece.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    most: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.most.min(buffer.len()).min(self.bytes.len() - self.at);
        buffer[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn passed(bytes: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut checked = Checked::new(Box::new(Pieces { bytes: bytes.to_vec(), at: 0, most }))?;
    match checked.read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(error) => {
            Err(error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()).expect("an error of ours").clone())
        }
    }
}

fn analysed(bytes: &[u8]) -> Result<(), Error> {
    parse(Source { reader: Box::new(io::Cursor::new(bytes.to_vec())) }, &Limits::default(), &Watch::default()).map(drop)
}

#[test]
fn real_snapshots_pass_unchanged() {
    let (folder, names) = fixtures::names();
    for name in names {
        let packed = fixtures::snapshot(&folder, &name);
        let bytes = zstd::decode_all(packed.as_slice()).expect("a whole file");
        assert!(passed(&bytes, 60_000).expect(&name) == bytes, "{name} changed");
        assert!(passed(&packed, 999).expect(&name) == bytes, "{name} comes out in clear");
    }
}

#[test]
fn a_large_one_passes_over_many_blocks() {
    let nodes = 60_000;
    let text = (1..nodes).fold(Snapshot::new(nodes), |snapshot, node| snapshot.edge(node / 3, node)).text();
    assert!(text.len() > 3 << 18, "one block would show nothing");
    assert!(passed(text.as_bytes(), 70_001).expect("a good snapshot") == text.as_bytes());
    // An edge to nowhere, far behind the first block: what a twin's V8 wrote once.
    let bad = text.replacen("2,2,300000,", "2,2,1107433776,", 1);
    let (ours, theirs) = (passed(bad.as_bytes(), 70_001).unwrap_err(), analysed(bad.as_bytes()).unwrap_err());
    assert_eq!((ours.to_string(), ours.byte), (theirs.to_string(), theirs.byte));
}

#[test]
fn what_the_analysis_refuses_is_refused_and_nothing_else() {
    let good = small();
    let (mut refused, mut read) = (0, 0);
    let mut random = Random(7);
    for round in 0..20_000 {
        let mut bytes = good.clone().into_bytes();
        for _ in 0..=random.below(2) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] = b"0123456789,]}\"x-"[random.below(16)],
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at + 1),
            }
        }
        let theirs = analysed(&bytes).map_err(|error| (error.to_string(), error.byte));
        let ours = passed(&bytes, 1 + random.below(500)).map_err(|error| (error.to_string(), error.byte));
        match (&ours, &theirs) {
            (Ok(out), Ok(())) => {
                assert!(*out == bytes, "round {round} changed");
                read += 1;
            }
            (Err(ours), Err(theirs)) => {
                assert_eq!(ours, theirs, "round {round}: {}", String::from_utf8_lossy(&bytes));
                refused += 1;
            }
            _ => panic!("round {round}: {ours:?}, {theirs:?}: {}", String::from_utf8_lossy(&bytes)),
        }
    }
    assert!(refused > 1000 && read > 1000, "{refused} refused, {read} read");
}
