//! Where a variable is declared in a text: V8 keeps the names of variables, not their lines.
//!
//! No parser: words are told from parts of words, comments and strings that fill a line are passed over, and of several
//! declarations the last one before the code that uses the variable counts.

/// A 1-based line and column.
pub(super) type At = (u32, u32);

/// Where `name` is declared, for code that stands at `used`.
pub(super) fn declaration(text: &str, name: &str, used: At) -> Option<At> {
    if name.is_empty() {
        return None;
    }
    // Strength, row, byte in the line, and the line: columns are counted once, at the end.
    let mut best: Option<(u8, u32, usize, &str)> = None;
    let mut in_comment = false;
    for (row, line) in text.lines().enumerate() {
        let start = line.trim_start();
        if in_comment {
            in_comment = !start.contains("*/");
            continue;
        }
        if start.starts_with("//") {
            continue;
        }
        if start.starts_with("/*") && !start.contains("*/") {
            in_comment = true;
            continue;
        }
        let row = u32::try_from(row).ok()? + 1;
        // Where the line begins to declare: a list behind that may be one of variables.
        let list = LISTS.iter().filter_map(|word| line.find(word)).min();
        for (at, _) in line.match_indices(name) {
            let Some(strength) = strength(line, at, name, list) else { continue };
            // Bytes for columns: the same order, but for odd characters on the line of the use itself.
            let before = |row: u32, at: usize| row < used.0 || row == used.0 && at < used.1 as usize;
            let better = match best {
                None => true,
                // A stronger sign wins; of equal ones the last before the use, else the first behind it.
                Some((strongest, best_row, best_at, _)) => {
                    strength > strongest || strength == strongest && before(row, at) && before(best_row, best_at)
                }
            };
            if better {
                best = Some((strength, row, at, line));
            }
        }
    }
    let (_, row, at, line) = best?;
    Some((row, u32::try_from(line[..at].encode_utf16().count()).ok()? + 1))
}

/// Words that begin a list of declarations.
const LISTS: [&str; 5] = ["const ", "let ", "var ", "import ", "function "];

/// How much the word at `at` looks declared there; `None` where it is not this word.
fn strength(line: &str, at: usize, name: &str, list: Option<usize>) -> Option<u8> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '#');
    let (before, after) = (&line[..at], &line[at + name.len()..]);
    if before.ends_with("exports.") {
        return after.trim_start().starts_with('=').then_some(3);
    }
    if before.ends_with(is_word) || before.ends_with('.') && !before.ends_with("...") || after.starts_with(is_word) {
        return None;
    }
    let head = before.trim_end();
    let word = head.rsplit(|c: char| !is_word(c)).next().unwrap_or("");
    if word == "export" && name == "default"
        || matches!(word, "const" | "let" | "var" | "function" | "class" | "as" | "import")
        || head.ends_with("function*")
    {
        return Some(3);
    }
    if head.ends_with([',', '{', '[', '(']) && list.is_some_and(|list| list < at) {
        return Some(2);
    }
    let assigned = after.trim_start();
    (assigned.starts_with('=') && !assigned.starts_with("==") && !assigned.starts_with("=>")).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::declaration;

    #[test]
    fn a_bundle_in_one_line_is_read_once() {
        let text = format!("var a=1,{}e=[];{}", "f(e);".repeat(200_000), "e.push(e);".repeat(200_000));
        assert_eq!(declaration(&text, "e", (1, 5)).map(|at| at.0), Some(1));
    }

    #[test]
    fn finds_declarations_and_no_uses() {
        let text = "'use strict'\n// const leaked = []\nconst http = require('http')\n\nconst leaked = []\nlet a = 1, cache = new Map()\n\
                    function handler(list) {\n  leaked.push(1)\n  const cache = 2\n}\nimport { store as kept } from 'x'\n/*\nlet lost\n*/\nitems = 5\n";
        assert_eq!(declaration(text, "leaked", (7, 1)), Some((5, 7)));
        assert_eq!(declaration(text, "cache", (7, 1)), Some((9, 9)), "a stronger sign behind the use");
        assert_eq!(declaration(text, "list", (8, 1)), Some((7, 18)));
        assert_eq!(declaration(text, "kept", (1, 1)), Some((11, 19)));
        assert_eq!(declaration(text, "items", (1, 1)), Some((15, 1)));
        assert_eq!(declaration(text, "lost", (1, 1)), None);
        assert_eq!(declaration(text, "push", (1, 1)), None);
        assert_eq!(declaration("'use strict'\nexports.reg = void 0\nuse(exports.reg)\n", "reg", (9, 1)), Some((2, 9)));
        assert_eq!(declaration("use(y)\nexport default []", "default", (9, 1)), Some((2, 8)));
        assert_eq!(declaration("let x\nlet x\nuse(() => x)\nlet x", "x", (3, 5)), Some((2, 5)));
    }
}
