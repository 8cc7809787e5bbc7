//! The bytes that the program writes to the terminal.

use std::collections::BTreeSet;

use cfimg::demo::HOSTILE_ID;
use cfimg::domain::sanitize::is_unsafe;

use super::pty::{Pty, cfimg};

#[test]
fn text_from_the_network_is_sanitized() {
    let pty = Pty::start(cfimg(&["demo", HOSTILE_ID]));
    pty.ready("␛[2J␛]0;owned␇in␀voice⟨U+202E⟩gnp.exe␍␊.png");
    // The picture.
    pty.shows("640×480 · WebP");
    // The whole URL, then the JSON.
    pty.press("\r");
    pty.until(|screen| !screen.contents().contains("gnp.exe"));
    // Alone, as the next step reads the screen after it.
    pty.press("\x1b");
    pty.shows("gnp.exe");
    pty.press("J");
    pty.shows("\"filename\"");
    pty.press("G\x1b");
    pty.until(|screen| !screen.contents().contains("\"filename\""));
    // Every line of the details, then the earlier lookups.
    pty.press("\tG\x0ci");
    pty.shows("↑ earlier");
    pty.press("\x1b[A");
    pty.press("\x1b");
    pty.shows("y copy");
    assert_eq!(pty.other(), Vec::<String>::new(), "no title, no bell, no unknown sequence");
    pty.wait_for_output(|output| output.clipboard.is_empty());
    pty.press("q");
    // The last escape sequence is complete only then.
    pty.until(|screen| !screen.alternate_screen() && !screen.hide_cursor());
    assert_eq!(unexpected(&pty.raw()), BTreeSet::new(), "unexpected bytes");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn unexpected_sequences_are_detected() {
    for sequence in [
        "\x1b]0;owned\x07",
        "\x1b[2;1H\x1b[5m",
        "\x1b[38;5;6;5m",
        "\x1b[48;2;1;2;3;8m",
        "\x1b[38m",
        "\x07",
        "a\u{9b}31m",
        "\u{202e}",
        "\x1b[6n",
        "\x1bc",
        "\x1b[3J",
        "\0",
    ] {
        assert!(!unexpected(sequence.as_bytes()).is_empty(), "{sequence:?}");
    }
    assert!(
        unexpected("\x1b[?1049h\x1b[12;3H\x1b[1m\x1b[1;38;5;6;49m\x1b[38;2;1;5;8;48;5;5mlogo.png ␛[2J\x1b[0m\x1b[?25l".as_bytes())
            .is_empty()
    );
}

/// The bytes that are neither text nor one of the escape sequences that drawing uses.
fn unexpected(bytes: &[u8]) -> BTreeSet<String> {
    let text = std::str::from_utf8(bytes).expect("all that is written is UTF-8");
    // The queries for the default colours, the width of a mark, and the keyboard.
    let text = &text
        .replacen("\x1b]10;?\x1b\\\x1b]11;?\x1b\\", "", 1)
        .replacen("●\x1b[6n", "", 1)
        .replacen("\x1b[?u", "", 1);
    let mut unexpected = BTreeSet::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(is_unsafe) {
        rest = &rest[at..];
        let Some(sequence) = rest.strip_prefix("\x1b[") else {
            let length = rest.chars().next().map_or(0, char::len_utf8);
            unexpected.insert(rest.chars().take(6).collect::<String>().escape_debug().to_string());
            rest = &rest[length..];
            continue;
        };
        let end = sequence.find(|c: char| ('@'..='~').contains(&c)).map_or(sequence.len(), |end| end + 1);
        let sequence = &sequence[..end];
        if !is_expected(sequence) {
            unexpected.insert(sequence.escape_debug().to_string());
        }
        rest = &rest[2 + end..];
    }
    unexpected
}

/// Whether a sequence is one of those that the guard and drawing write.
fn is_expected(sequence: &str) -> bool {
    let (parameters, end) = sequence.split_at(sequence.len().saturating_sub(1));
    match end {
        "h" | "l" => ["?1049", "?2004", "?25", "?1000", "?1006"].contains(&parameters),
        "H" => parameters.chars().all(|c| c == ';' || c.is_ascii_digit()),
        // Clears the whole screen, but never the scrollback.
        "J" => parameters == "2",
        // Queries: the terminal's name, and the size of a cell.
        "q" => parameters == ">",
        "c" => parameters.is_empty(),
        "t" => ["16", "14"].contains(&parameters),
        "m" => is_expected_style(parameters),
        _ => false,
    }
}

/// Bold, dim, reversed, their ends, and colours; never blinking or hidden.
fn is_expected_style(parameters: &str) -> bool {
    let mut numbers = parameters.split(';').map(|number| number.parse::<u8>().ok());
    while let Some(number) = numbers.next() {
        match number {
            // A colour's numbers follow, and may be that of blinking.
            Some(38 | 48) => {
                let color = match numbers.next() {
                    Some(Some(5)) => numbers.next(),
                    Some(Some(2)) => numbers.nth(2),
                    _ => None,
                };
                if color.flatten().is_none() {
                    return false;
                }
            }
            Some(0 | 1 | 2 | 7 | 22 | 27 | 30..=37 | 39 | 49 | 59) => {}
            _ => return false,
        }
    }
    true
}
