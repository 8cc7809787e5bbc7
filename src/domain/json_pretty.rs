//! The API's JSON, laid out to be read: numbers, key order and unknown fields as they came.

use super::safe_text::json_line;

/// Lines that are laid out; nobody reads further, and a hostile answer must not hold the screen.
const MAX_LINES: usize = 20_000;

/// A JSON text in indented lines. Characters that a terminal could act on are written `\uXXXX`.
pub fn pretty(raw: &str) -> Vec<String> {
    let text = json_line(raw);
    let mut lines = Vec::new();
    let mut line = String::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if lines.len() > MAX_LINES {
            line = String::from("…");
            break;
        }
        if in_string {
            line.push(c);
            in_string = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '{' | '[' => {
                line.push(c);
                if let Some(end) = chars.next_if(|&next| matches!(next, '}' | ']')) {
                    line.push(end);
                } else {
                    depth += 1;
                    lines.push(std::mem::replace(&mut line, indent(depth)));
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                lines.push(std::mem::replace(&mut line, indent(depth)));
                line.push(c);
            }
            ',' => {
                line.push(c);
                lines.push(std::mem::replace(&mut line, indent(depth)));
            }
            ':' => line.push_str(": "),
            _ => {
                in_string = c == '"';
                line.push(c);
            }
        }
    }
    lines.push(line);
    lines
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth.min(32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_as_it_came() {
        let raw = &r#"{"b":1.50,"a":["x,{\"y\":1}\\",[],{}],"c":"☃"}"#.replace('☃', "\u{202e}");
        assert_eq!(
            pretty(raw).join("\n"),
            r#"{
  "b": 1.50,
  "a": [
    "x,{\"y\":1}\\",
    [],
    {}
  ],
  "c": "\u202e"
}"#
        );
    }

    #[test]
    fn a_hostile_text_stays_bounded() {
        assert!(pretty(&format!("[{}0]", "0,".repeat(100_000))).len() <= MAX_LINES + 2);
        assert!(pretty(&"[".repeat(10_000)).iter().all(|line| line.len() < 80));
    }
}
