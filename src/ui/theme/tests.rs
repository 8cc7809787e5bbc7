use super::*;
use crate::domain::color::contrast;

const DARK_BACKGROUNDS: [Rgb; 4] = [[0; 3], [0x1e, 0x1e, 0x2e], [0, 0x2b, 0x36], [0x28, 0x2a, 0x36]];
const LIGHT_BACKGROUNDS: [Rgb; 3] = [[255; 3], [0xfd, 0xf6, 0xe3], [0xef, 0xf1, 0xf5]];

/// Backgrounds and the foregrounds of the same colour scheme: black, Catppuccin, Solarized, white.
const SCHEMES: [(Rgb, Rgb); 5] = [
    ([0; 3], [0xe5; 3]),
    ([0x1e, 0x1e, 0x2e], [0xcd, 0xd6, 0xf4]),
    ([0, 0x2b, 0x36], [0x83, 0x94, 0x96]),
    ([255; 3], [0; 3]),
    ([0xfd, 0xf6, 0xe3], [0x65, 0x7b, 0x83]),
];

fn theme(choice: ThemeChoice, depth: ColorDepth) -> Theme {
    Theme::new(choice, depth, MarksChoice::Auto)
}

fn auto(depth: ColorDepth, background: Rgb) -> Theme {
    theme(ThemeChoice::Auto, depth).on_background(background)
}

/// The value of a style's foreground, which must be fixed.
fn fixed(style: Style) -> Rgb {
    palette::rgb(style.fg.unwrap()).unwrap()
}

fn value(color: Option<Color>) -> Rgb {
    match color {
        Some(Color::Rgb(red, green, blue)) => [red, green, blue],
        other => panic!("{other:?}"),
    }
}

#[test]
fn colors_read_on_known_backgrounds() {
    for background in DARK_BACKGROUNDS.into_iter().chain(LIGHT_BACKGROUNDS) {
        for depth in [ColorDepth::Indexed, ColorDepth::Rgb] {
            let theme = auto(depth, background);
            for style in [theme.accent(), theme.mark(), theme.success(), theme.warning(), theme.problem()] {
                let contrast = contrast(fixed(style), background);
                assert!(contrast >= 4.5, "{style:?} on {background:?}: {contrast}");
            }
            let border = contrast(fixed(theme.border(false)), background);
            assert!(border >= 3.0, "the border on {background:?}: {border}");
        }
    }
}

#[test]
fn named_theme_has_the_colors_of_its_background() {
    for (choice, background) in [(ThemeChoice::Dark, [0; 3]), (ThemeChoice::Light, [255; 3])] {
        let named = theme(choice, ColorDepth::Rgb);
        let detected = auto(ColorDepth::Rgb, background);
        assert_eq!(named.accent(), detected.accent());
        assert_eq!(named.on_background([0x80; 3]).accent(), detected.accent(), "the user's choice counts");
    }
}

#[test]
fn text_reads_on_selection() {
    for (background, foreground) in SCHEMES {
        let theme = auto(ColorDepth::Rgb, background);
        for focused in [true, false] {
            let tint = value(theme.selected(focused).bg);
            assert!(contrast(tint, background) > 1.08, "{tint:?} on {background:?}");
            assert!(contrast(tint, foreground) >= 3.0, "{foreground:?} on {tint:?}");
            assert!(contrast(tint, fixed(theme.warning())) >= 3.0, "the mark on {tint:?}");
        }
        assert_ne!(theme.selected(true).bg, theme.selected(false).bg);
    }
}

#[test]
fn selection_is_reversed_where_no_tint_is_known() {
    let reversed = Style::new().add_modifier(Modifier::REVERSED);
    for theme in [
        Theme::default(),
        Theme::mono().on_background([0; 3]),
        theme(ThemeChoice::Dark, ColorDepth::Rgb),
        theme(ThemeChoice::Ansi, ColorDepth::Rgb).on_background([0; 3]),
        auto(ColorDepth::Indexed, [0; 3]),
    ] {
        assert_eq!(theme.selected(true), reversed, "{theme:?}");
        assert_eq!(theme.selected(false), theme.strong(), "{theme:?}");
    }
}

#[test]
fn sixteen_colors_are_enough_without_more() {
    let is_fixed = |color: Color| palette::rgb(color).is_some();
    for theme in [
        theme(ThemeChoice::Auto, ColorDepth::Rgb),
        theme(ThemeChoice::Ansi, ColorDepth::Rgb).on_background([0; 3]),
        theme(ThemeChoice::Dark, ColorDepth::Ansi),
        theme(ThemeChoice::Light, ColorDepth::Ansi),
        auto(ColorDepth::Ansi, [255; 3]),
    ] {
        for style in [theme.accent(), theme.mark(), theme.success(), theme.warning(), theme.problem()] {
            assert!(!style.fg.is_some_and(is_fixed), "{theme:?}: {style:?}");
        }
        assert_eq!(theme.success().fg, Some(Color::Green));
        assert_eq!(theme.border(false), Style::new().add_modifier(Modifier::DIM));
    }
    assert_eq!(Theme::default().accent(), Style::new(), "none reads on every background");
    assert_eq!(auto(ColorDepth::Ansi, [0; 3]).accent().fg, Some(Color::Cyan));
    assert_eq!(auto(ColorDepth::Ansi, [255; 3]).accent().fg, Some(Color::Blue));
}

#[test]
fn mono_has_no_colors() {
    let theme = theme(ThemeChoice::Mono, ColorDepth::Rgb).on_background([0; 3]);
    for style in [
        theme.border(true),
        theme.border(false),
        theme.selected(true),
        theme.selected(false),
        theme.match_style(),
        theme.accent(),
        theme.mark(),
        theme.success(),
        theme.warning(),
        theme.problem(),
        theme.access_badge(Access::Signed).style,
        theme.access(Access::Unknown).style,
    ] {
        assert_eq!((style.fg, style.bg), (None, None), "{style:?}");
    }
    assert!(!theme.has_colors() && theme.access_sgr(Access::Signed).is_empty());
}

#[test]
fn access_is_marked_by_sign_word_and_color() {
    let dark = auto(ColorDepth::Rgb, [0; 3]);
    let ansi = Theme::default();
    for (access, mark, badge, color, sgr) in [
        (Access::Signed, "●", " ● SIGNED URL REQUIRED ", Color::Yellow, "38;5;220"),
        (Access::Public, "○", " ○ PUBLIC ", Color::Green, "38;5;114"),
        (Access::Unknown, "?", " ? ACCESS UNKNOWN ", Color::Red, "38;5;210"),
    ] {
        assert_eq!(ansi.access(access).content, mark);
        assert_eq!(ansi.access(access).style.fg, Some(color));
        assert_eq!(ansi.access_badge(access).content, badge);
        assert_eq!(ansi.access_badge(access).style.bg, Some(color));
        assert_eq!(dark.access_sgr(access), sgr);
        assert!(dark.access_badge(access).style.add_modifier.contains(Modifier::REVERSED));
    }
    assert_eq!(ansi.access_sgr(Access::Signed), "33");
}

#[test]
fn marks_are_ascii_by_setting_or_where_they_are_wide() {
    let marks =
        |theme: Theme| [Access::Signed, Access::Public, Access::Unknown].map(|it| theme.access_mark(it));
    let with = |marks| Theme::new(ThemeChoice::Auto, ColorDepth::Ansi, marks);
    let (unicode, ascii) = (["●", "○", "?"], ["*", "-", "?"]);
    for (choice, narrow, wide) in [
        (MarksChoice::Auto, unicode, ascii),
        (MarksChoice::Unicode, unicode, unicode),
        (MarksChoice::Ascii, ascii, ascii),
    ] {
        assert_eq!(marks(with(choice)), narrow);
        assert_eq!(marks(with(choice).with_wide_marks(true)), wide);
    }
    assert_eq!(with(MarksChoice::Ascii).access_badge(Access::Public).content, " - PUBLIC ");
}

#[test]
fn focus_shows_without_color() {
    for theme in [Theme::mono(), Theme::default(), auto(ColorDepth::Rgb, [0; 3])] {
        assert_ne!(theme.border_type(true), theme.border_type(false));
        assert!(theme.title(true).add_modifier.contains(Modifier::BOLD));
        assert_eq!(theme.title(false).fg, Some(Color::Reset), "not the border's");
    }
}
