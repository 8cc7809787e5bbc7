//! Metadata: a tree of any JSON.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use crate::domain::Json;
use crate::domain::safe_text::visible;
use crate::domain::width::{columns, cut_end, wrap};

/// Lines that are laid out; a hostile answer must not hold the screen.
const MAX_LINES: usize = 5_000;

/// Columns that a key takes at most before its value.
const MAX_KEY: usize = 24;

/// Appends the tree to the lines of Details, `indent` columns from the left.
pub(super) fn lines(meta: &Json, width: usize, indent: usize, theme: Theme, lines: &mut Vec<Line<'static>>) {
    let first = lines.len();
    let mut tree = Tree { width, theme, lines };
    tree.value(meta, indent, "");
    let Some(line) = lines.get_mut(first) else { return };
    // The name stands before the first line, where the indentation is.
    let text = std::mem::take(&mut line.spans);
    let mut spans = vec![Span::styled(format!("{:indent$}", "Metadata"), theme.faint())];
    spans.extend(text.into_iter().skip(1));
    line.spans = spans;
}

struct Tree<'a> {
    width: usize,
    theme: Theme,
    lines: &'a mut Vec<Line<'static>>,
}

impl Tree<'_> {
    /// A value behind its key (perhaps none), the key already padded.
    fn value(&mut self, value: &Json, indent: usize, key: &str) {
        if self.lines.len() > MAX_LINES {
            return;
        }
        let faint = self.theme.faint();
        match value {
            Json::Object(members) if members.is_empty() => self.text("{}", indent, key, faint),
            Json::Array(items) if items.is_empty() => self.text("[]", indent, key, faint),
            Json::Object(members) => {
                let indent = self.below(indent, key);
                let keys: Vec<_> = members.iter().map(|(key, _)| visible(key)).collect();
                let widest = keys.iter().map(|key| columns(key)).max().unwrap_or(0).min(MAX_KEY);
                for ((_, value), key) in members.iter().zip(&keys) {
                    let key = cut_end(key, MAX_KEY);
                    let missing = widest.saturating_sub(columns(&key));
                    self.value(value, indent, &format!("{key}{}  ", " ".repeat(missing)));
                }
            }
            Json::Array(items) => {
                let indent = self.below(indent, key);
                for item in items {
                    self.value(item, indent, "· ");
                }
            }
            Json::Text(text) => self.text(&visible(text), indent, key, Style::new()),
            Json::Number(number) => self.text(number, indent, key, Style::new()),
            Json::Raw(raw) => self.text(&visible(raw), indent, key, Style::new()),
            Json::Bool(is) => self.text(if *is { "true" } else { "false" }, indent, key, Style::new()),
            Json::Null => self.text("null", indent, key, faint),
        }
    }

    /// The key on a line of its own, and where what is below it begins.
    fn below(&mut self, indent: usize, key: &str) -> usize {
        if key.is_empty() {
            return indent;
        }
        self.lines.push(Line::from(vec![
            Span::raw(" ".repeat(indent)),
            Span::styled(key.trim_end().to_owned(), self.theme.faint()),
        ]));
        // Deep trees stay in sight.
        (indent + 2).min(self.width / 2)
    }

    fn text(&mut self, text: &str, indent: usize, key: &str, style: Style) {
        let room = self.width.saturating_sub(indent + columns(key));
        for (at, part) in wrap(text, room.max(1)).into_iter().enumerate() {
            let key = if at == 0 { key.to_owned() } else { " ".repeat(columns(key)) };
            self.lines.push(Line::from(vec![
                Span::raw(" ".repeat(indent)),
                Span::styled(key, self.theme.faint()),
                Span::styled(part, style),
            ]));
        }
    }
}
