//! The mappings of a source map, kept as their text, with a mark every so many segments from which to read on.

/// A mark costs 32 bytes and saves the way from the start; so many segments of some five bytes lie between two.
const STRIDE: usize = 256;

/// What a segment says; `source` is none where the place was made by the compiler.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Segment {
    pub line: u32,
    pub column: u32,
    pub source: Option<u32>,
    pub original_line: u32,
    pub original_column: u32,
    pub name: Option<u32>,
}

/// The running values, and where in the text they are.
#[derive(Clone, Copy, Default)]
struct State {
    at: usize,
    line: u32,
    column: u32,
    source: u32,
    original_line: u32,
    original_column: u32,
    name: u32,
}

pub(super) struct Mappings {
    text: Box<str>,
    marks: Vec<State>,
}

impl Mappings {
    /// `None` where a segment cannot be read.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut state = State::default();
        let mut marks = vec![state];
        let mut count = 0;
        while let Some(segment) = next(text, &mut state) {
            segment.ok()?;
            count += 1;
            if count % STRIDE == 0 {
                marks.push(state);
            }
        }
        Some(Self { text: text.into(), marks })
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len() + self.marks.len() * size_of::<State>()
    }

    /// The last segment at or before a place, all 0-based.
    pub(super) fn find(&self, line: u32, column: u32) -> Option<Segment> {
        let mark = self.marks.partition_point(|mark| (mark.line, mark.column) <= (line, column));
        // The mark itself stands behind the segment that it tells of, which may be the one: begin a mark earlier.
        let mut state = *self.marks.get(mark.saturating_sub(2))?;
        let mut found = None;
        while let Some(segment) = next(&self.text, &mut state) {
            let segment = segment.ok()?;
            if (segment.line, segment.column) > (line, column) {
                break;
            }
            found = Some(segment);
        }
        found
    }
}

/// A segment that cannot be read.
struct Broken;

/// The next segment; `None` at the end.
fn next(text: &str, state: &mut State) -> Option<Result<Segment, Broken>> {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(state.at)? {
            b';' => {
                state.line = state.line.saturating_add(1);
                state.column = 0;
                state.at += 1;
            }
            b',' => state.at += 1,
            _ => return Some(segment(bytes, state).ok_or(Broken)),
        }
    }
}

fn segment(bytes: &[u8], state: &mut State) -> Option<Segment> {
    let mut fields = [0_i64; 5];
    let mut count = 0;
    while bytes.get(state.at).is_some_and(|byte| !matches!(byte, b',' | b';')) {
        *fields.get_mut(count)? = number(bytes, &mut state.at)?;
        count += 1;
    }
    let add = |value: &mut u32, delta: i64| {
        *value = u32::try_from(i64::from(*value).checked_add(delta)?).ok()?;
        Some(())
    };
    add(&mut state.column, fields[0])?;
    let mut segment = Segment { line: state.line, column: state.column, ..Segment::default() };
    match count {
        1 => return Some(segment),
        4 | 5 => {}
        _ => return None,
    }
    add(&mut state.source, fields[1])?;
    add(&mut state.original_line, fields[2])?;
    add(&mut state.original_column, fields[3])?;
    segment.source = Some(state.source);
    (segment.original_line, segment.original_column) = (state.original_line, state.original_column);
    if count == 5 {
        add(&mut state.name, fields[4])?;
        segment.name = Some(state.name);
    }
    Some(segment)
}

/// One number: six bits a character, the least first; the lowest bit of all is the sign.
fn number(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let (mut value, mut shift) = (0_i64, 0);
    loop {
        let digit = match bytes.get(*at)? {
            byte @ b'A'..=b'Z' => byte - b'A',
            byte @ b'a'..=b'z' => byte - b'a' + 26,
            byte @ b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        *at += 1;
        value |= i64::from(digit & 31).checked_shl(shift).filter(|_| shift < 40)?;
        shift += 5;
        if digit & 32 == 0 {
            let magnitude = value >> 1;
            return Some(if value & 1 == 0 { magnitude } else { -magnitude });
        }
    }
}
