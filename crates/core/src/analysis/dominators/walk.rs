//! The walk over owning edges, depth first: numbers to nodes, the tree that it makes, and the edges that are not of the tree.

use super::super::ownership::Stretches;
use super::super::prepared::zeros;
use super::owners::Crosses;
use crate::bits::Bits;
use crate::graph::{Edge, Graph, NodeIx};
use crate::{Error, Watch};

/// Nodes between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;

/// Columns that the walk fills.
pub(crate) struct Numbers {
    /// Number to node.
    order: Vec<NodeIx>,
    /// Number to the parent's number.
    parent: Vec<u32>,
}

impl Numbers {
    pub(crate) fn new(nodes: usize) -> Self {
        let (mut order, mut parent) = (vec![NodeIx::ROOT; nodes], zeros(nodes));
        // Their memory was touched, which is what takes long.
        order.clear();
        parent.clear();
        Self { order, parent }
    }
}

/// What the walk found.
pub(super) struct Walked {
    /// Number to node; those that were not reached come last.
    pub(super) order: Vec<NodeIx>,
    /// Number to the parent's number, of those that were reached.
    pub(super) parent: Vec<u32>,
    pub(super) crosses: Crosses,
}

struct Walk<'a> {
    graph: &'a Graph,
    edges: &'a [Edge],
    watch: &'a Watch,
    met: Bits,
    order: Vec<NodeIx>,
    parent: Vec<u32>,
    crosses: Crosses,
    stack: Vec<Step>,
}

/// An edge that is still to be followed.
struct Step {
    node: NodeIx,
    /// The source's number.
    owner: u32,
    /// Where the node's own edges stand: read early, so that reads overlap.
    first: u32,
    end: u32,
}

impl Step {
    fn to(node: NodeIx, owner: u32, graph: &Graph) -> Self {
        Self { node, owner, first: graph.first_edge[node.at()], end: graph.first_edge[node.at() + 1] }
    }
}

/// Walks from the root, then from those that hang from it because nothing owns them.
pub(super) fn walk(
    graph: &Graph,
    edges: &[Edge],
    stretches: &Stretches,
    numbers: Numbers,
    watch: &Watch,
) -> Result<Walked, Error> {
    let nodes = graph.node_count();
    let Numbers { order, parent } = numbers;
    let mut walk = Walk {
        graph,
        edges,
        watch,
        met: Bits::new(nodes),
        order,
        parent,
        crosses: Crosses::new(stretches),
        stack: Vec::new(),
    };
    walk.from(NodeIx::ROOT)?;
    if walk.order.len() < nodes {
        for orphan in walk.orphans() {
            walk.from(orphan)?;
        }
    }
    if walk.order.len() < nodes {
        let unmet = graph.nodes().filter(|node| !walk.met.has(node.0));
        walk.order.extend(unmet);
    }
    let Walk { order, parent, crosses, .. } = walk;
    Ok(Walked { order, parent, crosses })
}

impl Walk<'_> {
    /// Numbers what is reached from `start` and has no number yet, depth first.
    fn from(&mut self, start: NodeIx) -> Result<(), Error> {
        let edges = self.edges;
        let mut visited = 0usize;
        // An orphan's parent is the root, and so is the root's.
        self.stack.push(Step::to(start, 0, self.graph));
        while let Some(Step { node, owner, first, end }) = self.stack.pop() {
            if !self.met.insert(node.0) {
                self.crosses.push(node, owner);
                continue;
            }
            let number = self.order.len() as u32;
            visited += 1;
            if visited.is_multiple_of(STRIDE) {
                self.watch.check()?;
            }
            self.order.push(node);
            self.parent.push(owner);
            for edge in edges[first as usize..end as usize].iter().rev().filter(|edge| edge.owns()) {
                let target = edge.target();
                if self.met.has(target.0) {
                    self.crosses.push(target, number);
                    continue;
                }
                let step = Step::to(target, number, self.graph);
                if step.first < step.end {
                    self.stack.push(step);
                } else {
                    // Nothing below it, so its turn may as well be now.
                    self.met.insert(target.0);
                    self.order.push(target);
                    self.parent.push(number);
                }
            }
        }
        Ok(())
    }

    /// Nodes without a number that no owning edge leads to.
    fn orphans(&self) -> Vec<NodeIx> {
        let unmet = |node: &NodeIx| !self.met.has(node.0);
        let mut owned = Bits::new(self.graph.node_count());
        for node in self.graph.nodes().filter(unmet) {
            for edge in self.edges[self.graph.edge_range(node)].iter().filter(|edge| edge.owns()) {
                owned.insert(edge.target().0);
            }
        }
        self.graph.nodes().filter(unmet).filter(|node| !owned.has(node.0)).collect()
    }
}
