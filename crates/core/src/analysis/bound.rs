//! Whether an object says how much a collection in it may hold. Small numbers are in no snapshot, but the names of properties are, in
//! the object's shape. Scopes are not asked: the variables of a module have to do with many things.

use crate::graph::{Graph, NodeIx};

/// Such names, in small letters and without `_`, `#` and `$`. Those of Node's own emitters, agents and servers (`_maxListeners`) are none.
const NAMES: [&str; 17] = [
    "max",
    "maxsize",
    "maxentries",
    "maxitems",
    "maxlength",
    "maxkeys",
    "maxcount",
    "maxelements",
    "maxcached",
    "maxcachesize",
    "maxcacheentries",
    "cachemax",
    "cachesize",
    "cachelimit",
    "cachecapacity",
    "sizelimit",
    "capacity",
];
/// Properties that are looked at: a record has no more.
const MOST: usize = 64;

/// The first such name.
pub(super) fn bound(graph: &Graph, node: NodeIx) -> Option<String> {
    let names = graph.child(graph.child(node, b"map")?, b"descriptors")?;
    let texts = graph.edges_of(names).iter().filter_map(|edge| text(graph, edge.target()));
    texts.take(MOST).map(|text| graph.name(text)).find(|name| is_bound(name)).map(std::borrow::Cow::into_owned)
}

/// A property's name; private ones are symbols that have it.
fn text(graph: &Graph, key: NodeIx) -> Option<NodeIx> {
    let key = if graph.kind(key).is_string() { key } else { graph.child(key, b"name")? };
    Some(key).filter(|&key| graph.kind(key).is_string())
}

fn is_bound(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '#' | '$')).collect::<String>().to_lowercase();
    NAMES.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::bound;
    use crate::graph::{EdgeKind, NodeKind};
    use crate::testing::SnapshotBuilder;

    fn object(names: &[&str]) -> Option<String> {
        let mut builder = SnapshotBuilder::new()
            .node("it", NodeKind::OBJECT, "Cache", 32)
            .node("shape", NodeKind::OBJECT_SHAPE, "system / Map", 80)
            .node("names", NodeKind::OBJECT_SHAPE, "system / DescriptorArray", 80)
            .edge("root", EdgeKind::Element, "1", "it")
            .edge("it", EdgeKind::Internal, "map", "shape")
            .edge("shape", EdgeKind::Internal, "descriptors", "names");
        for (at, name) in names.iter().enumerate() {
            builder =
                builder.node(name, NodeKind::STRING, name, 16).edge("names", EdgeKind::Internal, &at.to_string(), name);
        }
        let it = builder.index("it");
        bound(&builder.build(), it)
    }

    #[test]
    fn names_of_a_shape_tell() {
        assert_eq!(object(&["entries", "maxSize", "max"]).as_deref(), Some("maxSize"));
        assert_eq!(object(&["_MAX_ENTRIES"]).as_deref(), Some("_MAX_ENTRIES"));
        assert_eq!(object(&["map", "#max"]).as_deref(), Some("#max"));
        assert_eq!(object(&["_maxListeners", "maxSockets", "maximal", "entries"]), None);
        assert_eq!(object(&[]), None);
    }
}
