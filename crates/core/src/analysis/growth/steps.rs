//! What a step of a signature is made of: the edge's name as the source writes it, and the class of what it leads to.

use super::super::accumulation::is_static;
use super::super::functions::Function;
use super::super::heap::Ground;
use super::super::modules::{self, Modules};
use crate::graph::{EdgeIx, EdgeKind, Graph, NodeIx, NodeKind, Place};
use rustc_hash::{FxHashMap, FxHasher};
use std::borrow::Cow;
use std::hash::Hasher;

/// An object with more properties than that which hold one class is a map, and their names are keys.
const NAMED: usize = 32;
/// Numbers of labels and classes below are those of the graph.
const OWN: u32 = 1 << 31;

/// An edge's name: a string of the graph, or a text of [`Steps`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Label(u32);

impl Label {
    pub(super) const NOTHING: Self = Self(OWN);
    pub(super) const ELEMENT: Self = Self(OWN + 1);
    const INTERNAL: Self = Self(OWN + 2);
    /// From the key of a `WeakMap` to its value: two objects of one class are no list for it.
    const VALUE: Self = Self(OWN + 3);
}

/// What an edge leads to: a class of the heap, or one of [`Steps`]: a function, a module, a scope.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Class(u32);

impl Class {
    pub(super) const ROOT: Self = Self(OWN);
    pub(super) const NOISE: Self = Self(OWN + 1);
    const STRING: Self = Self(OWN + 2);
    const SCOPE: Self = Self(OWN + 3);
}

/// A class that the heap does not have.
enum Own {
    Text(Cow<'static, str>),
    Function(Function),
    Generator(Function),
    Module(String),
}

/// What a node is to a path.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[repr(u8)]
pub(super) enum Sort {
    /// Part of another object.
    Storage = 1,
    /// V8's code, shapes, feedback.
    Noise,
    Scope,
    Closure,
    /// A function that waits, with its variables: told apart by the function.
    Generator,
    String,
    /// A module: told apart by its file.
    Module,
    /// The root's groups.
    Root,
    /// A step that V8 has of its own, such as the global object's realm.
    System,
    Object,
}

impl Sort {
    /// Does it have a signature of its own?
    pub(super) fn is_member(self) -> bool {
        !matches!(self, Self::Storage | Self::Noise)
    }

    /// Can it be a link of a list? A scope is told apart by its function only.
    pub(super) fn can_repeat(self) -> bool {
        matches!(self, Self::Object | Self::Closure)
    }

    fn from_number(number: u8) -> Option<Self> {
        const ALL: [Sort; 10] = [
            Sort::Storage,
            Sort::Noise,
            Sort::Scope,
            Sort::Closure,
            Sort::Generator,
            Sort::String,
            Sort::Module,
            Sort::Root,
            Sort::System,
            Sort::Object,
        ];
        ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// How the edges of one node are called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Naming {
    /// All alike.
    Alike(Label),
    /// Each by its own name.
    Plain,
    /// The same, where there are so many that names may be keys.
    Many,
}

/// Names of steps, each made once; apart from the heap, whose they are.
pub(super) struct Words {
    texts: Vec<String>,
    text_of: FxHashMap<String, u32>,
    own: Vec<Own>,
    functions: FxHashMap<(Sort, u32, Option<Place>), u32>,
    files: FxHashMap<String, u32>,
    /// By the heap's class, and by the name of hidden nodes: a [`Sort`] once it is known.
    by_class: Vec<u8>,
    by_name: FxHashMap<u32, Sort>,
    /// Of objects with many properties: the classes that many of them hold.
    maps: FxHashMap<NodeIx, Vec<u32>>,
}

impl Words {
    pub(super) fn new(on: Ground) -> Self {
        Self {
            texts: ["", "[]", "(internal)", "(WeakMap)"].map(str::to_owned).into(),
            text_of: FxHashMap::default(),
            own: ["(root)", "(code and shapes)", "(string)", "scope"].map(|text| Own::Text(Cow::Borrowed(text))).into(),
            functions: FxHashMap::default(),
            files: FxHashMap::default(),
            by_class: vec![0; on.classes.rows.len()],
            by_name: FxHashMap::default(),
            maps: FxHashMap::default(),
        }
    }
}

/// A heap in words.
pub(super) struct Steps<'a> {
    on: Ground<'a>,
    modules: Modules<'a>,
    pub(super) words: Words,
}

impl<'a> Steps<'a> {
    pub(super) fn new(on: Ground<'a>, words: Words) -> Self {
        Self { on, modules: Modules::new(on.graph), words }
    }

    /// Is the node a step of its own?
    pub(super) fn is_member(&self, node: NodeIx) -> bool {
        let graph = self.on.graph;
        match graph.kind(node) {
            NodeKind::ARRAY | NodeKind::CODE | NodeKind::OBJECT_SHAPE => false,
            NodeKind::HIDDEN => hidden(graph.raw_name(node)).is_member(),
            NodeKind::OBJECT | NodeKind::NATIVE => {
                Sort::from_number(self.words.by_class[self.on.classes.of(node) as usize]).is_some_and(Sort::is_member)
            }
            _ => true,
        }
    }

    pub(super) fn sort(&mut self, node: NodeIx) -> Sort {
        let graph = self.on.graph;
        match graph.kind(node) {
            NodeKind::ARRAY => Sort::Storage,
            NodeKind::CODE | NodeKind::OBJECT_SHAPE => Sort::Noise,
            NodeKind::SYNTHETIC => Sort::Root,
            NodeKind::CLOSURE => Sort::Closure,
            NodeKind::HIDDEN => {
                let name = graph.name_index(node);
                *self.words.by_name.entry(name).or_insert_with(|| hidden(graph.raw_name(node)))
            }
            NodeKind::OBJECT | NodeKind::NATIVE => {
                let known = &mut self.words.by_class[self.on.classes.of(node) as usize];
                if let Some(sort) = Sort::from_number(*known) {
                    return sort;
                }
                let sort = object(graph, node);
                *known = sort as u8;
                sort
            }
            kind if kind.is_string() => Sort::String,
            _ => Sort::Object,
        }
    }

    /// How the edges of a node of this sort are called.
    pub(super) fn naming(&mut self, from: NodeIx, sort: Sort) -> Naming {
        match sort {
            Sort::Storage => Naming::Alike(match self.modules.exported(from) {
                Some((_, name)) => self.text(&name),
                None => Label::ELEMENT,
            }),
            Sort::Root => Naming::Alike(Label::NOTHING),
            // V8 names some 250 of its own functions and tables there, by names that a walk of the heap does not have; and a realm of
            // `vm` leads to the main one's global object by another of them.
            Sort::System => Naming::Alike(Label::INTERNAL),
            _ if self.on.graph.edge_range(from).len() > NAMED => Naming::Many,
            _ => Naming::Plain,
        }
    }

    pub(super) fn label(&mut self, naming: Naming, from: NodeIx, at: EdgeIx, to: NodeIx) -> Label {
        if let Naming::Alike(label) = naming {
            return label;
        }
        let Ground { graph, pairs, .. } = self.on;
        match graph.edge(at).kind() {
            EdgeKind::Element => Label::ELEMENT,
            EdgeKind::Hidden => Label::INTERNAL,
            EdgeKind::Internal if pairs.get(graph.edge_names[at.at()]).is_some() => Label::VALUE,
            EdgeKind::Internal if graph.raw_edge_name(at).first().is_some_and(u8::is_ascii_digit) => Label::INTERNAL,
            EdgeKind::Property if matches!(naming, Naming::Many) && self.is_map(from, to) => Label::ELEMENT,
            _ => Label(graph.edge_names[at.at()]),
        }
    }

    /// Are the names of the properties that hold this class keys?
    fn is_map(&mut self, from: NodeIx, to: NodeIx) -> bool {
        let Ground { graph, classes, .. } = self.on;
        let many = || {
            let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
            for edge in graph.edges_of(from).iter().filter(|edge| edge.kind() == EdgeKind::Property) {
                *counts.entry(classes.of(edge.target())).or_default() += 1;
            }
            counts.retain(|_, count| *count > NAMED);
            counts.into_keys().collect::<Vec<_>>()
        };
        self.words.maps.entry(from).or_insert_with(many).contains(&classes.of(to))
    }

    pub(super) fn class(&mut self, node: NodeIx, sort: Sort) -> Class {
        match sort {
            Sort::String => Class::STRING,
            Sort::Scope => Class::SCOPE,
            Sort::Closure | Sort::Generator => {
                let graph = self.on.graph;
                let closure = if sort == Sort::Closure { Some(node) } else { graph.child(node, b"function") };
                let Some(function) = closure.and_then(|closure| Function::of(graph, closure)) else {
                    return Class(self.on.classes.of(node));
                };
                let own = &mut self.words.own;
                let (name, place) = function.key();
                let at = *self.words.functions.entry((sort, name, place)).or_insert_with(|| {
                    own.push(if sort == Sort::Closure { Own::Function(function) } else { Own::Generator(function) });
                    own.len() as u32 - 1
                });
                Class(OWN + at)
            }
            Sort::Module => {
                let Some(file) = modules::file(self.on.graph, node) else { return Class(self.on.classes.of(node)) };
                let own = &mut self.words.own;
                let at = *self.words.files.entry(file).or_insert_with_key(|file| {
                    own.push(Own::Module(file.clone()));
                    own.len() as u32 - 1
                });
                Class(OWN + at)
            }
            Sort::Root => self.named(self.on.graph.name_index(node)),
            _ if self.on.graph.kind(node) == NodeKind::HIDDEN => self.named(self.on.graph.name_index(node)),
            _ => Class(self.on.classes.of(node)),
        }
    }

    fn named(&mut self, name: u32) -> Class {
        let text = self.on.graph.strings().get(name).into_owned();
        let own = &mut self.words.own;
        let at = *self.words.files.entry(format!("name:{text}")).or_insert_with(|| {
            own.push(Own::Text(Cow::Owned(text)));
            own.len() as u32 - 1
        });
        Class(OWN + at)
    }

    fn text(&mut self, text: &str) -> Label {
        if let Some(&known) = self.words.text_of.get(text) {
            return Label(OWN + known);
        }
        let at = self.words.texts.len() as u32;
        self.words.texts.push(text.to_owned());
        self.words.text_of.insert(text.to_owned(), at);
        Label(OWN + at)
    }

    /// The label's text.
    pub(super) fn label_text(&self, label: Label) -> Cow<'_, str> {
        if label.0 < OWN {
            return self.on.graph.strings().get(label.0);
        }
        Cow::Borrowed(&self.words.texts[(label.0 - OWN) as usize])
    }

    /// The class's name, what kind of step it is, and where it is written.
    pub(super) fn class_text(&self, class: Class) -> (Cow<'_, str>, &'static str, Option<Place>) {
        let graph = self.on.graph;
        if class.0 < OWN {
            let row = &self.on.classes.rows[class.0 as usize];
            let name = row.name(graph);
            let kind = match &*name {
                "Array" => "array",
                "Map" | "WeakMap" => "map",
                "Set" | "WeakSet" => "set",
                _ => "object",
            };
            return (name, kind, row.place);
        }
        match &self.words.own[(class.0 - OWN) as usize] {
            Own::Text(text) if class == Class::SCOPE => (Cow::Borrowed(text), "context", None),
            Own::Text(text) if class == Class::STRING => (Cow::Borrowed(text), "string", None),
            Own::Text(text) if text.starts_with("global") || text.ends_with("NativeContext") => {
                (Cow::Borrowed("global"), "global", None)
            }
            Own::Text(text) => (Cow::Borrowed(text), "root", None),
            Own::Function(function) => (Cow::Owned(function.call(graph)), "closure", function.place()),
            Own::Generator(function) => {
                (Cow::Owned(format!("waiting {}", function.call(graph))), "generator", function.place())
            }
            Own::Module(file) => (Cow::Borrowed(file), "module", None),
        }
    }

    /// Hash of a way: its parent's, and the words of one step more.
    pub(super) fn hash(&self, parent: u64, label: Label, class: Class) -> u64 {
        let (name, _, place) = self.class_text(class);
        let mut hasher = FxHasher::default();
        hasher.write_u64(parent);
        hasher.write(self.label_text(label).as_bytes());
        hasher.write_u8(0);
        hasher.write(name.as_bytes());
        if let Some(place) = place {
            hasher.write_u32(place.line);
            hasher.write_u32(place.column);
        }
        hasher.finish()
    }
}

fn hidden(name: &[u8]) -> Sort {
    match name {
        b"system / NativeContext" => Sort::System,
        b"system / SourceTextModule" => Sort::Module,
        b"system / FeedbackVector"
        | b"system / FeedbackCell"
        | b"system / ClosureFeedbackCellArray"
        | b"system / FeedbackMetadata"
        | b"system / BytecodeArray"
        | b"system / ScopeInfo"
        | b"system / Map"
        | b"system / PrototypeInfo"
        | b"system / TransitionArray"
        | b"system / DescriptorArray" => Sort::Noise,
        _ => Sort::Storage,
    }
}

fn object(graph: &Graph, node: NodeIx) -> Sort {
    let name = graph.raw_name(node);
    if let Some(system) = name.strip_prefix(b"system / ") {
        return if graph.kind(node) == NodeKind::OBJECT && system.starts_with(b"Context") {
            Sort::Scope
        } else {
            Sort::Storage
        };
    }
    if graph.kind(node) == NodeKind::OBJECT && matches!(name, b"Generator" | b"AsyncGenerator") {
        return Sort::Generator;
    }
    if graph.kind(node) == NodeKind::OBJECT && is_static(graph, node) { Sort::Module } else { Sort::Object }
}
