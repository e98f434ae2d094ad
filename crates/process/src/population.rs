//! How many objects of each constructor live in this thread's heap: one walk, no graph, no file.
//!
//! V8's `HeapProfiler::QueryObjects` collects the garbage, walks the heap and asks a predicate about each object of
//! JavaScript's. Ours counts and lets none through. For 4 million objects that takes a fifth of a snapshot's time and a
//! tenth of its memory.
//!
//! The predicate is a C++ object: a pointer to a table of virtual functions, which are two destructors and `Filter`, as
//! the Itanium C++ ABI has it (Linux, macOS). A `v8::Local` is the address of a slot that holds the object's address; it
//! is copied as a plain pointer, and so is it a `napi_value`.

use crate::gc::v8::{Isolate, function};
use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

/// The address of a slot that the collector knows.
pub type Slot = *mut usize;

/// What is done with V8 by way of Node-API.
pub trait Engine {
    /// Opens a scope: slots that are made from now on are given back by `leave`.
    fn enter(&self) -> *mut c_void;
    /// Closes the innermost scope.
    fn leave(&self, scope: *mut c_void);
    /// A slot of the scope that is open.
    fn slot(&self) -> Slot;
    /// The text of a string.
    fn text(&self, slot: Slot) -> String;
}

/// What was counted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Population {
    /// Constructors' names and how many objects each has, the most first.
    pub classes: Vec<(String, u64)>,
    /// All objects.
    pub total: u64,
}

/// More names than that are one class, `(others)`.
const MOST_NAMES: usize = 4096;

const OTHERS: &str = "(others)";

struct V8 {
    current_isolate: unsafe extern "C" fn() -> *mut Isolate,
    heap_profiler: unsafe extern "C" fn(*mut Isolate) -> *mut c_void,
    current_context: unsafe extern "C" fn(*mut Isolate) -> Slot,
    query_objects: unsafe extern "C" fn(*mut c_void, Slot, *mut c_void, *mut [usize; 3]),
    constructor_name: unsafe extern "C" fn(Slot) -> Slot,
}

const CURRENT_ISOLATE: &CStr = c"_ZN2v87Isolate10GetCurrentEv";
const HEAP_PROFILER: &CStr = c"_ZN2v87Isolate15GetHeapProfilerEv";
const CURRENT_CONTEXT: &CStr = c"_ZN2v87Isolate17GetCurrentContextEv";
const QUERY_OBJECTS: &CStr = c"_ZN2v812HeapProfiler12QueryObjectsENS_5LocalINS_7ContextEEEPNS_20QueryObjectPredicateEPSt6vectorINS_6GlobalINS_6ObjectEEESaIS9_EE";
const CONSTRUCTOR_NAME: &CStr = c"_ZN2v86Object18GetConstructorNameEv";

impl V8 {
    fn find() -> Result<&'static Self, String> {
        static FOUND: OnceLock<Result<V8, String>> = OnceLock::new();
        FOUND.get_or_init(Self::look_up).as_ref().map_err(Clone::clone)
    }

    fn look_up() -> Result<Self, String> {
        // SAFETY: each name is that of a function, and holds the types of its arguments; what it returns, and that a
        // `Local` is one pointer, has not changed from V8 11 to 14. A count of objects made for it is checked by the
        // caller before a result is believed.
        unsafe {
            Ok(Self {
                current_isolate: function(CURRENT_ISOLATE)?,
                heap_profiler: function(HEAP_PROFILER)?,
                current_context: function(CURRENT_CONTEXT)?,
                query_objects: function(QUERY_OBJECTS)?,
                constructor_name: function(CONSTRUCTOR_NAME)?,
            })
        }
    }
}

/// Why objects cannot be counted here; `None`: they can, as far as names tell.
pub fn unsupported() -> Option<String> {
    V8::find().err()
}

/// Counts the objects of this thread's heap. V8 collects all garbage first.
///
/// # Errors
/// A sentence, where this program's V8 lacks a function, or the thread is in no isolate.
///
/// # Safety
/// Called by JavaScript, on its thread; the engine is of the same environment.
pub unsafe fn count(engine: &dyn Engine) -> Result<Population, String> {
    let v8 = V8::find()?;
    // SAFETY: it reads a variable of this thread.
    let isolate = unsafe { (v8.current_isolate)() };
    if isolate.is_null() {
        return Err("this thread is in no isolate".to_owned());
    }
    // SAFETY: the isolate lives and is this thread's.
    let (profiler, context) = unsafe { ((v8.heap_profiler)(isolate), (v8.current_context)(isolate)) };
    // What V8 makes for each object is given back when all are counted.
    let scope = engine.enter();
    let mut counter = Counter { v8, engine, names: HashMap::new(), free: Vec::new(), others: 0, failed: false };
    counter.free.extend((0..MOST_NAMES).map(|_| engine.slot()));
    let mut predicate = Predicate { functions: &raw const FUNCTIONS, counter: (&raw mut counter).cast() };
    let mut found = [0_usize; 3]; // an empty std::vector; it stays empty
    // SAFETY: JavaScript called us, so that no collection is under way. The predicate has the layout of its C++ class and
    // lives until the call returns; nothing is let through, so nothing is put into the vector.
    unsafe { (v8.query_objects)(profiler, context, (&raw mut predicate).cast(), &raw mut found) };
    let population = counter.population();
    engine.leave(scope);
    population
}

#[repr(C)]
struct Functions {
    complete: unsafe extern "C" fn(*mut Predicate),
    deleting: unsafe extern "C" fn(*mut Predicate),
    filter: unsafe extern "C" fn(*mut Predicate, Slot) -> bool,
}

#[repr(C)]
struct Predicate {
    functions: *const Functions,
    counter: *mut c_void,
}

static FUNCTIONS: Functions = Functions { complete: destroy, deleting: destroy, filter };

/// V8 does not own the predicate and destroys none.
unsafe extern "C" fn destroy(_predicate: *mut Predicate) {}

unsafe extern "C" fn filter(predicate: *mut Predicate, object: Slot) -> bool {
    // SAFETY: the predicate is that of `count`, which waits for V8 and touches the counter after it.
    let counter = unsafe { &mut *(*predicate).counter.cast::<Counter<'_>>() };
    // No panic may go through V8's frames.
    if catch_unwind(AssertUnwindSafe(|| counter.count(object))).is_err() {
        counter.failed = true;
    }
    false
}

struct Counter<'a> {
    v8: &'static V8,
    engine: &'a dyn Engine,
    /// By the address of the name's string: nothing is moved while V8 walks.
    names: HashMap<usize, (Slot, u64)>,
    /// Slots for names that come yet.
    free: Vec<Slot>,
    others: u64,
    failed: bool,
}

impl Counter<'_> {
    fn count(&mut self, object: Slot) {
        let scope = self.engine.enter();
        // SAFETY: V8 gives the slot of a living object; the answer is a slot of the scope, which holds a string.
        let name = unsafe { *(self.v8.constructor_name)(object) };
        self.engine.leave(scope);
        if let Some((_, count)) = self.names.get_mut(&name) {
            *count += 1;
        } else if let Some(slot) = self.free.pop() {
            // SAFETY: the slot is one of the outer scope, nobody else's, and lives until that is closed. The collector
            // finds the string through it, as if V8 had made a handle of it here.
            unsafe { *slot = name };
            self.names.insert(name, (slot, 1));
        } else {
            self.others += 1;
        }
    }

    fn population(&self) -> Result<Population, String> {
        if self.failed {
            return Err("a defect while objects were counted".to_owned());
        }
        // Different strings can read the same.
        let mut counts: HashMap<String, u64> = HashMap::new();
        for &(slot, count) in self.names.values() {
            *counts.entry(self.engine.text(slot)).or_default() += count;
        }
        if self.others > 0 {
            *counts.entry(OTHERS.to_owned()).or_default() += self.others;
        }
        let mut classes: Vec<_> = counts.into_iter().collect();
        classes.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        let total = classes.iter().map(|(_, count)| count).sum();
        Ok(Population { classes, total })
    }
}
