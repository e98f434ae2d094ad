//! Snapshots that are right but for a stroke or two, so that the analysis behind the parser is reached: what comes out must
//! agree with itself.
#![no_main]

use arbitrary::Arbitrary;
use leakguard_core::analysis::Heap;
use leakguard_core::graph::NodeIx;
use leakguard_core::{AnalyzeOptions, Limits, NoSources, Source, Watch, analyze, format};
use libfuzzer_sys::fuzz_target;
use std::fmt::Write;

const NODE_TYPES: [&str; 16] = [
    "hidden",
    "array",
    "string",
    "object",
    "code",
    "closure",
    "regexp",
    "number",
    "native",
    "synthetic",
    "concatenated string",
    "sliced string",
    "symbol",
    "bigint",
    "object shape",
    "a type to come",
];
const EDGE_TYPES: [&str; 7] = ["context", "element", "property", "internal", "hidden", "shortcut", "weak"];

/// Names that the analysis looks for.
const NAMES: [&str; 40] = [
    "",
    "<dummy>",
    "Object",
    "Array",
    "Map",
    "Set",
    "global",
    "(GC roots)",
    "(Document DOM trees)",
    "system / Context",
    "system / NativeContext",
    "(map descriptors)",
    "sloppy_function_map",
    "system / ExternalStringData",
    "elements",
    "table",
    "map",
    "shared",
    "script",
    "script_or_debug_info",
    "context",
    "scope_info",
    "previous",
    "code",
    "name",
    "value",
    "smi number",
    "heap number",
    "__proto__",
    "bound_this",
    "/srv/app.js",
    "process",
    "version",
    "versions",
    "node",
    "v8",
    "v24.1.0",
    "<div a>",
    "1",
    "Detached X",
];

#[derive(Arbitrary, Debug)]
struct Input {
    nodes: Vec<Node>,
    texts: Vec<Vec<u8>>,
    places: Vec<(u8, u8, u8, u8)>,
    shuffled: bool,
    strokes: Vec<(u16, u8)>,
}

#[derive(Arbitrary, Debug)]
struct Node {
    kind: u8,
    name: u8,
    size: u16,
    huge: bool,
    detached: u8,
    edges: Vec<(u8, u8, u8)>,
}

fuzz_target!(|input: Input| {
    if input.nodes.is_empty() || input.nodes.len() > 250 {
        return;
    }
    let mut bytes = text(&input);
    for (at, byte) in input.strokes.iter().take(2) {
        let at = usize::from(*at) % bytes.len();
        bytes[at] = *byte;
    }
    let source = || Source { reader: Box::new(std::io::Cursor::new(bytes.clone())) };
    let watch = Watch::default();
    let options = AnalyzeOptions { top: 5, min_share: 0.01, min_bytes: 1, limits: Limits::default() };
    match format::parse(source(), &Limits::default(), &watch).and_then(|graph| Heap::new(graph, &watch)) {
        Ok(heap) => {
            agrees(&heap);
            analyze(source(), &options, &NoSources, &watch, drop).expect("what was read once is read twice");
        }
        Err(error) => {
            let same =
                analyze(source(), &options, &NoSources, &watch, drop).expect_err("what was refused once is refused twice");
            assert_eq!(error, same);
            assert!(!input.strokes.is_empty(), "a right snapshot is refused: {error}");
        }
    }
});

fn text(input: &Input) -> Vec<u8> {
    let count = input.nodes.len();
    let (mut nodes, mut edges, mut edge_count) = (String::new(), String::new(), 0);
    let strings = NAMES.len() + input.texts.len();
    for (at, node) in input.nodes.iter().enumerate() {
        let kind = if at == 0 { 9 } else { usize::from(node.kind) % NODE_TYPES.len() };
        let (name, id) = (usize::from(node.name) % strings, 2 * at + 1);
        let size = u64::from(node.size) << if node.huge { 32 } else { 0 };
        let (owned, detached) = (node.edges.len(), node.detached % 3);
        let comma = if at == 0 { "" } else { "," };
        let row = if input.shuffled {
            format!("{comma}{detached},{owned},{size},{id},0,{name},{kind}")
        } else {
            format!("{comma}{kind},{name},{id},{size},{owned},{detached}")
        };
        nodes.push_str(&row);
        for (kind, name, to) in &node.edges {
            let comma = if edge_count == 0 { "" } else { "," };
            let kind = usize::from(*kind) % EDGE_TYPES.len();
            let name = usize::from(*name) % strings;
            let to = usize::from(*to) % count * if input.shuffled { 7 } else { 6 };
            let row = if input.shuffled {
                format!("{comma}{to},{name},{kind}")
            } else {
                format!("{comma}{kind},{name},{to}")
            };
            edges.push_str(&row);
            edge_count += 1;
        }
    }
    let mut places = String::new();
    // One a node is all there can be; more are refused.
    for (node, script, line, column) in input.places.iter().take(count) {
        let comma = if places.is_empty() { "" } else { "," };
        let node = usize::from(*node) % count * if input.shuffled { 7 } else { 6 };
        write!(places, "{comma}{node},{script},{line},{column}").expect("a string takes all text");
    }
    let (fields, edge_fields) = if input.shuffled {
        (r#""detachedness","edge_count","self_size","id","new","name","type""#, r#""to_node","name_or_index","type""#)
    } else {
        (r#""type","name","id","self_size","edge_count","detachedness""#, r#""type","name_or_index","to_node""#)
    };
    let types = |fields: &str, list: &[&str]| {
        let row: Vec<_> = fields
            .split(',')
            .map(|field| if field == "\"type\"" { format!("{list:?}") } else { "\"number\"".to_owned() })
            .collect();
        row.join(",")
    };
    let (node_types, edge_types) = (types(fields, &NODE_TYPES), types(edge_fields, &EDGE_TYPES));
    let mut bytes = format!(
        concat!(
            r#"{{"snapshot":{{"meta":{{"node_fields":[{}],"node_types":[{}],"edge_fields":[{}],"edge_types":[{}],"#,
            r#""location_fields":["object_index","script_id","line","column"]}},"node_count":{},"edge_count":{}}},"#,
            r#""nodes":[{}],"edges":[{}],"locations":[{}],"strings":["#
        ),
        fields, node_types, edge_fields, edge_types, count, edge_count, nodes, edges, places
    )
    .into_bytes();
    for (at, text) in NAMES.iter().map(|name| name.as_bytes()).chain(input.texts.iter().map(Vec::as_slice)).enumerate()
    {
        bytes.extend_from_slice(if at == 0 { b"\"" } else { b",\"" });
        // A quote or a backslash of a text would end it, or escape its end.
        bytes.extend(text.iter().map(|&byte| if byte == b'"' || byte == b'\\' { b'.' } else { byte }));
        bytes.push(b'"');
    }
    bytes.extend_from_slice(b"]}");
    bytes
}

fn agrees(heap: &Heap) {
    let graph = heap.graph();
    let mut sums: Vec<u64> = graph.nodes().map(|node| heap.self_size(node)).collect();
    for node in graph.nodes().skip(1) {
        let above = heap.idom(node);
        assert_ne!(above, node, "a node dominates itself");
        sums[above.0 as usize] = sums[above.0 as usize].saturating_add(heap.retained(node));
    }
    for node in graph.nodes() {
        assert_eq!(heap.retained(node), sums[node.0 as usize], "retained size of node {}", node.0);
    }
    assert_eq!(heap.idom(NodeIx::ROOT), NodeIx::ROOT);
    let counted = graph.nodes().filter(|&node| heap.self_size(node) > 0).count() as u64;
    assert_eq!(heap.classes().iter().map(|class| class.count).sum::<u64>(), counted);
}
