//! Places in the order of their nodes: put so while the strings, which come behind them, are read.

use crate::bits::Bits;
use crate::graph::{NodeIx, Place};
use std::sync::mpsc::channel;
use std::thread::{Builder, JoinHandle};

/// Fewer are sorted at once: that takes less than a thread.
const FEW: u32 = 4096;

type Placed = Vec<(NodeIx, Place)>;

/// Places that are being put in order.
pub(super) enum Places {
    Ordered(Placed),
    Sorting(JoinHandle<Placed>),
}

impl Places {
    /// Begins to put those of so many nodes in order.
    pub(super) fn order(places: Placed, nodes: usize) -> Self {
        if places.is_sorted_by(|a, b| a.0 < b.0) {
            return Self::Ordered(places);
        }
        if places.len() > FEW as usize {
            let (give, take) = channel::<Placed>();
            let sort = move || take.recv().map(|places| ordered(&places, nodes)).unwrap_or_default();
            if let Ok(thread) = Builder::new().name("leakguard-parse".to_owned()).spawn(sort) {
                return match give.send(places) {
                    Ok(()) => Self::Sorting(thread),
                    Err(places) => Self::Ordered(ordered(&places.0, nodes)),
                };
            }
        }
        Self::Ordered(ordered(&places, nodes))
    }

    /// The places, when they are in order.
    pub(super) fn take(self) -> Placed {
        match self {
            Self::Ordered(places) => places,
            Self::Sorting(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        }
    }
}

/// Of two places for one node the later one counts.
fn ordered(places: &Placed, nodes: usize) -> Placed {
    let mut have = Bits::new(nodes);
    for (node, _) in places {
        have.insert(node.0);
    }
    have.in_order(places, |(node, _)| node.0)
}

#[cfg(test)]
mod tests {
    use super::{FEW, Places};
    use crate::graph::{NodeIx, Place};

    #[test]
    fn few_and_many_come_in_order_and_the_later_of_two_counts() {
        for count in [10, 2 * FEW] {
            let place = |at: u32, line: u32| (NodeIx(at), Place { script: 1, line, column: 0 });
            let given: Vec<_> = (0..count).rev().map(|at| place(at, 0)).chain([place(3, 7)]).collect();
            let want: Vec<_> = (0..count).map(|at| place(at, if at == 3 { 7 } else { 0 })).collect();
            assert_eq!(Places::order(given, count as usize).take(), want);
            assert_eq!(Places::order(want.clone(), count as usize).take(), want);
        }
    }
}
