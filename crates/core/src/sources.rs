//! Source texts, for lines that V8 does not keep. The core reads no file; a caller may.

/// Gives the text of a script.
pub trait Sources: Sync {
    /// The text of the script that V8 knows by this name (a path, a `file:` URL), or nothing.
    fn read(&self, file: &str) -> Option<String>;

    /// The text of the source map at this path, or nothing.
    fn read_map(&self, _path: &str) -> Option<String> {
        None
    }
}

/// No texts: places are those that V8 kept.
pub struct NoSources;

impl Sources for NoSources {
    fn read(&self, _file: &str) -> Option<String> {
        None
    }
}
