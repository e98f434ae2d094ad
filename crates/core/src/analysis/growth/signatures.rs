//! Signatures with their figures, as a fold makes them: parents come first.

use super::steps::{Class, Label};
use crate::graph::NodeIx;

/// The root's signature.
pub(super) const ROOT: u32 = 0;
/// What V8 keeps for itself: code, shapes, feedback.
pub(super) const NOISE: u32 = 1;

/// A signature with its figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) parent: u32,
    pub(super) label: Label,
    pub(super) class: Class,
    /// The node that was nearest, and how near it is.
    pub(super) first: NodeIx,
    pub(super) cost: u32,
    pub(super) count: u64,
    /// Bytes of the nodes and of their storage.
    pub(super) shallow: u64,
    pub(super) retained: u64,
    /// Values in collections, where they are known.
    pub(super) values: u64,
    pub(super) depth: u16,
    pub(super) hash: u64,
}

impl Row {
    /// At the beginning of all ways, with nothing in it.
    pub(super) fn top(class: Class) -> Self {
        Self {
            parent: ROOT,
            label: Label::NOTHING,
            class,
            first: NodeIx::ROOT,
            cost: 0,
            count: 0,
            shallow: 0,
            retained: 0,
            values: 0,
            depth: 0,
            hash: 0,
        }
    }
}

/// Writes down what signatures retain.
pub(super) fn retain(rows: &mut [Row], retained: Vec<u64>) {
    for (row, retained) in rows.iter_mut().zip(retained) {
        row.retained = retained;
    }
}

/// Bytes of each signature and of all that are behind it; the root and what V8 keeps for itself have no sum.
pub(super) fn below(rows: &[Row]) -> Vec<u64> {
    let mut below: Vec<u64> = rows.iter().map(|row| row.shallow).collect();
    // Parents come first.
    for at in (NOISE as usize + 1..rows.len()).rev() {
        let bytes = below[at];
        let parent = &mut below[rows[at].parent as usize];
        *parent = parent.saturating_add(bytes);
    }
    below
}
