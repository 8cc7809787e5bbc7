//! Shows JSON as an indented tree of sanitized lines.

use super::width::first_chars;
use super::{Json, sanitize};

/// The limit of lines, because a hostile response must not block the screen. The raw JSON has the rest.
const MAX_LINES: usize = 5_000;

/// The limit of characters in a value.
const MAX_VALUE: usize = 4_000;

/// The limit of characters in a key.
const MAX_LABEL: usize = 200;

/// Marks an omission.
const REST: &str = "… see the JSON for the rest";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLine {
    /// Nesting level; 0 is outermost.
    pub depth: usize,
    /// The key, or the index in an array. Empty if the whole JSON is a single value.
    pub label: String,
    /// Empty if the lines of its members follow.
    pub value: String,
}

/// The lines of a JSON value, in its own order.
pub fn lines(json: &Json) -> Vec<TreeLine> {
    let mut lines = Vec::new();
    match children(json) {
        Some(children) => children.for_each(|(label, value)| push(&mut lines, 0, &label, value)),
        None => push(&mut lines, 0, "", json),
    }
    if lines.len() > MAX_LINES {
        lines.truncate(MAX_LINES);
        lines.push(TreeLine { depth: 0, label: String::new(), value: REST.to_owned() });
    }
    lines
}

fn push(lines: &mut Vec<TreeLine>, depth: usize, label: &str, json: &Json) {
    if lines.len() > MAX_LINES {
        return;
    }
    let label = sanitize::sanitize(&first_chars(label, MAX_LABEL)).into_owned();
    match children(json) {
        Some(children) => {
            lines.push(TreeLine { depth, label, value: String::new() });
            children.for_each(|(label, value)| push(lines, depth + 1, &label, value));
        }
        None => lines.push(TreeLine { depth, label, value: scalar(json) }),
    }
}

/// The members of an object or array, in order.
fn children(json: &Json) -> Option<Box<dyn Iterator<Item = (String, &Json)> + '_>> {
    match json {
        Json::Object(members) if !members.is_empty() => {
            Some(Box::new(members.iter().map(|(key, value)| (key.clone(), value))))
        }
        Json::Array(items) if !items.is_empty() => {
            Some(Box::new(items.iter().enumerate().map(|(index, value)| (index.to_string(), value))))
        }
        _ => None,
    }
}

fn scalar(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Object(_) => "{}".to_owned(),
        Json::Array(_) => "[]".to_owned(),
        // The quotes distinguish an empty text from a missing one. Other texts are easier to read without quotes.
        Json::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Json::Number(text) | Json::Text(text) => cut(text, |text| sanitize::sanitize(text).into_owned()),
        Json::Raw(text) => cut(text, sanitize::json_line),
    }
}

/// Sanitizes a text. A long one is cut, with a note where to find the rest, because megabytes must not block the
/// screen.
fn cut(text: &str, safe: impl Fn(&str) -> String) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}{REST}", safe(&text[..end])),
        None => safe(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(json: &str) -> Vec<String> {
        lines(&Json::parse(json).unwrap())
            .iter()
            .map(|line| {
                format!("{}{} {}", "  ".repeat(line.depth), line.label, line.value).trim_end().to_owned()
            })
            .collect()
    }

    #[test]
    fn lines_show_any_json() {
        let json =
            r#"{"b":{"x":1.50,"list":[true,{"deep":null}]},"a\u001b":"v\u202e","none":{},"no":[],"":""}"#;
        assert_eq!(
            drawn(json),
            [
                "b",
                "  x 1.50",
                "  list",
                "    0 true",
                "    1",
                "      deep null",
                "a␛ v⟨U+202E⟩",
                "none {}",
                "no []",
                " \"\""
            ]
        );
    }

    #[test]
    fn hostile_tree_stays_bounded() {
        let wide = Json::parse(&format!("[{}0]", "0,".repeat(20_000))).unwrap();
        let tree = lines(&wide);
        assert_eq!(tree.len(), MAX_LINES + 1);
        assert_eq!(tree.last().unwrap().value, REST);
        let deep = Json::parse(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))).unwrap();
        let widest = lines(&deep).iter().map(|line| line.value.len()).max().unwrap();
        assert!((100..2 * MAX_VALUE).contains(&widest), "{widest}");
    }

    #[test]
    fn long_texts_are_cut_with_a_note() {
        let long = "x".repeat(100_000);
        let tree = lines(&Json::parse(&format!(r#"{{"{long}":"{long}","n":1}}"#)).unwrap());
        let chars = |text: &str| text.chars().count();
        assert!(chars(&tree[0].label) <= MAX_LABEL + 1, "{}", chars(&tree[0].label));
        assert!(tree[0].value.starts_with(&"x".repeat(MAX_VALUE)) && tree[0].value.ends_with(REST));
        assert!(chars(&tree[0].value) < MAX_VALUE + 30, "{}", chars(&tree[0].value));
        assert_eq!(tree[1].value, "1");
        let number = lines(&Json::parse(&"1".repeat(100_000)).unwrap());
        assert!(chars(&number[0].value) < MAX_VALUE + 30);
    }

    #[test]
    fn single_value_is_one_line() {
        assert_eq!(drawn("\"a\""), [" a"]);
        assert_eq!(drawn("[]"), [" []"]);
        assert_eq!(drawn("[1,2]"), ["0 1", "1 2"]);
    }
}
