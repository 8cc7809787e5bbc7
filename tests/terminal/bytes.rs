//! Every byte that goes to the terminal is ours.

use std::collections::BTreeSet;

use cfimg::demo::HOSTILE_ID;
use cfimg::domain::sanitize::is_unsafe;

use super::pty::{Pty, cfimg};

#[test]
fn nothing_from_the_network_is_a_command() {
    let pty = Pty::start(cfimg(&["demo", HOSTILE_ID]));
    pty.shows("gnp.exe");
    pty.shows("scale-down");
    // The whole URL, the JSON, every line of the details, and the earlier lookups.
    pty.press("\r");
    pty.until(|screen| !screen.contents().contains("gnp.exe"));
    // By itself: what follows reads the screen after it.
    pty.press("\x1b");
    pty.shows("gnp.exe");
    pty.press("\t\tJ");
    pty.shows("\"filename\"");
    pty.press("G\x1b");
    pty.shows("gnp.exe");
    pty.press("G\x0c");
    pty.shows("gnp.exe");
    assert_eq!(pty.other(), Vec::<String>::new(), "no title, no bell, nothing that a terminal does not know");
    pty.wait_for_output(|output| output.clipboard.is_empty());
    pty.press("q");
    // Only then is the last sequence whole.
    pty.until(|screen| !screen.alternate_screen() && !screen.hide_cursor());
    assert_eq!(strange(&pty.raw()), BTreeSet::new(), "these are not ours");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn what_is_not_ours_is_seen() {
    for strange_one in [
        "\x1b]0;owned\x07",
        "\x1b[2;1H\x1b[5m",
        "\x1b[38;5;6;5m",
        "\x07",
        "a\u{9b}31m",
        "\u{202e}",
        "\x1b[6n",
        "\x1bc",
        "\x1b[3J",
        "\0",
    ] {
        assert!(!strange(strange_one.as_bytes()).is_empty(), "{strange_one:?}");
    }
    assert!(
        strange("\x1b[?1049h\x1b[12;3H\x1b[1m\x1b[1;38;5;6;49mlogo.png ␛[2J\x1b[0m\x1b[?25l".as_bytes())
            .is_empty()
    );
}

/// What among the bytes is no text and none of the sequences that drawing takes.
fn strange(bytes: &[u8]) -> BTreeSet<String> {
    let text = std::str::from_utf8(bytes).expect("all that is written is UTF-8");
    let mut strange = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_unsafe) {
        rest = &rest[at..];
        let Some(sequence) = rest.strip_prefix("\x1b[") else {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            strange.insert(rest.chars().take(6).collect::<String>().escape_debug().to_string());
            rest = &rest[length..];
            continue;
        };
        let end = sequence.find(|c: char| ('@'..='~').contains(&c)).map_or(sequence.len(), |end| end + 1);
        let sequence = &sequence[..end];
        if !is_ours(sequence) {
            strange.insert(sequence.escape_debug().to_string());
        }
        rest = &rest[2 + end..];
    }
    strange
}

/// Whether a sequence is among those that the guard and drawing write.
fn is_ours(sequence: &str) -> bool {
    let (parameters, end) = sequence.split_at(sequence.len().saturating_sub(1));
    match end {
        "h" | "l" => ["?1049", "?2004", "?25"].contains(&parameters),
        "H" => parameters.chars().all(|c| c == ';' || c.is_ascii_digit()),
        // The whole screen is cleared, its scrollback never.
        "J" => parameters == "2",
        // What the terminal is, and how large its cells are.
        "q" => parameters == ">",
        "c" => parameters.is_empty(),
        "t" => ["16", "14"].contains(&parameters),
        // Bold, dim, reversed, their ends, and colours: never blinking, never hidden.
        "m" => {
            // A colour takes three numbers, of which the second is that of blinking.
            let rest = parameters.split("38;5;").enumerate().map(|(at, part)| match part.split_once(';') {
                _ if at == 0 => part,
                Some((_color, rest)) => rest,
                None => "",
            });
            let plain = |number: u16| matches!(number, 0 | 1 | 2 | 7 | 22 | 27 | 30..=37 | 39 | 49 | 59);
            rest.flat_map(|part| part.split(';'))
                .filter(|number| !number.is_empty())
                .all(|number| number.parse().is_ok_and(plain))
        }
        _ => false,
    }
}
