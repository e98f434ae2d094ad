//! Closures by the file that defines them. What stays in memory because a function does is in the function's scope, so that a file whose
//! closures retain much is where to look. O(C log C) for C closures, 8 bytes each.

use super::heap::Heap;
use super::scripts::Scripts;
use crate::graph::{Graph, NodeIx, NodeKind, Place};
use crate::{ClosureRow, ClosureSite, Error, FunctionCount, Watch};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// Functions of a file that are told.
const FUNCTIONS: usize = 5;
/// The number of no file.
const NONE: u32 = u32::MAX;
/// Closures between two looks at the cancel signal.
const STRIDE: usize = 1 << 16;

/// Every closure whose place V8 knows.
pub(super) struct Closures {
    /// By number: a function's place, and one of its closures.
    functions: Vec<(Place, NodeIx)>,
    /// The closures, each with its function's number.
    all: Vec<(NodeIx, u32)>,
}

/// What some closures come to.
#[derive(Clone, Copy, Default)]
struct Total {
    count: u64,
    shallow: u64,
    retained: u64,
    /// The rank behind what is counted in `retained`.
    covered: usize,
}

impl Total {
    /// One closure more; they come by rank.
    fn add(&mut self, heap: &Heap, node: NodeIx, rank: usize) {
        self.count += 1;
        self.shallow = self.shallow.saturating_add(heap.self_size(node));
        if rank >= self.covered {
            self.retained = self.retained.saturating_add(heap.retained(node));
            self.covered = rank + heap.retained_count(node) as usize;
        }
    }
}

impl Closures {
    #[inline(never)]
    pub(super) fn find(graph: &Graph) -> Self {
        let mut numbers: FxHashMap<Place, u32> = FxHashMap::default();
        let (mut functions, mut all) = (Vec::new(), Vec::new());
        for &(node, place) in graph.places.iter().filter(|(node, _)| graph.kind(*node) == NodeKind::CLOSURE) {
            let number = *numbers.entry(place).or_insert_with(|| {
                functions.push((place, node));
                functions.len() as u32 - 1
            });
            all.push((node, number));
        }
        Self { functions, all }
    }

    /// The `top` files whose closures retain most.
    #[inline(never)]
    pub(super) fn rows(
        self,
        heap: &Heap,
        scripts: &Scripts,
        top: usize,
        watch: &Watch,
    ) -> Result<Vec<ClosureRow>, Error> {
        let Self { functions, all } = self;
        let (files, file_of) = files(heap.graph(), scripts, &functions);
        let rank = |node| heap.tree().rank(node);
        let of_app = all.into_iter().filter(|&(_, function)| file_of[function as usize] != NONE);
        let mut by_rank: Vec<_> = of_app.map(|(node, function)| (rank(node), node, function)).collect();
        by_rank.sort_unstable_by_key(|&(rank, ..)| rank);
        let mut of_files = vec![Total::default(); files.len()];
        let mut of_functions = vec![Total::default(); functions.len()];
        for (nth, (rank, node, function)) in by_rank.into_iter().enumerate() {
            if nth.is_multiple_of(STRIDE) {
                watch.check()?;
            }
            of_functions[function as usize].add(heap, node, rank);
            of_files[file_of[function as usize] as usize].add(heap, node, rank);
        }
        let mut order: Vec<usize> = (0..files.len()).collect();
        order.sort_by_key(|&file| (Reverse((of_files[file].retained, of_files[file].count)), &files[file]));
        order.truncate(top);
        let mut by_file: FxHashMap<u32, Vec<usize>> = order.iter().map(|&file| (file as u32, Vec::new())).collect();
        for (function, file) in file_of.iter().enumerate() {
            if let Some(own) = by_file.get_mut(file) {
                own.push(function);
            }
        }
        let site = |function: usize| {
            let ((place, node), total) = (functions[function], of_functions[function]);
            let (graph, count) = (heap.graph(), total.count);
            let location = scripts.location(graph, place);
            let function = FunctionCount { function: graph.name(node).into_owned(), location, count };
            ClosureSite { function, retained_size: total.retained }
        };
        let row = |file: usize| {
            let mut own = by_file.remove(&(file as u32)).unwrap_or_default();
            own.sort_by_key(|&function| {
                let (total, (place, _)) = (of_functions[function], functions[function]);
                (Reverse((total.retained, total.count)), place.line, place.column, place.script)
            });
            let total = of_files[file];
            ClosureRow {
                file: files[file].clone(),
                count: total.count,
                shallow_size: total.shallow,
                retained_size: total.retained,
                functions: own.into_iter().take(FUNCTIONS).map(site).collect(),
            }
        };
        Ok(order.into_iter().map(row).collect())
    }
}

/// The app's files, and by function the number of its file, or [`NONE`]. Scripts can share a file: a module that was loaded twice.
fn files(graph: &Graph, scripts: &Scripts, functions: &[(Place, NodeIx)]) -> (Vec<String>, Vec<u32>) {
    let mut files: Vec<String> = Vec::new();
    let mut by_name: FxHashMap<String, u32> = FxHashMap::default();
    let mut by_script: FxHashMap<u32, u32> = FxHashMap::default();
    let mut number = |script: u32| {
        let Some(name) = scripts.file(graph, script).filter(|name| !name.starts_with("node:")) else { return NONE };
        *by_name.entry(name).or_insert_with_key(|name| {
            files.push(name.clone());
            files.len() as u32 - 1
        })
    };
    let file_of = functions
        .iter()
        .map(|(place, _)| *by_script.entry(place.script).or_insert_with(|| number(place.script)))
        .collect();
    (files, file_of)
}

#[cfg(test)]
mod tests {
    use crate::analysis::{Heap, report};
    use crate::graph::{EdgeKind, NodeKind};
    use crate::testing::SnapshotBuilder;
    use crate::{AnalyzeOptions, NoSources, Watch};

    #[test]
    fn what_is_inside_another_closure_of_the_file_counts_once() {
        // outer's scope holds inner's closure, both of /app/a.js; beside them one of Node's own.
        let mut builder = SnapshotBuilder::new();
        for (script, file) in [("1", "/app/a.js"), ("2", "node:events")] {
            let [shared, code, name] = ["shared", "code", "name"].map(|part| format!("{part}{script}"));
            builder = builder
                .node(&shared, NodeKind::CODE, "shared", 10)
                .node(&code, NodeKind::CODE, file, 10)
                .node(&name, NodeKind::STRING, file, 10)
                .edge(&shared, EdgeKind::Internal, "script", &code)
                .edge(&code, EdgeKind::Internal, "name", &name);
        }
        let closures = [("outer", "1", 1, 0), ("inner", "1", 2, 4), ("again", "1", 2, 4), ("emit", "2", 9, 9)];
        for (name, script, line, column) in closures {
            builder = builder
                .node(name, NodeKind::CLOSURE, if name == "again" { "inner" } else { name }, 100)
                .edge(name, EdgeKind::Internal, "shared", &format!("shared{script}"))
                .place(name, script.parse().expect("a number"), line, column);
        }
        let builder = builder
            .node("scope", NodeKind::OBJECT, "system / Context", 1000)
            .edge("root", EdgeKind::Element, "1", "outer")
            .edge("root", EdgeKind::Element, "2", "again")
            .edge("root", EdgeKind::Element, "3", "emit")
            .edge("outer", EdgeKind::Internal, "context", "scope")
            .edge("scope", EdgeKind::Context, "kept", "inner");
        let heap = Heap::new(builder.build(), &Watch::default()).expect("not cancelled");
        let report = report(&heap, &AnalyzeOptions::default(), &NoSources, &Watch::default()).expect("not cancelled");
        let [row] = &report.closures[..] else { panic!("{:?}", report.closures) };
        assert_eq!((row.file.as_str(), row.count, row.shallow_size, row.retained_size), ("/app/a.js", 3, 300, 1300));
        let sites = row.functions.iter().map(|site| {
            let line = site.function.location.as_ref().map(|at| at.line);
            (site.function.function.as_str(), line, site.function.count, site.retained_size)
        });
        assert_eq!(sites.collect::<Vec<_>>(), [("outer", Some(2), 1, 1200), ("inner", Some(3), 2, 200)]);
    }
}
