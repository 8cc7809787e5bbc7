//! Tests of what holds for every screen: sizes, colours, untrusted text.

use ratatui::style::Color;

use super::*;

#[test]
fn bidi_controls_are_escaped_in_every_field() {
    let raw = r#"{"id":"i\u202ed","filename":"f\u202ef","creator":"c\u202ec","requireSignedURLs":true,
        "meta":{"k\u202ek":"v\u202ev"},"variants":["https://imagedelivery.net/H/a/n\u202en"]}"#;
    for (width, height) in [(100, 24), (40, 10)] {
        let mut screen = Screen::showing(width, height, raw);
        let options = r#"{"options":{"fit":"o\u202eo","width":1,"height":1},"neverRequireSignedURLs":true}"#;
        let name = screen.model.lookup.variant().unwrap().name.clone();
        assert!(name.contains('\u{202e}'), "{name}");
        let options = vec![VariantOptions::read(&name, options)];
        screen.event(Event::OptionsFetched(RequestId(2), Ok(options)));
        screen.event(Event::Copied { text: String::new().into(), outcome: Ok("\u{202e}".into()) });
        for press in ["", "<enter>", "<esc><tab>", "jjjj", "J", "<esc>i\u{202e}", "<enter>"] {
            screen.press(press);
            let text = screen.text();
            assert!(
                !text.chars().any(|c| c != '\n' && crate::domain::sanitize::is_unsafe(c)),
                "{press}\n{text}"
            );
            if press == "<esc>i\u{202e}" {
                assert!(text.contains("⟨U+202E⟩"), "the typed text:\n{text}");
            }
            if width == 100 && press.is_empty() {
                for letter in ["i", "f", "c", "Copied URL ("] {
                    assert!(text.contains(&format!("{letter}⟨U+202E⟩")), "{letter}:\n{text}");
                }
            }
        }
    }
}

#[test]
fn warning_moves_no_pane() {
    for (width, height) in [(160, 40), (80, 24), (40, 10)] {
        let mut screen = Screen::showing(width, height, LOGO);
        let viewports = screen.model.viewports;
        let before = screen.text();
        screen.model.notice = Some(crate::app::Notice::Warning("Not verified.".to_owned()));
        let text = screen.text();
        assert_eq!(text.lines().rev().nth(1), Some(" ! Not verified."), "{text}");
        assert_eq!(screen.model.viewports, viewports);
        let others = |text: &str| {
            let lines: Vec<String> = text.lines().rev().map(str::to_owned).collect();
            [lines[..1].to_vec(), lines[2..].to_vec()].concat()
        };
        assert_eq!(others(&before), others(&text), "nothing else changes");
        // It is also shown over an overlay.
        screen.press("Y");
        screen.model.notice = Some(crate::app::Notice::Warning("Not verified.".to_owned()));
        assert!(screen.text().contains("\n ! Not verified.\n"), "{}", screen.text());
    }
}

#[test]
fn empty_panes_say_how_to_look_up() {
    let words = crate::app::problem::nothing_shown(&crate::app::Keymap::default());
    for (width, height, press) in
        [(40, 10, "<esc><tab>"), (40, 10, "<esc><tab><tab>"), (80, 24, "<esc><tab>"), (160, 40, "<esc><tab>")]
    {
        let mut screen = Screen::new(width, height);
        screen.press(press);
        let text: Vec<String> = screen
            .text()
            .lines()
            .map(|line| line.rsplit(['│', '┃']).find(|part| !part.is_empty()).unwrap_or("").trim().to_owned())
            .collect();
        assert!(text.join(" ").contains(&words), "{width}×{height}\n{}", screen.text());
    }
}

#[test]
fn done_notice_is_never_cut() {
    let mut screen = Screen::showing(40, 10, LOGO);
    for (words, floats) in
        [("Copied (OSC 52), valid until 13:00", false), ("Copied JSON (OSC 52), with unsigned URLs", true)]
    {
        screen.model.notice = Some(crate::app::Notice::Done(words.to_owned()));
        let text = screen.text();
        assert_eq!(text.contains(&format!("\n ✓ {words}\n")), !floats, "{text}");
        let lines: Vec<&str> = text.lines().map(|line| line.trim_matches(['┃', ' ', '✓'])).collect();
        assert!(lines.join(" ").contains("unsigned") == floats, "{text}");
        assert!(text.lines().last().unwrap().contains("? keys"), "{text}");
    }
}

#[test]
fn details_are_labelled_after_cancelled_lookup() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.press("i<c-u>dog<enter>");
    assert!(screen.text().contains("previous image"), "{}", screen.text());
    screen.press("<esc>");
    assert!(screen.text().contains(" dog ") && screen.text().contains("previous image"));
    let mut small = Screen::showing(40, 10, LOGO);
    small.press("i<c-u>dog<enter><esc>");
    assert!(small.text().contains("\n previous image\n▌1 hero"), "{}", small.text());
    screen.press("r");
    assert!(screen.text().contains("⌕ 107b9558-"), "the fetched image is named: {}", screen.text());
    screen.press("<esc>");
    assert!(!screen.text().contains("previous image"), "{}", screen.text());
}

#[test]
fn text_is_readable_without_colours() {
    let unnamed = &LOGO.replace("\"logo.png\"", "null");
    for (width, height) in [(160, 20), (40, 10)] {
        let mut screen = Screen::showing(width, height, unnamed).with_options();
        screen.theme = Theme::new(ThemeChoice::Ansi, ColorDepth::Ansi, MarksChoice::Auto);
        for press in [
            "",
            "<s-tab>",
            "b",
            "/",
            "lo",
            "<esc><esc>p",
            "i",
            "<c-u>",
            "<esc>s",
            "jjj<enter>",
            "<esc><esc>?",
            "<esc>Y",
            "<esc>J",
            "<esc>f",
            "w=4",
            "<esc><enter>",
        ] {
            screen.press(press);
            screen.model.notice = Some(crate::app::Notice::Done("Copied (OSC 52)".to_owned()));
            let buffer = screen.buffer();
            for (cell, at) in buffer.content.iter().zip(buffer.area.positions()) {
                let case = format!("{press}: {at} {}", cell.symbol());
                if cell.bg != Color::Reset {
                    continue; // The badge.
                }
                let is_sign = matches!(cell.symbol(), "●" | "○" | "✓");
                let is_frame =
                    cell.symbol().chars().all(|c| c == ' ' || ('\u{2500}'..='\u{257f}').contains(&c));
                let has_color = is_sign && !cell.modifier.contains(Modifier::REVERSED);
                let is_accent =
                    matches!(cell.symbol(), "/" | "⌕") || cell.modifier.contains(Modifier::UNDERLINED);
                assert!(is_frame || is_accent || (cell.fg != Color::Reset) == has_color, "{case}");
                // In Solarized bright green is a grey, and some terminals use it for bold green.
                assert!(!is_sign || !cell.modifier.contains(Modifier::BOLD), "{case}");
                assert!(is_frame || !cell.modifier.contains(Modifier::DIM), "{case}");
            }
        }
    }
}

#[test]
fn all_tabs_fit_on_small_terminal() {
    let mut screen = Screen::showing(40, 10, LOGO);
    screen.press("b");
    assert!(screen.text().starts_with("ID Images Variants Details Picture    ●\n"), "{}", screen.text());
}

#[test]
fn focus_and_cursor_are_visible_without_colours() {
    let mut screen = Screen::new(80, 24);
    screen.theme = Theme::mono();
    screen.press("107b9558-dd06-4bbd-5fef-9c2c16bb7900<enter>");
    screen.event(Event::ImageFetched(RequestId(1), Ok(Box::new(Image::read(LOGO).unwrap()))));
    let buffer = screen.buffer();
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let reversed = buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED)).count();
    assert_eq!(reversed, 23 + 46, "the badge, and the row of the selected variant");
    assert!(screen.text().contains("┢ Variants"));
}

#[test]
fn only_the_badge_has_a_background() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.theme = Theme::new(ThemeChoice::Auto, ColorDepth::Indexed, MarksChoice::Auto);
    let buffer = screen.buffer();
    let badge: String = buffer
        .content
        .iter()
        .filter(|cell| cell.bg != Color::Reset)
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    assert_eq!(badge, " ● SIGNED URL REQUIRED ");
}

#[test]
fn long_input_scrolls_with_cursor() {
    let mut screen = Screen::new(80, 16);
    let long = "x".repeat(200);
    screen.press(&format!("{long}end"));
    assert!(screen.text().lines().next().unwrap().contains("xend"));
    screen.press("<home>");
    assert_eq!(screen.terminal.backend_mut().cursor_position(), (3, 0).into());
    screen.press("<c-u><c-k>日本");
    assert_eq!(screen.terminal.backend_mut().cursor_position(), (7, 0).into());
}

#[test]
fn panes_shown_depend_on_terminal_size() {
    for (width, height, shown) in [
        (40, 9, "cfimg needs at least 40×10 cells."),
        (39, 10, "cfimg needs at least 40×10 cells."),
        (40, 10, "ID Images Variants Details Picture"),
        (80, 15, " ID   Images   Variants   Details   Picture "),
        (79, 16, " ID   Images   Variants   Details   Picture "),
        (80, 16, " ⌕ 107b9558-"),
    ] {
        let text = Screen::showing(width, height, LOGO).text();
        assert!(text.starts_with(shown), "{width}×{height}:\n{text}");
    }
}

#[test]
fn joints_match_the_focused_pane() {
    let mut screen = Screen::showing(80, 16, LOGO);
    for (press, left, right) in [
        ("", "┢ Variants 1/2 ━", "━┪"),
        ("<tab><tab>", "┡ Variants 1/2 ━", "━┩"),
        ("i", "├ Variants 1/2 ─", "─┤"),
    ] {
        screen.press(press);
        let text = screen.text();
        assert!(text.lines().any(|line| line.contains(left) && line.ends_with(right)), "{text}");
    }
}

#[test]
fn huge_texts_take_a_few_lines() {
    let long = "日".repeat(100_000);
    let raw = format!(
        r#"{{"id":"{}","filename":"{long}","creator":"{long}","meta":{{"k":"{long}"}}}}"#,
        "i".repeat(1000)
    );
    let mut screen = Screen::showing(78, 60, &raw);
    screen.press("<tab>");
    let text = screen.text();
    for (name, lines) in [("Filename", 3), ("ID", 1), ("Creator", 3)] {
        let rows =
            text.lines().skip_while(|line| !line.contains(&format!(" {name} ")) || line.contains("Images"));
        let rows =
            rows.enumerate().take_while(|(at, line)| *at == 0 || line.starts_with(&" ".repeat(11))).count();
        assert_eq!(rows, lines, "{name}\n{text}");
    }
    let rows = screen.model.viewports.details.rows;
    assert!((100..200).contains(&rows), "{rows}");
    screen.press("G");
    let text = screen.text();
    assert!(text.contains("see the JSON for the rest"), "{text}");
}

#[test]
fn unreadable_fields_are_not_shown_as_missing() {
    let raw = r#"{"id":"a","filename":3,"creator":["me"],"uploaded":"soon"}"#;
    let mut screen = Screen::showing(80, 24, raw);
    screen.press("<tab>");
    let text = screen.text();
    for field in ["Filename  ", "Creator   ", "Uploaded  "] {
        assert!(text.contains(&format!("{field}invalid value: press J")), "{field}\n{text}");
    }
}

#[test]
fn no_terminal_size_panics() {
    for press in ["", "<s-tab>", "<tab>", "<enter>", "?", "<tab>J", "P"] {
        let mut screen = Screen::showing(1, 1, LOGO);
        screen.press(press);
        screen.model.input.refusal = Some("A reason that takes several lines on a small terminal.".into());
        for width in (1..=12).chain(36..=46).chain(78..=82) {
            for height in (1..=18).chain([60]) {
                screen.terminal.backend_mut().resize(width, height);
                screen.draw();
            }
        }
    }
}

#[test]
fn hostile_and_wide_names_stay_in_columns() {
    let raw = r#"{"id":"a","filename":"日本語👨‍👩‍👧.png\u001b]52;c;eA==\u0007\u0000\u202egnp.exe \u00e9","creator":"\u009b31mx\n\ty",
        "uploaded":"soon","meta":{"\u001b[2J":"\u2066b","日本":"ok"},"variants":["https://imagedelivery.net/H/a/public"]}"#;
    let mut screen = Screen::showing(80, 24, raw);
    snapshot!(screen, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ 日本語👨👩…E⟩gnp.exe é ─── ? ACCESS UNKNOWN  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││             Loading the picture…             │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              │┢ Variants 1/1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    │                              │┃▌1 public                                   ? ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/H/a/public

     y copy  Y copy as  o open  w save  / filter  P full screen  b list  ? all keys
    "#);
    let buffer = screen.buffer();
    assert!(buffer.content.iter().all(|cell| !cell.symbol().chars().any(crate::domain::sanitize::is_unsafe)));
}

#[test]
fn reversed_row_has_no_colours_and_no_bar() {
    let mut screen = Screen::showing(80, 24, LOGO).with_options();
    screen.theme = Theme::new(ThemeChoice::Auto, ColorDepth::Indexed, MarksChoice::Auto);
    let text = screen.text();
    let y = text.lines().position(|line| line.contains(" 1 hero")).expect("the selected row");
    let row = screen.buffer().content.iter().skip(80 * y).take(80);
    let reversed: Vec<_> = row.filter(|cell| cell.modifier.contains(Modifier::REVERSED)).collect();
    assert!(reversed.iter().all(|cell| cell.fg == Color::Reset), "{text}");
    let symbols: String = reversed.into_iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(symbols.starts_with(" 1 hero ") && symbols.ends_with("● "), "{symbols:?}");
}

#[test]
fn focused_border_is_not_the_neighbours() {
    for theme in [Theme::default(), Theme::mono()] {
        let mut screen = Screen::showing(80, 24, LOGO);
        screen.theme = theme;
        let accent = theme.border(true).fg.expect("a colour");
        for cell in &screen.buffer().content {
            let is_thick = "┏┓┗┛━┃┡┢┩┪┱┲┹┺".contains(cell.symbol());
            let is_dim = cell.modifier.contains(Modifier::DIM);
            assert!(!is_thick || (cell.fg == accent && !is_dim), "{}", cell.symbol());
        }
        let titles = ["●", "SIGNED", "Variants 1/2"];
        let text: String = screen.text();
        assert!(titles.iter().all(|title| text.contains(title)), "{text}");
        let dim = screen.buffer().content.iter().filter(|cell| cell.modifier.contains(Modifier::DIM));
        let symbols: String = dim.map(ratatui::buffer::Cell::symbol).collect();
        assert!(!symbols.contains(char::is_alphanumeric), "{symbols}");
    }
}
