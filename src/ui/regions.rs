//! Where the last frame drew what the mouse can hit.

use ratatui::layout::{Position, Rect};

use crate::app::Target;

/// The targets of the last frame and their areas. Later ones lie on top.
#[derive(Debug, Default)]
pub struct Regions(Vec<(Rect, Target)>);

impl Regions {
    /// The topmost target in this cell, counted from 0. `None` if there is none.
    pub fn at(&self, column: u16, row: u16) -> Option<Target> {
        let cell = Position::new(column, row);
        let (area, target) = self.0.iter().rev().find(|(area, _)| area.contains(cell))?;
        Some(match target {
            Target::Picture(..) => Target::Picture(column - area.x, row - area.y),
            target => *target,
        })
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn add(&mut self, area: Rect, target: Target) {
        self.0.push((area, target));
    }

    /// Adds a target for each of the rows, which are drawn below one another from the top of the area.
    pub(super) fn add_rows(
        &mut self,
        area: Rect,
        rows: impl IntoIterator<Item = usize>,
        target: impl Fn(usize) -> Target,
    ) {
        for (y, row) in (area.top()..area.bottom()).zip(rows) {
            self.add(Rect { y, height: 1, ..area }, target(row));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Pane;

    #[test]
    fn topmost_region_is_hit() {
        let mut regions = Regions::default();
        let area = Rect::new(2, 1, 10, 4);
        let row = |row| Target::Row(Pane::Browse, row);
        regions.add(area, Target::Pane(Pane::Browse));
        regions.add_rows(Rect { height: 2, ..area }, 7.., row);
        for ((column, at), expected) in [
            ((2, 1), Some(row(7))),
            ((11, 2), Some(row(8))),
            ((2, 3), Some(Target::Pane(Pane::Browse))),
            ((11, 4), Some(Target::Pane(Pane::Browse))),
            ((12, 4), None),
            ((1, 1), None),
            ((2, 0), None),
            ((2, 5), None),
            ((u16::MAX, u16::MAX), None),
        ] {
            assert_eq!(regions.at(column, at), expected, "{column}, {at}");
        }
        regions.clear();
        assert_eq!(regions.at(2, 1), None);
    }
}
