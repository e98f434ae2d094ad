//! The addresses in source maps: URLs relative to a file, which are paths again in the end.

use crate::analysis::{plain_path, unescaped};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Padding is often left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The text of a `data:` URL without its scheme: JSON, in base64 or with URL escapes.
pub(super) fn data(rest: &str) -> Option<String> {
    let (about, data) = rest.split_once(',')?;
    let mut parts = about.split(';');
    if parts.next()? != "application/json" {
        return None;
    }
    if parts.next_back() == Some("base64") {
        return String::from_utf8(BASE64.decode(data).ok()?).ok();
    }
    unescaped(data)
}

/// What `url` means in the file at `base`: a path where it is one, else the URL itself.
pub(super) fn joined(base: &str, url: &str) -> String {
    if let Some(path) = url.strip_prefix("file://") {
        return plain_path(&format!("file://{path}")).into_owned();
    }
    if has_scheme(url) {
        return url.to_owned();
    }
    let Some(relative) = unescaped(url) else { return url.to_owned() };
    // A path of Windows keeps its drive and its separators.
    let windows = has_drive(base) && base.contains('\\');
    if windows && has_drive(&relative) {
        return relative.replace('/', "\\");
    }
    let (drive, base) = if windows { base.split_at(2) } else { ("", base) };
    let base = base.replace(if windows { '\\' } else { '/' }, "/");
    let folder = if relative.starts_with('/') { "" } else { base.rfind('/').map_or("", |at| &base[..at]) };
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(relative.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    let root = if base.starts_with('/') || relative.starts_with('/') { "/" } else { "" };
    let path = format!("{root}{}", steps.join("/"));
    if windows { format!("{drive}{}", path.replace('/', "\\")) } else { path }
}

/// `C:`, and what follows.
fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic())
}

/// `webpack://…`, `https://…`: not a path, and not a Windows drive either.
fn has_scheme(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::{data, joined};

    #[test]
    fn addresses_are_joined_as_urls_are() {
        for (base, url, whole) in [
            ("/app/dist/a.js", "a.js.map", "/app/dist/a.js.map"),
            ("/app/dist/a.js", "./maps/a%20b.map", "/app/dist/maps/a b.map"),
            ("/app/dist/a.js.map", "../src/a.ts", "/app/src/a.ts"),
            ("/a.js", "../../../x.ts", "/x.ts"),
            ("/app/a.js", "/srv/x.ts", "/srv/x.ts"),
            ("/app/a.js", "file:///srv/x%20y.ts", "/srv/x y.ts"),
            ("/app/a.js", "webpack://app/./src/x.ts", "webpack://app/./src/x.ts"),
            ("C:\\app\\dist\\a.js", "../src/a.ts", "C:\\app\\src\\a.ts"),
            ("C:\\app\\dist\\a.js", "/src/a.ts", "C:\\src\\a.ts"),
            ("C:\\app\\dist\\a.js", "D:/src/a.ts", "D:\\src\\a.ts"),
            ("C:\\app\\dist\\a.js", "D:\\src\\a.ts", "D:\\src\\a.ts"),
            ("a.js", "b.ts", "b.ts"),
        ] {
            assert_eq!(joined(base, url), whole);
        }
    }

    #[test]
    fn data_is_json_in_base64_or_escaped() {
        assert_eq!(data("application/json;base64,e30=").as_deref(), Some("{}"));
        assert_eq!(data("application/json;charset=utf-8;base64,e30=").as_deref(), Some("{}"));
        assert_eq!(data("application/json,%7B%7D").as_deref(), Some("{}"));
        for broken in ["application/json;base64,e30!", "text/plain,{}", "application/json", "application/json,%zz"] {
            assert_eq!(data(broken), None, "{broken}");
        }
    }
}
