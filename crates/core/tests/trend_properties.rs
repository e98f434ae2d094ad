//! What must hold for any series: oracles of ten lines, the same verdict whatever the units, and no panic.
//!
//! `LEAKGUARD_SERIES=1000000` makes so many random series instead of a few thousand.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::trend::{Kind, Options, Sample, Sensitivity, State, Verdict, detect, mann_kendall, theil_sen};
use support::Random;

fn options(text: &str) -> Options {
    serde_json::from_str(text).expect("options")
}

fn count(usual: u64) -> u64 {
    std::env::var("LEAKGUARD_SERIES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Anything a float can be, sensible values more often than others.
fn any(random: &mut Random) -> f64 {
    match random.below(12) {
        0 => f64::NAN,
        1 => [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE, -0.0][random.below(6)],
        2 => f64::from_bits(random.next()),
        3 => -(random.below(1000) as f64),
        4 => 0.0,
        5 => random.below(3) as f64,
        _ => random.below(1 << 34) as f64,
    }
}

/// A series of no sense, or of some: a walk with a trend, a saw, equal values.
fn series(random: &mut Random) -> Vec<Sample> {
    let length = [0, 1, 2, 3, 8, 9, 40, 41, 100, 300][random.below(10)];
    let (wild, drift, tooth) = (random.below(3) == 0, random.below(3) as f64 * 4e5, 1 + random.below(12));
    let (mut time, mut level) = (random.below(1 << 40) as f64, 3e7);
    let mut samples = Vec::with_capacity(length);
    for at in 0..length {
        time += if wild { any(random) } else { random.below(2000) as f64 };
        level += drift + random.below(1_000_000) as f64 - 5e5;
        let heap_used = level + (at % tooth) as f64 * 3e6;
        let mut sample = Sample { heap_used, rss: heap_used * 2.0, ..Sample::at(time) };
        if wild {
            let fields: [f64; Sample::FIELDS] = std::array::from_fn(|_| any(random));
            sample =
                Sample { time: if random.below(9) == 0 { f64::NAN } else { time }, ..Sample::from_fields(&fields) };
        }
        samples.push(sample);
    }
    samples
}

fn checked(verdict: &Verdict, seed: u64) {
    assert_eq!(verdict.leak, verdict.state == State::Confirmed, "seed {seed}");
    assert_eq!(verdict.kind.is_some(), verdict.state >= State::Suspicious, "seed {seed}");
    assert!((0.0..=1.0).contains(&verdict.confidence), "seed {seed}: {verdict:?}");
    assert!(verdict.growth_bytes.is_finite() && verdict.bytes_per_hour.is_finite(), "seed {seed}: {verdict:?}");
    assert!(verdict.reaches_limit_at.is_none_or(f64::is_finite), "seed {seed}: {verdict:?}");
    assert!(verdict.since.is_none_or(f64::is_finite) && !verdict.reason.is_empty(), "seed {seed}: {verdict:?}");
}

#[test]
fn no_series_panics() {
    let all = [Sensitivity::Low, Sensitivity::Normal, Sensitivity::High];
    for seed in 0..count(3_000) {
        let mut random = Random(seed);
        let samples = series(&mut random);
        let mut options = Options { sensitivity: all[random.below(3)], ..Options::default() };
        if random.below(4) == 0 {
            options.suspect_after = Some(random.below(4));
            options.confirm_after = Some(random.below(4));
            options.min_bytes = Some(any(&mut random));
        }
        checked(&detect(&samples, &options), seed);
    }
}

#[test]
fn theil_sen_is_the_median_of_all_slopes_and_mann_kendall_the_sum_of_all_signs() {
    for seed in 0..500 {
        let mut random = Random(seed);
        let n = random.below(30);
        let times: Vec<f64> = (0..n)
            .scan(0, |time, _| {
                *time += random.below(4);
                Some(*time as f64)
            })
            .collect();
        let values: Vec<f64> = (0..n).map(|_| random.below(20) as f64).collect();
        let (mut slopes, mut signs) = (Vec::new(), 0_i64);
        for i in 0..n {
            for j in i + 1..n {
                signs += i64::from(values[j] > values[i]) - i64::from(values[j] < values[i]);
                if times[j] > times[i] {
                    slopes.push((values[j] - values[i]) / (times[j] - times[i]));
                }
            }
        }
        slopes.sort_by(f64::total_cmp);
        let half = slopes.len() / 2;
        let slope = match slopes.len() {
            0 => 0.0,
            even if even % 2 == 0 => (slopes[half - 1] + slopes[half]) / 2.0,
            _ => slopes[half],
        };
        assert!((theil_sen(&times, &values) - slope).abs() < 1e-12, "seed {seed}");
        let n = n as f64;
        let score = (signs - signs.signum()) as f64 / (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
        assert!(signs == 0 || (mann_kendall(&values) - score).abs() < 1e-12, "seed {seed}");
    }
}

/// Bytes with noise, a trend and whole times: units can change without rounding.
fn plain(random: &mut Random) -> Vec<Sample> {
    let (drift, length) = (random.below(3) * 150_000, 20 + random.below(80));
    let mut time = 0;
    let mut sample = |at: usize| {
        time += 200 + random.below(800);
        let heap_used = (20_000_000 + at * drift + random.below(2_000_000)) as f64;
        Sample { heap_used, heap_limit: 4e9, ..Sample::at(time as f64) }
    };
    (0..length).map(&mut sample).collect()
}

#[test]
fn the_same_verdict_whatever_the_unit_of_bytes_and_the_start_of_time() {
    for seed in 0..count(2_000).min(100_000) {
        let samples = plain(&mut Random(seed));
        let verdict = detect(&samples, &Options::default());
        for unit in [0.25, 1000.0, 1024.0] {
            let scaled = |sample: &Sample| Sample {
                heap_used: sample.heap_used * unit,
                heap_limit: sample.heap_limit * unit,
                ..*sample
            };
            let options = Options { min_bytes: Some(2.0 * 1048576.0 * unit), ..Options::default() };
            let other = detect(&samples.iter().map(scaled).collect::<Vec<_>>(), &options);
            assert_eq!(
                (other.state, other.confidence),
                (verdict.state, verdict.confidence),
                "seed {seed}, unit {unit}"
            );
            assert!(
                (other.growth_bytes - verdict.growth_bytes * unit).abs() <= unit.max(1.0),
                "seed {seed}, unit {unit}"
            );
            let near = |a: Option<f64>, b: Option<f64>| a.zip(b).map_or(a == b, |(a, b)| (a - b).abs() < 1.0);
            assert!(near(other.reaches_limit_at, verdict.reaches_limit_at), "seed {seed}, unit {unit}");
        }
        for start in [1.0, 1e6, 1_700_000_000_000.0] {
            let moved = |sample: &Sample| Sample { time: sample.time + start, ..*sample };
            let other = detect(&samples.iter().map(moved).collect::<Vec<_>>(), &Options::default());
            let here = |time: Option<f64>| time.map(|time| ((time - start) * 1e-2).round());
            let there = |time: Option<f64>| time.map(|time| (time * 1e-2).round());
            assert_eq!(here(other.since), there(verdict.since), "seed {seed}, start {start}");
            assert_eq!(here(other.reaches_limit_at), there(verdict.reaches_limit_at), "seed {seed}, start {start}");
            let same = Verdict { since: verdict.since, reaches_limit_at: verdict.reaches_limit_at, ..other };
            assert_eq!(same, verdict, "seed {seed}, start {start}");
        }
    }
}

#[test]
fn the_order_of_samples_of_one_time_does_not_matter() {
    for seed in 0..500 {
        let mut random = Random(seed);
        let mut samples = plain(&mut random);
        for sample in &mut samples {
            sample.time = (sample.time / 1500.0).floor() * 1500.0;
        }
        let verdict = detect(&samples, &Options::default());
        for at in 1..samples.len() {
            if samples[at].time == samples[at - 1].time && random.below(2) == 0 {
                samples.swap(at, at - 1);
            }
        }
        assert_eq!(detect(&samples, &Options::default()), verdict, "seed {seed}");
    }
}

#[test]
fn samples_in_no_order_are_judged_in_the_order_of_time() {
    for seed in 0..200 {
        let mut random = Random(seed);
        let sorted = plain(&mut random);
        let mut shuffled = sorted.clone();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, random.below(at + 1));
        }
        assert_eq!(detect(&shuffled, &Options::default()), detect(&sorted, &Options::default()), "seed {seed}");
    }
}

#[test]
fn higher_floors_never_accuse_more() {
    for seed in 0..500 {
        let samples = plain(&mut Random(seed));
        let states =
            ["{\"minBytes\":0,\"minShare\":0}", "{}", "{\"minBytes\":8e6}", "{\"minBytes\":8e6,\"confirmScore\":9}"]
                .map(|text| detect(&samples, &options(text)).state.max(State::Watching));
        assert!(states.is_sorted_by(|less, more| less >= more), "seed {seed}: {states:?}");
    }
}

#[test]
fn what_does_not_grow_is_never_accused() {
    for seed in 0..500 {
        let mut random = Random(seed);
        let mut level = 5e8;
        let mut sample = |at: u32| {
            level -= random.below(100_000) as f64;
            Sample { heap_used: level, rss: level, external: 1e6, fds: 20.0, ..Sample::at(f64::from(at) * 1e3) }
        };
        let samples: Vec<_> = (0..120).map(&mut sample).collect();
        assert_eq!(detect(&samples, &options("{\"sensitivity\":\"high\"}")).state, State::Quiet, "seed {seed}");
    }
}

/// A line of `grown` over a hundred readings, in the field that `set` sets.
fn line(grown: f64, set: impl Fn(&mut Sample, f64)) -> Vec<Sample> {
    let reading = |at: u32| {
        let mut sample =
            Sample { heap_used: 2e7, heap_total: 3e7, external: 1e6, rss: 8e7, ..Sample::at(f64::from(at) * 1e4) };
        set(&mut sample, grown * f64::from(at) / 99.0);
        sample
    };
    (0..100).map(reading).collect()
}

#[test]
fn each_kind_is_told() {
    let kind = |samples: &[Sample]| {
        let verdict = detect(samples, &Options::default());
        (verdict.kind, verdict.resource, verdict.leak)
    };
    assert_eq!(kind(&line(0.0, |_, _| ())), (None, None, false));
    assert_eq!(kind(&line(3e7, |sample, grown| sample.heap_used += grown)), (Some(Kind::Heap), None, true));
    let outside = |sample: &mut Sample, grown: f64| (sample.external += grown, sample.rss += grown).0;
    assert_eq!(kind(&line(5e7, outside)), (Some(Kind::External), None, true));
    assert_eq!(kind(&line(9e7, |sample, grown| sample.rss += grown)), (Some(Kind::Native), None, true));
    let everything = |sample: &mut Sample, grown: f64| {
        sample.heap_used += grown;
        sample.heap_total += grown;
        sample.rss += grown;
        sample.fds = 20.0 + grown / 1e6;
    };
    assert_eq!(kind(&line(6e7, everything)), (Some(Kind::Heap), None, true), "the heap explains the rest");
    for (name, set) in [
        ("fds", (|sample, grown| sample.fds = 20.0 + grown) as fn(&mut Sample, f64)),
        ("handles", |sample, grown| sample.handles = 20.0 + grown),
        ("listeners", |sample, grown| sample.listeners = 20.0 + grown),
        ("timers", |sample, grown| sample.timers = grown.floor()),
    ] {
        assert_eq!(kind(&line(200.0, set)), (Some(Kind::Resources), Some(name), true));
    }
}

#[test]
fn a_forecast_is_right() {
    // 30 MB in 990 s, from 20 MB at the start: 80 MB more take 2,640 s from 50 MB on.
    let samples = line(3e7, |sample, grown| {
        sample.heap_used += grown;
        sample.heap_limit = 13e7;
    });
    let verdict = detect(&samples, &Options::default());
    assert!((verdict.reaches_limit_at.unwrap() - (99e4 + 264e4)).abs() < 1e3, "{verdict:?}");
    assert!((verdict.bytes_per_hour - 3e7 / 990.0 * 3600.0).abs() < 1e4, "{verdict:?}");
    assert!((verdict.growth_bytes - 3e7).abs() < 1e3, "{verdict:?}");
    assert!(verdict.since.unwrap() <= 2e4, "{verdict:?}");
}

#[test]
fn where_some_readings_follow_a_mark_compact_only_those_count_for_the_heap() {
    let mut samples = Vec::new();
    for at in 0..200 {
        let live =
            Sample { heap_used: 2e7 + f64::from(at % 3) * 1e5, mark_compact: 1.0, ..Sample::at(f64::from(at) * 1e3) };
        samples.push(live);
        samples.push(Sample {
            heap_used: 4e7 + f64::from(at) * 5e5,
            mark_compact: 0.0,
            ..Sample::at(f64::from(at) * 1e3 + 700.0)
        });
    }
    assert_eq!(detect(&samples, &Options::default()).state, State::Quiet);
}

#[test]
fn native_memory_is_a_difference_and_grows_only_where_resident_memory_does() {
    // A heap that V8 gives up piece by piece, of which little was resident; and the same with memory that an addon takes.
    let samples = |taken: f64| -> Vec<Sample> {
        let mut random = Random(7);
        let sample = |at: u32| {
            let (at, noise) = (f64::from(at), random.below(200_000) as f64);
            Sample {
                heap_used: 2e7 + noise,
                heap_total: 6e7 - 1e5 * at,
                external: 3e6,
                rss: 1.2e8 + 2e4 * at + taken * at + noise,
                mark_compact: 1.0,
                ..Sample::at(at * 1000.0)
            }
        };
        (0..300).map(sample).collect()
    };
    let shifted = detect(&samples(0.0), &Options::default());
    assert!(shifted.state < State::Suspicious, "{shifted:?}");
    let taken = detect(&samples(2e5), &Options::default());
    assert_eq!((taken.state, taken.kind), (State::Confirmed, Some(Kind::Native)), "{taken:?}");
}
