//! Readings of the machine, as JavaScript sees them: what a platform does not tell is left out.
#![cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]

use crate::outcome::number;
use leakguard_process::machine::{Cgroup, Disk, Meminfo, Own, Pressure, Stall, open_descriptors};
use napi_derive::napi;

/// From now on large memory that an analysis frees is the system's again at once, where its allocator (glibc's) can be told. For processes that do
/// nothing else.
#[napi]
pub fn give_back_memory() {
    leakguard_process::give_back();
}

/// The cgroup level with the least memory left, or the process's own where none has a limit.
#[napi(object)]
pub struct CgroupReading {
    /// 1 or 2.
    pub version: u32,
    /// The folder of that level.
    pub path: String,
    /// Bytes that it may have, where there is a limit.
    pub limit: Option<f64>,
    /// Bytes that it has, page cache included.
    pub current: f64,
    /// Bytes of page cache, which can be taken back.
    pub reclaimable: f64,
    /// Bytes that are left: `limit - (current - reclaimable)`.
    pub headroom: Option<f64>,
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
    /// How many threads there are.
    pub threads: u32,
}

/// How long tasks waited for memory: percent of the last 10, 60 and 300 seconds, and ms in all.
#[napi(object)]
pub struct StallReading {
    pub avg10: f64,
    pub avg60: f64,
    pub avg300: f64,
    pub total_ms: f64,
}

/// Memory pressure: when some tasks waited, and when all of them did.
#[napi(object)]
pub struct PressureReading {
    pub some: StallReading,
    pub full: Option<StallReading>,
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
        limit: group.limit.map(number),
        current: number(group.current),
        reclaimable: number(group.reclaimable),
        headroom: group.head_room().map(number),
        path: group.path,
    });
    let process = read_process();
    let memory = Meminfo::read().map(|memory| room(memory.total, memory.available));
    let disk = path.and_then(|path| Disk::read(&path)).map(|disk| room(disk.total, disk.free));
    MachineReading { cgroup, memory, disk, process }
}

/// Reads this process's memory by its parts, and its threads.
#[napi]
pub fn read_process() -> Option<ProcessReading> {
    Own::read().map(|own| ProcessReading {
        rss: number(own.resident),
        anonymous: number(own.anonymous),
        file: number(own.file),
        shared: number(own.shared),
        peak: number(own.peak),
        threads: own.threads,
    })
}

/// Memory pressure of the cgroup in a folder, or of the machine.
#[napi]
pub fn read_pressure(cgroup: Option<String>) -> Option<PressureReading> {
    let pressure = match cgroup {
        Some(folder) => Pressure::of_cgroup(&folder),
        None => Pressure::of_machine(),
    }?;
    Some(PressureReading { some: stall(&pressure.some), full: pressure.full.as_ref().map(stall) })
}

/// How many file descriptors this process has open.
#[napi]
pub fn count_descriptors() -> Option<f64> {
    open_descriptors().map(number)
}

fn stall(stall: &Stall) -> StallReading {
    StallReading { avg10: stall.avg10, avg60: stall.avg60, avg300: stall.avg300, total_ms: number(stall.total) / 1e3 }
}

fn room(total: u64, available: u64) -> Room {
    Room { total: number(total), available: number(available) }
}
