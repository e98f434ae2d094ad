//! What a report says that follows from the graph alone: gathered on an idle thread, while the dominator tree is made.

use super::closures::Closures;
use super::duplicates::Candidates;
use super::emitters;
use super::emitters::List;
use super::landmarks::Landmarks;
use super::realms::Realms;
use super::timers::Pending;
use super::versions::{Versions, versions_of};
use super::waiting::Waiting;
use crate::graph::Graph;
use crate::{Error, Watch};

/// The raw material of lists in a report.
pub(super) struct Gathered {
    /// Texts that may be there more than once.
    pub(super) strings: Candidates,
    /// The longest lists of listeners.
    pub(super) listeners: Vec<List>,
    /// Timers that wait.
    pub(super) timers: Pending,
    /// Calls that wait.
    pub(super) waiting: Waiting,
    /// Functions by place.
    pub(super) closures: Closures,
    /// Contexts beyond the main one.
    pub(super) realms: Realms,
    /// Node's version, and V8's.
    pub(super) versions: Versions,
}

impl Gathered {
    /// For lists of `top` rows.
    pub(super) fn new(graph: &Graph, top: usize, watch: &Watch) -> Result<Self, Error> {
        let landmarks = Landmarks::find(graph);
        watch.check()?;
        let strings = Candidates::find(graph, top);
        watch.check()?;
        let listeners = emitters::longest(graph, &landmarks, top);
        watch.check()?;
        let closures = Closures::find(graph);
        watch.check()?;
        Ok(Self {
            strings,
            listeners,
            closures,
            realms: Realms::find(graph, &landmarks),
            timers: Pending::count(graph, &landmarks),
            waiting: Waiting::count(graph, &landmarks),
            versions: versions_of(graph, landmarks.processes.iter().copied()),
        })
    }
}
