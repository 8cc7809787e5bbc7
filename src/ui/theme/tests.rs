use super::*;
use crate::domain::ThemeFile;
use crate::domain::color::contrast;
use crate::domain::indexed_color::color_of;

const DARK_BACKGROUNDS: [Rgb; 4] = [[0; 3], [0x1e, 0x1e, 0x2e], [0, 0x2b, 0x36], [0x28, 0x2a, 0x36]];
const LIGHT_BACKGROUNDS: [Rgb; 3] = [[255; 3], [0xfd, 0xf6, 0xe3], [0xef, 0xf1, 0xf5]];

/// Backgrounds and foregrounds of colour schemes: xterm's, foot's, Catppuccin, Dracula, Nord, Gruvbox, white, Catppuccin.
const SCHEMES: [(Rgb, Rgb); 8] = [
    ([0; 3], [0xe5; 3]),
    ([0x11; 3], [0xdc, 0xdc, 0xcc]),
    ([0x1e, 0x1e, 0x2e], [0xcd, 0xd6, 0xf4]),
    ([0x28, 0x2a, 0x36], [0xf8, 0xf8, 0xf2]),
    ([0x2e, 0x34, 0x40], [0xd8, 0xde, 0xe9]),
    ([0x28; 3], [0xeb, 0xdb, 0xb2]),
    ([255; 3], [0; 3]),
    ([0xef, 0xf1, 0xf5], [0x4c, 0x4f, 0x69]),
];

/// Solarized's, dark and light. Their contrast is too low for a tint.
const PALE_SCHEMES: [(Rgb, Rgb); 2] =
    [([0, 0x2b, 0x36], [0x83, 0x94, 0x96]), ([0xfd, 0xf6, 0xe3], [0x65, 0x7b, 0x83])];

const ACCESSES: [Access; 3] = [Access::Public, Access::Signed, Access::Unknown];

fn theme(choice: ThemeChoice, depth: ColorDepth) -> Theme {
    Theme::new(choice, depth, MarksChoice::Auto)
}

fn auto(depth: ColorDepth, background: Rgb) -> Theme {
    theme(ThemeChoice::Auto, depth).on_background(background)
}

/// The value of a style's foreground, which must be fixed.
fn fixed(style: Style) -> Rgb {
    fixed_value(style.fg.unwrap()).unwrap()
}

fn value(color: Option<Color>) -> Rgb {
    match color {
        Some(Color::Rgb(red, green, blue)) => [red, green, blue],
        other => panic!("{other:?}"),
    }
}

/// The value of a colour that is the same in every terminal.
fn fixed_value(color: Color) -> Option<Rgb> {
    match color {
        Color::Indexed(number @ 16..) => Some(color_of(number)),
        _ => None,
    }
}

/// The values of xterm's 16 colours, and of those that are fixed.
fn in_xterm(color: Color) -> Rgb {
    match color {
        Color::Black => [0; 3],
        Color::Red => [205, 0, 0],
        Color::Green => [0, 205, 0],
        Color::Yellow => [205, 205, 0],
        Color::Blue => [0, 0, 238],
        Color::Magenta => [205, 0, 205],
        Color::Cyan => [0, 205, 205],
        Color::White => [255; 3],
        color => fixed_value(color).unwrap(),
    }
}

/// The styles that draw signs and borders.
fn signs(theme: Theme) -> [Style; 5] {
    [theme.accent(), theme.mark().style, theme.success(), theme.warning(), theme.problem()]
}

#[test]
fn colors_read_on_known_backgrounds() {
    for background in DARK_BACKGROUNDS.into_iter().chain(LIGHT_BACKGROUNDS) {
        for depth in [ColorDepth::Indexed, ColorDepth::Rgb] {
            let theme = auto(depth, background);
            for style in signs(theme) {
                let contrast = contrast(fixed(style), background);
                assert!(contrast >= 4.5, "{style:?} on {background:?}: {contrast}");
            }
            let border = contrast(fixed(theme.border(false)), background);
            assert!(border >= 3.0, "the border on {background:?}: {border}");
        }
    }
}

#[test]
fn signs_are_visible_on_every_background_until_it_is_known() {
    for depth in [ColorDepth::Ansi, ColorDepth::Indexed, ColorDepth::Rgb] {
        let theme = theme(ThemeChoice::Auto, depth);
        for background in [[0; 3], [255; 3], [0x11; 3], [0xfd, 0xf6, 0xe3]] {
            for style in signs(theme).into_iter().chain([theme.border(true), theme.border(false)]) {
                let Some(color) = style.fg.filter(|color| *color != Color::Reset) else { continue };
                let contrast = contrast(in_xterm(color), background);
                assert!(contrast >= 3.0, "{style:?} on {background:?}: {contrast}");
            }
        }
        assert!(theme.accent().fg.is_some());
    }
}

#[test]
fn sixteen_colors_are_visible_on_known_backgrounds() {
    for background in [[0; 3], [255; 3]] {
        for style in signs(auto(ColorDepth::Ansi, background)) {
            let contrast = style.fg.map_or(21.0, |color| contrast(in_xterm(color), background));
            assert!(contrast >= 3.0, "{style:?} on {background:?}: {contrast}");
        }
    }
}

#[test]
fn badges_read_in_their_own_colors() {
    let backgrounds = [None, Some([0; 3]), Some([255; 3])];
    for (depth, background) in [ColorDepth::Ansi, ColorDepth::Indexed, ColorDepth::Rgb]
        .into_iter()
        .flat_map(|depth| backgrounds.map(|background| (depth, background)))
    {
        let theme = theme(ThemeChoice::Auto, depth);
        let theme = background.map_or(theme, |background| theme.on_background(background));
        for access in ACCESSES {
            let style = theme.access_badge(access).style;
            let contrast = contrast(in_xterm(style.fg.unwrap()), in_xterm(style.bg.unwrap()));
            assert!(contrast >= 4.5, "{style:?}: {contrast}");
        }
        assert!(theme.access_badge(Access::Unknown).style.add_modifier.contains(Modifier::BOLD));
    }
}

#[test]
fn badges_differ_without_colors() {
    let modifiers = |access| Theme::mono().access_badge(access).style.add_modifier;
    assert_eq!(modifiers(Access::Public), Modifier::BOLD);
    assert_eq!(modifiers(Access::Signed), Modifier::BOLD | Modifier::REVERSED);
    assert_eq!(modifiers(Access::Unknown), modifiers(Access::Signed), "as loud");
}

#[test]
fn what_is_on_a_border_is_not_dimmed() {
    for theme in [Theme::mono(), Theme::default(), auto(ColorDepth::Rgb, [0; 3])] {
        let mut styles = vec![theme.title(true), theme.title(false), theme.border(true)];
        styles.push(theme.draft_badge().style);
        styles.extend(ACCESSES.map(|access| theme.access(access).style));
        styles.extend(ACCESSES.map(|access| theme.access_badge(access).style));
        // The border, or a neighbour's where both share it.
        let neighbor = Style::new().fg(Color::Indexed(243)).add_modifier(Modifier::DIM);
        for style in styles {
            let drawn = neighbor.patch(style);
            assert!(!drawn.add_modifier.contains(Modifier::DIM), "{style:?}");
            assert!(drawn.fg != neighbor.fg || style.bg.is_some() || !theme.has_colors(), "{style:?}");
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
        let theme = auto(ColorDepth::Rgb, background).with_foreground(foreground);
        let least = if is_light(background) { [1.12, 1.25] } else { [1.25, 1.8] };
        for (focused, least) in [false, true].into_iter().zip(least) {
            let tint = value(theme.selected(focused).bg);
            assert!(contrast(tint, background) >= least, "{tint:?} on {background:?}");
            assert!(contrast(tint, foreground) >= 4.5, "{foreground:?} on {tint:?}");
            for style in [theme.success(), theme.warning(), theme.problem()] {
                assert!(contrast(tint, fixed(style)) >= 2.8, "{style:?} on {tint:?}");
            }
            assert_eq!(theme.selection_bar(focused), "▌");
        }
        assert_ne!(theme.selected(true).bg, theme.selected(false).bg);
    }
}

#[test]
fn selection_is_reversed_where_a_tint_would_take_contrast_from_text() {
    for (background, foreground) in PALE_SCHEMES {
        let theme = auto(ColorDepth::Rgb, background).with_foreground(foreground);
        assert_eq!(theme.selected(true), Style::new().add_modifier(Modifier::REVERSED));
        assert_eq!(theme.selected(false), theme.strong());
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
        let theme = theme.with_foreground([255; 3]);
        assert_eq!(
            (theme.selection_bar(true), theme.selection_bar(false)),
            (" ", "▌"),
            "a bar would be a notch"
        );
        assert_eq!(theme.selected(true), reversed, "{theme:?}");
        assert_eq!(theme.selected(false), theme.strong(), "{theme:?}");
    }
}

#[test]
fn sixteen_colors_are_enough_without_more() {
    let is_fixed = |color: Color| fixed_value(color).is_some();
    for theme in [
        theme(ThemeChoice::Auto, ColorDepth::Ansi),
        theme(ThemeChoice::Ansi, ColorDepth::Rgb),
        theme(ThemeChoice::Ansi, ColorDepth::Rgb).on_background([0; 3]),
        theme(ThemeChoice::Dark, ColorDepth::Ansi),
        theme(ThemeChoice::Light, ColorDepth::Ansi),
        auto(ColorDepth::Ansi, [255; 3]),
    ] {
        for style in signs(theme) {
            assert!(!style.fg.is_some_and(is_fixed), "{theme:?}: {style:?}");
        }
        assert_eq!(theme.border(false), Style::new().add_modifier(Modifier::DIM));
    }
    for theme in [auto(ColorDepth::Ansi, [0; 3]), theme(ThemeChoice::Ansi, ColorDepth::Rgb)] {
        assert_eq!((theme.success().fg, theme.warning().fg), (Some(Color::Green), Some(Color::Yellow)));
    }
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
        theme.mark().style,
        theme.success(),
        theme.warning(),
        theme.problem(),
        theme.access_badge(Access::Signed).style,
        theme.access(Access::Unknown).style,
    ] {
        assert!(matches!(style.fg, None | Some(Color::Reset)) && style.bg.is_none(), "{style:?}");
    }
    assert!(!theme.has_colors() && theme.access_sgr(Access::Signed).is_empty());
}

#[test]
fn access_is_marked_by_sign_word_and_color() {
    let dark = auto(ColorDepth::Rgb, [0; 3]);
    let ansi = theme(ThemeChoice::Ansi, ColorDepth::Ansi);
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
        assert_eq!(dark.access_badge(access).style.bg, dark.access(access).style.fg);
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
    let thin = with(MarksChoice::Auto).with_thin_circles(true);
    assert_eq!(marks(thin), ["●", "◯", "?"]);
    assert_eq!(marks(thin.with_wide_marks(true)), ascii);
    assert_eq!(with(MarksChoice::Ascii).access_badge(Access::Public).content, " - PUBLIC ");
    let marked = [MarksChoice::Unicode, MarksChoice::Ascii].map(|choice| with(choice).mark().content);
    assert_eq!(marked, ["◆", "+"]);
}

#[test]
fn focus_shows_without_color() {
    for theme in [Theme::mono(), Theme::default(), auto(ColorDepth::Rgb, [0; 3])] {
        assert_ne!(theme.border_type(true), theme.border_type(false));
        assert!(theme.title(true).add_modifier.contains(Modifier::BOLD));
        assert_eq!(theme.title(false).fg, Some(Color::Reset), "not the border's");
    }
}

/// The theme of this file on a dark background.
fn custom(text: &str, depth: ColorDepth) -> Theme {
    let file = ThemeFile::built_in(text);
    let themes = ChosenTheme::File(Box::leak(Box::new(file)));
    Theme::new(themes, depth, MarksChoice::Auto).on_background([0; 3]).with_foreground([255; 3])
}

#[test]
fn file_sets_styles_over_the_built_in_ones() {
    let text =
        "accent = '#7aa2f7'\nborder = { fg = 'default', dim = true }\nsigned = { fg = 208, bold = true }
        public_badge = { fg = 'black', bg = 'cyan' }\nselection = { bg = '#283457' }";
    let theme = custom(text, ColorDepth::Rgb);
    let accent = Color::Rgb(0x7a, 0xa2, 0xf7);
    assert_eq!(theme.border(true).fg, Some(accent));
    assert_eq!(theme.match_style(), Style::new().fg(accent).bold().underlined());
    assert_eq!(theme.border(false), Style::new().dim());
    assert_eq!(theme.success().fg, Some(Color::Indexed(114)), "that of the dark theme");
    let signed = theme.access(Access::Signed).style;
    assert!(signed.fg == Some(Color::Indexed(208)) && signed.add_modifier.contains(Modifier::BOLD));
    assert_eq!(theme.access_sgr(Access::Signed), "1;38;5;208");
    let badge = |access| theme.access_badge(access).style;
    assert_eq!(badge(Access::Signed).bg, Some(Color::Indexed(208)));
    assert_eq!((badge(Access::Public).fg, badge(Access::Public).bg), (Some(Color::Black), Some(Color::Cyan)));
    assert_eq!(badge(Access::Unknown).bg, Some(Color::Indexed(210)));
    assert_eq!(theme.selected(true), Style::new().bg(Color::Rgb(0x28, 0x34, 0x57)).bold());
    assert_eq!(theme.selection_bar(true), "▌");
    assert!(theme.selected(false).bg.is_some(), "the usual tint");
    // Fewer colours.
    let theme = custom(text, ColorDepth::Indexed);
    assert_eq!(theme.accent().fg, Some(Color::Indexed(111)));
    let theme = custom(text, ColorDepth::Ansi);
    assert_eq!((theme.accent().fg, theme.success().fg), (Some(Color::LightBlue), Some(Color::Green)));
    assert_eq!(theme.selected(true), Style::new().reversed());
    assert_eq!(theme.access_badge(Access::Signed).style.bg, theme.access(Access::Signed).style.fg);
}

#[test]
fn file_without_a_background_fits_any() {
    let theme = custom("mark = 200", ColorDepth::Rgb);
    for background in [[0; 3], [255; 3]] {
        let built_in = auto(ColorDepth::Rgb, background);
        assert_eq!(theme.on_background(background).success(), built_in.success());
        assert_eq!(theme.on_background(background).mark().style.fg, Some(Color::Indexed(200)));
    }
}

#[test]
fn background_selects_the_theme() {
    let [dark, light] = [ThemeChoice::Dark, ThemeChoice::Mono].map(ChosenTheme::BuiltIn);
    let theme = Theme::new(Themes { dark, light }, ColorDepth::Rgb, MarksChoice::Auto);
    assert_eq!(theme.accent(), Theme::new(ThemeChoice::Auto, ColorDepth::Rgb, MarksChoice::Auto).accent());
    assert_eq!(theme.on_background([0; 3]).accent().fg, Some(Color::Indexed(75)));
    let light = theme.on_background([255; 3]).with_foreground([0; 3]);
    assert!(!light.has_colors() && light.selected(true) == Style::new().reversed());
    assert!(light.on_background([0; 3]).has_colors());
}
