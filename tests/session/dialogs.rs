//! Dialogs above the panes and the picture.

use cfimg::app::{Input, Model, Overlay};
use cfimg::demo::SAMPLE_ID;
use cfimg::domain::PictureChoice;
use cfimg::runtime::Arrival;

use super::harness::Harness;
use super::pictures::{is_drawn, server, session};

/// The start of a sixel picture.
const SIXEL: &str = "\x1bP";

/// In the first of kitty's commands that transmit a picture.
const PIXELS: &str = ",a=T,U=1,";

/// The character in every cell of kitty's pictures.
const PLACEHOLDER: char = '\u{10eeee}';

/// Keys that open dialogs of different sizes, the last one over the whole screen.
const DIALOGS: [&str; 6] = ["?", "J", "Y", "w", "f", "\r"];

/// Waits until an image and its picture are shown, and everything is at rest.
async fn until_drawn(harness: &mut Harness) {
    harness.until_ready(SAMPLE_ID).await;
    harness.until(is_drawn).await;
    harness.run(async |driver| driver.screen.shows(" · WebP").await).await;
    harness.press("");
}

fn has_dialog(model: &Model) -> bool {
    model.overlay.is_some()
}

/// Opens a dialog and closes it. Returns what each of the two wrote.
fn open_and_close(harness: &mut Harness, key: &str) -> [String; 2] {
    [(key, true), ("\x1b", false)].map(|(key, opens)| {
        let before = harness.driver.screen.frames().len();
        harness.press(key);
        assert_eq!(has_dialog(harness.session.model()), opens, "{key:?}");
        frames_since(harness, before).concat()
    })
}

/// What each frame since the first `before` ones wrote.
fn frames_since(harness: &Harness, before: usize) -> Vec<String> {
    harness.driver.screen.frames().into_iter().skip(before).map(|frame| frame.written).collect()
}

#[tokio::test]
async fn sixel_picture_is_sent_again_after_a_dialog() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Sixel);
    until_drawn(&mut harness).await;
    for key in DIALOGS {
        let [opened, closed] = open_and_close(&mut harness, key);
        assert!(!opened.contains(SIXEL), "{key:?} hides it");
        assert_eq!(closed.matches(SIXEL).count(), 1, "{key:?}");
        harness.assert_idle().await;
    }
}

#[tokio::test]
async fn kitty_picture_is_whole_after_a_dialog() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Kitty);
    until_drawn(&mut harness).await;
    let cells = |harness: &Harness| harness.driver.screen.text().matches(PLACEHOLDER).count();
    let whole = cells(&harness);
    assert!(whole > 500, "{whole}");
    for key in DIALOGS {
        let [opened, closed] = open_and_close(&mut harness, key);
        assert_eq!(cells(&harness), whole, "{key:?}");
        assert!(!opened.contains(PIXELS) && !closed.contains(PIXELS), "{key:?}: the terminal has the pixels");
        harness.assert_idle().await;
    }
}

#[tokio::test]
async fn picture_that_comes_behind_a_dialog_is_whole_after_it() {
    let server = server().await;
    for (choice, sequence) in [(PictureChoice::Sixel, SIXEL), (PictureChoice::Kitty, PIXELS)] {
        let mut harness = session(&server, SAMPLE_ID, choice);
        harness.press("?");
        harness.until_ready(SAMPLE_ID).await;
        harness.until(is_drawn).await;
        harness.press("");
        let before = harness.driver.screen.frames().len();
        harness.press("\x1b");
        let written: String = frames_since(&harness, before).concat();
        assert_eq!(written.matches(sequence).count(), 1, "{choice:?}");
        if choice == PictureChoice::Kitty {
            assert!(written.matches(PLACEHOLDER).count() > 500);
        }
    }
}

#[tokio::test]
async fn idle_session_with_a_dialog_draws_nothing() {
    let server = server().await;
    for choice in [PictureChoice::Sixel, PictureChoice::Kitty, PictureChoice::Halfblocks] {
        let mut harness = session(&server, SAMPLE_ID, choice);
        until_drawn(&mut harness).await;
        for key in DIALOGS {
            harness.press(key);
            harness.until(has_dialog).await;
            harness.assert_idle().await;
            harness.press("\x1b");
        }
    }
}

#[tokio::test]
async fn resize_keeps_the_dialog() {
    let server = server().await;
    let mut harness = session(&server, SAMPLE_ID, PictureChoice::Sixel);
    until_drawn(&mut harness).await;
    harness.press("?verify");
    for (width, height) in [(80, 24), (40, 10), (200, 16), (160, 40)] {
        harness.driver.screen.resize(width, height);
        harness.driver.send(Arrival::Inputs(vec![Input::Resize]));
        let fits =
            |screen: &str| screen.lines().count() == usize::from(height) && screen.contains(" verify ");
        harness.run(async |driver| driver.screen.until(fits).await).await;
        assert!(matches!(harness.session.model().overlay, Some(Overlay::Actions(_))));
    }
    let before = harness.driver.screen.frames().len();
    harness.press("\x1b");
    harness.until(is_drawn).await;
    let is_sent =
        |harness: &Harness| frames_since(harness, before).iter().any(|written| written.contains(SIXEL));
    while !is_sent(&harness) {
        let next = harness.driver.screen.next();
        harness.run(async |_| next.await).await;
    }
}
