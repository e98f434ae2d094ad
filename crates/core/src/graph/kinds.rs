//! The types of nodes and edges, numbered by this code and not as a file happens to list them.

/// What V8 says a node is. Types that this code does not know keep a number of their own.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NodeKind(u8);

macro_rules! node_kinds {
    ($($constant:ident = $number:literal $name:literal,)*) => {
        impl NodeKind {
            $(
                #[doc = concat!("`", $name, "` in the file.")]
                pub const $constant: Self = Self($number);
            )*
            const NAMES: &[&str] = &[$($name),*];
        }
    };
}

node_kinds! {
    HIDDEN = 0 "hidden",
    ARRAY = 1 "array",
    STRING = 2 "string",
    OBJECT = 3 "object",
    CODE = 4 "code",
    CLOSURE = 5 "closure",
    REGEXP = 6 "regexp",
    NUMBER = 7 "number",
    NATIVE = 8 "native",
    SYNTHETIC = 9 "synthetic",
    CONS_STRING = 10 "concatenated string",
    SLICED_STRING = 11 "sliced string",
    SYMBOL = 12 "symbol",
    BIGINT = 13 "bigint",
    OBJECT_SHAPE = 14 "object shape",
    WASM_OBJECT = 15 "wasm object",
}

impl NodeKind {
    /// The number of the first type that this code has no name for.
    pub const FIRST_UNKNOWN: u8 = 16;
    /// How many unknown types fit.
    pub const MOST_UNKNOWN: usize = 16;

    /// The kind with this name in a file; a name not known is put into `unknown` and numbered after it.
    pub(crate) fn named(name: &str, unknown: &mut Vec<String>) -> Self {
        let known = Self::NAMES.iter().position(|&known| known == name);
        let number = known.unwrap_or_else(|| {
            let at = unknown.iter().position(|seen| seen == name).unwrap_or_else(|| {
                unknown.push(name.to_owned());
                unknown.len() - 1
            });
            usize::from(Self::FIRST_UNKNOWN) + at
        });
        Self(u8::try_from(number).unwrap_or(u8::MAX))
    }

    /// The number, below 32.
    pub const fn number(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_number(number: u8) -> Self {
        Self(number)
    }

    /// The name, where it is a known type.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMES.get(usize::from(self.0)).copied()
    }

    /// Is it one of the three forms of a string?
    pub fn is_string(self) -> bool {
        matches!(self, Self::STRING | Self::CONS_STRING | Self::SLICED_STRING)
    }
}

/// What V8 says an edge is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum EdgeKind {
    /// A variable in a function's context.
    Context = 0,
    /// An array's element.
    Element = 1,
    /// A named property.
    Property = 2,
    /// A link that JavaScript cannot see.
    Internal = 3,
    /// A link of V8's own structures, numbered.
    Hidden = 4,
    /// A second name for something, from the root: the global objects.
    Shortcut = 5,
    /// A link that does not keep its target alive.
    Weak = 6,
    /// A type that this code does not know; it keeps its target alive.
    Other = 7,
}

impl EdgeKind {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Context, "context"),
        (Self::Element, "element"),
        (Self::Property, "property"),
        (Self::Internal, "internal"),
        (Self::Hidden, "hidden"),
        (Self::Shortcut, "shortcut"),
        (Self::Weak, "weak"),
    ];

    pub(crate) fn named(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == name).map_or(Self::Other, |&(kind, _)| kind)
    }

    /// The file's word for it; `other` where this code knows none.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, name)| name)
    }

    pub(crate) const fn from_number(number: u32) -> Self {
        match number & 7 {
            0 => Self::Context,
            1 => Self::Element,
            2 => Self::Property,
            3 => Self::Internal,
            4 => Self::Hidden,
            5 => Self::Shortcut,
            6 => Self::Weak,
            _ => Self::Other,
        }
    }

    /// Does the name column hold an index and not a string?
    pub const fn is_indexed(self) -> bool {
        matches!(self, Self::Element | Self::Hidden)
    }
}
