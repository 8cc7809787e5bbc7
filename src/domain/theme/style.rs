//! Styles in theme files.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::color::ThemeColor;
use crate::domain::Mistake;
use crate::domain::color::{ColorDepth, is_light};
use crate::domain::typo::closest;

/// The names in a style's table.
const PROPERTIES: [&str; 7] = ["fg", "bg", "bold", "dim", "italic", "underline", "reversed"];

/// A style as far as it is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThemeStyle {
    pub fg: Option<ThemeColor>,
    pub bg: Option<ThemeColor>,
    pub bold: Option<bool>,
    pub dim: Option<bool>,
    pub italic: Option<bool>,
    pub underline: Option<bool>,
    pub reversed: Option<bool>,
}

impl ThemeStyle {
    pub fn has_colors(self) -> bool {
        self.fg.or(self.bg).is_some()
    }

    /// This style, and what it does not set from another. Dimming and reversing are for lack of colours, so colours
    /// replace them.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        let has_colors = self.has_colors();
        Self {
            fg: self.fg.or(other.fg),
            bg: self.bg.or(other.bg),
            bold: self.bold.or(other.bold),
            dim: self.dim.or(other.dim.filter(|_| !has_colors)),
            italic: self.italic.or(other.italic),
            underline: self.underline.or(other.underline),
            reversed: self.reversed.or(other.reversed.filter(|_| !has_colors)),
        }
    }

    /// Text on a background of this colour. It is bold, but in the terminal's own black: bold, some draw that as grey.
    pub(super) fn badge(bg: ThemeColor) -> Self {
        let is_light = bg.rgb().is_some_and(is_light);
        let fg = match (bg.is_own(), is_light) {
            (true, true) => ThemeColor::BLACK,
            (true, false) => ThemeColor::BRIGHT_WHITE,
            // The terminal's user may have changed the first 16.
            (false, true) => ThemeColor::Indexed(16),
            (false, false) => ThemeColor::Indexed(231),
        };
        Self { fg: Some(fg), bg: Some(bg), bold: Some(fg != ThemeColor::BLACK), ..Self::default() }
    }

    /// The style in the nearest colours that a terminal of this depth has.
    #[must_use]
    pub(super) fn at(self, depth: ColorDepth) -> Self {
        let nearest = |color: ThemeColor| color.at(depth);
        Self { fg: self.fg.map(nearest), bg: self.bg.map(nearest), ..self }
    }

    /// Reads a colour, which is the foreground, or a table of properties.
    pub fn read(value: &Spanned<DeValue<'_>>) -> (Self, Vec<Mistake>) {
        let (mut style, mut mistakes) = (Self::default(), Vec::new());
        let DeValue::Table(table) = value.get_ref() else {
            style.fg = keep(read_color(value, "a colour or a table"), &mut mistakes);
            return (style, mistakes);
        };
        for (name, value) in table {
            let switch = match &**name.get_ref() {
                "fg" => {
                    style.fg = keep(read_color(value, "a colour"), &mut mistakes);
                    continue;
                }
                "bg" => {
                    style.bg = keep(read_color(value, "a colour"), &mut mistakes);
                    continue;
                }
                "bold" => &mut style.bold,
                "dim" => &mut style.dim,
                "italic" => &mut style.italic,
                "underline" => &mut style.underline,
                "reversed" => &mut style.reversed,
                unknown => {
                    mistakes.push(unknown_property(name.span(), unknown));
                    continue;
                }
            };
            *switch = value.get_ref().as_bool();
            if switch.is_none() {
                mistakes.push(unexpected("true or false", value));
            }
        }
        (style, mistakes)
    }
}

fn keep<T>(result: Result<T, Mistake>, mistakes: &mut Vec<Mistake>) -> Option<T> {
    result.map_err(|mistake| mistakes.push(mistake)).ok()
}

fn read_color(value: &Spanned<DeValue<'_>>, expected: &str) -> Result<ThemeColor, Mistake> {
    let text = match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        _ => return Err(unexpected(expected, value)),
    };
    text.parse::<ThemeColor>().map_err(|why| {
        let why = why.to_string();
        let (what, help) = why.split_once(": ").unwrap_or((&why, ""));
        Mistake::new(value.span(), what).with_help(help)
    })
}

fn unexpected(expected: &str, value: &Spanned<DeValue<'_>>) -> Mistake {
    Mistake::new(value.span(), format!("expected {expected}, not {}", kind(value.get_ref())))
}

/// What a value is.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

fn unknown_property(span: Range<usize>, name: &str) -> Mistake {
    let help = match closest(name, PROPERTIES) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "use fg, bg, bold, dim, italic, underline or reversed".to_owned(),
    };
    Mistake::new(span, "unknown property").with_help(help)
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    #[test]
    fn style_is_a_color_or_a_table() {
        let read = |value: &str| {
            let text = format!("a = {value}");
            let table = DeTable::parse(&text).unwrap();
            let (style, mistakes) = ThemeStyle::read(&table.get_ref()["a"]);
            assert_eq!(mistakes, [], "{value}");
            style
        };
        let yellow = ThemeStyle { fg: Some(ThemeColor::Indexed(3)), ..ThemeStyle::default() };
        for value in ["\"yellow\"", "3", "\"3\"", "{ fg = \"yellow\" }"] {
            assert_eq!(read(value), yellow, "{value}");
        }
        let full = read(
            "{ fg = 16, bg = \"#fff\", bold = true, dim = false, italic = true, underline = true, reversed = false }",
        );
        let expected = ThemeStyle {
            fg: Some(ThemeColor::Indexed(16)),
            bg: Some(ThemeColor::Rgb([255; 3])),
            bold: Some(true),
            dim: Some(false),
            italic: Some(true),
            underline: Some(true),
            reversed: Some(false),
        };
        assert_eq!(full, expected);
    }

    #[test]
    fn colors_replace_dimming_and_reversing() {
        let base = ThemeStyle {
            bold: Some(true),
            dim: Some(true),
            reversed: Some(true),
            underline: Some(true),
            ..ThemeStyle::default()
        };
        let color = ThemeStyle { fg: Some(ThemeColor::Default), ..ThemeStyle::default() };
        let expected = ThemeStyle { bold: Some(true), underline: Some(true), ..color };
        assert_eq!(color.over(base), expected);
        let plain = ThemeStyle { underline: Some(false), ..ThemeStyle::default() };
        assert_eq!(plain.over(base), ThemeStyle { underline: Some(false), ..base });
    }
}
