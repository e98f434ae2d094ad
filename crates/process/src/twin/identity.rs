//! The copy becomes a twin: nothing that happens to the app's process happens to it, and it never outlives the app.

use std::ffi::c_int;
use std::fs;

/// Signals that come to a whole process group: what they mean is the app's decision. If it ends, so does the twin.
const NOT_OURS: [c_int; 7] =
    [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2, libc::SIGPIPE];

/// From here to its drop no signal is handled by this thread, nor by what it forks: between the fork and `forget_signals` the copy
/// would run the app's handlers, and libuv's tells the parent through a pipe that both have.
pub struct Held(libc::sigset_t);

impl Held {
    /// Signals that come meanwhile wait.
    pub fn all() -> Self {
        // SAFETY: `sigset_t` is plain data, which the calls fill; they only change how signals reach this thread.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Self(before)
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: the set is what the call in `all` answered.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut()) };
    }
}

/// First of all: handlers of the app's would run here too, and libuv's write into a pipe that is the parent's as well.
pub fn forget_signals() {
    // SAFETY: `sigaction` and `sigset_t` are plain data for which all zeroes mean no flags and no signals; the twin has
    // one thread, and these calls only change how the kernel treats signals to it.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        for signal in 1..=64 {
            action.sa_sigaction = if NOT_OURS.contains(&signal) { libc::SIG_IGN } else { libc::SIG_DFL };
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
        // What waited for a handler that is gone is gone with it.
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

/// The twin dies with the thread that made it. `false`: that has happened already.
pub fn die_with(parent: c_int) -> bool {
    // SAFETY: both calls take and answer plain numbers.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::getppid() == parent
    }
}

/// Name, priority, and the first place in line should the kernel need memory. None of it is worth failing for.
pub fn step_back(nice: c_int) {
    // SAFETY: the name is a C string of less than 16 bytes.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"leakguard-twin".as_ptr()) };
    drop(fs::write("/proc/self/oom_score_adj", "1000"));
    // A core file would be as large as the heap, and hold what it holds.
    let no_core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit is a valid structure that the call only reads.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const no_core) };
    if nice > 0 {
        // SAFETY: takes and answers plain numbers; lowering one's own priority needs no right.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, libc::getpriority(libc::PRIO_PROCESS, 0) + nice) };
    }
}
