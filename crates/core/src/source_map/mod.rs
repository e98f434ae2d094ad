//! Source maps: from a place in what runs to the place that a person wrote.
//!
//! Followed as `node --enable-source-maps` does: the last `//# sourceMappingURL=` of a script counts, a `data:` URL or a file
//! beside it, with sections or without; the nearest mapping at or before a place is its origin. A map that is broken, too
//! large or somewhere else than on this machine is as good as none: the place stays what it was.
//!
//! Written here and not borrowed, for memory: a map's mappings stay the text that they are, with a mark every so often
//! (`mappings`), where a decoded table takes six times that; and what crates bring along for URLs is larger than this.

mod address;
mod mappings;
mod payload;

use crate::{Location, Sources};
use parking_lot::Mutex;
use payload::SourceMap;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// So many maps are kept; more scripts than that are not asked for at once.
const KEPT: usize = 64;
/// Bytes of their mappings that are kept at most.
const KEPT_BYTES: usize = 64 << 20;

/// Where something was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Original {
    /// The place, 1-based. The file is a path, or the URL that the map gives it.
    pub location: Location,
    /// What was written there, where the map says so: a name before it was shortened.
    pub name: Option<String>,
    /// Characters from where the mapping begins to the place; none where it begins on an earlier line.
    pub into: Option<u32>,
}

impl Original {
    /// The original name of a function that V8 calls `name` and whose place this was: V8's places are those of the
    /// parenthesis behind the name, so that the mapping is the name's own if it begins as far before as that is long.
    pub fn function(&self, name: &str) -> Option<&str> {
        let length = u32::try_from(name.encode_utf16().count()).ok()?;
        self.name.as_deref().filter(|original| !original.is_empty() && length > 0 && self.into == Some(length))
    }
}

/// The maps of some scripts, read when they are asked for.
pub struct SourceMaps<'a> {
    sources: &'a dyn Sources,
    maps: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_file: FxHashMap<String, Option<Arc<SourceMap>>>,
    bytes: usize,
}

impl<'a> SourceMaps<'a> {
    /// Maps of scripts that `sources` can read.
    pub fn new(sources: &'a dyn Sources) -> Self {
        Self { sources, maps: Mutex::default() }
    }

    /// The origin of a place; `None` where there is no map, or the map does not know it.
    pub fn original(&self, place: &Location) -> Option<Original> {
        self.map(&place.file)?.original(place.line.checked_sub(1)?, place.column.saturating_sub(1))
    }

    /// The origin of a place, or the place itself.
    pub fn mapped(&self, place: Location) -> Location {
        self.original(&place).map_or(place, |original| original.location)
    }

    fn map(&self, file: &str) -> Option<Arc<SourceMap>> {
        if let Some(known) = self.maps.lock().by_file.get(file) {
            return known.clone();
        }
        let map = self.read(file).map(Arc::new);
        let size = map.as_ref().map_or(0, |map| map.bytes());
        let mut kept = self.maps.lock();
        if kept.by_file.len() >= KEPT || kept.bytes + size > KEPT_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += size;
        kept.by_file.insert(file.to_owned(), map.clone());
        map
    }

    fn read(&self, file: &str) -> Option<SourceMap> {
        let script = self.sources.read(file)?;
        let url = comment(&script)?;
        if let Some(data) = url.strip_prefix("data:") {
            return SourceMap::parse(&address::data(data)?, file);
        }
        let path = address::joined(file, url);
        SourceMap::parse(&self.sources.read_map(&path)?, &path)
    }
}

/// What the last `//# sourceMappingURL=` of a script says.
fn comment(script: &str) -> Option<&str> {
    let text = script.as_bytes();
    let mut found = None;
    for (at, name) in script.match_indices("sourceMappingURL=") {
        let before = script[..at].trim_end();
        let spaced = before.len() < at;
        let is_comment = before.ends_with("//#") || before.ends_with("/*#");
        let start = at + name.len();
        if spaced && is_comment && text.get(start).is_some_and(|byte| !byte.is_ascii_whitespace()) {
            found = Some(start);
        }
    }
    let rest = &script[found?..];
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Some(rest[..end].strip_suffix("*/").unwrap_or(&rest[..end]))
}

#[cfg(test)]
mod tests;
