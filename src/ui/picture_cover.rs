//! What lies on top of pictures, and how they come back whole.

use ratatui::Frame;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::{Clear, Widget as _};

use super::kitty_placeholder::place_beside;
use crate::domain::width::columns;

/// Which parts of the pictures are covered.
///
/// Some terminals receive a picture as a whole, with its first cell, and ratatui skips the other cells from then on.
/// Text over the picture stays there until the picture is sent again.
#[derive(Debug, Default)]
pub(super) struct PictureCover {
    before: Vec<Covered>,
    now: Vec<Covered>,
    /// The pictures whose first cell is marked as changed, so that they are sent again.
    marked: Vec<Rect>,
    /// Whether the terminal shows pictures through the text above them, as Konsole does.
    pub(super) stays_visible: bool,
}

/// A part of a picture that is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Covered {
    picture: Rect,
    part: Rect,
}

impl PictureCover {
    /// Clears an area above the panes, to draw on it. Hides the pictures of which too little is left.
    pub(super) fn clear(&mut self, area: Rect, placed: &mut Vec<Rect>, frame: &mut Frame) {
        placed.retain(|picture| {
            let part = area.intersection(*picture);
            let is_hidden = self.stays_visible
                || part.contains(picture.as_position())
                || part.area() > picture.area() / 2;
            match () {
                () if part.is_empty() => true,
                () if is_hidden => {
                    // Without its first cell a picture is not sent, so its other cells must not be skipped.
                    Clear.render(*picture, frame.buffer_mut());
                    false
                }
                () => {
                    self.now.push(Covered { picture: *picture, part });
                    true
                }
            }
        });
        clear_wide_neighbours(area, frame.buffer_mut());
        frame.render_widget(Clear, area);
    }

    /// Has the pictures sent again of which a covered part is visible now. Called at the end of every frame.
    pub(super) fn repaint_pictures(&mut self, placed: &[Rect], buffer: &mut Buffer) {
        let before = std::mem::replace(&mut self.before, std::mem::take(&mut self.now));
        self.marked.retain(|picture| placed.contains(picture));
        for picture in placed {
            let parts_of = |covered: &[Covered]| -> Vec<Rect> {
                covered
                    .iter()
                    .filter(|covered| covered.picture == *picture)
                    .map(|covered| covered.part)
                    .collect()
            };
            let (parts_before, parts) = (parts_of(&before), parts_of(&self.before));
            for part in &parts {
                place_beside(*part, *picture, buffer);
            }
            if !is_sent_whole(*picture, buffer) {
                continue;
            }
            for position in parts.iter().flat_map(|part| part.positions()) {
                // The picture may be sent in this frame, so draw the text after it.
                if let Some(cell) = buffer.cell_mut(position) {
                    cell.set_diff_option(CellDiffOption::AlwaysUpdate);
                }
            }
            if self.marked.contains(picture) {
                set_mark(*picture, true, buffer);
            }
            if !parts_before.is_empty() && parts_before != parts {
                self.send_again(*picture, buffer);
            }
        }
    }

    /// Has a picture sent in this frame, though it was sent before.
    pub(super) fn send_again(&mut self, picture: Rect, buffer: &mut Buffer) {
        let before = self.marked.len();
        self.marked.retain(|marked| *marked != picture);
        let is_marked = self.marked.len() == before;
        if is_marked {
            self.marked.push(picture);
        }
        set_mark(picture, is_marked, buffer);
    }
}

/// Marks the first cell of a picture, or takes the mark away. Bold changes nothing about a picture, but makes the cell
/// differ.
fn set_mark(picture: Rect, is_marked: bool, buffer: &mut Buffer) {
    if let Some(first) = buffer.cell_mut(picture.as_position()) {
        first.modifier.set(Modifier::BOLD, is_marked);
    }
}

/// Clears the characters whose second column is covered by an area. ratatui would not draw the area's first column there.
fn clear_wide_neighbours(area: Rect, buffer: &mut Buffer) {
    let Some(x) = area.x.checked_sub(1) else { return };
    for y in area.top()..area.bottom() {
        // The cells of pictures have an option.
        if let Some(cell) = buffer.cell_mut((x, y))
            && cell.diff_option == CellDiffOption::None
            && columns(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }
}

/// Whether the picture's first cell holds all of it. A picture of one cell does not need to be told apart.
fn is_sent_whole(picture: Rect, buffer: &Buffer) -> bool {
    let first_row = Rect { height: 1, ..picture };
    first_row
        .positions()
        .skip(1)
        .any(|position| buffer.cell(position).is_some_and(|cell| cell.diff_option == CellDiffOption::Skip))
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    const PICTURE: Rect = Rect::new(0, 0, 4, 3);

    /// What ratatui writes for the second of two frames, with a picture that is sent as a whole.
    fn written(
        cover: &mut PictureCover,
        before: Option<Rect>,
        after: Option<Rect>,
    ) -> Vec<(u16, u16, String)> {
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(4, 4)).unwrap();
        let mut draw = |dialog: Option<Rect>| {
            let drawn = terminal.draw(|frame| {
                for position in PICTURE.positions() {
                    frame.buffer_mut()[position].set_diff_option(CellDiffOption::Skip);
                }
                let one = std::num::NonZeroU16::MIN;
                frame.buffer_mut()[(0, 0)]
                    .set_symbol("<picture>")
                    .set_diff_option(CellDiffOption::ForcedWidth(one));
                let mut placed = vec![PICTURE];
                if let Some(dialog) = dialog {
                    cover.clear(dialog, &mut placed, frame);
                    for position in dialog.positions() {
                        frame.buffer_mut()[position].set_symbol("d");
                    }
                }
                cover.repaint_pictures(&placed, frame.buffer_mut());
            });
            drawn.unwrap().buffer.clone()
        };
        let [before, after] = [draw(before), draw(after)];
        before.diff(&after).into_iter().map(|(x, y, cell)| (x, y, cell.symbol().to_owned())).collect()
    }

    fn is_sent(written: &[(u16, u16, String)]) -> bool {
        written.iter().any(|(.., symbol)| symbol == "<picture>")
    }

    #[test]
    fn picture_is_resent_once_dialog_is_gone() {
        let mut cover = PictureCover::default();
        let dialog = Some(Rect::new(1, 1, 2, 2));
        assert!(!is_sent(&written(&mut cover, None, None)));
        assert!(!is_sent(&written(&mut cover, None, dialog)), "the dialog is drawn over the picture");
        let mut cover = PictureCover::default();
        assert!(is_sent(&written(&mut cover, dialog, None)));
        assert!(!is_sent(&written(&mut cover, None, None)), "once");
        let mut cover = PictureCover::default();
        assert!(is_sent(&written(&mut cover, dialog, Some(Rect::new(1, 2, 2, 2)))), "it moved");
        let mut cover = PictureCover::default();
        let below = Some(Rect::new(0, 3, 4, 1));
        assert!(!is_sent(&written(&mut cover, below, None)), "a dialog below did not cover it");
    }

    #[test]
    fn wide_character_under_the_left_border_is_cleared() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
        buffer.set_string(0, 0, "日本語", Style::new());
        buffer.set_string(0, 1, "a日本語", Style::new());
        clear_wide_neighbours(Rect::new(3, 0, 2, 2), &mut buffer);
        let row = |y| (0..3).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        assert_eq!((row(0), row(1)), ("日  ".to_owned(), "a日 ".to_owned()));
    }

    #[test]
    fn dialog_is_drawn_after_picture() {
        let dialog = Some(Rect::new(1, 1, 2, 2));
        let again = written(&mut PictureCover::default(), dialog, dialog);
        assert!(again.contains(&(1, 2, "d".to_owned())), "{again:?}");
    }

    #[test]
    fn picture_that_text_does_not_cover_is_hidden() {
        let dialog = Some(Rect::new(2, 1, 1, 1));
        let skipped = |stays_visible| {
            let mut cover = PictureCover { stays_visible, ..PictureCover::default() };
            written(&mut cover, None, dialog).len()
        };
        assert_eq!(
            (skipped(false), skipped(true)),
            (1, 12),
            "the dialog alone, or all of the picture's cells"
        );
    }

    #[test]
    fn picture_whose_first_cell_is_covered_is_not_shown() {
        let dialog = Some(Rect::new(0, 0, 2, 2));
        let first = written(&mut PictureCover::default(), None, dialog);
        assert!(first.contains(&(0, 0, "d".to_owned())) && !is_sent(&first), "{first:?}");
        assert!(is_sent(&written(&mut PictureCover::default(), dialog, None)));
    }
}
