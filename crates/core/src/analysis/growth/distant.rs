//! What is asked of a heap that lies elsewhere than in a graph, such as in V8's memory, beside what a fold reads of any.

use super::terrain::Terrain;
use crate::graph::{NodeIx, Place};
use rustc_hash::FxHashSet;

/// A heap that lies elsewhere than in a graph.
pub trait Distant: Terrain {
    /// Finds out what a fold asks for.
    fn prepare(&mut self);
    /// When all links were asked for: what hidden objects and arrays belong to is known, and counted in the classes. Steps of ways among them,
    /// each with what it belongs to, and its bytes.
    fn finish(&mut self) -> Vec<(NodeIx, NodeIx, u64)>;
    /// Bytes of all nodes.
    fn total_size(&self) -> u64;
    /// Where a closure's code, or an object's constructor, is written.
    fn place(&mut self, node: NodeIx) -> Option<Place>;
    /// The index of the node's name, as a snapshot has it; of strings there is none.
    fn name(&mut self, node: NodeIx) -> u32;
    /// What a string says, as far as a snapshot shows it.
    fn text(&mut self, string: NodeIx) -> Vec<u8>;
    /// A closure of each script, and the objects that are called `process`.
    fn landmarks(&self) -> Vec<NodeIx>;
    /// All closures of these scopes and of scopes within them, each with its own scope and its place.
    fn closures(&mut self, scopes: &FxHashSet<NodeIx>, each: &mut dyn FnMut(NodeIx, NodeIx, NodeIx, Place));
    /// The ES module that exports what is in this cell.
    fn exporter(&mut self, cell: NodeIx) -> Option<NodeIx>;
}
