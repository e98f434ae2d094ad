//! Two snapshots of one process, object by object: what came, what went, and which old objects hold what came.
//!
//! V8 gives each object of its heap an odd id and keeps it while it moves the object; native objects have even ones that are
//! numbered anew in each snapshot, so that those are compared as sums. Of the heap before, 16 bytes a node are kept.

mod holders;
mod totals;

use super::classes::Classes;
use super::figures::{grouped, size};
use super::heap::{Ground, Heap};
use super::versions::versions;
use super::{detached, shallow, side_by_side};
use crate::bits::Bits;
use crate::graph::{Graph, NodeIx, NodeKind};
use crate::tally::{Object, paired};
use crate::{ChangeRow, Diff, DiffOptions, Error, Sources, Stage, Sum, Tally, Totals, Watch};
use holders::Holders;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use totals::Unkept;

/// Objects that have one id in both snapshots are looked at in so many parts, in the order of ids.
const PARTS: usize = 8;
/// More than one in so many of a part is of two classes: the snapshots are of two processes. In one process hardly any is, an object
/// that was made where another one died; in two all ids are shifted from the first object on that one of them does not have.
const MOST_IN_A_PART: u64 = 3;
/// The same for all parts together.
const MOST: u64 = 20;
/// Fewer objects than that say nothing.
const ENOUGH: u64 = 64;

/// What is kept of the heap before: its objects with the classes and sizes that reports have.
///
/// # Errors
/// [`crate::Code::Cancelled`] only.
pub fn tally(mut graph: Graph, watch: &Watch) -> Result<Tally, Error> {
    watch.enter(Stage::Report)?;
    detached::spread(&mut graph);
    let sizes = std::mem::take(&mut graph.self_sizes);
    let (sizes, mut rows) =
        side_by_side(|| shallow::moved(&graph, sizes, watch), || Classes::sorted(&graph, Vec::new(), watch))?;
    graph.self_sizes = sizes;
    rows.count(&graph, &[]);
    Ok(tallied(&graph, &rows))
}

/// The same of a heap that stays.
pub(super) fn tally_of(heap: &Heap) -> Tally {
    tallied(heap.graph(), heap.ranked_classes())
}

fn tallied(graph: &Graph, rows: &Classes) -> Tally {
    let mut classes = Names::default();
    let numbers: Vec<u32> = rows.rows.iter().map(|class| classes.number(&class.name(graph.strings()))).collect();
    let objects = graph.nodes().map(|node| Object {
        id: graph.id(node),
        class: numbers[rows.of(node) as usize],
        size: graph.self_size(node),
    });
    Tally::new(objects.collect(), classes.names, versions(graph).0)
}

/// What changed since an earlier snapshot of the process; `matched`: of the heap with `before`.
///
/// # Errors
/// [`crate::Code::Cancelled`], and [`crate::Code::Unrelated`] where `before` is not that.
pub fn diff(
    heap: &Heap,
    matched: Matched,
    before: &Tally,
    options: &DiffOptions,
    sources: &dyn Sources,
    watch: &Watch,
) -> Result<Diff, Error> {
    watch.enter(Stage::Report)?;
    require_one_version(before.node.as_deref(), versions(heap.graph()).0.as_deref())?;
    matched.require_one_process()?;
    watch.check()?;
    let Compared { fresh, old, classes, mut rows } = Compared::new(heap, matched);
    let holders = Holders::find(heap, &fresh, &old, &classes, watch)?;
    let totals = rows.iter().fold(Totals::default(), |sum, row| sum.with(&row.totals));
    rows.retain(|row| row.totals.new.count + row.totals.freed.count > 0 || row.size_delta != 0 || row.count_delta != 0);
    rows.sort_by(|a, b| (Reverse(a.size_delta), &a.name).cmp(&(Reverse(b.size_delta), &b.name)));
    let (class_count, holder_count) = (rows.len() as u64, holders.count() as u64);
    rows.truncate(options.top);
    let internal = holders.internal;
    let holders = holders.named(options.top, sources, watch)?;
    let text = match holders.first() {
        _ if class_count == 0 => "nothing changed".to_owned(),
        first => {
            let most = first.map_or_else(String::new, |first| format!("; most of what is new: {}", first.text));
            let [new, freed] = [totals.new, totals.freed].map(|sum| told(&sum));
            format!("{new} came, {freed} went{most}")
        }
    };
    Ok(Diff { totals, classes: rows, class_count, holders, holder_count, internal, text })
}

/// `4,000 objects (1.2 MB)`.
fn told(sum: &Sum) -> String {
    format!("{} objects ({})", grouped(sum.count), size(sum.size))
}

/// Classes by name. V8 rewrites texts in place: however it keeps one, it is the same text.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    numbers: FxHashMap<String, u32>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        let name = if matches!(name, "(concatenated string)" | "(sliced string)") { "(string)" } else { name };
        if let Some(&known) = self.numbers.get(name) {
            return known;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// The two heaps, object by object.
struct Compared {
    /// Nodes that came.
    fresh: Bits,
    /// Nodes that were there.
    old: Bits,
    /// By class of the heap: its number.
    classes: NodeClasses,
    /// By number.
    rows: Vec<ChangeRow>,
}

/// The same, as far as ids tell: made while the later heap's dominator tree is.
pub struct Matched {
    compared: Compared,
    /// Those whose ids say nothing, by class.
    unkept: Vec<Unkept>,
    /// Objects with one id in both, in the order of ids, and how many of those are of two classes, in parts of one length.
    parts: Vec<(u64, u64)>,
    /// Ids that came, and those among them that are lower than the highest there was.
    came: u64,
    low: u64,
}

/// Classes of a heap as they are told here.
struct NodeClasses {
    numbers: Vec<u32>,
    names: Vec<String>,
}

impl NodeClasses {
    fn of(&self, heap: &Heap, node: NodeIx) -> u32 {
        self.numbers[heap.class(node) as usize]
    }

    fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }
}

impl Matched {
    /// Matches a heap with an earlier one.
    pub(super) fn new(on: Ground, before: &Tally) -> Self {
        let graph = on.graph;
        let mut names = Names::default();
        let earlier: Vec<u32> = before.classes.iter().map(|name| names.number(name)).collect();
        let numbers = on.classes.rows.iter().map(|class| names.number(&class.name(graph.strings()))).collect();
        let classes = NodeClasses { numbers, names: names.names };
        let mut rows: Vec<ChangeRow> =
            classes.names.iter().map(|name| ChangeRow { name: name.clone(), ..ChangeRow::default() }).collect();
        let mut unkept = vec![Unkept::default(); rows.len()];
        // Id and node in one number: the sort looks nowhere else.
        let mut order: Vec<u64> =
            graph.nodes().map(|node| u64::from(graph.id(node)) << 32 | u64::from(node.0)).collect();
        order.sort_unstable();
        let order = order.into_iter().map(|packed| NodeIx(packed as u32));

        let highest = before.objects.iter().rev().map(|object| object.id).find(|&id| is_kept(id)).unwrap_or(0);
        let part = (before.objects.len() / PARTS).max(1);
        let (mut fresh, mut old) = (Bits::new(graph.node_count()), Bits::new(graph.node_count()));
        let (mut parts, mut seen, mut came, mut low) = (vec![(0, 0); PARTS + 1], 0, 0, 0);
        let pairs = paired(before.objects.iter(), |object| object.id, order, |&node: &NodeIx| graph.id(node));
        for (was, is) in pairs {
            seen += usize::from(was.is_some());
            let was = was.map(|object| (earlier[object.class as usize], object.size, object.id));
            let is = is.map(|node| (classes.numbers[on.classes.of(node) as usize], graph.self_size(node), node));
            if let Some((class, size, _)) = was {
                rows[class as usize].totals.before.add(size);
            }
            if let Some((class, size, _)) = is {
                rows[class as usize].totals.after.add(size);
            }
            let id = was.map(|(.., id)| id).or_else(|| is.map(|(.., node)| graph.id(node)));
            if !id.is_some_and(is_kept) {
                if let Some((class, size, _)) = was {
                    unkept[class as usize].before.add(size);
                }
                if let Some((class, size, _)) = is {
                    unkept[class as usize].after.add(size);
                }
                continue;
            }
            let is_same = was.map(|(class, ..)| class) == is.map(|(class, ..)| class);
            if let (Some(_), Some((.., node))) = (was, is)
                && graph.kind(node) != NodeKind::SYNTHETIC
            {
                let (common, other) = &mut parts[((seen - 1) / part).min(PARTS)];
                *common += 1;
                *other += u64::from(!is_same);
            }
            if let Some((class, size, _)) = was.filter(|_| !is_same) {
                rows[class as usize].totals.freed.add(size);
            }
            if let Some((class, size, node)) = is {
                let totals = &mut rows[class as usize].totals;
                if is_same {
                    totals.survived.add(size);
                    old.insert(node.0);
                } else {
                    totals.new.add(size);
                    fresh.insert(node.0);
                    came += u64::from(was.is_none());
                    low += u64::from(was.is_none() && graph.id(node) < highest);
                }
            }
        }
        Self { compared: Compared { fresh, old, classes, rows }, unkept, parts, came, low }
    }

    fn require_one_process(&self) -> Result<(), Error> {
        let (common, other) = self.parts.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        let is_foreign = |(common, other): (u64, u64), most| common >= ENOUGH && other * most > common;
        let in_part = self.parts.iter().any(|&part| is_foreign(part, MOST_IN_A_PART));
        if common == other || in_part || is_foreign((common, other), MOST) {
            return Err(Error::unrelated(
                "the objects of the two snapshots do not have the same ids: they come from two processes, or from twins, or a session of \
                 the inspector ended in between; compare them with growth, or take both in the process itself with mode: 'inline'",
            ));
        }
        // What is made later has a higher id.
        if self.low * 2 > self.came {
            return Err(Error::unrelated("the first snapshot was taken after the second; give the earlier one first"));
        }
        Ok(())
    }
}

impl Compared {
    fn new(heap: &Heap, matched: Matched) -> Self {
        let Matched { mut compared, unkept, .. } = matched;
        let fresh = &mut compared.fresh;
        // What a new object holds alone is new, too, if its id does not tell.
        for &node in heap.in_tree_order() {
            if !is_kept(heap.graph().id(node)) && node != NodeIx::ROOT && fresh.has(heap.idom(node).0) {
                fresh.insert(node.0);
            }
        }
        for (row, unkept) in compared.rows.iter_mut().zip(unkept) {
            row.settle(unkept);
        }
        compared
    }
}

/// Does an object keep this id from snapshot to snapshot?
fn is_kept(id: u32) -> bool {
    id % 2 == 1
}

fn require_one_version(before: Option<&str>, after: Option<&str>) -> Result<(), Error> {
    match (before, after) {
        (Some(before), Some(after)) if before != after => Err(Error::unrelated(format!(
            "the first snapshot is of Node {before}, the second of {after}: they are not of one process; compare them with growth"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
