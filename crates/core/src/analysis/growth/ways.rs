//! The ends of the cheapest ways, while they are looked for and when they are found: 8 bytes a node.

use super::signatures::NOISE;
use super::steps::Label;
use crate::graph::NodeIx;
use rustc_hash::FxHashMap;

/// The signature of a node that no strong way leads to.
pub(super) const NONE: u32 = u32::MAX;
/// More than any edge costs.
pub(super) const RING: usize = 256;

/// The end of the cheapest way to a node: together, for one is seldom asked alone.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// What it costs, but for multiples of [`RING`], in the high bits; then what is known of the node itself. Below, until the node is
    /// settled, which of [`Ends`] it is; then the node's own signature.
    end: u32,
    /// What it is followed back by.
    pub(super) via: u32,
}

impl Way {
    const BITS: u32 = 21;
    const NUMBER: u32 = (1 << Self::BITS) - 1;
    const LEAF: u32 = 1 << Self::BITS;
    const EXTRA: u32 = Self::BITS + 1;
    const COST: u32 = Self::EXTRA + 2;
    /// What steps cost that are frequent, beside what their links cost; the last is any other.
    const EXTRAS: [Option<u32>; 4] = [Some(0), Some(6), Some(24), None];

    /// None yet, to a node that leads nowhere or not, and to which a step costs so much more.
    #[inline]
    pub(super) fn unseen(is_leaf: bool, extra: u32) -> Self {
        let extra = match extra {
            0 => 0,
            6 => 1,
            24 => 2,
            _ => 3,
        };
        Self { end: Self::NUMBER | if is_leaf { Self::LEAF } else { 0 } | extra << Self::EXTRA, via: 0 }
    }

    /// Another one to the same node.
    #[inline]
    pub(super) fn with(self, cost: u32, end: u32, via: u32) -> Self {
        let known = self.end & (Self::LEAF | 3 << Self::EXTRA);
        Self { end: cost << Self::COST | known | end, via }
    }

    #[inline]
    pub(super) fn is_seen(self) -> bool {
        self.number() != Self::NUMBER
    }

    /// The signature, or which end it is.
    #[inline]
    pub(super) fn number(self) -> u32 {
        self.end & Self::NUMBER
    }

    /// Within a turn of the ring.
    #[inline]
    pub(super) fn cost(self) -> u32 {
        self.end >> Self::COST
    }

    /// Does the node lead nowhere?
    #[inline]
    pub(super) fn is_leaf(self) -> bool {
        self.end & Self::LEAF != 0
    }

    /// What a step to the node costs beside what its link costs; `None`: the heap has to be asked.
    #[inline]
    pub(super) fn extra(self) -> Option<u32> {
        Self::EXTRAS[(self.end >> Self::EXTRA & 3) as usize]
    }
}

const _: () = assert!(RING == 1 << (u32::BITS - Way::COST), "what a way costs has the bits above");

/// How ways end: a signature and the name of the step behind it, each pair once.
pub(super) struct Ends {
    all: Vec<(u32, Label)>,
    known: FxHashMap<(u32, Label), u32>,
    late: Box<[((u32, Label), u32)]>,
}

impl Ends {
    /// Places for those of late, a power of two.
    const LATE: usize = 256;
    /// Signatures that there may be.
    pub(super) const SIGNATURES: usize = 1 << 18;
    /// Of more, names are not told apart: each signature has room for one end beyond.
    const MOST: usize = Way::NUMBER as usize - 1 - Self::SIGNATURES;
    pub(super) const NOISE: u32 = 0;

    pub(super) fn new() -> Self {
        let nothing = ((NONE, Label::NOTHING), Self::NOISE);
        let late = vec![nothing; Self::LATE].into_boxed_slice();
        Self { all: vec![(NOISE, Label::NOTHING)], known: FxHashMap::default(), late }
    }

    #[inline]
    pub(super) fn number(&mut self, signature: u32, label: Label) -> u32 {
        let key = (signature, label);
        let place = (signature.wrapping_mul(31) ^ label.number().wrapping_mul(0x9e37_79b1) >> 16) as usize % Self::LATE;
        let late = self.late[place];
        if late.0 == key {
            return late.1;
        }
        let number = match self.known.get(&key) {
            Some(&known) => known,
            None if self.all.len() >= Self::MOST && label != Label::ELEMENT => {
                return self.number(signature, Label::ELEMENT);
            }
            None => {
                self.all.push(key);
                let number = self.all.len() as u32 - 1;
                self.known.insert(key, number);
                number
            }
        };
        self.late[place] = (key, number);
        number
    }

    /// The signature and the name behind it.
    #[inline]
    pub(super) fn of(&self, way: Way) -> (u32, Label) {
        self.all[way.number() as usize]
    }
}

/// The end of the way to every node.
pub(super) struct Ways(pub(super) Vec<Way>);

impl Ways {
    /// The ways of some nodes of a small heap: the signature of each, and what its way is followed back by.
    pub(super) fn of(ends: impl Iterator<Item = Option<(u32, u32)>>) -> Self {
        let unseen = Way::unseen(false, 0);
        Self(ends.map(|end| end.map_or(unseen, |(signature, via)| unseen.with(0, signature, via))).collect())
    }

    /// The node's signature, or [`NONE`].
    #[inline]
    pub(super) fn signature(&self, node: NodeIx) -> u32 {
        let way = self.0[node.at()];
        if way.is_seen() { way.number() } else { NONE }
    }

    /// What the way to the node is followed back by.
    #[inline]
    pub(super) fn via(&self, node: NodeIx) -> Option<u32> {
        let way = self.0[node.at()];
        (way.is_seen() && node != NodeIx::ROOT).then_some(way.via)
    }
}

#[cfg(test)]
mod tests {
    use super::super::steps::Label;
    use super::{Ends, Way};

    #[test]
    fn of_too_many_names_the_signatures_stay() {
        let mut ends = Ends::new();
        let label = |at: usize| Label::named(at as u32);
        let numbers: Vec<u32> = (0..Ends::MOST - 1).map(|at| ends.number(7, label(at))).collect();
        assert!(numbers.iter().zip(1..).all(|(&number, nth)| number == nth), "each has its own");
        let more: Vec<u32> = (0..Ends::SIGNATURES as u32).map(|at| ends.number(at, label(Ends::MOST))).collect();
        let seen = |number: u32| Way::unseen(false, 6).with(200, number, 5);
        for (at, &number) in (0..).zip(&more) {
            let way = seen(number);
            assert!(way.is_seen() && ends.of(way) == (at, Label::ELEMENT));
            assert_eq!((way.cost(), way.extra(), way.is_leaf(), way.via), (200, Some(6), false, 5));
        }
        assert_eq!(ends.number(7, label(Ends::MOST + 1)), more[7]);
        assert_eq!(ends.number(7, label(3)), numbers[3]);
    }
}
