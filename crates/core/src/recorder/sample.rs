//! The numbers of one moment, as a record holds them: twelve, each with its place; NaN where a platform told nothing.

use super::layout::PAYLOAD_BYTES;
use serde::Serialize;

/// The numbers in the order of the record.
pub const FIELDS: [&str; 12] = [
    "heapUsed",
    "heapTotal",
    "heapLimit",
    "external",
    "arrayBuffers",
    "rss",
    "cgroup.current",
    "cgroup.limit",
    "fds",
    "loopDelay.max",
    "gc.count",
    "gc.time",
];

/// One moment, in the shape of the public `Sample`: what was not known is left out, never 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Wall time, ms since 1970.
    pub time: f64,
    /// Bytes of objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heap_used: Option<f64>,
    /// Bytes that V8 has reserved for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heap_total: Option<f64>,
    /// V8's own limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heap_limit: Option<f64>,
    /// Bytes outside the heap that objects hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<f64>,
    /// Of these, bytes of buffers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array_buffers: Option<f64>,
    /// Bytes of the process in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss: Option<f64>,
    /// The cgroup with the least room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<Cgroup>,
    /// Open descriptors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fds: Option<f64>,
    /// How late the event loop was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_delay: Option<LoopDelay>,
    /// Collections since the sample before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gc: Option<Gc>,
}

/// A cgroup's memory in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cgroup {
    /// What it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<f64>,
    /// What it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
}

/// Delay of the event loop in ms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoopDelay {
    /// The most since the sample before.
    pub max: f64,
}

/// Garbage collections.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gc {
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<f64>,
    /// How long they took in all, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<f64>,
}

/// The numbers as a record's payload.
pub fn payload(values: &[f64; FIELDS.len()]) -> [u8; PAYLOAD_BYTES] {
    let mut payload = [0; PAYLOAD_BYTES];
    for (place, value) in payload.as_chunks_mut::<8>().0.iter_mut().zip(values) {
        *place = value.to_le_bytes();
    }
    payload
}

impl Sample {
    pub(super) fn from_payload(time: f64, payload: &[u8; PAYLOAD_BYTES]) -> Self {
        let places = payload.as_chunks::<8>().0;
        let value =
            |index: usize| places.get(index).map(|bytes| f64::from_le_bytes(*bytes)).filter(|value| value.is_finite());
        let (current, limit, count, pauses) = (value(6), value(7), value(10), value(11));
        Self {
            time,
            heap_used: value(0),
            heap_total: value(1),
            heap_limit: value(2),
            external: value(3),
            array_buffers: value(4),
            rss: value(5),
            cgroup: (current.is_some() || limit.is_some()).then_some(Cgroup { current, limit }),
            fds: value(8),
            loop_delay: value(9).map(|max| LoopDelay { max }),
            gc: (count.is_some() || pauses.is_some()).then_some(Gc { count, time: pauses }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, Sample, payload};

    #[expect(clippy::cast_precision_loss, reason = "twelve at most")]
    fn number(index: usize) -> f64 {
        index as f64
    }

    #[test]
    fn missing_is_not_zero() {
        let mut values = [f64::NAN; FIELDS.len()];
        values[0] = 0.0;
        values[7] = 4096.0;
        let json = serde_json::to_string(&Sample::from_payload(5.0, &payload(&values))).unwrap();
        assert_eq!(json, r#"{"time":5.0,"heapUsed":0.0,"cgroup":{"limit":4096.0}}"#);
    }

    #[test]
    fn each_field_keeps_its_place() {
        let values: [f64; FIELDS.len()] = std::array::from_fn(number);
        let json = serde_json::to_value(Sample::from_payload(0.0, &payload(&values))).unwrap();
        for (index, field) in FIELDS.iter().enumerate() {
            let pointer = format!("/{}", field.replace('.', "/"));
            assert_eq!(json.pointer(&pointer).and_then(serde_json::Value::as_f64), Some(number(index)), "{field}");
        }
    }
}
