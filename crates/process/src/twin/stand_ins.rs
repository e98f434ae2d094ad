//! What a twin calls instead of some functions of libc, because the threads that they are about do not exist there.
//!
//! **Signals.** V8 goes on posting jobs to its worker threads, and glibc's signal then waits for ever for waiters that
//! died with the fork. In a twin nobody waits: the stand-in does nothing, jobs stay queued, and whoever joins one does
//! its work.
//!
//! **Locks.** Another thread may hold a mutex at the instant of the fork; a busy worker thread of the app, preempted while
//! it posts a job, holds that of the platform's queue. In a twin that mutex stays locked for ever. The stand-in waits
//! for an owner that lives, and takes over from one that does not. What the lock protects may then be half changed:
//! the twin may fail for it, and is made anew; without this it would hang for certain.

use std::ffi::c_int;
#[cfg(target_env = "gnu")]
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};

/// A function of libc, and the address of what a twin calls.
#[derive(Clone, Copy, Debug)]
pub struct StandIn {
    pub name: &'static str,
    pub address: usize,
}

/// The longest name.
pub const LONGEST: usize = "pthread_cond_broadcast".len();

/// The stand-in for the function of this name.
pub fn stand_in(name: &[u8]) -> Option<StandIn> {
    let (name, address) = match name {
        b"pthread_cond_signal" => ("pthread_cond_signal", nobody_waits as *const () as usize),
        b"pthread_cond_broadcast" => ("pthread_cond_broadcast", nobody_waits as *const () as usize),
        #[cfg(target_env = "gnu")]
        b"pthread_mutex_lock" => ("pthread_mutex_lock", lock_or_inherit as *const () as usize),
        _ => return None,
    };
    Some(StandIn { name, address })
}

extern "C" fn nobody_waits(_condition: *mut libc::pthread_cond_t) -> c_int {
    0
}

/// The head of glibc's `pthread_mutex_t`, the same on every 64-bit processor (`struct __pthread_mutex_s`). musl keeps no
/// owner in a plain mutex, so there nothing is taken over.
#[cfg(target_env = "gnu")]
#[repr(C)]
struct Head {
    lock: AtomicI32,
    count: AtomicU32,
    owner: AtomicI32,
    users: AtomicU32,
    kind: AtomicI32,
}

/// Plain, recursive, error-checking and adaptive mutexes; not robust, inheriting or shared ones.
#[cfg(target_env = "gnu")]
const SIMPLE_KINDS: std::ops::RangeInclusive<c_int> = 0..=3;
#[cfg(target_env = "gnu")]
const RECURSIVE: c_int = 1;

#[cfg(target_env = "gnu")]
unsafe extern "C" fn lock_or_inherit(mutex: *mut libc::pthread_mutex_t) -> c_int {
    // SAFETY: the caller's mutex, as libc would get it.
    if unsafe { libc::pthread_mutex_trylock(mutex) } == 0 {
        return 0;
    }
    // SAFETY: every mutex of glibc begins so, and its fields change atomically.
    let head = unsafe { &*mutex.cast::<Head>() };
    if !SIMPLE_KINDS.contains(&(head.kind.load(Relaxed) & 0x7f)) {
        // SAFETY: what the caller asked for.
        return unsafe { libc::pthread_mutex_lock(mutex) };
    }
    let mut nameless = 0;
    loop {
        let owner = head.owner.load(Relaxed);
        // A thread that just took or just releases it has no name on it for an instant.
        nameless = if owner == 0 { nameless + 1 } else { 0 };
        if nameless > 20 || (owner != 0 && !lives(owner)) {
            // SAFETY: takes no argument.
            head.owner.store(unsafe { libc::gettid() }, Relaxed);
            head.count.store(u32::from(head.kind.load(Relaxed) & 3 == RECURSIVE), Relaxed);
            return 0;
        }
        if wait(mutex) {
            return 0;
        }
    }
}

/// Tries for a millisecond.
#[cfg(target_env = "gnu")]
fn wait(mutex: *mut libc::pthread_mutex_t) -> bool {
    let mut until = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is written by the one and read by the other call; the mutex is the caller's.
    unsafe {
        libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut until);
        until.tv_nsec += 1_000_000;
        if until.tv_nsec >= 1_000_000_000 {
            until.tv_sec += 1;
            until.tv_nsec -= 1_000_000_000;
        }
        libc::pthread_mutex_timedlock(mutex, &raw const until) == 0
    }
}

/// Whether a thread of this process has this number. A number of the parent's is never given to a thread of the twin
/// while the parent's thread lives.
#[cfg(target_env = "gnu")]
fn lives(thread: c_int) -> bool {
    // SAFETY: signal 0 is none: the kernel only says whether the thread is there.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, 0) == 0 }
}

#[cfg(all(test, target_env = "gnu"))]
mod tests {
    use super::lock_or_inherit;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, mpsc};

    fn mutex(kind: i32) -> libc::pthread_mutex_t {
        // SAFETY: both structures are initialised by libc before use.
        unsafe {
            let mut attributes: libc::pthread_mutexattr_t = std::mem::zeroed();
            libc::pthread_mutexattr_init(&raw mut attributes);
            libc::pthread_mutexattr_settype(&raw mut attributes, kind);
            let mut mutex: libc::pthread_mutex_t = std::mem::zeroed();
            assert_eq!(libc::pthread_mutex_init(&raw mut mutex, &raw const attributes), 0);
            mutex
        }
    }

    #[test]
    fn a_lock_of_a_thread_that_is_gone_is_taken_over() {
        for kind in [libc::PTHREAD_MUTEX_NORMAL, libc::PTHREAD_MUTEX_RECURSIVE, libc::PTHREAD_MUTEX_ERRORCHECK] {
            let mut mutex = mutex(kind);
            let address = &raw mut mutex as usize;
            let (held, wait) = mpsc::channel();
            let (stop, stopped) = mpsc::channel::<()>();
            let holder = std::thread::spawn(move || {
                // SAFETY: the mutex outlives this thread.
                unsafe { libc::pthread_mutex_lock(address as *mut libc::pthread_mutex_t) };
                held.send(()).unwrap();
                assert!(stopped.recv().is_err(), "the sender is dropped");
            });
            wait.recv().unwrap();
            // SAFETY: the child takes a mutex of its own memory and ends; the parent waits for it.
            unsafe {
                let child = libc::fork();
                if child == 0 {
                    libc::alarm(10);
                    let inherited = lock_or_inherit(&raw mut mutex) == 0;
                    let released = libc::pthread_mutex_unlock(&raw mut mutex) == 0;
                    let free = libc::pthread_mutex_trylock(&raw mut mutex) == 0;
                    libc::_exit(i32::from(!(inherited && released && free)));
                }
                let mut status = 0;
                assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
                assert_eq!(status, 0, "of kind {kind}");
            }
            drop(stop);
            holder.join().unwrap();
        }
    }

    #[test]
    fn a_lock_of_a_living_thread_is_waited_for() {
        let mut mutex = mutex(libc::PTHREAD_MUTEX_NORMAL);
        let address = &raw mut mutex as usize;
        let (held, wait) = mpsc::channel();
        let done = Arc::new(AtomicBool::new(false));
        let is_done = Arc::clone(&done);
        let holder = std::thread::spawn(move || {
            let mutex = address as *mut libc::pthread_mutex_t;
            // SAFETY: the mutex outlives this thread.
            unsafe { libc::pthread_mutex_lock(mutex) };
            held.send(()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(60));
            is_done.store(true, SeqCst);
            // SAFETY: locked by this thread.
            unsafe { libc::pthread_mutex_unlock(mutex) };
        });
        wait.recv().unwrap();
        // SAFETY: an initialised mutex.
        assert_eq!(unsafe { lock_or_inherit(&raw mut mutex) }, 0);
        assert!(done.load(SeqCst), "it has the lock before the other thread was done with it");
        holder.join().unwrap();
    }
}
