//! The header: which numbers a row has and what they mean. The file's own meta decides, never this code's memory of it.

use crate::Error;
use crate::graph::{EdgeKind, NodeKind};
use serde::Deserialize;

/// A row has at most so many numbers: V8 has 7.
pub(super) const MAX_FIELDS: usize = 32;
/// Node types fit five bits beside the detachedness.
const MAX_NODE_TYPES: usize = 32;

/// What the header says, turned into positions.
pub(super) struct Layout {
    pub(super) node: NodeLayout,
    pub(super) edge: EdgeLayout,
    pub(super) location: Option<LocationLayout>,
    /// What the file calls the types that this code does not know, from [`NodeKind::FIRST_UNKNOWN`] on.
    pub(super) unknown_kinds: Vec<String>,
    pub(super) node_count: Option<u64>,
    pub(super) edge_count: Option<u64>,
}

/// Positions in a row of `nodes`.
pub(super) struct NodeLayout {
    pub(super) fields: usize,
    pub(super) kind: usize,
    pub(super) name: usize,
    pub(super) id: usize,
    pub(super) self_size: usize,
    pub(super) edge_count: usize,
    pub(super) detachedness: Option<usize>,
    pub(super) kinds: Vec<NodeKind>,
}

/// Positions in a row of `edges`.
pub(super) struct EdgeLayout {
    pub(super) fields: usize,
    pub(super) kind: usize,
    pub(super) name: usize,
    pub(super) to: usize,
    pub(super) kinds: Vec<EdgeKind>,
}

/// Positions in a row of `locations`.
pub(super) struct LocationLayout {
    pub(super) fields: usize,
    pub(super) node: usize,
    pub(super) script: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Deserialize)]
struct Header {
    meta: Meta,
    node_count: Option<u64>,
    edge_count: Option<u64>,
}

#[derive(Deserialize)]
struct Meta {
    node_fields: Vec<String>,
    node_types: Vec<serde_json::Value>,
    edge_fields: Vec<String>,
    edge_types: Vec<serde_json::Value>,
    #[serde(default)]
    location_fields: Vec<String>,
}

impl Layout {
    /// Reads the JSON value of `snapshot`, which began at byte `at`.
    pub(super) fn read(json: &[u8], at: u64) -> Result<Self, Error> {
        let wrong =
            |what: &dyn std::fmt::Display| Error::parse(format_args!("the header is not a snapshot's: {what}"), at);
        let header: Header = serde_json::from_slice(json).map_err(|cause| wrong(&cause))?;
        let meta = header.meta;
        let column = |fields: &[String], table: &str, name: &str| {
            fields
                .iter()
                .position(|field| field == name)
                .ok_or_else(|| wrong(&format_args!("{table} has no \"{name}\"")))
        };
        for (table, fields) in [
            ("node_fields", &meta.node_fields),
            ("edge_fields", &meta.edge_fields),
            ("location_fields", &meta.location_fields),
        ] {
            if fields.len() > MAX_FIELDS {
                return Err(wrong(&format_args!(
                    "{table} has {} entries, at most {MAX_FIELDS} are known",
                    fields.len()
                )));
            }
        }
        let nodes = |name| column(&meta.node_fields, "node_fields", name);
        let edges = |name| column(&meta.edge_fields, "edge_fields", name);
        let names = |types: &[serde_json::Value], at: usize| -> Option<Vec<String>> {
            types.get(at)?.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let node_kind = nodes("type")?;
        let node_names =
            names(&meta.node_types, node_kind).ok_or_else(|| wrong(&"node_types does not list the types"))?;
        if node_names.len() > MAX_NODE_TYPES {
            return Err(wrong(&format_args!(
                "node_types lists {} types, at most {MAX_NODE_TYPES} are known",
                node_names.len()
            )));
        }
        let mut unknown_kinds = Vec::new();
        let kinds = node_names.iter().map(|name| NodeKind::named(name, &mut unknown_kinds)).collect();
        if unknown_kinds.len() > NodeKind::MOST_UNKNOWN {
            return Err(wrong(&format_args!("node_types lists {} unknown types", unknown_kinds.len())));
        }
        let edge_kind = edges("type")?;
        let edge_names =
            names(&meta.edge_types, edge_kind).ok_or_else(|| wrong(&"edge_types does not list the types"))?;
        let location = match meta.location_fields.as_slice() {
            [] => None,
            fields => {
                let place = |name| column(fields, "location_fields", name);
                Some(LocationLayout {
                    fields: fields.len(),
                    node: place("object_index")?,
                    script: place("script_id")?,
                    line: place("line")?,
                    column: place("column")?,
                })
            }
        };
        Ok(Self {
            node: NodeLayout {
                fields: meta.node_fields.len(),
                kind: node_kind,
                name: nodes("name")?,
                id: nodes("id")?,
                self_size: nodes("self_size")?,
                edge_count: nodes("edge_count")?,
                detachedness: nodes("detachedness").ok(),
                kinds,
            },
            edge: EdgeLayout {
                fields: meta.edge_fields.len(),
                kind: edge_kind,
                name: edges("name_or_index")?,
                to: edges("to_node")?,
                kinds: edge_names.iter().map(|name| EdgeKind::named(name)).collect(),
            },
            location,
            unknown_kinds,
            node_count: header.node_count,
            edge_count: header.edge_count,
        })
    }
}
