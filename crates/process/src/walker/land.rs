//! V8's heap as a fold reads it: where it lies. Nothing of it is copied but what tells objects' numbers and what they are: 1 bit and some a
//! word, half a byte an object.

use super::context;
use super::maps::Map;
use super::memory::Memory;
use super::object::BUFFER;
use super::shared::{Function, type_of};
use super::size::size;
use super::survey::Survey;
use super::text;
use super::types::Role;
use super::walk::{Link, PART, PARTS, Phase, SYNTHETIC, Walk};
use leakguard_core::analysis::{
    Class, Distant, FunctionKey, LinkName, Node, Sorter, Terrain, by_kind, exports, extra_of, plain_path,
};
use leakguard_core::graph::{EdgeKind, NodeIx, NodeKind, Place, StringTable};
use rustc_hash::{FxHashMap, FxHashSet};

/// Scopes that are looked through outwards.
const NESTED: usize = 64;
/// `f.bind().bind()`: nobody goes further.
const BOUND: usize = 8;
/// Nodes whose addresses were asked for last, a power of two.
const LATE: usize = 256;
const NONE: u32 = u32::MAX;

/// What a node is to a fold, in three bits: what a step to it costs, and whether it leads nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kind(pub u8);

impl Kind {
    /// By what a snapshot says it is.
    pub fn new(kind: NodeKind, is_leaf: bool) -> Self {
        let cost = match extra_of(kind, || &[]) {
            0 => 0,
            6 => 1,
            _ => 2,
        };
        Self(cost << 1 | u8::from(is_leaf))
    }

    #[inline]
    fn extra(self) -> u32 {
        [0, 6, 24, 24][usize::from(self.0 >> 1 & 3)]
    }

    /// Has it no links?
    #[inline]
    pub fn is_leaf(self) -> bool {
        self.0 & 1 == 1
    }
}

/// What all objects of a map have in common.
#[derive(Clone, Copy, Debug)]
struct Shape {
    kind: NodeKind,
    name: u32,
    class: u32,
    place: Option<Place>,
}

/// The heap, when all objects were met and their classes named.
pub struct Land {
    walk: Walk<'static>,
    survey: Survey,
    shapes: Vec<Shape>,
    classes: Vec<Class>,
    /// By map and function: generators are told apart by it.
    generators: FxHashMap<(u32, u64), u32>,
    hidden_class: u32,
    synthetic: [(u32, u32); SYNTHETIC as usize],
    buffer: (u32, u32),
    total: u64,
    /// Keys of `WeakMap`s with their values, sorted.
    pairs: Vec<(NodeIx, NodeIx)>,
    processes: Vec<NodeIx>,
    /// By cell: the record of the ES module that exports what is in it, and the name.
    exports: FxHashMap<NodeIx, (NodeIx, String)>,
    late: Box<[(u32, u64)]>,
}

impl Walk<'_> {
    /// What a snapshot says the object is.
    pub(super) fn kind(&self, number: u16, object: u64) -> NodeKind {
        if number < text::FIRST_OTHER {
            return match text::form(number) {
                Some(text::Form::Cons) => NodeKind::CONS_STRING,
                Some(text::Form::Sliced) => NodeKind::SLICED_STRING,
                _ => NodeKind::STRING,
            };
        }
        let of_type = self.types.get(number);
        if of_type.role == Role::Symbol && super::texts::is_private(&self.memory, object) {
            return NodeKind::HIDDEN;
        }
        of_type.kind
    }

    /// The function of a closure.
    pub(super) fn function(&mut self, closure: u64) -> Function {
        let Self { memory, metadata, types, texts, graph, functions, .. } = self;
        functions.of(memory, metadata, types, texts, graph, closure)
    }

    /// Describes a node, of long lists the part from a place on: what it links to is in `links`. Is there more?
    pub(super) fn describe_part(&mut self, node: NodeIx, from: &mut u32) -> bool {
        self.links.clear();
        (self.from, self.has_more) = (u64::from(*from), false);
        let objects = self.open.numbers.count();
        if node.0 < SYNTHETIC {
            self.describe_root(node.0 as usize);
            self.describe_late(node);
        } else if node.0 < SYNTHETIC + objects {
            let object = self.open.numbers.address(&self.memory, node.0 - SYNTHETIC);
            return self.describe_part_of(node, object, from);
        }
        *from += PART as u32;
        self.has_more
    }

    /// The same of the object that is there.
    fn describe_part_of(&mut self, node: NodeIx, object: u64, from: &mut u32) -> bool {
        self.links.clear();
        (self.from, self.has_more) = (u64::from(*from), false);
        self.describe_object_at(node, object);
        *from += PART as u32;
        self.has_more
    }

    /// What the root has besides its parts, and the stack.
    fn describe_late(&mut self, node: NodeIx) {
        if node == NodeIx::ROOT {
            self.put(EdgeKind::Element, 1, NodeIx(1));
            for at in 0..self.globals.len() {
                let Some(global) = self.open.number(&self.memory, self.globals[at]) else { continue };
                let name = if self.is_naming() { self.texts.number(&mut self.graph, at + 1) } else { 0 };
                self.put(EdgeKind::Shortcut, name, global);
            }
        } else if node.0 + 1 == SYNTHETIC {
            for at in 0..self.stack.len() {
                if let Some(target) = self.reach(self.stack[at]) {
                    self.put(EdgeKind::Element, at as u32, target);
                }
            }
        }
    }
}

impl Land {
    /// What was met, with the names of classes by map. The rest is found out before the fold.
    pub fn new(walk: Walk<'static>, survey: Survey, names: &[(u32, Option<Place>)]) -> Self {
        let mut land = Self {
            walk,
            survey,
            shapes: Vec::new(),
            classes: Vec::new(),
            generators: FxHashMap::default(),
            hidden_class: 0,
            synthetic: [(0, 0); SYNTHETIC as usize],
            buffer: (0, 0),
            total: 0,
            pairs: Vec::new(),
            processes: Vec::new(),
            exports: FxHashMap::default(),
            late: vec![(NONE, 0); LATE].into_boxed_slice(),
        };
        land.sort(names);
        land
    }

    /// How many objects there are of a class.
    pub fn count(&self, class: &str) -> u64 {
        let texts = self.walk.graph.texts();
        let is_it = |shape: &Shape| shape.kind == NodeKind::OBJECT && texts.raw(shape.name) == class.as_bytes();
        let maps = self.walk.maps.list.iter().zip(&self.shapes);
        maps.filter(|(_, shape)| is_it(shape)).map(|(map, _)| map.count).sum()
    }

    /// Sorts all objects into classes, by map.
    fn sort(&mut self, names: &[(u32, Option<Place>)]) {
        let Self { walk, survey, .. } = self;
        let mut sorter = Sorter::default();
        for (at, name) in ["", "(GC roots)"].iter().chain(&PARTS).enumerate() {
            let name = walk.graph.text(name.as_bytes());
            let class = sorter.class(walk.graph.texts(), NodeKind::SYNTHETIC, name, None);
            self.synthetic[at] = (name, class);
        }
        let name = walk.graph.text(BUFFER.as_bytes());
        self.buffer = (name, sorter.class(walk.graph.texts(), NodeKind::NATIVE, name, None));
        let lengths = walk.lengths.iter().fold(0u64, |sum, &length| sum.saturating_add(length));
        sorter.count(self.buffer.1, walk.lengths.len() as u64, lengths);
        self.hidden_class = sorter.class(walk.graph.texts(), NodeKind::HIDDEN, name, None);
        let mut total = lengths;
        for (at, &named) in (0..).zip(names) {
            let Map { instance_type: number, count, bytes, sample, .. } = walk.maps.list[at as usize];
            let bytes = bytes + survey.outside.get(&at).copied().unwrap_or(0);
            total = total.saturating_add(bytes);
            // Of a symbol's map, whether it is hidden is up to each.
            let role = walk.types.get(number).role;
            let kind = if role == Role::Symbol { NodeKind::SYMBOL } else { walk.kind(number, sample) };
            let (name, place) = walk.common_name(number, named);
            let class = sorter.class(walk.graph.texts(), kind, name, place);
            let (hidden, hidden_bytes) = survey.hidden.get(&at).copied().unwrap_or_default();
            sorter.count(self.hidden_class, hidden, hidden_bytes);
            if role == Role::Generator {
                for (&(map, shared), &(count, bytes)) in survey.generators.iter().filter(|((map, _), _)| *map == at) {
                    let place = walk.function_of(shared).and_then(|function| function.place).or(place);
                    let class = sorter.class(walk.graph.texts(), kind, name, place);
                    sorter.count(class, count, bytes);
                    self.generators.insert((map, shared), class);
                }
            } else {
                sorter.count(class, count - hidden, bytes - hidden_bytes);
            }
            self.shapes.push(Shape { kind, name, class, place });
            if kind == NodeKind::OBJECT && walk.graph.texts().raw(name) == b"process" {
                self.processes.extend(walk.open.number(&walk.memory, sample));
            }
        }
        self.total = total;
        self.classes = sorter.rows();
    }

    /// The object's address; `None` for what is none.
    #[inline]
    fn object(&mut self, node: NodeIx) -> Option<u64> {
        let late = &mut self.late[node.0 as usize % LATE];
        if late.0 == node.0 {
            return Some(late.1);
        }
        let number = node.0.checked_sub(SYNTHETIC).filter(|&number| number < self.walk.open.numbers.count())?;
        *late = (node.0, self.walk.open.numbers.address(&self.walk.memory, number));
        Some(late.1)
    }

    fn map(&mut self, object: u64) -> Option<u32> {
        self.walk.maps.of(&self.walk.memory, self.walk.types, object)
    }

    fn role(&self, object: u64) -> Option<Role> {
        let number = type_of(&self.walk.memory, object)?;
        Some(self.walk.types.get(number).role)
    }

    /// What a slot of an object leads to.
    fn slot(&self, object: u64, offset: u64) -> Option<u64> {
        self.walk.memory.word(object + offset).filter(|word| word & 3 == 1).map(|word| word - 1)
    }

    /// The file of the script that a closure comes from.
    fn script(&mut self, closure: u64) -> Option<String> {
        let metadata = self.walk.metadata;
        let shared = self.slot(closure, metadata.function_shared)?;
        let script = self.slot(shared, metadata.shared_script)?;
        let name = self.slot(script, 16).and_then(|name| text::read(&self.walk.memory, name, text::CUT))?;
        let name = String::from_utf8_lossy(&name).into_owned();
        if name.is_empty() { None } else { Some(name) }
    }

    /// The text of the string that the first link of this name leads to.
    fn text_of(&mut self, node: NodeIx, name: &[u8]) -> Option<String> {
        let mut place = 0;
        loop {
            let has_more = self.walk.describe_part(node, &mut place);
            let texts = self.walk.graph.texts();
            let found = self.walk.links.iter().find(|link| !link.kind.is_indexed() && texts.raw(link.name) == name);
            if let Some(node) = found.map(|link| link.node) {
                if self.node(node).kind != NodeKind::STRING {
                    return None;
                }
                return Some(String::from_utf8_lossy(&self.text(node)).into_owned());
            }
            if !has_more {
                return None;
            }
        }
    }
}

impl Walk<'_> {
    /// The name that all objects of a map have for a fold, and the place of their class. `named`: what V8 calls their class.
    fn common_name(&mut self, number: u16, named: (u32, Option<Place>)) -> (u32, Option<Place>) {
        if number < text::FIRST_OTHER {
            let name = match text::form(number) {
                Some(text::Form::Cons) => "(concatenated string)",
                Some(text::Form::Sliced) => "(sliced string)",
                _ => "",
            };
            return (self.texts.known(&mut self.graph, name), None);
        }
        let of_type = self.types.get(number);
        match of_type.role {
            // Each has a name of its own, which a fold does not ask for.
            Role::Function | Role::Shared | Role::RegExp | Role::Script => {
                (self.texts.known(&mut self.graph, ""), None)
            }
            Role::Bound | Role::Symbol | Role::BigInt | Role::Number | Role::Array => (self.node(0, number, 0).1, None),
            _ if self.types.is_object(number) => named,
            _ => (self.texts.system(&mut self.graph, of_type.name), None),
        }
    }

    /// The function with this `SharedFunctionInfo`; none where there is none.
    fn function_of(&mut self, shared: u64) -> Option<Function> {
        if shared == 0 {
            return None;
        }
        let Self { memory, metadata, types, texts, graph, functions, .. } = self;
        Some(functions.of_shared(memory, metadata, types, texts, graph, shared))
    }

    /// The `SharedFunctionInfo` of the function that a generator runs; 0 where there is none.
    pub(super) fn generated(&self, generator: u64) -> u64 {
        let slot = |object: u64, offset: u64| self.memory.word(object + offset).filter(|word| word & 3 == 1);
        let is_function = |&function: &u64| {
            type_of(&self.memory, function - 1).is_some_and(|number| self.types.get(number).role == Role::Function)
        };
        let function = slot(generator, 24).filter(is_function);
        function.and_then(|function| slot(function - 1, self.metadata.function_shared)).map_or(0, |shared| shared - 1)
    }

    /// At most so many links has an object, its long lists aside.
    fn most_links(&mut self, object: u64, map: u32, bytes: u64) -> u64 {
        let list = |offset: u64| {
            let list = self.memory.word(object + offset).filter(|&word| word & 3 == 1 && word != self.empty)?;
            self.memory.word(list + 7).map(|length| length >> 32)
        };
        let Map { instance_type, is_dictionary, .. } = self.maps.list[map as usize];
        if !self.types.is_object(instance_type) {
            return bytes / 8;
        }
        let (outside, elements) = (list(8).unwrap_or(0), list(16).unwrap_or(0));
        let properties = self.maps.properties(&self.memory, self.metadata, map);
        let accessors = properties.iter().filter(|property| property.is_accessor).count() as u64;
        let outside = if is_dictionary { outside } else { 0 };
        bytes / 8 + properties.len() as u64 + 2 * accessors + outside + elements + 4
    }
}

impl Terrain for Land {
    type Link = LinkName;

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
                return Node { kind: NodeKind::SYNTHETIC, name, size: 0, class };
            }
            let (name, class) = self.buffer;
            let at = (node.0 - SYNTHETIC - self.walk.open.numbers.count()) as usize;
            return Node { kind: NodeKind::NATIVE, name, size: self.walk.lengths[at], class };
        };
        let Some(at) = self.map(object) else {
            return Node { kind: NodeKind::HIDDEN, name: 0, size: 0, class: self.hidden_class };
        };
        let Shape { kind, name, class, .. } = self.shapes[at as usize];
        let walk = &self.walk;
        let map = &walk.maps.list[at as usize];
        let number = map.instance_type;
        let bytes = size(&walk.memory, walk.metadata, walk.types, map, object).unwrap_or(0);
        let size = bytes + walk.outside(number, object);
        let (kind, class) = match walk.types.get(number).role {
            _ if number < text::FIRST_OTHER => (kind, class),
            Role::Symbol if walk.kind(number, object) == NodeKind::HIDDEN => (NodeKind::HIDDEN, self.hidden_class),
            Role::Generator => {
                let shared = walk.generated(object);
                (kind, self.generators.get(&(at, shared)).copied().unwrap_or(class))
            }
            _ => (kind, class),
        };
        Node { kind, name, size, class }
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

impl Distant for Land {
    fn prepare(&mut self) {
        self.pairs = self.walk.pairs_met();
        self.walk.tables = Vec::new();
        for &(key, _) in &self.pairs {
            self.survey.put_key(key);
        }
        for at in 0..self.pairs.len() {
            // Its key and its table.
            self.survey.owners.share(self.pairs[at].1);
        }
        let records: Vec<NodeIx> =
            self.survey.records.iter().filter_map(|&record| self.walk.open.number(&self.walk.memory, record)).collect();
        self.exports = exports(self, &records);
    }

    fn finish(&mut self) -> Vec<(NodeIx, NodeIx, u64)> {
        while let Some(node) = self.survey.owners.next_changed() {
            if !self.survey.kind(node).is_leaf() {
                let mut place = 0;
                while self.links(node, &mut place, 0, |_, _, _| {}) {}
            }
        }
        let mut steps = Vec::new();
        for (node, owner) in std::mem::take(&mut self.survey.owners).owned() {
            let (what, owner_is) = (self.node(node), self.node(owner));
            let class = &mut self.classes[what.class as usize];
            class.count -= 1;
            class.shallow -= what.size;
            self.classes[owner_is.class as usize].shallow += what.size;
            let is_step = what.kind == NodeKind::HIDDEN
                && matches!(self.texts().raw(what.name), b"system / NativeContext" | b"system / SourceTextModule");
            if is_step {
                steps.push((node, owner, what.size));
            }
        }
        steps
    }

    fn total_size(&self) -> u64 {
        self.total
    }

    fn name(&mut self, node: NodeIx) -> u32 {
        let what = self.node(node);
        let Some(object) = self.object(node) else { return what.name };
        let Some(number) = type_of(&self.walk.memory, object) else { return what.name };
        match self.walk.types.get(number).role {
            _ if number < text::FIRST_OTHER => what.name,
            Role::Function | Role::Shared | Role::RegExp | Role::Script => self.walk.node(0, number, object).1,
            _ => what.name,
        }
    }

    fn place(&mut self, node: NodeIx) -> Option<Place> {
        let object = self.object(node)?;
        let map = self.map(object)?;
        let number = self.walk.maps.list[map as usize].instance_type;
        match self.walk.types.get(number).role {
            _ if number < text::FIRST_OTHER => None,
            Role::Function => self.walk.function(object).place,
            Role::Generator => {
                let shared = self.walk.generated(object);
                let place = self.walk.function_of(shared).and_then(|function| function.place);
                place.or(self.shapes[map as usize].place)
            }
            _ => self.shapes[map as usize].place,
        }
    }

    fn text(&mut self, string: NodeIx) -> Vec<u8> {
        let text = self.object(string).and_then(|object| text::read(&self.walk.memory, object, text::CUT));
        text.map(std::borrow::Cow::into_owned).unwrap_or_default()
    }

    fn landmarks(&self) -> Vec<NodeIx> {
        let scripts =
            self.survey.scripts.values().filter_map(|&closure| self.walk.open.number(&self.walk.memory, closure));
        let mut all: Vec<NodeIx> = scripts.chain(self.processes.iter().copied()).collect();
        all.sort_unstable();
        all
    }

    fn closures(&mut self, scopes: &FxHashSet<NodeIx>, each: &mut dyn FnMut(NodeIx, NodeIx, NodeIx, Place)) {
        let wanted: FxHashMap<u64, NodeIx> =
            scopes.iter().filter_map(|&scope| Some((self.object(scope)?, scope))).collect();
        let (mut at, mut node) = ((0, 0), SYNTHETIC);
        let numbers = std::mem::take(&mut self.walk.open.numbers);
        while let Some(object) = numbers.next(&self.walk.memory, &mut at) {
            let closure = NodeIx(node);
            node += 1;
            if self.role_by_map(object) != Some(Role::Function) {
                continue;
            }
            let Some(own) = self.slot(object, self.walk.metadata.function_context) else { continue };
            let outwards = std::iter::successors(Some(own), |&scope| {
                let is_scope = self.role(scope) == Some(Role::Context);
                self.slot(scope, context::PREVIOUS).filter(|_| is_scope)
            });
            let Some(&scope) = outwards.take(NESTED).find_map(|scope| wanted.get(&scope)) else { continue };
            let Some(own) = numbers.of(&self.walk.memory, own) else { continue };
            if let Some(place) = self.walk.function(object).place {
                each(closure, NodeIx(own + SYNTHETIC), scope, place);
            }
        }
        self.walk.open.numbers = numbers;
    }

    fn exporter(&mut self, cell: NodeIx) -> Option<NodeIx> {
        self.exports.get(&cell).map(|&(record, _)| record)
    }
}

impl Land {
    #[inline]
    fn role_by_map(&mut self, object: u64) -> Option<Role> {
        let map = self.map(object)?;
        Some(self.walk.types.get(self.walk.maps.list[map as usize].instance_type).role)
    }
}
