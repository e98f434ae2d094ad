//! Any bytes: they are refused with a code and a place, or passed on, in any pieces the same; and a text that only values use never is.
#![no_main]

use leakguard_core::redact::{RedactOptions, Redacted};
use leakguard_core::{Code, Error};
use libfuzzer_sys::fuzz_target;
use std::io::Read;

const SECRET: &str = "planted-7f3a";
/// One string node of that text; `@` is what the fuzzer makes.
const PLANTED: &str = concat!(
    r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["string","object"]],"#,
    r#""edge_fields":["type","name_or_index","to_node"],"edge_types":[["property","element"]]}},"#,
    r#""nodes":[0,3,1,16,0@],"edges":[],"strings":["","","","planted-7f3a"]}"#
);

/// Gives what it has in pieces of so many bytes.
struct Pieces(Vec<u8>, usize, usize);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.0[self.1..];
        let count = rest.len().min(self.2).min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.1 += count;
        Ok(count)
    }
}

fn redacted(text: &[u8], piece: usize) -> Result<Vec<u8>, Error> {
    let options = RedactOptions { salt: [7; 16], strict: false, audit: true };
    let mut reader = Redacted::new(Box::new(Pieces(text.to_vec(), 0, piece)), &options)?;
    let mut result = Vec::new();
    match reader.read_to_end(&mut result) {
        Ok(_) => Ok(result),
        Err(error) => Err(*error.into_inner().expect("ours").downcast::<Error>().expect("ours")),
    }
}

fuzz_target!(|input: &[u8]| {
    // A snapshot of one string node, whose text is planted, with the input for what stands between.
    let rest = String::from_utf8_lossy(input);
    let planted = rest.strip_prefix('p').map(|rest| PLANTED.replace("@", rest));
    let text = planted.as_deref().unwrap_or(&rest);
    let whole = redacted(text.as_bytes(), 1 << 16);
    let pieces = redacted(text.as_bytes(), 3);
    // Compressed input is told by its first bytes, and may be damaged anywhere.
    if input.starts_with(&[0x1f, 0x8b]) || input.starts_with(&[0x28, 0xb5]) {
        return;
    }
    assert_eq!(whole, pieces);
    match whole {
        // The input may make a name of it, by an edge; a document that has it twice has it of itself.
        Ok(result) => assert!(
            planted.is_none() || rest.contains(['"', '3']) || !String::from_utf8_lossy(&result).contains(SECRET),
            "a value stayed"
        ),
        Err(error) => {
            assert!(error.code == Code::Parse, "{error}");
            assert!(error.byte.is_some(), "no place: {error}");
        }
    }
});
