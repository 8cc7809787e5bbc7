//! How things look: the terminal's own 16 colours and no painted background, so that light and dark themes both work.

use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::BorderType;

use crate::domain::Access;

/// Styles by what they say. Without colours every state is still told by words and attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours are shown; `NO_COLOR` is obeyed by the caller.
    pub color: bool,
}

impl Theme {
    fn colored(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    /// The frame of a pane.
    pub fn border(self, focused: bool) -> Style {
        if focused { self.colored(Color::Cyan) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// The lines of a frame: the focus is seen without colours too.
    pub fn border_type(self, focused: bool) -> BorderType {
        if focused { BorderType::Thick } else { BorderType::Rounded }
    }

    /// A pane's title.
    pub fn title(self, focused: bool) -> Style {
        if focused {
            self.colored(Color::Cyan).add_modifier(Modifier::BOLD)
        } else {
            // The frame around it is dimmed; words are not.
            Style::new().remove_modifier(Modifier::DIM)
        }
    }

    /// The row under the cursor.
    pub fn selected(self, focused: bool) -> Style {
        Style::new().add_modifier(if focused { Modifier::REVERSED } else { Modifier::BOLD })
    }

    /// What can be missed without loss: terminals with a light background may show it nearly white.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What the filter found.
    pub fn found(self) -> Style {
        self.colored(Color::Cyan).add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
    }

    /// What went wrong.
    pub fn trouble(self) -> Style {
        self.colored(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// What was done.
    pub fn done(self) -> Style {
        self.colored(Color::Green).add_modifier(Modifier::BOLD)
    }

    /// Whether an image needs signed URLs: the line that most people come for.
    pub fn access(self, access: Access) -> (&'static str, Style) {
        let (sign, color) = match access {
            Access::Public => ("○", Color::Green),
            Access::Signed => ("●", Color::Magenta),
            Access::Unknown => ("?", Color::Red),
        };
        (sign, self.colored(color).add_modifier(Modifier::BOLD))
    }
}
