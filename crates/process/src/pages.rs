//! Large allocations on huge pages.
//!
//! An analysis visits columns of tens of megabytes in no order: with pages of 4 KB nearly every visit misses the TLB, and
//! every first touch of a page is a fault of its own. Blocks of 4 MB and more are aligned to 2 MB and the kernel is asked
//! (`madvise`) to back them by huge pages. Where it cannot, nothing is lost. Smaller blocks go to the system's allocator
//! as ever.

use std::alloc::{GlobalAlloc, Layout, System};

/// From this size on a block is worth a huge page.
const LARGE: usize = 4 << 20;
/// The size of a huge page on x86-64 and, with pages of 4 KB, on aarch64.
const HUGE_PAGE: usize = 2 << 20;

/// The system's allocator, with large blocks on huge pages. To be made an addon's `#[global_allocator]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct HugePages;

/// The layout that is asked for in place of a large one: a function of the layout alone, so that freeing finds it again.
fn aligned(layout: Layout) -> Layout {
    if layout.size() < LARGE {
        return layout;
    }
    layout.align_to(HUGE_PAGE).unwrap_or(layout)
}

/// Asks for huge pages; the answer does not matter.
fn advise(block: *mut u8, size: usize) {
    #[cfg(target_os = "linux")]
    if !block.is_null() && size >= LARGE {
        // SAFETY: the range lies within a block that was just allocated with this size at least, aligned to a page, and
        // MADV_HUGEPAGE changes no contents.
        unsafe { libc::madvise(block.cast(), size / HUGE_PAGE * HUGE_PAGE, libc::MADV_HUGEPAGE) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (block, size);
}

// SAFETY: every call is passed on to the system's allocator with a layout that depends on the given one alone and has at
// least its size and alignment; `realloc` across the limit falls back to allocating, copying and freeing.
unsafe impl GlobalAlloc for HugePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the layout's size is not zero, as the caller promises of his.
        let block = unsafe { System.alloc(aligned(layout)) };
        advise(block, layout.size());
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() < LARGE {
            // SAFETY: as in `alloc`.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // A block this large may be memory that was used before: it has to be cleared, and is on huge pages then.
        // SAFETY: as in `alloc`; the block has the layout's size.
        unsafe {
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from `alloc` with this layout, so from the system with `aligned` of it.
        unsafe { System.dealloc(block, aligned(layout)) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if layout.size() < LARGE && new_size < LARGE {
            // SAFETY: both layouts are the system's own.
            return unsafe { System.realloc(block, layout, new_size) };
        }
        // SAFETY: the caller promises that the new size, with this alignment, is a layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: both blocks have the smaller of the two sizes, they are different ones, and the old one is freed once.
        unsafe {
            let new_block = self.alloc(new_layout);
            if !new_block.is_null() {
                std::ptr::copy_nonoverlapping(block, new_block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            new_block
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_all_sizes_keep_their_contents() {
        for size in [1, 4096, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 12345] {
            for new_size in [1, LARGE - 1, LARGE, 5 * LARGE] {
                let layout = Layout::from_size_align(size, 8).expect("a layout");
                // SAFETY: sizes are not zero, every block is freed once with the layout it has by then, and only bytes
                // within both sizes are read.
                unsafe {
                    let block = HugePages.alloc_zeroed(layout);
                    assert!(!block.is_null() && (0..size).step_by(1000).all(|at| *block.add(at) == 0));
                    block.add(size - 1).write(7);
                    block.write(9);
                    let block = HugePages.realloc(block, layout, new_size);
                    assert_eq!(*block, 9);
                    assert!(new_size < size || size == 1 || *block.add(size - 1) == 7);
                    HugePages.dealloc(block, Layout::from_size_align(new_size, 8).expect("a layout"));
                }
            }
        }
    }
}
