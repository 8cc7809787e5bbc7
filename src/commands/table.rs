//! Tables with aligned columns.

use crate::domain::width::columns;

/// Widest column, in terminal columns. A wider cell moves the rest of its own row only.
const MAX_WIDTH: usize = 32;

/// A sanitized text, and the same with colours, marks or a link.
#[derive(Debug, Default)]
pub(super) struct Cell {
    text: String,
    shown: String,
}

impl Cell {
    /// `shown` is `text` with escape sequences, which take no columns.
    pub(super) fn styled(text: String, shown: String) -> Self {
        Self { text, shown }
    }

    /// With spaces up to a width.
    fn pad(&self, width: usize) -> String {
        format!("{}{}", self.shown, " ".repeat(width.saturating_sub(columns(&self.text))))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { shown: text.clone(), text }
    }
}

/// Rows of cells.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn row<T: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The rows, with two spaces between columns and none at the end. Columns without text are left out.
    pub(super) fn lines(&self) -> Vec<String> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..count)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| columns(&cell.text)).max().unwrap_or_default().min(MAX_WIDTH)
            })
            .collect();
        self.rows.iter().map(|row| line(row, &widths)).collect()
    }
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).filter(|&(_, &width)| width > 0);
    let line: String = cells.map(|(cell, &width)| cell.pad(width) + "  ").collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_display_width() {
        let mut table = Table::default();
        for cells in [["日本", "", "x"], ["a", "", "y"], [&"l".repeat(40), "", "z"]] {
            table.row(cells.map(str::to_owned));
        }
        table.row([
            Cell::styled("b".to_owned(), "\x1b[1mb\x1b[0m".to_owned()),
            Cell::default(),
            "w".to_owned().into(),
        ]);
        let lines = table.lines();
        assert_eq!(lines[0], format!("日本{}x", " ".repeat(30)));
        assert_eq!(lines[1], format!("a{}y", " ".repeat(33)));
        assert_eq!(lines[2], format!("{}  z", "l".repeat(40)));
        assert_eq!(lines[3], format!("\x1b[1mb\x1b[0m{}w", " ".repeat(33)));
    }
}
