//! Tests of signed URLs, copy formats, flexible variants, and explanations.

use ratatui::style::Color;

use super::*;
use crate::app::Effect;
use crate::app::Signatures;
use crate::domain::signing::{InvalidExpiry, sign};
use crate::domain::{SigningKey, explain};

impl Screen {
    /// Presses keys, and responds to requests for signatures.
    fn press_and_sign(&mut self, text: &str) {
        for key in keys(text) {
            let Some(message) = message_for(&self.model, Input::Key(key)) else { continue };
            let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
            for effect in update(&mut self.model, message, now) {
                let Effect::Sign { request, urls, expires, .. } = effect else { continue };
                let key = SigningKey::parse("default", "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=").unwrap();
                let urls = urls.iter().map(|url| sign(url, &key, expires)).collect();
                self.event(Event::Signed(request, Ok(Signatures { urls, key: key.name().to_owned() })));
            }
        }
    }
}

#[test]
fn lifetime_dialog() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.press("s");
    snapshot!(screen, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ logo.png ──────────── ● SIGNED URL REQUIRED  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                 ┏ Validity of the signed URL ━━━━━━━━━━━━━━┓                 │
    │                 ┃  1  5 minutes                            ┃                 │
    │                 ┃ ▌2  1 hour                               ┃                 │
    │                 ┃  3  1 day                                ┃ure…             │
    │                 ┃  4  7 days                               ┃                 │
    │                 ┃  5  until a date…                        ┃                 │
    │                 ┃  6  never expires                        ┃                 │
    │                 ┃                                          ┃                 │
    │                 ┃ Anyone with a signed URL can see the     ┃                 │
    │                 ┃ image until it expires. A URL that never ┃                 │
    │                 ┃ expires works until you rotate the key.  ┃                 │
    │                 ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛━━━━━━━━━━━━━━━━━┪
    │                              │┃▌1 hero                                       ┃
    │                              │┃ 2 thumbnail                                  ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close  Enter choose
    "#);
    let mut screen = Screen::showing(40, 10, LOGO);
    screen.press("s5tomorrow<enter>");
    snapshot!(screen, @r#"
    ┏ Signed URL valid until ━━━━━━━━━━━━━━┓
    ┃ tomorrow                             ┃
    ┃                                      ┃
    ┃ Invalid date: not a date: use        ┃
    ┃ 2026-12-31, 2026-12-31 18:00 or      ┃
    ┃ 2026-12-31T18:00:00Z.                ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     Esc close  Enter accept
    "#);
}

#[test]
fn failure_is_shown_below_date_input() {
    let mut screen = Screen::showing(40, 10, LOGO);
    screen.press("s52027");
    let failure = Failure::new(FailureKind::Other, "Not copied", "Try again.");
    screen.event(Event::Copied { text: "https://a.example/".to_owned().into(), outcome: Err(failure) });
    let text = screen.text();
    assert!(text.contains("┃ 2027 ") && text.contains("! Not copied. Try again."), "{text}");
    screen.press("x<enter>");
    let refusal: String = InvalidExpiry::Date.to_string().chars().take(12).collect();
    assert!(screen.text().contains(&refusal), "{}", screen.text());
}

#[test]
fn signed_url_overlay_counts_down() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.press_and_sign("s2");
    snapshot!(screen, @r#"
    Signed with key default, valid until 13:00.

    https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/he
    ro?exp=1795525200&sig=c2ba11670f28fbf2347f0195c0f39c0fb54069783123dfc67c7b305fa7
    fe84b9
















     https://imagedelivery.net/MTt4O…7900/hero?exp=1795525200&sig=…  expires in 1 h

     Esc close  y copy  Y copy as  s sign  o open  w save  V verify  e explain
    "#);
    screen.press("<esc>");
    assert!(screen.text().contains("hero?exp=1795525200&sig=…  expires in 1 h"), "{}", screen.text());
    let mut screen = Screen::showing(40, 10, LOGO);
    screen.press_and_sign("s6");
    snapshot!(screen, @r#"
    Signed with key default, never expires.

    https://imagedelivery.net/MTt4OTd0b0w5aj
    /107b9558-dd06-4bbd-5fef-9c2c16bb7900/he
    ro?sig=edb3b069a69f329e60e99ff22c18f8dcb
    7c14c30e5c23901ce31d37745564e22

     https://ima…/hero?sig=…  never expires
     logo.png
     Esc close  y copy  Y copy as  s sign
    "#);
    screen.press("<esc>");
    let text = screen.text();
    assert!(text.contains("sig=…  never expires") && !text.contains("sig=f"), "{text}");
}

#[test]
fn qr_code_is_black_on_white() {
    let mut screen = Screen::showing(80, 30, LOGO);
    screen.press_and_sign("Y9");
    snapshot!(screen, @r#"
                                                              logo.png, variant
                                                              hero
       █▀▀▀▀▀█ ▄█▀ ███▀ █   ▀▄█▀▀▄ ▀▄▀█▀▀▄▄▄▄▄▄█ █▀▀▀▀▀█
       █ ███ █ ▄▄▀▀▀▄█▀ ▄ ▄   ▄▄ ▄▀▀ ▀▄▀▄ ▄▄  █▀ █ ███ █      Signed URL, valid
       █ ▀▀▀ █ ▄▀▄▄█▄ ▀  █▄ ██▀▀▀█▀ ▄▀█▀▀▄▄█▀▄   █ ▀▀▀ █      until 13:00. Anyone
       ▀▀▀▀▀▀▀ ▀ █ ▀▄█▄▀ █ ▀ █ ▀ █ █ ▀▄█▄▀ ▀ ▀▄█ ▀▀▀▀▀▀▀      who scans this code
       ▀████▄▀████▀ ▄▄▄▀ ▀▀▀▄█▀▀█▀▀▄ █▄ ▄▀▀█ ▀▄▀▀▄▀▄█ ▀       can see the image
         ▀▀▀ ▀  ▀██ ▄  ▄▄█▀▄  ▀▀ ▀▀▄▀ ▄█▄▀▄███▀▀█▄▀▄▀ ██      until then.
       ▄ ▀  █▀ ▄▄█ ▀▄ ▀▄▄█▄▄██ ▀ ▀▀ ▀█  ▀ █▀▄▀ ▀███▄ ▀▄
       █▄▄▀▀▀▀█ ▀▀█ ▄▀▀██ ▄██ ▀▀▀▀▄█▀▄▄▄███  ▀█▀▄▄█▄▄▀▀█
       █▀█▀▄▄▀ █▄██▀▄▄▄▀▀▀▀▀▄▀█▀▄▀ ▄▀▄ ▄  ▄▀▀▀▀▀▀▄▄ ▄▀▀▀
       ▄▀█ ▄▄▀ ▀▀▀ ▄▀██ ▀ █▀▄▀▀▀ ▀▄▄█▄█▄█▀ ████▀█▄ ▄▄▀█▀
        █ ▄▀█▀ ▀█▄██▀▀▄ ▀▄▀  ▀██▀▀█▄▀█▄ █▀▀█▄▀ ▀▄██  █▄▀
       ▄▀▀ █▀▀▀█▄█▄▄█ ▄  ▄▀ ██▀▀▀█ ▄▀▄▄▄▄▀▀▀▄▀▄█▀▀▀█  ▀█
       ▀ ▀▄█ ▀ █▀ ▀█▄▄ ▀▀▀▀▀▀█ ▀ ██▄▀█  ▄▀██  ▄█ ▀ ████▀
       ▀▀▀█▀█▀█▀█ ▀ ▄ █▄▄█ ▀▄▀████ ▄█▄▄▄▄▀█▀█▀▀█▀▀▀▀█▀▀▀
       ▄▀ ▀█▄▀▄▀▀▄▀ ▄ ▀▄▄█▄▄▄ ▀▄▀ █ ▀█▄▄▀  ██ ▀▄ █▀▀█▀█▀
           ▀▄▀▄ ▄ ▄██ ▀███▄█▄▀▀█ ▄▀▄▀▄██▄▀█▀█▀▀▄▀▀▀ ▄▀▀█
           ██▀▀▀▄▀█▀▄▄ ▀█▀▄▀▄ ▄▄  ▀▄ ▄  ▀ ▄██▀▀▄██▄▀ █
       ▀ █▄▀▄▀ ███ ▀▀█  ▀  ▀▄▄▄▄▄▄▀▄▀ ▀▄▀▀▄ ▄▀▀▄▀▀█▄▄▀ █
       ▀▀█▀▀ ▀▄█▀ ▀█▀▀▄ ▀▄▀ ▄▄▄▄█▀█  █ ▄▄▀▀█  █ ▀▀▀▀█▀ ▀
        █▄▄ ▀▀█▄▀ ▀█ ▄▄  ▀▀  ▄▄▄▄▄▄▄ ▄▄█ ▀█▀▄▀ █▄▀▀ ▀▀▀▀
       ▀▀▀   ▀ ██▄▀▄▄▄▀▀▀▀▄▀██▀▀▀█▄▄█▄▄ ▀▀▄█ ▀▀█▀▀▀█▀██▀
       █▀▀▀▀▀█ ▀▀▄ ▄▄  █▄█▄▀▄█ ▀ █▄▄▄ ▀▄▀▀▄█████ ▀ █ ▀ █
       █ ███ █ █▀▄▄▀▄ ▀▄▄█▄▄█▀▀▀█▀▄ ███   ███▀ ██▀▀██▀ ▀
       █ ▀▀▀ █ █▀▀▄ █ ▀██ ▄█▀ ███ ▄▄▄▄▄▄█▀█   █▄▄██ ▀▀ ▄
       ▀▀▀▀▀▀▀ ▀ ▀▀    ▀ ▀▀▀▀ ▀▀ ▀   ▀  ▀▀ ▀  ▀    ▀▀▀▀▀


    Esc close
    "#);
    for theme in [Theme::mono(), dark_theme().on_background([255; 3]).with_foreground([0; 3])] {
        screen.theme = theme;
        let blocks = |cell: &&ratatui::buffer::Cell| "▀▄█".contains(cell.symbol());
        let buffer = screen.buffer();
        let mut cells = buffer.content().iter().filter(blocks).peekable();
        assert!(cells.peek().is_some());
        assert!(cells.all(|cell| (cell.fg, cell.bg) == (Color::Indexed(16), Color::Indexed(231))));
    }
    let mut screen = Screen::showing(60, 36, LOGO);
    screen.press_and_sign("Y9");
    snapshot!(screen, @r#"
        █▀▀▀▀▀█ ▄█▀ ███▀ █   ▀▄█▀▀▄ ▀▄▀█▀▀▄▄▄▄▄▄█ █▀▀▀▀▀█
        █ ███ █ ▄▄▀▀▀▄█▀ ▄ ▄   ▄▄ ▄▀▀ ▀▄▀▄ ▄▄  █▀ █ ███ █
        █ ▀▀▀ █ ▄▀▄▄█▄ ▀  █▄ ██▀▀▀█▀ ▄▀█▀▀▄▄█▀▄   █ ▀▀▀ █
        ▀▀▀▀▀▀▀ ▀ █ ▀▄█▄▀ █ ▀ █ ▀ █ █ ▀▄█▄▀ ▀ ▀▄█ ▀▀▀▀▀▀▀
        ▀████▄▀████▀ ▄▄▄▀ ▀▀▀▄█▀▀█▀▀▄ █▄ ▄▀▀█ ▀▄▀▀▄▀▄█ ▀
          ▀▀▀ ▀  ▀██ ▄  ▄▄█▀▄  ▀▀ ▀▀▄▀ ▄█▄▀▄███▀▀█▄▀▄▀ ██
        ▄ ▀  █▀ ▄▄█ ▀▄ ▀▄▄█▄▄██ ▀ ▀▀ ▀█  ▀ █▀▄▀ ▀███▄ ▀▄
        █▄▄▀▀▀▀█ ▀▀█ ▄▀▀██ ▄██ ▀▀▀▀▄█▀▄▄▄███  ▀█▀▄▄█▄▄▀▀█
        █▀█▀▄▄▀ █▄██▀▄▄▄▀▀▀▀▀▄▀█▀▄▀ ▄▀▄ ▄  ▄▀▀▀▀▀▀▄▄ ▄▀▀▀
        ▄▀█ ▄▄▀ ▀▀▀ ▄▀██ ▀ █▀▄▀▀▀ ▀▄▄█▄█▄█▀ ████▀█▄ ▄▄▀█▀
         █ ▄▀█▀ ▀█▄██▀▀▄ ▀▄▀  ▀██▀▀█▄▀█▄ █▀▀█▄▀ ▀▄██  █▄▀
        ▄▀▀ █▀▀▀█▄█▄▄█ ▄  ▄▀ ██▀▀▀█ ▄▀▄▄▄▄▀▀▀▄▀▄█▀▀▀█  ▀█
        ▀ ▀▄█ ▀ █▀ ▀█▄▄ ▀▀▀▀▀▀█ ▀ ██▄▀█  ▄▀██  ▄█ ▀ ████▀
        ▀▀▀█▀█▀█▀█ ▀ ▄ █▄▄█ ▀▄▀████ ▄█▄▄▄▄▀█▀█▀▀█▀▀▀▀█▀▀▀
        ▄▀ ▀█▄▀▄▀▀▄▀ ▄ ▀▄▄█▄▄▄ ▀▄▀ █ ▀█▄▄▀  ██ ▀▄ █▀▀█▀█▀
            ▀▄▀▄ ▄ ▄██ ▀███▄█▄▀▀█ ▄▀▄▀▄██▄▀█▀█▀▀▄▀▀▀ ▄▀▀█
            ██▀▀▀▄▀█▀▄▄ ▀█▀▄▀▄ ▄▄  ▀▄ ▄  ▀ ▄██▀▀▄██▄▀ █
        ▀ █▄▀▄▀ ███ ▀▀█  ▀  ▀▄▄▄▄▄▄▀▄▀ ▀▄▀▀▄ ▄▀▀▄▀▀█▄▄▀ █
        ▀▀█▀▀ ▀▄█▀ ▀█▀▀▄ ▀▄▀ ▄▄▄▄█▀█  █ ▄▄▀▀█  █ ▀▀▀▀█▀ ▀
         █▄▄ ▀▀█▄▀ ▀█ ▄▄  ▀▀  ▄▄▄▄▄▄▄ ▄▄█ ▀█▀▄▀ █▄▀▀ ▀▀▀▀
        ▀▀▀   ▀ ██▄▀▄▄▄▀▀▀▀▄▀██▀▀▀█▄▄█▄▄ ▀▀▄█ ▀▀█▀▀▀█▀██▀
        █▀▀▀▀▀█ ▀▀▄ ▄▄  █▄█▄▀▄█ ▀ █▄▄▄ ▀▄▀▀▄█████ ▀ █ ▀ █
        █ ███ █ █▀▄▄▀▄ ▀▄▄█▄▄█▀▀▀█▀▄ ███   ███▀ ██▀▀██▀ ▀
        █ ▀▀▀ █ █▀▀▄ █ ▀██ ▄█▀ ███ ▄▄▄▄▄▄█▀█   █▄▄██ ▀▀ ▄
        ▀▀▀▀▀▀▀ ▀ ▀▀    ▀ ▀▀▀▀ ▀▀ ▀   ▀  ▀▀ ▀  ▀    ▀▀▀▀▀



    logo.png, variant hero

    Signed URL, valid until 13:00. Anyone who scans this code
    can see the image until then.

    Esc close
    "#);
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.press_and_sign("Y9");
    snapshot!(screen, @r#"
    The QR code needs 80×30 cells. Enlarge the window or use a smaller font.






















     Esc close
    "#);
}

#[test]
fn copy_format_dialog() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.press("Y");
    snapshot!(screen, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ logo.png ──────────── ● SIGNED URL REQUIRED  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                       ┏ Copy as ━━━━━━━━━━━━━━━━━━━━━┓                       │
    │                       ┃ ▌1  URL                      ┃                       │
    │                       ┃  2  Markdown                 ┃e picture…             │
    │                       ┃  3  HTML <img>               ┃                       │
    │                       ┃  4  srcset of the variants   ┃                       │
    │                       ┃  5  HTML <picture>           ┃                       │
    │                       ┃  6  curl command             ┃                       │
    │                       ┃  7  image ID                 ┃                       │
    │                       ┃  8  JSON                     ┃                       │
    │                       ┃  9  QR code                  ┃                       │
    │                       ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛━━━━━━━━━━━━━━━━━━━━━━━┪
    │                              │┃▌1 hero                                       ┃
    │                              │┃ 2 thumbnail                                  ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close  Enter choose
    "#);
    let mut screen = Screen::showing(40, 10, LOGO);
    screen.model.viewports.overlay.height = 6;
    screen.press("YG");
    snapshot!(screen, @r#"
    ID I┏ Copy as ━━━━━━━━━━━━━━━━━━━━━┓  ●
    ▌1 h┃  5  HTML <picture>           ┃
     2 t┃  6  curl command             ┃
        ┃  7  image ID                 ┃
        ┃  8  JSON                     ┃
        ┃ ▌9  QR code                  ┃
        ┗━━━━━━━━━━━━━━━━━ 5–9 of 9 ▴ ━┛
     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     Esc close  Enter choose
    "#);
}

#[test]
fn flexible_dialog_shows_suggestions_and_errors() {
    let public = LOGO.replace("\"requireSignedURLs\":true", "\"requireSignedURLs\":false");
    let mut screen = Screen::showing(80, 24, &public);
    screen.press("fw=400,fit=");
    snapshot!(screen, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ logo.png ───────────────────────── ○ PUBLIC  ╮
    ┏ Flexible variant ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ w=400,fit=                                                                   ┃
    ┃                                                                              ┃
    ┃ Tab scale-down   fit inside, never enlarge                                   ┃
    ┃     scale-up     fit inside, never shrink                                    ┃
    ┃     contain      fit inside, enlarge if needed                               ┃
    ┃     cover        fill and crop                                               ┃
    ┃     crop         fill and crop, never enlarge                                ┃
    ┃     aspect-crop  crop to the aspect ratio, never enlarge                     ┃
    ┃     pad          fit inside, add borders                                     ┃
    ┃     squeeze      stretch to fill                                             ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     Esc close  Enter accept  Tab complete
    "#);
    screen.press("cover");
    assert!(screen.text().contains("/w=400,fit=cover"), "the URL: {}", screen.text());
    screen.press("<enter>");
    assert!(screen.text().contains("▌3 w=400,fit=cover  flexible"), "{}", screen.text());
    let mut screen = Screen::showing(40, 10, LOGO);
    screen.press("fw=wide");
    snapshot!(screen, @r#"
    ┏ Flexible variant ━━━━━━━━━━━━━━━━━━━━┓
    ┃ w=wide                               ┃
    ┃ width accepts a whole number from 1  ┃
    ┃ to 12000, or auto, not “wide”.       ┃
    ┃ Flexible variants don't work with    ┃
    ┃ images that need signed URLs. Choose ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━ 1–4 of 6 ▾ ━┛
     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     Esc close  Enter accept  Tab complete
    "#);
}

#[test]
fn explanation_overlay() {
    let url =
        "https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero?exp=100&sig=beef";
    for (width, height) in [(80, 24), (40, 10)] {
        let mut screen = Screen::showing(width, height, LOGO);
        let now = screen.model.now;
        let explanation = Box::new(explain::explain(url, &[], now).unwrap());
        let effects = update(&mut screen.model, Message::Action(crate::app::Action::Explain), now);
        let Some(Effect::Explain { request, .. }) = effects.last().cloned() else { panic!("{effects:?}") };
        screen.event(Event::Explained(request, Ok((explanation, None))));
        if width == 80 {
            snapshot!(screen, @r#"
             ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
            ╭ Images ──────────────────────╮╭ logo.png ──────────── ● SIGNED URL REQUIRED  ╮
            │ Loading the list…            ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            │                              ││                                              │
            ┏ URL explained ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓│
            ┃ Host          imagedelivery.net                                             ┃│
            ┃ Account hash  MTt4OTd0b0w5aj (this account)                                 ┃│
            ┃ Image         107b9558-dd06-4bbd-5fef-9c2c16bb7900                          ┃│
            ┃ Variant       hero                                                          ┃│
            ┃ Signature     invalid: not 64 hexadecimal digits; part of it may be missing ┃│
            ┃ Expires       expired 1970-01-01 00:01 UTC (56 years ago)                   ┃│
            ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛│
            │                              ││                                              │
            │                              │┢ Variants 1/2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
            │                              │┃▌1 hero                                       ┃
            │                              │┃ 2 thumbnail                                  ┃
            │                              │┃                                              ┃
            │                              │┃                                              ┃
            ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
             https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

             Esc close
            "#);
        } else {
            snapshot!(screen, @r#"
            ┏ URL explained ━━━━━━━━━━━━━━━━━━━━━━━┓
            ┃ Host          imagedelivery.net      ┃
            ┃ Account hash  MTt4OTd0b0w5aj (this   ┃
            ┃               account)               ┃
            ┃ Image         107b9558-dd06-4bbd-5fe ┃
            ┃               f-9c2c16bb7900         ┃
            ┗━━━━━━━━━━━━━━━━━━━━━━━━ 1–5 of 13 ▾ ━┛
             https://imagedelive…-9c2c16bb7900/hero
             logo.png
             Esc close
            "#);
        }
    }
}

#[test]
fn long_flexible_name_leaves_room_for_access() {
    let public = LOGO.replace("\"requireSignedURLs\":true", "\"requireSignedURLs\":false");
    for (raw, state) in [(LOGO, " ✗"), (&public, " ○")] {
        for (width, height) in [(160, 40), (120, 40), (80, 24), (40, 10)] {
            let mut screen = Screen::showing(width, height, raw).with_options();
            screen.press("fw=1234,h=1234,fit=scale-down,quality=80,format=webp,sharpen=3<enter>jkG");
            let text = screen.text();
            let row = text.lines().find(|line| line.contains("▌3 w=1")).expect("the variant's row");
            assert!(row.contains(state) && row.contains("=3  flexible"), "{width}\n{text}");
            assert!(text.contains("200×200"), "{width}\n{text}");
            assert!(width < 80 || text.contains(" Variants 3/3"), "{text}");
        }
    }
}

#[test]
fn sign_key_is_hidden_if_no_signature_works() {
    let mut screen = Screen::showing(80, 24, LOGO);
    screen.press("<enter>");
    assert!(screen.text().contains("403") && screen.text().contains(" s "), "{}", screen.text());
    screen.press("<esc>fw=400<enter>j");
    assert!(!screen.text().contains("s sign"), "{}", screen.text());
    screen.press("<enter>");
    let text = screen.text().replace('\n', " ");
    assert!(!text.contains(" s "), "{text}");
    let why = screen.model.unsigned_reason().unwrap();
    assert!(text.contains(&why), "{text}");
}

#[test]
fn long_flexible_input_scrolls_with_cursor() {
    let mut screen = Screen::showing(40, 10, LOGO);
    screen.press("f");
    assert!(screen.text().contains("┃ for example w=400,fit=cover "), "{}", screen.text());
    screen.press("w=400,h=400,fit=cover,quality=80,format=webp,sharpen=3");
    let text = screen.text();
    assert!(text.lines().nth(1).unwrap().contains("format=webp,sharpen=3"), "{text}");
}
