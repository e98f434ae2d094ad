//! Rows of numbers into columns: the checks that every index and count of the file goes through.
//!
//! Rows arrive in stretches that begin and end anywhere; the part of a row that a stretch ends with is kept (`partial`).

use super::divisor::Divisor;
use super::meta::{EdgeLayout, Layout, LocationLayout, MAX_FIELDS, NodeLayout};
use super::numbers::{Numbers, WIDE};
use super::partial::Partial;
use super::places::Places;
use super::processor::at_best;
use crate::graph::{Edge, EdgeKind, Graph, NodeIx, NodeKind, Place};
use crate::{Error, Limits};

/// What is wrong with a number: its index in the stretch, and the sentence.
pub(super) struct Misfit {
    pub(super) index: usize,
    pub(super) what: String,
    pub(super) is_limit: bool,
}

impl Misfit {
    fn at(index: usize, what: impl std::fmt::Display) -> Self {
        Self { index, what: what.to_string(), is_limit: false }
    }

    fn limit(index: usize, what: impl std::fmt::Display) -> Self {
        Self { index, what: what.to_string(), is_limit: true }
    }
}

/// How many times the rows that came a promise of more is believed.
const BELIEVED: u64 = 16;

/// Makes room for rows that came, and once for all that are promised as soon as enough have come to believe it: a column
/// that grows by doubling is copied as often.
fn make_room<T>(column: &mut Vec<T>, rows: usize, promised: u64) {
    if column.capacity() - column.len() >= rows {
        return;
    }
    let came = column.len() + rows;
    let believed = usize::try_from(promised.min(came as u64 * BELIEVED)).unwrap_or(came);
    // Without the memory for all of it, room for what came will do, or fail.
    if believed <= came || column.try_reserve_exact(believed - column.len()).is_err() {
        column.reserve(rows);
    }
}

/// Fills a graph's columns. They grow as rows come, whatever the header promises.
pub(super) struct Columns {
    pub(super) graph: Graph,
    layout: Layout,
    limits: Limits,
    divisor: Divisor,
    partial: Partial,
    kinds: [u8; 32],
    /// The largest string index that a node or edge named, and what named it.
    largest_name: u32,
    largest_name_by: &'static str,
    edge_total: u64,
    /// When all have come.
    places: Option<Places>,
    forgotten: Forgotten,
}

/// How many rows were checked and are not kept.
#[derive(Default)]
struct Forgotten {
    nodes: usize,
    edges: usize,
    strings: usize,
}

impl Columns {
    pub(super) fn new(layout: Layout, limits: &Limits) -> Self {
        let mut graph = Graph::default();
        graph.first_edge.push(0);
        let mut kinds = [u8::MAX; 32];
        for (slot, kind) in kinds.iter_mut().zip(&layout.node.kinds) {
            *slot = kind.number();
        }
        Self {
            graph,
            divisor: Divisor::new(layout.node.fields),
            layout,
            limits: limits.clone(),
            partial: Partial::default(),
            kinds,
            largest_name: 0,
            largest_name_by: "node",
            edge_total: 0,
            places: None,
            forgotten: Forgotten::default(),
        }
    }

    /// Lets go of all rows so far, for whoever wants them checked only. What comes is checked against them all the same.
    pub(super) fn forget(&mut self) {
        let graph = &mut self.graph;
        self.forgotten.nodes += graph.kinds.len();
        self.forgotten.edges += graph.edges.len();
        self.forgotten.strings += graph.strings.len();
        graph.kinds.clear();
        graph.names.clear();
        graph.ids.clear();
        graph.self_sizes.clear();
        graph.first_edge.clear();
        graph.edges.clear();
        graph.edge_names.clear();
        graph.places.clear();
        graph.strings.forget_ended();
    }

    fn node_count(&self) -> usize {
        self.forgotten.nodes + self.graph.kinds.len()
    }

    fn edge_count(&self) -> usize {
        self.forgotten.edges + self.graph.edges.len()
    }

    /// Numbers of `nodes`.
    pub(super) fn nodes(&mut self, numbers: &Numbers) -> Result<(), Misfit> {
        let mut partial = std::mem::take(&mut self.partial);
        let fields = self.layout.node.fields;
        let taken = partial.take(numbers, fields, |row| self.node(row));
        self.partial = partial;
        let (start, end) = taken?;
        let values = numbers.values();
        let limit = self.limits.max_nodes.min(Edge::MAX_NODES - 1);
        if (self.node_count() + (end - start) / fields) as u64 > limit {
            return Err(Misfit::limit(start, format_args!("more than {limit} nodes (option limits.maxNodes)")));
        }
        let rows = (end - start) / fields;
        let promised = self.layout.node_count.unwrap_or(0).min(limit);
        make_room(&mut self.graph.kinds, rows, promised);
        make_room(&mut self.graph.names, rows, promised);
        make_room(&mut self.graph.ids, rows, promised);
        make_room(self.graph.self_sizes.column(), rows, promised);
        make_room(&mut self.graph.first_edge, rows, promised + 1);
        let mut row = [0u64; MAX_FIELDS];
        for (nth, short) in values[start..end].chunks_exact(fields).enumerate() {
            if self.node_short(short) {
                continue;
            }
            let at = start + nth * fields;
            for (offset, value) in row[..fields].iter_mut().enumerate() {
                *value = numbers.full(at + offset);
            }
            self.node(&row[..fields]).map_err(|misfit| Misfit { index: at + misfit.index, ..misfit })?;
        }
        Ok(())
    }

    /// The usual row; `false` where one needs the full check.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the state is at most 2, edges are limited to 32 bits just above"
    )]
    #[inline]
    fn node_short(&mut self, row: &[u32]) -> bool {
        let NodeLayout { fields, kind, name, id, self_size, edge_count, detachedness, .. } = self.layout.node;
        let Some(row) = row.get(..fields) else { return false };
        let Some(&kind) = self.kinds.get(row[kind] as usize) else { return false };
        let size = row[self_size];
        let total = self.edge_total + u64::from(row[edge_count]);
        let detached = detachedness.map_or(0, |at| row[at]);
        if kind == u8::MAX
            || size == WIDE
            || row[id] == WIDE
            || total > self.limits.max_edges.min(u64::from(WIDE) - 1)
            || detached > 2
        {
            return false;
        }
        self.edge_total = total;
        self.graph.kinds.push(kind | (detached as u8) << 5);
        self.name(row[name], "node");
        self.graph.names.push(row[name]);
        self.graph.ids.push(row[id]);
        self.graph.self_sizes.push(u64::from(size));
        self.graph.first_edge.push(total as u32);
        true
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the state is at most 2, edges are limited to 32 bits just above"
    )]
    fn node(&mut self, row: &[u64]) -> Result<(), Misfit> {
        let layout = &self.layout.node;
        let ordinal = self.node_count();
        let small = |at: usize, what: &str| {
            u32::try_from(row[at])
                .map_err(|_| Misfit::at(at, format_args!("node {ordinal}'s {what} is {}, past 32 bits", row[at])))
        };
        let number = small(layout.kind, "type")?;
        let Some(kind) = self.kinds.get(number as usize).copied().filter(|&kind| kind != u8::MAX) else {
            return Err(Misfit::at(
                layout.kind,
                format_args!("node {ordinal}'s type {number} is not in the header's list"),
            ));
        };
        let name = small(layout.name, "name")?;
        let id = small(layout.id, "id")?;
        let edges = row[layout.edge_count];
        let total = self.edge_total.saturating_add(edges);
        if total > self.limits.max_edges.min(u64::from(u32::MAX) - 1) {
            return Err(Misfit::limit(
                layout.edge_count,
                format_args!("more than {} edges (option limits.maxEdges)", self.limits.max_edges),
            ));
        }
        // Embedders may invent states; those say nothing that this code knows.
        let detached = layout.detachedness.map_or(0, |at| if row[at] <= 2 { row[at] as u8 } else { 0 });
        let size = row[layout.self_size];
        self.edge_total = total;
        self.graph.kinds.push(kind | detached << 5);
        self.name(name, "node");
        self.graph.names.push(name);
        self.graph.ids.push(id);
        self.graph.self_sizes.push(size);
        self.graph.first_edge.push(total as u32);
        Ok(())
    }

    #[inline]
    fn name(&mut self, name: u32, what: &'static str) {
        if name > self.largest_name {
            self.largest_name = name;
            self.largest_name_by = what;
        }
    }

    /// Ends `nodes`.
    pub(super) fn end_nodes(&mut self) -> Result<(), String> {
        self.end_rows("nodes", self.layout.node.fields, self.node_count(), self.layout.node_count)?;
        if self.node_count() == 0 {
            return Err("the snapshot has no nodes, so no root".to_owned());
        }
        Ok(())
    }

    /// Numbers of `edges`.
    pub(super) fn edges(&mut self, numbers: &Numbers) -> Result<(), Misfit> {
        let mut partial = std::mem::take(&mut self.partial);
        let fields = self.layout.edge.fields;
        let taken = partial.take(numbers, fields, |row| {
            let mut short = [0u32; MAX_FIELDS];
            for (at, (slot, value)) in short.iter_mut().zip(row).enumerate() {
                *slot = u32::try_from(*value)
                    .map_err(|_| Misfit::at(at, format_args!("an edge's field {at} is {value}, past 32 bits")))?;
            }
            self.edge(&short[..fields])
        });
        self.partial = partial;
        let (start, end) = taken?;
        let rows = &numbers.values()[start..end];
        make_room(&mut self.graph.edges, rows.len() / fields, self.edge_total);
        make_room(&mut self.graph.edge_names, rows.len() / fields, self.edge_total);
        if self.edges_usual(rows) {
            return Ok(());
        }
        for (nth, row) in rows.chunks_exact(fields).enumerate() {
            self.edge(row).map_err(|misfit| Misfit { index: start + nth * fields + misfit.index, ..misfit })?;
        }
        Ok(())
    }

    /// Whole rows in the layout that V8 writes, a column at a time; `false`, and nothing done, where a row is wrong.
    fn edges_usual(&mut self, rows: &[u32]) -> bool {
        let EdgeLayout { fields: 3, kind: 0, name: 1, to: 2, kinds: ref known } = self.layout.edge else {
            return false;
        };
        let rows = rows.as_chunks::<3>().0;
        let (divisor, nodes) = (self.divisor, self.node_count());
        if (self.edge_count() + rows.len()) as u64 > self.edge_total {
            return false;
        }
        let nodes = u32::try_from(nodes).map_or(divisor.most() + 1, |nodes| nodes.min(divisor.most() + 1));
        let usual = Usual { kinds: UsualKinds::new(known), divisor, nodes };
        let kept = self.graph.edges.len();
        let edges = &mut self.graph.edges;
        let Some(largest) = at_best(|| usual.edges(rows, edges)) else {
            self.graph.edges.truncate(kept);
            return false;
        };
        self.graph.edge_names.extend(rows.iter().map(|&[_, name, _]| name));
        self.name(largest, "edge");
        true
    }

    #[inline]
    fn edge(&mut self, row: &[u32]) -> Result<(), Misfit> {
        let EdgeLayout { kind: kind_at, name: name_at, to: to_at, .. } = self.layout.edge;
        let (kind_number, name, to) = (row[kind_at], row[name_at], row[to_at]);
        let ordinal = self.edge_count();
        let Some(&kind) = self.layout.edge.kinds.get(kind_number as usize) else {
            return Err(Misfit::at(
                kind_at,
                format_args!("edge {ordinal}'s type {kind_number} is not in the header's list"),
            ));
        };
        let nodes = self.node_count();
        let Some(target) = self.divisor.exact(to).filter(|&target| (target as usize) < nodes) else {
            return Err(Misfit::at(
                to_at,
                format_args!("edge {ordinal}'s target {to} is not the start of one of the {nodes} nodes"),
            ));
        };
        if ordinal as u64 >= self.edge_total {
            return Err(Misfit::at(
                kind_at,
                format_args!("more edges than the {} that the nodes announce", self.edge_total),
            ));
        }
        if !kind.is_indexed() && kind != EdgeKind::Other {
            self.name(name, "edge");
        }
        self.graph.edges.push(Edge::new(kind, target));
        self.graph.edge_names.push(name);
        Ok(())
    }

    /// Ends `edges`.
    pub(super) fn end_edges(&mut self) -> Result<(), String> {
        let found = self.edge_count();
        self.end_rows("edges", self.layout.edge.fields, found, self.layout.edge_count)?;
        if found as u64 != self.edge_total {
            return Err(format!("the nodes announce {} edges, there are {found}", self.edge_total));
        }
        Ok(())
    }

    /// Numbers of `locations`.
    pub(super) fn locations(&mut self, numbers: &Numbers) -> Result<(), Misfit> {
        let Some(layout) = self.layout.location.as_ref() else { return Ok(()) };
        let mut partial = std::mem::take(&mut self.partial);
        let fields = layout.fields;
        let (divisor, nodes) = (self.divisor, self.node_count());
        let places = &mut self.graph.places;
        let mut whole = |row: &[u64]| {
            let place = place(row, layout, divisor, nodes)?;
            // One a node is all there can be.
            if places.len() >= nodes {
                return Err(Misfit::at(0, "more locations than nodes"));
            }
            places.push(place);
            Ok(())
        };
        let taken = partial.take(numbers, fields, &mut whole);
        let mut row = [0u64; MAX_FIELDS];
        let rest = taken.and_then(|(start, end)| {
            for at in (start..end).step_by(fields) {
                for (offset, value) in row[..fields].iter_mut().enumerate() {
                    *value = numbers.full(at + offset);
                }
                whole(&row[..fields]).map_err(|misfit| Misfit { index: at + misfit.index, ..misfit })?;
            }
            Ok(())
        });
        self.partial = partial;
        rest
    }

    /// Ends `locations`.
    pub(super) fn end_locations(&mut self) -> Result<(), String> {
        let Some(layout) = self.layout.location.as_ref() else { return Ok(()) };
        let fields = layout.fields;
        self.end_rows("locations", fields, 0, None)?;
        let places = std::mem::take(&mut self.graph.places);
        if self.forgotten.nodes == 0 {
            self.places = Some(Places::order(places, self.node_count()));
        }
        Ok(())
    }

    fn end_rows(&mut self, table: &str, fields: usize, found: usize, promised: Option<u64>) -> Result<(), String> {
        if self.partial.len > 0 {
            return Err(format!("the last row of {table} has {} of {fields} numbers", self.partial.len));
        }
        match promised {
            Some(promised) if promised != found as u64 => {
                Err(format!("the header promises {promised} {table}, there are {found}"))
            }
            _ => Ok(()),
        }
    }

    /// Hands the graph over once the strings are there; `byte` is where they ended.
    pub(super) fn finish(mut self, byte: u64) -> Result<Graph, Error> {
        let strings = self.forgotten.strings + self.graph.strings.len();
        if self.largest_name as usize >= strings {
            let what = format_args!(
                "the name of a {} is string {}, but there are only {strings} strings",
                self.largest_name_by, self.largest_name
            );
            return Err(Error::parse(what, byte));
        }
        self.graph.unknown_kinds = self.layout.unknown_kinds;
        self.graph.strings.shrink();
        if let Some(places) = self.places.take() {
            self.graph.places = places.take();
        }
        self.graph.places.shrink_to_fit();
        Ok(self.graph)
    }
}

/// Kinds of edges by their number in the file, four bits each: the kind's number, or 8 where there is none.
#[derive(Clone, Copy)]
struct UsualKinds {
    by_number: u32,
    /// A bit for each whose name is a string.
    named: u32,
}

impl UsualKinds {
    fn new(kinds: &[EdgeKind]) -> Self {
        let mut known = Self { by_number: 0x8888_8888, named: 0 };
        for (at, &kind) in kinds.iter().enumerate().take(8) {
            known.by_number = known.by_number & !(15 << (4 * at)) | (kind as u32) << (4 * at);
            known.named |= u32::from(!kind.is_indexed() && kind != EdgeKind::Other) << kind as u32;
        }
        known
    }
}

/// Rows of edges as V8 writes them.
#[derive(Clone, Copy)]
struct Usual {
    kinds: UsualKinds,
    divisor: Divisor,
    nodes: u32,
}

impl Usual {
    /// Puts the edges of rows behind others, and answers the largest index of their names; `None` where a row is wrong. Without a branch, so that several
    /// are taken at once.
    #[inline]
    fn edges(self, rows: &[[u32; 3]], edges: &mut Vec<Edge>) -> Option<u32> {
        let Self { kinds, divisor, nodes } = self;
        let (mut wrong, mut largest) = (0, 0);
        edges.extend(rows.iter().map(|&[number, name, to]| {
            let kind = kinds.by_number >> ((number & 7) * 4) & 15;
            let target = divisor.quotient(to);
            wrong |= u32::from(number > 7) | kind >> 3 | u32::from(target >= nodes);
            largest = largest.max(name * (kinds.named >> (kind & 7) & 1));
            Edge::new(EdgeKind::from_number(kind), target)
        }));
        (wrong == 0).then_some(largest)
    }
}

fn place(row: &[u64], layout: &LocationLayout, divisor: Divisor, nodes: usize) -> Result<(NodeIx, Place), Misfit> {
    let node = u32::try_from(row[layout.node]).ok().and_then(|index| divisor.exact(index));
    let Some(node) = node.filter(|&node| (node as usize) < nodes) else {
        return Err(Misfit::at(
            layout.node,
            format_args!("a location's object {} is not the start of a node", row[layout.node]),
        ));
    };
    // V8 writes an unknown line as -1 in 32 or 64 bits.
    let cut = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    Ok((
        NodeIx(node),
        Place { script: cut(row[layout.script]), line: cut(row[layout.line]), column: cut(row[layout.column]) },
    ))
}

const _: () = assert!(NodeKind::FIRST_UNKNOWN as usize + NodeKind::MOST_UNKNOWN <= 32);
