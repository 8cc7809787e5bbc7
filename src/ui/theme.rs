//! Styles by role.
//!
//! Text that must be readable has the terminal's own foreground, and stands out by attributes. Colour is only for marks,
//! badges, borders and selections, and never the only sign.

mod built_in;
mod style;

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use ratatui::widgets::BorderType;

use crate::domain::color::{contrast, is_light, mix};
use crate::domain::{
    Access, ChosenTheme, ColorDepth, MarksChoice, Rgb, Role, ThemeChoice, ThemeStyle, Themes,
};
pub use built_in::text as built_in_theme;
use style::{sgr, to_style};

/// The least contrast of text and its background.
const READABLE: f32 = 4.5;

/// The most percent of a colour in the background of a selected row.
const MOST_TINT: u16 = 60;

const MONO: Themes =
    Themes { dark: ChosenTheme::BuiltIn(ThemeChoice::Mono), light: ChosenTheme::BuiltIn(ThemeChoice::Mono) };

/// Styles by role. Without colours, words and attributes still show every state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Theme {
    themes: Themes,
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
    pub fn new(themes: impl Into<Themes>, depth: ColorDepth, marks: MarksChoice) -> Self {
        Self { themes: themes.into(), depth, marks, ..Self::default() }
    }

    /// The theme without colours.
    pub fn mono() -> Self {
        Self { themes: ThemeChoice::Mono.into(), ..Self::default() }
    }

    /// This theme on a background.
    #[must_use]
    pub fn on_background(self, background: Rgb) -> Self {
        let background = (self.themes != MONO).then_some(background);
        Self { background, ..self }
    }

    /// This theme with a default foreground.
    #[must_use]
    pub fn with_foreground(self, foreground: Rgb) -> Self {
        let foreground = (self.themes != MONO).then_some(foreground);
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
        self.theme() != ChosenTheme::BuiltIn(ThemeChoice::Mono)
    }

    fn theme(self) -> ChosenTheme {
        self.themes.on(self.background.map(is_light))
    }

    /// The built-in theme that the chosen one is, or that it builds on.
    fn base(self) -> ThemeChoice {
        match self.theme() {
            ChosenTheme::BuiltIn(choice) => choice,
            ChosenTheme::File(file) => file.base,
        }
    }

    fn role(self, role: Role) -> ThemeStyle {
        let (base, depth) = built_in::file(self.base(), self.background.map(is_light), self.depth);
        let base = base.style(role, depth);
        match self.theme() {
            ChosenTheme::BuiltIn(_) => base,
            ChosenTheme::File(file) => file.style(role, self.depth).over(base),
        }
    }

    fn style(self, role: Role) -> Style {
        to_style(self.role(role))
    }

    /// A tint of the terminal's background for the selected row. `None` if the terminal can't show it, or its text would
    /// not be readable on it.
    fn tint(self, focused: bool) -> Option<Color> {
        let background = self.background.filter(|_| self.depth == ColorDepth::Rgb && self.has_colors())?;
        if self.base() == ThemeChoice::Ansi {
            return None;
        }
        let (color, visible) = match (focused, is_light(background)) {
            (true, false) => (self.role(Role::Accent).fg?.rgb()?, 1.8),
            (true, true) => (self.role(Role::Accent).fg?.rgb()?, 1.25),
            (false, false) => ([255; 3], 1.25),
            (false, true) => ([0; 3], 1.12),
        };
        let tint = (1..=MOST_TINT)
            .map(|percent| mix(background, color, percent))
            .find(|tint| contrast(*tint, background) >= visible)?;
        (contrast(tint, self.foreground?) >= READABLE).then(|| Color::from(tint))
    }

    /// The border of a pane.
    pub fn border(self, focused: bool) -> Style {
        // Panes share borders.
        if focused { on_border(self.style(Role::FocusedBorder)) } else { self.style(Role::Border) }
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
        let set = self.role(if focused { Role::Selection } else { Role::InactiveSelection });
        if set.has_colors() || set.reversed.is_some() {
            return to_style(ThemeStyle { bold: Some(focused), ..ThemeStyle::default() })
                .patch(to_style(set));
        }
        let usual = match (self.tint(focused), focused) {
            (Some(tint), true) => Style::new().bg(tint).add_modifier(Modifier::BOLD),
            (Some(tint), false) => Style::new().bg(tint),
            (None, true) => Style::new().add_modifier(Modifier::REVERSED),
            (None, false) => Style::new().add_modifier(Modifier::BOLD),
        };
        usual.patch(to_style(set))
    }

    /// The first column of the selected row. Reversed, a bar would be a notch.
    pub fn selection_bar(self, focused: bool) -> &'static str {
        if self.selected(focused).add_modifier.contains(Modifier::REVERSED) { " " } else { "▌" }
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
        self.style(Role::Match)
    }

    /// Prompts, and what follows them.
    pub fn accent(self) -> Style {
        self.style(Role::Accent)
    }

    /// The sign of a marked image.
    pub fn mark(self) -> Span<'static> {
        Span::styled(if self.has_ascii_marks() { "+" } else { "◆" }, self.style(Role::Mark))
    }

    pub fn success(self) -> Style {
        self.style(Role::Success)
    }

    pub fn warning(self) -> Style {
        self.style(Role::Warning)
    }

    /// A problem.
    pub fn problem(self) -> Style {
        self.style(Role::Error)
    }

    /// The sign before what was done.
    pub fn done(self) -> Span<'static> {
        Span::styled("✓", self.success())
    }

    /// The sign before an image's access. Not bold in a bold row, as some terminals replace bold colours by bright ones.
    pub fn access(self, access: Access) -> Span<'static> {
        let style = self.role(sign_role(access));
        let style = ThemeStyle { bold: style.bold.or(Some(false)), ..style };
        Span::styled(self.access_mark(access), on_border(to_style(style)))
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
        on_border(self.style(match access {
            Access::Public => Role::PublicBadge,
            Access::Signed => Role::SignedBadge,
            Access::Unknown => Role::UnknownBadge,
        }))
    }

    /// The badge of an image whose bytes were not uploaded yet.
    pub fn draft_badge(self) -> Span<'static> {
        Span::styled(" DRAFT ", on_border(self.style(Role::DraftBadge)))
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

    /// The parameters of SGR for the sign of an access, such as `38;5;220`. Empty without colours.
    pub fn access_sgr(self, access: Access) -> String {
        self.sgr(sign_role(access))
    }

    /// The parameters of SGR for a role.
    pub fn sgr(self, role: Role) -> String {
        sgr(self.role(role))
    }

    /// The same in bold.
    pub fn bold_sgr(self, role: Role) -> String {
        sgr(ThemeStyle { bold: Some(true), ..self.role(role) })
    }
}

fn sign_role(access: Access) -> Role {
    match access {
        Access::Public => Role::Public,
        Access::Signed => Role::Signed,
        Access::Unknown => Role::Unknown,
    }
}

/// The style where a border was drawn before, of whose colour and dimming it must keep nothing.
fn on_border(style: Style) -> Style {
    Style { fg: style.fg.or(Some(Color::Reset)), ..style }.remove_modifier(Modifier::DIM)
}

#[cfg(test)]
mod tests;
