//! Styles: only the terminal's own 16 colours and no background, so that light and dark themes both work.
//!
//! Text that must be readable has the terminal's own foreground, and stands out by attributes. Each of the colours is
//! hard to read on some background (cyan, green and yellow on white; blue on black; bright ones in Solarized, where
//! they are greys). Colours are only for signs beside the text. Those are not bold, as some terminals replace bold
//! colours by bright ones.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::BorderType;

use crate::domain::Access;

/// Styles by meaning. Without colours, words and attributes still show every state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Whether to use colours. The caller checks `NO_COLOR`.
    pub color: bool,
}

impl Theme {
    fn colored(self, color: Color) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    /// The border of a pane. The focused one has the foreground colour: no other is visible on every background.
    pub fn border(self, focused: bool) -> Style {
        if focused { Style::new() } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// The lines of a border. They show the focus without colours.
    pub fn border_type(self, focused: bool) -> BorderType {
        if focused { BorderType::Thick } else { BorderType::Rounded }
    }

    pub fn title(self, focused: bool) -> Style {
        // Undo the border's dimming.
        let words = Style::new().remove_modifier(Modifier::DIM);
        if focused { words.add_modifier(Modifier::BOLD) } else { words }
    }

    pub fn selected(self, focused: bool) -> Style {
        Style::new().add_modifier(if focused { Modifier::REVERSED } else { Modifier::BOLD })
    }

    /// A prompt, or a value that is missing. Not dimmed, as kitty and Konsole draw that nearly white on white.
    pub fn placeholder(self) -> Style {
        Style::new().add_modifier(Modifier::ITALIC)
    }

    /// Text that matters more.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Matches of the filter.
    pub fn match_style(self) -> Style {
        self.accent().add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
    }

    /// The focused border and matched letters.
    pub fn accent(self) -> Style {
        self.colored(Color::Blue)
    }

    /// The sign of a marked image.
    pub fn mark(self) -> Style {
        self.colored(Color::Magenta)
    }

    pub fn success(self) -> Style {
        self.colored(Color::Green)
    }

    pub fn warning(self) -> Style {
        self.colored(Color::Yellow)
    }

    /// A problem. Red is the only colour that is readable on light and dark backgrounds.
    pub fn problem(self) -> Style {
        self.colored(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The sign before what was done.
    pub fn done(self) -> Span<'static> {
        Span::styled("✓", self.success())
    }

    /// The sign before an image's access.
    pub fn access(self, access: Access) -> Span<'static> {
        match access {
            Access::Public => Span::styled("○", self.success()),
            Access::Signed => Span::styled("●", self.warning()),
            Access::Unknown => Span::styled("?", self.problem()),
        }
    }

    /// The badge with an image's access.
    pub fn access_badge(self, access: Access) -> Span<'static> {
        let style = self.access(access).style.add_modifier(Modifier::REVERSED | Modifier::BOLD);
        let text = match access {
            Access::Public => " ○ PUBLIC ",
            Access::Signed => " ● SIGNED URL REQUIRED ",
            Access::Unknown => " ? ACCESS UNKNOWN ",
        };
        Span::styled(text, style)
    }
}
