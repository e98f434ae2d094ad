//! Nodes and edges by name, where parts of the report begin: found in one look at each name.

use crate::graph::{EdgeIx, EdgeKind, Graph, NodeIx, NodeKind};

/// The index of no text.
const NONE: u32 = u32::MAX;

/// What there is, each in the order of the columns.
#[derive(Default)]
pub(super) struct Landmarks {
    /// Objects called `process`.
    pub(super) processes: Vec<NodeIx>,
    /// Objects called `Generator`: calls of async functions as V8 names them, and generators without a class of their own.
    pub(super) generators: Vec<NodeIx>,
    /// Node's lists of timers.
    pub(super) timer_lists: Vec<NodeIx>,
    /// What `setTimeout` and `setInterval` make.
    pub(super) timeouts: Vec<NodeIx>,
    /// What `setImmediate` makes.
    pub(super) immediates: Vec<NodeIx>,
    /// Contexts with a global object of their own: the main one, and those of `node:vm`.
    pub(super) contexts: Vec<NodeIx>,
    /// Properties `_events`, behind the emitters that have them.
    pub(super) of_emitters: Vec<(NodeIx, EdgeIx)>,
    /// Properties `<symbol kEvents>`, behind the event targets that have them.
    pub(super) of_targets: Vec<(NodeIx, EdgeIx)>,
}

impl Landmarks {
    #[inline(never)]
    pub(super) fn find(graph: &Graph) -> Self {
        let texts: [&[u8]; 8] = [
            b"_events",
            b"<symbol kEvents>",
            b"process",
            b"Generator",
            b"TimersList",
            b"Timeout",
            b"Immediate",
            b"system / NativeContext",
        ];
        let indexes = graph.strings().find_all(texts).map(|found| found.first().copied().unwrap_or(NONE));
        let [of_emitters, of_targets, objects @ ..] = indexes;
        let mut found = Self::default();
        each(&graph.names, objects, |at, which| {
            let node = NodeIx(at as u32);
            match (graph.kind(node), which) {
                (NodeKind::OBJECT, 0) => found.processes.push(node),
                (NodeKind::OBJECT, 1) => found.generators.push(node),
                (NodeKind::OBJECT, 2) => found.timer_lists.push(node),
                (NodeKind::OBJECT, 3) => found.timeouts.push(node),
                (NodeKind::OBJECT, 4) => found.immediates.push(node),
                (NodeKind::HIDDEN, 5) => found.contexts.push(node),
                _ => {}
            }
        });
        // The edges come in the order of the nodes that they leave, which are found by going on from the one before.
        let mut owner = 0;
        each(&graph.edge_names, [of_emitters, of_targets], |at, which| {
            if graph.edges[at].kind() == EdgeKind::Property {
                owner = last_below(&graph.first_edge, owner, at);
                let place = (NodeIx(owner as u32), EdgeIx(at as u32));
                if which == 0 { found.of_emitters.push(place) } else { found.of_targets.push(place) }
            }
        });
        found
    }
}

/// Calls `hit` with the place of each name that is one of `wanted`, and which one it is.
fn each<const N: usize>(names: &[u32], wanted: [u32; N], mut hit: impl FnMut(usize, usize)) {
    if wanted == [NONE; N] {
        return;
    }
    // Most stretches have none, which the processor tells for several names at once.
    for (stretch, names) in names.chunks(64).enumerate() {
        let count = |&name: &u32| wanted.iter().map(|&wanted| u32::from(wanted == name)).sum::<u32>();
        if names.iter().map(count).sum::<u32>() == 0 {
            continue;
        }
        for (nth, name) in names.iter().enumerate() {
            if let Some(which) = wanted.iter().position(|wanted| wanted == name) {
                hit(stretch * 64 + nth, which);
            }
        }
    }
}

/// The last place whose number is not above `most`; not before `from`, and best close behind it.
fn last_below(ascending: &[u32], from: usize, most: usize) -> usize {
    let rest = &ascending[from..];
    let mut step = 1;
    while rest.get(step).is_some_and(|&number| number as usize <= most) {
        step *= 2;
    }
    let near = &rest[..rest.len().min(step + 1)];
    from + near.partition_point(|&number| number as usize <= most) - 1
}

#[cfg(test)]
mod tests {
    use super::{each, last_below};

    #[test]
    fn finds_each_place_of_each_name() {
        let names: Vec<u32> = (0..500).map(|at| at % 97).collect();
        let mut found = Vec::new();
        each(&names, [96, 3], |at, which| found.push((at, which)));
        let want: Vec<_> = (0..500)
            .filter_map(|at| match at % 97 {
                96 => Some((at, 0)),
                3 => Some((at, 1)),
                _ => None,
            })
            .collect();
        assert_eq!(found, want);
    }

    #[test]
    fn finds_the_owner_past_those_without_edges() {
        let first = [0, 0, 2, 2, 2, 5, 9];
        let owners: Vec<usize> = (0..9).map(|edge| last_below(&first, 0, edge)).collect();
        assert_eq!(owners, [1, 1, 4, 4, 4, 5, 5, 5, 5]);
        assert_eq!(last_below(&first, 4, 8), 5);
    }
}
