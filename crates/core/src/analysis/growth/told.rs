//! What grows, in the words of the source: a signature is shown as the pile of its members, and named as suspects are.

use super::super::accumulation::{Accumulation, Pile};
use super::super::bound::bound;
use super::super::modules::Modules;
use super::super::route::Route;
use super::super::sample::Sample;
use super::super::scopes::Scopes;
use super::super::scripts::Scripts;
use super::super::suspects::Names;
use super::super::timers::Timer;
use super::folded::Folded;
use super::inside::inside_of;
use super::steps::Label;
use super::ways::NONE;
use crate::graph::{NodeIx, NodeKind};
use crate::{Error, Location, PathStep, Sources, Watch};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Storage, and links of one list, between a member and its holder.
const BETWEEN: usize = 64;
/// From what libuv knows, a handle, to the object that an app knows.
pub(super) const OWNER: &[u8] = b"<symbol owner_symbol>";

/// A growth point in words; the figures are the signature's.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Told {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) class: String,
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) location: Option<Location>,
    pub(super) path: Vec<PathStep>,
    pub(super) cause: String,
    pub(super) advice: String,
    pub(super) fingerprint: String,
    /// V8's id of the holder, in the heap that this was told of.
    pub(super) id: u64,
    /// A name beside it that says how much it may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bound: Option<String>,
    /// Names of what is in one of the members.
    pub(super) inside: Vec<String>,
}

/// Names signatures of one heap.
pub(super) struct Teller<'a> {
    folded: &'a Folded<'a>,
    sources: &'a dyn Sources,
    pub(super) scripts: Scripts<'a>,
}

/// A signature's members, some of them, and what holds most of those.
struct Found {
    members: Vec<NodeIx>,
    holder: NodeIx,
    is_chain: bool,
    /// Do others like it hold as many?
    is_one_of_many: bool,
}

impl<'a> Teller<'a> {
    pub(super) fn new(folded: &'a Folded<'a>, sources: &'a dyn Sources) -> Self {
        Self { folded, scripts: Scripts::find(folded.heap.graph(), sources), sources }
    }

    /// The signatures in words, in their order.
    pub(super) fn tell(&self, wanted: &[u32], watch: &Watch) -> Result<Vec<Option<Told>>, Error> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let Self { folded, scripts, sources } = self;
        let heap = folded.heap;
        let found = self.find(wanted, watch)?;
        let modules = Modules::new(heap.graph());
        let route = |found: &Found| {
            let route = Route::new(heap, &modules, &folded.way(found.holder));
            if found.is_one_of_many { route.without_keys(|node| self.is_element(node)) } else { route }
        };
        let routes: Vec<Option<Route>> = found.iter().map(|found| found.as_ref().map(route)).collect();
        let wanted_scopes: Vec<NodeIx> = routes.iter().flatten().filter_map(|route| route.scope(heap)).collect();
        let scopes = Scopes::find(heap, &wanted_scopes);
        let names = Names { heap, scripts, scopes: &scopes, sources: *sources };
        let mut told = Vec::with_capacity(wanted.len());
        for ((&at, found), route) in wanted.iter().zip(&found).zip(&routes) {
            watch.check()?;
            let (Some(found), Some(route)) = (found, route) else {
                told.push(None);
                continue;
            };
            let (pile, members) = self.pile(at, found);
            let finding = names.finding(&pile, route);
            let examples = if pile.pile == Pile::Class { members } else { folded.examples(at, &members) };
            told.push(Some(Told {
                name: finding.name,
                class: finding.class,
                kind: finding.kind.to_owned(),
                location: finding.location,
                path: finding.path,
                cause: finding.cause.to_owned(),
                advice: finding.advice,
                fingerprint: finding.fingerprint,
                id: u64::from(heap.graph().id(found.holder)),
                bound: [Some(found.holder), self.above(found.holder)]
                    .into_iter()
                    .flatten()
                    .find_map(|node| bound(heap.graph(), node)),
                inside: inside_of(heap, &examples),
            }));
        }
        Ok(told)
    }

    /// A signature as the pile of its members, and those.
    fn pile(&self, at: u32, found: &Found) -> (Accumulation, Vec<NodeIx>) {
        let heap = self.folded.heap;
        let row = &self.folded.rows[at as usize];
        let is_object = found.holder == found.members[0];
        // What the system holds by itself, such as open connections, is told by what it is.
        let is_roots = heap.graph().kind(found.holder) == NodeKind::SYNTHETIC;
        let members: Vec<NodeIx> = if is_roots {
            found.members.iter().map(|&member| heap.graph().child(member, OWNER).unwrap_or(member)).collect()
        } else if Timer::of(heap.graph(), found.members[0]).is_some() {
            // Of others on the way it is not known what their functions are made of.
            self.folded.examples(at, &found.members)
        } else {
            found.members.clone()
        };
        let pile = match (is_object, found.is_chain) {
            _ if is_roots => Pile::Class,
            (true, _) => Pile::Object,
            (_, true) => Pile::Chain,
            _ => Pile::Collection { mixed: false },
        };
        let between = if pile == Pile::Chain { self.between(&found.members) } else { Vec::new() };
        let pile = Accumulation {
            holder: if is_roots { members[0] } else { found.holder },
            within: found.holder,
            pile,
            class: heap.class(members[0]),
            count: row.count,
            bytes: row.retained,
            members: if is_object { Vec::new() } else { members.clone() },
            between,
        };
        (pile, members)
    }

    /// Members of each signature and their holder, in one pass.
    fn find(&self, wanted: &[u32], watch: &Watch) -> Result<Vec<Option<Found>>, Error> {
        let folded = self.folded;
        let mut places: Vec<u32> = vec![NONE; folded.rows.len()];
        for (place, &at) in wanted.iter().enumerate() {
            places[at as usize] = place as u32;
        }
        let mut samples: Vec<Sample> = wanted.iter().map(|_| Sample::default()).collect();
        watch.check()?;
        for node in folded.heap.graph().nodes() {
            let at = folded.of(node);
            if at != NONE && places[at as usize] != NONE && folded.is_member(node) {
                samples[places[at as usize] as usize].add(node);
            }
        }
        let found = wanted.iter().zip(samples).map(|(&at, mut sample)| {
            let members = sample.taken();
            let first = *members.first()?;
            if folded.rows[at as usize].count == 1 {
                return Some(Found { holder: first, members, is_chain: false, is_one_of_many: false });
            }
            let mut holders: FxHashMap<NodeIx, usize> = FxHashMap::default();
            let mut links = 0;
            for &member in members.iter().chain([&folded.rows[at as usize].first]) {
                let (holder, linked) = self.holder(member);
                links += usize::from(linked);
                // Of a list, the end from which it is held counts; of the others the common one.
                if let Some(holder) = holder {
                    *holders.entry(holder).or_default() += 1;
                }
            }
            let holder = holders.into_iter().max_by_key(|&(node, count)| (count, std::cmp::Reverse(node)));
            let is_chain = links * 2 > members.len();
            let is_one_of_many = !is_chain && holder.is_some_and(|(_, count)| count * 2 <= members.len());
            let holder = holder.map_or(first, |(node, _)| node);
            let nearest = folded.rows[at as usize].first;
            // What calls other functions is among Node's timers as well.
            let is_headed = is_chain && Timer::of(folded.heap.graph(), nearest).is_none();
            let head = is_headed.then(|| self.head(nearest, self.between(&members).len() + 1)).flatten();
            Some(Found { holder: head.unwrap_or(holder), members, is_chain, is_one_of_many })
        });
        Ok(found.collect())
    }

    /// What holds a member: the node on the way to it that has the parent's signature; and is the member a link behind others?
    fn holder(&self, member: NodeIx) -> (Option<NodeIx>, bool) {
        let folded = self.folded;
        let parent = folded.rows[folded.of(member) as usize].parent;
        let mut linked = false;
        let mut at = member;
        for _ in 0..BETWEEN {
            let Some(before) = folded.before(at) else { return (None, linked) };
            at = before;
            if !folded.is_member(before) {
                continue;
            }
            if folded.of(before) == parent {
                return (Some(before), linked);
            }
            linked = true;
        }
        (None, linked)
    }

    /// Is the name of the node in its holder no more than a key?
    fn is_element(&self, node: NodeIx) -> bool {
        let folded = self.folded;
        folded.is_member(node) && folded.rows[folded.of(node) as usize].label == Label::ELEMENT
    }

    /// What holds a node, through V8's storage.
    fn above(&self, node: NodeIx) -> Option<NodeIx> {
        let up = |&at: &NodeIx| self.folded.before(at);
        std::iter::successors(up(&node), up).take(BETWEEN).find(|&at| self.folded.is_member(at))
    }

    /// What is between a link of a list and the next, where that is told: not where it is more of them, as in a tree.
    fn between(&self, members: &[NodeIx]) -> Vec<NodeIx> {
        let folded = self.folded;
        let turn = |&member: &NodeIx| {
            let mut between = Vec::new();
            let mut at = member;
            for _ in 0..BETWEEN {
                at = folded.before(at)?;
                if folded.of(at) == folded.of(member) && folded.is_member(at) {
                    between.reverse();
                    return Some(between);
                }
                if folded.is_member(at) {
                    between.push(at);
                }
            }
            None
        };
        let mut between = members.iter().find_map(turn).unwrap_or_default();
        let class = |&node: &NodeIx| folded.heap.class(node);
        if between.iter().all(|node| class(node) == class(&members[0])) {
            between.clear();
        }
        between
    }

    /// The head of a list: held under another name than its links, one turn before the first of them.
    fn head(&self, first: NodeIx, turn: usize) -> Option<NodeIx> {
        let folded = self.folded;
        let mut at = first;
        let mut passed = 0;
        for _ in 0..BETWEEN {
            at = folded.before(at)?;
            passed += usize::from(folded.is_member(at));
            if passed == turn {
                return Some(at).filter(|&at| folded.heap.class(at) == folded.heap.class(first));
            }
        }
        None
    }
}
