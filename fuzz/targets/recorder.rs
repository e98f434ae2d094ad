//! Flight recorder files: written as a writer writes them, then cut, harmed and forged, and read. Whatever is left whole is
//! read, nothing panics, and without harm all comes back.
#![no_main]

use arbitrary::Arbitrary;
use leakguard_core::recorder::{
    FIELDS, HEADER_BYTES, Header, Kind, RECORD_BYTES, Ring, file_bytes, read, run_id, sealed,
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input {
    Raw { file: Vec<u8>, earlier: Option<Vec<u8>>, running: bool },
    Written { slots: u8, steps: Vec<Step>, harm: Vec<Harm>, cut: Option<u16>, split: bool, running: bool },
}

#[derive(Arbitrary, Debug)]
enum Step {
    Sample { time: f64, values: [f64; 3] },
    Event { name: u8, time: f64, text: String, figures: String },
    Again { started: f64, pid: u32, meta: String },
}

#[derive(Arbitrary, Debug)]
struct Harm {
    at: u16,
    byte: u8,
    /// Give the record a checksum that fits.
    seal: bool,
}

const NAMES: [&str; 8] = ["start", "stop", "exit", "leak", "suspicion", "pressure", "recovered", "note"];

fuzz_target!(|input: Input| match input {
    Input::Raw { file, earlier, running } => {
        let _ = read(&file, earlier.as_deref(), running);
        let mut named = Header { slots: 9, run: 1, started: 0.0, meta: String::new() }.encode().to_vec();
        named.extend(file);
        let _ = read(&named, earlier.as_deref(), running);
    }
    Input::Written { slots, steps, harm, cut, split, running } => written(slots, &steps, &harm, cut, split, running),
});

fn written(slots: u8, steps: &[Step], harm: &[Harm], cut: Option<u16>, split: bool, running: bool) {
    let slots = u64::from(slots % 40) + 1;
    let mut file = vec![0; file_bytes(slots) as usize];
    let mut ring = Ring::new(slots, 0, 1);
    let head = |file: &mut Vec<u8>, started: f64, run: u64, meta: String| {
        file[..HEADER_BYTES].copy_from_slice(&*Header { slots, run, started, meta }.encode());
    };
    head(&mut file, 0.0, 0, String::new());
    let (mut count, mut odd) = (0, false);
    for step in steps {
        let placed = match step {
            Step::Sample { time, values } => {
                let mut all = [f64::NAN; FIELDS.len()];
                all[..3].copy_from_slice(values);
                odd |= !time.is_finite();
                vec![ring.sample(*time, &all)]
            }
            Step::Event { name, time, text, figures } => {
                odd |= !time.is_finite();
                let kind = Kind::event(NAMES[usize::from(name % 8)]).expect("a known name");
                let bytes = Ring::event_bytes(text, figures);
                let placed = ring.event(kind, *time, &bytes);
                assert_eq!(placed.len(), Ring::event_records(&bytes));
                placed
            }
            Step::Again { started, pid, meta } => {
                let run = run_id(*started, *pid);
                ring = Ring::after(&file, slots, run);
                head(&mut file, *started, run, meta.clone());
                continue;
            }
        };
        for one in placed {
            let at = one.offset as usize;
            file[at..at + RECORD_BYTES].copy_from_slice(&one.bytes);
            count += 1;
        }
    }
    for Harm { at, byte, seal } in harm {
        let at = usize::from(*at) % file.len();
        file[at] = *byte;
        if *seal && at >= HEADER_BYTES {
            let from = at - (at - HEADER_BYTES) % RECORD_BYTES;
            let record = sealed(file[from..from + RECORD_BYTES].try_into().expect("a record"));
            file[from..from + RECORD_BYTES].copy_from_slice(&record);
        }
    }
    let length = cut.map_or(file.len(), |cut| usize::from(cut) % file.len());
    let earlier = split.then(|| file.clone());
    let Ok(recording) = read(&file[..length], earlier.as_deref(), running) else { return };
    serde_json::to_string(&recording).expect("it can be written");
    if harm.is_empty() && cut.is_none() && !split && !odd {
        let records: u64 = recording.runs.iter().map(|run| run.records).sum();
        assert_eq!((records, recording.damaged), (slots.min(count), 0));
    }
}
