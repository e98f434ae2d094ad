//! Runs of numbers, where the processor has AVX2: 4 KiB of text become masks, the masks places, and eight numbers are converted at once.
//!
//! Three passes, none of which waits for another's stores; each number costs some 6 cycles. A run ends before what is odd in it.

#![expect(clippy::inline_always, reason = "what is not inlined into `call` is compiled without AVX2")]

use super::numbers::{WIDE, sixteen};
use pulp::NullaryFnOnce;
use pulp::x86::V3;
use std::arch::x86_64::__m256i;

/// Windows of 64 bytes in a run. Tests have short texts.
const WINDOWS: usize = if cfg!(test) { 3 } else { 64 };
const SPAN: usize = 64 * WINDOWS;
/// A run, and the eight bytes before it, with which its first number is read.
pub(super) const TEXT: usize = SPAN + 8;
/// Places of a run: at most one for each byte, what stands before the first, and 64 that are written and do not count.
const PLACES: usize = 1 + SPAN + 64;
/// Stands before the first place, which is 0.
const BEFORE: u32 = u32::MAX;
/// Numbers of more digits are left to others.
const LONGEST: u32 = 16;

/// What a run is read with.
pub(super) struct Runs {
    simd: V3,
    ends_by: [u64; WINDOWS],
    commas_by: [u64; WINDOWS],
    /// Where numbers end, and where the comma behind each is: the same, but behind the last number of a line.
    ends: Box<[u32; PLACES]>,
    commas: Box<[u32; PLACES]>,
}

/// What was read of a run.
pub(super) struct Run {
    /// How many numbers.
    pub(super) count: usize,
    /// Bytes up to the next one.
    pub(super) bytes: usize,
}

impl Runs {
    /// `None` where the processor has no AVX2.
    pub(super) fn new() -> Option<Self> {
        let places = || vec![BEFORE; PLACES].into_boxed_slice().try_into().ok();
        Some(Self {
            simd: V3::try_new()?,
            ends_by: [0; WINDOWS],
            commas_by: [0; WINDOWS],
            ends: places()?,
            commas: places()?,
        })
    }

    /// Reads numbers of the text from `at` on, where one begins, into `values`, which have room for half as many as there are bytes, and 64. Those that
    /// do not fit 32 bits go to `wide`. `None` where other means are needed.
    pub(super) fn read(
        &mut self,
        text: &[u8],
        at: usize,
        values: &mut [u32],
        wide: impl FnMut(usize, u64),
    ) -> Option<Run> {
        let text = text.get(at.checked_sub(8)?..)?.first_chunk::<TEXT>()?;
        let simd = self.simd;
        let run = simd.vectorize(Reading { runs: self, text, values, wide });
        (run.count > 0).then_some(run)
    }

    /// The masks of all windows up to the first one that has something odd; answers how many there are, and whether lines end in them.
    #[inline(always)]
    fn mask(&mut self, text: &[u8; TEXT]) -> (usize, bool) {
        let (mut behind_other, mut behind_line) = (1, 0);
        let mut lines_seen = 0;
        for (nth, window) in text[8..].as_chunks::<64>().0.iter().enumerate() {
            let (others, commas, lines) = masks(self.simd, window);
            let ends = others & !(others << 1 | behind_other);
            // Numbers are parted by commas, and before one a line may end.
            let parting = commas & !ends;
            let odd = others ^ (commas | lines) | lines & !ends | parting ^ (lines << 1 | behind_line);
            if odd != 0 {
                if behind_line != 0 {
                    // It is read again, with the comma.
                    self.ends_by[nth - 1] &= u64::MAX >> 1;
                }
                return (nth, lines_seen != 0);
            }
            (self.ends_by[nth], self.commas_by[nth]) = (ends, commas);
            (behind_other, behind_line) = (others >> 63, lines >> 63);
            lines_seen |= lines;
        }
        if behind_line != 0 {
            self.ends_by[WINDOWS - 1] &= u64::MAX >> 1;
        }
        (WINDOWS, lines_seen != 0)
    }

    #[inline(always)]
    fn run(&mut self, text: &[u8; TEXT], values: &mut [u32], mut wide: impl FnMut(usize, u64)) -> Run {
        let (windows, has_lines) = self.mask(text);
        let count = places(&self.ends_by[..windows], &mut self.ends);
        if has_lines {
            places(&self.commas_by[..windows], &mut self.commas);
        }
        let (ends, commas) = (&self.ends, if has_lines { &self.commas } else { &self.ends });
        let eight_before = |end: usize| before(text, end);
        let mut done = 0;
        for out in values.as_chunks_mut::<8>().0 {
            if done >= count {
                break;
            }
            let (Some(ends), Some(before)) = (ends[done + 1..].first_chunk(), commas[done..].first_chunk()) else {
                break;
            };
            let is_usual;
            (*out, is_usual) = converted(self.simd, text, ends, before);
            if !is_usual {
                // What stands behind the last is no number.
                for (nth, value) in out.iter_mut().enumerate().take(count - done) {
                    let digits = ends[nth].wrapping_sub(before[nth]).wrapping_sub(1);
                    if digits > LONGEST {
                        let bytes = before[nth].wrapping_add(1) as usize;
                        return Run { count: done + nth, bytes };
                    }
                    let full = sixteen(eight_before, ends[nth] as usize, digits as usize);
                    *value = u32::try_from(full).unwrap_or(WIDE);
                    if *value == WIDE {
                        wide(done + nth, full);
                    }
                }
            }
            done += 8;
        }
        Run { count, bytes: commas[count].wrapping_add(1) as usize }
    }
}

/// A run that is being read.
struct Reading<'a, F> {
    runs: &'a mut Runs,
    text: &'a [u8; TEXT],
    values: &'a mut [u32],
    wide: F,
}

impl<F: FnMut(usize, u64)> NullaryFnOnce for Reading<'_, F> {
    type Output = Run;

    #[inline(always)]
    fn call(self) -> Run {
        self.runs.run(self.text, self.values, self.wide)
    }
}

/// A bit for each byte that is no digit, that is a comma, and that ends a line.
#[inline(always)]
fn masks(simd: V3, window: &[u8; 64]) -> (u64, u64, u64) {
    let V3 { avx, avx2, .. } = simd;
    let bits = |is: __m256i, part: usize| u64::from(avx2._mm256_movemask_epi8(is).cast_unsigned()) << (part * 32);
    let (mut digits, mut commas, mut lines) = (0, 0, 0);
    for (part, bytes) in window.as_chunks::<32>().0.iter().enumerate() {
        let bytes: __m256i = pulp::cast(*bytes);
        let values = avx2._mm256_sub_epi8(bytes, avx._mm256_set1_epi8(0x30));
        let is_digit = avx2._mm256_cmpeq_epi8(avx2._mm256_min_epu8(values, avx._mm256_set1_epi8(9)), values);
        digits |= bits(is_digit, part);
        commas |= bits(avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(0x2c)), part);
        lines |= bits(avx2._mm256_cmpeq_epi8(bytes, avx._mm256_set1_epi8(0x0a)), part);
    }
    (!digits, commas, lines)
}

/// The places of all bits, from the second on; answers how many there are.
#[inline(always)]
fn places(masks: &[u64], places: &mut [u32; PLACES]) -> usize {
    let mut len = 0;
    for (&mask, first) in masks.iter().zip((0..).step_by(64)) {
        let Some(places) = places[1 + len..].first_chunk_mut::<64>() else { break };
        let count = mask.count_ones() as usize;
        let mut rest = mask;
        let mut put = |places: &mut [u32]| {
            for place in places {
                *place = first + rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
            }
        };
        // Most windows have fewer: no branch for each.
        put(&mut places[..24]);
        if count > 24 {
            put(&mut places[24..]);
        }
        len += count;
    }
    len
}

#[inline(always)]
fn before(text: &[u8; TEXT], end: usize) -> u64 {
    u64::from_le_bytes(*text[end % SPAN..].first_chunk().unwrap_or(&[0; 8]))
}

/// The values of eight numbers of one to eight digits, from behind the commas before them to their ends; `false` where one has more, and is not converted.
#[inline(always)]
fn converted(simd: V3, text: &[u8; TEXT], ends: &[u32; 8], commas: &[u32; 8]) -> ([u32; 8], bool) {
    let V3 { avx, avx2, .. } = simd;
    let digits = ends.map(|end| before(text, end as usize).cast_signed());
    let half = |at: usize| avx._mm256_set_epi64x(digits[at + 3], digits[at + 2], digits[at + 1], digits[at]);
    // Eight bits for each digit that is missing.
    let spans = avx2._mm256_sub_epi32(pulp::cast(*ends), pulp::cast(*commas));
    let missing = avx2._mm256_sub_epi32(avx._mm256_set1_epi32(72), avx2._mm256_slli_epi32::<3>(spans));
    let within = avx2._mm256_min_epu32(missing, avx._mm256_set1_epi32(56));
    let is_usual = avx2._mm256_movemask_epi8(avx2._mm256_cmpeq_epi32(missing, within)) == -1;
    let shifts = [avx._mm256_castsi256_si128(missing), avx2._mm256_extracti128_si256::<1>(missing)];
    let mut quads = [half(0), half(4)];
    for (quads, shifts) in quads.iter_mut().zip(shifts) {
        let mask = avx2._mm256_sllv_epi64(avx._mm256_set1_epi32(-1), avx2._mm256_cvtepu32_epi64(shifts));
        let digits = avx2._mm256_and_si256(avx2._mm256_xor_si256(*quads, avx._mm256_set1_epi8(0x30)), mask);
        let pairs = avx2._mm256_maddubs_epi16(digits, avx._mm256_set1_epi16(0x010a));
        *quads = avx2._mm256_madd_epi16(pairs, avx._mm256_set1_epi32(0x0001_0064));
    }
    let quads = avx2._mm256_packus_epi32(quads[0], quads[1]);
    let values = avx2._mm256_madd_epi16(quads, avx._mm256_set1_epi32(0x0001_2710));
    (pulp::cast(avx2._mm256_permute4x64_epi64::<0b11_01_10_00>(values)), is_usual)
}
