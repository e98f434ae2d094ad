//! Lists of decimal numbers, the bulk of every snapshot: `9,1,1,0,6,0,9,2,…`.
//!
//! 64 bytes at a time become a mask of the bytes that are no digits; each set bit ends a number, which is converted from
//! the eight bytes before it by three multiplications. Nothing depends on the number before, so a core overlaps many.
//! Costs some 10 cycles a number; [`super::runs`] does better where the processor can. Values past 2^32 are rare and kept aside.

use super::runs::{Runs, TEXT};
use wide::u8x16;

/// Stands in [`Numbers::values`] for a value that does not fit; [`Numbers::wide`] has it.
pub(super) const WIDE: u32 = u32::MAX;
/// Windows that are read number by number where a run has ended.
const ASIDE: usize = 2;

/// Numbers that were read from one block of text.
pub(super) struct Numbers {
    values: Vec<u32>,
    len: usize,
    wide: Vec<(usize, u64)>,
    runs: Option<Runs>,
}

/// Why a scan ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    /// The text ended; a number may follow in the next block.
    Text,
    /// The text ended within or right behind a number that begins at this position.
    Cut(usize),
    /// `]` at this position.
    Bracket(usize),
    /// A byte that cannot stand here, at this position.
    Bad(usize),
    /// A number of more than 19 digits begins at this position.
    Huge(usize),
}

impl Default for Numbers {
    fn default() -> Self {
        Self { values: Vec::new(), len: 0, wide: Vec::new(), runs: Runs::new() }
    }
}

impl Numbers {
    /// The numbers in order, [`WIDE`] where one does not fit.
    pub(super) fn values(&self) -> &[u32] {
        &self.values[..self.len]
    }

    /// The value at `index` in full.
    pub(super) fn full(&self, index: usize) -> u64 {
        let value = self.values[index];
        if value != WIDE {
            return u64::from(value);
        }
        match self.wide.binary_search_by_key(&index, |&(at, _)| at) {
            Ok(found) => self.wide[found].1,
            Err(_) => u64::from(WIDE),
        }
    }

    fn clear(&mut self, bytes: usize) {
        self.len = 0;
        self.wide.clear();
        // A number takes two bytes at least: its digit and what parts it from the next.
        // The wide loop looks at 64 slots at a time.
        let most = bytes / 2 + 65;
        if self.values.len() < most {
            self.values.resize(most, 0);
        }
    }

    fn push(&mut self, value: u64) {
        let short = match u32::try_from(value) {
            Ok(short) if short != WIDE => short,
            _ => {
                self.wide.push((self.len, value));
                WIDE
            }
        };
        self.values[self.len] = short;
        self.len += 1;
    }

    /// Reads numbers parted by commas and white space from `start` on, where a number, white space or `]` must stand.
    pub(super) fn scan(&mut self, text: &[u8], start: usize) -> Stop {
        self.clear(text.len().saturating_sub(start));
        // The wide loop looks back 16 bytes from a number's end.
        let mut at = start;
        let mut empty_allowed = true;
        while at < text.len() {
            if at >= 16 && at + 64 <= text.len() {
                let most = self.scan_runs(text, &mut at);
                if let Some(stop) = self.scan_wide(text, &mut at, most) {
                    return stop;
                }
                empty_allowed = self.len == 0;
            }
            match self.scan_one(text, &mut at, empty_allowed) {
                Some(stop) => return stop,
                None => empty_allowed = false,
            }
        }
        Stop::Text
    }

    /// One number and the comma behind it, byte by byte.
    fn scan_one(&mut self, text: &[u8], at: &mut usize, empty_allowed: bool) -> Option<Stop> {
        let mut from = *at;
        while text.get(from).is_some_and(u8::is_ascii_whitespace) {
            from += 1;
        }
        let mut end = from;
        let mut value = 0u64;
        while let Some(digit) = text.get(end).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit < 10) {
            if end - from >= 19 {
                return Some(Stop::Huge(from));
            }
            value = value * 10 + u64::from(digit);
            end += 1;
        }
        let mut next = end;
        while text.get(next).is_some_and(u8::is_ascii_whitespace) {
            next += 1;
        }
        let sep = text.get(next);
        if end == from {
            return match sep {
                None => {
                    *at = text.len();
                    None
                }
                Some(b']') if empty_allowed => Some(Stop::Bracket(next)),
                Some(_) => Some(Stop::Bad(next)),
            };
        }
        match sep {
            Some(b',') => {
                self.push(value);
                *at = next + 1;
                None
            }
            Some(b']') => {
                self.push(value);
                Some(Stop::Bracket(next))
            }
            None => Some(Stop::Cut(from)),
            Some(_) => Some(Stop::Bad(next)),
        }
    }

    /// Runs of numbers while there are any, and what they read is usual. `at` is left where the next number begins. Answers how many windows are to be
    /// read otherwise before there may be a run again.
    fn scan_runs(&mut self, text: &[u8], at: &mut usize) -> usize {
        let Some(runs) = &mut self.runs else { return usize::MAX };
        while let Some(run) = {
            let start = self.len;
            runs.read(text, *at, &mut self.values[start..], |nth, value| self.wide.push((start + nth, value)))
        } {
            self.len += run.count;
            *at += run.bytes;
        }
        if text.len() - *at < TEXT { usize::MAX } else { ASIDE }
    }

    /// Numbers of so many windows, while 64 bytes are left. `at` is left where the next number begins.
    fn scan_wide(&mut self, text: &[u8], at: &mut usize, most: usize) -> Option<Stop> {
        let mut from = *at;
        let mut base = from;
        let last = base.saturating_add(most.saturating_mul(64));
        // With the eight bytes before them: a number may end with the first one.
        'blocks: while base < last
            && let Some(window) = text.get(base - 8..).and_then(|rest| rest.first_chunk::<72>())
        {
            let (mut mask, commas) = ends(window);
            loop {
                // Up to the first that no comma ends.
                let others = mask & !commas;
                let mut plain = mask & !others & others.wrapping_sub(1);
                // A window ends 64 numbers at most. In locals, so that no store makes the loop read them again.
                let start = self.len;
                let mut len = 0;
                let mut odd = None;
                for value in &mut self.values[start..start + 64] {
                    if plain == 0 {
                        break;
                    }
                    let nth = plain.trailing_zeros() as usize & 63;
                    let digits = (base + nth).wrapping_sub(from);
                    if digits.wrapping_sub(1) >= 8 {
                        odd = Some(base + nth);
                        break;
                    }
                    plain &= plain - 1;
                    // About half of them, and mostly the same columns of rows: worth a branch.
                    *value = if digits == 1 {
                        u32::from(window[nth + 7] & 15)
                    } else {
                        eight(u64::from_le_bytes(*window[nth..].first_chunk().unwrap_or(&[0; 8])), digits)
                    };
                    from = base + nth + 1;
                    len += 1;
                }
                self.len = start + len;
                if odd.is_none() && others != 0 {
                    odd = Some(base + others.trailing_zeros() as usize);
                }
                let Some(end) = odd else {
                    base += 64;
                    continue 'blocks;
                };
                *at = from;
                match self.scan_odd(text, at, end, end - from) {
                    Odd::Stop(stop) => return Some(stop),
                    Odd::Next => from = *at,
                }
                if from - base >= 64 {
                    base = from;
                    continue 'blocks;
                }
                mask &= u64::MAX << (from - base);
            }
        }
        *at = from;
        None
    }

    /// What the wide loop leaves aside: a number from `at` to `end` that is long, or that something else than a comma ends.
    fn scan_odd(&mut self, text: &[u8], at: &mut usize, end: usize, digits: usize) -> Odd {
        if digits == 0 && text[end].is_ascii_whitespace() {
            *at = end + 1;
            return Odd::Next;
        }
        if digits == 0 || digits > 16 {
            let empty_allowed = self.len == 0;
            return self.scan_one(text, at, empty_allowed).map_or(Odd::Next, Odd::Stop);
        }
        // A comma, or a line's end and then the comma, or the list's end.
        let mut next = end;
        while text.get(next).is_some_and(u8::is_ascii_whitespace) {
            next += 1;
        }
        let stop = match text.get(next) {
            Some(b',') => None,
            Some(b']') => Some(Stop::Bracket(next)),
            Some(_) => Some(Stop::Bad(next)),
            None => return Odd::Stop(Stop::Cut(*at)),
        };
        let before = |end: usize| text[..end].last_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        self.push(sixteen(before, end, digits));
        *at = next + 1;
        stop.map_or(Odd::Next, Odd::Stop)
    }
}

/// Where an odd place leaves the wide loop.
enum Odd {
    /// At the next number.
    Next,
    Stop(Stop),
}

/// The position of the number with this index in a text that was scanned from `start`: for errors only.
pub(super) fn position(text: &[u8], start: usize, index: usize) -> usize {
    let mut seen = 0;
    let mut in_number = false;
    for (at, byte) in text.iter().enumerate().skip(start) {
        match (byte.is_ascii_digit(), in_number) {
            (true, false) if seen == index => return at,
            (true, false) => (seen, in_number) = (seen + 1, true),
            (false, true) => in_number = false,
            _ => {}
        }
    }
    text.len()
}

/// A bit for each of 64 bytes, behind eight others, that is no digit, and one for each that is a comma.
#[inline]
fn ends(window: &[u8; 72]) -> (u64, u64) {
    let (mut mask, mut commas) = (0u64, 0u64);
    for (part, bytes) in window[8..].as_chunks::<16>().0.iter().enumerate() {
        let bytes = u8x16::new(*bytes);
        let digits = bytes - u8x16::splat(b'0');
        let is_digit = digits.min(u8x16::splat(9)).simd_eq(digits);
        mask |= u64::from(!(is_digit.to_bitmask()) & 0xffff) << (part * 16);
        commas |= u64::from(bytes.simd_eq(u8x16::splat(b',')).to_bitmask() & 0xffff) << (part * 16);
    }
    (mask, commas)
}

/// By the number of digits: the bytes that are digits of the number, where its last one is the highest.
const DIGITS: [u64; 16] = {
    let mut masks = [0; 16];
    let mut digits = 1;
    while digits <= 8 {
        masks[digits] = u64::MAX << (64 - 8 * digits);
        digits += 1;
    }
    masks
};

/// The value of the `digits` (1 to 8) decimal digits that are the last of eight bytes, the first of which is the lowest.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "eight digits fit 32 bits")]
fn eight(bytes: u64, digits: usize) -> u32 {
    // Digits of the numbers before count as leading zeros.
    let word = (bytes ^ 0x3030_3030_3030_3030) & DIGITS[digits & 15];
    let pairs = word.wrapping_mul(10).wrapping_add(word >> 8) & 0x00ff_00ff_00ff_00ff;
    let quads = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    quads.wrapping_mul(10_000).wrapping_add(quads >> 32) as u32
}

/// The value of up to 16 digits before a place; `before` tells the eight bytes before one.
#[inline]
pub(super) fn sixteen(before: impl Fn(usize) -> u64, end: usize, digits: usize) -> u64 {
    let low = u64::from(eight(before(end), digits.min(8)));
    let high = if digits > 8 { u64::from(eight(before(end - 8), digits - 8)) } else { 0 };
    high * 100_000_000 + low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The obvious way, for lists that end with `]`.
    fn plain(text: &str) -> Option<(Vec<u64>, usize)> {
        let end = text.find(']')?;
        let parts: Vec<_> = text[..end].split(',').map(str::trim).collect();
        let numbers =
            if parts == [""] { Some(Vec::new()) } else { parts.iter().map(|part| part.parse().ok()).collect() };
        let is_plain = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit()) && part.len() < 20;
        numbers.filter(|_| parts.iter().all(is_plain)).map(|numbers| (numbers, end))
    }

    fn scanned(text: &str) -> Option<(Vec<u64>, usize)> {
        scanned_by(Numbers::default(), text)
    }

    fn scanned_by(mut numbers: Numbers, text: &str) -> Option<(Vec<u64>, usize)> {
        match numbers.scan(text.as_bytes(), 0) {
            Stop::Bracket(at) => Some(((0..numbers.values().len()).map(|index| numbers.full(index)).collect(), at)),
            _ => None,
        }
    }

    #[test]
    fn agrees_with_the_obvious_way_on_random_lists() {
        for first_seed in 0..3000u64 {
            let mut seed = first_seed;
            let mut random = |bound: usize| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(seed >> 33).expect("31 bits") % bound
            };
            let mut text = String::new();
            // As some versions of V8 write it, as others do, and as nobody does.
            let style = [1, 4, 6][random(3)];
            let longest = [8, 9, 19][random(3)];
            for at in 0..random(160) {
                if at > 0 {
                    text += [",", ",", ",", "\n,", " , ", ",\n\t"][random(style)];
                }
                let most = if random(8) == 0 { longest } else { 1 + random(8) };
                let digits = 1 + random(most);
                text.extend((0..digits).map(|_| char::from(b"0123456789"[random(10)])));
            }
            // One in four has something wrong in it.
            if random(4) == 0 && !text.is_empty() {
                let at = random(text.len());
                text.replace_range(at..=at, [",", "x", "-", "\"", " "][random(5)]);
            }
            text += "]],\"strings\":[\"12,34,56\"]";
            assert_eq!(scanned(&text), plain(&text), "seed {first_seed}: {text}");
            let one_by_one = Numbers { runs: None, ..Numbers::default() };
            assert_eq!(scanned_by(one_by_one, &text), plain(&text), "seed {first_seed}: {text}");
        }
    }

    #[test]
    fn says_where_and_why_a_list_stops() {
        let stop = |text: &str| Numbers::default().scan(text.as_bytes(), 0);
        let long = "1,".repeat(100);
        assert_eq!(stop(&long), Stop::Text);
        assert_eq!(stop(&format!("{long}-5]")), Stop::Bad(200));
        assert_eq!(stop(&format!("{long}5 6]")), Stop::Bad(202));
        assert_eq!(stop(&format!("{long}12345678901234567890]")), Stop::Huge(200));
        assert_eq!(stop("]"), Stop::Bracket(0));
        assert_eq!(position(b"10, 20,30]", 0, 2), 7);
    }

    #[test]
    fn values_past_32_bits_are_kept_aside() {
        let (numbers, _) = scanned("4294967294,4294967295,4294967296,5368709128,1]").expect("a list");
        assert_eq!(numbers, [4_294_967_294, 4_294_967_295, 4_294_967_296, 5_368_709_128, 1]);
    }
}
