//! What ES modules export, of a heap that is no graph: as [`super::super::modules`] finds it in graphs.

use super::chart::targets;
use super::distant::Distant;
use super::terrain::LinkName;
use crate::graph::{NodeIx, NodeKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// By cell, the ES module that exports what is in it, and the name by which it does.
pub fn exports(on: &mut impl Distant, records: &[NodeIx]) -> FxHashMap<NodeIx, (NodeIx, String)> {
    let mut found: FxHashMap<NodeIx, (NodeIx, NodeIx, bool)> = FxHashMap::default();
    for &record in records {
        let lists: Vec<_> = targets(on, record).into_iter().map(|(list, _)| list).collect();
        let lists: Vec<_> = lists.into_iter().filter(|&list| on.node(list).kind == NodeKind::ARRAY).collect();
        // Its own variables are in a list of cells too; what it passes on from other modules is not.
        let mut own = FxHashSet::default();
        for &list in &lists {
            let cells = targets(on, list);
            if cells.iter().all(|&(cell, _)| is_cell(on, cell)) {
                own.extend(cells.into_iter().map(|(cell, _)| cell));
            }
        }
        for list in lists {
            let mut before = None;
            for (to, called) in targets(on, list) {
                let Some(index) = index(on, called) else { continue };
                if let Some((name, _)) = before.filter(|&(_, place)| place + 1 == index)
                    && is_cell(on, to)
                {
                    let is_own = own.contains(&to);
                    let kept = found.entry(to).or_insert((record, name, is_own));
                    if is_own && !kept.2 {
                        *kept = (record, name, is_own);
                    }
                }
                before = on.node(to).kind.is_string().then_some((to, index));
            }
        }
    }
    let text = |on: &mut _, name| String::from_utf8_lossy(&Distant::text(on, name)).into_owned();
    found.into_iter().map(|(cell, (record, name, _))| (cell, (record, text(on, name)))).collect()
}

fn is_cell(on: &mut impl Distant, node: NodeIx) -> bool {
    let what = on.node(node);
    what.kind == NodeKind::HIDDEN && on.texts().raw(what.name) == b"system / Cell"
}

/// The place in a list of what a link leads to.
fn index(on: &impl Distant, called: LinkName) -> Option<u32> {
    if called.kind.is_indexed() { Some(called.name) } else { on.texts().get(called.name).parse().ok() }
}
