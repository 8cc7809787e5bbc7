//! JSON of any shape as lines that people read: an indented tree, made safe to show.

use super::{Json, safe_text};

/// Lines of one tree; a hostile answer must not hold the screen. The JSON holds the rest.
const MAX_LINES: usize = 5_000;

/// Characters that are shown of what is too deep or too long to be read.
const MAX_RAW: usize = 1_000;

/// One line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLine {
    /// How deep it lies; 0 is outermost.
    pub depth: usize,
    /// The key, or the place in an array from 0. Empty where the whole JSON is one value.
    pub label: String,
    /// The value; empty where its members follow.
    pub value: String,
}

/// The JSON as a tree, in its own order.
pub fn lines(json: &Json) -> Vec<TreeLine> {
    let mut lines = Vec::new();
    match children(json) {
        Some(children) => children.for_each(|(label, value)| push(&mut lines, 0, &label, value)),
        None => push(&mut lines, 0, "", json),
    }
    if lines.len() > MAX_LINES {
        lines.truncate(MAX_LINES);
        lines
            .push(TreeLine { depth: 0, label: String::new(), value: "… the JSON has the rest".to_owned() });
    }
    lines
}

fn push(lines: &mut Vec<TreeLine>, depth: usize, label: &str, json: &Json) {
    if lines.len() > MAX_LINES {
        return;
    }
    let label = safe_text::visible(label).into_owned();
    match children(json) {
        Some(children) => {
            lines.push(TreeLine { depth, label, value: String::new() });
            children.for_each(|(label, value)| push(lines, depth + 1, &label, value));
        }
        None => lines.push(TreeLine { depth, label, value: scalar(json) }),
    }
}

/// The members of what has any, in order.
fn children(json: &Json) -> Option<Box<dyn Iterator<Item = (String, &Json)> + '_>> {
    match json {
        Json::Object(members) if !members.is_empty() => {
            Some(Box::new(members.iter().map(|(key, value)| (key.clone(), value))))
        }
        Json::Array(items) if !items.is_empty() => {
            Some(Box::new(items.iter().enumerate().map(|(place, value)| (place.to_string(), value))))
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
        // The quotes tell an empty text from a missing one; other texts are read more easily without.
        Json::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Json::Number(text) | Json::Text(text) => safe_text::visible(text).into_owned(),
        Json::Raw(text) => match text.char_indices().nth(MAX_RAW) {
            Some((end, _)) => format!("{}…", safe_text::json_line(&text[..end])),
            None => safe_text::json_line(text),
        },
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
    fn a_tree_of_any_json() {
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
    fn a_hostile_tree_stays_bounded() {
        let wide = Json::parse(&format!("[{}0]", "0,".repeat(20_000))).unwrap();
        let tree = lines(&wide);
        assert_eq!(tree.len(), MAX_LINES + 1);
        assert_eq!(tree.last().unwrap().value, "… the JSON has the rest");
        let deep = Json::parse(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))).unwrap();
        let widest = lines(&deep).iter().map(|line| line.value.len()).max().unwrap();
        assert!((100..2000).contains(&widest), "{widest}");
    }

    #[test]
    fn a_lone_value_is_one_line() {
        assert_eq!(drawn("\"a\""), [" a"]);
        assert_eq!(drawn("[]"), [" []"]);
        assert_eq!(drawn("[1,2]"), ["0 1", "1 2"]);
    }
}
