//! The start without credentials, and the way to the demo.

use super::pty::{Pty, cfimg};

#[test]
fn d_shows_the_demo_in_the_same_screen() {
    let pty = Pty::start(cfimg(&[]));
    for words in ["No credentials are set", "cfimg login", "start the demo"] {
        pty.shows(words);
    }
    pty.press("d");
    pty.shown();
    let raw = pty.raw();
    let left = raw.windows(8).filter(|bytes| *bytes == b"\x1b[?1049l").count();
    assert_eq!(left, 0, "the shell's screen does not appear in between");
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn invalid_credentials_offer_no_demo() {
    let mut command = cfimg(&[]);
    command.env("CLOUDFLARE_API_KEY", "k");
    let pty = Pty::start(command);
    let screen = pty.shows("CLOUDFLARE_EMAIL");
    assert!(!screen.contains("demo"), "{screen}");
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}
