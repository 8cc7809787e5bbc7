//! Styles by role.
//!
//! Text that must be readable has the terminal's own foreground, and stands out by attributes. Colour is only for marks,
//! badges, borders and selections, and never the only sign.

mod palette;

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::BorderType;

use crate::domain::color::{contrast, is_light, mix};
use crate::domain::{Access, ColorDepth, MarksChoice, Rgb, ThemeChoice};
use palette::Palette;

/// The least contrast of text and its background.
const READABLE: f32 = 4.5;

/// The most percent of a colour in the background of a selected row.
const MOST_TINT: u16 = 60;

/// Styles by role. Without colours, words and attributes still show every state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Theme {
    choice: ThemeChoice,
    depth: ColorDepth,
    /// The terminal's background. `None` if unknown.
    background: Option<Rgb>,
    /// The terminal's default foreground. `None` if unknown.
    foreground: Option<Rgb>,
    marks: MarksChoice,
    has_wide_marks: bool,
    has_thin_circles: bool,
}

impl Theme {
    /// The theme for a terminal whose background is not known yet.
    pub fn new(choice: ThemeChoice, depth: ColorDepth, marks: MarksChoice) -> Self {
        Self { choice, depth, marks, ..Self::default() }
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

    /// This theme with a default foreground.
    #[must_use]
    pub fn with_foreground(self, foreground: Rgb) -> Self {
        let foreground = self.has_colors().then_some(foreground);
        Self { foreground, ..self }
    }

    /// This theme in a terminal that draws `○` with a line too thin to be seen.
    #[must_use]
    pub fn with_thin_circles(self, has_thin_circles: bool) -> Self {
        Self { has_thin_circles, ..self }
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
                    None if self.choice == ThemeChoice::Ansi => &palette::ANSI,
                    None => &palette::ANSI_MIDDLE,
                    Some(false) => &palette::ANSI_DARK,
                    Some(true) => &palette::ANSI_LIGHT,
                }
            }
            (ThemeChoice::Auto, _) => match is_light {
                None => &palette::MIDDLE,
                Some(false) => &palette::DARK,
                Some(true) => &palette::LIGHT,
            },
            (ThemeChoice::Dark, ColorDepth::Ansi) => &palette::ANSI_DARK,
            (ThemeChoice::Dark, _) => &palette::DARK,
            (ThemeChoice::Light, ColorDepth::Ansi) => &palette::ANSI_LIGHT,
            (ThemeChoice::Light, _) => &palette::LIGHT,
        }
    }

    /// The background of the selected row. `None` if the terminal cannot show a tint of its own background, or its text
    /// would not be readable on it.
    fn selection(self, focused: bool) -> Option<Color> {
        let background = self.background.filter(|_| self.depth == ColorDepth::Rgb)?;
        if self.choice == ThemeChoice::Ansi {
            return None;
        }
        let (color, visible) = match (focused, is_light(background)) {
            (true, false) => (palette::rgb(self.palette().accent)?, 1.8),
            (true, true) => (palette::rgb(self.palette().accent)?, 1.25),
            (false, false) => ([255; 3], 1.25),
            (false, true) => ([0; 3], 1.12),
        };
        let tint = (1..=MOST_TINT)
            .map(|percent| mix(background, color, percent))
            .find(|tint| contrast(*tint, background) >= visible)?;
        (contrast(tint, self.foreground?) >= READABLE).then(|| Color::from(tint))
    }

    /// The border of a pane. It is the accent if focused, else grey, or dimmed where no grey is known to be visible.
    pub fn border(self, focused: bool) -> Style {
        match self.palette() {
            // Panes share borders.
            _ if focused => on_border(self.accent()),
            Palette { border: Color::Reset, .. } => Style::new().add_modifier(Modifier::DIM),
            palette => Style::new().fg(palette.border),
        }
    }

    /// The lines of a border. They show the focus without colours.
    pub fn border_type(self, focused: bool) -> BorderType {
        if focused { BorderType::Thick } else { BorderType::Rounded }
    }

    pub fn title(self, focused: bool) -> Style {
        let words = on_border(Style::new());
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

    /// The first column of the selected row. Reversed, a bar would be a notch.
    pub fn selection_bar(self, focused: bool) -> &'static str {
        if focused && self.selection(true).is_none() { " " } else { "▌" }
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
    pub fn mark(self) -> Span<'static> {
        Span::styled(if self.has_ascii_marks() { "+" } else { "◆" }, colored(self.palette().mark))
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
        let style = on_border(self.access_style(access)).remove_modifier(Modifier::BOLD);
        Span::styled(self.access_mark(access), style)
    }

    /// The badge with an image's access.
    pub fn access_badge(self, access: Access) -> Span<'static> {
        let words = match access {
            Access::Public => "PUBLIC",
            Access::Signed => "SIGNED URL REQUIRED",
            Access::Unknown => "ACCESS UNKNOWN",
        };
        Span::styled(format!(" {} {words} ", self.access_mark(access)), self.badge(access))
    }

    fn badge(self, access: Access) -> Style {
        let badge = on_border(Style::new());
        let color = self.access_style(access).fg.unwrap_or_default();
        match palette::rgb(color) {
            Some(value) => {
                let text = if is_light(value) { palette::BLACK } else { palette::WHITE };
                badge.fg(text).bg(color).add_modifier(Modifier::BOLD)
            }
            None if !self.has_colors() => match access {
                Access::Public => badge.add_modifier(Modifier::BOLD),
                Access::Signed | Access::Unknown => badge.add_modifier(Modifier::BOLD | Modifier::REVERSED),
            },
            // Some terminals replace bold black by grey.
            None => match access {
                Access::Public => badge.fg(Color::Black).bg(Color::Green),
                Access::Signed => badge.fg(Color::Black).bg(Color::Yellow),
                Access::Unknown => badge.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
            },
        }
    }

    /// The badge of an image whose bytes were not uploaded yet.
    pub fn draft_badge(self) -> Span<'static> {
        Span::styled(" DRAFT ", on_border(self.strong()).add_modifier(Modifier::REVERSED))
    }

    /// Whether marks are ASCII, by choice or because the terminal draws others two columns wide.
    pub fn has_ascii_marks(self) -> bool {
        self.marks == MarksChoice::Ascii || self.has_wide_marks
    }

    /// The mark of an access, without its colour.
    pub fn access_mark(self, access: Access) -> &'static str {
        match (access, self.has_ascii_marks()) {
            (Access::Public, false) if self.has_thin_circles => "◯",
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

/// The style where a border was drawn before, of whose colour and dimming it must keep nothing.
fn on_border(style: Style) -> Style {
    Style { fg: style.fg.or(Some(Color::Reset)), ..style }.remove_modifier(Modifier::DIM)
}

/// A style in this colour. The default foreground is no colour, so that it does not override others.
fn colored(color: Color) -> Style {
    if color == Color::Reset { Style::new() } else { Style::new().fg(color) }
}

#[cfg(test)]
mod tests;
