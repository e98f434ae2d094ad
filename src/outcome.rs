//! How a finished job looks from JavaScript: an answer, or a failure with its code.

use leakguard_core::{Answer, Error};
use leakguard_process::errno;
use napi_derive::napi;
use serde::Serialize;
use std::io;

/// What went wrong.
#[derive(Clone)]
#[napi(object)]
pub struct Failure {
    /// `ERR_LEAKGUARD_…`.
    pub code: String,
    /// A sentence, without the code.
    pub message: String,
    /// The byte of the (decompressed) input where it happened.
    pub byte: Option<f64>,
    /// The operating system's reason: `ENOENT`, `EISDIR`, …
    pub errno: Option<String>,
    /// What it refused: `open`, `read`, `write`.
    pub syscall: Option<String>,
}

/// What a finished job leaves: one of the two.
#[derive(Clone)]
#[napi(object)]
pub struct Outcome {
    /// The answer as JSON: the report's fields, `census`, `growth`.
    pub report: Option<String>,
    /// Why there is none.
    pub failure: Option<Failure>,
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self { report: None, failure: Some(failure) }
    }
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self::told(&answer)
    }
}

impl Outcome {
    /// An answer, as JSON.
    pub fn told(answer: &impl Serialize) -> Self {
        match serde_json::to_string(answer) {
            Ok(report) => Self { report: Some(report), failure: None },
            Err(error) => Failure::internal(&error.to_string()).into(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.code.name().to_owned(),
            message: error.message,
            byte: error.byte.map(number),
            errno: None,
            syscall: None,
        }
    }
}

impl Failure {
    /// A defect of ours.
    pub fn internal(what: &str) -> Self {
        Self {
            code: "ERR_LEAKGUARD_INTERNAL".to_owned(),
            message: format!("a defect in leakguard, please report it: {what}"),
            byte: None,
            errno: None,
            syscall: None,
        }
    }

    /// The source could not be read on.
    pub fn reading(error: &io::Error) -> Self {
        Self::io("read", format!("reading the snapshot failed: {error}"), error)
    }

    /// The target could not be written on.
    pub fn writing(error: &io::Error) -> Self {
        Self::io("write", format!("writing the snapshot failed: {error}"), error)
    }

    fn io(syscall: &str, message: String, error: &io::Error) -> Self {
        let errno = errno(error).map(str::to_owned);
        Self { code: "ERR_LEAKGUARD_IO".to_owned(), message, byte: None, errno, syscall: Some(syscall.to_owned()) }
    }

    /// The file could not be opened.
    pub fn open(error: &io::Error, path: &str) -> Self {
        Self::io("open", format!("cannot open {path}: {error}"), error)
    }
}

/// A count as JavaScript has it.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, and no file has 8 PiB")]
pub fn number(count: u64) -> f64 {
    count as f64
}
