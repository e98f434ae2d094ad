//! V8's worker threads: a twin may be made only while none of them has work.
//!
//! What a worker is doing at the instant of the fork is never finished in the twin, where its thread does not exist:
//! whoever waits for it there waits for ever, or reads what is half written. Node 24 and later name these threads. Before,
//! they are the first that a process starts: one for delayed tasks, then the pool.
//!
//! A worker without work waits for a condition. One that waits for a lock sleeps as well, and is in the middle of its work: of a
//! loaded app's workers a tenth of those that sleep do. The system call that a thread sleeps in tells the two apart.

use super::tasks::{self, Task};
use std::fs;

/// Node's default for `--v8-pool-size`.
const POOL: usize = 4;

/// The platform's threads of this process.
#[derive(Debug)]
pub struct Workers {
    folders: Vec<String>,
}

impl Workers {
    pub fn find() -> Self {
        let tasks = tasks::threads("self");
        let folders = ids(tasks, pool_size()).into_iter().map(|id| format!("/proc/self/task/{id}")).collect();
        Self { folders }
    }

    /// Whether none has work at this moment. About 12 µs a thread.
    pub fn idle(&self) -> bool {
        self.folders.iter().all(|folder| {
            let asleep = tasks::read(&format!("{folder}/stat")).is_none_or(|task| task.state == b'S');
            // Where the file cannot be read, what `stat` says has to do.
            asleep && !fs::read_to_string(format!("{folder}/syscall")).is_ok_and(|call| at_work(&call))
        })
    }
}

/// Whether a thread with this `syscall` file is awake, or waits for a lock of glibc's: `202 0x7f… 0x80 …`, the call and its
/// arguments. musl waits for conditions and locks in the same way, which tells nothing.
fn at_work(call: &str) -> bool {
    let mut words = call.split_ascii_whitespace();
    let (number, _, operation) = (words.next(), words.next(), words.next());
    let Some(number) = number.and_then(|word| word.parse::<libc::c_long>().ok()) else {
        return number == Some("running");
    };
    let operation = operation.and_then(|word| i32::from_str_radix(word.trim_start_matches("0x"), 16).ok());
    cfg!(target_env = "gnu")
        && number == libc::SYS_futex
        && operation.is_some_and(|operation| operation & libc::FUTEX_CMD_MASK == libc::FUTEX_WAIT)
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
    use super::{asked_pool, at_work, ids};
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
    fn knows_a_call_that_is_no_rest() {
        assert!(at_work("running\n"));
        assert!(!at_work(""));
        let futex = |operation: &str| format!("{} 0x7f42 {operation} 0x2 0x0 0x0 0x0 0x7ffd 0x7f42", libc::SYS_futex);
        assert_eq!(at_work(&futex("0x80")), cfg!(target_env = "gnu"));
        assert!(!at_work(&futex("0x189")));
        assert!(!at_work("-1 0x7ffd 0x7f42"), "without a call: `stat` tells");
    }

    /// A real thread that sleeps because it waits for a lock of glibc's.
    #[test]
    #[cfg(target_env = "gnu")]
    fn a_thread_that_waits_for_a_lock_is_not_idle() {
        use super::Workers;
        use crate::twin::tasks;
        // The standard library's own locks do not go through glibc.
        struct Lock(std::cell::UnsafeCell<libc::pthread_mutex_t>);
        // SAFETY: a mutex of the system's is made to be shared; only `lock` and `unlock` touch it.
        unsafe impl Sync for Lock {}
        static LOCK: Lock = Lock(std::cell::UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));
        // SAFETY: an initialised mutex that lives for ever.
        assert_eq!(unsafe { libc::pthread_mutex_lock(LOCK.0.get()) }, 0);
        let thread = std::thread::Builder::new().name("workers-waiter".to_owned()).spawn(|| {
            // SAFETY: as above; unlocked by the thread that locked it.
            unsafe { (libc::pthread_mutex_lock(LOCK.0.get()), libc::pthread_mutex_unlock(LOCK.0.get())) }
        });
        let id = loop {
            let waiter = tasks::threads("self").into_iter().find(|task| task.name == "workers-waiter");
            if let Some(task) = waiter.filter(|task| task.state == b'S') {
                break task.id;
            }
            std::thread::yield_now();
        };
        let workers = Workers { folders: vec![format!("/proc/self/task/{id}")] };
        let readable = std::fs::read_to_string(format!("/proc/self/task/{id}/syscall")).is_ok();
        assert_eq!(workers.idle(), !readable);
        // SAFETY: locked by this thread above.
        assert_eq!(unsafe { libc::pthread_mutex_unlock(LOCK.0.get()) }, 0);
        assert_eq!(thread.unwrap().join().unwrap(), (0, 0));
        // A thread that is joined is still there for a moment, on its way out.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !workers.idle() && std::time::Instant::now() < end {
            std::thread::yield_now();
        }
        assert!(workers.idle(), "a thread that is gone has no work");
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
