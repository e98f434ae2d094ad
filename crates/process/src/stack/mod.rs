//! A number for where this thread's JavaScript is right now: the same for the same calls at the same positions, another for any other.
//!
//! `Error.captureStackTrace` makes objects of frames and takes microseconds. V8's sampler, which its profilers call from signals, reads the
//! same frames as addresses in a tenth of that: of compiled code the return address, which tells the functions that were inlined there as
//! well, of interpreted code the bytecode's. Of a few frames we follow the links ourselves ([`frames`]), in a fifth of that or less, and ask the sampler for
//! what is new. Whoever asked `Error` once for such a stack knows the answer for as long as code stays where
//! it is. It is moved and freed by full collections alone, so each of them makes all numbers void.

mod frames;

use crate::gc::v8::{Isolate, MARK_COMPACT, V8, function};
use frames::{Frames, Key, mixed};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ffi::{CStr, c_void};
use std::ptr::{from_ref, null_mut};
use std::sync::OnceLock;

/// Frames that can be asked for.
pub const MOST_FRAMES: usize = 128;
/// Stacks that are told apart before all are forgotten.
const MOST_STACKS: usize = 4096;

/// So many of JavaScript's are read by their links.
const MOST_LINKED: usize = 8;

/// V8's `RegisterState`: program counter, stack pointer, frame pointer, link register, and what it owns besides. With room to spare.
#[derive(Default)]
#[repr(C)]
struct Registers {
    counter: usize,
    stack: usize,
    rest: [usize; 6],
}

/// V8's `SampleInfo`, of which the first field is read. With room to spare.
#[derive(Default)]
#[repr(C)]
struct Sample {
    frames: usize,
    rest: [usize; 15],
}

type GetStackSample = unsafe extern "C" fn(*mut Isolate, *const Registers, *mut usize, usize, *mut Sample);

const GET_STACK_SAMPLE: &CStr = c"_ZN2v87Isolate14GetStackSampleERKNS_13RegisterStateEPPvmPNS_10SampleInfoE";

/// The stacks of this thread that have a number.
struct Numbers {
    /// Whose they are; null before the first.
    isolate: *mut Isolate,
    frames: Frames,
    by_key: FxHashMap<Key, u32>,
    last: u32,
}

thread_local! {
    static NUMBERS: RefCell<Numbers> =
        RefCell::new(Numbers { isolate: null_mut(), frames: Frames::NONE, by_key: FxHashMap::default(), last: 0 });
}

/// The number of this thread's stack as far as its innermost `frames`, at least 1; `None` where V8 does not tell, or nothing runs. A number is never used
/// again for another stack.
pub fn number(frames: usize) -> Option<u32> {
    let (v8, sampler) = (V8::find().ok()?, sampler()?);
    let isolate = v8.current();
    if isolate.is_null() {
        return None;
    }
    of_this_thread(|numbers| {
        numbers.enter(v8, isolate);
        numbers.of(frames.min(MOST_FRAMES), sampler)
    })?
}

/// The innermost frames as the sampler tells them, as many as there is room for.
fn sample(isolate: *mut Isolate, get_stack_sample: GetStackSample, frames: &mut [usize]) -> Option<&[usize]> {
    let mut sample = Sample::default();
    // Without a program counter V8 begins at the frame from which JavaScript called us. Everything of it lies above this one.
    let registers = Registers { stack: from_ref(&sample) as usize, ..Registers::default() };
    // SAFETY: this thread is in the isolate; there is room for as many as are asked for, and both structures are larger than V8's.
    unsafe { get_stack_sample(isolate, &raw const registers, frames.as_mut_ptr(), frames.len(), &raw mut sample) };
    frames.get(..sample.frames).filter(|frames| !frames.is_empty())
}

fn sampler() -> Option<GetStackSample> {
    static FOUND: OnceLock<Option<GetStackSample>> = OnceLock::new();
    // SAFETY: the name is that of the method, and has its arguments' types; what it returns has not changed from V8 11 to 14.
    *FOUND.get_or_init(|| unsafe { function(GET_STACK_SAMPLE) }.ok())
}

fn key(frames: &[usize]) -> Key {
    frames.iter().fold(frames.len() as Key, |key, &frame| mixed(key, frame))
}

impl Numbers {
    fn enter(&mut self, v8: &V8, isolate: *mut Isolate) {
        if self.isolate == isolate {
            return;
        }
        self.isolate = isolate;
        self.frames = links_of(isolate);
        self.by_key.clear();
        // SAFETY: this thread is in the isolate; the callback has no data and stays in it, and this library stays mapped
        // until the thread ends, at which it has something to drop.
        unsafe { (v8.add_epilogue)(isolate, collected, null_mut(), MARK_COMPACT) };
    }

    fn of(&mut self, frames: usize, get_stack_sample: GetStackSample) -> Option<u32> {
        let here = 0usize;
        let own = from_ref(&here) as usize;
        let is_linked = (2..=MOST_LINKED).contains(&frames);
        if is_linked
            && let Some(key) = self.frames.key(own, frames)
            && let Some(&number) = self.by_key.get(&key)
        {
            return Some(number);
        }
        let mut found = [0usize; MOST_FRAMES];
        let found = sample(self.isolate, get_stack_sample, &mut found[..frames])?;
        let number = self.number(key(found))?;
        if is_linked
            && found.len() == frames
            && let Some(key) = self.frames.learn(own, found)
        {
            self.by_key.insert(key, number);
        }
        Some(number)
    }

    fn number(&mut self, key: Key) -> Option<u32> {
        if let Some(&number) = self.by_key.get(&key) {
            return Some(number);
        }
        if self.by_key.len() >= MOST_STACKS {
            self.by_key.clear();
        }
        self.last = self.last.checked_add(1)?;
        self.by_key.insert(key, self.last);
        Some(self.last)
    }
}

/// The frames of this thread, which is in this isolate, where its mappings can be read.
#[cfg(target_os = "linux")]
fn links_of(isolate: *mut Isolate) -> Frames {
    let here = 0usize;
    let Ok(mappings) = crate::twin::maps::read_maps() else { return Frames::NONE };
    let end = |address: usize| {
        mappings.iter().find(|mapping| mapping.range.contains(&address)).map(|mapping| mapping.range.end)
    };
    let (Some(stack_end), Some(isolate_end)) = (end(from_ref(&here) as usize), end(isolate as usize)) else {
        return Frames::NONE;
    };
    // SAFETY: the stack is not given back while its thread runs, and of the isolate no more is read than it has itself, which is there while the
    // thread is in it.
    unsafe { Frames::of(isolate, isolate_end - isolate as usize, stack_end) }
}

#[cfg(not(target_os = "linux"))]
fn links_of(_isolate: *mut Isolate) -> Frames {
    Frames::NONE
}

unsafe extern "C" fn collected(_isolate: *mut Isolate, _kind: u32, _flags: u32, _data: *mut c_void) {
    of_this_thread(|numbers| numbers.by_key.clear());
}

/// `None` while the thread ends: a collection may come that late.
fn of_this_thread<T>(act: impl FnOnce(&mut Numbers) -> T) -> Option<T> {
    NUMBERS.try_with(|numbers| numbers.try_borrow_mut().ok().map(|mut numbers| act(&mut numbers))).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::{key, number};

    #[test]
    fn a_program_without_v8_has_no_numbers() {
        assert_eq!(number(4), None);
    }

    #[test]
    fn frames_in_another_order_are_another_stack() {
        assert_ne!(key(&[1, 2]), key(&[2, 1]));
        assert_ne!(key(&[1]), key(&[1, 0]));
        assert_eq!(key(&[7, 9]), key(&[7, 9]));
    }
}
