//! V8's heap is marked to stay out of forks (`MADV_DONTFORK`); for one fork it is let in.
//!
//! Node builds V8 so because a spawn is then cheap. What is let in is every private anonymous mapping, in as few calls as
//! there are gaps with something else in them. What is kept out afterwards is exactly what was before: a survey said
//! which (`dc` in smaps, too slow for the app's thread), and only what is mapped there still is marked. A region that V8
//! made in between stays forkable, which costs a later fork a little; a wrong mark on malloc's memory would crash it.

use super::maps::{Mapping, read_maps};
use libc::{MADV_DOFORK, MADV_DONTFORK};
use std::io;
use std::ops::Range;

/// V8's memory, let into forks until this is dropped.
pub struct LetIn {
    keep_out: Vec<Range<usize>>,
}

impl LetIn {
    /// Lets all memory into forks. `surveyed`: which ranges were kept out, in order.
    pub fn all(surveyed: &[Range<usize>]) -> io::Result<Self> {
        let mappings = read_maps()?;
        let let_in = Self { keep_out: still_there(&mappings, surveyed) };
        for range in runs(&mappings) {
            advise(&range, MADV_DOFORK);
        }
        Ok(let_in)
    }
}

impl Drop for LetIn {
    fn drop(&mut self) {
        for range in &self.keep_out {
            advise(range, MADV_DONTFORK);
        }
    }
}

/// Anonymous mappings with nothing else between them, as one range each: the kernel skips what is not mapped.
fn runs(mappings: &[Mapping]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for mapping in mappings {
        match runs.last_mut() {
            Some(run) if open && mapping.anonymous => run.end = mapping.range.end,
            _ if mapping.anonymous => runs.push(mapping.range.clone()),
            _ => {}
        }
        open = mapping.anonymous;
    }
    runs
}

/// The mappings of now that overlap what was kept out: V8's, perhaps grown or trimmed since. Neighbours become one range.
fn still_there(mappings: &[Mapping], surveyed: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut surveyed = surveyed.iter().peekable();
    for Mapping { range, anonymous, .. } in mappings {
        while surveyed.next_if(|old| old.end <= range.start).is_some() {}
        if !anonymous || surveyed.peek().is_none_or(|old| old.start >= range.end) {
            continue;
        }
        match kept.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => kept.push(range.clone()),
        }
    }
    kept
}

fn advise(range: &Range<usize>, advice: i32) {
    // SAFETY: these two advices change what a fork copies, never what is mapped or its content; a range that is not
    // mapped any more is an error that changes nothing.
    unsafe { libc::madvise(range.start as *mut libc::c_void, range.len(), advice) };
}

#[cfg(test)]
mod tests {
    use super::{LetIn, runs, still_there};
    use crate::twin::maps::{Mapping, read_smaps};
    use std::ops::Range;

    fn mapping(range: Range<usize>, anonymous: bool) -> Mapping {
        Mapping { range, anonymous, dont_fork: false }
    }

    #[test]
    fn runs_span_gaps_and_stop_at_files() {
        let mappings =
            [mapping(1..2, true), mapping(3..4, true), mapping(5..6, false), mapping(6..7, false), mapping(8..9, true)];
        assert_eq!(runs(&mappings), [1..4, 8..9]);
        assert_eq!(runs(&[]), []);
    }

    #[test]
    fn keeps_out_what_is_still_mapped_where_it_was() {
        let mappings = [mapping(10..20, true), mapping(20..30, true), mapping(40..50, true), mapping(60..70, false)];
        let kept = still_there(&mappings, &[10..15, 25..30, 42..44, 60..70, 80..90]);
        assert_eq!(kept, [10..30, 40..50]);
        assert_eq!(still_there(&mappings, &[30..40, 70..80]), []);
    }

    #[test]
    fn marks_come_back_as_they_were() {
        const SIZE: usize = 64 << 10;
        // SAFETY: new private memory at an address that the kernel chooses; nothing else knows of it.
        let marked = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let address =
                libc::mmap(std::ptr::null_mut(), 3 * SIZE, protection, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
            assert_ne!(address, libc::MAP_FAILED);
            let middle = address.byte_add(SIZE);
            assert_eq!(libc::madvise(middle, SIZE, libc::MADV_DONTFORK), 0);
            middle as usize
        };
        let kept_out = |address: usize| {
            let mappings = read_smaps().unwrap();
            mappings.iter().find(|mapping| mapping.range.contains(&address)).unwrap().dont_fork
        };
        let surveyed: Vec<_> = read_smaps()
            .unwrap()
            .into_iter()
            .filter(|mapping| mapping.dont_fork)
            .map(|mapping| mapping.range)
            .collect();
        assert!(kept_out(marked) && !kept_out(marked - 1) && !kept_out(marked + SIZE));
        let let_in = LetIn::all(&surveyed).unwrap();
        assert!(!kept_out(marked));
        drop(let_in);
        assert!(kept_out(marked) && !kept_out(marked - 1) && !kept_out(marked + SIZE));
    }
}
