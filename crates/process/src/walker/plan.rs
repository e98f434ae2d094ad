//! Which words of an object are links, and how they are called: the same for all objects of a map. Found out once for most maps, where each object
//! would be asked.

use super::maps::{Place, Property};
use super::memory::Memory;
use super::object::{fields, has_prototype};
use super::open::Open;
use super::shared::type_of;
use super::types::{Role, Types};
use super::walk::{Link, Walk};
use leakguard_core::graph::EdgeKind;

/// A word that leads to something, or may.
#[derive(Clone, Copy)]
struct Slot {
    /// Its place, in words: from the object's start, or in its list of properties.
    at: u32,
    name: u32,
    kind: EdgeKind,
}

/// The links of the objects of one map, but for their elements, and a function's prototype.
pub struct Plan {
    /// Words of an object.
    words: u64,
    /// Properties within it, and in its list of them.
    inside: Box<[Slot]>,
    outside: Box<[Slot]>,
    /// All its other words.
    rest: Box<[Slot]>,
    /// What all of them lead to.
    common: Box<[Link]>,
    has_prototype: bool,
}

impl Plan {
    /// At most so many links.
    fn most(&self) -> usize {
        self.inside.len() + self.outside.len() + self.rest.len() + self.common.len() + 2
    }
}

/// Words of one object that become links.
struct Following<'a> {
    memory: &'a Memory,
    open: &'a Open,
    links: &'a mut Vec<Link>,
    empty: u64,
}

impl Following<'_> {
    #[inline]
    fn put(&mut self, slots: &[Slot], words: &[u64]) {
        for &Slot { at, name, kind } in slots {
            if let Some(&word) = words.get(at as usize)
                && word & 3 == 1
                && word != self.empty
                && let Some(node) = self.open.number(self.memory, word - 1)
            {
                self.links.push(Link { node, name, kind, is_value: false });
            }
        }
    }
}

/// What is known of a map's plan.
#[derive(Default)]
enum Planned {
    #[default]
    Unasked,
    /// What its objects lead to is up to each.
    No,
    Yes(Box<Plan>),
}

/// By map.
#[derive(Default)]
pub struct Plans(Vec<Planned>);

impl Plans {
    fn of(&self, map: u32) -> Option<&Plan> {
        match self.0.get(map as usize) {
            Some(Planned::Yes(plan)) => Some(plan),
            _ => None,
        }
    }

    /// At most so many links has an object of a map that has a plan, its elements aside.
    pub fn most(&self, map: u32) -> Option<usize> {
        self.of(map).map(Plan::most)
    }
}

impl Walk<'_> {
    /// Describes an object by its map's plan, if it has one. Properties come first, and what is in a list before the list: who looks at the first links
    /// only has no list without what is in it.
    #[inline]
    pub(super) fn describe_by_plan(&mut self, object: u64, map: u32) -> bool {
        if !matches!(self.plans.0.get(map as usize), Some(Planned::Yes(_) | Planned::No)) {
            if !self.is_naming() {
                return false;
            }
            self.plan(map);
        }
        let Self { plans, memory, types, open, links, empty, .. } = self;
        let Some(plan) = plans.of(map) else { return false };
        let Some(words) = memory.words(object, plan.words) else { return false };
        let mut following = Following { memory, open, links, empty: *empty };
        following.put(&plan.inside, words);
        let list = words.get(1).filter(|&word| word & 3 == 1 && !plan.outside.is_empty()).map(|word| word - 1);
        if let Some(list) = list.filter(|&list| type_of(memory, list) == Some(types.property_array)) {
            let length = memory.word(list + 8).map_or(0, |length| length >> 32 & 0x3ff);
            following.put(&plan.outside, memory.words(list + 16, length).unwrap_or_default());
        }
        links.extend_from_slice(&plan.common);
        let has_prototype = plan.has_prototype;
        self.describe_elements(object, map);
        let Self { plans, memory, open, links, empty, .. } = self;
        if let Some((plan, words)) = plans.of(map).and_then(|plan| Some((plan, memory.words(object, plan.words)?))) {
            Following { memory, open, links, empty: *empty }.put(&plan.rest, words);
        }
        if has_prototype {
            self.describe_prototype(object);
        }
        true
    }

    fn plan(&mut self, map: u32) {
        let plan = self.planned(map).map_or(Planned::No, |plan| Planned::Yes(Box::new(plan)));
        let all = &mut self.plans.0;
        if all.len() <= map as usize {
            all.resize_with(map as usize + 1, Planned::default);
        }
        all[map as usize] = plan;
    }

    fn planned(&mut self, map: u32) -> Option<Plan> {
        let known = &self.maps.list[map as usize];
        let (address, bytes, role) = (known.address, known.size, self.types.get(known.instance_type).role);
        // Of a map with one object, as prototypes have, a plan is no help.
        if known.count < 2 || known.is_dictionary || bytes < 24 || !is_up_to_map(self.types, known.instance_type, role)
        {
            return None;
        }
        let properties = self.maps.properties(&self.memory, self.metadata, map);
        // An accessor is the map's, if it is anybody's.
        let is_known = |property: &Property| !property.is_accessor || matches!(property.place, Place::InMap(_));
        if !properties.iter().all(is_known) {
            return None;
        }
        let mut names = vec![None; bytes as usize / 8];
        for (name, offset) in fields(self.metadata, role) {
            if let Some(slot) = names.get_mut(offset as usize / 8) {
                *slot = Some((EdgeKind::Internal, self.texts.known(&mut self.graph, name)));
            }
        }
        let links = std::mem::take(&mut self.links);
        self.link(EdgeKind::Internal, "map", address + 1);
        if let Some(word) = self.memory.word(address + 24) {
            self.link(EdgeKind::Property, "__proto__", word);
        }
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        let mut is_property = vec![false; names.len()];
        for &Property { name, place, is_accessor } in properties.iter() {
            match place {
                Place::InMap(value) => self.property(name, value, is_accessor),
                Place::Inside(offset) => {
                    let at = u32::from(offset) / 8;
                    if let Some(is_property) = is_property.get_mut(at as usize) {
                        *is_property = true;
                    }
                    inside.push(Slot { at, kind: EdgeKind::Property, name: self.name_of(name) });
                }
                Place::Outside(at) => outside.push(Slot { at, kind: EdgeKind::Property, name: self.name_of(name) }),
            }
        }
        let common = std::mem::replace(&mut self.links, links);
        let has_prototype = role == Role::Function && has_prototype(&self.memory, address);
        let prototype = has_prototype.then_some(self.metadata.function_prototype / 8);
        let rest =
            (1..).zip(&names[1..]).filter(|&(at, _)| !is_property[at as usize] && Some(u64::from(at)) != prototype);
        let rest = rest.map(|(at, name)| {
            let (kind, name) = name.unwrap_or((EdgeKind::Hidden, at));
            Slot { at, name, kind }
        });
        Some(Plan {
            words: bytes / 8,
            rest: rest.collect(),
            inside: inside.into(),
            outside: outside.into(),
            common: common.into(),
            has_prototype,
        })
    }
}

/// Does the map alone say what an object of this type leads to?
fn is_up_to_map(types: &Types, number: u16, role: Role) -> bool {
    use Role::{Bound, Collection, Function, Object, Promise, RegExp};
    types.is_object(number) && matches!(role, Object | Function | Bound | Collection | Promise | RegExp)
}
