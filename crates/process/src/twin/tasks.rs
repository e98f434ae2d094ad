//! Threads as `/proc/PID/task/TID/stat` shows them.

use std::fs;

/// One thread.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Task {
    pub id: i32,
    pub name: String,
    /// `R` running or about to, `S` asleep, `D` waiting for a disk, `T` stopped, …
    pub state: u8,
    /// Clock ticks on a processor.
    pub ticks: u64,
    /// When it began, in clock ticks since the machine did.
    pub began: u64,
}

/// The threads of a process (`self` or a number), as far as they could be read.
pub fn threads(process: &str) -> Vec<Task> {
    let Ok(folder) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    folder.flatten().filter_map(|entry| parse(&fs::read_to_string(entry.path().join("stat")).ok()?)).collect()
}

/// The thread that a `stat` file tells of; `None` where it is gone.
pub fn read(path: &str) -> Option<Task> {
    parse(&fs::read_to_string(path).ok()?)
}

/// `42 (na)me) S 1 …`: a name may hold anything, so it ends at the last bracket.
fn parse(text: &str) -> Option<Task> {
    let (id, rest) = text.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |field: usize| fields.get(field).and_then(|text| text.parse::<u64>().ok());
    // man 5 proc counts from 1, and the state is its third.
    Some(Task {
        id: id.parse().ok()?,
        name: name.to_owned(),
        state: *fields.first()?.as_bytes().first()?,
        ticks: number(11)? + number(12)?,
        began: number(19)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Task, parse, threads};

    #[test]
    fn names_may_hold_brackets() {
        let text = "42 (a) R (b) S 1 2 3 0 -1 4194304 99 0 0 0 7 5 0 0 20 0 7 0 12345 1000 200";
        let task = Task { id: 42, name: "a) R (b".to_owned(), state: b'S', ticks: 12, began: 12345 };
        assert_eq!(parse(text), Some(task));
        for broken in ["", "42", "42 (a", "42 (a) S 1 2", "x (a) S 1 2 3 0 -1 0 0 0 0 0 7 5 0 0 20 0 7 0 1"] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn finds_a_named_thread_asleep() {
        let (stop, wait) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::Builder::new().name("tasks-sleeper".to_owned()).spawn(move || wait.recv()).unwrap();
        let asleep = || {
            let tasks = threads("self");
            tasks.iter().any(|task| task.name == "tasks-sleeper" && task.state == b'S' && task.began > 0)
        };
        while !asleep() {
            std::thread::yield_now();
        }
        drop(stop);
        assert!(thread.join().unwrap().is_err());
    }
}
