//! Apps of every family, simulated with random noise: leaks must be found, healthy apps must be left alone, at every prefix.
//!
//! An app here allocates under a load that wanders, collects whenever it has allocated enough, and holds base, what it keeps, and what
//! its requests in flight hold. `LEAKGUARD_SERIES=1000` simulates so many of each family instead of a few.
#![allow(clippy::pedantic, reason = "tests are read for what they check; their numbers are small")]

mod support;

use leakguard_core::trend::{Options, Sample, State, detect};
use support::Random;

const MB: f64 = 1e6;
const READINGS: usize = 80;

struct App {
    /// Bytes that are kept, by the share of the run that has passed.
    kept: Box<dyn Fn(f64) -> f64>,
    /// How the load differs from its usual, by the share of the run.
    load: Box<dyn Fn(f64) -> f64>,
    base: f64,
    in_flight: f64,
    noise: f64,
}

fn uniform(random: &mut Random) -> f64 {
    random.below(1 << 30) as f64 / (1 << 30) as f64
}

/// From `least` to `most`, evenly by ratio.
fn between(random: &mut Random, least: f64, most: f64) -> f64 {
    least * (most / least).powf(uniform(random))
}

fn normal(random: &mut Random) -> f64 {
    (0..12).map(|_| uniform(random)).sum::<f64>() - 6.0
}

impl App {
    fn steady(random: &mut Random) -> Self {
        let base = between(random, 8.0 * MB, 400.0 * MB);
        Self {
            kept: Box::new(|_| 0.0),
            load: Box::new(|_| 1.0),
            base,
            in_flight: base * between(random, 0.05, 0.4),
            noise: base * between(random, 0.003, 0.015),
        }
    }

    /// Readings right after mark-compacts.
    fn run(&self, random: &mut Random) -> Vec<Sample> {
        let (start, budget) = (between(random, 1.0, 1e12), between(random, 100.0, 60_000.0));
        let (mut time, mut wander) = (0.0, 0.0);
        let length = READINGS as f64 * budget;
        (0..READINGS)
            .map(|_| {
                wander = 0.93 * wander + 0.09 * normal(random);
                let part = time / length;
                let load = (self.load)(part) * f64::exp(wander).clamp(0.5, 2.0);
                time += budget / load * (1.0 + 0.02 * normal(random));
                let live = self.base + (self.kept)(part) + self.in_flight * load + self.noise * normal(random);
                Sample { heap_used: live.max(0.0).round(), ..Sample::at((start + time).round()) }
            })
            .collect()
    }
}

/// Ten times the readings, at even times, with the garbage between collections.
fn with_garbage(live: &[Sample], garbage: f64) -> Vec<Sample> {
    let start = live[0].time;
    let reading = |at: usize| Sample {
        heap_used: live[at / 10].heap_used + garbage * (at % 10) as f64 / 10.0,
        ..Sample::at(start + 1000.0 * at as f64)
    };
    (0..live.len() * 10).map(reading).collect()
}

/// Of `series` apps: how many were ever confirmed, ever suspected, and after how many readings at the median.
struct Outcome {
    confirmed: usize,
    suspected: usize,
    readings: usize,
    seeds: Vec<u64>,
}

fn outcome(series: u64, every: usize, make: impl Fn(&mut Random) -> Vec<Sample>) -> Outcome {
    let (mut firsts, mut suspected, mut seeds) = (Vec::new(), 0, Vec::new());
    for seed in 1..=series {
        let samples = make(&mut Random(seed * 7919));
        let verdicts = || (8..=samples.len()).step_by(every).map(|n| (n, detect(&samples[..n], &Options::default())));
        suspected += usize::from(verdicts().any(|(_, verdict)| verdict.state >= State::Suspicious));
        match verdicts().find(|(_, verdict)| verdict.leak) {
            Some((first, _)) => firsts.push((first, seed)),
            None => seeds.push(seed),
        }
    }
    firsts.sort_unstable();
    let accused = firsts.iter().map(|(_, seed)| *seed).collect::<Vec<_>>();
    let confirmed = firsts.len();
    let readings = firsts.get(confirmed / 2).map_or(0, |(first, _)| *first);
    Outcome { confirmed, suspected, readings, seeds: if confirmed * 2 > series as usize { seeds } else { accused } }
}

fn series() -> u64 {
    std::env::var("LEAKGUARD_SERIES").ok().and_then(|text| text.parse().ok()).unwrap_or(30)
}

/// Growth over the run: a third of the base to three times it.
fn growth(app: &App, random: &mut Random) -> f64 {
    app.base * between(random, 0.33, 3.0)
}

fn growing(shape: fn(f64) -> f64) -> impl Fn(&mut Random) -> Vec<Sample> {
    move |random| {
        let app = App::steady(random);
        let growth = growth(&app, random);
        App { kept: Box::new(move |part| growth * shape(part)), ..app }.run(random)
    }
}

fn loaded(shape: fn(f64) -> f64) -> impl Fn(&mut Random) -> Vec<Sample> {
    move |random| App { load: Box::new(shape), ..App::steady(random) }.run(random)
}

/// A bell from 0 over 1 to 0.
fn bell(part: f64) -> f64 {
    (1.0 - f64::cos(part.clamp(0.0, 1.0) * std::f64::consts::TAU)) / 2.0
}

#[test]
fn leaks_are_found() {
    let count = series();
    let check = |family: &str, least: f64, outcome: Outcome| {
        let share = outcome.confirmed as f64 / count as f64;
        println!(
            "| {family} | {:.1} % | {:.1} % | {} |",
            share * 100.0,
            100.0 * outcome.suspected as f64 / count as f64,
            outcome.readings
        );
        assert!(share >= least, "{family}: only {share} confirmed; not those of seeds {:?}", outcome.seeds);
    };
    check("linear", 0.9, outcome(count, 3, growing(|part| part)));
    check("stepwise, ten steps", 0.85, outcome(count, 3, growing(|part| (part * 10.0).floor() / 10.0)));
    check("accelerating", 0.85, outcome(count, 3, growing(|part| part.powf(1.6))));
    check(
        "linear under a rising load",
        0.85,
        outcome(count, 3, |random| {
            let app = App::steady(random);
            let growth = growth(&app, random);
            App { kept: Box::new(move |part| growth * part), load: Box::new(|part| 1.0 + part), ..app }.run(random)
        }),
    );
    check(
        "slow, under a sawtooth of garbage",
        0.9,
        outcome(count, 33, |random| {
            // Readings of a timer tell nothing of the load, so its waves stay: they must be smaller than the growth.
            let app = App::steady(random);
            let (growth, base) = (growth(&app, random), app.base);
            let live = App { kept: Box::new(move |part| growth * part), in_flight: base * 0.05, ..app }.run(random);
            with_garbage(&live, base * 3.0)
        }),
    );
    check(
        "late: nothing for long, then linear",
        0.85,
        outcome(count, 100, |random| {
            let app = App::steady(random);
            let growth = growth(&app, random);
            let (base, noise) = (app.base, app.noise);
            let mut samples = Vec::new();
            for at in 0..1200 {
                let kept = growth * (f64::from(at) - 900.0).max(0.0) / 300.0;
                samples.push(Sample {
                    heap_used: base + kept + noise * normal(random),
                    ..Sample::at(f64::from(at) * 500.0)
                });
            }
            samples
        }),
    );
}

#[test]
fn healthy_apps_are_left_alone() {
    let count = series();
    let check = |family: &str, outcome: Outcome| {
        let share = outcome.confirmed as f64 / count as f64;
        println!(
            "| {family} | {:.1} % | {:.1} % | – |",
            share * 100.0,
            100.0 * outcome.suspected as f64 / count as f64
        );
        // One in fifty, of a few: nobody is to look for the seed at which chance wins.
        assert!(share <= 0.02_f64.max(1.0 / count as f64), "{family}: {share} accused, by seeds {:?}", outcome.seeds);
    };
    check("steady", outcome(count, 3, loaded(|_| 1.0)));
    check("warm-up", outcome(count, 3, growing(|part| 1.0 - f64::exp(-part * 8.0))));
    check(
        "cache that is full after 25 readings",
        outcome(count, 3, growing(|part| (part * READINGS as f64 / 25.0).min(1.0))),
    );
    check("load that comes and goes", outcome(count, 3, loaded(|part| 1.0 + bell(part))));
    check("load that comes and stays", outcome(count, 3, loaded(|part| 1.0 + part)));
    check("load of three days", outcome(count, 3, loaded(|part| 1.0 + bell(part * 3.0 % 1.0))));
    check("load that comes and goes unseen", outcome(count, 3, growing(|part| 0.3 * bell(part * 2.5 % 1.0))));
    check("one big load", outcome(count, 3, growing(|part| f64::from(u8::from(part > 0.3 && part < 0.7)))));
    check("one step that stays", outcome(count, 3, growing(|part| f64::from(u8::from(part > 0.4)))));
    check("memory that is given back", outcome(count, 3, growing(|part| 1.0 - part)));
    check(
        "sawtooth of garbage",
        outcome(count, 33, |random| {
            let app = App::steady(random);
            let base = app.base;
            with_garbage(&app.run(random), base * 3.0)
        }),
    );
}
