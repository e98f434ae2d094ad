//! Whose bytes storage counts as: arrays and hidden objects that one object alone leads to, directly or through others of their kind, are
//! that object's, as in the core's graphs. Found out on the way, as links are asked for: 4 bytes for each of them, and 2 bits a node.

use super::walk::SYNTHETIC;
use leakguard_core::graph::NodeIx;

/// Of what has no owner yet, and of what has several.
const NOBODY: u32 = u32::MAX;
const SEVERAL: u32 = u32::MAX - 1;

/// The owner of each node that is storage.
#[derive(Default)]
pub struct Owners {
    /// By node: is it storage?
    bits: Vec<u64>,
    /// How many are before each 64 of them.
    before: Vec<u32>,
    /// By place among those.
    by_place: Vec<u32>,
    /// Nodes whose owner changed after others were told of it.
    changed: Vec<NodeIx>,
}

impl Owners {
    /// For so many nodes, none of them storage yet.
    pub fn new(nodes: usize) -> Self {
        Self { bits: vec![0; nodes.div_ceil(64)], ..Self::default() }
    }

    /// The node is storage. For all before the first owner is told.
    pub fn put(&mut self, node: u32) {
        self.bits[node as usize / 64] |= 1 << (node % 64);
    }

    /// All storage is known.
    pub fn begin(&mut self) {
        let sum = |sum: &mut u32, bits: &u64| Some(std::mem::replace(sum, *sum + bits.count_ones()));
        self.before = self.bits.iter().scan(0, sum).collect();
        let count: u32 = self.bits.iter().map(|bits| bits.count_ones()).sum();
        self.by_place = vec![NOBODY; count as usize];
    }

    #[inline]
    fn place(&self, node: NodeIx) -> Option<usize> {
        let (word, bit) = (node.0 as usize / 64, 1 << (node.0 % 64));
        let bits = *self.bits.get(word)?;
        if bits & bit == 0 {
            return None;
        }
        Some((self.before[word] + (bits & (bit - 1)).count_ones()) as usize)
    }

    /// Who owns what this node leads to: itself, or where it is storage its owner.
    #[inline]
    pub fn of_links(&self, node: NodeIx) -> u32 {
        self.place(node).map_or(node.0, |place| self.by_place[place])
    }

    /// What a link leads to belongs to this one, or to several.
    #[inline]
    pub fn claim(&mut self, node: NodeIx, from: u32) {
        let Some(place) = self.place(node) else { return };
        let owner = &mut self.by_place[place];
        if *owner == from || *owner == SEVERAL || from == NOBODY {
            return;
        }
        if *owner == NOBODY && from != SEVERAL {
            *owner = from;
            return;
        }
        *owner = SEVERAL;
        self.changed.push(node);
    }

    /// Belongs to several, whoever else leads to it.
    pub fn share(&mut self, node: NodeIx) {
        self.claim(node, SEVERAL);
    }

    /// One whose links have to be told again.
    pub fn next_changed(&mut self) -> Option<NodeIx> {
        self.changed.pop()
    }

    /// Nodes that count as another's, with that one. The root's and its parts' own nothing.
    pub fn owned(self) -> impl Iterator<Item = (NodeIx, NodeIx)> {
        let Self { bits, by_place, .. } = self;
        let nodes = (0u32..)
            .zip(bits)
            .flat_map(|(word, bits)| (0..64).filter(move |at| bits >> at & 1 == 1).map(move |at| word * 64 + at));
        nodes
            .zip(by_place)
            .filter(|(_, owner)| (SYNTHETIC..SEVERAL).contains(owner))
            .map(|(node, owner)| (NodeIx(node), NodeIx(owner)))
    }
}

#[cfg(test)]
mod tests {
    use super::Owners;
    use leakguard_core::graph::NodeIx;

    #[test]
    fn one_owner_alone_owns() {
        let mut owners = Owners::new(200);
        for node in [20, 63, 64, 130, 131] {
            owners.put(node);
        }
        owners.begin();
        let told = |owners: &mut Owners, from: u32, to: u32| {
            let from = owners.of_links(NodeIx(from));
            owners.claim(NodeIx(to), from);
        };
        told(&mut owners, 100, 20);
        told(&mut owners, 20, 63);
        told(&mut owners, 100, 63);
        told(&mut owners, 3, 64);
        told(&mut owners, 100, 130);
        told(&mut owners, 130, 131);
        told(&mut owners, 101, 130);
        told(&mut owners, 100, 99);
        assert_eq!(owners.next_changed(), Some(NodeIx(130)));
        told(&mut owners, 130, 131);
        assert_eq!((owners.next_changed(), owners.next_changed()), (Some(NodeIx(131)), None));
        let owned: Vec<_> = owners.owned().collect();
        assert_eq!(owned, [(NodeIx(20), NodeIx(100)), (NodeIx(63), NodeIx(100))]);
    }
}
