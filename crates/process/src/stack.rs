//! A number for where this thread's JavaScript is right now: the same for the same calls at the same positions, another for any other.
//!
//! `Error.captureStackTrace` makes objects of frames and takes microseconds. V8's sampler, which its profilers call from signals, reads the
//! same frames as addresses in a tenth of that: of compiled code the return address, which tells the functions that were inlined there as
//! well, of interpreted code the bytecode's. Whoever asked `Error` once for such a stack knows the answer for as long as code stays where
//! it is. It is moved and freed by full collections alone, so each of them makes all numbers void.

use crate::gc::v8::{Isolate, MARK_COMPACT, V8, function};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ffi::{CStr, c_void};
use std::ptr::{from_ref, null_mut};
use std::sync::OnceLock;

/// Frames that can be asked for.
pub const MOST_FRAMES: usize = 128;
/// Stacks that are told apart before all are forgotten.
const MOST_STACKS: usize = 4096;

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
    by_key: FxHashMap<u128, u32>,
    last: u32,
}

thread_local! {
    static NUMBERS: RefCell<Numbers> = RefCell::new(Numbers { isolate: null_mut(), by_key: FxHashMap::default(), last: 0 });
}

/// The number of this thread's stack as far as its innermost `frames`, at least 1; `None` where V8 does not tell, or nothing runs. A number is never used
/// again for another stack.
pub fn number(frames: usize) -> Option<u32> {
    let (v8, get_stack_sample) = (V8::find().ok()?, sampler()?);
    let isolate = v8.current();
    if isolate.is_null() {
        return None;
    }
    let mut found = [0usize; MOST_FRAMES];
    let mut sample = Sample::default();
    // Without a program counter V8 begins at the frame from which JavaScript called us. Everything of it lies above this one.
    let registers = Registers { stack: from_ref(&found) as usize, ..Registers::default() };
    // SAFETY: this thread is in the isolate; `found` has room for as many as are asked for, and both structures are larger than V8's.
    unsafe {
        get_stack_sample(isolate, &raw const registers, found.as_mut_ptr(), frames.min(MOST_FRAMES), &raw mut sample);
    };
    let found = found.get(..sample.frames)?;
    if found.is_empty() {
        return None;
    }
    of_this_thread(|numbers| numbers.of(v8, isolate, key(found)))?
}

fn sampler() -> Option<GetStackSample> {
    static FOUND: OnceLock<Option<GetStackSample>> = OnceLock::new();
    // SAFETY: the name is that of the method, and has its arguments' types; what it returns has not changed from V8 11 to 14.
    *FOUND.get_or_init(|| unsafe { function(GET_STACK_SAMPLE) }.ok())
}

/// Two stacks with the same 128 bits are not to be met with.
fn key(frames: &[usize]) -> u128 {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    frames.iter().fold(frames.len() as u128, |key, &frame| (key ^ frame as u128).wrapping_mul(ODD).rotate_right(59))
}

impl Numbers {
    fn of(&mut self, v8: &V8, isolate: *mut Isolate, key: u128) -> Option<u32> {
        if self.isolate != isolate {
            self.isolate = isolate;
            self.by_key.clear();
            // SAFETY: this thread is in the isolate; the callback has no data and stays in it, and this library stays mapped
            // until the thread ends, at which it has something to drop.
            unsafe { (v8.add_epilogue)(isolate, collected, null_mut(), MARK_COMPACT) };
        }
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
