//! Pretty-prints the API's JSON, with numbers, key order and unknown fields unchanged.

use super::sanitize::json_line;

/// The limit of lines. Nobody reads further, and a hostile response must not block the screen.
const MAX_LINES: usize = 20_000;

/// The limit of characters in a line, after which a `…` follows.
const MAX_LINE: usize = 4_000;

/// The limit of characters in all lines. No new line starts after it.
const MAX_CHARS: usize = 1_000_000;

/// Indents a JSON text. Characters that a terminal could act on are written `\uXXXX`.
pub fn pretty(raw: &str) -> Vec<String> {
    let text = json_line(raw);
    let mut output = Output::default();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if output.is_full() {
            output.line = String::from("…");
            break;
        }
        if in_string {
            output.push(c);
            in_string = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '{' | '[' => {
                output.push(c);
                if let Some(end) = chars.next_if(|&next| matches!(next, '}' | ']')) {
                    output.push(end);
                } else {
                    depth += 1;
                    output.start_line(depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                output.start_line(depth);
                output.push(c);
            }
            ',' => {
                output.push(c);
                output.start_line(depth);
            }
            ':' => {
                output.push(c);
                output.push(' ');
            }
            _ => {
                in_string = c == '"';
                output.push(c);
            }
        }
    }
    output.lines.push(output.line);
    output.lines
}

/// The lines so far, and the current one.
#[derive(Default)]
struct Output {
    lines: Vec<String>,
    line: String,
    /// Characters of the current line, including omitted ones.
    length: usize,
    /// Characters of all lines.
    chars: usize,
}

impl Output {
    fn push(&mut self, c: char) {
        self.length += 1;
        match self.length {
            ..=MAX_LINE => self.line.push(c),
            length if length == MAX_LINE + 1 => self.line.push('…'),
            _ => {}
        }
    }

    fn start_line(&mut self, depth: usize) {
        self.chars += self.length.min(MAX_LINE);
        self.lines.push(std::mem::replace(&mut self.line, "  ".repeat(depth.min(32))));
        self.length = self.line.len();
    }

    fn is_full(&self) -> bool {
        self.lines.len() > MAX_LINES || self.chars > MAX_CHARS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_keeps_order_and_numbers() {
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
    fn long_line_is_cut_and_next_is_whole() {
        let lines = pretty(&format!(r#"{{"creator":"{}\\","n":1}}"#, "☃".repeat(100_000)));
        assert_eq!(lines.len(), 4);
        assert!(lines[1].starts_with("  \"creator\": \"☃☃") && lines[1].ends_with("☃…"));
        assert_eq!(lines[1].chars().count(), MAX_LINE + 1);
        assert_eq!(lines[2..], ["  \"n\": 1", "}"]);
    }

    #[test]
    fn total_length_is_bounded() {
        let long = format!("\"{}\",", "x".repeat(3000));
        let lines = pretty(&format!("[{}0]", long.repeat(2000)));
        let chars: usize = lines.iter().map(String::len).sum();
        assert!((MAX_CHARS..MAX_CHARS + 2 * MAX_LINE).contains(&chars), "{chars}");
        assert_eq!(lines.last().unwrap(), "…");
    }

    #[test]
    fn line_count_is_bounded() {
        assert!(pretty(&format!("[{}0]", "0,".repeat(100_000))).len() <= MAX_LINES + 2);
        assert!(pretty(&"[".repeat(10_000)).iter().all(|line| line.len() < 80));
    }
}
