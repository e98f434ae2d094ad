//! A sampling heap profile as a table: V8's tree of frames, each with its caller, and the samples that are alive.

use crate::{Code, Error};
use serde::Deserialize;

/// A function in a stack. Places are 0-based, -1 where there is none.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Frame {
    pub function: String,
    pub file: String,
    pub line: i64,
    pub column: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Node {
    /// The caller's index; the root's own.
    pub parent: usize,
    #[serde(flatten)]
    pub frame: Frame,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Sample {
    /// The index of the innermost frame.
    pub node: usize,
    /// Bytes that it stands for.
    pub size: f64,
    /// Its place in time.
    pub ordinal: u32,
}

/// `{ nodes: [{ parent, function, file, line, column }], samples: [{ node, size, ordinal }] }`: callers come before callees.
#[derive(Clone, Debug, Deserialize)]
pub struct Profile {
    pub(super) nodes: Vec<Node>,
    pub(super) samples: Vec<Sample>,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`Code::Parse`] where the text is none.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let broken = |message: String| Error { code: Code::Parse, message, byte: None };
        let profile: Self =
            serde_json::from_slice(text).map_err(|error| broken(format!("no sampling heap profile: {error}")))?;
        let is_tree = profile.nodes.iter().enumerate().all(|(at, node)| node.parent < at.max(1));
        let are_known = profile.samples.iter().all(|sample| sample.node < profile.nodes.len());
        if profile.nodes.is_empty() || !is_tree || !are_known {
            return Err(broken("no sampling heap profile: its frames are no tree".to_owned()));
        }
        Ok(profile)
    }

    pub(super) fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    /// A frame and its callers, without the root.
    pub(super) fn outwards(&self, leaf: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(leaf), |&at| Some(self.node(at).parent)).take_while(|&at| at != 0)
    }

    /// The innermost frame that the app wrote; else of Node, or of the folder `own`; else the innermost of all.
    pub(super) fn site(&self, leaf: usize, own: Option<&str>) -> usize {
        let file = |at: &usize| self.node(*at).frame.file.as_str();
        let is_ours = |file: &str| own.is_some_and(|own| file.starts_with(own));
        let is_script = |at: &usize| !file(at).is_empty();
        let is_apps = |at: &usize| is_script(at) && !file(at).starts_with("node:") && !is_ours(file(at));
        self.outwards(leaf).find(is_apps).or_else(|| self.outwards(leaf).find(is_script)).unwrap_or(leaf)
    }
}
