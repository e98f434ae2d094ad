//! The header: which fields rows have, and what their kinds mean for the texts that they name.

use super::rows::{Meaning, Row};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The fields that are strings are a bit each.
const MOST_FIELDS: usize = 31;

/// How rows are read.
pub(super) struct Layout {
    pub nodes: Row,
    pub edges: Row,
    pub functions: Row,
}

#[derive(Deserialize)]
struct Header {
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    node_fields: Vec<String>,
    node_types: Vec<Value>,
    edge_fields: Vec<String>,
    edge_types: Vec<Value>,
    #[serde(default)]
    trace_function_info_fields: Vec<String>,
}

impl Layout {
    /// Reads a header and writes it, without what is neither a number nor the description of fields.
    pub(super) fn read(text: &[u8], out: &mut Vec<u8>) -> Result<Self, String> {
        let broken = |error: serde_json::Error| format!("the header cannot be read: {error}");
        let Header { meta } = serde_json::from_slice(text).map_err(broken)?;
        let full: Map<String, Value> = serde_json::from_slice(text).map_err(broken)?;
        let kept: Map<String, Value> =
            full.into_iter().filter(|(name, value)| name == "meta" || value.is_number()).collect();
        serde_json::to_writer(out, &kept).map_err(broken)?;

        let tables = [&meta.node_fields, &meta.edge_fields, &meta.trace_function_info_fields];
        if tables.iter().any(|fields| fields.len() > MOST_FIELDS) {
            return Err("rows of so many fields are not known".to_owned());
        }
        let at = |fields: &[String], name: &str| fields.iter().position(|field| field == name);
        let found = |fields: &[String], name: &str| at(fields, name).ok_or_else(|| format!("rows without {name}"));
        let (kind, name) = (found(&meta.node_fields, "type")?, found(&meta.node_fields, "name")?);
        let size = found(&meta.node_fields, "self_size")?;
        if name < kind || size < name {
            return Err("the fields of nodes come in an order that is not known".to_owned());
        }
        let nodes = Row {
            fields: meta.node_fields.len(),
            kind: Some(kind),
            names: 1 << name,
            size: Some(size),
            meanings: kinds(&meta.node_types, kind)?.iter().map(|kind| node_meaning(kind)).collect(),
        };
        let (kind, name) = (found(&meta.edge_fields, "type")?, found(&meta.edge_fields, "name_or_index")?);
        if name < kind {
            return Err("the fields of edges come in an order that is not known".to_owned());
        }
        let meanings = kinds(&meta.edge_types, kind)?.iter().map(|kind| edge_meaning(kind)).collect::<Option<Vec<_>>>();
        let edges = Row {
            fields: meta.edge_fields.len(),
            kind: Some(kind),
            names: 1 << name,
            size: None,
            meanings: meanings.ok_or("edges have a kind that is not known")?,
        };
        let fields = &meta.trace_function_info_fields;
        let names = ["name", "script_name"].into_iter().filter_map(|name| at(fields, name)).map(|at| 1_u32 << at).sum();
        let functions = Row { fields: fields.len(), kind: None, names, size: None, meanings: vec![Meaning::System] };
        Ok(Self { nodes, edges, functions })
    }
}

fn kinds(types: &[Value], at: usize) -> Result<Vec<String>, String> {
    let kinds = types.get(at).and_then(|kinds| serde_json::from_value::<Vec<String>>(kinds.clone()).ok());
    kinds.ok_or_else(|| "the kinds are not told".to_owned())
}

/// A kind that is not known has values.
fn node_meaning(kind: &str) -> Meaning {
    match kind {
        "object" | "closure" => Meaning::Property,
        "code" => Meaning::Script,
        "hidden" | "array" | "native" | "synthetic" | "object shape" => Meaning::System,
        "string" => Meaning::Text,
        _ => Meaning::Value,
    }
}

fn edge_meaning(kind: &str) -> Option<Meaning> {
    Some(match kind {
        "element" | "hidden" => Meaning::Number,
        "property" => Meaning::Property,
        "context" | "internal" | "shortcut" | "weak" => Meaning::System,
        _ => return None,
    })
}
