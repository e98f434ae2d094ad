//! What V8 says of itself: the `v8dbg_` constants that official builds export for debuggers.
//!
//! Constants that this code relies on are read and compared with what it was written for; where one is missing or says
//! something else, the heap is not read. What differs between versions is taken from them, or from the table of versions.

use super::pretence;
use crate::symbol::address_of;
use std::ffi::{CStr, CString, c_char, c_void};

/// A line of V8 that this reading was tested with.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Line {
    /// 11.3: Node.js 20.
    V11,
    /// 12.4: Node.js 22.
    V12,
    /// 13.6: Node.js 24.
    V13,
    /// 14.6: Node.js 26.
    V14,
}

/// The versions by their first two numbers.
const LINES: [(&str, Line); 4] =
    [("11.3.", Line::V11), ("12.4.", Line::V12), ("13.6.", Line::V13), ("14.6.", Line::V14)];

/// What has one value in all of them, in the words of the symbols.
const SAME: [(&str, i32); 38] = [
    ("HeapObjectTag", 1),
    ("SmiTag", 0),
    ("SmiTagMask", 1),
    ("SmiShiftSize", 31),
    ("FirstNonstringType", 128),
    ("StringRepresentationMask", 7),
    ("StringEncodingMask", 8),
    ("OneByteStringTag", 8),
    ("SeqStringTag", 0),
    ("ConsStringTag", 1),
    ("ExternalStringTag", 2),
    ("SlicedStringTag", 3),
    ("ThinStringTag", 5),
    ("APIObjectType", 1058),
    ("class_Map__instance_size_in_words__char", 8),
    ("class_Map__inobject_properties_start_or_constructor_function_index__char", 9),
    ("class_Map__instance_type__uint16_t", 12),
    ("class_Map__bit_field3__int", 16),
    ("class_Map__instance_descriptors_offset", 40),
    ("class_FixedArrayBase__length__SMI", 8),
    ("class_FixedArray__data__uintptr_t", 16),
    ("class_String__length__int32_t", 12),
    ("class_SeqOneByteString__chars__char", 16),
    ("class_SeqTwoByteString__chars__char", 16),
    ("class_ConsString__first__String", 16),
    ("class_ConsString__second__String", 24),
    ("class_SlicedString__parent__String", 16),
    ("class_SlicedString__offset__SMI", 24),
    ("class_ThinString__actual__String", 16),
    ("class_ExternalString__resource__Object", 16),
    ("class_JSObject__elements__Object", 16),
    ("class_Script__name__Object", 16),
    ("class_Script__source__Object", 8),
    ("bit_field3_number_of_own_descriptors_shift", 10),
    ("bit_field3_is_dictionary_map_shift", 21),
    ("prop_index_shift", 19),
    ("prop_location_shift", 5),
    ("prop_representation_shift", 6),
];

/// The constants that differ.
#[derive(Clone, Debug)]
pub struct Metadata {
    pub line: Line,
    /// Was this reading tested with exactly this line? Else it is the nearest one that was.
    pub is_tested: bool,
    pub descriptors_header: u64,
    pub bytecode_header: u64,
    pub stream_header: u64,
    pub function_shared: u64,
    pub function_context: u64,
    pub function_feedback: u64,
    pub function_prototype: u64,
    pub buffer_length: u64,
    pub buffer_data: u64,
    pub shared_name: u64,
    pub shared_script: u64,
    pub scope_first: u64,
    /// Of `Code`: bytes of instructions; those of what follows them are 4 further. Not told by 11.3.
    pub code_size: Option<u64>,
}

impl Metadata {
    /// Reads them; or says why this program's heap is not understood.
    pub fn find() -> Result<Self, String> {
        let version = v8_version()?;
        let (line, is_tested) = line_of(&version)?;
        for (name, value) in SAME {
            let have = constant(name)?;
            if have != value {
                return Err(format!("V8 says v8dbg_{name} is {have} and not {value}"));
            }
        }
        let place = |names: &[&str]| -> Result<u64, String> {
            let found = names.iter().find_map(|name| constant(name).ok());
            let value = found.ok_or_else(|| format!("this program does not export v8dbg_{}", names[0]))?;
            u64::try_from(value)
                .ok()
                .filter(|&value| value < 256)
                .ok_or_else(|| format!("V8 says v8dbg_{} is {value}", names[0]))
        };
        Ok(Self {
            line,
            is_tested,
            descriptors_header: place(&["class_DescriptorArray__header_size__uintptr_t"])?,
            bytecode_header: place(&["class_BytecodeArray__data__uintptr_t"])?,
            stream_header: place(&["class_InstructionStream__instruction_start__uintptr_t"])?,
            function_shared: place(&["class_JSFunction__shared__SharedFunctionInfo"])?,
            function_context: place(&["class_JSFunction__context__Context"])?,
            function_feedback: place(&[
                "class_JSFunction__raw_feedback_cell__Tagged_FeedbackCell_",
                "class_JSFunction__raw_feedback_cell__FeedbackCell",
            ])?,
            function_prototype: place(&[
                "class_JSFunction__prototype_or_initial_map__Tagged_UnionOf_JSPrototype_Map_TheHole_",
                "class_JSFunction__prototype_or_initial_map__Tagged_UnionOf_JSPrototype_Map_Hole_",
                "class_JSFunction__prototype_or_initial_map__Tagged_HeapObject_",
                "class_JSFunction__prototype_or_initial_map__HeapObject",
            ])?,
            buffer_length: place(&["class_JSArrayBuffer__byte_length__size_t"])?,
            buffer_data: place(&["class_JSArrayBuffer__backing_store__uintptr_t"])?,
            shared_name: place(&[
                "class_SharedFunctionInfo__name_or_scope_info__Tagged_NameOrScopeInfoT_",
                "class_SharedFunctionInfo__name_or_scope_info__Tagged_Object_",
                "class_SharedFunctionInfo__name_or_scope_info__Object",
            ])?,
            shared_script: place(&[
                "class_SharedFunctionInfo__script__Tagged_HeapObject_",
                "class_SharedFunctionInfo__script_or_debug_info__HeapObject",
            ])?,
            scope_first: place(&["scopeinfo_idx_first_vars"])?,
            code_size: place(&["class_Code__instruction_size__int"]).ok(),
        })
    }
}

/// The line of a version, and whether it is one of those that were tested.
fn line_of(version: &str) -> Result<(Line, bool), String> {
    if let Some(&(_, line)) = LINES.iter().find(|(start, _)| version.starts_with(start)) {
        return Ok((line, true));
    }
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok()).unwrap_or(0);
    let line = match major {
        ..11 => return Err(format!("V8 {version} is older than those that this reading knows")),
        11 => Line::V11,
        12 => Line::V12,
        13 => Line::V13,
        14.. => Line::V14,
    };
    Ok((line, false))
}

/// The number of the instance type whose symbol ends so: `Map__MAP_TYPE`.
pub fn instance_type(name: &str) -> Result<u16, String> {
    let value = constant(&format!("type_{name}"))?;
    u16::try_from(value).ok().filter(|&value| value < 4096).ok_or_else(|| format!("V8 says the type {name} is {value}"))
}

/// The constant `v8dbg_…`.
pub fn constant(name: &str) -> Result<i32, String> {
    let missing = || format!("this program does not export v8dbg_{name}");
    let symbol = CString::new(format!("v8dbg_{name}")).map_err(|_| missing())?;
    if let Some(value) = pretence::of(&symbol) {
        return value.parse().map_err(|_| missing());
    }
    let address = find(&symbol).ok_or_else(missing)?;
    // SAFETY: the symbols of this prefix are constants of type int, exported by V8's build for this use.
    Ok(unsafe { address.cast::<i32>().read_unaligned() })
}

/// What `v8::V8::GetVersion` says.
pub fn v8_version() -> Result<String, String> {
    if let Some(version) = pretence::of(c"version") {
        return Ok(version.to_owned());
    }
    let get = find(c"_ZN2v82V810GetVersionEv").ok_or("this program does not export v8::V8::GetVersion")?;
    // SAFETY: this name is that of a function without arguments, which answers a C string that lives as long as V8.
    let text = unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> *const c_char>(get)() };
    if text.is_null() {
        return Err("V8 does not say its version".to_owned());
    }
    // SAFETY: as above, a C string.
    Ok(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// The address of a symbol of this program, or of what it has loaded.
pub fn find(symbol: &CStr) -> Option<*mut c_void> {
    if pretence::of(symbol).is_some() {
        return None;
    }
    address_of(symbol)
}

#[cfg(test)]
mod tests {
    use super::{Line, Metadata, constant, line_of};

    #[test]
    fn versions_that_were_not_tested_are_read_as_the_nearest() {
        assert_eq!(line_of("11.3.244.8-node.30"), Ok((Line::V11, true)));
        assert_eq!(line_of("14.6.202.33-node.12"), Ok((Line::V14, true)));
        assert_eq!(line_of("14.60.1"), Ok((Line::V14, false)));
        assert_eq!(line_of("12.9.1"), Ok((Line::V12, false)));
        assert_eq!(line_of("15.2.3"), Ok((Line::V14, false)));
        assert!(line_of("10.2.154").is_err() && line_of("nonsense").is_err());
    }

    #[test]
    fn a_program_without_v8_says_what_it_lacks() {
        let reason = Metadata::find().unwrap_err();
        assert!(reason.contains("does not export"), "{reason}");
        assert!(constant("class_Nothing").is_err());
    }
}
