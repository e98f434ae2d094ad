use super::names::{is_data_like, is_script, weak_pair};
use super::{RedactOptions, Redacted, Redaction};
use crate::Error;
use serde_json::Value;
use std::io::{self, Read};

const META: &str = r#""meta":{"node_fields":["type","name","id","self_size","edge_count","detachedness"],
"node_types":[["hidden","array","string","object","code","closure","regexp","number","native","synthetic","concatenated string","sliced string","symbol","bigint","object shape"],"string","number","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],
"edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"string_or_number","node"],
"trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],
"location_fields":["object_index","script_id","line","column"]}"#;

fn document(nodes: &str, edges: &str, strings: &str) -> String {
    format!(
        "{{\"snapshot\":{{{META},\"node_count\":3,\"edge_count\":2,\"title\":\"secret title\"}},\n\"nodes\":[{nodes}],\n\"edges\":[{edges}],\n\
         \"trace_function_infos\":[7,4,5,1,2,3],\n\"trace_tree\":[1,0,1,1,[]],\n\"samples\":[],\n\"locations\":[6,1,2,3],\n\"strings\":[{strings}]}}\n"
    )
}

/// Gives what it has in pieces of so many bytes.
struct Pieces(Vec<u8>, usize, usize);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.0[self.1..];
        let count = rest.len().min(self.2).min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.1 += count;
        Ok(count)
    }
}

fn redacted(text: &str, piece: usize, options: &RedactOptions) -> Result<(String, Redaction), Error> {
    let mut reader = Redacted::new(Box::new(Pieces(text.as_bytes().to_vec(), 0, piece)), options)?;
    let mut result = String::new();
    match reader.read_to_string(&mut result) {
        Ok(_) => Ok((result, reader.redaction())),
        Err(error) => {
            let inner = error.into_inner().and_then(|inner| inner.downcast::<Error>().ok());
            Err(*inner.expect("an error of ours"))
        }
    }
}

/// Node names, then edge names, as the result has them.
fn names(result: &str) -> (Vec<String>, Vec<String>) {
    let document: Value = serde_json::from_str(result).expect("JSON");
    let numbers = |name: &str| -> Vec<usize> {
        let values = document[name].as_array().expect("an array").iter();
        values.map(|value| usize::try_from(value.as_u64().expect("a number")).expect("small")).collect()
    };
    let text = |index: usize| document["strings"][index].as_str().expect("a string").to_owned();
    let nodes = numbers("nodes").chunks(6).map(|row| text(row[1])).collect();
    let edges = numbers("edges");
    let named = |row: &[usize]| if row[0] == 1 || row[0] == 4 { row[1].to_string() } else { text(row[1]) };
    (nodes, edges.chunks(3).map(named).collect())
}

#[test]
fn values_go_and_names_stay_though_they_are_the_same_text() {
    let nodes = "9,0,1,0,2,0\n,3,1,3,32,0,0\n,2,2,5,16,0,0,6,3,7,24,0,0,10,6,9,16,0,0,4,7,11,8,0,0,2,7,13,24,0,0";
    let edges = "2,2,6\n,1,2,12";
    let strings = r#""","Session","hunter2","a+b","run","/app/a.js","(concatenated string)","/app/b.js""#;
    let text = document(nodes, edges, strings);
    let (result, counts) = redacted(&text, 1 << 20, &RedactOptions::default()).expect("well made");
    let (node_names, edge_names) = names(&result);
    assert_eq!(node_names[0..2], ["", "Session"]);
    assert!(
        node_names[2].starts_with("[redacted 4-7 ") && node_names[3].starts_with("[redacted 2-3 "),
        "{node_names:?}"
    );
    assert_eq!(node_names[4..], ["(concatenated string)", "/app/b.js", "/app/b.js"]);
    assert_eq!(edge_names, ["hunter2", "2"], "the name of a property");
    assert!(!result.contains("a+b") && !result.contains("secret title"));
    assert_eq!(result.matches("hunter2").count(), 1);
    let document: Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(document["strings"][10], "run");
    assert_eq!(document["trace_function_infos"].to_string(), "[7,10,12,1,2,3]");
    assert_eq!(document["locations"].to_string(), "[6,1,2,3]");
    assert_eq!((counts.values, counts.kept), (2, None));
}

#[test]
fn equal_values_have_equal_placeholders_under_one_key() {
    let text = document("2,1,1,16,0,0,2,2,3,16,0,0,2,1,5,16,0,0", "", r#""","one value","two value""#);
    let with = |salt: u8| {
        let options = RedactOptions { salt: [salt; 16], ..RedactOptions::default() };
        names(&redacted(&text, 100, &options).expect("well made").0).0
    };
    let (first, again, other) = (with(1), with(1), with(2));
    assert!(first[0] == first[2] && first[0] != first[1]);
    assert_eq!(first, again);
    assert!(first[0] != other[0] && first[0].len() == other[0].len());
}

#[test]
fn exported_numbers_are_one_and_the_same() {
    let text = document("2,1,1,0,0,0,2,2,3,0,0,0,2,3,5,16,0,0", "", r#""","4711","4712","4713""#);
    let (result, counts) = redacted(&text, 1 << 20, &RedactOptions::default()).expect("well made");
    let names = names(&result).0;
    assert_eq!(names[..2], ["(number)", "(number)"]);
    assert!(names[2].starts_with("[redacted 4-7 "));
    assert!(!result.contains("471"), "{result}");
    assert_eq!(counts.values, 1);
}

#[test]
fn what_was_redacted_before_keeps_the_paths_of_its_scripts() {
    // A script, a text that is its path, another text, and one that is the name of a property, too.
    let nodes = "4,1,1,16,0,0,2,1,3,16,0,0,2,2,5,16,0,0,2,3,7,16,0,0";
    let text = document(nodes, "2,3,6", r#""","/app/a.js","/etc/secret","user""#);
    let once = redacted(&text, 1 << 20, &RedactOptions::default()).expect("well made").0;
    let twice = redacted(&once, 1 << 20, &RedactOptions::default()).expect("well made").0;
    for result in [once, twice] {
        let nodes = names(&result).0;
        assert_eq!(nodes[..2], ["/app/a.js", "/app/a.js"]);
        assert!(nodes[2..].iter().all(|name| name.starts_with("[redacted ")), "{nodes:?}");
    }
}

#[test]
fn links_of_weak_maps_lose_the_names_of_keys_and_values() {
    let name = "12 / part of key (Key) -> value (@7 @31) -> value (my secret @77) pair in WeakMap (table @9)";
    let expected = "12 / part of key (- @31) -> value (- @77) pair in WeakMap (table @9)";
    assert_eq!(weak_pair(name.as_bytes()).as_deref(), Some(expected.as_bytes()));
    let text = document("9,0,1,0,1,0,3,0,3,8,0,0", "3,1,6", &format!("\"\",\"{name}\""));
    let (result, _) = redacted(&text, 1 << 20, &RedactOptions::default()).expect("well made");
    assert_eq!(names(&result).1, [expected]);
    assert!(!result.contains("my secret"));
    let forged = "12 / part of key (my secret @5) and no more";
    let text = document("9,0,1,0,1,0,3,0,3,8,0,0", "3,1,6", &format!("\"\",\"{forged}\""));
    let (result, _) = redacted(&text, 1 << 20, &RedactOptions::default()).expect("well made");
    assert!(!result.contains("my secret"));
}

#[test]
fn strictly_names_that_look_like_data_go_too_and_an_audit_tells_them() {
    let nodes = "9,0,1,0,2,0,3,1,3,8,0,0,5,4,5,8,0,0";
    let text = document(nodes, "2,2,6,2,3,12", r#""","Session","anna@example.org","user","handle","/app/a.js""#);
    let audit = RedactOptions { audit: true, ..RedactOptions::default() };
    let (result, counts) = redacted(&text, 1 << 20, &audit).expect("well made");
    assert_eq!(names(&result).1, ["anna@example.org", "user"]);
    let kept = counts.kept.expect("asked for");
    assert_eq!((kept[0].name.as_str(), kept[0].used, kept[0].data_like), ("anna@example.org", "property", true));
    assert_eq!((counts.data_like, counts.omitted), (1, Some(0)));
    let strict = RedactOptions { strict: true, audit: true, ..RedactOptions::default() };
    let (result, counts) = redacted(&text, 1 << 20, &strict).expect("well made");
    let (nodes, edges) = names(&result);
    assert!(edges[0].starts_with("[redacted 16-31 ") && edges[1] == "user", "{edges:?}");
    assert_eq!(nodes[1..], ["Session", "handle"]);
    assert_eq!((counts.data_like, counts.replaced_names), (0, 1));
    assert!(!result.contains("anna"));
}

#[test]
fn names_of_programs_are_told_from_data() {
    for name in [
        "user",
        "#private",
        "_events",
        "kMaxLength",
        "content-type",
        "x2",
        "sha256",
        "get size",
        "<symbol kHandle>",
        "(closure)",
        "Foo.bar",
        "utf8",
        "",
        "nodejs.util.inspect.custom",
        "größe",
        "system / Context",
        "Detached HTMLDivElement",
    ] {
        assert!(!is_data_like(name.as_bytes()), "{name}");
    }
    for name in [
        "anna@example.org",
        "4711",
        "192.168.0.1",
        "3f9a1c0de4b2",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "Bearer abc=",
        "two words here",
        "a\\nb",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0",
        "user:12345678",
        "x=1",
    ] {
        assert!(is_data_like(name.as_bytes()), "{name}");
    }
    assert!(is_script(b"/app/a.js") && is_script(b"node:fs") && is_script(b"C:\\\\a.js") && !is_script(b"run"));
}

#[test]
fn any_pieces_give_the_same() {
    let nodes = "9,0,1,0,1,0\n,3,1,3,32,0,0\n,2,2,5,16,0,0,2,3,7,0,0,0";
    let text = document(nodes, "2,2,6\n", r#""","Ses\"sion","hunt\\er2","47\u0031""#);
    let whole = redacted(&text, 1 << 20, &RedactOptions::default()).expect("well made");
    for piece in 1..60 {
        assert_eq!(redacted(&text, piece, &RedactOptions::default()).as_ref(), Ok(&whole), "{piece}");
    }
}

#[test]
fn what_is_no_snapshot_is_refused_with_its_place() {
    let good = document("9,0,1,0,0,0", "", "\"\"");
    assert!(redacted(&good, 1 << 20, &RedactOptions::default()).is_ok());
    for (broken, byte) in [
        ("[]".to_owned(), 0),
        (String::new(), 0),
        (good[..good.len() - 20].to_owned(), good.len() - 20),
        (good.replace("\"nodes\":[9", "\"nodes\":[-9"), good.find("[9,").expect("there") + 1),
        (good.replace("\"samples\":[]", "\"samples\":[\"text\"]"), good.find("\"samples\":[").expect("there") + 11),
        (good.replace("[6,1,2,3]", "{}"), good.find("[6,1").expect("there")),
        (format!("{good}x"), good.len()),
        (format!("{{{}", &good[good.find("\"nodes\"").expect("there")..]), 8),
    ] {
        let error = redacted(&broken, 1 << 20, &RedactOptions::default()).expect_err(&broken);
        assert_eq!(error.byte, Some(byte as u64), "{error}: {broken}");
    }
    let too_many = document("9,999999999,1,0,0,0", "", "\"\"");
    assert!(redacted(&too_many, 1 << 20, &RedactOptions::default()).is_err());
    let wide = good.replace("\"node_fields\":[", &format!("\"node_fields\":[{}", "\"more\",".repeat(40)));
    let error = redacted(&wide, 1 << 20, &RedactOptions::default()).expect_err("more fields than there are bits for");
    assert!(error.message.contains("so many fields"), "{error}");
}
