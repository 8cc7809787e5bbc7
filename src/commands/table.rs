//! Tables with aligned columns.

use crate::domain::width::{columns, pad};

/// Widest column, in terminal columns. A wider cell moves the rest of its own row only.
const MAX_WIDTH: usize = 32;

/// Rows of cells. The cells must be sanitized already.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The rows, with two spaces between columns and none at the end. Columns without text are left out.
    pub(super) fn lines(&self) -> Vec<String> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let widths: Vec<usize> = (0..count)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| columns(cell)).max().unwrap_or_default().min(MAX_WIDTH)
            })
            .collect();
        self.rows.iter().map(|row| line(row, &widths)).collect()
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).filter(|&(_, &width)| width > 0);
    let line: String = cells.map(|(cell, &width)| pad(cell, width) + "  ").collect();
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
        let lines = table.lines();
        assert_eq!(lines[0], format!("日本{}x", " ".repeat(30)));
        assert_eq!(lines[1], format!("a{}y", " ".repeat(33)));
        assert_eq!(lines[2], format!("{}  z", "l".repeat(40)));
    }
}
