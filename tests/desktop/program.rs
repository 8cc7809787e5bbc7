//! The program on a real desktop: copying and opening.

#[expect(dead_code, reason = "the terminal tests use the rest")]
#[path = "../terminal/pty.rs"]
mod pty;

use std::collections::HashSet;

use cfimg::demo::{PRIVATE_ID, SIGNING_KEY};
use cfimg::domain::signing::sign;
use cfimg::domain::{DeliveryUrl, SigningKey};
use image::RgbaImage;
use pty::{Pty, cfimg};

use crate::chromium::Browser;
use crate::displays::{Sway, Xvfb};

/// The demo in a terminal, with these variables.
fn demo<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Pty {
    let pty = demo_of(&["demo"], variables);
    pty.shown();
    pty
}

fn demo_of<'a>(arguments: &[&str], variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Pty {
    let mut command = cfimg(arguments);
    for (name, value) in variables {
        command.env(name, value);
    }
    Pty::start(command)
}

/// Whether a page shows a picture rather than text, which is grey.
fn shows_a_picture(page: &RgbaImage) -> bool {
    let colourful = |pixel: &&image::Rgba<u8>| {
        let [red, green, blue, _] = pixel.0;
        red.abs_diff(green).max(green.abs_diff(blue)) > 24
    };
    page.pixels().filter(colourful).count() > 1000
}

/// The selected variant's URL, which is on the last line but one.
fn url(pty: &Pty) -> String {
    let text = pty.text();
    let url = text.lines().rev().map(str::trim).find(|line| line.starts_with("http://"));
    url.unwrap_or_else(|| panic!("no URL in\n{text}")).to_owned()
}

/// Copies the second variant, and quits at once. Returns its URL.
fn copy_and_quit(pty: Pty) -> String {
    pty.press("]");
    pty.shows("Variants 7/");
    let url = url(&pty);
    pty.press("yq");
    assert_eq!(pty.end().0, 0);
    url
}

#[test]
fn x11_copy_can_be_pasted_after_quitting() {
    let display = Xvfb::start();
    let url = copy_and_quit(demo([("DISPLAY", display.display.as_str())]));
    assert!(url.ends_with("/square"), "{url}");
    assert_eq!(display.paste(), url);
}

#[test]
fn wayland_copy_can_be_pasted_after_quitting() {
    let display = Sway::start();
    let url = copy_and_quit(demo(display.variables()));
    assert_eq!(display.paste(), url);
}

#[test]
fn open_key_loads_the_picture_in_a_browser() {
    let browser = Browser::new();
    // No server listens at this display; the variable only says that there is one.
    let pty = demo([("PATH", browser.path().as_str()), ("DISPLAY", ":0")]);
    pty.press("o");
    let page = browser.page();
    let colours: HashSet<_> = page.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 20, "a picture has more colours than {}", colours.len());
    pty.shows("Opened in the browser");
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn open_key_signs_a_private_picture() {
    let browser = Browser::new();
    let pty = demo_of(&["demo", PRIVATE_ID], [("PATH", browser.path().as_str()), ("DISPLAY", ":0")]);
    pty.shows("SIGNED URL REQUIRED");
    pty.press("o");
    assert!(shows_a_picture(&browser.page()), "the signed URL shows it");
    let opened = browser.opened();
    let (plain, signature) = opened[0].split_once('?').expect("it is signed");
    assert!(signature.starts_with("exp=") && signature.contains("&sig="), "{signature}");
    assert!(!shows_a_picture(&browser.load(plain)), "the plain URL answers 403");
    let key = SigningKey::parse("default", SIGNING_KEY).expect("the demo's key is one");
    let url = DeliveryUrl::parse(plain).expect("a delivery URL");
    let good = sign(&url, &key, Some(4_000_000_000)).expose();
    assert!(shows_a_picture(&browser.load(&good)), "a URL signed by the test shows it, too");
    let expired = sign(&url, &key, Some(1_700_000_000)).expose();
    assert!(!shows_a_picture(&browser.load(&expired)), "an expired one answers 403");
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}
