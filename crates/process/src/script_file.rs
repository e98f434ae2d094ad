//! The scripts that a snapshot names, and their source maps, read from this machine's disk for lines that V8 does not keep.
//!
//! The names come out of an untrusted file: only local, regular, not too large files with a script's extension are opened,
//! and nothing of them gets into a report but the line and column of a variable, and the names of files and functions that a source map
//! has for a place.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

const EXTENSIONS: [&str; 8] = ["js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx"];
const MAP_EXTENSIONS: [&str; 2] = ["map", "json"];
const LARGEST: u64 = 32 << 20;
/// Most of a map are the texts that it was made from.
const LARGEST_MAP: u64 = 128 << 20;

/// The text of a script that V8 knows by this name (a path, a `file:` URL), if this machine has it.
pub fn read_script(name: &str) -> Option<String> {
    read(&local(name, &EXTENSIONS)?, LARGEST)
}

/// The text of the source map at a path, if this machine has it.
pub fn read_source_map(path: &str) -> Option<String> {
    read(&local(path, &MAP_EXTENSIONS)?, LARGEST_MAP)
}

fn read(path: &Path, largest: u64) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > largest {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// The path of a file on this machine: no address of another one, no relative path, no other kind of file.
fn local(file: &str, extensions: &[&str]) -> Option<PathBuf> {
    let path = match file.strip_prefix("file://") {
        Some(address) => decoded(if cfg!(windows) { address.strip_prefix('/')? } else { address })?,
        None => Cow::Borrowed(file),
    };
    let path = Path::new(&*path);
    let script = path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known));
    let remote = path.to_string_lossy().starts_with(['\\', '/']) && (cfg!(windows) || file.starts_with("//"));
    (script && path.is_absolute() && !remote).then(|| path.to_owned())
}

/// A URL's path without its escapes.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(all(test, unix))]
mod tests {
    use super::{EXTENSIONS, local, read_script, read_source_map};

    #[test]
    fn only_scripts_of_this_machine_have_a_path() {
        let path = |file| local(file, &EXTENSIONS).map(|path| path.display().to_string());
        assert_eq!(path("/app/a.js").as_deref(), Some("/app/a.js"));
        assert_eq!(path("file:///app/a%20b/%C3%A4.mjs").as_deref(), Some("/app/a b/ä.mjs"));
        for file in [
            "a.js",
            "node:fs",
            "/etc/passwd",
            "file://host/a.js",
            "//host/a.js",
            "https://host/a.js",
            "",
            "file:///%zz.js",
            "file:///%2",
        ] {
            assert_eq!(path(file), None, "{file}");
        }
    }

    #[test]
    fn reads_regular_files_only() {
        let index = concat!(env!("CARGO_MANIFEST_DIR"), "/../../index.js");
        assert!(read_script(index).is_some_and(|text| text.contains("exports")));
        assert_eq!(read_script("/no/such/file.js"), None);
        assert_eq!(read_script("/dev/null.js"), None);
        assert_eq!(read_source_map(index), None);
    }
}
