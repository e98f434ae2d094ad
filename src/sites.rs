//! What a sampling heap profile says, in the twin that took it or at once.
#![expect(clippy::needless_pass_by_value, reason = "napi hands arguments over by value")]

use crate::call::{done, parsed};
use crate::scripts::Scripts;
use leakguard_core::sites::{Profile, SiteOptions, sites};
use leakguard_process::twin::{Failure, Intake, Kind, Sink};
use napi::Result;
use napi_derive::napi;
use std::io::Read;

/// A profile is a few MB; what is far larger is none.
const LARGEST: u64 = 512 << 20;

/// Sums a profile up at once, on the calling thread. `profile` and `options` are JSON, and so is the report.
#[napi]
#[cfg_attr(test, allow(dead_code, reason = "called from JavaScript alone"))]
pub fn allocation_sites(profile: String, options: String) -> Result<String> {
    let options: SiteOptions = parsed(&options)?;
    let report = done(|| summed(profile.as_bytes(), &options).map_err(|failure| failure.message))?;
    Ok(String::from_utf8_lossy(&report).into_owned())
}

/// A sink that sums up what the twin asked V8 for: only the report leaves.
pub struct Sites(pub SiteOptions);

impl Sink for Sites {
    fn consume(&self, source: Intake) -> std::result::Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        let read = source.take(LARGEST).read_to_end(&mut text);
        read.map_err(|error| Failure::system(Kind::Sink, "cannot read the profile", &error))?;
        summed(&text, &self.0)
    }

    fn stage(&self) -> &'static str {
        "report"
    }

    fn written(&self) -> u64 {
        0
    }
}

fn summed(profile: &[u8], options: &SiteOptions) -> std::result::Result<Vec<u8>, Failure> {
    let profile = Profile::parse(profile)?;
    Ok(serde_json::to_vec(&sites(&profile, options, &Scripts { readable: true }))?)
}
