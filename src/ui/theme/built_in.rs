//! The built-in themes: theme files in the program. Only those in use are parsed.

use std::sync::LazyLock;

use crate::domain::{ColorDepth, ThemeChoice, ThemeFile};

static AUTO: LazyLock<ThemeFile> = LazyLock::new(|| ThemeFile::built_in(text(ThemeChoice::Auto)));
static DARK: LazyLock<ThemeFile> = LazyLock::new(|| ThemeFile::built_in(text(ThemeChoice::Dark)));
static LIGHT: LazyLock<ThemeFile> = LazyLock::new(|| ThemeFile::built_in(text(ThemeChoice::Light)));
static ANSI: LazyLock<ThemeFile> = LazyLock::new(|| ThemeFile::built_in(text(ThemeChoice::Ansi)));
static MONO: LazyLock<ThemeFile> = LazyLock::new(|| ThemeFile::built_in(text(ThemeChoice::Mono)));

/// The file of a built-in theme. `auto` is for an unknown background.
pub fn text(choice: ThemeChoice) -> &'static str {
    match choice {
        ThemeChoice::Auto => include_str!("auto.toml"),
        ThemeChoice::Dark => include_str!("dark.toml"),
        ThemeChoice::Light => include_str!("light.toml"),
        ThemeChoice::Ansi => include_str!("ansi.toml"),
        ThemeChoice::Mono => include_str!("mono.toml"),
    }
}

/// The theme for a background, and the colours to take from it. `None` is an unknown background.
pub(super) fn file(
    choice: ThemeChoice,
    is_light: Option<bool>,
    depth: ColorDepth,
) -> (&'static ThemeFile, ColorDepth) {
    let of_background = || match is_light {
        None => &*AUTO,
        Some(false) => &*DARK,
        Some(true) => &*LIGHT,
    };
    match choice {
        ThemeChoice::Auto => (of_background(), depth),
        ThemeChoice::Dark => (&DARK, depth),
        ThemeChoice::Light => (&LIGHT, depth),
        ThemeChoice::Ansi if is_light.is_none() => (&ANSI, ColorDepth::Ansi),
        ThemeChoice::Ansi => (of_background(), ColorDepth::Ansi),
        ThemeChoice::Mono => (&MONO, depth),
    }
}
