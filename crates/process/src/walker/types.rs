//! What V8's instance types are: how large an object of each is, what it holds, what a snapshot calls it.
//!
//! Numbers come from V8's exported symbols. Those that have none stand at known places between the exported ones; the
//! places are checked: two types with one number, or a number that is another type's, refuse the whole table.

use super::metadata::{Line, Metadata, constant, instance_type};
use leakguard_core::graph::NodeKind;

/// One more than the largest instance type.
const COUNT: usize = 4096;

/// How the size of an object without a size in its map follows from the object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Size {
    /// Not known: such an object is counted as unknown.
    Unknown,
    /// A header of so many bytes, and words as many as the small integer at 8 says.
    Words(u64),
    /// A header of 16 bytes, and bytes as many as the small integer at 8 says.
    Bytes,
    /// As `Words(16)`; the integer has the hash above its lowest ten bits.
    Properties,
    BigInt,
    Descriptors,
    FeedbackVector,
    FeedbackMetadata,
    Bytecode,
    Instructions,
    Scope,
    Preparse,
    Coverage,
    /// The small integer at 8 is the size.
    Free,
}

/// What an object is to this reading.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Every word after the map may be a link.
    Plain,
    /// No link but the map.
    Raw,
    /// Links in the first bytes only, as many as the metadata says.
    Bytecode,
    Instructions,
    /// A list whose links are numbered by place.
    Array,
    /// A WeakMap's table.
    Ephemerons,
    Map,
    Symbol,
    BigInt,
    Number,
    Oddball,
    /// Stands where nothing is; some versions keep it where nobody can read.
    Hole,
    Context,
    NativeContext,
    Shared,
    Script,
    /// The links at these offsets do not keep anything alive.
    Weak(&'static [u64]),
    Proxy,
    Object,
    Function,
    Bound,
    Buffer,
    View,
    Collection,
    Promise,
    Generator,
    RegExp,
    WeakRef,
    Global,
    GlobalProxy,
}

impl Role {
    /// Are all words behind the map links, or no links at all?
    pub fn is_words(self) -> bool {
        use Role::{
            Array, Bound, Collection, Context, Function, Generator, Map, Object, Oddball, Plain, Promise, Proxy,
            RegExp, Script, Shared, Symbol, View,
        };
        matches!(
            self,
            Plain
                | Oddball
                | Array
                | Map
                | Symbol
                | Context
                | Shared
                | Script
                | Proxy
                | Object
                | Function
                | Bound
                | View
                | Collection
                | Promise
                | Generator
                | RegExp
        )
    }
}

/// One type.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    pub size: Size,
    pub role: Role,
    pub kind: NodeKind,
    pub name: &'static str,
}

/// All types, and the numbers of those that are asked for by themselves.
pub struct Types {
    table: Vec<Type>,
    pub map: u16,
    pub fixed_array: u16,
    pub number_dictionary: u16,
    pub name_dictionary: u16,
    pub global_dictionary: u16,
    pub property_cell: u16,
    pub property_array: u16,
    pub scope_info: u16,
    pub first_uncompiled: u16,
    pub last_uncompiled: u16,
    pub js_array: u16,
    pub js_global: u16,
    pub js_global_proxy: u16,
    pub accessor_pair: u16,
    pub js_array_buffer: u16,
    pub module_record: Option<u16>,
    first_object: u16,
}

const HIDDEN: NodeKind = NodeKind::HIDDEN;
const CODE: NodeKind = NodeKind::CODE;
const SHAPE: NodeKind = NodeKind::OBJECT_SHAPE;
const ARRAY: NodeKind = NodeKind::ARRAY;
const OBJECT: NodeKind = NodeKind::OBJECT;

/// Types with a symbol: its end, what they are. Where a version has no such type, there are none of its objects.
const EXPORTED: &[(&str, Size, Role, NodeKind)] = {
    use Role::{Array, Instructions, Map, Number, Oddball, Plain, Raw, Script, Shared, Symbol, Weak};
    use Size::{Bytes, Coverage, Descriptors, Free, Preparse, Properties, Scope, Unknown, Words};
    &[
        ("Symbol__SYMBOL_TYPE", Unknown, Symbol, NodeKind::SYMBOL),
        ("HeapNumber__HEAP_NUMBER_TYPE", Unknown, Number, NodeKind::NUMBER),
        ("Oddball__ODDBALL_TYPE", Unknown, Oddball, HIDDEN),
        ("Map__MAP_TYPE", Unknown, Map, SHAPE),
        ("FixedArray__FIXED_ARRAY_TYPE", Words(16), Array, ARRAY),
        ("TrustedFixedArray__TRUSTED_FIXED_ARRAY_TYPE", Words(16), Array, HIDDEN),
        ("ProtectedFixedArray__PROTECTED_FIXED_ARRAY_TYPE", Words(16), Array, HIDDEN),
        ("ProtectedWeakFixedArray__PROTECTED_WEAK_FIXED_ARRAY_TYPE", Words(16), Plain, HIDDEN),
        ("TrustedWeakFixedArray__TRUSTED_WEAK_FIXED_ARRAY_TYPE", Words(16), Plain, HIDDEN),
        ("WeakFixedArray__WEAK_FIXED_ARRAY_TYPE", Words(16), Plain, HIDDEN),
        ("ClosureFeedbackCellArray__CLOSURE_FEEDBACK_CELL_ARRAY_TYPE", Words(16), Plain, CODE),
        ("EmbedderDataArray__EMBEDDER_DATA_ARRAY_TYPE", Words(16), Plain, HIDDEN),
        ("WeakArrayList__WEAK_ARRAY_LIST_TYPE", Words(24), Plain, HIDDEN),
        ("ArrayList__ARRAY_LIST_TYPE", Words(24), Plain, HIDDEN),
        ("ScriptContextTable__SCRIPT_CONTEXT_TABLE_TYPE", Words(32), Plain, HIDDEN),
        ("ObjectBoilerplateDescription__OBJECT_BOILERPLATE_DESCRIPTION_TYPE", Words(32), Plain, CODE),
        ("RegExpMatchInfo__REG_EXP_MATCH_INFO_TYPE", Words(40), Plain, HIDDEN),
        ("SloppyArgumentsElements__SLOPPY_ARGUMENTS_ELEMENTS_TYPE", Words(32), Plain, HIDDEN),
        ("DoubleStringCache__DOUBLE_STRING_CACHE_TYPE", Words(16), Plain, HIDDEN),
        ("ByteArray__BYTE_ARRAY_TYPE", Bytes, Raw, ARRAY),
        ("TrustedByteArray__TRUSTED_BYTE_ARRAY_TYPE", Bytes, Raw, CODE),
        ("ExternalPointerArray__EXTERNAL_POINTER_ARRAY_TYPE", Words(16), Raw, HIDDEN),
        ("FixedDoubleArray__FIXED_DOUBLE_ARRAY_TYPE", Words(16), Raw, ARRAY),
        ("PropertyArray__PROPERTY_ARRAY_TYPE", Properties, Plain, HIDDEN),
        ("DescriptorArray__DESCRIPTOR_ARRAY_TYPE", Descriptors, Plain, SHAPE),
        ("StrongDescriptorArray__STRONG_DESCRIPTOR_ARRAY_TYPE", Descriptors, Plain, SHAPE),
        ("FeedbackVector__FEEDBACK_VECTOR_TYPE", Size::FeedbackVector, Plain, CODE),
        ("BytecodeArray__BYTECODE_ARRAY_TYPE", Size::Bytecode, Role::Bytecode, CODE),
        ("InstructionStream__INSTRUCTION_STREAM_TYPE", Size::Instructions, Instructions, CODE),
        ("ScopeInfo__SCOPE_INFO_TYPE", Scope, Plain, CODE),
        ("PreparseData__PREPARSE_DATA_TYPE", Preparse, Plain, CODE),
        ("CoverageInfo__COVERAGE_INFO_TYPE", Coverage, Raw, HIDDEN),
        ("FreeSpace__FREE_SPACE_TYPE", Free, Raw, HIDDEN),
        ("Foreign__FOREIGN_TYPE", Unknown, Raw, HIDDEN),
        ("TrustedForeign__TRUSTED_FOREIGN_TYPE", Unknown, Raw, HIDDEN),
        ("SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE", Unknown, Shared, CODE),
        ("Script__SCRIPT_TYPE", Unknown, Script, CODE),
        ("Code__CODE_TYPE", Unknown, Plain, CODE),
        ("CodeWrapper__CODE_WRAPPER_TYPE", Unknown, Plain, CODE),
        ("BytecodeWrapper__BYTECODE_WRAPPER_TYPE", Unknown, Plain, CODE),
        ("FeedbackCell__FEEDBACK_CELL_TYPE", Unknown, Plain, CODE),
        ("InterpreterData__INTERPRETER_DATA_TYPE", Unknown, Plain, CODE),
        ("AllocationSite__ALLOCATION_SITE_TYPE", Unknown, Weak(&[40]), CODE),
        ("ArrayBoilerplateDescription__ARRAY_BOILERPLATE_DESCRIPTION_TYPE", Unknown, Plain, CODE),
        ("RegExpBoilerplateDescription__REG_EXP_BOILERPLATE_DESCRIPTION_TYPE", Unknown, Plain, CODE),
        ("TemplateObjectDescription__TEMPLATE_OBJECT_DESCRIPTION_TYPE", Unknown, Plain, CODE),
        ("UncompiledDataWithPreparseData__UNCOMPILED_DATA_WITH_PREPARSE_DATA_TYPE", Unknown, Plain, CODE),
        ("UncompiledDataWithoutPreparseData__UNCOMPILED_DATA_WITHOUT_PREPARSE_DATA_TYPE", Unknown, Plain, CODE),
        ("PrototypeInfo__PROTOTYPE_INFO_TYPE", Unknown, Plain, SHAPE),
        ("EnumCache__ENUM_CACHE_TYPE", Unknown, Plain, SHAPE),
        ("WeakCell__WEAK_CELL_TYPE", Unknown, Weak(&[16, 24]), HIDDEN),
        ("AccessorInfo__ACCESSOR_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("AccessorPair__ACCESSOR_PAIR_TYPE", Unknown, Plain, HIDDEN),
        ("CallHandlerInfo__CALL_HANDLER_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("CallSiteInfo__CALL_SITE_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("Cell__CELL_TYPE", Unknown, Plain, HIDDEN),
        ("ClassBoilerplate__CLASS_BOILERPLATE_TYPE", Unknown, Plain, HIDDEN),
        ("ClassPositions__CLASS_POSITIONS_TYPE", Unknown, Plain, HIDDEN),
        ("ContextCell__CONTEXT_CELL_TYPE", Unknown, Plain, HIDDEN),
        ("DebugInfo__DEBUG_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("ErrorStackData__ERROR_STACK_DATA_TYPE", Unknown, Plain, HIDDEN),
        ("FunctionTemplateInfo__FUNCTION_TEMPLATE_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("FunctionTemplateRareData__FUNCTION_TEMPLATE_RARE_DATA_TYPE", Unknown, Plain, HIDDEN),
        ("InterceptorInfo__INTERCEPTOR_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("ModuleRequest__MODULE_REQUEST_TYPE", Unknown, Plain, HIDDEN),
        ("ObjectTemplateInfo__OBJECT_TEMPLATE_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("PromiseCapability__PROMISE_CAPABILITY_TYPE", Unknown, Plain, HIDDEN),
        ("PromiseReaction__PROMISE_REACTION_TYPE", Unknown, Plain, HIDDEN),
        ("AtomRegExpData__ATOM_REG_EXP_DATA_TYPE", Unknown, Plain, HIDDEN),
        ("IrRegExpData__IR_REG_EXP_DATA_TYPE", Unknown, Plain, HIDDEN),
        ("RegExpDataWrapper__REG_EXP_DATA_WRAPPER_TYPE", Unknown, Plain, HIDDEN),
        ("PropertyCell__PROPERTY_CELL_TYPE", Unknown, Plain, HIDDEN),
        ("ScriptOrModule__SCRIPT_OR_MODULE_TYPE", Unknown, Plain, HIDDEN),
        ("SourceTextModule__SOURCE_TEXT_MODULE_TYPE", Unknown, Plain, HIDDEN),
        ("SyntheticModule__SYNTHETIC_MODULE_TYPE", Unknown, Plain, HIDDEN),
        ("SourceTextModuleInfoEntry__SOURCE_TEXT_MODULE_INFO_ENTRY_TYPE", Unknown, Plain, HIDDEN),
        ("StackFrameInfo__STACK_FRAME_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("StackTraceInfo__STACK_TRACE_INFO_TYPE", Unknown, Plain, HIDDEN),
        ("Tuple2__TUPLE2_TYPE", Unknown, Plain, HIDDEN),
        ("JSProxy__JS_PROXY_TYPE", Unknown, Role::Proxy, HIDDEN),
        ("JSGlobalObject__JS_GLOBAL_OBJECT_TYPE", Unknown, Role::Global, OBJECT),
        ("JSGlobalProxy__JS_GLOBAL_PROXY_TYPE", Unknown, Role::GlobalProxy, OBJECT),
        ("JSArrayBuffer__JS_ARRAY_BUFFER_TYPE", Unknown, Role::Buffer, OBJECT),
        ("JSTypedArray__JS_TYPED_ARRAY_TYPE", Unknown, Role::View, OBJECT),
        ("JSDataView__JS_DATA_VIEW_TYPE", Unknown, Role::View, OBJECT),
        ("JSRabGsabDataView__JS_RAB_GSAB_DATA_VIEW_TYPE", Unknown, Role::View, OBJECT),
        ("JSBoundFunction__JS_BOUND_FUNCTION_TYPE", Unknown, Role::Bound, NodeKind::CLOSURE),
        ("JSMap__JS_MAP_TYPE", Unknown, Role::Collection, OBJECT),
        ("JSSet__JS_SET_TYPE", Unknown, Role::Collection, OBJECT),
        ("JSWeakMap__JS_WEAK_MAP_TYPE", Unknown, Role::Collection, OBJECT),
        ("JSWeakSet__JS_WEAK_SET_TYPE", Unknown, Role::Collection, OBJECT),
        ("JSPromise__JS_PROMISE_TYPE", Unknown, Role::Promise, OBJECT),
        ("JSRegExp__JS_REG_EXP_TYPE", Unknown, Role::RegExp, NodeKind::REGEXP),
        ("JSWeakRef__JS_WEAK_REF_TYPE", Unknown, Role::WeakRef, OBJECT),
        ("JSAsyncFunctionObject__JS_ASYNC_FUNCTION_OBJECT_TYPE", Unknown, Role::Generator, OBJECT),
        ("JSAsyncGeneratorObject__JS_ASYNC_GENERATOR_OBJECT_TYPE", Unknown, Role::Generator, OBJECT),
    ]
};

impl Types {
    /// The table of this program.
    pub fn new(metadata: &Metadata) -> Result<Self, String> {
        let js_proxy = instance_type("JSProxy__JS_PROXY_TYPE")?;
        let plain = Type { size: Size::Unknown, role: Role::Plain, kind: HIDDEN, name: "Object" };
        let object = Type { size: Size::Unknown, role: Role::Object, kind: OBJECT, name: "Object" };
        let mut making = Making {
            table: (0..COUNT).map(|at| if at > usize::from(js_proxy) { object } else { plain }).collect(),
            taken: vec![false; COUNT],
        };
        for &(symbol, size, role, kind) in EXPORTED {
            if let Ok(number) = instance_type(symbol) {
                let name = symbol.split_once("__").map_or(symbol, |(class, _)| class);
                making.put(number, size, role, kind, name)?;
            }
        }
        if metadata.line >= Line::V14 {
            let cell = instance_type("WeakCell__WEAK_CELL_TYPE")?;
            // What it holds for the callback stands first there.
            making.table[usize::from(cell)].role = Role::Weak(&[24, 32]);
        }
        making.between(metadata.line)?;
        let table = making.table;
        let fixed_array = instance_type("FixedArray__FIXED_ARRAY_TYPE")?;
        let first_uncompiled =
            instance_type("UncompiledDataWithPreparseData__UNCOMPILED_DATA_WITH_PREPARSE_DATA_TYPE")?;
        Ok(Self {
            table,
            map: instance_type("Map__MAP_TYPE")?,
            fixed_array,
            global_dictionary: fixed_array + place_of("GlobalDictionary", metadata.line),
            name_dictionary: fixed_array + place_of("NameDictionary", metadata.line),
            number_dictionary: fixed_array + place_of("NumberDictionary", metadata.line),
            property_cell: instance_type("PropertyCell__PROPERTY_CELL_TYPE")?,
            property_array: instance_type("PropertyArray__PROPERTY_ARRAY_TYPE")?,
            scope_info: instance_type("ScopeInfo__SCOPE_INFO_TYPE")?,
            first_uncompiled,
            last_uncompiled: first_uncompiled + 3,
            js_array: instance_type("JSArray__JS_ARRAY_TYPE")?,
            js_global: instance_type("JSGlobalObject__JS_GLOBAL_OBJECT_TYPE")?,
            js_global_proxy: instance_type("JSGlobalProxy__JS_GLOBAL_PROXY_TYPE")?,
            js_array_buffer: instance_type("JSArrayBuffer__JS_ARRAY_BUFFER_TYPE")?,
            accessor_pair: instance_type("AccessorPair__ACCESSOR_PAIR_TYPE")?,
            module_record: instance_type("SourceTextModule__SOURCE_TEXT_MODULE_TYPE").ok(),
            first_object: js_proxy + 1,
        })
    }

    /// The type with this number.
    #[inline]
    pub fn get(&self, number: u16) -> &Type {
        &self.table[usize::from(number) & (COUNT - 1)]
    }

    /// Is it one of JavaScript's objects, proxies left out?
    pub fn is_object(&self, number: u16) -> bool {
        number >= self.first_object
    }
}

/// The lists that are arrays of another name, in the order of their numbers behind `FixedArray`.
fn lists(line: Line) -> &'static [&'static str] {
    match line {
        Line::V11 => &[
            "HashTable",
            "EphemeronHashTable",
            "GlobalDictionary",
            "NameDictionary",
            "NameToIndexHashTable",
            "NumberDictionary",
            "OrderedHashMap",
            "OrderedHashSet",
            "OrderedNameDictionary",
            "RegisteredSymbolTable",
            "SimpleNumberDictionary",
            "ClosureFeedbackCellArray",
            "ObjectBoilerplateDescription",
            "ScriptContextTable",
        ],
        Line::V12 | Line::V13 => &[
            "HashTable",
            "EphemeronHashTable",
            "GlobalDictionary",
            "NameDictionary",
            "NameToIndexHashTable",
            "NumberDictionary",
            "OrderedHashMap",
            "OrderedHashSet",
            "OrderedNameDictionary",
            "RegisteredSymbolTable",
            "SimpleNumberDictionary",
        ],
        Line::V14 => &[
            "HashTable",
            "EphemeronHashTable",
            "GlobalDictionary",
            "NameDictionary",
            "NameToIndexHashTable",
            "NumberDictionary",
            "OrderedHashMap",
            "OrderedHashSet",
            "OrderedNameDictionary",
            "RegisteredSymbolTable",
            "SimpleNameDictionary",
            "SimpleNumberDictionary",
        ],
    }
}

fn place_of(list: &str, line: Line) -> u16 {
    lists(line).iter().position(|&name| name == list).map_or(0, |at| at as u16 + 1)
}

struct Making {
    table: Vec<Type>,
    taken: Vec<bool>,
}

impl Making {
    fn put(&mut self, number: u16, size: Size, role: Role, kind: NodeKind, name: &'static str) -> Result<(), String> {
        let at = usize::from(number);
        if std::mem::replace(&mut self.taken[at], true) {
            return Err(format!("the instance types {} and {name} both have number {number}", self.table[at].name));
        }
        self.table[at] = Type { size, role, kind, name };
        Ok(())
    }

    /// Types without a symbol.
    fn between(&mut self, line: Line) -> Result<(), String> {
        let after = |name: &str, by: u16| instance_type(name).map(|number| number + by);
        let array = instance_type("FixedArray__FIXED_ARRAY_TYPE")?;
        let lists = lists(line);
        if after("ByteArray__BYTE_ARRAY_TYPE", 0)? != array + 1 + lists.len() as u16 {
            return Err("there are other kinds of arrays than this reading knows".to_owned());
        }
        for (at, &name) in lists.iter().enumerate() {
            let role = if name == "EphemeronHashTable" { Role::Ephemerons } else { Role::Array };
            let is_code = matches!(name, "ClosureFeedbackCellArray" | "ObjectBoilerplateDescription");
            let kind = if is_code { CODE } else { ARRAY };
            self.put(array + 1 + at as u16, Size::Words(16), role, kind, name)?;
        }
        let bigint = after("Symbol__SYMBOL_TYPE", 1)?;
        self.put(bigint, Size::BigInt, Role::BigInt, NodeKind::BIGINT, "BigInt")?;
        let transitions = after("WeakFixedArray__WEAK_FIXED_ARRAY_TYPE", 1)?;
        self.put(transitions, Size::Words(16), Role::Plain, SHAPE, "TransitionArray")?;
        let vector = instance_type("FeedbackVector__FEEDBACK_VECTOR_TYPE")?;
        self.put(vector - 1, Size::FeedbackMetadata, Role::Raw, CODE, "FeedbackMetadata")?;
        self.put(vector + 1, Size::Unknown, Role::Raw, HIDDEN, "Filler")?;
        if !self.taken[usize::from(vector) + 2] {
            self.put(vector + 2, Size::Free, Role::Raw, HIDDEN, "FreeSpace")?;
        }
        if line >= Line::V12 {
            self.put(vector + 3, Size::Unknown, Role::Hole, HIDDEN, "Hole")?;
        }
        let handlers = after("PromiseResolveThenableJobTask__PROMISE_RESOLVE_THENABLE_JOB_TASK_TYPE", 1)?;
        self.put(handlers, Size::Unknown, Role::Plain, CODE, "LoadHandler")?;
        self.put(handlers + 1, Size::Unknown, Role::Plain, CODE, "StoreHandler")?;
        let contexts = u16::try_from(constant("FirstContextType")?).unwrap_or(0);
        if constant("LastContextType")? != i32::from(contexts) + 9 {
            return Err("there are other kinds of contexts than this reading knows".to_owned());
        }
        for at in 0..10 {
            // By the alphabet: await, block, catch, debug, eval, function, module, native, script, with.
            let (role, kind, name) = match at {
                7 => (Role::NativeContext, HIDDEN, "NativeContext"),
                _ => (Role::Context, OBJECT, "Context"),
            };
            self.put(contexts + at, Size::Words(16), role, kind, name)?;
        }
        let function = instance_type("JSFunction__JS_FUNCTION_TYPE")?;
        let last = constant("LastJSFunctionType").unwrap_or(i32::from(function) + 16);
        if last != i32::from(function) + 16 {
            return Err("there are other kinds of functions than this reading knows".to_owned());
        }
        for number in function..=function + 16 {
            self.put(number, Size::Unknown, Role::Function, NodeKind::CLOSURE, "JSFunction")?;
        }
        let generator = instance_type("JSAsyncFunctionObject__JS_ASYNC_FUNCTION_OBJECT_TYPE")? - 1;
        self.put(generator, Size::Unknown, Role::Generator, OBJECT, "JSGeneratorObject")
    }
}
