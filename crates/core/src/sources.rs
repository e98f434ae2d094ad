//! Source texts, for lines that V8 does not keep. The core reads no file; a caller may.

/// Gives the text of a script.
pub trait Sources: Sync {
    /// The text of the script that V8 knows by this name (a path, a `file:` URL), or nothing.
    fn read(&self, file: &str) -> Option<String>;
}

/// No texts: places are those that V8 kept.
pub struct NoSources;

impl Sources for NoSources {
    fn read(&self, _file: &str) -> Option<String> {
        None
    }
}
