//! Styles by role.
//!
//! Text that must be readable has the terminal's own foreground, and stands out by attributes. Colour is only for marks,
//! badges, borders and selections, and never the only sign.

mod palette;

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::BorderType;

use crate::domain::color::{is_light, mix};
use crate::domain::{Access, ColorDepth, MarksChoice, Rgb, ThemeChoice};
use palette::Palette;

/// Styles by role. Without colours, words and attributes still show every state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Theme {
    choice: ThemeChoice,
    depth: ColorDepth,
    /// The terminal's background. `None` if unknown.
    background: Option<Rgb>,
    marks: MarksChoice,
    has_wide_marks: bool,
}

impl Theme {
    /// The theme for a terminal whose background is not known yet.
    pub fn new(choice: ThemeChoice, depth: ColorDepth, marks: MarksChoice) -> Self {
        Self { choice, depth, background: None, marks, has_wide_marks: false }
    }

    /// The theme without colours.
    pub fn mono() -> Self {
        Self { choice: ThemeChoice::Mono, ..Self::default() }
    }

    /// This theme on a background.
    #[must_use]
    pub fn on_background(self, background: Rgb) -> Self {
        let background = self.has_colors().then_some(background);
        Self { background, ..self }
    }

    /// This theme in a terminal that may draw `●` two columns wide.
    #[must_use]
    pub fn with_wide_marks(self, has_wide_marks: bool) -> Self {
        Self { has_wide_marks: has_wide_marks && self.marks == MarksChoice::Auto, ..self }
    }

    /// Whether the user left the marks to the terminal.
    pub fn adapts_marks(self) -> bool {
        self.marks == MarksChoice::Auto
    }

    pub fn has_colors(self) -> bool {
        self.choice != ThemeChoice::Mono
    }

    fn palette(self) -> &'static Palette {
        let is_light = self.background.map(is_light);
        match (self.choice, self.depth) {
            (ThemeChoice::Mono, _) => &palette::MONO,
            (ThemeChoice::Auto | ThemeChoice::Ansi, ColorDepth::Ansi) | (ThemeChoice::Ansi, _) => {
                match is_light {
                    None => &palette::ANSI,
                    Some(false) => &palette::ANSI_DARK,
                    Some(true) => &palette::ANSI_LIGHT,
                }
            }
            (ThemeChoice::Auto, _) => match is_light {
                None => &palette::ANSI,
                Some(false) => &palette::DARK,
                Some(true) => &palette::LIGHT,
            },
            (ThemeChoice::Dark, ColorDepth::Ansi) => &palette::ANSI_DARK,
            (ThemeChoice::Dark, _) => &palette::DARK,
            (ThemeChoice::Light, ColorDepth::Ansi) => &palette::ANSI_LIGHT,
            (ThemeChoice::Light, _) => &palette::LIGHT,
        }
    }

    /// The background of the selected row. `None` if the terminal cannot show a tint of its own background.
    fn selection(self, focused: bool) -> Option<Color> {
        let background = self.background.filter(|_| self.depth == ColorDepth::Rgb)?;
        if self.choice == ThemeChoice::Ansi {
            return None;
        }
        let accent = palette::rgb(self.palette().accent)?;
        let tint = match (focused, is_light(background)) {
            (true, false) => mix(background, accent, 20),
            (true, true) => mix(background, accent, 15),
            (false, false) => mix(background, [255; 3], 8),
            (false, true) => mix(background, [0; 3], 6),
        };
        Some(Color::from(tint))
    }

    /// The border of a pane. It is the accent if focused, else grey, or dimmed where no grey is known to be visible.
    pub fn border(self, focused: bool) -> Style {
        match self.palette().border {
            _ if focused => self.accent(),
            Color::Reset => Style::new().add_modifier(Modifier::DIM),
            grey => Style::new().fg(grey),
        }
    }

    /// The lines of a border. They show the focus without colours.
    pub fn border_type(self, focused: bool) -> BorderType {
        if focused { BorderType::Thick } else { BorderType::Rounded }
    }

    pub fn title(self, focused: bool) -> Style {
        // Undo the style of the border, on which the title is drawn.
        let words = Style::new().fg(Color::Reset).remove_modifier(Modifier::DIM);
        if focused { words.add_modifier(Modifier::BOLD) } else { words }
    }

    /// The selected row of a list.
    pub fn selected(self, focused: bool) -> Style {
        match (self.selection(focused), focused) {
            (Some(tint), true) => Style::new().bg(tint).add_modifier(Modifier::BOLD),
            (Some(tint), false) => Style::new().bg(tint),
            (None, true) => Style::new().add_modifier(Modifier::REVERSED),
            (None, false) => Style::new().add_modifier(Modifier::BOLD),
        }
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
        colored(self.palette().accent)
    }

    /// The sign of a marked image.
    pub fn mark(self) -> Style {
        colored(self.palette().mark)
    }

    pub fn success(self) -> Style {
        colored(self.palette().success)
    }

    pub fn warning(self) -> Style {
        colored(self.palette().warning)
    }

    /// A problem.
    pub fn problem(self) -> Style {
        colored(self.palette().problem).add_modifier(Modifier::BOLD)
    }

    /// The sign before what was done.
    pub fn done(self) -> Span<'static> {
        Span::styled("✓", self.success())
    }

    /// The sign before an image's access. Never bold, as some terminals replace bold colours by bright ones.
    pub fn access(self, access: Access) -> Span<'static> {
        Span::styled(self.access_mark(access), self.access_style(access).remove_modifier(Modifier::BOLD))
    }

    /// The badge with an image's access.
    pub fn access_badge(self, access: Access) -> Span<'static> {
        let words = match access {
            Access::Public => "PUBLIC",
            Access::Signed => "SIGNED URL REQUIRED",
            Access::Unknown => "ACCESS UNKNOWN",
        };
        let style = match self.access_style(access).fg {
            // Reversed it would have the background's colour on yellow: white on yellow in a light terminal.
            Some(color @ (Color::Yellow | Color::Green)) => Style::new().fg(Color::Black).bg(color),
            Some(color @ Color::Red) => Style::new().fg(Color::White).bg(color),
            color => Style { fg: color, ..Style::new() }.add_modifier(Modifier::REVERSED | Modifier::BOLD),
        };
        Span::styled(format!(" {} {words} ", self.access_mark(access)), style)
    }

    /// The mark of an access, without its colour.
    pub fn access_mark(self, access: Access) -> &'static str {
        let is_ascii = self.marks == MarksChoice::Ascii || self.has_wide_marks;
        match (access, is_ascii) {
            (Access::Public, false) => "○",
            (Access::Public, true) => "-",
            (Access::Signed, false) => "●",
            (Access::Signed, true) => "*",
            (Access::Unknown, _) => "?",
        }
    }

    /// The parameters of SGR for the colour of an access, such as `38;5;220`. Empty without colours.
    pub fn access_sgr(self, access: Access) -> String {
        self.access_style(access).fg.map(palette::sgr).unwrap_or_default()
    }

    fn access_style(self, access: Access) -> Style {
        match access {
            Access::Public => self.success(),
            Access::Signed => self.warning(),
            Access::Unknown => self.problem(),
        }
    }
}

/// A style in this colour. The default foreground is no colour, so that it does not override others.
fn colored(color: Color) -> Style {
    if color == Color::Reset { Style::new() } else { Style::new().fg(color) }
}

#[cfg(test)]
mod tests;
