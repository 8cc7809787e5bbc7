//! Erases flag emoji properly. A flag is two letters, which many terminals draw in one cell each. But ratatui takes it
//! for one character of two columns, and would leave the second letter behind.

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Position;

/// Redraws the second halves of the last frame's flags, and records where this frame has flags.
pub(super) fn clear_flags(flag_positions: &mut Vec<Position>, buffer: &mut Buffer) {
    for Position { x, y } in flag_positions.drain(..) {
        let Some(second) = buffer.cell_mut(Position::new(x + 1, y)) else { continue };
        if second.diff_option == CellDiffOption::None {
            // If a wide character replaced the flag, ratatui skips this cell.
            second.set_diff_option(CellDiffOption::AlwaysUpdate);
        }
    }
    let area = buffer.area;
    let are =
        |(cell, position): (&ratatui::buffer::Cell, Position)| is_flag(cell.symbol()).then_some(position);
    flag_positions.extend(buffer.content.iter().zip(area.positions()).filter_map(are));
}

fn is_flag(symbol: &str) -> bool {
    // Each letter takes four bytes.
    symbol.len() == 8 && symbol.chars().all(|char| ('\u{1F1E6}'..='\u{1F1FF}').contains(&char))
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    /// What ratatui writes for the second frame.
    fn written(first: &str, second: &str) -> Vec<(u16, String)> {
        let mut flag_positions = Vec::new();
        let [before, after] = [first, second].map(|text| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
            buffer.set_string(0, 0, text, ratatui::style::Style::new());
            clear_flags(&mut flag_positions, &mut buffer);
            buffer
        });
        before.diff(&after).into_iter().map(|(x, _, cell)| (x, cell.symbol().to_owned())).collect()
    }

    fn cells(symbols: &[(u16, &str)]) -> Vec<(u16, String)> {
        symbols.iter().map(|(x, symbol)| (*x, (*symbol).to_owned())).collect()
    }

    #[test]
    fn both_cells_of_a_removed_flag_are_redrawn() {
        assert_eq!(written("a🇵🇹b", "a  b"), cells(&[(1, " "), (2, " ")]));
        assert_eq!(written("a🇵🇹b", "ax b"), cells(&[(1, "x"), (2, " ")]));
    }

    #[test]
    fn unchanged_flag_and_wide_character_keep_both_columns() {
        assert_eq!(written("a🇵🇹b", "a🇵🇹b"), cells(&[]));
        assert_eq!(written("a🇵🇹b", "a日b"), cells(&[(1, "日")]));
    }
}
