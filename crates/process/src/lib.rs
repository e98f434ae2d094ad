//! This process and its operating system: files, and what differs between platforms.
//!
//! Every `#[cfg]` of a platform and all `unsafe` code outside the binding belong here.

mod end;
mod errno;
pub mod gc;
mod large_pages;
pub mod machine;
mod pipe;
pub mod population;
pub mod recorder;
mod script_file;
mod snapshot_file;
pub mod stack;
mod symbol;
pub mod twin;
pub mod walker;

pub use end::end;
pub use errno::errno;
pub use large_pages::{LargePages, give_back};
pub use pipe::descriptor;
pub use script_file::{read_script, read_source_map};
pub use snapshot_file::{open_snapshot, open_target};
