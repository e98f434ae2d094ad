//! Another V8 than there is, for tests: symbols that are missing or say something else, another version.
//!
//! From the environment's `LEAKGUARD_WALKER_PRETEND`, `NAME=VALUE` with commas between: the symbol `NAME` says `VALUE`, and without one
//! it is missing; `version=15.1.2` is V8's version. It makes a program less able, never more: what is relied on is checked all the same.

use std::ffi::CStr;
use std::sync::OnceLock;

static PRETENDED: OnceLock<Vec<(String, String)>> = OnceLock::new();

/// What is pretended of a symbol; empty: that it is missing.
pub fn of(symbol: &CStr) -> Option<&'static str> {
    let read = || parse(&std::env::var("LEAKGUARD_WALKER_PRETEND").unwrap_or_default());
    let pretended = PRETENDED.get_or_init(read);
    pretended.iter().find(|(name, _)| name.as_bytes() == symbol.to_bytes()).map(|(_, value)| value.as_str())
}

fn parse(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_names_and_values() {
        let have = parse("version=15.1.2,v8dbg_SmiTag=,nonsense");
        assert_eq!(have, [("version".to_owned(), "15.1.2".to_owned()), ("v8dbg_SmiTag".to_owned(), String::new())]);
    }
}
