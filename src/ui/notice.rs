//! The notice: text over the last rows of the screen, which may cover part of a picture.

use ratatui::Frame;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::Clear;

use super::widgets::draw_lines;
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end, wrap};

/// Which part of a picture the notice covers.
///
/// Some terminals receive a picture as a whole, with its first cell, and ratatui skips the other cells from then on.
/// Text over the picture stays there until the picture is sent again.
#[derive(Debug, Default)]
pub(super) struct NoticeOverPicture {
    before: Option<Rect>,
    now: Option<Rect>,
    /// Whether the picture's first cell is marked as changed, so that the picture is sent again.
    repaint: bool,
}

impl NoticeOverPicture {
    /// Draws text over an area's last rows. Never covers the first row, as a picture's first cell is there.
    pub(super) fn view(
        &mut self,
        words: &str,
        style: Style,
        picture: Option<Rect>,
        frame: &mut Frame,
        area: Rect,
    ) {
        let most = usize::from(area.height.saturating_sub(1));
        let lines = wrap_within(&sanitize(words), usize::from(area.width.saturating_sub(2)), most);
        let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
        let over = Rect { y: area.bottom() - rows, height: rows, ..area };
        frame.render_widget(Clear, over);
        draw_lines(frame, over, lines.into_iter().map(|line| Line::styled(format!(" {line}"), style)));
        let covered = picture.map(|picture| picture.intersection(over)).filter(|covered| !covered.is_empty());
        for position in covered.into_iter().flat_map(Rect::positions) {
            // The picture may be sent in this frame, so draw the text after it.
            if let Some(cell) = frame.buffer_mut().cell_mut(position) {
                cell.set_diff_option(CellDiffOption::AlwaysUpdate);
            }
        }
        self.now = covered;
    }

    /// Has the picture sent again once text that covered it is gone. Called at the end of every frame.
    pub(super) fn repaint_picture(&mut self, picture: Option<Rect>, buffer: &mut Buffer) {
        let now = self.now.take();
        let before = std::mem::replace(&mut self.before, now);
        if before.is_some() && before != now {
            self.repaint = !self.repaint;
        }
        let Some(picture) = picture.filter(|_| self.repaint) else { return };
        let is_full_screen = buffer
            .cell((picture.x + 1, picture.y))
            .is_some_and(|second| picture.width > 1 && second.diff_option == CellDiffOption::Skip);
        if is_full_screen && let Some(first) = buffer.cell_mut(picture.as_position()) {
            // Bold changes nothing about a picture, but makes the cell differ.
            first.modifier.insert(Modifier::BOLD);
        }
    }
}

/// Wraps text at `width` columns. If it takes more than `rows` lines, cuts it at a word and adds `…`.
pub(super) fn wrap_within(text: &str, width: usize, rows: usize) -> Vec<String> {
    let mut lines = wrap(text, width);
    if lines.len() <= rows {
        return lines;
    }
    lines.truncate(rows);
    if let Some(last) = lines.last_mut() {
        while columns(last) + 2 > width {
            let Some(end) = last.rfind(' ') else {
                *last = cut_end(last, width.saturating_sub(2)).into_owned();
                break;
            };
            last.truncate(end);
        }
        last.push_str(" …");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrap_within_cuts_at_a_word() {
        assert_eq!(wrap_within("one two three", 7, 2), ["one two", "three"]);
        assert_eq!(wrap_within("one two three four", 9, 1), ["one two …"]);
        assert_eq!(wrap_within("one two three four", 8, 1), ["one …"]);
        assert_eq!(wrap_within("incomprehensibilities", 8, 1), ["incom… …"]);
        assert_eq!(wrap_within("one", 8, 0), [""; 0]);
    }

    /// What ratatui writes for the second of two frames, with a picture that is sent as a whole.
    fn written(
        words: &mut NoticeOverPicture,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Vec<(u16, u16, String)> {
        let picture = Rect::new(0, 0, 4, 3);
        let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(4, 4)).unwrap();
        let mut draw = |text: Option<&str>| {
            let drawn = terminal.draw(|frame| {
                for position in picture.positions() {
                    frame.buffer_mut()[position].set_diff_option(CellDiffOption::Skip);
                }
                let one = std::num::NonZeroU16::MIN;
                frame.buffer_mut()[(0, 0)]
                    .set_symbol("<picture>")
                    .set_diff_option(CellDiffOption::ForcedWidth(one));
                if let Some(text) = text {
                    words.view(text, Style::new(), Some(picture), frame, frame.area());
                }
                words.repaint_picture(Some(picture), frame.buffer_mut());
            });
            drawn.unwrap().buffer.clone()
        };
        let [before, after] = [draw(before), draw(after)];
        before.diff(&after).into_iter().map(|(x, y, cell)| (x, y, cell.symbol().to_owned())).collect()
    }

    #[test]
    fn picture_is_resent_once_notice_is_gone() {
        let mut words = NoticeOverPicture::default();
        let sent = |written: &[(u16, u16, String)]| written.iter().any(|(.., symbol)| symbol == "<picture>");
        assert!(!sent(&written(&mut words, None, None)));
        assert!(!sent(&written(&mut words, None, Some("a b"))), "the text is drawn over the picture");
        let mut words = NoticeOverPicture::default();
        assert!(sent(&written(&mut words, Some("aa bb"), None)));
        assert!(!sent(&written(&mut words, None, None)), "once");
        let mut words = NoticeOverPicture::default();
        assert!(!sent(&written(&mut words, Some("a"), Some("b"))), "text below the picture did not cover it");
        let again = written(&mut NoticeOverPicture::default(), Some("aa bb"), Some("aa bb"));
        assert!(
            again.contains(&(1, 2, "a".to_owned())),
            "a moving picture does not cover the text: {again:?}"
        );
    }
}
