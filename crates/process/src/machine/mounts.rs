//! Where file systems are mounted, from `/proc/self/mountinfo`.

/// One mount of a file system that has a hierarchy of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mount {
    /// Which folder of the file system is visible: in a container without a name space of its own, not the top.
    pub root: String,
    /// Where it is visible.
    pub point: String,
    /// `cgroup`, `cgroup2`.
    pub kind: String,
    /// Options of the file system: for `cgroup` its controllers.
    pub options: String,
}

/// All mounts. `36 35 98:0 /root /point rw,noatime shared:1 - kind source options`
pub fn parse(text: &str) -> Vec<Mount> {
    text.lines().filter_map(mount).collect()
}

fn mount(line: &str) -> Option<Mount> {
    let (mount, system) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(3);
    let mut system = system.split(' ');
    Some(Mount {
        root: unescaped(mount.next()?),
        point: unescaped(mount.next()?),
        kind: system.next()?.to_owned(),
        options: system.nth(1).unwrap_or_default().to_owned(),
    })
}

/// The kernel writes blanks and the like as `\040`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(byte) = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            plain.push(char::from(byte));
            plain.push_str(&part[3..]);
        } else {
            plain.push('\\');
            plain.push_str(part);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Mount, parse};

    #[test]
    fn reads_mounts_with_and_without_optional_fields() {
        let text = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
                    36 35 98:0 /doc\\040ker/1 /a\\011b rw,noatime shared:1 master:2 - cgroup2 none rw,nsdelegate\nodd\n";
        let mounts = parse(text);
        assert_eq!(mounts.len(), 2);
        let expected = Mount {
            root: "/doc ker/1".to_owned(),
            point: "/a\tb".to_owned(),
            kind: "cgroup2".to_owned(),
            options: "rw,nsdelegate".to_owned(),
        };
        assert_eq!(mounts[1], expected);
    }
}
