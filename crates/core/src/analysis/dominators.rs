//! Immediate dominators of all nodes over owning edges: semi-NCA on depth-first numbers.
//!
//! A node hangs from the last node that every way from the root to it passes. Nodes that only weak edges reach hang from
//! the root and start walks of their own; what is unreached even then (cycles without an owner) hangs from the root and
//! decides nothing. O(E log N) at worst, near linear on heaps; about 24 bytes a node and 6 an owning edge while it runs.
//!
//! Memory decides the speed, its first touch above all. So nothing is looked up out of order that need not be: the walk
//! knows what it met by a bit a node, which stays in the cache, and lays down the edges that are not of its tree by the
//! stretch of nodes they lead to; each stretch is then sorted by node within the cache, in place.
//!
//! Loukas Georgiadis: Linear-Time Algorithms for Dominators and Related Problems, 2005, section 2.2.

mod owners;
mod walk;

use super::ownership::Stretches;
use super::prepared::{Prepared, zeros};
use crate::graph::{Edge, Graph, NodeIx};
use crate::{Error, Watch};
use owners::Owners;
use walk::Walked;

pub(crate) use walk::Numbers;

/// The dominator tree in the order of depth-first numbers: a node's dominator always has a smaller number.
pub(crate) struct Numbered {
    /// Number to node.
    pub(crate) order: Vec<NodeIx>,
    /// Number to the dominator's number; 0 for the root itself.
    pub(crate) idom: Vec<u32>,
    /// Memory to use again, for a number a node each; what stands in it says nothing.
    pub(crate) spare: [Vec<u32>; 2],
    /// The same of twice the width.
    pub(crate) spare_wide: Vec<u64>,
}

/// Columns that are needed when all is walked.
pub(crate) struct Room {
    semi: Vec<u32>,
    links: Vec<u64>,
}

impl Room {
    pub(crate) fn new(nodes: usize) -> Self {
        Self { semi: zeros(nodes), links: zeros(nodes) }
    }
}

/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;
/// How many nodes ahead reads begin.
const AHEAD: usize = 32;

/// Dominators of every node. `edges` are the graph's, of which those that own are marked; `stretches` are those of the owning ones; `room` is taken
/// when all is walked.
pub(crate) fn dominators(
    graph: &Graph,
    edges: &[Edge],
    stretches: &Stretches,
    numbers: Numbers,
    room: &Prepared<Room>,
    watch: &Watch,
) -> Result<Numbered, Error> {
    let nodes = graph.node_count();
    let Walked { order, parent, crosses } = walk::walk(graph, edges, stretches, numbers, watch)?;
    let owners = Owners::sorted(crosses, nodes, watch)?;
    semi_nca(order, owners, parent, room.take(|| Room::new(nodes)), watch)
}

/// A number's link in the forest of those that were looked at, in one word, so that one cache miss brings both: the
/// parent, or a farther ancestor once the way was shortened; and the least semidominator from here up to, and without,
/// that ancestor.
#[inline]
fn link(ancestor: u32, label: u32) -> u64 {
    u64::from(ancestor) << 32 | u64::from(label)
}

#[inline]
fn ancestor(link: u64) -> u32 {
    (link >> 32) as u32
}

#[inline]
fn label(link: u64) -> u32 {
    link as u32
}

/// `parent` is the depth-first tree of the nodes that were reached, which `order` begins with.
#[inline(never)]
fn semi_nca(
    order: Vec<NodeIx>,
    owners: Owners,
    parent: Vec<u32>,
    room: Room,
    watch: &Watch,
) -> Result<Numbered, Error> {
    let count = parent.len();
    let mut idom = parent;
    let Room { mut semi, mut links } = room;
    for ((link_of, &parent), number) in links.iter_mut().zip(&idom).zip(0..) {
        *link_of = link(parent, number);
    }
    let mut path = Vec::new();
    // Where a node's owners stand is read well before they are needed, so that the reads overlap.
    let stretch = |w: usize| {
        let (from, to) = owners.of(order[w]);
        (from, to, if from < to { owners.numbers[to as usize - 1] } else { 0 })
    };
    let mut ahead = [(0, 0, 0); AHEAD];
    for w in (1..count).rev().take(AHEAD) {
        ahead[w % AHEAD] = stretch(w);
    }
    for w in (1..count).rev() {
        if w.is_multiple_of(STRIDE) {
            watch.check()?;
        }
        let mut least = idom[w];
        let (from, to, _) = ahead[w % AHEAD];
        if w > AHEAD {
            ahead[w % AHEAD] = stretch(w - AHEAD);
        }
        // From the last owner on: what many own, such as the shapes of objects, is mostly owned by V8's roots as well, which
        // the walk meets late and which settle it: nothing is below the root.
        for &owner in owners.numbers[from as usize..to as usize].iter().rev() {
            let candidate = if owner as usize <= w { owner } else { lowest(owner, w as u32, &mut links, &mut path) };
            least = least.min(candidate);
            if least == 0 {
                break;
            }
        }
        semi[w] = least;
        links[w] = link(ancestor(links[w]), least);
    }
    let Owners { first, numbers } = owners;
    drop(numbers);
    // Each dominator is the nearest one above that is not past the semidominator. Steps up the tree go by jumps where they
    // can (a link's ancestor is a jump now, its label the depth), so that a deep tree costs log N a node, not N.
    links[0] = link(0, 0);
    for w in 1..count {
        if w.is_multiple_of(STRIDE) {
            watch.check()?;
        }
        let mut above = idom[w];
        while above > semi[w] {
            let jump = ancestor(links[above as usize]);
            above = if jump > semi[w] { jump } else { idom[above as usize] };
        }
        idom[w] = above;
        let (jump, depth) = (ancestor(links[above as usize]), label(links[above as usize]));
        let (farther, jump_depth) = (ancestor(links[jump as usize]), label(links[jump as usize]));
        let level = depth - jump_depth == jump_depth - label(links[farther as usize]);
        links[w] = link(if level { farther } else { above }, depth + 1);
    }
    idom.resize(order.len(), 0);
    Ok(Numbered { order, idom, spare: [semi, first], spare_wide: links })
}

/// The least semidominator on the way from `v` up to, and without, the first number at or below `w`; shortens the way.
#[inline]
fn lowest(v: u32, w: u32, links: &mut [u64], path: &mut Vec<u32>) -> u32 {
    let mut top = links[v as usize];
    if ancestor(top) <= w {
        return label(top);
    }
    let mut at = v;
    while ancestor(top) > w {
        path.push(at);
        at = ancestor(top);
        top = links[at as usize];
    }
    // Back down: each link on the way leads to the top's ancestor now, with the least label from there.
    let above = ancestor(top);
    let mut least = label(top);
    while let Some(below) = path.pop() {
        least = least.min(label(links[below as usize]));
        links[below as usize] = link(above, least);
    }
    least
}

#[cfg(test)]
mod tests {
    use super::super::ownership::STRETCH;
    use super::*;
    use crate::graph::{EdgeKind, NodeKind};
    use crate::testing::SnapshotBuilder;

    /// A small generator of numbers; the seed says all.
    fn random(seed: &mut u64) -> usize {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as usize
    }

    fn stretches(graph: &Graph) -> Stretches {
        let mut counts = vec![0; graph.node_count().div_ceil(STRETCH)];
        for edge in graph.edges.iter().filter(|edge| edge.owns()) {
            counts[edge.target().at() / STRETCH] += 1;
        }
        counts
    }

    fn from_scratch(graph: &Graph) -> Result<Numbered, Error> {
        let numbers = Numbers::new(graph.node_count());
        dominators(graph, &graph.edges, &stretches(graph), numbers, &Prepared::new(), &Watch::default())
    }

    /// Ten obvious lines: a node's dominators are those without which it is not reached; the immediate one is the one
    /// that all others dominate.
    fn plain(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
        let reached = |without: usize| {
            let mut seen = vec![false; nodes];
            let orphan = |node: usize| node != 0 && !edges.iter().any(|&(from, to)| to == node && from != node);
            let mut stack: Vec<_> = (0..nodes).filter(|&node| node == 0 || orphan(node)).collect();
            while let Some(node) = stack.pop() {
                if node != without && !std::mem::replace(&mut seen[node], true) {
                    stack.extend(edges.iter().filter(|edge| edge.0 == node).map(|edge| edge.1));
                }
            }
            seen
        };
        let all = reached(usize::MAX);
        let without: Vec<_> = (0..nodes).map(reached).collect();
        let dominators = |node: usize| {
            (1..nodes).filter(|&above| above != node && all[above] && !without[above][node]).collect::<Vec<_>>()
        };
        let idom = |node: usize| dominators(node).into_iter().max_by_key(|&above| dominators(above).len()).unwrap_or(0);
        (0..nodes).map(|node| if all[node] && node != 0 { idom(node) } else { 0 }).collect()
    }

    #[test]
    fn agrees_with_the_definition_on_two_thousand_random_graphs() {
        for first_seed in 0..2000u64 {
            let mut seed = first_seed;
            let nodes = 2 + random(&mut seed) % 12;
            let edges: Vec<_> = (0..random(&mut seed) % (nodes * 3))
                .map(|_| (random(&mut seed) % nodes, random(&mut seed) % nodes))
                .collect();
            let mut builder = SnapshotBuilder::new();
            for node in 1..nodes {
                builder = builder.node(&node.to_string(), NodeKind::OBJECT, "Thing", 1);
            }
            let label = |node: usize| if node == 0 { "root".to_owned() } else { node.to_string() };
            for &(from, to) in &edges {
                builder = builder.edge(&label(from), EdgeKind::Property, "next", &label(to));
            }
            let mut graph = builder.build();
            for node in graph.nodes() {
                for at in graph.edge_range(node) {
                    let own = graph.edges[at].target() != node;
                    graph.edges[at].set_owns(own);
                }
            }
            let Numbered { order, idom, .. } = from_scratch(&graph).expect("nobody cancels");
            let mut found = vec![usize::MAX; nodes];
            for (number, node) in order.iter().enumerate() {
                found[node.at()] = order[idom[number] as usize].at();
            }
            assert_eq!(found, plain(nodes, &edges), "seed {first_seed}: {nodes} nodes, {edges:?}");
        }
    }

    #[test]
    fn a_long_way_with_many_short_cuts_to_its_end_is_no_square() {
        // 1 → 2 → … → m, and from both ends to each of m others: their dominator is far up, at 1.
        let many = 100_000u32;
        let mut graph = Graph::default();
        graph.first_edge.push(0);
        let mut node = |targets: &mut dyn Iterator<Item = u32>| {
            graph.kinds.push(NodeKind::OBJECT.number());
            for target in targets {
                let mut edge = Edge::new(EdgeKind::Property, target);
                edge.set_owns(true);
                graph.edges.push(edge);
            }
            graph.first_edge.push(graph.edges.len() as u32);
        };
        node(&mut std::iter::once(1));
        node(&mut std::iter::once(2).chain(many + 1..2 * many));
        for at in 2..many {
            node(&mut std::iter::once(at + 1));
        }
        node(&mut (many + 1..2 * many));
        for _ in many + 1..2 * many {
            node(&mut std::iter::empty());
        }
        let Numbered { order, idom, .. } = from_scratch(&graph).expect("nobody cancels");
        for (number, node) in order.iter().enumerate().filter(|(_, node)| node.0 > many) {
            assert_eq!(order[idom[number] as usize], NodeIx(1), "of {node:?}");
        }
    }
}
