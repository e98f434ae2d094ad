//! What the processor at hand can do, beyond what every one can.

/// Runs something with all instructions of x86-64-v3 (AVX2 among them) where there are those. What it calls is inlined, or does without.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(super) fn at_best<T>(run: impl FnOnce() -> T) -> T {
    match pulp::x86::V3::try_new() {
        Some(simd) => simd.vectorize(run),
        None => run(),
    }
}

/// Runs it: elsewhere the usual instructions are all that is made use of.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(super) fn at_best<T>(run: impl FnOnce() -> T) -> T {
    run()
}
