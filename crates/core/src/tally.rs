//! What is in a heap, object by object, kept small enough to be kept: 16 bytes a node. Two of one process give what came
//! and what went between them.
//!
//! The classes are: those of reports for [`crate::Diff`]; for memwatch's `HeapDiff` V8's types, and
//! constructors' names for objects.

use crate::bits::Bits;
use crate::graph::{Graph, NodeKind};
use crate::{Error, Limits, Source, Stage, Watch, format};
use serde::Serialize;
use std::collections::BTreeMap;

/// The classes that are types of V8's.
const TYPES: [&str; 7] = ["Array", "Code", "Closure", "RegExp", "Number", "Native", "String"];
/// Nodes of other types are counted, and have no class: they are V8's own.
const UNNAMED: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Object {
    pub(crate) id: u32,
    pub(crate) class: u32,
    pub(crate) size: u64,
}

/// The objects of one snapshot.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// By id.
    pub(crate) objects: Vec<Object>,
    pub(crate) classes: Vec<String>,
    bytes: u64,
    /// Node's version, where it was looked for and found.
    pub(crate) node: Option<String>,
}

/// A heap's size.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Size {
    /// Nodes of the graph.
    pub nodes: u64,
    /// Bytes of these nodes.
    pub bytes: u64,
}

/// What happened to one class.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Change {
    /// `Array`, `String`, `Code`, `Closure`, `RegExp`, `Number`, `Native`, or a constructor's name.
    pub what: String,
    /// Bytes that came, less those that went.
    pub bytes: i64,
    /// Objects that came.
    pub added: u64,
    /// Objects that went.
    pub removed: u64,
}

/// What came and what went between two snapshots of one process.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Difference {
    /// The first heap.
    pub before: Size,
    /// The second heap.
    pub after: Size,
    /// Nodes that came, whatever their class.
    pub added: u64,
    /// Nodes that went.
    pub removed: u64,
    /// By class, sorted by name; those that did not change are left out.
    pub changes: Vec<Change>,
}

/// The objects by id. V8's ids are not much larger than there are objects, and each is one object's: its rank among them is its place.
fn in_order(mut objects: Vec<Object>) -> Vec<Object> {
    /// So many numbers for each object, at most, take less time to count than the objects to sort.
    const SPARSE: usize = 64;
    let most = objects.iter().map(|object| object.id).max().unwrap_or(0);
    if most as usize / SPARSE < objects.len() {
        let mut ids = Bits::new(most as usize + 1);
        if objects.iter().all(|object| ids.insert(object.id)) {
            return ids.in_order(&objects, |object| object.id);
        }
    }
    objects.sort_unstable_by_key(|object| object.id);
    objects
}

impl Tally {
    /// Reads a snapshot. Objects whose constructor has the name `ignored` are left out.
    ///
    /// # Errors
    /// See [`crate::analyze`].
    pub fn read(source: Source, ignored: &str, limits: &Limits, watch: &Watch) -> Result<Self, Error> {
        let graph = format::parse(source, limits, watch)?;
        watch.enter(Stage::Report)?;
        Ok(Self::of(&graph, ignored))
    }

    /// Of objects in any order; their classes are places in `classes`.
    pub(crate) fn new(objects: Vec<Object>, classes: Vec<String>, node: Option<String>) -> Self {
        let objects = in_order(objects);
        let bytes = objects.iter().fold(0u64, |sum, object| sum.saturating_add(object.size));
        Self { objects, classes, bytes, node }
    }

    fn of(graph: &Graph, ignored: &str) -> Self {
        let mut classes = TYPES.map(str::to_owned).to_vec();
        let mut objects = Vec::new();
        // By the index of a constructor's name.
        let mut constructors = vec![UNNAMED; graph.strings().len()];
        let ignored = graph.strings().find(ignored.as_bytes());
        for node in graph.nodes() {
            let kind = graph.kind(node);
            let name = graph.name_index(node);
            let class = if kind != NodeKind::OBJECT {
                type_of(kind)
            } else if Some(name) == ignored {
                continue;
            } else {
                constructor(&mut classes, &mut constructors, name, graph)
            };
            objects.push(Object { id: graph.id(node), class, size: graph.self_size(node) });
        }
        Self::new(objects, classes, None)
    }

    /// How large the heap was.
    pub fn size(&self) -> Size {
        Size { nodes: self.objects.len() as u64, bytes: self.bytes }
    }

    /// What came and what went from this one to a later one of the same process.
    ///
    /// V8 keeps ids by address: an object that was made where another one died has its id, so that two with one id are the
    /// same object only where the class is the same, too.
    pub fn difference(&self, later: &Self) -> Difference {
        let mut changes = Changes::default();
        let id = |object: &&Object| object.id;
        for (went, came) in paired(self.objects.iter(), id, later.objects.iter(), id) {
            let (old_class, new_class) = (went.and_then(|one| self.class(one)), came.and_then(|one| later.class(one)));
            if went.is_some() && came.is_some() && old_class == new_class {
                continue;
            }
            if let Some(object) = went {
                changes.removed += 1;
                changes.of(old_class, |change| {
                    change.removed += 1;
                    change.bytes -= signed(object.size);
                });
            }
            if let Some(object) = came {
                changes.added += 1;
                changes.of(new_class, |change| {
                    change.added += 1;
                    change.bytes += signed(object.size);
                });
            }
        }
        let Changes { added, removed, classes } = changes;
        let named = |(what, change): (&str, Change)| Change { what: what.to_owned(), ..change };
        Difference {
            before: self.size(),
            after: later.size(),
            added,
            removed,
            changes: classes.into_iter().map(named).collect(),
        }
    }

    fn class(&self, object: &Object) -> Option<&str> {
        self.classes.get(object.class as usize).map(String::as_str)
    }
}

/// Two lists that are sorted by id, side by side: what stands under one id in both comes together.
pub(crate) fn paired<A, B>(
    before: impl Iterator<Item = A>,
    id_before: impl Fn(&A) -> u32,
    after: impl Iterator<Item = B>,
    id_after: impl Fn(&B) -> u32,
) -> impl Iterator<Item = (Option<A>, Option<B>)> {
    let (mut before, mut after) = (before.peekable(), after.peekable());
    std::iter::from_fn(move || {
        let ids = [before.peek().map(&id_before), after.peek().map(&id_after)];
        let id = ids.into_iter().flatten().min()?;
        Some((before.next_if(|one| id_before(one) == id), after.next_if(|one| id_after(one) == id)))
    })
}

/// The class with the name of this string; it gets a number when it is met first.
fn constructor(classes: &mut Vec<String>, constructors: &mut [u32], name: u32, graph: &Graph) -> u32 {
    let Some(class) = constructors.get_mut(name as usize) else { return UNNAMED };
    if *class == UNNAMED {
        *class = u32::try_from(classes.len()).unwrap_or(UNNAMED);
        classes.push(graph.strings().get(name).into_owned());
    }
    *class
}

#[derive(Default)]
struct Changes<'a> {
    added: u64,
    removed: u64,
    classes: BTreeMap<&'a str, Change>,
}

impl<'a> Changes<'a> {
    fn of(&mut self, class: Option<&'a str>, note: impl FnOnce(&mut Change)) {
        if let Some(class) = class {
            note(self.classes.entry(class).or_default());
        }
    }
}

/// No file can hold so many bytes that their sum would not fit.
fn signed(size: u64) -> i64 {
    i64::try_from(size.min(1 << 40)).unwrap_or_default()
}

/// The class of nodes that are no plain objects.
fn type_of(kind: NodeKind) -> u32 {
    match kind {
        NodeKind::ARRAY => 0,
        NodeKind::CODE => 1,
        NodeKind::CLOSURE => 2,
        NodeKind::REGEXP => 3,
        NodeKind::NUMBER => 4,
        NodeKind::NATIVE => 5,
        string if string.is_string() => 6,
        _ => UNNAMED,
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Object, Size, Tally, in_order};
    use crate::graph::NodeKind;
    use crate::testing::SnapshotBuilder;

    fn change(what: &str, bytes: i64, added: u64, removed: u64) -> Change {
        Change { what: what.to_owned(), bytes, added, removed }
    }

    #[test]
    fn objects_are_put_in_the_order_of_ids_however_they_come() {
        for (step, most) in [(7, 1009), (7, u32::MAX), (250, 1000), (0, 5)] {
            let ids = (0..500u32).map(|at| if at == 499 { most } else { at.wrapping_mul(step) % 1009 });
            let given: Vec<Object> = ids.map(|id| Object { id, class: 0, size: u64::from(id) }).collect();
            let mut want = given.clone();
            want.sort_by_key(|object| object.id);
            assert_eq!(in_order(given), want);
        }
        assert_eq!(in_order(Vec::new()), []);
    }

    #[test]
    fn what_came_and_what_went_by_class() {
        let common = || {
            SnapshotBuilder::new()
                .node("a", NodeKind::OBJECT, "Session", 10)
                .node("b", NodeKind::STRING, "text", 20)
                .node("own", NodeKind::OBJECT, "HeapDiff", 1000)
        };
        let before = Tally::of(&common().node("c", NodeKind::CONS_STRING, "cons", 30).build(), "HeapDiff");
        let graph = common()
            .node("gap", NodeKind::HIDDEN, "system", 1)
            .node("d", NodeKind::OBJECT, "Session", 40)
            .node("e", NodeKind::OBJECT, "Array", 50)
            .node("f", NodeKind::ARRAY, "(object elements)", 60)
            .build();
        let mut after = Tally::of(&graph, "HeapDiff");
        // The builder numbers by place: `c` went, and what has its place came.
        let gap = after.objects.iter().position(|object| object.size == 1).unwrap();
        after.objects[gap].id = 100;
        after.objects.sort_unstable_by_key(|object| object.id);

        let difference = before.difference(&after);
        assert_eq!(difference.before, Size { nodes: 4, bytes: 60 });
        assert_eq!(difference.after, Size { nodes: 7, bytes: 181 });
        assert_eq!((difference.added, difference.removed), (4, 1));
        assert_eq!(
            difference.changes,
            [change("Array", 110, 2, 0), change("Session", 40, 1, 0), change("String", -30, 0, 1)]
        );
        assert_eq!(after.difference(&after).changes, []);

        // Another object has the place and the id of one that died.
        let reused = Tally::of(&common().node("c", NodeKind::OBJECT, "Request", 5).build(), "HeapDiff");
        let difference = before.difference(&reused);
        assert_eq!((difference.added, difference.removed), (1, 1));
        assert_eq!(difference.changes, [change("Request", 5, 1, 0), change("String", -30, 0, 1)]);
        assert_eq!(Tally::default().difference(&before).added, 4);
    }
}
