use super::tree;
use crate::analysis::Heap;
use crate::graph::{EdgeKind, NodeKind};
use crate::testing::SnapshotBuilder;
use crate::{TreeRow, Watch};

fn rows(builder: &SnapshotBuilder) -> Vec<TreeRow> {
    let heap = Heap::new(builder.build(), &Watch::default()).expect("nobody cancels");
    tree(&heap, &Watch::default()).expect("nobody cancels")
}

/// `parent name:class ×count bytes`, a line each.
fn told(rows: &[TreeRow]) -> Vec<String> {
    let parent = |row: &TreeRow| row.parent.map_or("-".to_owned(), |at| at.to_string());
    rows.iter()
        .map(|row| format!("{} {}:{} x{} {}", parent(row), row.name, row.class, row.count, row.retained_size))
        .collect()
}

fn list(count: usize) -> SnapshotBuilder {
    let mut builder = SnapshotBuilder::new()
        .node("roots", NodeKind::SYNTHETIC, "(GC roots)", 0)
        .node("scope", NodeKind::OBJECT, "system / Context", 0)
        .node("leaked", NodeKind::OBJECT, "Array", 16)
        .node("storage", NodeKind::ARRAY, "(object elements)", 84)
        .edge("root", EdgeKind::Element, "1", "roots")
        .edge("roots", EdgeKind::Element, "1", "scope")
        .edge("scope", EdgeKind::Context, "leakedArray", "leaked")
        .edge("leaked", EdgeKind::Internal, "elements", "storage");
    for at in 0..count {
        let label = format!("entry {at}");
        builder = builder.node(&label, NodeKind::OBJECT, "Entry", 10).edge("storage", EdgeKind::Internal, "7", &label);
    }
    builder
}

#[test]
fn many_of_a_class_are_one_row_and_storage_is_looked_through() {
    assert_eq!(
        told(&rows(&list(90))),
        ["- :(unset) x1 1000", "0 leakedArray:Array x1 1000", "1 :Entry x90 900"]
            .map(|line| line.replace("(unset)", ""))
    );
}

#[test]
fn few_large_ones_are_told_apart_by_name() {
    let builder = list(90)
        .node("a", NodeKind::OBJECT, "Session", 300)
        .node("b", NodeKind::OBJECT, "Session", 200)
        .edge("scope", EdgeKind::Context, "first", "a")
        .edge("scope", EdgeKind::Context, "second", "b");
    let rows = told(&rows(&builder));
    assert!(rows.contains(&"0 first:Session x1 300".to_owned()), "{rows:?}");
    assert!(rows.contains(&"0 second:Session x1 200".to_owned()), "{rows:?}");
}

/// Every row is a part of the one it hangs from, and what hangs from one does not overlap.
fn adds_up(rows: &[TreeRow]) {
    let mut below = vec![0; rows.len()];
    for (at, row) in rows.iter().enumerate().skip(1) {
        let parent = row.parent.expect("only the first has none") as usize;
        assert!(parent < at, "{at}");
        below[parent] += row.retained_size;
    }
    for (row, below) in rows.iter().zip(below) {
        assert!(below <= row.retained_size, "{row:?}: {below}");
    }
}

#[test]
fn rows_do_not_overlap_and_there_are_not_too_many() {
    adds_up(&rows(&list(90)));
    // Each level holds a large object of its own and the next level.
    let mut builder = SnapshotBuilder::new();
    let mut above = "root".to_owned();
    for at in 0..2000 {
        let (level, own) = (format!("level {at}"), format!("own {at}"));
        builder = builder
            .node(&level, NodeKind::OBJECT, "Level", 10)
            .node(&own, NodeKind::OBJECT, &format!("Own{at}"), 1)
            .edge(&above, EdgeKind::Property, "next", &level)
            .edge(&level, EdgeKind::Property, "own", &own);
        above = level;
    }
    let rows = rows(&builder);
    assert!(rows.len() > 50 && rows.len() <= super::MOST, "{}", rows.len());
    adds_up(&rows);
}

#[test]
fn an_empty_heap_has_one_row() {
    assert_eq!(rows(&SnapshotBuilder::new()).len(), 1);
}
