//! The contents of a theme file.

use toml::de::DeTable;

use super::role::Role;
use super::style::ThemeStyle;
use crate::domain::color::ColorDepth;
use crate::domain::theme_choice::ThemeChoice;

type Styles = [ThemeStyle; Role::ALL.len()];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThemeFile {
    /// The built-in theme that gives what this one does not set.
    pub base: ThemeChoice,
    pub styles: Styles,
    /// What replaces the styles if the terminal has 16 colours.
    pub ansi: Styles,
}

impl ThemeFile {
    /// The name of the setting [`base`](Self::base).
    pub const BASE: &str = "base";
    /// The name of the table [`ansi`](Self::ansi).
    pub const ANSI: &str = "ansi";

    /// Reads a built-in theme: a text without mistakes, and without a base.
    pub fn built_in(text: &str) -> Self {
        let (table, _) = DeTable::parse_recoverable(text);
        let styles = |table: &DeTable<'_>| {
            let style = |role: Role| table.get(role.name()).map(|value| ThemeStyle::read(value).0);
            Role::ALL.map(|role| style(role).unwrap_or_default())
        };
        let table = table.get_ref();
        let ansi = table.get(Self::ANSI).and_then(|value| value.get_ref().as_table());
        Self { base: ThemeChoice::Auto, styles: styles(table), ansi: ansi.map(styles).unwrap_or_default() }
    }

    /// What the file says about a role, in the colours that the terminal has.
    pub fn style(&self, role: Role, depth: ColorDepth) -> ThemeStyle {
        let style = self.named(role, depth);
        let Some(leader) = role.follows().filter(|_| !style.has_colors()) else { return style };
        match self.style(leader, depth).fg {
            Some(color) if !role.is_badge() => ThemeStyle { fg: Some(color), ..style },
            Some(color) if color.rgb().is_some() => style.over(ThemeStyle::badge(color)),
            _ => style,
        }
    }

    fn named(&self, role: Role, depth: ColorDepth) -> ThemeStyle {
        let style = self.styles[role as usize];
        if depth != ColorDepth::Ansi {
            return style.at(depth);
        }
        // The nearest of so few may be the background's colour, or take all contrast from the text.
        let is_lost = role.is_selection() && style.bg.is_some_and(|color| !color.is_own());
        let style = if is_lost { ThemeStyle::default() } else { style.at(depth) };
        self.ansi[role as usize].over(style)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ThemeColor;
    use super::*;

    fn fg(color: ThemeColor) -> ThemeStyle {
        ThemeStyle { fg: Some(color), ..ThemeStyle::default() }
    }

    #[test]
    fn roles_follow_unless_set() {
        let file =
            ThemeFile::built_in("warning = 220\npublic = 114\nmatch = { underline = false }\naccent = 75");
        let style = |role| file.style(role, ColorDepth::Rgb);
        assert_eq!(style(Role::Signed), fg(ThemeColor::Indexed(220)));
        assert_eq!(style(Role::SignedBadge), ThemeStyle::badge(ThemeColor::Indexed(220)));
        assert_eq!(style(Role::PublicBadge), ThemeStyle::badge(ThemeColor::Indexed(114)));
        let matched = ThemeStyle { underline: Some(false), ..fg(ThemeColor::Indexed(75)) };
        assert_eq!(style(Role::Match), matched);
        for unset in [Role::Unknown, Role::UnknownBadge, Role::Error, Role::Success, Role::Border] {
            assert_eq!(style(unset), ThemeStyle::default(), "{unset:?}");
        }
        let file = ThemeFile::built_in("signed = \"default\"\nsigned_badge = { bold = true }");
        let bold = ThemeStyle { bold: Some(true), ..ThemeStyle::default() };
        assert_eq!(file.style(Role::SignedBadge, ColorDepth::Rgb), bold);
    }

    #[test]
    fn sixteen_colors_are_named_or_the_nearest() {
        let text = "accent = \"#7aa2f7\"\nborder = 243\nselection = { bg = \"#283457\" }
            inactive_selection = { bg = 4 }
            [ansi]\nborder = { fg = \"default\", dim = true }";
        let file = ThemeFile::built_in(text);
        let style = |role| file.style(role, ColorDepth::Ansi);
        assert_eq!(style(Role::Accent), fg(ThemeColor::Indexed(12)));
        assert_eq!(style(Role::Border), ThemeStyle { dim: Some(true), ..fg(ThemeColor::Default) });
        assert_eq!(style(Role::Selection), ThemeStyle::default(), "not a colour that hides the text");
        assert_eq!(style(Role::InactiveSelection).bg, Some(ThemeColor::Indexed(4)));
        assert_eq!(file.style(Role::Border, ColorDepth::Indexed), fg(ThemeColor::Indexed(243)));
    }
}
