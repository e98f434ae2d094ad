//! The writer: one run of one process.

use super::disk_file::{create, extend, fill, open, put_aside, read, write_at};
use super::failure::Failure;
use super::lock::lock;
use leakguard_core::recorder::{FIELDS, Header, Kind, Ring, file_bytes, run_id, slots_in};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Between the opening of a file and its lock another process can put it aside: then the path is looked at again.
const LOOKS: u32 = 5;
/// After so many writes the file is looked after: half a microsecond, shared by them.
const LOOK_AFTER: u32 = 64;

/// Who writes.
pub struct Identity {
    /// The process's number.
    pub pid: u32,
    /// Wall time, ms since 1970.
    pub started: f64,
    /// What is known of the process, as JSON.
    pub meta: String,
}

/// A recorder file that is open to write.
pub struct Writer {
    path: PathBuf,
    file: File,
    ring: Ring,
    header: Header,
    writes: u32,
    /// There was no room to put the earlier runs aside: they go, rather than this one.
    gives_up_earlier: bool,
}

impl Writer {
    /// Opens or makes the file at `path`, of `size` bytes at most, and goes on after what earlier runs left in it.
    ///
    /// # Errors
    /// Where the system refuses, another writer has the file, or it is no recorder file.
    pub fn open(path: &Path, size: u64, identity: Identity) -> Result<Self, Failure> {
        let Identity { pid, started, meta } = identity;
        let header = Header { slots: slots_in(size).max(1), run: run_id(started, pid), started, meta };
        let bytes = file_bytes(header.slots);
        for _ in 0..LOOKS {
            match create(path, &header, bytes) {
                Ok(file) => return Ok(Self::new(path, file, header)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(Failure::occupied(path, None)),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(Failure::io("create", path, &error));
                }
                Err(_) => {}
            }
            if let Some(file) = claimed(path, bytes)? {
                return Self::on(path, file, header);
            }
        }
        Err(Failure::occupied(path, None))
    }

    /// On a file that was there, and is locked.
    fn on(path: &Path, file: File, header: Header) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::io("read", path, &error);
        let bytes = file_bytes(header.slots);
        let length = file.metadata().map_err(failed)?.len();
        let content = read(&file, bytes.max(1 << 16)).map_err(failed)?;
        if content.iter().all(|&byte| byte == 0) && length <= content.len() as u64 {
            fill(&file, &header, bytes).map_err(|error| Failure::io("fill", path, &error))?;
            return Ok(Self::new(path, file, header));
        }
        let found = Header::decode(&content);
        if found.is_err() && !Header::is_there(&content) {
            return Err(Failure::foreign(path));
        }
        match found {
            Ok(Some(found)) if found.slots == header.slots && length == bytes => {
                Self::after(path, file, &content, header)
            }
            // Of another version or size, or harmed: nothing can be added to it.
            _ => put_aside(path, &header, bytes).map(|file| Self::new(path, file, header)),
        }
    }

    /// The first to write to this file.
    fn new(path: &Path, file: File, header: Header) -> Self {
        let ring = Ring::new(header.slots, header.run, 1);
        Self { path: path.to_owned(), file, ring, header, writes: 0, gives_up_earlier: false }
    }

    /// Goes on after `content`.
    fn after(path: &Path, file: File, content: &[u8], header: Header) -> Result<Self, Failure> {
        let ring = Ring::after(content, header.slots, header.run);
        let full = ring.would_lose(1);
        let mut writer = Self { ring, ..Self::new(path, file, header) };
        if full {
            writer.put_aside()?;
        } else {
            let page = writer.header.encode();
            write_at(&writer.file, &*page, 0).map_err(|error| Failure::io("write to", path, &error))?;
        }
        Ok(writer)
    }

    /// Writes a sample.
    ///
    /// # Errors
    /// The operating system's; the next one may succeed.
    pub fn sample(&mut self, time: f64, values: &[f64; FIELDS.len()]) -> io::Result<()> {
        self.prepare(1);
        let placed = self.ring.sample(time, values);
        write_at(&self.file, &placed.bytes, placed.offset)
    }

    /// Writes an event; `figures` is the JSON of an object.
    ///
    /// # Errors
    /// The operating system's; the next one may succeed.
    pub fn event(&mut self, kind: Kind, time: f64, text: &str, figures: &str) -> io::Result<()> {
        let bytes = Ring::event_bytes(text, figures);
        self.prepare(Ring::event_records(&bytes));
        for placed in self.ring.event(kind, time, &bytes) {
            write_at(&self.file, &placed.bytes, placed.offset)?;
        }
        Ok(())
    }

    /// Before `count` records are written.
    fn prepare(&mut self, count: usize) {
        if !self.gives_up_earlier && self.ring.would_lose(count) {
            self.gives_up_earlier = self.put_aside().is_err();
        }
        self.writes += 1;
        if self.writes >= LOOK_AFTER {
            self.writes = 0;
            self.look_after();
        }
    }

    fn put_aside(&mut self) -> Result<(), Failure> {
        self.file = put_aside(&self.path, &self.header, self.ring.file_bytes())?;
        self.ring = self.ring.renewed();
        Ok(())
    }

    /// What others did to the file is mended: cut short, it gets its header and its room back; removed, it is made anew. If
    /// that fails it is tried again later, and the records' own errors tell.
    fn look_after(&mut self) {
        let Ok(metadata) = self.file.metadata() else { return };
        let bytes = self.ring.file_bytes();
        if is_removed(&metadata) {
            if let Ok(file) = create(&self.path, &self.header, bytes) {
                self.file = file;
                self.ring = self.ring.renewed();
            }
        } else if metadata.len() < bytes {
            let _ = extend(&self.file, metadata.len(), bytes)
                .and_then(|()| write_at(&self.file, &*self.header.encode(), 0));
        }
    }
}

/// The file that is there, open and locked; `None`: it was put aside meanwhile. `bytes`: it is read so far for whose it is.
fn claimed(path: &Path, bytes: u64) -> Result<Option<File>, Failure> {
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) if is_irregular(path) => return Err(Failure::irregular(path)),
        Err(error) => return Err(Failure::io("open", path, &error)),
    };
    let metadata = file.metadata().map_err(|error| Failure::io("read", path, &error))?;
    if !metadata.is_file() {
        return Err(Failure::irregular(path));
    }
    if !lock(&file) {
        let pid = read(&file, bytes).ok().and_then(|bytes| Header::decode(&bytes).ok()??.pid());
        return Err(Failure::occupied(path, pid));
    }
    Ok(is_at(path, &metadata).then_some(file))
}

fn is_irregular(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file())
}

/// Whether the file at a path is still this one.
#[cfg(unix)]
fn is_at(path: &Path, metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|now| (now.dev(), now.ino()) == (metadata.dev(), metadata.ino()))
}

#[cfg(unix)]
fn is_removed(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(metadata) == 0
}

/// Elsewhere an open file stays where it is.
#[cfg(not(unix))]
fn is_at(_path: &Path, _metadata: &Metadata) -> bool {
    true
}

#[cfg(not(unix))]
fn is_removed(_metadata: &Metadata) -> bool {
    false
}
