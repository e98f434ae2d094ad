//! Readings of the machine, as JavaScript sees them: what a platform does not tell is left out.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::outcome::number;
use leakguard_process::machine::{Cgroup, Disk, Meminfo, Own};
use napi_derive::napi;

/// The cgroup level with the least memory left.
#[napi(object)]
pub struct CgroupReading {
    /// 1 or 2.
    pub version: u32,
    /// The folder of that level.
    pub path: String,
    /// Bytes that it may have.
    pub limit: f64,
    /// Bytes that it has, page cache included.
    pub current: f64,
    /// Bytes of page cache, which can be taken back.
    pub reclaimable: f64,
    /// Bytes that are left: `limit - (current - reclaimable)`.
    pub headroom: f64,
}

/// All of something, and what is left of it, in bytes.
#[napi(object)]
pub struct Room {
    pub total: f64,
    pub available: f64,
}

/// This process's resident memory in bytes, and its parts.
#[napi(object)]
pub struct ProcessReading {
    pub rss: f64,
    pub anonymous: f64,
    pub file: f64,
    pub shared: f64,
    pub peak: f64,
}

/// What could be read at one moment.
#[napi(object)]
pub struct MachineReading {
    pub cgroup: Option<CgroupReading>,
    pub memory: Option<Room>,
    pub disk: Option<Room>,
    pub process: Option<ProcessReading>,
}

/// Reads limits and memory now; with `path`, an existing file or folder, the room on its disk too.
#[napi]
pub fn read_machine(path: Option<String>) -> MachineReading {
    let cgroup = Cgroup::read().map(|group| CgroupReading {
        version: u32::from(group.version),
        limit: number(group.limit),
        current: number(group.current),
        reclaimable: number(group.reclaimable),
        headroom: number(group.head_room()),
        path: group.path,
    });
    let process = Own::read().map(|own| ProcessReading {
        rss: number(own.resident),
        anonymous: number(own.anonymous),
        file: number(own.file),
        shared: number(own.shared),
        peak: number(own.peak),
    });
    let memory = Meminfo::read().map(|memory| room(memory.total, memory.available));
    let disk = path.and_then(|path| Disk::read(&path)).map(|disk| room(disk.total, disk.free));
    MachineReading { cgroup, memory, disk, process }
}

fn room(total: u64, available: u64) -> Room {
    Room { total: number(total), available: number(available) }
}
