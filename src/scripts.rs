//! The scripts that a snapshot names, for the lines that V8 does not keep.

use leakguard_core::Sources;
use leakguard_process::{read_script, read_source_map};

/// The scripts on this machine's disk, or none where the caller wants none read.
pub struct Scripts {
    pub readable: bool,
}

impl Sources for Scripts {
    fn read(&self, file: &str) -> Option<String> {
        if self.readable { read_script(file) } else { None }
    }

    fn read_map(&self, path: &str) -> Option<String> {
        if self.readable { read_source_map(path) } else { None }
    }
}
