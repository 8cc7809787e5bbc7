//! How far a pane can be scrolled. Only drawing knows how many rows a text takes, so each frame tells.

use super::Motion;

/// What one scrollable pane holds and shows, in rows; and columns, where it scrolls sideways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewport {
    /// Rows that the content takes.
    pub rows: usize,
    /// Rows that are shown.
    pub height: usize,
    /// Columns that the widest row has beyond those shown.
    pub beyond: usize,
}

/// How far the panes of the frame last drawn reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewports {
    /// Details.
    pub details: Viewport,
    /// Variants; its rows are counted by the image.
    pub variants: Viewport,
    /// Browse; its rows are counted by the list.
    pub browse: Viewport,
    /// What lies on top.
    pub overlay: Viewport,
    /// The columns and rows of the picture; none where it is not seen.
    pub preview: (u16, u16),
    /// Whether there is room for all panes.
    pub wide: bool,
}

/// Where a scrollable text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// Rows above the first one shown.
    pub top: usize,
    /// Columns left of the first one shown.
    pub left: usize,
}

impl Scroll {
    /// Moves within what the last frame showed.
    pub fn by(&mut self, motion: Motion, extent: Viewport) {
        let last = extent.rows.saturating_sub(extent.height);
        match motion {
            Motion::Left => self.left = self.left.saturating_sub(8),
            Motion::Right => self.left = (self.left + 8).min(extent.beyond),
            _ => self.top = moved(self.top, motion, last + 1, extent.height),
        }
    }
}

/// Where a cursor stands after a motion among `count` rows, of which `page` are seen at once.
pub fn moved(at: usize, motion: Motion, count: usize, page: usize) -> usize {
    let last = count.saturating_sub(1);
    // One row of the page before stays in sight.
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
    fn never_beyond_the_ends() {
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
