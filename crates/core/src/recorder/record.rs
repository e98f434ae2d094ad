//! One record: 128 bytes with a checksum over all of them.

use super::checksum::checksum;
use super::kind::Kind;
use super::layout::{PAYLOAD_BYTES, RECORD_BYTES, RECORD_FIELDS, field};

/// No machine writes so many, and JavaScript counts exactly up to here.
const LAST_NUMBER: u64 = 1 << 53;

/// A record that is whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub kind: Kind,
    /// Which part of an event this is, from 0, and how many it has.
    pub part: u8,
    pub parts: u8,
    /// How many bytes of the payload are used.
    pub length: u8,
    /// From 1, without a gap over all runs.
    pub number: u64,
    /// The run that wrote it.
    pub run: u64,
    /// Wall time, ms since 1970.
    pub time: f64,
    pub payload: [u8; PAYLOAD_BYTES],
}

/// What lies in a slot.
pub enum Slot {
    /// Nothing was ever written there.
    Empty,
    /// Neither nothing nor a whole record: torn, or harmed.
    Damaged,
    Whole(Record),
}

impl Record {
    pub fn encode(&self) -> [u8; RECORD_BYTES] {
        let mut bytes = [0; RECORD_BYTES];
        bytes[4] = self.kind as u8;
        bytes[5] = self.part;
        bytes[6] = self.parts;
        bytes[7] = self.length;
        bytes[8..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.run.to_le_bytes());
        bytes[24..RECORD_FIELDS].copy_from_slice(&self.time.to_le_bytes());
        bytes[RECORD_FIELDS..].copy_from_slice(&self.payload);
        let sum = checksum(&bytes[4..]);
        bytes[..4].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8; RECORD_BYTES]) -> Slot {
        if bytes.iter().all(|&byte| byte == 0) {
            return Slot::Empty;
        }
        let (sum, rest) = bytes.split_at(4);
        if checksum(rest).to_le_bytes() != sum {
            return Slot::Damaged;
        }
        let Some(kind) = Kind::from_byte(bytes[4]) else { return Slot::Damaged };
        let record = Self {
            kind,
            part: bytes[5],
            parts: bytes[6],
            length: bytes[7],
            number: u64::from_le_bytes(field(bytes, 8)),
            run: u64::from_le_bytes(field(bytes, 16)),
            time: f64::from_le_bytes(field(bytes, 24)),
            payload: field(bytes, RECORD_FIELDS),
        };
        // A checksum can be forged.
        let sane = record.part < record.parts
            && usize::from(record.length) <= PAYLOAD_BYTES
            && (1..LAST_NUMBER).contains(&record.number)
            && record.time.is_finite();
        if sane { Slot::Whole(record) } else { Slot::Damaged }
    }
}

/// A record's bytes with the checksum that fits them: a forged one.
#[cfg(any(test, feature = "testing"))]
#[must_use]
pub fn sealed(mut bytes: [u8; RECORD_BYTES]) -> [u8; RECORD_BYTES] {
    let sum = checksum(&bytes[4..]);
    bytes[..4].copy_from_slice(&sum.to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::{PAYLOAD_BYTES, Record, Slot};
    use crate::recorder::Kind;

    #[test]
    fn a_record_survives_and_any_flipped_bit_is_seen() {
        let record = Record {
            kind: Kind::Leak,
            part: 1,
            parts: 2,
            length: 9,
            number: 77,
            run: 5,
            time: 1.5,
            payload: [3; PAYLOAD_BYTES],
        };
        let bytes = record.encode();
        assert!(matches!(Record::decode(&bytes), Slot::Whole(same) if same == record));
        for at in 0..bytes.len() * 8 {
            let mut torn = bytes;
            torn[at / 8] ^= 1 << (at % 8);
            assert!(matches!(Record::decode(&torn), Slot::Damaged), "bit {at}");
        }
        assert!(matches!(Record::decode(&[0; 128]), Slot::Empty));
    }

    #[test]
    fn a_forged_record_is_damaged() {
        let good = Record {
            kind: Kind::Sample,
            part: 0,
            parts: 1,
            length: 96,
            number: 1,
            run: 1,
            time: 0.0,
            payload: [0; 96],
        };
        for forged in [
            Record { part: 1, ..good.clone() },
            Record { length: 97, ..good.clone() },
            Record { number: 0, ..good.clone() },
            Record { number: u64::MAX, ..good.clone() },
            Record { time: f64::NAN, ..good.clone() },
            Record { time: f64::INFINITY, ..good.clone() },
        ] {
            assert!(matches!(Record::decode(&forged.encode()), Slot::Damaged), "{forged:?}");
        }
    }
}
