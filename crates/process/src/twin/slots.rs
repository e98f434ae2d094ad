//! The slots through which every loaded object calls those functions of libc that a twin has otherwise (`stand_ins`).
//!
//! A call goes through a slot of the global offset table, which the object's relocations of type `JUMP_SLOT` and `GLOB_DAT`
//! name; this file finds them (ELF gABI, chapter 5; the processor supplements for x86-64 and `AArch64`). libc itself and
//! the loader keep theirs. In the parent nothing is ever changed.
//!
//! The list is made in the parent, where the loader's locks are in order, and while the loader shows an object: then no other thread
//! unloads it, as a worker that ends does with its addons. In the twin only memory is written.

use super::stand_ins::{LONGEST, StandIn, stand_in};
use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;

#[cfg(target_arch = "x86_64")]
const RELOCATIONS: [u64; 2] = [6, 7];
#[cfg(target_arch = "aarch64")]
const RELOCATIONS: [u64; 2] = [1025, 1026];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const RELOCATIONS: [u64; 0] = [];

const DT_PLTRELSZ: u64 = 2;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const DT_STRSZ: u64 = 10;
const DT_PLTREL: u64 = 20;
const DT_JMPREL: u64 = 23;
const DT_RELACOUNT: u64 = 0x6fff_fff9;

/// `Elf64_Dyn`.
#[repr(C)]
struct Dynamic {
    tag: u64,
    value: u64,
}

/// `Elf64_Rela`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Relocation {
    offset: u64,
    info: u64,
    addend: u64,
}

/// `Elf64_Sym`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Symbol {
    name: u32,
    info: u8,
    other: u8,
    section: u16,
    value: u64,
    size: u64,
}

/// One loaded program or library, as it was when the loader showed it: it may be gone since.
struct Object {
    name: String,
    base: usize,
    segments: Vec<Range<usize>>,
    dynamic: usize,
    slots: Result<Vec<Slot>, String>,
}

impl Object {
    fn holds(&self, address: usize) -> bool {
        self.segments.iter().any(|segment| segment.contains(&address))
    }

    fn holds_all(&self, start: usize, bytes: usize) -> bool {
        self.segments.iter().any(|segment| segment.contains(&start) && bytes <= segment.end - start)
    }

    /// Is this the value of a slot before its first call, or, where another thread is just loading the object, before the loader came
    /// to it: nothing, or what the file says? In a twin no thread goes on with that.
    fn has_yet_to_bind(&self, value: usize) -> bool {
        value == 0 || self.holds(value) || self.holds(self.base.wrapping_add(value))
    }

    /// An address that the dynamic section names: glibc has relocated it already, musl has not.
    fn address(&self, value: u64) -> Option<usize> {
        let value = usize::try_from(value).ok()?;
        [value, self.base.wrapping_add(value)].into_iter().find(|&address| self.holds(address))
    }
}

/// How often objects were loaded and unloaded: while neither changes, a list of slots stays right.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Generation {
    loaded: u64,
    unloaded: u64,
}

impl Generation {
    /// The count of this moment.
    pub fn now() -> Self {
        let mut generation = Self::default();
        // SAFETY: the callback gets the pointer to `generation` back as `data` and is done when the call returns.
        unsafe { libc::dl_iterate_phdr(Some(first), (&raw mut generation).cast()) };
        generation
    }
}

unsafe extern "C" fn first(info: *mut libc::dl_phdr_info, _size: usize, data: *mut c_void) -> c_int {
    // SAFETY: the loader hands a valid entry, and `data` is what `Generation::now` passed in.
    let (info, generation) = unsafe { (&*info, &mut *data.cast::<Generation>()) };
    *generation = Generation { loaded: info.dlpi_adds, unloaded: info.dlpi_subs };
    1
}

/// Where a function's address is kept, what it is, and which other belongs there in a twin.
#[derive(Clone, Copy, Debug)]
struct Slot {
    address: usize,
    value: usize,
    stand_in: StandIn,
}

/// The slots of this process.
#[derive(Debug)]
pub struct Slots {
    found: Vec<Slot>,
    pub generation: Generation,
}

impl Slots {
    /// Finds them all, or says why they cannot be trusted.
    pub fn find() -> Result<Self, String> {
        if RELOCATIONS.is_empty() {
            return Err("this processor's relocations are not known".to_owned());
        }
        let generation = Generation::now();
        let objects = objects();
        // SAFETY: asks for two numbers that the kernel wrote down at the program's start.
        let apart = unsafe { [libc::getauxval(libc::AT_BASE), libc::getauxval(libc::AT_SYSINFO_EHDR)] }.map(native);
        let is_libc = |object: &Object| {
            let name = object.name.rsplit('/').next().unwrap_or_default();
            object.holds(libc_signal()) || name.starts_with("libpthread.so")
        };
        let mut found = Vec::new();
        for object in &objects {
            if is_libc(object) || apart.iter().any(|&address| object.holds(address)) {
                continue;
            }
            for &slot in object.slots.as_ref().map_err(Clone::clone)? {
                let is_there = |other: &Object| is_libc(other) && other.holds(slot.value);
                if !object.has_yet_to_bind(slot.value) && !objects.iter().any(is_there) {
                    return Err(format!("{} calls a {} that is not libc's", shown(object), slot.stand_in.name));
                }
                found.push(slot);
            }
        }
        if !found.iter().any(|slot| slot.stand_in.name == "pthread_cond_signal") {
            return Err("no loaded object calls pthread_cond_signal through a slot".to_owned());
        }
        Ok(Self { found, generation })
    }

    /// Puts the stand-ins into their slots. For the twin alone.
    pub fn replace(&self) -> std::io::Result<()> {
        // SAFETY: asks for a constant of the system.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
        for &Slot { address, stand_in, .. } in &self.found {
            let start = address & !(page - 1);
            // SAFETY: the page holds a slot of a loaded object's offset table, which is data and never executed; the
            // loader made it read-only after relocation, and in the twin nothing depends on that.
            let status = unsafe { libc::mprotect(start as *mut c_void, page, libc::PROT_READ | libc::PROT_WRITE) };
            if status != 0 {
                return Err(std::io::Error::last_os_error());
            }
            // SAFETY: found in the parent as the slot of a function with this very signature, and now writable; this is
            // the twin's only thread, so nobody reads it meanwhile.
            unsafe { (address as *mut usize).write_volatile(stand_in.address) };
        }
        Ok(())
    }
}

fn libc_signal() -> usize {
    libc::pthread_cond_signal as *const () as usize
}

fn shown(object: &Object) -> &str {
    if object.name.is_empty() { "the main program" } else { &object.name }
}

/// What ELF has as 64 bits, on a processor that has them.
fn native(value: impl TryInto<usize>) -> usize {
    value.try_into().unwrap_or(usize::MAX)
}

fn objects() -> Vec<Object> {
    let mut objects: Vec<Object> = Vec::new();
    // SAFETY: the callback gets the pointer to `objects` back as `data` and is done when the call returns. glibc unloads nothing
    // before that, and musl nothing ever: what `collect` reads of an object is mapped.
    unsafe { libc::dl_iterate_phdr(Some(collect), (&raw mut objects).cast()) };
    objects
}

unsafe extern "C" fn collect(info: *mut libc::dl_phdr_info, _size: usize, data: *mut c_void) -> c_int {
    // SAFETY: the loader hands a valid entry, and `data` is what `objects` passed in.
    let (info, objects) = unsafe { (&*info, &mut *data.cast::<Vec<Object>>()) };
    // SAFETY: the entry's program headers are mapped for as long as the object is loaded.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    // SAFETY: a name that the loader keeps, or null.
    let name = unsafe { if info.dlpi_name.is_null() { c"" } else { CStr::from_ptr(info.dlpi_name) } };
    let base = native(info.dlpi_addr);
    let at = |value| base.wrapping_add(native(value));
    let segments = headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    let mut object = Object {
        name: name.to_string_lossy().into_owned(),
        base,
        segments: segments.map(|header| at(header.p_vaddr)..at(header.p_vaddr.wrapping_add(header.p_memsz))).collect(),
        dynamic: headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC).map_or(0, |header| at(header.p_vaddr)),
        slots: Ok(Vec::new()),
    };
    object.slots = slots(&object);
    objects.push(object);
    0
}

/// The tables of one object's dynamic section.
#[derive(Default)]
struct Tables {
    strings: usize,
    string_bytes: usize,
    symbols: usize,
    plt: (usize, usize),
    rela: (usize, usize),
}

fn tables(object: &Object) -> Option<Tables> {
    let mut tables = Tables::default();
    let (mut plt_is_rela, mut plain) = (true, 0);
    let mut entry = object.dynamic;
    while object.holds_all(entry, size_of::<Dynamic>()) {
        // SAFETY: inside a mapped segment of the object, checked just now; the loader keeps the section aligned.
        let Dynamic { tag, value } = unsafe { (entry as *const Dynamic).read() };
        let size = || usize::try_from(value).ok();
        match tag {
            0 => {
                // Relative relocations come first and name no symbol: a large program has hundreds of thousands.
                let skip = plain * size_of::<Relocation>();
                tables.rela = (tables.rela.0 + skip, tables.rela.1.checked_sub(skip)?);
                return (plt_is_rela && tables.strings != 0 && tables.symbols != 0).then_some(tables);
            }
            DT_STRTAB => tables.strings = object.address(value)?,
            DT_STRSZ => tables.string_bytes = size()?,
            DT_SYMTAB => tables.symbols = object.address(value)?,
            DT_JMPREL => tables.plt.0 = object.address(value)?,
            DT_PLTRELSZ => tables.plt.1 = size()?,
            DT_PLTREL => plt_is_rela = value == DT_RELA,
            DT_RELA => tables.rela.0 = object.address(value)?,
            DT_RELASZ => tables.rela.1 = size()?,
            DT_RELACOUNT => plain = size()?,
            _ => {}
        }
        entry += size_of::<Dynamic>();
    }
    None
}

/// The addresses of one object's slots.
fn slots(object: &Object) -> Result<Vec<Slot>, String> {
    if object.dynamic == 0 {
        return Ok(Vec::new());
    }
    let Some(tables) = tables(object) else {
        return Err(format!("the dynamic section of {} is written in an unknown way", shown(object)));
    };
    let mut found = Vec::new();
    for (start, bytes) in [tables.plt, tables.rela] {
        if bytes == 0 {
            continue;
        }
        if !object.holds_all(start, bytes) || !start.is_multiple_of(align_of::<Relocation>()) {
            return Err(format!("the relocations of {} are not mapped", shown(object)));
        }
        // SAFETY: inside one mapped segment and aligned, checked just now; nobody writes to relocations after loading.
        let relocations =
            unsafe { std::slice::from_raw_parts(start as *const Relocation, bytes / size_of::<Relocation>()) };
        for relocation in relocations {
            if !RELOCATIONS.contains(&(relocation.info & 0xffff_ffff)) {
                continue;
            }
            let symbol = native(relocation.info >> 32);
            let Some(stand_in) = named(object, &tables, symbol).and_then(stand_in) else { continue };
            let address = object.base.wrapping_add(native(relocation.offset));
            if !object.holds_all(address, size_of::<usize>()) || !address.is_multiple_of(align_of::<usize>()) {
                return Err(format!("a slot of {} is not mapped", shown(object)));
            }
            // SAFETY: inside a mapped segment and aligned, checked just now.
            let value = unsafe { (address as *const usize).read_volatile() };
            found.push(Slot { address, value, stand_in });
        }
    }
    Ok(found)
}

fn named<'a>(object: &'a Object, tables: &Tables, symbol: usize) -> Option<&'a [u8]> {
    let entry = tables.symbols.checked_add(symbol.checked_mul(size_of::<Symbol>())?)?;
    if !object.holds_all(entry, size_of::<Symbol>()) {
        return None;
    }
    // SAFETY: inside a mapped segment, checked just now; read without assuming its alignment.
    let name = unsafe { (entry as *const Symbol).read_unaligned() }.name as usize;
    let start = tables.strings.checked_add(name)?;
    let bytes = tables.string_bytes.checked_sub(name)?.min(LONGEST + 1);
    if !object.holds_all(start, bytes) {
        return None;
    }
    // SAFETY: inside a mapped segment, checked just now; nobody writes to names after loading.
    let text = unsafe { std::slice::from_raw_parts(start as *const u8, bytes) };
    text.split(|&byte| byte == 0).next()
}

#[cfg(test)]
mod tests {
    use super::{Generation, Slots, libc_signal, objects};

    /// Something here has to call it, or there is no slot to find.
    fn signal_once() {
        let mut condition = libc::PTHREAD_COND_INITIALIZER;
        // SAFETY: an initialised condition that nobody else knows.
        unsafe { libc::pthread_cond_signal(&raw mut condition) };
    }

    #[test]
    fn finds_the_slot_that_this_program_calls_through() {
        signal_once();
        let slots = Slots::find().unwrap();
        let values: Vec<usize> = slots.found.iter().map(|slot| slot.value).collect();
        assert!(values.contains(&libc_signal()), "{values:x?} has no {:x}", libc_signal());
        assert_eq!(slots.generation, Generation::now());
    }

    #[test]
    fn knows_the_objects_of_this_process() {
        let objects = objects();
        assert!(objects.iter().any(|object| object.holds(libc_signal())));
        assert!(objects.iter().any(|object| object.holds(super::objects as *const () as usize)));
    }

    /// As when workers end, whose addons nobody else has loaded.
    #[test]
    fn objects_may_come_and_go_meanwhile() {
        signal_once();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let unloading = std::thread::spawn(move || {
            let mut count = 0;
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                for name in [c"libthread_db.so.1", c"libanl.so.1", c"libresolv.so.2", c"libz.so.1", c"libzstd.so.1"] {
                    // SAFETY: libraries of the system's, of which nothing is called.
                    unsafe {
                        let library = libc::dlopen(name.as_ptr(), libc::RTLD_NOW);
                        count += i32::from(!library.is_null() && libc::dlclose(library) == 0);
                    }
                }
            }
            count
        });
        for _ in 0..4_000 {
            assert_eq!(Slots::find().err(), None);
        }
        drop(stop);
        assert!(unloading.join().unwrap() > 0 || cfg!(not(target_env = "gnu")));
    }

    #[test]
    fn a_forked_copy_calls_the_stand_ins() {
        let slots = Slots::find().unwrap();
        // SAFETY: the child only writes to its own memory, looks at it and ends.
        unsafe {
            let child = libc::fork();
            if child == 0 {
                let replaced = slots.replace().is_ok();
                let value = (slots.found[0].address as *const usize).read_volatile();
                libc::_exit(i32::from(!(replaced && value == slots.found[0].stand_in.address)));
            }
            let mut status = 0;
            assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
            assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0);
            assert_ne!((slots.found[0].address as *const usize).read_volatile(), slots.found[0].stand_in.address);
        }
    }
}
