//! V8's frames of this thread, read by their links: what the sampler reads, in a fifth of its time or less.
//!
//! Each frame of V8's holds the link of its caller's frame and a position in its caller's code; the innermost one, through which JavaScript called us, V8
//! notes in its isolate. Where in there, and which positions are the interpreter's, whose frames hold a position in bytecode besides, is
//! learnt by comparison with the sampler's answers. So nothing is read that way before it was right many times, no stack is known by its links that
//! the sampler has not told once, and every word that is read lies in this thread's stack or in its isolate.

use crate::gc::v8::Isolate;
use std::ptr::null_mut;

/// Two stacks with the same 128 bits are not to be met with.
pub type Key = u128;

const WORD: usize = size_of::<usize>();
/// Above its link a frame has the position in its caller's code; below it what kind it is, or the context of the function that it runs; of an
/// interpreted function its bytecode as well, and where in it.
const POSITION: usize = WORD;
const KIND: usize = WORD;
const BYTECODE: usize = 4 * WORD;
const OFFSET: usize = 5 * WORD;
/// Kinds are small integers, whose last bit is 0, and up to this one they lead out of JavaScript; contexts are objects, whose last bit is 1.
const LAST_WAY_OUT: usize = 3 << 1;
/// Frames between two of JavaScript's, such as a built-in function's.
const BETWEEN: usize = 8;

/// The isolate's note is looked for in so much of it, which is less than it has: V8 11 to 14 note it within the first 400 bytes. What it notes lies so near:
/// between it and us is C++ alone.
const NOTED_BYTES: usize = 16 << 10;
const NEAR_BYTES: usize = 16 << 10;
/// A place has to have been right so often, and alone; and so often it is looked for at most.
const RIGHT: u32 = 8;
const TRIES: u32 = 1000;
/// Positions in the interpreter: V8 has a few.
const MOST_INTERPRETERS: usize = 8;

/// What is known of one thread's frames.
pub struct Frames {
    isolate: *const Isolate,
    stack_end: usize,
    note: Note,
    interpreters: Vec<usize>,
}

/// Where the isolate notes the innermost frame.
enum Note {
    Sought(Search),
    /// There, in words.
    At(usize),
    Nowhere,
}

/// The places that have been right each time, in words: the note itself is among them.
struct Search {
    places: Vec<usize>,
    right: u32,
    tries: u32,
}

/// A frame of a JavaScript function.
#[derive(Clone, Copy)]
struct Frame {
    link: usize,
    position: usize,
    /// As the sampler tells it: in compiled code the position, else that in its bytecode.
    told: usize,
}

impl Frames {
    /// Where frames cannot be read.
    pub const NONE: Self = Self { isolate: null_mut(), stack_end: 0, note: Note::Nowhere, interpreters: Vec::new() };

    /// Of this thread, which is in this isolate.
    ///
    /// # Safety
    /// Everything can be read from here up to `stack_end`, and `isolate_bytes` of the isolate, for as long as the thread is in it.
    pub unsafe fn of(isolate: *const Isolate, isolate_bytes: usize, stack_end: usize) -> Self {
        let places = (0..isolate_bytes.min(NOTED_BYTES) / WORD).collect();
        let search = Search { places, right: 0, tries: 0 };
        Self { isolate, stack_end, note: Note::Sought(search), interpreters: Vec::new() }
    }

    /// The key of the stack as far as its innermost `count` frames of JavaScript. `own` is an address in our own frame. `None` where it cannot be told.
    #[inline]
    pub fn key(&self, own: usize, count: usize) -> Option<Key> {
        let Note::At(place) = self.note else { return None };
        self.walk(self.noted(place), own, count, |_| ())
    }

    /// Learns from what the sampler has told of the same stack: the key, if the links say the same.
    pub fn learn(&mut self, own: usize, told: &[usize]) -> Option<Key> {
        match std::mem::replace(&mut self.note, Note::Nowhere) {
            Note::Nowhere => None,
            Note::At(place) => {
                self.note = Note::At(place);
                self.compare(place, own, told)
            }
            Note::Sought(search) => {
                self.note = self.seek(search, own, told);
                None
            }
        }
    }

    fn seek(&mut self, mut search: Search, own: usize, told: &[usize]) -> Note {
        search.tries += 1;
        let right: Vec<usize> =
            search.places.iter().copied().filter(|&place| self.compare(place, own, told).is_some()).collect();
        // A stack that cannot be read by its links says nothing about where it is noted.
        if let Some(&place) = right.first() {
            search.right += 1;
            search.places = right;
            if search.right >= RIGHT && search.places.len() == 1 {
                return Note::At(place);
            }
        }
        if search.tries < TRIES { Note::Sought(search) } else { Note::Nowhere }
    }

    #[inline]
    fn noted(&self, place: usize) -> usize {
        // SAFETY: who made this promised that so much of the isolate can be read.
        unsafe { self.isolate.cast::<usize>().add(place).read() }
    }

    /// The key, if the frames from what is noted there on are those that the sampler told.
    fn compare(&mut self, place: usize, own: usize, told: &[usize]) -> Option<Key> {
        let mut frames = Vec::new();
        let key = self.walk(self.noted(place), own, told.len(), |frame| frames.push(frame))?;
        let Some((frame, &position)) = frames.iter().zip(told).find(|(frame, told)| frame.told != **told) else {
            return Some(key);
        };
        if self.interpreters.len() == MOST_INTERPRETERS
            || self.interpreters.contains(&frame.position)
            || self.bytecode(own, frame.link) != Some(position)
        {
            return None;
        }
        self.interpreters.push(frame.position);
        self.compare(place, own, told)
    }

    #[inline]
    fn walk(&self, mut link: usize, own: usize, count: usize, mut each: impl FnMut(Frame)) -> Option<Key> {
        if link.wrapping_sub(own) > NEAR_BYTES {
            return None;
        }
        let mut key = Key::MAX - count as Key;
        let mut left = count;
        for _ in 0..count * BETWEEN {
            let position = self.word(own, link + POSITION)?;
            let caller = self.word(own, link)?;
            if caller <= link {
                return None;
            }
            link = caller;
            key = mixed(key, position);
            let kind = self.word(own, link - KIND)?;
            if kind & 1 == 0 {
                if kind <= LAST_WAY_OUT {
                    return None;
                }
                continue;
            }
            let mut told = position;
            if self.interpreters.contains(&position) {
                told = self.bytecode(own, link)?;
                key = mixed(key, told);
            }
            each(Frame { link, position, told });
            left -= 1;
            if left == 0 {
                return Some(key);
            }
        }
        None
    }

    /// Where in its bytecode an interpreted function is.
    #[inline]
    fn bytecode(&self, own: usize, link: usize) -> Option<usize> {
        let (bytecode, offset) = (self.word(own, link - BYTECODE)?, self.word(own, link - OFFSET)?);
        // A small integer is in the upper half.
        Some(bytecode.wrapping_add(offset >> 32))
    }

    /// A word of the stack above our own frame.
    #[inline]
    fn word(&self, own: usize, address: usize) -> Option<usize> {
        if address < own || address >= self.stack_end - WORD || !address.is_multiple_of(WORD) {
            return None;
        }
        // SAFETY: who made this promised that the stack can be read from here on up to there.
        Some(unsafe { (address as *const usize).read() })
    }
}

/// One more frame of a stack.
#[inline]
pub fn mixed(key: Key, frame: usize) -> Key {
    const ODD: Key = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    (key ^ frame as Key).wrapping_mul(ODD).rotate_right(59)
}

#[cfg(test)]
mod tests {
    use super::{Frames, WORD};
    use crate::gc::v8::Isolate;

    const NOTE: usize = 40;
    const COMPILED: usize = 0x5001;
    const OTHER: usize = 0x5002;
    const INTERPRETER: usize = 0x7000;
    const BYTECODE: usize = 0x9001;
    const CONTEXT: usize = 0x3001;
    const BUILT_IN: usize = 20;
    const ENTRY: usize = 2;

    /// A stack of frames of eight words, and an isolate that notes the innermost one.
    struct Machine {
        stack: Vec<usize>,
        isolate: Vec<usize>,
        frames: Frames,
    }

    impl Machine {
        /// `frames`: of each the position in it, its kind or context, and where in its bytecode it is; the innermost first.
        fn new(frames: &[(usize, usize, usize)]) -> Self {
            let mut machine = Self { stack: vec![0; 512], isolate: vec![0; 100], frames: Frames::NONE };
            // SAFETY: both are as long as that, and are not moved while they are read.
            machine.frames = unsafe {
                Frames::of(machine.isolate.as_ptr().cast::<Isolate>(), machine.isolate.len() * WORD, machine.at(512))
            };
            machine.set(frames, 8);
            machine
        }

        fn at(&self, word: usize) -> usize {
            self.stack.as_ptr() as usize + word * WORD
        }

        fn set(&mut self, frames: &[(usize, usize, usize)], depth: usize) {
            self.isolate[NOTE] = self.at(depth);
            for (nth, &(position, kind, offset)) in frames.iter().enumerate() {
                let (link, caller) = (depth + 8 * nth, depth + 8 * nth + 8);
                self.stack[link] = self.at(caller);
                self.stack[link + 1] = position;
                self.stack[caller - 1] = kind;
                self.stack[caller - 4] = BYTECODE;
                self.stack[caller - 5] = offset << 32;
            }
        }

        fn learn(&mut self, told: &[usize]) -> Option<u128> {
            let own = self.at(1);
            self.frames.learn(own, told)
        }

        fn key(&self, count: usize) -> Option<u128> {
            self.frames.key(self.at(1), count)
        }
    }

    #[test]
    fn a_stack_is_read_once_the_sampler_has_said_the_same_often_enough() {
        let stack = [(INTERPRETER, CONTEXT, 7), (0x6000, BUILT_IN, 0), (COMPILED, CONTEXT, 0)];
        let told = [BYTECODE + 7, COMPILED];
        let mut machine = Machine::new(&stack);
        for _ in 0..8 {
            assert_eq!(machine.key(2), None);
            assert_eq!(machine.learn(&told), None);
        }
        let key = machine.learn(&told).unwrap();
        assert_eq!(machine.key(2), Some(key));
        machine.set(&[(INTERPRETER, CONTEXT, 8), stack[1], stack[2]], 8);
        assert_ne!(machine.key(2).unwrap(), key, "elsewhere in the same bytecode");
        machine.set(&[stack[0], stack[1], (OTHER, CONTEXT, 0)], 8);
        assert_ne!(machine.key(2).unwrap(), key, "called from elsewhere");
        machine.set(&[stack[0], (0x6001, BUILT_IN, 0), stack[2]], 8);
        assert_ne!(machine.key(2).unwrap(), key, "by another built-in function");
        machine.set(&stack, 20);
        assert_eq!(machine.key(2), Some(key), "the same at another depth");
        assert_ne!(machine.key(1), Some(key));
    }

    #[test]
    fn what_the_sampler_tells_otherwise_is_not_known() {
        let stack = [(INTERPRETER, CONTEXT, 7), (COMPILED, CONTEXT, 0)];
        let mut machine = Machine::new(&stack);
        for told in [[BYTECODE + 8, COMPILED], [BYTECODE + 7, OTHER]] {
            for _ in 0..20 {
                assert_eq!(machine.learn(&told), None);
            }
            assert_eq!(machine.key(2), None);
        }
        for _ in 0..8 {
            machine.learn(&[BYTECODE + 7, COMPILED]);
        }
        assert!(machine.key(2).is_some());
        assert_eq!(machine.learn(&[BYTECODE + 8, COMPILED]), None);
    }

    #[test]
    fn the_ways_out_of_javascript_and_of_the_stack_end_it() {
        let known = [(COMPILED, CONTEXT, 0), (OTHER, CONTEXT, 0)];
        let mut machine = Machine::new(&known);
        for _ in 0..8 {
            machine.learn(&[COMPILED, OTHER]);
        }
        assert!(machine.key(2).is_some());
        machine.set(&[known[0], (0x6000, ENTRY, 0), known[1]], 8);
        assert_eq!(machine.key(2), None, "an entry into JavaScript");
        assert!(machine.key(1).is_some());
        machine.set(&known, 8);
        for link in [machine.at(4), machine.at(8), machine.at(512), machine.at(16) + 1, 0, usize::MAX] {
            machine.stack[8] = link;
            assert_eq!(machine.key(2), None, "{link:x}");
        }
        machine.set(&known, 8);
        for noted in [machine.at(0), machine.at(511), machine.at(600), 0, usize::MAX] {
            machine.isolate[NOTE] = noted;
            assert_eq!(machine.key(2), None, "{noted:x}");
        }
    }

    #[test]
    fn it_is_looked_for_so_often_and_no_more() {
        let mut machine = Machine::new(&[(COMPILED, CONTEXT, 0)]);
        for _ in 0..1000 {
            machine.learn(&[OTHER]);
        }
        for _ in 0..10 {
            assert_eq!(machine.learn(&[COMPILED]), None);
        }
        assert_eq!(machine.key(1), None);
    }
}
