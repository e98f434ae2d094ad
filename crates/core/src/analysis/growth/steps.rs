//! What a step of a signature is made of: the edge's name as the source writes it, and the class of what it leads to.

use super::super::functions::Function;
use super::super::heap::Ground;
use super::super::lately::Lately;
use super::sort::{Sort, hidden, object};
use super::terrain::{Charted, LinkName, Node, Terrain};
use crate::graph::{EdgeKind, NodeIx, NodeKind, Place};
use rustc_hash::{FxHashMap, FxHasher};
use std::borrow::Cow;
use std::hash::Hasher;

/// An object with more properties than that which hold one class is a map, and their names are keys.
const NAMED: usize = 32;
/// Links that are looked at together.
const MANY: usize = 1024;
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

    #[inline]
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The string with this index.
    #[cfg(test)]
    pub(super) fn named(string: u32) -> Self {
        Self(string)
    }
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
    /// Timers that call this.
    Timer(Function),
    Module(String),
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
    /// Do names of links begin with a digit?
    numbered: Lately,
}

impl Words {
    pub(super) fn new(classes: usize) -> Self {
        Self {
            texts: ["", "[]", "(internal)", "(WeakMap)"].map(str::to_owned).into(),
            text_of: FxHashMap::default(),
            own: ["(root)", "(code and shapes)", "(string)", "scope"].map(|text| Own::Text(Cow::Borrowed(text))).into(),
            functions: FxHashMap::default(),
            files: FxHashMap::default(),
            by_class: vec![0; classes],
            by_name: FxHashMap::default(),
            maps: FxHashMap::default(),
            numbered: Lately::new(),
        }
    }
}

/// A heap in words.
pub(super) struct Steps<T> {
    pub(super) on: T,
    pub(super) words: Words,
}

impl Steps<Charted<'_>> {
    /// Is the node a step of its own?
    pub(super) fn is_member(&self, node: NodeIx) -> bool {
        let Ground { graph, classes, .. } = self.on.on;
        match graph.kind(node) {
            NodeKind::ARRAY | NodeKind::CODE | NodeKind::OBJECT_SHAPE => false,
            NodeKind::HIDDEN => hidden(graph.raw_name(node)).is_member(),
            NodeKind::OBJECT | NodeKind::NATIVE => {
                Sort::from_number(self.words.by_class[classes.of(node) as usize]).is_some_and(Sort::is_member)
            }
            _ => true,
        }
    }
}

impl<T: Terrain> Steps<T> {
    pub(super) fn new(on: T, words: Words) -> Self {
        Self { on, words }
    }

    pub(super) fn sort(&mut self, node: Node) -> Sort {
        match node.kind {
            NodeKind::ARRAY => Sort::Storage,
            NodeKind::CODE | NodeKind::OBJECT_SHAPE => Sort::Noise,
            NodeKind::SYNTHETIC => Sort::Root,
            NodeKind::CLOSURE => Sort::Closure,
            NodeKind::HIDDEN => {
                let texts = self.on.texts();
                *self.words.by_name.entry(node.name).or_insert_with(|| hidden(texts.raw(node.name)))
            }
            NodeKind::OBJECT | NodeKind::NATIVE => {
                let known = &mut self.words.by_class[node.class as usize];
                if let Some(sort) = Sort::from_number(*known) {
                    return sort;
                }
                let sort = object(self.on.texts().raw(node.name), node.kind);
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
            Sort::Storage => Naming::Alike(match self.on.export(from) {
                Some(name) => self.text(&name),
                None => Label::ELEMENT,
            }),
            Sort::Root => Naming::Alike(Label::NOTHING),
            // V8 names some 250 of its own functions and tables there, by names that a walk of the heap does not have; and a realm of
            // `vm` leads to the main one's global object by another of them.
            Sort::System => Naming::Alike(Label::INTERNAL),
            _ if self.on.has_more_links(from, NAMED) => Naming::Many,
            _ => Naming::Plain,
        }
    }

    pub(super) fn label(&mut self, naming: Naming, from: NodeIx, link: T::Link, to: NodeIx) -> Label {
        if let Naming::Alike(label) = naming {
            return label;
        }
        let LinkName { kind, name, is_value } = self.on.called(link);
        match kind {
            EdgeKind::Element => Label::ELEMENT,
            EdgeKind::Hidden => Label::INTERNAL,
            EdgeKind::Internal if is_value => Label::VALUE,
            EdgeKind::Internal if self.is_numbered(name) => Label::INTERNAL,
            EdgeKind::Property if matches!(naming, Naming::Many) && self.is_map(from, to) => Label::ELEMENT,
            _ => Label(name),
        }
    }

    /// Does the name begin with a digit?
    #[inline]
    fn is_numbered(&mut self, name: u32) -> bool {
        let texts = self.on.texts();
        self.words.numbered.ask(name, || texts.raw(name).first().is_some_and(u8::is_ascii_digit))
    }

    /// Are the names of the properties that hold this class keys?
    fn is_map(&mut self, from: NodeIx, to: NodeIx) -> bool {
        let class = self.on.node(to).class;
        if let Some(known) = self.words.maps.get(&from) {
            return known.contains(&class);
        }
        let (mut held, mut place) = (Vec::new(), 0);
        let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
        loop {
            let has_more = self.on.links(from, &mut place, MANY, |to, _, link| held.push((to, link)));
            for (to, link) in held.drain(..) {
                if self.on.called(link).kind == EdgeKind::Property {
                    *counts.entry(self.on.node(to).class).or_default() += 1;
                }
            }
            if !has_more {
                break;
            }
        }
        counts.retain(|_, count| *count > NAMED);
        let many: Vec<u32> = counts.into_keys().collect();
        let is_map = many.contains(&class);
        self.words.maps.insert(from, many);
        is_map
    }

    pub(super) fn class(&mut self, at: NodeIx, node: Node, sort: Sort) -> Class {
        match sort {
            Sort::String => Class::STRING,
            Sort::Scope => Class::SCOPE,
            Sort::Closure | Sort::Generator => {
                let is_closure = sort == Sort::Closure;
                let key = if is_closure { self.on.function(at) } else { self.on.generated_by(at) };
                let Some((name, place)) = key else { return Class(node.class) };
                let own = &mut self.words.own;
                let at = *self.words.functions.entry((sort, name, place)).or_insert_with(|| {
                    let function = Function::new(name, place);
                    own.push(if is_closure { Own::Function(function) } else { Own::Generator(function) });
                    own.len() as u32 - 1
                });
                Class(OWN + at)
            }
            Sort::Timer => {
                let Some((name, place)) = self.on.called_by(at) else { return Class(node.class) };
                let own = &mut self.words.own;
                let at = *self.words.functions.entry((sort, name, place)).or_insert_with(|| {
                    own.push(Own::Timer(Function::new(name, place)));
                    own.len() as u32 - 1
                });
                Class(OWN + at)
            }
            Sort::Module => {
                let Some(file) = self.on.file(at) else { return Class(node.class) };
                let own = &mut self.words.own;
                let at = *self.words.files.entry(file).or_insert_with_key(|file| {
                    own.push(Own::Module(file.clone()));
                    own.len() as u32 - 1
                });
                Class(OWN + at)
            }
            Sort::Root => self.named(node.name),
            _ if node.kind == NodeKind::HIDDEN => self.named(node.name),
            _ => Class(node.class),
        }
    }

    fn named(&mut self, name: u32) -> Class {
        let text = self.on.texts().get(name).into_owned();
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
            return self.on.texts().get(label.0);
        }
        Cow::Borrowed(&self.words.texts[(label.0 - OWN) as usize])
    }

    /// The class's name, what kind of step it is, and where it is written.
    pub(super) fn class_text(&self, class: Class) -> (Cow<'_, str>, &'static str, Option<Place>) {
        let texts = self.on.texts();
        if class.0 < OWN {
            let row = &self.on.classes()[class.0 as usize];
            let name = row.name(texts);
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
            Own::Function(function) => (Cow::Owned(function.call(texts)), "closure", function.place()),
            Own::Generator(function) => {
                (Cow::Owned(format!("waiting {}", function.call(texts))), "generator", function.place())
            }
            Own::Timer(function) => {
                (Cow::Owned(format!("timer of {}", function.call(texts))), "object", function.place())
            }
            Own::Module(file) => (Cow::Borrowed(file), "module", None),
        }
    }

    /// Are the objects of the class timers?
    pub(super) fn are_timers(&self, class: Class) -> bool {
        match class.0.checked_sub(OWN) {
            Some(at) => matches!(self.words.own[at as usize], Own::Timer(..)),
            None => self.words.by_class[class.0 as usize] == Sort::Timer as u8,
        }
    }

    /// Does it lead from one timer of a list to the next, or from the list to one?
    pub(super) fn leads_to_timers(&self, label: Label) -> bool {
        label.0 < OWN && matches!(self.on.texts().raw(label.0), b"_idleNext" | b"_idlePrev")
    }

    /// Are the objects of the class arrays, or plain ones of whatever shape?
    pub(super) fn is_plain(&self, class: Class) -> bool {
        class.0 < OWN && matches!(&*self.class_text(class).0, "Object" | "Array")
    }

    /// Where a label stands among others, whatever order the heap is in.
    pub(super) fn order(&self, label: Label) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write(self.label_text(label).as_bytes());
        hasher.finish()
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
