//! What can be asked of a heap that is kept, and the shapes of the answers. Bounds are kept here: no question has a long answer.

use super::classes::ClassEntry;
use super::links::LinkRow;
use super::object::{ObjectRow, Told};
use super::way::Way;
use crate::TreeRow;
use serde::{Deserialize, Serialize};

/// The most rows of one answer.
const MOST: usize = 1000;

/// Some rows of many: from which on, 0 is the first, and how many, [`MOST`] at most.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    /// Rows before the first.
    pub from: usize,
    /// Rows at most.
    pub count: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { from: 0, count: 50 }
    }
}

impl Page {
    pub(super) fn from(&self) -> usize {
        // What is beyond the last row: no heap has more nodes or edges.
        self.from.min(u32::MAX as usize)
    }

    pub(super) fn end(&self) -> usize {
        self.from() + self.count.min(MOST)
    }
}

/// What classes are sorted by.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum ClassOrder {
    /// Bytes that would go with all of a class.
    #[default]
    Retained,
    /// Their own bytes.
    Shallow,
    /// How many there are.
    Count,
    /// The name.
    Name,
}

/// What the links out of an object are sorted by.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum LinkOrder {
    /// What they lead to: what retains most first.
    #[default]
    Retained,
    /// As the heap has them: elements of an array in their order.
    Place,
}

/// What is searched.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub enum Among {
    /// Names of classes and functions.
    Objects,
    /// Names of variables and properties: found is what they hold.
    Held,
    /// Texts that the heap holds.
    Strings,
}

/// A question. Objects are named by V8's ids, classes by the numbers that answers give.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "ask", deny_unknown_fields)]
pub enum Question {
    /// Classes whose name has this text in it, in any case.
    Classes {
        /// Empty: all.
        #[serde(default)]
        text: String,
        /// Sorted by this.
        #[serde(default)]
        order: ClassOrder,
        /// Which rows.
        #[serde(default)]
        page: Page,
    },
    /// Objects of a class.
    Members {
        /// The class's number.
        class: u32,
        /// Which rows.
        #[serde(default)]
        page: Page,
    },
    /// Objects by a text, in any case of ASCII letters.
    Search {
        /// What is looked for.
        text: String,
        /// Where.
        among: Among,
        /// Which rows.
        #[serde(default)]
        page: Page,
    },
    /// One object.
    Object {
        /// V8's id.
        id: u32,
    },
    /// What an object dominates immediately.
    Dominated {
        /// V8's id.
        id: u32,
        /// Which rows.
        #[serde(default)]
        page: Page,
    },
    /// What an object points to.
    Contents {
        /// V8's id.
        id: u32,
        /// Sorted by this.
        #[serde(default)]
        order: LinkOrder,
        /// Which rows.
        #[serde(default)]
        page: Page,
    },
    /// What points to an object.
    Retainers {
        /// V8's id.
        id: u32,
        /// Which rows.
        #[serde(default)]
        page: Page,
    },
    /// The way from the roots to an object.
    Way {
        /// V8's id.
        id: u32,
    },
    /// The top of the dominator tree below an object.
    Tree {
        /// V8's id.
        id: u32,
    },
}

/// Some rows of many.
#[derive(Clone, Debug, Serialize)]
pub struct Rows<T> {
    /// How many there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub rows: Vec<T>,
}

/// An answer.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// Classes.
    Classes(Rows<ClassEntry>),
    /// Objects.
    Objects(Rows<ObjectRow>),
    /// Links, with what is at their other end.
    Links(Rows<LinkRow>),
    /// One object.
    Object(Box<Told>),
    /// A way from the roots.
    Way(Way),
    /// The top of a tree.
    Tree(Vec<TreeRow>),
}
