//! The twin without Node: any process has one, of which a closure asks what JavaScript asks of V8.
#![cfg(target_os = "linux")]

use leakguard_process::twin::{Failure, Intake, Job, Kind, Limits, Outcome, Settings, Sink, Start, unsupported};
use std::fs;
use std::io::Read;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

/// Answers what it reads, or does what the bytes ask for.
struct Echo;

impl Sink for Echo {
    fn consume(&self, mut source: Intake) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map_err(|error| Failure::system(Kind::Sink, "cannot read", &error))?;
        match &bytes[..] {
            b"panic" => panic!("as asked"),
            b"fail" => Err(Failure { byte: Some(4), ..Failure::new(Kind::Sink, "as asked") }),
            _ => Ok(bytes),
        }
    }

    fn stage(&self) -> &'static str {
        "echo"
    }

    fn written(&self) -> u64 {
        0
    }
}

/// There is a slot to find only where somebody calls it.
fn signal() {
    let mut condition = libc::PTHREAD_COND_INITIALIZER;
    // SAFETY: an initialised condition that nobody else knows.
    unsafe { libc::pthread_cond_signal(&raw mut condition) };
}

fn twin(mut capture: impl FnMut(&str) -> Result<(), String>) -> Outcome {
    signal();
    let limits = Limits { stall: Duration::from_millis(500), watch_memory: true, reserve: None, most: 64 << 20 };
    let job = Job::new(Settings { sink: Arc::new(Echo), nice: 5, beside: false, limits });
    // The threads of other tests are taken for V8's: they are no reason to wait.
    while job.start(true, &mut capture).unwrap() != Start::Started {
        sleep(Duration::from_millis(1));
    }
    assert_eq!(job.start(true, &mut capture).unwrap_err().kind, Kind::Internal, "a job starts once");
    loop {
        if let Some(outcome) = job.take() {
            assert!(outcome.held_ms >= outcome.fork_ms && outcome.duration_ms >= outcome.fork_ms);
            return outcome;
        }
        sleep(Duration::from_millis(1));
    }
}

fn told(text: &'static str) -> impl FnMut(&str) -> Result<(), String> {
    move |path| fs::write(path, text).map_err(|error| error.to_string())
}

fn kind(outcome: &Outcome) -> Kind {
    outcome.result.as_ref().unwrap_err().kind
}

#[test]
fn a_job_that_is_cancelled_before_it_starts_lets_go_of_its_sink() {
    let limits = Limits { stall: Duration::from_secs(1), watch_memory: false, reserve: None, most: u64::MAX };
    let sink = Arc::new(Echo);
    let job = Job::new(Settings { sink: Arc::clone(&sink) as Arc<dyn Sink>, nice: 0, beside: false, limits });
    job.cancel();
    assert_eq!(Arc::strong_count(&sink), 1, "a pipe's end would stay open");
    assert_eq!(job.start(true, &mut told("")).unwrap_err().kind, Kind::Cancelled);
}

#[test]
fn bytes_go_through_the_twin() {
    assert_eq!(unsupported(), None);
    let outcome = twin(told("hello"));
    assert_eq!(outcome.result.unwrap(), b"hello");
    assert_eq!(outcome.bytes, 5);
}

#[test]
fn the_twin_is_a_process_of_its_own() {
    let mut number = 1;
    let outcome = twin(|path| {
        number += 1;
        fs::write(path, format!("{number} {}", std::process::id())).map_err(|error| error.to_string())
    });
    let text = String::from_utf8(outcome.result.unwrap()).unwrap();
    assert!(text.starts_with("2 ") && text != format!("2 {}", std::process::id()));
    assert_eq!(number, 1, "this is the parent");
}

#[test]
fn a_twin_has_its_own_name_and_ignores_what_comes_to_the_group() {
    let outcome = twin(|path| {
        let name = fs::read_to_string("/proc/self/comm").unwrap();
        let score = fs::read_to_string("/proc/self/oom_score_adj").unwrap();
        // SAFETY: signals to this process itself.
        unsafe { libc::raise(libc::SIGTERM) };
        fs::write(path, format!("{} {}", name.trim(), score.trim())).map_err(|error| error.to_string())
    });
    assert_eq!(outcome.result.unwrap(), b"leakguard-twin 1000");
}

#[test]
fn failures_say_where() {
    let outcome = twin(told("fail"));
    assert_eq!(outcome.result.as_ref().unwrap_err().byte, Some(4));
    assert_eq!(kind(&outcome), Kind::Sink);
    assert_eq!(kind(&twin(told("panic"))), Kind::Internal);
    assert_eq!(kind(&twin(|_| Err("no".to_owned()))), Kind::Capture);
    assert_eq!(kind(&twin(|_| panic!("no"))), Kind::Internal);
}

#[test]
fn a_twin_that_crashes_or_hangs_harms_nobody() {
    let crashed = twin(|_| {
        // SAFETY: ends this process, as meant.
        unsafe { libc::raise(libc::SIGSEGV) };
        Ok(())
    });
    assert_eq!(kind(&crashed), Kind::Died);
    let greedy = twin(|_| {
        let taken = vec![1u8; 256 << 20];
        sleep(Duration::from_secs(600));
        Err(taken.len().to_string())
    });
    assert_eq!(kind(&greedy), Kind::Headroom);
    assert!(greedy.result.unwrap_err().message.contains("it may have 64 MiB (maxMemory)"));
    let hung = twin(|_| {
        sleep(Duration::from_secs(600));
        Ok(())
    });
    assert_eq!(kind(&hung), Kind::Stalled);
}
