//! A fold of what is no graph, held against that of the graph: the same heaps behind the other trait.

use super::super::beside::Beside;
use super::super::heap::{Ground, Heap};
use super::super::modules::Modules;
use super::super::server::{server, variable};
use super::distant::Distant;
use super::random::{built, random};
use super::scale::array;
use super::terrain::{Charted, FunctionKey, LinkName, Node, Terrain};
use super::tests::{filled, options};
use super::{Census, census, census_afar};
use crate::analysis::classes::Class;
use crate::graph::{EdgeIx, EdgeKind, Graph, NodeIx, NodeKind, Place, StringTable};
use crate::testing::SnapshotBuilder;
use crate::{CensusOptions, Growth, NoSources, Watch};
use rustc_hash::FxHashSet;

/// A graph that is asked as memory is: links a part at a time, ways by what comes before.
struct Far<'a> {
    chart: Charted<'a>,
    modules: Modules<'a>,
    on: Ground<'a>,
}

impl<'a> Far<'a> {
    fn new(heap: &'a Heap) -> Self {
        let on = heap.ground();
        Self { chart: Charted::new(on), modules: Modules::new(on.graph), on }
    }
}

impl Terrain for Far<'_> {
    type Link = EdgeIx;

    const RING_PART: usize = 16;

    const HAS_SIZES: bool = true;

    fn node_count(&self) -> usize {
        self.chart.node_count()
    }

    fn texts(&self) -> &StringTable {
        self.chart.texts()
    }

    fn classes(&self) -> &[Class] {
        self.chart.classes()
    }

    fn node(&mut self, node: NodeIx) -> Node {
        Node { size: self.on.graph.self_size(node), ..self.chart.node(node) }
    }

    fn extra(&self, node: NodeIx) -> u32 {
        self.chart.extra(node)
    }

    fn is_leaf(&self, node: NodeIx) -> bool {
        self.chart.is_leaf(node)
    }

    fn links(&mut self, node: NodeIx, from: &mut u32, _: usize, each: impl FnMut(NodeIx, u32, EdgeIx)) -> bool {
        self.chart.links(node, from, 3, each)
    }

    fn called(&self, link: EdgeIx) -> LinkName {
        self.chart.called(link)
    }

    fn via(from: NodeIx, _: EdgeIx) -> u32 {
        from.0
    }

    fn has_more_links(&mut self, node: NodeIx, than: usize) -> bool {
        self.chart.has_more_links(node, than)
    }

    fn function(&mut self, closure: NodeIx) -> Option<FunctionKey> {
        self.chart.function(closure)
    }

    fn called_by(&mut self, timer: NodeIx) -> Option<FunctionKey> {
        self.chart.called_by(timer)
    }

    fn generated_by(&mut self, generator: NodeIx) -> Option<FunctionKey> {
        self.chart.generated_by(generator)
    }

    fn file(&mut self, module: NodeIx) -> Option<String> {
        self.chart.file(module)
    }

    fn export(&mut self, cell: NodeIx) -> Option<String> {
        self.chart.export(cell)
    }

    fn fetch(&mut self, _: NodeIx) {}

    fn fetch_behind(&mut self, _: NodeIx) {}
}

impl Distant for Far<'_> {
    fn prepare(&mut self) {}

    fn finish(&mut self) -> Vec<(NodeIx, NodeIx, u64)> {
        Vec::new()
    }

    fn total_size(&self) -> u64 {
        self.on.graph.nodes().map(|node| self.on.graph.self_size(node)).sum()
    }

    fn place(&mut self, node: NodeIx) -> Option<Place> {
        self.on.graph.place(node)
    }

    fn name(&mut self, node: NodeIx) -> u32 {
        self.on.graph.name_index(node)
    }

    fn text(&mut self, string: NodeIx) -> Vec<u8> {
        self.on.graph.raw_name(string).to_vec()
    }

    fn landmarks(&self) -> Vec<NodeIx> {
        self.on.graph.nodes().filter(|&node| self.on.graph.kind(node) == NodeKind::CLOSURE).collect()
    }

    fn closures(&mut self, scopes: &FxHashSet<NodeIx>, each: &mut dyn FnMut(NodeIx, NodeIx, NodeIx, Place)) {
        let graph = self.on.graph;
        for &(closure, place) in &graph.places {
            let Some(own) = graph.child(closure, b"context") else { continue };
            let mut outwards = std::iter::successors(Some(own), |&scope| graph.child(scope, b"previous"));
            if let Some(scope) = outwards.find(|scope| scopes.contains(scope)) {
                each(closure, own, scope, place);
            }
        }
    }

    fn exporter(&mut self, cell: NodeIx) -> Option<NodeIx> {
        self.modules.exported(cell).map(|(record, _)| record)
    }
}

/// The census of a heap and what grew, by its graph and without.
fn both(graph: Graph, before: &[Census]) -> [(Census, Option<Growth>); 2] {
    let (what, watch) = (CensusOptions::default(), Watch::default());
    let (heap, beside) = Beside::fold(graph, true, &watch).expect("nobody cancels");
    let far = census_afar(Far::new(&heap), before.to_vec(), &what, &options(), &NoSources, &watch);
    let fold = beside.fold.expect("it was asked for");
    let near = census(&heap, fold, || Ok(before.to_vec()), &what, &options(), &NoSources, &watch);
    [near.expect("nobody cancels"), far.expect("nobody cancels")]
}

/// A look without a graph.
pub(super) fn look(builder: &SnapshotBuilder, before: &[Census]) -> (Census, Option<Growth>) {
    let [_, far] = both(builder.build(), before);
    far
}

/// The same, but for numbers of nodes.
fn assert_same(graph: Graph, before: &[Census], what: &str) -> Census {
    let [(mut near, near_grown), (mut far, far_grown)] = both(graph, before);
    let found = near.clone();
    for (_, told) in near.told.iter_mut().chain(&mut far.told) {
        told.id = 0;
    }
    assert_eq!(near, far, "{what}");
    let suspects = |growth: Option<Growth>| {
        growth.map(|growth| {
            growth.suspects.into_iter().map(|found| crate::Suspect { id: None, ..found }).collect::<Vec<_>>()
        })
    };
    assert_eq!(suspects(near_grown), suspects(far_grown), "{what}");
    found
}

#[test]
fn random_heaps_fold_alike_wherever_they_lie() {
    for seed in 0..300 {
        let (nodes, edges) = random(seed, 4 + seed as usize % 40);
        let order: Vec<usize> = (0..nodes.len()).collect();
        assert_same(built(&nodes, &edges, &order).build(), &[], &format!("seed {seed}"));
    }
}

#[test]
fn more_than_a_fold_has_room_for_at_once_folds_alike() {
    // One has room for all of them, the other for a sixteenth or 65,536.
    let census = assert_same(array(200_000, 3, 1), &[], "an array");
    assert_eq!(census.paths.count.iter().sum::<u64>(), census.node_count - 1, "all but the storage");
}

#[test]
fn what_grows_is_named_alike_wherever_it_lies() {
    let heap = |count: usize| {
        let builder = filled(variable(variable(server(), "jobs", "Array"), "names", "Map"), "jobs", "Job", count, 100);
        let mut builder = filled(builder, "names", "(string)", count, 200);
        // A list, which is longer than a way that is told from end to end.
        builder = variable(builder, "link 0", "Link");
        for at in 1..3 * count {
            builder = builder.node(&format!("link {at}"), NodeKind::OBJECT, "Link", 64).edge(
                &format!("link {}", at - 1),
                EdgeKind::Property,
                "next",
                &format!("link {at}"),
            );
        }
        builder
    };
    let mut before = Vec::new();
    for count in [500, 600, 700] {
        before.push(assert_same(heap(count).build(), &before, &format!("{count}")));
    }
    let [(_, grown), _] = both(heap(800).build(), &before);
    let mut names: Vec<String> = grown.expect("looks before").suspects.into_iter().map(|found| found.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["jobs", "link 0", "names"]);
}
