//! The profile as DevTools writes and opens it: a tree of frames with what each holds itself, and the samples.

use super::{Frames, Profile};
use serde_json::json;
use std::fmt::Write;

/// JSON text. The tree is as deep as stacks are, so it is written without recursion.
pub(super) fn heapprofile(profile: &Profile, frames: &Frames) -> String {
    let mut children = vec![Vec::new(); profile.nodes.len()];
    for (at, node) in profile.nodes.iter().enumerate().skip(1) {
        children[node.parent].push(at);
    }
    let mut sizes = vec![0.0; profile.nodes.len()];
    for sample in &profile.samples {
        sizes[sample.node] += sample.size;
    }
    let mut text = String::from("{\"head\":");
    // A frame to begin, or the end of one.
    let mut open = vec![Some(0)];
    while let Some(step) = open.pop() {
        let Some(at) = step else {
            text.push_str("]}");
            continue;
        };
        let row = frames.row(&profile.node(at).frame);
        let frame = json!({
            "functionName": row.function,
            "scriptId": "0",
            "url": row.file,
            "lineNumber": i64::from(row.line) - 1,
            "columnNumber": i64::from(row.column) - 1,
        });
        if !text.ends_with(['[', ':']) {
            text.push(',');
        }
        let (size, id) = (sizes[at], at + 1);
        // Into memory: nothing can fail.
        let _ = write!(text, "{{\"callFrame\":{frame},\"selfSize\":{size},\"id\":{id},\"children\":[");
        open.push(None);
        open.extend(children[at].iter().rev().map(|&child| Some(child)));
    }
    let sample = |sample: &super::profile::Sample| {
        json!({ "size": sample.size, "nodeId": sample.node + 1, "ordinal": sample.ordinal }).to_string()
    };
    let samples: Vec<String> = profile.samples.iter().map(sample).collect();
    let _ = write!(text, ",\"samples\":[{}]}}", samples.join(","));
    text
}
