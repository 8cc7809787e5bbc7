//! The program itself on a real desktop: what a person copies and opens arrives.

#[expect(dead_code, reason = "the terminal tests use the rest")]
#[path = "../terminal/pty.rs"]
mod pty;

use std::collections::HashSet;

use pty::{Pty, cfimg};

use crate::chromium::Browser;
use crate::displays::{Sway, Xvfb};

/// The demo in a terminal, with these variables.
fn demo<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Pty {
    let mut command = cfimg(&["demo"]);
    for (name, value) in variables {
        command.env(name, value);
    }
    let pty = Pty::start(command);
    pty.shown();
    pty
}

/// The selected variant's URL, as the last line but one shows it.
fn url(pty: &Pty) -> String {
    let text = pty.text();
    let url = text.lines().rev().map(str::trim).find(|line| line.starts_with("http://"));
    url.unwrap_or_else(|| panic!("no URL in\n{text}")).to_owned()
}

/// Copies the variant below the first selected one, and quits at once. Returns its URL.
fn copy_and_quit(pty: Pty) -> String {
    pty.press("j");
    pty.shows("› square");
    let url = url(&pty);
    pty.press("yq");
    assert_eq!(pty.end().0, 0);
    url
}

#[test]
fn x11_what_y_copied_is_pasted_after_q() {
    let display = Xvfb::start();
    let url = copy_and_quit(demo([("DISPLAY", display.display.as_str())]));
    assert!(url.ends_with("/square"), "{url}");
    assert_eq!(display.paste(), url);
}

#[test]
fn wayland_what_y_copied_is_pasted_after_q() {
    let display = Sway::start();
    let url = copy_and_quit(demo(display.variables()));
    assert_eq!(display.paste(), url);
}

#[test]
fn o_makes_a_real_browser_load_the_picture() {
    let browser = Browser::new();
    // Nothing answers at this display: it only says that there is one.
    let pty = demo([("PATH", browser.path().as_str()), ("DISPLAY", ":0")]);
    pty.press("o");
    let page = browser.page();
    let colours: HashSet<_> = page.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 20, "a picture has more colours than {}", colours.len());
    pty.shows("Opened in the browser");
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}
