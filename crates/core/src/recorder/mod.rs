//! The flight recorder's file: a ring of checked records, and what they say after the process is gone.
//!
//! A file is one header page and then slots of 128 bytes. Record number `n` lies in slot `(n - 1) % slots`, so the numbers
//! alone say what is oldest, where to go on, and what was moved. Each record carries its run (one process's life with the
//! file), and many runs share a file: in a crash loop the last death is still there. All numbers are little-endian on every
//! machine. Writing a record is about 50 ns of arithmetic; reading the default 1 MiB takes a few ms.
//!
//! Pure bytes: who opens files, and how a record gets there whole or not at all, is not known here.

mod checksum;
mod ending;
mod event;
mod header;
mod kind;
mod layout;
mod read;
mod record;
mod ring;
mod run;
mod sample;

pub use ending::{Ending, How, Limit, Nearest};
pub use event::Event;
pub use header::{Header, run_id};
pub use kind::Kind;
pub use layout::{HEADER_BYTES, META_BYTES, RECORD_BYTES, file_bytes, slots_in};
pub use read::{Recording, read};
#[cfg(any(test, feature = "testing"))]
pub use record::sealed;
pub use ring::{Placed, Ring};
pub use run::{Entry, Run};
pub use sample::{FIELDS, Sample};
