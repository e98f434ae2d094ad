//! V8's heap, to be folded: what the core asks of one node.

use super::land::Land;
use super::memory::Memory;
use super::size::size;
use super::text;
use super::types::Role;
use super::walk::{Link, Phase, SYNTHETIC};
use leakguard_core::analysis::{
    CALLBACKS, Class, Distant, FunctionKey, LinkName, Node, Terrain, by_kind, extra_of, plain_path,
};
use leakguard_core::graph::{EdgeKind, NodeIx, NodeKind, StringTable};

/// `f.bind().bind()`: nobody goes further.
const BOUND: usize = 8;

impl Terrain for Land {
    type Link = LinkName;

    const RING_PART: usize = 16;

    const HAS_SIZES: bool = true;

    fn node_count(&self) -> usize {
        (SYNTHETIC + self.walk.open.numbers.count()) as usize + self.walk.lengths.len()
    }

    fn texts(&self) -> &StringTable {
        self.walk.graph.texts()
    }

    fn classes(&self) -> &[Class] {
        &self.classes
    }

    fn node(&mut self, node: NodeIx) -> Node {
        let Some(object) = self.object(node) else {
            if let Some(&(name, class)) = self.synthetic.get(node.0 as usize) {
                return Node { kind: NodeKind::SYNTHETIC, name, size: 0, class, values: 0 };
            }
            let (name, class) = self.buffer;
            let at = (node.0 - SYNTHETIC - self.walk.open.numbers.count()) as usize;
            return Node { kind: NodeKind::NATIVE, name, size: self.walk.lengths[at], class, values: 0 };
        };
        let Some(at) = self.map(object) else {
            return Node { kind: NodeKind::HIDDEN, name: 0, size: 0, class: self.hidden_class, values: 0 };
        };
        let shape = self.shape(at, object);
        let (kind, class) = self.sort_of(at, shape, object);
        let walk = &self.walk;
        let map = &walk.maps.list[at as usize];
        let number = map.instance_type;
        let bytes = size(&walk.memory, walk.metadata, walk.types, map, object).unwrap_or(0);
        let size = bytes + walk.outside(number, object);
        let values = self.values(number, object);
        Node { kind, name: shape.name, size, class, values }
    }

    #[inline]
    fn extra(&self, node: NodeIx) -> u32 {
        match self.synthetic.get(node.0 as usize) {
            Some(&(name, _)) => extra_of(NodeKind::SYNTHETIC, || self.walk.graph.texts().raw(name)),
            None => self.survey.kind(node).extra(),
        }
    }

    #[inline]
    fn is_leaf(&self, node: NodeIx) -> bool {
        self.survey.kind(node).is_leaf()
    }

    fn links(&mut self, node: NodeIx, from: &mut u32, _: usize, mut each: impl FnMut(NodeIx, u32, LinkName)) -> bool {
        let is_first = *from == 0;
        self.walk.links.clear();
        let has_more = match self.object(node) {
            Some(object) => self.walk.describe_part_of(node, object, from),
            None => self.walk.describe_part(node, from),
        };
        let owner = self.survey.owners.of_links(node);
        for &Link { node: to, kind, name, is_value } in &self.walk.links {
            self.survey.owners.claim(to, owner);
            if let Some(cost) = by_kind(kind, node == NodeIx::ROOT) {
                each(to, cost, LinkName { kind, name, is_value });
            }
        }
        if is_first && self.survey.is_key(node) {
            let first = self.pairs.partition_point(|&(key, _)| key < node);
            for &(_, value) in self.pairs[first..].iter().take_while(|&&(key, _)| key == node) {
                each(value, 5, LinkName { kind: EdgeKind::Internal, name: 0, is_value: true });
            }
        }
        has_more
    }

    fn called(&self, link: LinkName) -> LinkName {
        link
    }

    #[inline]
    fn via(from: NodeIx, _: LinkName) -> u32 {
        from.0
    }

    fn has_more_links(&mut self, node: NodeIx, than: usize) -> bool {
        let Some(object) = self.object(node) else { return false };
        let Some(map) = self.map(object) else { return false };
        let walk = &mut self.walk;
        let bytes = size(&walk.memory, walk.metadata, walk.types, &walk.maps.list[map as usize], object).unwrap_or(0);
        if !self.survey.is_key(node) && walk.most_links(object, map, bytes) <= than as u64 {
            return false;
        }
        let (mut count, mut place) = (0, 0);
        self.walk.phase = Phase::Link { is_naming: false };
        loop {
            let has_more = self.links(node, &mut place, than, |_, _, _| count += 1);
            if !has_more || count > than {
                break;
            }
        }
        self.walk.phase = Phase::Link { is_naming: true };
        count > than
    }

    fn function(&mut self, closure: NodeIx) -> Option<FunctionKey> {
        let mut object = self.object(closure)?;
        for _ in 0..BOUND {
            if self.role(object) != Some(Role::Bound) {
                break;
            }
            object = self.slot(object, 24)?;
        }
        if self.role(object) != Some(Role::Function) {
            return None;
        }
        let function = self.walk.function(object);
        Some((function.name, function.place))
    }

    fn called_by(&mut self, timer: NodeIx) -> Option<FunctionKey> {
        let closure = self.child(timer, &CALLBACKS)?;
        if self.survey.kind(closure).is_closure() { self.function(closure) } else { None }
    }

    fn generated_by(&mut self, generator: NodeIx) -> Option<FunctionKey> {
        let object = self.object(generator)?;
        let shared = self.walk.generated(object);
        self.walk.function_of(shared).map(|function| (function.name, function.place))
    }

    fn file(&mut self, module: NodeIx) -> Option<String> {
        let what = self.node(module);
        let is = |land: &Self, name: &[u8]| land.texts().raw(what.name) == name;
        let name = if what.kind == NodeKind::OBJECT && is(self, b"Module") {
            self.text_of(module, b"filename").or_else(|| self.text_of(module, b"id"))?
        } else if what.kind == NodeKind::OBJECT && is(self, b"ModuleWrap") {
            self.text_of(module, b"url")?
        } else if what.kind == NodeKind::HIDDEN && is(self, b"system / SourceTextModule") {
            let mut place = 0;
            self.walk.describe_part(module, &mut place);
            let targets: Vec<NodeIx> = self.walk.links.iter().map(|link| link.node).collect();
            targets.into_iter().find_map(|code| {
                let object = self.object(code)?;
                match self.role(object)? {
                    Role::Function => self.script(object),
                    Role::Generator => {
                        let function = self.slot(object, 24)?;
                        self.script(function)
                    }
                    _ => None,
                }
            })?
        } else {
            return None;
        };
        Some(plain_path(&name).into_owned())
    }

    fn export(&mut self, cell: NodeIx) -> Option<String> {
        if self.exports.is_empty() {
            return None;
        }
        self.exports.get(&cell).map(|(_, name)| name.clone())
    }

    #[inline]
    fn fetch(&mut self, node: NodeIx) {
        if let Some(object) = self.object(node) {
            Memory::fetch(object);
        }
    }

    #[inline]
    fn fetch_behind(&mut self, node: NodeIx) {
        let Some(object) = self.object(node) else { return };
        if let Some(list) = self.slot(object, 16) {
            Memory::fetch(list);
        }
    }
}

impl Land {
    /// The file of the script that a closure comes from.
    fn script(&mut self, closure: u64) -> Option<String> {
        let metadata = self.walk.metadata;
        let shared = self.slot(closure, metadata.function_shared)?;
        let script = self.slot(shared, metadata.shared_script)?;
        let name = self.slot(script, 16).and_then(|name| text::read(&self.walk.memory, name, text::CUT))?;
        let name = String::from_utf8_lossy(&name).into_owned();
        if name.is_empty() { None } else { Some(name) }
    }

    /// What the first link of one of these names leads to.
    fn child(&mut self, node: NodeIx, names: &[&[u8]]) -> Option<NodeIx> {
        let mut place = 0;
        loop {
            let has_more = match self.object(node) {
                Some(object) => self.walk.describe_part_of(node, object, &mut place),
                None => self.walk.describe_part(node, &mut place),
            };
            let texts = self.walk.graph.texts();
            let mut links = self.walk.links.iter().filter(|link| !link.kind.is_indexed());
            let found = links.find(|link| names.contains(&texts.raw(link.name)));
            if found.is_some() || !has_more {
                return found.map(|link| link.node);
            }
        }
    }

    /// The text of the string that the first link of this name leads to.
    fn text_of(&mut self, node: NodeIx, name: &[u8]) -> Option<String> {
        let node = self.child(node, &[name])?;
        (self.node(node).kind == NodeKind::STRING).then(|| String::from_utf8_lossy(&self.text(node)).into_owned())
    }
}
