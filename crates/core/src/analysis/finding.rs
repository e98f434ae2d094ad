//! A pile in words, and how it is written down: one line, a fingerprint.

use super::content::short;
use super::figures::{grouped, ratio, size};
use super::heap::Heap;
use crate::graph::NodeIx;
use crate::{Location, PathStep, Suspect};

/// A pile with its words.
pub(super) struct Finding {
    pub(super) fingerprint: String,
    pub(super) name: String,
    pub(super) class: String,
    pub(super) kind: &'static str,
    pub(super) location: Option<Location>,
    pub(super) path: Vec<PathStep>,
    pub(super) count: u64,
    pub(super) bytes: u64,
    pub(super) holder: NodeIx,
    pub(super) cause: &'static str,
    pub(super) advice: String,
}

impl Finding {
    pub(super) fn place(&self) -> Option<(String, u32, u32)> {
        self.location.as_ref().map(|location| (location.file.clone(), location.line, location.column))
    }

    /// Is it one of Node's own collections of names?
    pub(super) fn is_table_of_names(&self) -> bool {
        let is_nodes = self.location.as_ref().is_some_and(|location| location.file.starts_with("node:"));
        is_nodes && self.path.last().is_some_and(|step| step.kind == "string")
    }

    pub(super) fn suspect(self, heap: &Heap) -> Suspect {
        let share = ratio(self.bytes, heap.total_size());
        Suspect {
            text: self.text(share),
            fingerprint: self.fingerprint,
            name: self.name,
            class: self.class,
            kind: self.kind.to_owned(),
            location: self.location,
            path: self.path,
            count: self.count,
            retained_size: self.bytes,
            share,
            id: Some(u64::from(heap.graph().id(self.holder))),
            advice: self.advice,
            cause: self.cause.to_owned(),
            growth: None,
            bound: None,
            inside: Vec::new(),
        }
    }

    fn text(&self, share: f64) -> String {
        use std::fmt::Write;
        let mut text = self.name.clone();
        if let Some(location) = &self.location {
            let _ = write!(text, " ({})", short(location));
        }
        let _ = write!(text, ", {}", self.class);
        if self.count > 1 {
            let _ = write!(text, ", {} objects", grouped(self.count));
        }
        let _ = write!(text, ", {} retained, {:.0} % of the heap", size(self.bytes), share * 100.0);
        text
    }
}

/// FNV-1a over what stays the same between runs: the name, the holder's class, the file's own name, and the way from the
/// last variable or module on. Not counts, ids, lines, folders, or what the pile happens to hold most of.
pub(super) fn fingerprint(name: &str, holder: &str, path: &[PathStep], location: Option<&Location>) -> String {
    let base = |text: &'_ str| text.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let file = location.map_or_else(String::new, |location| base(&location.file));
    let from = path.iter().rposition(|step| matches!(step.kind.as_str(), "context" | "module")).unwrap_or(0);
    let steps = path[from..].iter().filter(|step| step.kind != "folded");
    let steps = steps.flat_map(|step| [base(&step.edge), base(&step.name)]);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in [base(name), holder.to_owned(), file].into_iter().chain(steps) {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
