//! One reading of a process's memory.

/// Times in ms, sizes in bytes. `NaN` says that a field is not known; what cannot be (negative, infinite) is taken as not known.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are those of the public `Sample`, which index.d.ts documents")]
pub struct Sample {
    pub time: f64,
    pub heap_used: f64,
    pub heap_total: f64,
    pub heap_limit: f64,
    pub external: f64,
    pub array_buffers: f64,
    pub rss: f64,
    pub cgroup_current: f64,
    pub cgroup_limit: f64,
    pub fds: f64,
    pub handles: f64,
    pub listeners: f64,
    pub timers: f64,
    /// 1: read right after a mark-compact. Where any sample says so, the heap is judged by those alone.
    pub mark_compact: f64,
}

impl Sample {
    /// How many fields there are.
    pub const FIELDS: usize = 14;

    /// A sample that knows nothing but its time.
    pub fn at(time: f64) -> Self {
        Self::from_fields(&[time])
    }

    /// The fields in the order of the declaration; those that are left out are not known.
    pub fn from_fields(fields: &[f64]) -> Self {
        let field = |at: usize| fields.get(at).copied().unwrap_or(f64::NAN);
        Self {
            time: field(0),
            heap_used: field(1),
            heap_total: field(2),
            heap_limit: field(3),
            external: field(4),
            array_buffers: field(5),
            rss: field(6),
            cgroup_current: field(7),
            cgroup_limit: field(8),
            fds: field(9),
            handles: field(10),
            listeners: field(11),
            timers: field(12),
            mark_compact: field(13),
        }
    }

    /// Bytes outside of V8's heap that its objects own. Node's `external` includes the array buffers already.
    pub(super) fn outside(&self) -> f64 {
        self.external.max(self.array_buffers)
    }

    /// Resident memory that V8 does not account for.
    pub(super) fn native(&self) -> f64 {
        let heap = if self.heap_total.is_nan() { self.heap_used } else { self.heap_total };
        let outside = self.outside();
        (self.rss - heap - if outside.is_nan() { 0.0 } else { outside }).max(0.0)
    }
}
