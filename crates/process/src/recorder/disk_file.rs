//! A file of a fixed size whose blocks are there: opened without following links, written at offsets.

use super::failure::Failure;
use super::lock::lock;
use leakguard_core::recorder::{HEADER_BYTES, Header};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Makes a file that was not there, locked, with a header and room for all records. Leaves none on failure.
pub fn create(path: &Path, header: &Header, bytes: u64) -> io::Result<File> {
    let file = options().create_new(true).open(path)?;
    // Whoever was faster between these two lines finds an empty file, which is as good as none.
    let made = if lock(&file) { fill(&file, header, bytes) } else { Err(io::ErrorKind::WouldBlock.into()) };
    if made.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock) {
        let _ = fs::remove_file(path);
    }
    made.map(|()| file)
}

/// Opens what is there.
pub fn open(path: &Path) -> io::Result<File> {
    options().open(path)
}

/// Writes zeroes, not a hole: what is full or over a quota is an error now, and not in the middle of the night.
pub fn fill(file: &File, header: &Header, bytes: u64) -> io::Result<()> {
    extend(file, 0, bytes)?;
    write_at(file, &*header.encode(), 0)
}

/// Gives the file its size back from `length` on.
pub fn extend(file: &File, length: u64, bytes: u64) -> io::Result<()> {
    const ZEROES: [u8; 1 << 14] = [0; 1 << 14];
    let mut at = length;
    while at < bytes {
        let count = usize::try_from(bytes - at).unwrap_or(usize::MAX).min(ZEROES.len());
        write_at(file, &ZEROES[..count], at)?;
        at += count as u64;
    }
    Ok(())
}

/// Puts the file at `path` aside for a new one, and answers the new one. Whatever fails leaves `path` as it was.
pub fn put_aside(path: &Path, header: &Header, bytes: u64) -> Result<File, Failure> {
    let (aside, new) = (beside(path, ".1"), beside(path, ".new"));
    if !replaceable(&aside) {
        return Err(Failure::foreign(&aside));
    }
    // Only the owner of the lock on `path` comes here: what is there was left by one that was killed.
    let _ = fs::remove_file(&new);
    let file = create(&new, header, bytes).map_err(|error| Failure::io("create", &new, &error))?;
    let moved = fs::rename(path, &aside).and_then(|()| {
        fs::rename(&new, path).inspect_err(|_| {
            let _ = fs::rename(&aside, path);
        })
    });
    if let Err(error) = moved {
        let _ = fs::remove_file(&new);
        return Err(Failure::io("put aside", path, &error));
    }
    Ok(file)
}

/// `<path>.1` and the like.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Whether there is nothing at a path, or an older recorder file, or an empty one.
fn replaceable(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Err(error) => error.kind() == io::ErrorKind::NotFound,
        Ok(metadata) if !metadata.is_file() => false,
        Ok(metadata) => metadata.len() == 0 || open(path).is_ok_and(|file| is_ours(&file)),
    }
}

fn is_ours(file: &File) -> bool {
    let mut page = [0; HEADER_BYTES];
    read_at(file, &mut page).is_ok_and(|count| Header::decode(&page[..count]).is_ok() || Header::is_there(&page))
}

/// The file's bytes, at most so many.
pub fn read(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len().min(most);
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    let count = read_at(file, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

fn read_at(file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < bytes.len() {
        match read_some(file, &mut bytes[count..], count as u64) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    // Not blocking: a pipe at the path must not hold the app until somebody reads it.
    options.read(true).write(true).mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options
}

#[cfg(windows)]
fn options() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARE_READ_AND_DELETE: u32 = 1 | 4;
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = OpenOptions::new();
    options.read(true).write(true).share_mode(SHARE_READ_AND_DELETE).custom_flags(OPEN_REPARSE_POINT);
    options
}

/// Writes all bytes at an offset.
#[cfg(unix)]
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn read_some(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, offset)
}

/// Writes all bytes at an offset.
#[cfg(windows)]
pub fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match std::os::windows::fs::FileExt::seek_write(file, &bytes[done..], offset + done as u64)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => done += count,
        }
    }
    Ok(())
}

#[cfg(windows)]
fn read_some(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, offset)
}
