//! The owners of each node beside its parent in the walk's tree: laid down by the stretch of nodes that they own, then sorted.

use super::super::ownership::{STRETCH, Stretches};
use super::super::side_by_side;
use crate::graph::NodeIx;
use crate::{Error, Watch};

/// Edges that are not of the walk's tree, by the stretch they lead to: each has room for all that lead there.
pub(super) struct Crosses {
    /// The target's place in its stretch.
    targets: Vec<u16>,
    /// The source's number.
    owners: Vec<u32>,
    /// Where each stretch's room begins, and the last one's ends.
    room: Vec<usize>,
    /// Where each stretch's edges end.
    end: Vec<usize>,
}

impl Crosses {
    pub(super) fn new(stretches: &Stretches) -> Self {
        let mut room = vec![0];
        let mut total = 0;
        for &edges in stretches {
            total += edges as usize;
            room.push(total);
        }
        let end = room[..room.len() - 1].to_vec();
        // Zeros from the system: what is never written costs nothing.
        Self { targets: vec![0; total], owners: vec![0; total], room, end }
    }

    #[inline]
    pub(super) fn push(&mut self, target: NodeIx, owner: u32) {
        let end = &mut self.end[target.at() / STRETCH];
        self.targets[*end] = target.0 as u16;
        self.owners[*end] = owner;
        *end += 1;
    }
}

/// The numbers of the owners of each node, without the parent in the walk's tree.
pub(super) struct Owners {
    /// A node's begin at its own place, and end where the next place says: see [`Owners::place`].
    pub(super) first: Vec<u32>,
    pub(super) numbers: Vec<u32>,
}

impl Owners {
    /// A stretch has one place more than nodes.
    #[inline]
    fn place(node: NodeIx) -> usize {
        node.at() + node.at() / STRETCH
    }

    #[inline(never)]
    pub(super) fn sorted(crosses: Crosses, nodes: usize, watch: &Watch) -> Result<Self, Error> {
        let Crosses { targets, owners: mut numbers, room, end } = crosses;
        let mut first = vec![0; nodes + end.len()];
        let filled = |stretch: usize| end[stretch] - room[stretch];
        let total: usize = (0..end.len()).map(filled).sum();
        // Two halves of about as many edges.
        let (mut split, mut below) = (0, 0);
        while below < total / 2 {
            below += filled(split);
            split += 1;
        }
        let places = (split * (STRETCH + 1)).min(first.len());
        let (low_first, high_first) = first.split_at_mut(places);
        let (low, high) = numbers.split_at_mut(room[split]);
        side_by_side(
            || sort(&targets, low, &room[..=split], &end[..split], low_first, watch),
            || sort(&targets, high, &room[split..], &end[split..], high_first, watch),
        )?;
        Ok(Self { first, numbers })
    }

    pub(super) fn of(&self, node: NodeIx) -> (u32, u32) {
        let place = Self::place(node);
        (self.first[place], self.first[place + 1])
    }
}

/// Sorts the owners of some stretches by node, in place, each node's in the order of their numbers, in which they are
/// looked up. `owners` begins with the first stretch's room; `targets`, `room` and `end` count from the start of all.
fn sort(
    targets: &[u16],
    owners: &mut [u32],
    room: &[usize],
    end: &[usize],
    first: &mut [u32],
    watch: &Watch,
) -> Result<(), Error> {
    let mut unsorted: Vec<u32> = Vec::new();
    let mut cursors = vec![0u32; STRETCH];
    for ((&from, &to), first) in room.iter().zip(end).zip(first.chunks_mut(STRETCH + 1)) {
        watch.check()?;
        let targets = &targets[from..to];
        let owners = &mut owners[from - room[0]..to - room[0]];
        unsorted.clear();
        unsorted.extend_from_slice(owners);
        cursors.fill(0);
        for &target in targets {
            cursors[usize::from(target)] += 1;
        }
        let Some((last, first)) = first.split_last_mut() else { continue };
        *last = to as u32;
        let mut at = 0;
        for (cursor, first) in cursors.iter_mut().zip(first) {
            *first = from as u32 + at;
            at += std::mem::replace(cursor, at);
        }
        for (&target, &owner) in targets.iter().zip(&unsorted) {
            let cursor = &mut cursors[usize::from(target)];
            owners[*cursor as usize] = owner;
            *cursor += 1;
        }
    }
    Ok(())
}
