//! Snapshot files, and pipes that snapshots come through.

use std::fs::File;
use std::io;

/// A readable file and how many bytes it has, where that is known: a pipe has no length.
///
/// # Errors
/// The operating system's; a folder is none to read.
pub fn open_snapshot(path: &str) -> io::Result<(File, Option<u64>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

/// A file that is there, emptied, to write into.
///
/// # Errors
/// The operating system's.
pub fn open_target(path: &str) -> io::Result<File> {
    File::options().write(true).truncate(true).open(path)
}
