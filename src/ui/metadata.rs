//! Metadata in Details: a tree of any JSON, keys on the left and values on the right.

use ratatui::text::{Line, Span};

use crate::domain::width::{columns, cut_end, pad, wrap};
use crate::domain::{Json, json_tree};

/// Appends the tree to the lines of Details, whose values start at column `names`.
pub(super) fn lines(meta: &Json, width: usize, names: usize, lines: &mut Vec<Line<'static>>) {
    let room = width.saturating_sub(names);
    let tree = json_tree::lines(meta);
    // Even with deep or long keys, half of the width is left for the values.
    let keys: Vec<String> = tree
        .iter()
        .map(|line| cut_end(&format!("{}{}", "  ".repeat(line.depth), line.label), room / 2).into_owned())
        .collect();
    let widest = keys.iter().map(|key| columns(key)).max().unwrap_or(0);
    let gap = if widest == 0 { 0 } else { 2 };
    let mut name = "Metadata";
    for (key, line) in keys.iter().zip(&tree) {
        let mut key = pad(key, widest + gap);
        for value in wrap(&line.value, room.saturating_sub(widest + gap)) {
            lines.push(Line::from(vec![
                Span::raw(format!("{:names$}", std::mem::take(&mut name))),
                Span::raw(std::mem::replace(&mut key, " ".repeat(widest + gap))),
                Span::raw(value),
            ]));
        }
    }
}
