//! V8's maps: each says what its objects are, how large, and where their properties lie.

use super::memory::Memory;
use super::metadata::Metadata;
use super::recent::Recent;
use super::shared::type_of;
use super::text;
use super::texts::symbol_text;
use super::types::{Role, Types};
use leakguard_core::graph::NodeIx;
use std::sync::Arc;

/// A map has at most so many before it: a property each, or a change of what they hold.
const MOST_TRANSITIONS: usize = 1 << 14;

/// Where a property's value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// So many bytes from the object's start.
    Inside(u16),
    /// In the object's list of properties.
    Outside(u32),
    /// In the map itself: the tagged value.
    InMap(u64),
}

/// A property.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// The tagged name.
    pub name: u64,
    pub place: Place,
    pub is_accessor: bool,
}

/// What a property is looked for by.
#[derive(Clone, Copy)]
pub enum Key {
    Text(&'static [u8]),
    /// A symbol, by its description.
    Symbol(&'static [u8]),
}

impl Key {
    fn is(self, memory: &Memory, types: &Types, key: u64) -> bool {
        let Some(object) = key.checked_sub(1).filter(|_| key & 3 == 1) else { return false };
        match self {
            Self::Text(text) => text::read(memory, object, text.len() + 1).is_some_and(|have| *have == *text),
            Self::Symbol(text) => {
                let is_symbol = type_of(memory, object).is_some_and(|number| types.get(number).role == Role::Symbol);
                is_symbol && symbol_text(memory, object).is_some_and(|have| *have == *text)
            }
        }
    }
}

/// One map.
pub struct Map {
    pub address: u64,
    pub instance_type: u16,
    /// Bytes of its objects; 0 where that is up to each.
    pub size: u64,
    pub is_dictionary: bool,
    /// Its constructor says what its objects are.
    pub is_by_constructor: bool,
    /// The object that stands for all: the first that was met, until another one is chosen.
    pub sample: u64,
    /// Those that were met next, while it was certain that they are alive; 0: none.
    pub next: [u64; 2],
    /// How many objects were met.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Is it certain that the sample is alive?
    pub is_certain: bool,
    /// The node of the map, and of what its objects inherit from, once they are met.
    pub node: Option<NodeIx>,
    pub prototype: Option<NodeIx>,
    properties: Option<Arc<[Property]>>,
}

/// All maps that were met.
pub struct Maps {
    pub list: Vec<Map>,
    by_word: Recent<u64, u32>,
    last: (u64, u32),
}

impl Maps {
    pub fn new() -> Self {
        Self { list: Vec::new(), by_word: Recent::default(), last: (0, 0) }
    }

    /// The map of the object at this address; `None` where there is no object.
    #[inline]
    pub fn of(&mut self, memory: &Memory, types: &Types, object: u64) -> Option<u32> {
        let word = memory.word(object)?;
        if word & 3 != 1 {
            return None;
        }
        let (last, at) = self.last;
        if last == word {
            return Some(at);
        }
        let at = match self.by_word.get(word) {
            Some(at) => at,
            None => self.meet(memory, types, word, object)?,
        };
        self.last = (word, at);
        Some(at)
    }

    /// A map is what has a map that is a map and its own map.
    fn meet(&mut self, memory: &Memory, types: &Types, word: u64, object: u64) -> Option<u32> {
        let address = word - 1;
        let meta = memory.word(address).filter(|meta| meta & 3 == 1)?;
        if memory.word(meta - 1)? != meta || memory.quarter(meta - 1 + 12)? != types.map {
            return None;
        }
        let bits = memory.half(address + 16)?;
        self.list.push(Map {
            address,
            instance_type: memory.quarter(address + 12)?,
            size: 8 * u64::from(memory.byte(address + 8)?),
            is_dictionary: bits >> 21 & 1 == 1,
            // Not where objects are made by a derived class, or serve as prototypes.
            is_by_constructor: memory.byte(address + 15)? & 1 == 1 && bits >> 20 & 1 == 0,
            sample: object,
            next: [0; 2],
            count: 0,
            bytes: 0,
            is_certain: false,
            node: None,
            prototype: None,
            properties: None,
        });
        let at = self.list.len() as u32 - 1;
        self.by_word.put(word, at);
        Some(at)
    }

    /// The properties of the map's objects, numbers without a node left out.
    pub fn properties(&mut self, memory: &Memory, metadata: &Metadata, at: u32) -> Arc<[Property]> {
        let map = &mut self.list[at as usize];
        let (address, size) = (map.address, map.size);
        let read = || properties(memory, metadata, address, size).unwrap_or_default().into();
        Arc::clone(map.properties.get_or_insert_with(read))
    }

    /// The function that made the map's objects, as the map says, tagged; or what else stands there.
    pub fn constructor(&self, memory: &Memory, types: &Types, at: u32) -> Option<u64> {
        let mut map = self.list[at as usize].address;
        for _ in 0..MOST_TRANSITIONS {
            let word = memory.word(map + 32).filter(|word| word & 3 == 1)?;
            if type_of(memory, word - 1)? != types.map {
                return Some(word);
            }
            map = word - 1;
        }
        None
    }

    /// The tagged value of an object's own property with this name, where it is no accessor.
    pub fn own(&mut self, memory: &Memory, metadata: &Metadata, types: &Types, object: u64, name: Key) -> Option<u64> {
        let at = self.of(memory, types, object)?;
        let is_name = |key: u64| name.is(memory, types, key);
        let list = memory.word(object + 8)?.wrapping_sub(1);
        if self.list[at as usize].is_dictionary {
            let length = memory.word(list + 8)? >> 32;
            let mut keys = (6..length.saturating_sub(2)).step_by(3).map(|entry| list + 16 + 8 * entry);
            let key = keys.find(|&key| memory.word(key).is_some_and(is_name))?;
            return memory.word(key + 8).filter(|_| memory.small(key + 16).is_some_and(|details| details & 1 == 0));
        }
        let found = descriptors(memory, metadata, self.list[at as usize].address)?.find(|&(key, ..)| is_name(key))?;
        if found.1 >> 5 & 1 == 1 {
            return (found.1 & 1 == 0).then_some(found.2);
        }
        let properties = self.properties(memory, metadata, at);
        match properties.iter().find(|property| property.name == found.0)?.place {
            Place::Inside(offset) => memory.word(object + u64::from(offset)),
            Place::Outside(index) => memory.word(list + 16 + 8 * u64::from(index)),
            Place::InMap(value) => Some(value),
        }
    }
}

/// Key, details and value of each of the map's own descriptors.
fn descriptors<'a>(
    memory: &'a Memory,
    metadata: &Metadata,
    map: u64,
) -> Option<impl Iterator<Item = (u64, u32, u64)> + 'a> {
    let own = u64::from(memory.half(map + 16)? >> 10 & 0x3ff);
    let array = memory.word(map + 40).filter(|word| word & 3 == 1)? - 1;
    let all = u64::from(memory.quarter(array + 8)?);
    let first = array + metadata.descriptors_header;
    Some((0..own.min(all)).map_while(move |index| {
        let entry = first + 24 * index;
        let details = memory.word(entry + 8)?;
        Some((memory.word(entry)?, (details >> 32) as u32, memory.word(entry + 16)?))
    }))
}

fn properties(memory: &Memory, metadata: &Metadata, map: u64, size: u64) -> Option<Vec<Property>> {
    const DOUBLE: u32 = 2;
    const SMALL: u32 = 1;
    let first = 8 * u64::from(memory.byte(map + 9)?);
    let inside = size.saturating_sub(first) / 8;
    let mut found = Vec::new();
    for (name, details, value) in descriptors(memory, metadata, map)? {
        let is_accessor = details & 1 == 1;
        let representation = details >> 6 & 7;
        if name & 3 != 1 {
            continue;
        }
        if details >> 5 & 1 == 1 {
            found.push(Property { name, place: Place::InMap(value), is_accessor });
            continue;
        }
        if matches!(representation, SMALL | DOUBLE) {
            continue;
        }
        let index = u64::from(details >> 19 & 0x3ff);
        let place = if index < inside {
            Place::Inside(u16::try_from(first + 8 * index).ok()?)
        } else {
            Place::Outside((index - inside) as u32)
        };
        found.push(Property { name, place, is_accessor });
    }
    Some(found)
}
