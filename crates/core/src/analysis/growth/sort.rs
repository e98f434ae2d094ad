//! What nodes are to a path.

use super::super::roles::is_static_name;
use crate::graph::NodeKind;

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
    /// In a list of Node's: told apart by what it calls.
    Timer,
    Object,
}

impl Sort {
    /// Does it have a signature of its own?
    pub(super) fn is_member(self) -> bool {
        !matches!(self, Self::Storage | Self::Noise)
    }

    /// Can it be a link of a list? A scope is told apart by its function only.
    pub(super) fn can_repeat(self) -> bool {
        matches!(self, Self::Object | Self::Timer | Self::Closure)
    }

    /// The sort with this number; those that are not known yet have 0.
    pub(super) fn from_number(number: u8) -> Option<Self> {
        const ALL: [Sort; 11] = [
            Sort::Storage,
            Sort::Noise,
            Sort::Scope,
            Sort::Closure,
            Sort::Generator,
            Sort::String,
            Sort::Module,
            Sort::Root,
            Sort::System,
            Sort::Timer,
            Sort::Object,
        ];
        ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

/// What a hidden node is, by its name.
pub(super) fn hidden(name: &[u8]) -> Sort {
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

/// What an object or native node is, by the name of its class.
pub(super) fn object(name: &[u8], kind: NodeKind) -> Sort {
    if let Some(system) = name.strip_prefix(b"system / ") {
        return if kind == NodeKind::OBJECT && system.starts_with(b"Context") { Sort::Scope } else { Sort::Storage };
    }
    if kind == NodeKind::OBJECT && matches!(name, b"Generator" | b"AsyncGenerator") {
        return Sort::Generator;
    }
    match (kind, name) {
        (NodeKind::OBJECT, b"Timeout" | b"Immediate") => Sort::Timer,
        (NodeKind::OBJECT, name) if is_static_name(name) => Sort::Module,
        _ => Sort::Object,
    }
}
