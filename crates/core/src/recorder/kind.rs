//! What a record tells of.

use serde::Serialize;

/// The kinds of records; the numbers are those in the file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    /// Numbers of one moment.
    Sample = 1,
    /// A process began to write.
    Start = 2,
    /// It stopped writing, on purpose.
    Stop = 3,
    /// It ended by itself.
    Exit = 4,
    /// A leak was reported.
    Leak = 5,
    /// A leak was suspected.
    Suspicion = 6,
    /// Memory came near a limit.
    Pressure = 7,
    /// A leak or pressure was over.
    Recovered = 8,
    /// Anything else worth keeping.
    Note = 9,
}

impl Kind {
    const EVENTS: [(Self, &'static str); 8] = [
        (Self::Start, "start"),
        (Self::Stop, "stop"),
        (Self::Exit, "exit"),
        (Self::Leak, "leak"),
        (Self::Suspicion, "suspicion"),
        (Self::Pressure, "pressure"),
        (Self::Recovered, "recovered"),
        (Self::Note, "note"),
    ];

    /// The kind of an event by its name.
    pub fn event(name: &str) -> Option<Self> {
        Self::EVENTS.iter().find(|(_, known)| *known == name).map(|&(kind, _)| kind)
    }

    /// The kind that a byte of a file stands for.
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        if byte == Self::Sample as u8 {
            return Some(Self::Sample);
        }
        Self::EVENTS.iter().find(|&&(kind, _)| kind as u8 == byte).map(|&(kind, _)| kind)
    }
}
