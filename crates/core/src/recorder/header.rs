//! The header page: what the file is, and who writes it now.

use super::checksum::checksum;
use super::layout::{HEADER_BYTES, HEADER_FIELDS, MAGIC, META_BYTES, ORDER, RECORD_BYTES, VERSION, field};
use crate::Error;
use serde_json::{Map, Value};

/// Where the checksum lies; over itself it counts as zero.
const SUM: std::ops::Range<usize> = 24..28;

#[expect(clippy::cast_possible_truncation, reason = "128")]
const RECORD_SIZE: [u8; 4] = (RECORD_BYTES as u32).to_le_bytes();

/// What a header says.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// How many records the ring has room for.
    pub slots: u64,
    /// The run that wrote it.
    pub run: u64,
    /// When that run began: wall time, ms since 1970.
    pub started: f64,
    /// Of that run: process, Node, script, host; JSON.
    pub meta: String,
}

/// A run's number: when it began and by whom, so that two files can be read together.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ms up to the year 10,000, checked")]
pub fn run_id(started: f64, pid: u32) -> u64 {
    let ms = if (0.0..2f64.powi(48)).contains(&started) { started as u64 } else { 0 };
    ms << 16 | u64::from(pid) & 0xffff
}

impl Header {
    /// The whole page. Meta data that do not fit are left out.
    pub fn encode(&self) -> Box<[u8; HEADER_BYTES]> {
        let meta = if self.meta.len() <= META_BYTES { self.meta.as_bytes() } else { b"{}" };
        let mut bytes = Box::new([0; HEADER_BYTES]);
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&ORDER.to_le_bytes());
        bytes[10..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&RECORD_SIZE);
        bytes[16..24].copy_from_slice(&self.slots.to_le_bytes());
        bytes[28..32].copy_from_slice(&u32::try_from(meta.len()).unwrap_or_default().to_le_bytes());
        bytes[32..40].copy_from_slice(&self.run.to_le_bytes());
        bytes[40..HEADER_FIELDS].copy_from_slice(&self.started.to_le_bytes());
        bytes[HEADER_FIELDS..HEADER_FIELDS + meta.len()].copy_from_slice(meta);
        let sum = checksum(&*bytes);
        bytes[SUM].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Whether these bytes begin a recorder file, of whatever version.
    pub fn is_there(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// The process that wrote it.
    pub fn pid(&self) -> Option<u64> {
        serde_json::from_str::<Map<String, Value>>(&self.meta).ok()?.get("pid")?.as_u64()
    }

    /// Reads a header. `Ok(None)`: it is one of this version, and harmed, or somebody emptied the file.
    ///
    /// # Errors
    /// [`Code::Parse`](crate::Code::Parse) where it is no recorder file, or of another version or byte order.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, Error> {
        if bytes.first_chunk::<HEADER_BYTES>().is_some_and(|page| page.iter().all(|&byte| byte == 0)) {
            return Ok(None);
        }
        if !Self::is_there(bytes) {
            return Err(Error::parse("this is no file of leakguard's flight recorder", 0));
        }
        let order: [u8; 2] = field(bytes, 8);
        if order == ORDER.to_be_bytes() {
            return Err(Error::parse("the file was written in another byte order", 8));
        }
        let version = u16::from_le_bytes(field(bytes, 10));
        if order == ORDER.to_le_bytes() && version != VERSION {
            let what =
                format!("the file has version {version} of the format, and this leakguard reads version {VERSION}");
            return Err(Error::parse(what, 10));
        }
        let Some(page) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(Error::parse("the file ends within its header", bytes.len() as u64));
        };
        Ok(Self::checked(page))
    }

    fn checked(page: &[u8; HEADER_BYTES]) -> Option<Self> {
        let mut unsummed = *page;
        unsummed[SUM].fill(0);
        let length = usize::try_from(u32::from_le_bytes(field(page, 28))).ok()?;
        let slots = u64::from_le_bytes(field(page, 16));
        let sane = checksum(&unsummed).to_le_bytes() == page[SUM] && field(page, 12) == RECORD_SIZE && slots > 0;
        let meta = page.get(HEADER_FIELDS..HEADER_FIELDS.checked_add(length)?)?;
        sane.then(|| Self {
            slots,
            run: u64::from_le_bytes(field(page, 32)),
            started: f64::from_le_bytes(field(page, 40)),
            meta: String::from_utf8_lossy(meta).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, run_id};

    #[test]
    fn a_header_survives_and_harm_is_seen() {
        let header = Header { slots: 8, run: run_id(1e12, 70_000), started: 1e12, meta: r#"{"pid":7}"#.to_owned() };
        let page = header.encode();
        assert_eq!(Header::decode(&*page).unwrap(), Some(header));
        for at in [12, 16, 24, 30, 50, 4095] {
            let mut harmed = page.clone();
            harmed[at] ^= 1;
            assert_eq!(Header::decode(&*harmed).unwrap(), None, "byte {at}");
        }
    }

    #[test]
    fn other_files_are_refused_in_words() {
        let page = Header { slots: 8, run: 1, started: 0.0, meta: String::new() }.encode();
        let refused = |bytes: &[u8], word: &str| {
            let error = Header::decode(bytes).unwrap_err();
            assert!(error.message.contains(word), "{error}");
        };
        refused(b"", "no file");
        refused(b"{\"snapshot\"", "no file");
        refused(&page[..100], "ends within");
        let changed = |at: usize, bytes: [u8; 2]| {
            let mut page = page.clone();
            page[at..at + 2].copy_from_slice(&bytes);
            page
        };
        refused(&*changed(10, [2, 0]), "version 2");
        refused(&*changed(8, [1, 2]), "byte order");
    }

    #[test]
    fn run_ids_are_ordered_by_time() {
        assert!(run_id(1000.0, 65_535) < run_id(1001.0, 1));
        assert_eq!(run_id(f64::NAN, 3), 3);
        assert_eq!(run_id(-5.0, 3), 3);
    }
}
