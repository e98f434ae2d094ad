//! Memory pressure: the share of time that processes stood still because memory was short (the kernel's PSI).

use std::fs;

/// How long tasks waited for memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stall {
    /// Percent of the last 10 seconds.
    pub avg10: f64,
    /// Percent of the last minute.
    pub avg60: f64,
    /// Percent of the last 5 minutes.
    pub avg300: f64,
    /// All of it, in µs.
    pub total: u64,
}

/// Of a cgroup or of the machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pressure {
    /// At least one task waited.
    pub some: Stall,
    /// All of them did at once.
    pub full: Option<Stall>,
}

impl Pressure {
    /// The machine's; `None` before Linux 4.20, and where the kernel was told to leave it out.
    pub fn of_machine() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/pressure/memory").ok()?)
    }

    /// That of the cgroup in a folder; version 1 has none.
    pub fn of_cgroup(folder: &str) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("{folder}/memory.pressure")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let stall = |name: &str| text.lines().find_map(|line| stall(line.strip_prefix(name)?));
        Some(Self { some: stall("some ")?, full: stall("full ") })
    }
}

/// `avg10=0.12 avg60=0.00 avg300=0.00 total=5786`
fn stall(line: &str) -> Option<Stall> {
    let value = |key: &str| line.split(' ').find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
    let percent = |key: &str| value(key)?.parse::<f64>().ok().filter(|share| share.is_finite());
    Some(Stall {
        avg10: percent("avg10")?,
        avg60: percent("avg60")?,
        avg300: percent("avg300")?,
        total: value("total")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Pressure, Stall};

    #[test]
    fn reads_the_kernels_words() {
        let text =
            "some avg10=1.50 avg60=0.25 avg300=0.00 total=5786\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n";
        let pressure = Pressure::parse(text).unwrap();
        assert_eq!(pressure.some, Stall { avg10: 1.5, avg60: 0.25, avg300: 0.0, total: 5786 });
        assert_eq!(pressure.full.map(|full| full.total), Some(9));
    }

    #[test]
    fn half_a_text_is_half_an_answer() {
        let some = "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n";
        assert_eq!(Pressure::parse(some).unwrap().full, None);
        for odd in [
            "",
            "full avg10=0 avg60=0 avg300=0 total=1\n",
            "some avg10=0 avg60=0 avg300=0\n",
            "some avg10=NaN avg60=0 avg300=0 total=1",
        ] {
            assert_eq!(Pressure::parse(odd), None, "{odd}");
        }
    }
}
