//! The memory limit of this process's cgroup, of either version.
//!
//! Limits hold at every level, so the one that matters is where the least is left, from the process's own group up to
//! what is visible of the hierarchy. Page cache counts as free: the kernel takes it back before it kills. A
//! system can have both versions mounted (hybrid); memory is then controlled in one of them, and the other has no files.

use super::mounts::{self, Mount};
use std::fs;
use std::path::{Path, PathBuf};

/// A level's limit and use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cgroup {
    /// 1 or 2.
    pub version: u8,
    /// The folder of the level.
    pub path: String,
    /// What it may have: where it is stopped (`memory.max`) or slowed down (`memory.high`), whichever comes first. `None` where
    /// nothing is said at any level.
    pub limit: Option<u64>,
    /// What it has, page cache included.
    pub current: u64,
    /// Page cache that can be taken back.
    pub reclaimable: u64,
}

/// Version 1 says "no limit" with the largest number of whole pages.
const NO_LIMIT: u64 = 1 << 62;

impl Cgroup {
    /// The level with the least room at this moment; the process's own where none has a limit. `None` without a cgroup that
    /// counts memory.
    pub fn read() -> Option<Self> {
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        tightest(&groups, &mounts, &|path| fs::read_to_string(path).ok())
    }

    /// How many processes the kernel has killed at this level for want of memory, where it counts them.
    pub fn kills(&self) -> Option<u64> {
        let name = if self.version == 2 { "memory.events" } else { "memory.oom_control" };
        kills(&fs::read_to_string(Path::new(&self.path).join(name)).ok()?)
    }

    /// What is left until the limit, where there is one.
    pub fn head_room(&self) -> Option<u64> {
        Some(self.limit?.saturating_sub(self.current.saturating_sub(self.reclaimable)))
    }
}

/// `groups`: `/proc/self/cgroup`; `mounts`: `/proc/self/mountinfo`; `read` answers a file's text.
fn tightest(groups: &str, mounts: &str, read: &dyn Fn(&Path) -> Option<String>) -> Option<Cgroup> {
    let mounts = mounts::parse(mounts);
    let levels = groups.lines().filter_map(|line| {
        let (number, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let memory = |list: &str| list.split(',').any(|name| name == "memory");
        let mounted = |wanted: &dyn Fn(&Mount) -> bool| mounts.iter().find(|mount| wanted(mount));
        match () {
            () if number == "0" && controllers.is_empty() => {
                let mount = mounted(&|mount| mount.kind == "cgroup2")?;
                Some((2, levels(mount, path)))
            }
            () if memory(controllers) => {
                let mount = mounted(&|mount| mount.kind == "cgroup" && memory(&mount.options))?;
                Some((1, levels(mount, path)))
            }
            () => None,
        }
    });
    let readings = levels.flat_map(|(version, folders)| {
        folders
            .into_iter()
            .filter_map(move |folder| if version == 2 { version_2(&folder, read) } else { version_1(&folder, read) })
    });
    // From the process's own group up: of those without a limit the first stays.
    readings.min_by_key(|level| level.head_room().unwrap_or(u64::MAX))
}

/// The group's folder and those above it, as far as they are visible.
fn levels(mount: &Mount, path: &str) -> Vec<PathBuf> {
    let point = Path::new(&mount.point);
    // A path that is not below what is mounted is that of another name space: what is mounted is all there is to see.
    let inside = Path::new(path).strip_prefix(&mount.root).ok().filter(|inside| !inside.starts_with(".."));
    let leaf = inside.map_or_else(|| point.to_owned(), |inside| point.join(inside));
    leaf.ancestors().take_while(|folder| folder.starts_with(point)).map(Path::to_owned).collect()
}

fn version_2(folder: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Option<Cgroup> {
    let number = |name: &str| read(&folder.join(name))?.trim().parse::<u64>().ok();
    // "max" is no number, and no limit.
    let limit = [number("memory.max"), number("memory.high")].into_iter().flatten().min();
    let current = number("memory.current")?;
    Some(reading(2, folder, limit, current, cache(folder, read, ["inactive_file", "active_file"])))
}

fn version_1(folder: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Option<Cgroup> {
    let number = |name: &str| read(&folder.join(name))?.trim().parse::<u64>().ok();
    let limit = number("memory.limit_in_bytes").filter(|&limit| limit < NO_LIMIT);
    let current = number("memory.usage_in_bytes")?;
    Some(reading(1, folder, limit, current, cache(folder, read, ["total_inactive_file", "total_active_file"])))
}

fn kills(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")).and_then(|count| count.trim().parse().ok())
}

fn reading(version: u8, folder: &Path, limit: Option<u64>, current: u64, reclaimable: u64) -> Cgroup {
    Cgroup { version, path: folder.display().to_string(), limit, current, reclaimable }
}

fn cache(folder: &Path, read: &dyn Fn(&Path) -> Option<String>, keys: [&str; 2]) -> u64 {
    let text = read(&folder.join("memory.stat")).unwrap_or_default();
    let values = text.lines().filter_map(|line| {
        let (key, value) = line.split_once(' ')?;
        if keys.contains(&key) { value.trim().parse::<u64>().ok() } else { None }
    });
    values.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::{Cgroup, kills, tightest};
    use std::collections::HashMap;
    use std::path::Path;

    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const V1: &str = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n\
                      34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
                      35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                      41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

    fn ask(groups: &str, mounts: &str, files: &[(&str, &str)]) -> Option<Cgroup> {
        let files: HashMap<&str, &str> = files.iter().copied().collect();
        tightest(groups, mounts, &|path: &Path| files.get(path.to_str()?).map(|text| (*text).to_owned()))
    }

    #[test]
    fn version_2_finds_the_tightest_level() {
        let files = [
            ("/sys/fs/cgroup/a/b/memory.max", "max\n"),
            ("/sys/fs/cgroup/a/b/memory.high", "max\n"),
            ("/sys/fs/cgroup/a/b/memory.current", "100\n"),
            ("/sys/fs/cgroup/a/memory.max", "1000\n"),
            ("/sys/fs/cgroup/a/memory.current", "900\n"),
            ("/sys/fs/cgroup/a/memory.stat", "anon 500\nfile 350\ninactive_file 100\nactive_file 200\n"),
        ];
        let group = ask("0::/a/b\n", V2, &files).unwrap();
        let expected = Cgroup {
            version: 2,
            path: "/sys/fs/cgroup/a".to_owned(),
            limit: Some(1000),
            current: 900,
            reclaimable: 300,
        };
        assert_eq!(group, expected);
        assert_eq!(group.head_room(), Some(400));
        let own =
            Cgroup { version: 2, path: "/sys/fs/cgroup/a/b".to_owned(), limit: None, current: 100, reclaimable: 0 };
        let mut unlimited = files;
        unlimited[3].1 = "max\n";
        assert_eq!(ask("0::/a/b\n", V2, &unlimited), Some(own), "no limit at any level");
    }

    #[test]
    fn version_2_is_slowed_down_before_it_is_stopped() {
        let files = [
            ("/sys/fs/cgroup/memory.max", "1000\n"),
            ("/sys/fs/cgroup/memory.high", "800\n"),
            ("/sys/fs/cgroup/memory.current", "900\n"),
        ];
        let group = ask("0::/\n", V2, &files).unwrap();
        assert_eq!((group.limit, group.reclaimable, group.head_room()), (Some(800), 0, Some(0)));
    }

    #[test]
    fn a_container_sees_its_own_part() {
        let files = [("/sys/fs/cgroup/memory.max", "7\n"), ("/sys/fs/cgroup/memory.current", "1\n")];
        let part = V2.replace(" / /sys", " /docker/12 /sys");
        for (groups, mounts) in
            [("0::/docker/12\n", &*part), ("0::/docker/12\n", V2), ("0::/../other\n", V2), ("0::/\n", &part)]
        {
            assert_eq!(ask(groups, mounts, &files).and_then(|group| group.head_room()), Some(6), "{groups} {mounts}");
        }
    }

    #[test]
    fn version_1_and_hybrid() {
        let groups = "9:name=systemd:/\n4:memory:/app\n1:cpu,cpuacct:/\n0::/\n";
        let files = [
            ("/sys/fs/cgroup/memory/app/memory.limit_in_bytes", "5000\n"),
            ("/sys/fs/cgroup/memory/app/memory.usage_in_bytes", "4000\n"),
            ("/sys/fs/cgroup/memory/app/memory.stat", "inactive_file 1\ntotal_inactive_file 20\ntotal_active_file 3\n"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "99999\n"),
        ];
        let group = ask(groups, V1, &files).unwrap();
        assert_eq!((group.version, group.head_room()), (1, Some(1023)));
        let unlimited = ask(groups, V1, &files[3..]).unwrap();
        assert_eq!((unlimited.limit, unlimited.current, unlimited.head_room()), (None, 99_999, None));
    }

    #[test]
    fn counts_kills() {
        assert_eq!(kills("low 0\nhigh 0\nmax 9\noom 2\noom_kill 3\noom_group_kill 1\n"), Some(3));
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 4\n"), Some(4));
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\n"), None, "before Linux 4.13");
    }

    #[test]
    fn odd_files_are_no_limit() {
        assert_eq!(ask("", V2, &[]), None);
        assert_eq!(ask("0::/\n", "", &[]), None);
        assert_eq!(ask("nonsense\n4:memory\n", V1, &[]), None);
        assert_eq!(ask("0::/\n", V2, &[("/sys/fs/cgroup/memory.max", "12x\n")]), None);
    }
}
