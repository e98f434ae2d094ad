//! Memory for large columns in a twin: in the system's large pages, where it gives them to those who ask.
//!
//! A twin's columns are written once from start to end, and the system makes each page of them when it is first touched: 2 MiB at
//! once instead of 4 KiB are a good part of the time. Outside of twins this is the system's allocator and nothing else, but for
//! processes that only analyse: those give large memory back at once, too.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What is smaller stays as it is.
const LEAST: usize = 4 << 20;

/// What is at least so large is mapped by itself, for as long as it lives.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_MAPPING: i32 = 1 << 20;

static ASKED: AtomicBool = AtomicBool::new(false);

/// The system's allocator, which asks for large pages once it is told to.
pub struct LargePages;

/// From now on large memory is asked for in large pages, and given back. Nobody takes it back: twins end.
#[cfg(target_os = "linux")]
pub(crate) fn ask() {
    ASKED.store(true, Relaxed);
    give_back();
}

/// From now on each large piece of memory is the system's again as soon as it is free: what one step leaves is room for the next one. For
/// processes that analyse and do nothing else.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: a setting of the system's allocator, for allocations from now on; left as it is where it is not known.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING);
    }
}

#[inline]
fn advise(start: *mut u8, bytes: usize) {
    if bytes >= LEAST && ASKED.load(Relaxed) && !start.is_null() {
        advise_whole_pages(start, bytes);
    }
}

#[cold]
fn advise_whole_pages(start: *mut u8, bytes: usize) {
    #[cfg(target_os = "linux")]
    {
        const PAGE: usize = 1 << 12;
        let inset = start.align_offset(PAGE);
        // SAFETY: a hint for whole pages within memory that was allocated just now; where it is not taken nothing changes.
        unsafe { libc::madvise(start.wrapping_add(inset).cast(), (bytes - inset) & !(PAGE - 1), libc::MADV_HUGEPAGE) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (start, bytes);
}

// SAFETY: all of it is the system's allocator, with the same layouts; a hint about the memory changes nothing of its contract.
unsafe impl GlobalAlloc for LargePages {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller's.
        let start = unsafe { System.alloc(layout) };
        advise(start, layout.size());
        start
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller's.
        let start = unsafe { System.alloc_zeroed(layout) };
        advise(start, layout.size());
        start
    }

    #[inline]
    unsafe fn realloc(&self, old: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as the caller's.
        let start = unsafe { System.realloc(old, layout, bytes) };
        advise(start, bytes);
        start
    }

    #[inline]
    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: as the caller's.
        unsafe { System.dealloc(start, layout) }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{LEAST, LargePages, ask};
    use std::alloc::{GlobalAlloc, Layout};

    #[test]
    fn holds_what_is_written_asked_or_not() {
        for _ in 0..2 {
            let layout = Layout::from_size_align(LEAST + 100, 16).unwrap();
            // SAFETY: the layout has a size, and is that of what is given back; what is written lies within.
            unsafe {
                let start = LargePages.alloc_zeroed(layout);
                assert!(!start.is_null() && (0..layout.size()).all(|at| *start.add(at) == 0));
                start.add(LEAST).write(7);
                let grown = LargePages.realloc(start, layout, 2 * LEAST);
                assert_eq!(*grown.add(LEAST), 7);
                LargePages.dealloc(grown, Layout::from_size_align(2 * LEAST, 16).unwrap());
            }
            ask();
        }
    }
}
