//! The recorder's ring against a plain list of what was written: wraps, runs, harm of every kind.
#![expect(clippy::cast_precision_loss, reason = "small numbers")]

use leakguard_core::recorder::{
    Entry, FIELDS, HEADER_BYTES, Header, How, Kind, RECORD_BYTES, Recording, Ring, file_bytes, read, run_id,
};

/// A file in memory, as a writer leaves it.
struct File {
    bytes: Vec<u8>,
    ring: Ring,
}

impl File {
    fn new(slots: u64, started: f64) -> Self {
        let size = usize::try_from(file_bytes(slots)).expect("small");
        let mut file = Self { bytes: vec![0; size], ring: Ring::new(slots, run_id(started, 1), 1) };
        file.head(started);
        file
    }

    fn head(&mut self, started: f64) {
        let slots = self.ring.slots();
        let header = Header { slots, run: run_id(started, 1), started, meta: format!(r#"{{"pid":{started}}}"#) };
        self.bytes[..HEADER_BYTES].copy_from_slice(&*header.encode());
    }

    /// Another process goes on with it.
    fn again(&mut self, started: f64) {
        self.ring = Ring::after(&self.bytes, self.ring.slots(), run_id(started, 1));
        self.head(started);
    }

    fn sample(&mut self, time: f64) {
        let mut values = [f64::NAN; FIELDS.len()];
        values[0] = time;
        let placed = self.ring.sample(time, &values);
        self.put(placed.offset, &placed.bytes);
    }

    fn event(&mut self, kind: Kind, time: f64, text: &str, figures: &str) {
        for placed in self.ring.event(kind, time, &Ring::event_bytes(text, figures)) {
            self.put(placed.offset, &placed.bytes);
        }
    }

    fn put(&mut self, offset: u64, bytes: &[u8]) {
        let at = usize::try_from(offset).expect("small");
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn read(&self) -> Recording {
        read(&self.bytes, None, false).expect("a good file")
    }
}

fn times(recording: &Recording) -> Vec<f64> {
    recording.runs.iter().flat_map(|run| run.samples.iter().map(|sample| sample.time)).collect()
}

#[test]
fn the_ring_holds_the_last_records_however_many_were_written() {
    for written in [0u8, 1, 15, 16, 17, 31, 32, 33, 100] {
        let mut file = File::new(16, 1000.0);
        for time in 1..=written {
            file.sample(f64::from(time));
        }
        let expected: Vec<f64> = (1..=written).map(f64::from).skip(usize::from(written).saturating_sub(16)).collect();
        let recording = file.read();
        assert_eq!(times(&recording), expected, "{written} written");
        assert_eq!((recording.damaged, recording.notes.len()), (0, 0));
        assert_eq!(recording.subject.is_some(), written > 0);
    }
}

#[test]
fn events_of_any_length_come_back_or_are_cut() {
    for length in [0, 1, 93, 94, 95, 500, 1400, 1533, 1534, 1535, 5000] {
        for word in ["x", "é", "😀"] {
            let text = word.repeat(length / word.len());
            let mut file = File::new(64, 1000.0);
            file.sample(1.0);
            file.event(Kind::Leak, 2.0, &text, r#"{"rate":5}"#);
            file.sample(3.0);
            let run = file.read().runs.remove(0);
            let event = &run.events[0];
            assert_eq!((event.kind, event.time, event.figures["rate"].as_u64()), (Kind::Leak, 2.0, Some(5)));
            if text.len() <= 1524 {
                assert_eq!(event.text, text);
            } else {
                let kept = event.text.strip_suffix('…').expect("a mark of the cut");
                assert!(text.starts_with(kept) && kept.len() > 1500, "{length} {word}");
            }
            assert!(matches!(run.last, Some(Entry::Sample(_))));
        }
    }
}

#[test]
fn figures_that_are_no_object_or_too_long_cost_only_themselves() {
    let mut file = File::new(64, 1000.0);
    file.event(Kind::Note, 1.0, "a", "[1]");
    file.event(Kind::Note, 1.0, "b", &format!("{{\"a\":\"{}\"}}", "x".repeat(2000)));
    file.event(Kind::Note, 1.0, "c", &"[".repeat(1400));
    let texts: Vec<(String, usize)> =
        file.read().runs[0].events.iter().map(|event| (event.text.clone(), event.figures.len())).collect();
    assert_eq!(texts, [("a".to_owned(), 0), ("b".to_owned(), 0), ("c".to_owned(), 0)]);
}

#[test]
fn an_event_that_the_ring_ran_over_is_gone_and_its_rest_is_no_other() {
    let mut file = File::new(16, 1000.0);
    file.event(Kind::Leak, 1.0, &"a".repeat(500), "{}");
    let parts = Ring::event_records(&Ring::event_bytes(&"a".repeat(500), "{}"));
    for time in 0..=(16 - parts) {
        file.sample(time as f64);
    }
    let run = &file.read().runs[0];
    assert_eq!((run.events.len(), run.samples.len(), run.whole), (0, 17 - parts, false));
    assert_eq!(run.process["pid"].as_f64(), Some(1000.0), "from the header");
}

#[test]
fn an_event_with_a_harmed_part_is_read_as_far_as_it_goes() {
    let mut file = File::new(16, 1000.0);
    file.event(Kind::Leak, 1.0, &"a".repeat(300), "{}");
    file.bytes[HEADER_BYTES + 2 * RECORD_BYTES + 50] ^= 1;
    let recording = file.read();
    assert_eq!(recording.damaged, 1);
    assert_eq!(recording.runs[0].events[0].text, format!("{}…", "a".repeat(2 * 96 - 4)));
}

#[test]
fn runs_follow_one_another_and_the_last_death_is_the_subject() {
    let mut file = File::new(64, 1000.0);
    file.event(Kind::Start, 1.0, "", r#"{"pid":7}"#);
    file.sample(2.0);
    file.event(Kind::Stop, 3.0, "", "{}");
    file.again(2000.0);
    file.event(Kind::Start, 4.0, "", r#"{"pid":8}"#);
    file.sample(5.0);
    file.again(3000.0);
    file.sample(6.0);
    let recording = read(&file.bytes, None, true).expect("a good file");
    let told: Vec<_> = recording
        .runs
        .iter()
        .map(|run| {
            (run.start, run.process["pid"].as_f64().unwrap_or_default(), run.whole, run.ending.how, run.ending.time)
        })
        .collect();
    assert_eq!(
        told,
        [
            (1000.0, 7.0, true, How::Stopped, 3.0),
            (2000.0, 8.0, true, How::Cut, 5.0),
            (3000.0, 3000.0, false, How::Running, 6.0)
        ]
    );
    assert_eq!(recording.subject, Some(1));
    assert_eq!(file.read().subject, Some(2), "where nobody writes, the last one ended too");
}

#[test]
fn a_ring_says_before_it_runs_over_another_run() {
    let mut file = File::new(16, 1000.0);
    for time in 0..40 {
        assert!(!file.ring.would_lose(1), "its own records may go");
        file.sample(f64::from(time));
    }
    file.again(2000.0);
    assert!(file.ring.would_lose(1), "the ring is full of another run");
    let mut renewed = File { bytes: File::new(16, 2000.0).bytes, ring: file.ring.renewed() };
    for time in 0..40 {
        assert!(!renewed.ring.would_lose(3));
        renewed.sample(f64::from(time));
    }
    let mut short = File::new(16, 1000.0);
    (0..4).for_each(|time| short.sample(f64::from(time)));
    short.again(2000.0);
    for left in (0..12).rev() {
        assert!(!short.ring.would_lose(1));
        assert_eq!(short.ring.would_lose(3), left < 2, "{left} left");
        short.sample(0.0);
    }
    assert!(short.ring.would_lose(1));
}

#[test]
fn a_run_goes_on_over_the_file_that_was_put_aside() {
    let mut old = File::new(16, 1000.0);
    (0..4).for_each(|time| old.sample(f64::from(time)));
    old.again(2000.0);
    (4..16).for_each(|time| old.sample(f64::from(time)));
    assert!(old.ring.would_lose(1));
    let mut new = File::new(16, 2000.0);
    new.ring = old.ring.renewed();
    (16..20).for_each(|time| new.sample(f64::from(time)));
    let recording = read(&new.bytes, Some(&old.bytes), false).expect("two good files");
    assert_eq!(recording.runs.iter().map(|run| run.records).collect::<Vec<_>>(), [4, 16]);
    assert_eq!(times(&recording), (0..20).map(f64::from).collect::<Vec<_>>());
    let lone = read(&new.bytes, Some(b"rubbish"), false).expect("the newer file is good");
    assert_eq!((lone.runs.len(), lone.notes.len()), (1, 1));
}

#[test]
fn a_file_cut_short_anywhere_is_refused_or_read() {
    let mut file = File::new(16, 1000.0);
    (0..16).for_each(|time| file.sample(f64::from(time)));
    for length in 0..file.bytes.len() {
        match read(&file.bytes[..length], None, false) {
            Err(error) => assert!(length < HEADER_BYTES && error.byte.is_some(), "{length}: {error}"),
            Ok(recording) => {
                assert_eq!(times(&recording).len(), (length - HEADER_BYTES) / RECORD_BYTES);
                assert!(recording.notes[0].contains("cut short"), "{:?}", recording.notes);
            }
        }
    }
}

#[test]
fn harm_costs_the_records_it_hits_and_no_others() {
    let mut whole = File::new(64, 1000.0);
    (0..64).for_each(|time| whole.sample(f64::from(time)));
    for seed in 1..2000u64 {
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).expect("small")
        };
        let mut bytes = whole.bytes.clone();
        let mut hit = std::collections::BTreeSet::new();
        for _ in 0..=next(5) {
            let at = HEADER_BYTES + next(64 * RECORD_BYTES);
            bytes[at] ^= u8::try_from(1 + next(255)).expect("a byte");
            hit.insert((at - HEADER_BYTES) / RECORD_BYTES);
        }
        let recording = read(&bytes, None, false).expect("the header is good");
        let expected: Vec<f64> = (0..64).filter(|slot| !hit.contains(slot)).map(|slot| slot as f64).collect();
        // Two flips of one byte can undo each other.
        assert!(recording.damaged <= hit.len() as u64, "seed {seed}");
        assert!(times(&recording).len() >= expected.len(), "seed {seed}");
        assert_eq!(times(&recording).len() + usize::try_from(recording.damaged).expect("small"), 64, "seed {seed}");
    }
}

#[test]
fn a_record_in_another_slot_is_damaged() {
    let mut file = File::new(16, 1000.0);
    (0..4).for_each(|time| file.sample(f64::from(time)));
    let copy = file.bytes[HEADER_BYTES..HEADER_BYTES + RECORD_BYTES].to_vec();
    file.put((HEADER_BYTES + 9 * RECORD_BYTES) as u64, &copy);
    assert_eq!((file.read().damaged, times(&file.read()).len()), (1, 4));
}

#[test]
fn a_damaged_header_leaves_the_records() {
    let mut file = File::new(16, 1000.0);
    (0..20).for_each(|time| file.sample(f64::from(time)));
    file.bytes[100] ^= 1;
    let recording = file.read();
    assert_eq!((times(&recording).len(), recording.notes.as_slice()), (16, &["the header is damaged".to_owned()][..]));
}
