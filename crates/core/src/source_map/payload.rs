//! A source map's JSON: its mappings, or sections that have maps of their own. Original texts in it are passed over.

use super::Original;
use super::address::joined;
use super::mappings::Mappings;
use crate::Location;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(borrow, default)]
    mappings: Cow<'a, str>,
    #[serde(default)]
    sources: Vec<Option<String>>,
    #[serde(default)]
    source_root: Option<String>,
    #[serde(default)]
    names: Vec<Value>,
    #[serde(default)]
    sections: Option<Vec<Section<'a>>>,
}

#[derive(Deserialize)]
struct Section<'a> {
    offset: Offset,
    #[serde(borrow)]
    map: Payload<'a>,
}

#[derive(Clone, Copy, Deserialize)]
struct Offset {
    line: u32,
    column: u32,
}

/// The map of one script.
pub(super) struct SourceMap {
    /// By their offsets.
    parts: Vec<Part>,
}

struct Part {
    offset: Offset,
    mappings: Mappings,
    sources: Vec<String>,
    names: Vec<String>,
}

impl SourceMap {
    /// `address`: where the map stands, which what is in it is relative to. `None` where it is broken.
    pub(super) fn parse(text: &str, address: &str) -> Option<Self> {
        // A byte order mark, and the line that keeps a browser from running JSON as a script.
        let text = text.trim_start_matches('\u{feff}');
        let text = if text.starts_with(")]}") { text.split_once('\n')?.1 } else { text };
        let payload: Payload = serde_json::from_str(text).ok()?;
        let mut parts = Vec::new();
        match payload.sections {
            None => parts.push(Part::new(payload, Offset { line: 0, column: 0 }, address)?),
            // They do not nest, says the format.
            Some(sections) => {
                for section in sections {
                    parts.push(Part::new(section.map, section.offset, address)?);
                }
            }
        }
        parts.sort_by_key(|part| (part.offset.line, part.offset.column));
        Some(Self { parts })
    }

    /// Bytes that it takes, about.
    pub(super) fn bytes(&self) -> usize {
        let texts = |texts: &[String]| texts.iter().map(|text| text.len() + size_of::<String>()).sum::<usize>();
        self.parts.iter().map(|part| part.mappings.bytes() + texts(&part.sources) + texts(&part.names)).sum()
    }

    /// The origin of a place, 0-based.
    pub(super) fn original(&self, line: u32, column: u32) -> Option<Original> {
        let after = self.parts.partition_point(|Part { offset, .. }| (offset.line, offset.column) <= (line, column));
        let part = self.parts.get(after.checked_sub(1)?)?;
        let row = line - part.offset.line;
        let column = if row == 0 { column - part.offset.column } else { column };
        let segment = part.mappings.find(row, column)?;
        let file = part.sources.get(usize::try_from(segment.source?).ok()?)?.clone();
        let name = segment.name.and_then(|name| part.names.get(usize::try_from(name).ok()?).cloned());
        let into = (segment.line == row).then(|| column - segment.column);
        let one_based = |value: u32| value.saturating_add(1);
        let (line, column) = (one_based(segment.original_line), one_based(segment.original_column));
        Some(Original { location: Location { file, line, column }, name, into })
    }
}

impl Part {
    fn new(payload: Payload, offset: Offset, address: &str) -> Option<Self> {
        let root = payload.source_root.filter(|root| !root.is_empty());
        let sources = payload.sources.into_iter().map(|source| {
            let source = source.unwrap_or_default();
            match &root {
                Some(root) => joined(address, &format!("{}/{source}", root.trim_end_matches('/'))),
                None => joined(address, &source),
            }
        });
        let name = |name| if let Value::String(name) = name { name } else { String::new() };
        Some(Self {
            offset,
            mappings: Mappings::new(&payload.mappings)?,
            sources: sources.collect(),
            names: payload.names.into_iter().map(name).collect(),
        })
    }
}
