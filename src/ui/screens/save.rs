//! The dialog that saves a picture.

use super::*;
use crate::app::SaveOutcome;

#[test]
fn save_dialog_says_what_is_saved_and_what_happened() {
    let mut screen = Screen::showing(80, 24, LOGO).with_options();
    screen.press("w");
    let text = screen.text();
    for words in ["logo-hero.png", "› variant hero", "  original", "The extension changes"] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    screen.press("<tab>");
    assert!(screen.text().contains("› original"), "{}", screen.text());
    screen.press("<enter>");
    assert!(screen.text().contains("Saving… Esc cancels."), "{}", screen.text());
    let request = screen.model.save.job.as_ref().unwrap().request;
    screen.event(Event::PictureSaved(request, Ok(SaveOutcome::Exists("logo\u{1b}.png".into()))));
    let words = "logo␛.png already exists. Press Enter to overwrite it";
    assert!(screen.text().contains(words), "{}", screen.text());
    screen.press("<enter>");
    let request = screen.model.save.job.as_ref().unwrap().request;
    let failure = Failure::other("/x cannot be written", "Choose another place.");
    screen.event(Event::PictureSaved(request, Err(failure)));
    assert!(screen.text().contains("Not saved. /x cannot be written. Choose another place."));
    assert_eq!(screen.model.notice, None);
}

#[test]
fn missing_credentials_are_explained_in_three_steps() {
    for (width, height) in [(40, 24), (80, 24), (120, 36)] {
        let mut screen = Screen::new(width, height);
        screen.model.needs_credentials = true;
        let text = screen.text();
        let (number, url) = ("3. Restart cfimg.", "https://dash.cloudflare.com/profile/api-");
        for words in ["No credentials are set", "1. ", "2. ", number, "   cfimg login", "press d to"] {
            assert!(text.contains(words), "{words} at {width}\n{text}");
        }
        assert!(width < 80 || text.contains(url), "{text}");
    }
}

#[test]
fn missing_credentials_are_explained_in_short_on_a_small_terminal() {
    let mut screen = Screen::new(45, 12);
    screen.model.needs_credentials = true;
    screen.model.focus = crate::app::Pane::Browse;
    let text = screen.text();
    for words in ["No credentials. Press d for the demo.", "cfimg login", "3. Restart cfimg."] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert_eq!(text.lines().rev().nth(1), Some(""), "no list is named: {text}");
}
