//! Room on a disk.

/// The file system that holds a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Disk {
    /// All of it.
    pub total: u64,
    /// What this user may still write.
    pub free: u64,
}

impl Disk {
    /// The reading of this moment, for an existing file or folder.
    #[cfg(target_os = "linux")]
    pub fn read(path: &str) -> Option<Self> {
        let path = std::ffi::CString::new(path).ok()?;
        // SAFETY: all zeroes is a valid `statvfs`, which the call fills; the path is a C string.
        let (status, stat) = unsafe {
            let mut stat: libc::statvfs = std::mem::zeroed();
            (libc::statvfs(path.as_ptr(), &raw mut stat), stat)
        };
        let unit = if stat.f_frsize == 0 { stat.f_bsize } else { stat.f_frsize };
        let bytes = |blocks: u64| blocks.checked_mul(unit);
        if status == 0 { Some(Self { total: bytes(stat.f_blocks)?, free: bytes(stat.f_bavail)? }) } else { None }
    }

    /// Not asked elsewhere: Node's `fs.statfs` knows.
    #[cfg(not(target_os = "linux"))]
    pub fn read(_path: &str) -> Option<Self> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::Disk;

    #[test]
    fn a_folder_has_a_disk() {
        let disk = Disk::read("/").unwrap();
        assert!(disk.total >= disk.free);
        assert_eq!(Disk::read("/no/such/folder"), None);
        assert_eq!(Disk::read("a\0b"), None);
    }
}
