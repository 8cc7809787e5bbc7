//! How things look: the terminal's own 16 colours and no painted background, so that light and dark themes both work.
//!
//! What must be read has the terminal's own foreground, and stands out by attributes: of the colours each is pale on some
//! background (cyan, green and yellow on white; blue on black; bright ones in Solarized, where they are greys). Colours
//! are for signs beside the words, and those are not bold, as some terminals take a bright colour for that.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
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

    /// The frame of a pane. The focused one is as dark or as light as words are: no colour but that is seen on every background.
    pub fn border(self, focused: bool) -> Style {
        if focused { Style::new() } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// The lines of a frame: the focus is seen without colours too.
    pub fn border_type(self, focused: bool) -> BorderType {
        if focused { BorderType::Thick } else { BorderType::Rounded }
    }

    /// A pane's title.
    pub fn title(self, focused: bool) -> Style {
        // The frame around it may be dimmed; words are not.
        let words = Style::new().remove_modifier(Modifier::DIM);
        if focused { words.add_modifier(Modifier::BOLD) } else { words }
    }

    /// The row under the cursor.
    pub fn selected(self, focused: bool) -> Style {
        Style::new().add_modifier(if focused { Modifier::REVERSED } else { Modifier::BOLD })
    }

    /// What stands where nothing is: a prompt, or that there is none. Not dimmed, as kitty and Konsole show that nearly white on
    /// white.
    pub fn placeholder(self) -> Style {
        Style::new().add_modifier(Modifier::ITALIC)
    }

    /// What matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What the filter found.
    pub fn match_style(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
    }

    /// What went wrong. Red is the one colour that is read on light and dark backgrounds alike.
    pub fn problem(self) -> Style {
        self.colored(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The sign of what was done.
    pub fn done(self) -> Span<'static> {
        Span::styled("✓", self.colored(Color::Green))
    }

    /// The sign of whether an image needs signed URLs: it stands before the line that most people come for.
    pub fn access(self, access: Access) -> Span<'static> {
        match access {
            // A ring is thin: kitty's green one is lost on white.
            Access::Public => Span::styled("○", self.strong()),
            Access::Signed => Span::styled("●", self.colored(Color::Magenta)),
            Access::Unknown => Span::styled("?", self.problem()),
        }
    }
}
