//! V8's worker threads: a twin may be made only while all of them sleep.
//!
//! What a worker is doing at the instant of the fork is never finished in the twin, where its thread does not exist, and
//! whoever waits for it there waits for ever. Node 24 and later name these threads. Before, they are the first that
//! a process starts: one for delayed tasks, then the pool.

use super::tasks::{self, Task};
use std::fs;

/// Node's default for `--v8-pool-size`.
const POOL: usize = 4;

/// The platform's threads of this process.
#[derive(Debug)]
pub struct Workers {
    files: Vec<String>,
}

impl Workers {
    pub fn find() -> Self {
        let tasks = tasks::threads("self");
        let files = ids(tasks, pool_size()).into_iter().map(|id| format!("/proc/self/task/{id}/stat")).collect();
        Self { files }
    }

    /// Whether all sleep at this moment. About 8 µs a thread.
    pub fn asleep(&self) -> bool {
        self.files.iter().all(|file| tasks::read(file).is_none_or(|task| task.state == b'S'))
    }
}

fn ids(mut tasks: Vec<Task>, pool: usize) -> Vec<i32> {
    tasks.sort_unstable_by_key(|task| (task.began, task.id));
    let named = |task: &&Task| matches!(task.name.as_str(), "V8Worker" | "node-V8Worker");
    if tasks.iter().any(|task| named(&task)) {
        return tasks.iter().filter(named).map(|task| task.id).collect();
    }
    tasks.iter().skip(1).take(1 + pool).map(|task| task.id).collect()
}

/// What this process was told about the pool, on its command line or in `NODE_OPTIONS`.
fn pool_size() -> usize {
    let arguments = fs::read("/proc/self/cmdline").unwrap_or_default();
    let variables = fs::read("/proc/self/environ").unwrap_or_default();
    let options = variables.split(|&byte| byte == 0).find_map(|entry| entry.strip_prefix(b"NODE_OPTIONS="));
    let words = options.unwrap_or_default().split(|&byte| byte == b' ');
    let cores = || std::thread::available_parallelism().map_or(POOL, |cores| cores.get().saturating_sub(1).max(1));
    // What comes last counts, and the command line comes after the variable.
    match asked_pool(words.chain(arguments.split(|&byte| byte == 0))) {
        Some(0) => cores(),
        Some(size) => size,
        None => POOL,
    }
}

fn asked_pool<'a>(words: impl Iterator<Item = &'a [u8]>) -> Option<usize> {
    let mut asked = None;
    let mut value_next = false;
    for word in words {
        let text = String::from_utf8_lossy(word).replace('_', "-");
        let value = if value_next { Some(text.as_str()) } else { text.strip_prefix("--v8-pool-size=") };
        asked = value.and_then(|value| value.parse().ok()).or(asked);
        value_next = text == "--v8-pool-size";
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::{asked_pool, ids};
    use crate::twin::tasks::Task;

    fn task(id: i32, name: &str, began: u64) -> Task {
        Task { id, name: name.to_owned(), state: b'S', ticks: 0, began }
    }

    #[test]
    fn takes_the_named_ones() {
        let tasks = ["MainThread", "DelayedTaskSche", "V8Worker", "V8Worker", "SignalInspector", "libuv-worker"];
        let tasks = tasks.iter().zip(10..).map(|(name, id)| task(id, name, 5)).collect();
        assert_eq!(ids(tasks, 4), [12, 13]);
        assert_eq!(ids(vec![task(1, "node", 1), task(2, "node-V8Worker", 9)], 4), [2]);
    }

    #[test]
    fn takes_the_first_where_none_is_named() {
        // Thread ids start again when they run out: the time counts first.
        let mut tasks: Vec<Task> = (10..20).map(|id| task(id, "node", 7)).collect();
        tasks.push(task(3, "node", 9));
        tasks.reverse();
        assert_eq!(ids(tasks, 4), [11, 12, 13, 14, 15]);
        assert_eq!(ids(vec![task(1, "node", 1)], 4), Vec::<i32>::new());
    }

    #[test]
    fn reads_the_size_of_the_pool() {
        let asked = |line: &str| asked_pool(line.split(' ').map(str::as_bytes));
        assert_eq!(asked("node app.js"), None);
        assert_eq!(asked("node --v8-pool-size=8 app.js"), Some(8));
        assert_eq!(asked("--v8-pool-size=8 node --v8_pool_size 2 app.js"), Some(2));
        assert_eq!(asked("node --v8-pool-size=many"), None);
    }
}
