//! Scroll positions and cursors.

use super::{Motion, Viewport};

/// The position of a scrollable text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// Rows above the first visible one.
    pub top: usize,
    /// Columns left of the first visible one.
    pub left: usize,
}

impl Scroll {
    /// Scrolls within the viewport of the last frame.
    pub fn by(&mut self, motion: Motion, extent: Viewport) {
        let last = extent.rows.saturating_sub(extent.height);
        match motion {
            Motion::Left => self.left = self.left.saturating_sub(8),
            Motion::Right => self.left = (self.left + 8).min(extent.beyond),
            _ => self.top = moved(self.top, motion, last + 1, extent.height),
        }
    }
}

/// The cursor after a motion among `count` rows, of which `page` are visible at once.
pub fn moved(at: usize, motion: Motion, count: usize, page: usize) -> usize {
    let last = count.saturating_sub(1);
    // One row of the previous page stays visible.
    let page = page.saturating_sub(1).max(1);
    match motion {
        Motion::Up => at.saturating_sub(1),
        Motion::Down => at + 1,
        Motion::PageUp => at.saturating_sub(page),
        Motion::PageDown => at + page,
        Motion::First => 0,
        Motion::Last => last,
        Motion::Left | Motion::Right => at,
    }
    .min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scroll_stops_at_the_ends() {
        let extent = Viewport { rows: 25, height: 10, beyond: 12 };
        let mut scroll = Scroll::default();
        for (motion, top) in [
            (Motion::Up, 0),
            (Motion::Down, 1),
            (Motion::PageDown, 10),
            (Motion::PageDown, 15),
            (Motion::Down, 15),
            (Motion::PageUp, 6),
            (Motion::First, 0),
            (Motion::Last, 15),
        ] {
            scroll.by(motion, extent);
            assert_eq!(scroll.top, top, "{motion:?}");
        }
        scroll.by(Motion::Right, extent);
        scroll.by(Motion::Right, extent);
        assert_eq!(scroll.left, 12);
        scroll.by(Motion::Left, extent);
        assert_eq!(scroll.left, 4);
        assert_eq!(moved(0, Motion::Down, 0, 0), 0);
    }
}
