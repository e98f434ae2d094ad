//! What is known of a heap before it is known who holds what: told to those who wait for the rest.

use super::classes::Class;
use super::sorter::Sorter;
use super::versions::versions;
use crate::graph::Graph;
use crate::{Error, HeapFigures, Outline, Sum, SumRow, Watch};

/// Classes that are told.
const CLASSES: usize = 100;
/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;

/// What is known without the dominator tree.
pub(super) fn outline(graph: &Graph, watch: &Watch) -> Result<Outline, Error> {
    let (classes, class_count) = by_own_size(graph, CLASSES, watch)?;
    Ok(Outline { heap: HeapFigures::new(graph, graph.total_size(), versions(graph)), classes, class_count })
}

/// Classes by name alone, those first whose objects take most themselves: the first `top`, and how many there are.
fn by_own_size(graph: &Graph, top: usize, watch: &Watch) -> Result<(Vec<SumRow>, u64), Error> {
    let mut sorter = Sorter::default();
    for node in graph.nodes() {
        if node.at().is_multiple_of(STRIDE) {
            watch.check()?;
        }
        let size = graph.self_size(node);
        if size > 0 {
            let class = Sorter::of(graph, node, None, &mut sorter);
            sorter.count(class, 1, size);
        }
    }
    let mut rows = sorter.rows();
    rows.retain(|class| class.count > 0);
    let count = rows.len() as u64;
    rows.sort_by_key(|class| std::cmp::Reverse((class.shallow, class.count)));
    rows.truncate(top);
    let row = |class: Class| SumRow {
        name: class.name(graph.strings()).into_owned(),
        sum: Sum { count: class.count, size: class.shallow },
    };
    Ok((rows.into_iter().map(row).collect(), count))
}
