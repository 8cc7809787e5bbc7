//! Styles of themes as ratatui's, and as the terminal's parameters.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::{ThemeColor, ThemeStyle};

const OWN: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// The style for ratatui. The default foreground is no colour, so that it does not override others.
pub(super) fn to_style(style: ThemeStyle) -> Style {
    let modified = modifiers(style).into_iter().fold(Style::new(), |out, (modifier, set)| match set {
        Some(true) => out.add_modifier(modifier),
        Some(false) => out.remove_modifier(modifier),
        None => out,
    });
    Style { fg: style.fg.and_then(to_color), bg: style.bg.and_then(to_color), ..modified }
}

fn modifiers(style: ThemeStyle) -> [(Modifier, Option<bool>); 5] {
    [
        (Modifier::BOLD, style.bold),
        (Modifier::DIM, style.dim),
        (Modifier::ITALIC, style.italic),
        (Modifier::UNDERLINED, style.underline),
        (Modifier::REVERSED, style.reversed),
    ]
}

fn to_color(color: ThemeColor) -> Option<Color> {
    match color {
        ThemeColor::Default => None,
        ThemeColor::Indexed(number) => {
            Some(OWN.get(usize::from(number)).copied().unwrap_or(Color::Indexed(number)))
        }
        ThemeColor::Rgb(rgb) => Some(Color::from(rgb)),
    }
}

/// The parameters of SGR, such as `1;38;5;220`. Empty if nothing is set.
pub(super) fn sgr(style: ThemeStyle) -> String {
    let modifiers = modifiers(style).into_iter().zip(["1", "2", "3", "4", "7"]);
    let modifiers = modifiers.filter(|((_, set), _)| *set == Some(true)).map(|(_, number)| number.to_owned());
    let colors =
        [style.fg.and_then(|color| parameter(color, 30)), style.bg.and_then(|color| parameter(color, 40))];
    modifiers.chain(colors.into_iter().flatten()).collect::<Vec<_>>().join(";")
}

/// A colour on a layer: 30 is the foreground, 40 the background.
fn parameter(color: ThemeColor, layer: u8) -> Option<String> {
    match color {
        ThemeColor::Default => None,
        ThemeColor::Indexed(number @ ..8) => Some((layer + number).to_string()),
        // The bright variants.
        ThemeColor::Indexed(number @ 8..16) => Some((layer + 60 + number - 8).to_string()),
        ThemeColor::Indexed(number) => Some(format!("{};5;{number}", layer + 8)),
        ThemeColor::Rgb([red, green, blue]) => Some(format!("{};2;{red};{green};{blue}", layer + 8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_colors_and_attributes() {
        let style = |fg, bg| ThemeStyle { fg, bg, ..ThemeStyle::default() };
        for (style, expected) in [
            (style(Some(ThemeColor::Indexed(3)), None), "33"),
            (style(Some(ThemeColor::Indexed(11)), Some(ThemeColor::Indexed(8))), "93;100"),
            (style(Some(ThemeColor::Indexed(220)), Some(ThemeColor::Rgb([1, 2, 3]))), "38;5;220;48;2;1;2;3"),
            (style(Some(ThemeColor::Default), None), ""),
            (
                ThemeStyle { bold: Some(true), underline: Some(true), dim: Some(false), ..style(None, None) },
                "1;4",
            ),
        ] {
            assert_eq!(sgr(style), expected, "{style:?}");
        }
    }
}
