//! Sizes that reader and writer agree on; a change of any of them is a new [`VERSION`].

/// The first bytes of every recorder file.
pub const MAGIC: [u8; 8] = *b"LGFLIGHT";
/// The only version that there is.
pub const VERSION: u16 = 1;
/// Written little-endian; a machine that wrote it otherwise is told by its bytes.
pub const ORDER: u16 = 0x0102;
/// The header has a page for itself: a write of one page is not torn by a kill.
pub const HEADER_BYTES: usize = 4096;
/// What the header holds besides its meta data.
pub const HEADER_FIELDS: usize = 48;
/// The most bytes of meta data, JSON, in a header.
pub const META_BYTES: usize = HEADER_BYTES - HEADER_FIELDS;
/// Two cache lines.
pub const RECORD_BYTES: usize = 128;
/// What a record holds besides its payload.
pub const RECORD_FIELDS: usize = 32;
/// Bytes of a record's payload.
pub const PAYLOAD_BYTES: usize = RECORD_BYTES - RECORD_FIELDS;

/// How many slots a file of so many bytes has.
pub fn slots_in(bytes: u64) -> u64 {
    bytes.saturating_sub(HEADER_BYTES as u64) / RECORD_BYTES as u64
}

/// The bytes of a file with so many slots.
pub fn file_bytes(slots: u64) -> u64 {
    slots.saturating_mul(RECORD_BYTES as u64).saturating_add(HEADER_BYTES as u64)
}

/// `N` bytes at `at` of a header or record, whose sizes are fixed.
pub fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}
