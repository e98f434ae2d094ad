use super::{Profile, SiteOptions, SiteReport, sites};
use crate::NoSources;
use serde_json::{Value, json};

/// The root, Node's own frame, the app's `main`, its `handler`, and native code that allocates in both.
fn nodes() -> Value {
    json!([
        { "parent": 0, "function": "(root)", "file": "", "line": -1, "column": -1 },
        { "parent": 0, "function": "emit", "file": "node:events", "line": 4, "column": 0 },
        { "parent": 1, "function": "main", "file": "file:///app/a%20b.mjs", "line": 9, "column": 2 },
        { "parent": 2, "function": "handler", "file": "/app/b.js", "line": 6, "column": 16 },
        { "parent": 3, "function": "repeat", "file": "", "line": -1, "column": -1 },
        { "parent": 1, "function": "repeat", "file": "", "line": -1, "column": -1 },
        { "parent": 0, "function": "(V8 API)", "file": "", "line": -1, "column": -1 },
    ])
}

fn profile(samples: &[(usize, f64, u32)]) -> Profile {
    let samples: Vec<Value> =
        samples.iter().map(|(node, size, ordinal)| json!({ "node": node, "size": size, "ordinal": ordinal })).collect();
    Profile::parse(json!({ "nodes": nodes(), "samples": samples }).to_string().as_bytes()).expect("well made")
}

fn report(samples: &[(usize, f64, u32)], marks: &[u32], top: usize) -> SiteReport {
    let options = SiteOptions {
        marks: marks.to_vec(),
        top,
        interval: 100,
        time: 5e12,
        duration_ms: 7.0,
        own: None,
        export: true,
    };
    sites(&profile(samples), &options, &NoSources)
}

fn shown(report: &SiteReport) -> Vec<String> {
    let site = |site: &super::Site| {
        format!("{} {}:{}:{} {}", site.frame.function, site.frame.file, site.frame.line, site.frame.column, site.live)
    };
    report.sites.iter().map(site).collect()
}

#[test]
fn bytes_belong_to_the_innermost_function_of_the_app() {
    let report = report(&[(3, 100.0, 1), (4, 200.0, 2), (2, 50.0, 3), (5, 20.0, 4), (6, 10.0, 5)], &[], 10);
    assert_eq!(
        shown(&report),
        ["handler /app/b.js:7:17 300", "main /app/a b.mjs:10:3 50", "emit node:events:5:1 20", "(V8 API) :0:0 10"]
    );
    assert_eq!((report.live, report.samples, report.mark, report.site_count), (380.0, 5, 5, 4));
    let stack: Vec<&str> = report.sites[0].stack.iter().map(|row| row.function.as_str()).collect();
    assert_eq!(stack, ["repeat", "handler", "main", "emit"]);
}

#[test]
fn who_asks_is_no_site() {
    let options = SiteOptions {
        marks: vec![],
        top: 1,
        interval: 100,
        time: 0.0,
        duration_ms: 0.0,
        own: Some("/app/b".to_owned()),
        export: false,
    };
    let report = sites(&profile(&[(4, 200.0, 2)]), &options, &NoSources);
    assert_eq!(shown(&report), ["main /app/a b.mjs:10:3 200"]);
    assert!(report.pprof.is_none() && report.heapprofile.is_none());
}

#[test]
fn what_survived_is_told_from_what_comes_and_goes() {
    let churn = [(2, 900.0, 41), (2, 900.0, 42)];
    let steady = [(3, 100.0, 5), (3, 100.0, 15), (3, 100.0, 25), (3, 100.0, 43)];
    let report = report(&[&churn[..], &steady[..]].concat(), &[10, 20, 30], 1);
    assert_eq!(shown(&report), ["handler /app/b.js:7:17 400"]);
    assert_eq!(report.sites[0].survived, [100.0, 200.0, 300.0]);
    assert_eq!((report.mark, report.site_count), (43, 2));
}

#[test]
fn a_mark_never_goes_back() {
    assert_eq!(report(&[(3, 1.0, 4)], &[9], 1).mark, 9);
    assert_eq!(report(&[], &[], 1).mark, 0);
}

#[test]
fn the_export_is_the_tree_that_devtools_reads() {
    let text = report(&[(4, 200.0, 2), (5, 20.0, 4)], &[], 1).heapprofile.expect("asked for");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let handler = &document["head"]["children"][0]["children"][0]["children"][0];
    assert_eq!(handler["callFrame"]["functionName"], "handler");
    assert_eq!(handler["callFrame"]["lineNumber"], 6);
    assert_eq!(handler["children"][0]["selfSize"], 200.0);
    assert_eq!(document["head"]["children"][0]["children"][1]["selfSize"], 20.0);
    assert_eq!(document["head"]["children"][1]["callFrame"]["functionName"], "(V8 API)");
    assert_eq!(document["samples"][0], json!({ "size": 200.0, "nodeId": 5, "ordinal": 2 }));
}

#[test]
fn what_is_no_profile_is_refused() {
    for text in ["", "{}", r#"{"nodes":[],"samples":[]}"#] {
        assert!(Profile::parse(text.as_bytes()).is_err(), "{text}");
    }
    let node = |parent: usize| json!({ "parent": parent, "function": "", "file": "", "line": 0, "column": 0 });
    for (nodes, sample) in [(json!([node(0), node(1)]), 0), (json!([node(0)]), 1)] {
        let text = json!({ "nodes": nodes, "samples": [{ "node": sample, "size": 1, "ordinal": 1 }] }).to_string();
        assert!(Profile::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_stack_of_a_hundred_thousand_frames_is_read_and_written() {
    let node = |at: usize| json!({ "parent": at.saturating_sub(1), "function": "f", "file": "/a.js", "line": 0, "column": at });
    let nodes: Vec<Value> = (0..100_000).map(node).collect();
    let text = json!({ "nodes": nodes, "samples": [{ "node": 99_999, "size": 8, "ordinal": 1 }] }).to_string();
    let profile = Profile::parse(text.as_bytes()).expect("well made");
    let options =
        SiteOptions { marks: vec![], top: 1, interval: 1, time: 0.0, duration_ms: 0.0, own: None, export: true };
    let report = sites(&profile, &options, &NoSources);
    assert!(report.heapprofile.is_some_and(|text| text.matches("callFrame").count() == 100_000));
}
