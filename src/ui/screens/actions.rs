//! The actions dialog on the screen.

use super::*;
use crate::app::actions::rows;

/// The screen's column and row of a text.
fn find(screen: &mut Screen, text: &str) -> Option<(u16, u16)> {
    let lines = screen.text();
    let (y, line) = lines.lines().enumerate().find(|(_, line)| line.contains(text))?;
    let x = crate::domain::width::columns(&line[..line.find(text)?]);
    Some((x.try_into().unwrap(), y.try_into().unwrap()))
}

fn style_at(screen: &mut Screen, text: &str) -> Modifier {
    let at = find(screen, text).unwrap_or_else(|| panic!("{text}\n{}", screen.text()));
    screen.buffer()[at].modifier
}

#[test]
fn every_row_is_reached_by_walking() {
    for (width, height) in [(120, 36), (80, 24), (45, 12)] {
        let mut screen = Screen::showing(width, height, LOGO);
        screen.press("<esc>?");
        for row in rows() {
            let start: String = row.description.chars().take(18).collect();
            assert!(find(&mut screen, &start).is_some(), "{start}\n{}", screen.text());
            let name = row.names().first().map(|name| format!(" {name} "));
            assert!(
                name.is_none_or(|name| screen.text().contains(&name)),
                "{:?}\n{}",
                row.names(),
                screen.text()
            );
            screen.press("<down>");
        }
        screen.press(&"<up>".repeat(rows().len()));
        let text = screen.text();
        for words in [" Actions ", "Type to search", "This image", "Esc close  Enter run"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert!(text.contains(&format!(" 1/{} ▾ ", rows().len())), "{text}");
    }
}

#[test]
fn headings_have_keys_and_actions_below() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.press("<esc>?");
    let text = screen.text();
    for line in [
        "┃ This image   ",
        "┃  y               Copy the URL   ",
        "┃  Y               Copy as Markdown, HTML, srcset, curl, …   ",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    screen.press("in the text");
    assert!(screen.text().contains("┃  ← Ctrl-B        Move left in the text   "), "{}", screen.text());
    screen.press("<c-u>a word left");
    assert!(screen.text().contains("┃  Alt-← Ctrl-←    Move a word left   "), "{}", screen.text());
}

#[test]
fn small_screen_cuts_with_a_mark() {
    let mut screen = Screen::showing(45, 12, LOGO);
    screen.press("<esc>?markdown");
    assert!(screen.text().contains("┃  Y       Copy as Markdown, HTML, srcset… "), "{}", screen.text());
    screen.press("<c-u>meta.");
    assert!(screen.text().contains("┃  meta.KEY:VALUE  Only images with this … "), "{}", screen.text());
}

#[test]
fn matched_letters_and_the_cursor_are_highlighted() {
    let mut screen = Screen::showing(120, 36, LOGO);
    screen.theme = Theme::default();
    screen.press("<esc>?copy");
    assert_eq!(
        style_at(&mut screen, "Copy the URL"),
        Modifier::UNDERLINED | Modifier::BOLD | Modifier::REVERSED
    );
    assert_eq!(style_at(&mut screen, "the URL"), Modifier::REVERSED);
    assert_eq!(style_at(&mut screen, "Copy as"), Modifier::UNDERLINED | Modifier::BOLD);
    assert_eq!(style_at(&mut screen, "as Markdown"), Modifier::empty());
    let (x, y) = find(&mut screen, "Copy the URL").unwrap();
    let reversed = (0..120)
        .filter(|x| screen.terminal.backend().buffer()[(*x, y)].modifier.contains(Modifier::REVERSED));
    assert_eq!(reversed.count(), super::super::actions_dialog::SIZE.0, "the whole row, from {x}");
    screen.press("<c-u>zzz");
    assert!(screen.text().contains("No actions match."), "{}", screen.text());
}

#[test]
fn unavailable_actions_look_different() {
    let mut screen = Screen::showing(120, 36, LOGO);
    screen.press("?");
    assert!(style_at(&mut screen, "Copy as").is_empty());
    assert_eq!(style_at(&mut screen, "Mark all matches"), Modifier::ITALIC);
}
