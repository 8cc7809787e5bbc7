//! What a person sees: each pane's states at three sizes, the expected screen beside the test.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::{Caches, Theme, view};
use crate::app::browse::Paging;
use crate::app::key::keys;
use crate::app::{Event, Input, Message, Model, Page, RequestId, Start, Wait, message_for, update};
use crate::domain::{Budget, Continuation, Failure, FailureKind, Image, Shapes, VariantOptions};

const LOGO: &str = r#"{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"logo.png","creator":"user-8812",
    "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"meta":{"key":"value","size":{"w":12345678901234567890,"tags":["a",null]}},
    "variants":["https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/thumbnail",
                "https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero"]}"#;

struct Screen {
    model: Model,
    caches: Caches,
    terminal: Terminal<TestBackend>,
    theme: Theme,
}

impl Screen {
    fn new(width: u16, height: u16) -> Self {
        let start = Start { offline: None, label: "demo".into(), earlier: vec![] };
        Self {
            model: Model::new(start),
            caches: Caches::default(),
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
            theme: Theme { color: true },
        }
    }

    fn showing(width: u16, height: u16, raw: &str) -> Self {
        let mut screen = Self::new(width, height);
        screen.press("107b9558-dd06-4bbd-5fef-9c2c16bb7900<enter>");
        screen.event(Event::ImageFetched(RequestId(1), Ok(Box::new(Image::read(raw).unwrap()))));
        screen
    }

    fn with_options(mut self) -> Self {
        let hero = r#"{"options":{"fit":"cover","width":1366,"height":768}}"#;
        let thumbnail =
            r#"{"options":{"fit":"scale-down","width":200,"height":200},"neverRequireSignedURLs":true}"#;
        let options = vec![VariantOptions::read("hero", hero), VariantOptions::read("thumbnail", thumbnail)];
        self.event(Event::OptionsFetched(RequestId(2), Ok(options)));
        self.event(Event::BudgetTold(Budget { left: 1187, limit: 1200 }));
        self
    }

    fn tell(&mut self, message: Message) {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        _ = update(&mut self.model, message, now);
        self.draw();
    }

    fn event(&mut self, event: Event) {
        self.tell(Message::Event(event));
    }

    fn press(&mut self, text: &str) {
        for key in keys(text) {
            if let Some(message) = message_for(&self.model, Input::Key(key)) {
                self.tell(message);
            }
        }
    }

    fn draw(&mut self) {
        let Self { model, caches, terminal, theme } = self;
        terminal.draw(|frame| view(model, *theme, caches, frame)).unwrap();
        self.model.reach = self.caches.reach;
    }

    fn buffer(&mut self) -> &Buffer {
        self.draw();
        self.terminal.backend().buffer()
    }

    /// The screen as lines, without the quotes of the backend's own display.
    fn text(&mut self) -> String {
        let buffer = self.buffer();
        let area = buffer.area;
        let row = |y| {
            let mut line = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(crate::domain::width::columns(symbol).max(1)).unwrap();
            }
            line.trim_end().to_owned()
        };
        (0..area.height).map(row).collect::<Vec<_>>().join("\n")
    }
}

macro_rules! snapshot {
    ($screen:expr, @$expected:literal) => {
        insta::assert_snapshot!($screen.text(), @$expected)
    };
}

#[test]
fn nothing_looked_up_yet() {
    snapshot!(Screen::new(80, 24), @r#"
    ┏ Image ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ an image ID, or a delivery URL                                               ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
    ╭ Details ─────────────────────────────────────────────────────────────────────╮
    │ Type or paste an image ID above, then press Enter.                           │
    │ A delivery URL, an API URL, or Markdown or HTML with one will do as well.    │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ├ Variants ────────────────────────────────────────────────────────────────────┤
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯

     Esc back  Enter look up  Ctrl-C quit                                      demo
    "#);
}

#[test]
fn an_image_at_160_columns() {
    snapshot!(Screen::showing(160, 40, LOGO).with_options(), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                                                                         │
    ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
    ╭ Browse ──────────────────────────────────────────────────╮╭ Details ─────────────────────────────────────────────────────────────────────────────────────────╮
    │ Listing the account's images…                            ││ Filename  logo.png                                                                               │
    │                                                          ││ ID        107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                   │
    │                                                          ││ Creator   user-8812                                                                              │
    │                                                          ││ Uploaded  2014-01-02 02:20 UTC, 12 years ago                                                     │
    │                                                          ││ Access    ● Signed URLs required                                                                 │
    │                                                          ││           always public: thumbnail                                                               │
    │                                                          ││ Metadata  key     value                                                                          │
    │                                                          ││           size                                                                                   │
    │                                                          ││             w     12345678901234567890                                                           │
    │                                                          ││             tags                                                                                 │
    │                                                          ││               0   a                                                                              │
    │                                                          ││               1   null                                                                           │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          ││                                                                                                  │
    │                                                          │┢ Variants ━━ 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    │                                                          │┃ › hero       cover 1366×768      signed  https://imagedelivery.net/M…4bbd-5fef-9c2c16bb7900/hero ┃
    │                                                          │┃   thumbnail  scale-down 200×200  public  https://imagedelivery.net/M…5fef-9c2c16bb7900/thumbnail ┃
    │                                                          │┃                                                                                                  ┃
    ╰ / filter ────────────────────────────────────────────────╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
     o open  y copy  Enter whole URL  r refresh  b browse  i image  Tab next pane  ? help  q quit                                         demo · 1,187 of 1,200 req
    "#);
}

#[test]
fn an_image_at_80_columns_its_options_unknown() {
    snapshot!(Screen::showing(80, 24, LOGO), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ Details ─────────────────────────────────────────────────────────────────────╮
    │ Filename  logo.png                                                           │
    │ ID        107b9558-dd06-4bbd-5fef-9c2c16bb7900                               │
    │ Creator   user-8812                                                          │
    │ Uploaded  2014-01-02 02:20 UTC, 12 years ago                                 │
    │ Access    ● Signed URLs required                                             │
    │ Metadata  key     value                                                      │
    │           size                                                               │
    │             w     12345678901234567890                                       │
    │             tags                                                             │
    │               0   a                                                          │
    │               1   null                                                       │
    │                                                                              │
    │                                                                              │
    ┢ Variants ━━ 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    ┃ › hero       signed  https://imagedelivery.net/M…4bbd-5fef-9c2c16bb7900/hero ┃
    ┃   thumbnail  signed  https://imagedelivery.net/M…5fef-9c2c16bb7900/thumbnail ┃
    ┃                                                                              ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
     o open  y copy  Enter whole URL  b browse  i image  ? help  q quit        demo
    "#);
}

#[test]
fn an_image_at_40_columns_one_pane_at_a_time() {
    let mut screen = Screen::showing(40, 10, LOGO).with_options();
    snapshot!(screen, @r#"
     Image   Details   Variants
    › hero       cover 1366×7…  signed
      thumbnail  scale-down 2…  public





     https://imagedelive…-9c2c16bb7900/hero
     o open  y copy  ? help  q quit    demo
    "#);
    screen.press("<s-tab>");
    snapshot!(screen, @r#"
     Image   Details   Variants
    Filename  logo.png
    ID        107b9558-dd06-4bbd-5fef-9c2c16
              bb7900
    Creator   user-8812
    Uploaded  2014-01-02 02:20 UTC
              12 years ago
    Access    ● Signed URLs required
     https://imagedelive…-9c2c16bb7900/hero
     o open  y copy  ? help  q quit    demo
    "#);
    screen.press("jjjjj");
    snapshot!(screen, @r#"
     Image   Details   Variants
              12 years ago
    Access    ● Signed URLs required
              always public: thumbnail
    Metadata  key     value
              size
                w     12345678901234567890
                tags
     https://imagedelive…-9c2c16bb7900/hero
     o open  y copy  ? help  q quit    demo
    "#);
    screen.press("i");
    snapshot!(screen, @r#"
     Image   Details   Variants
    107b9558-dd06-4bbd-5fef-9c2c16bb7900






     https://imagedelive…-9c2c16bb7900/hero
     Esc back  Enter look up           demo
    "#);
}

#[test]
fn loading_and_waiting() {
    let mut screen = Screen::new(80, 16);
    screen.press("cat<enter>");
    snapshot!(screen, @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ cat                                                                        ◐ │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ Details ─────────────────────────────────────────────────────────────────────╮
    │ Looking it up…                                                               │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ┢ Variants ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛

     Esc cancel  b browse  i image  Tab next pane  ? help  q quit              demo
    "#);
    screen.press("i");
    assert!(screen.text().contains("\n Esc cancel  Enter look up"), "one word a key: {}", screen.text());
    let mut screen = Screen::showing(80, 16, LOGO);
    screen.press("r");
    assert!(!screen.text().contains("whole URL"), "Enter does nothing meanwhile: {}", screen.text());
    let mut screen = Screen::new(80, 16);
    screen.press("cat<enter>");
    let until = screen.model.now + SignedDuration::from_millis(2_400);
    screen.event(Event::Waiting(RequestId(1), Wait { until, reason: "rate limited" }));
    assert!(screen.text().contains("rate limited, again in 3 s ◐"));
}

#[test]
fn what_went_wrong_stands_under_the_input_and_what_was_shown_stays() {
    let failure = Failure {
        code: "5404".into(),
        ray: Some("8f2a-FRA".into()),
        ..Failure::new(
            FailureKind::NotFound,
            "Image not found",
            "No image “dog” in account 023e…: check the ID, or the account in use.",
        )
    };
    for (width, height) in [(80, 24), (40, 10)] {
        let mut screen = Screen::showing(width, height, LOGO);
        screen.press("i<c-u>dog<enter>");
        screen.event(Event::ImageFetched(RequestId(3), Err(failure.clone())));
        if width == 80 {
            snapshot!(screen, @r#"
            ╭ Image ───────────────────────────────────────────────────────────────────────╮
            │ dog                                                                          │
            │ Image not found (5404). No image “dog” in account 023e…: check the ID, or    │
            │ the account in use. [cf-ray 8f2a-FRA]                                        │
            ╰──────────────────────────────────────────────────────────────────────────────╯
            ╭ Details ── still the image before ───────────────────────────────────────────╮
            │ Filename  logo.png                                                           │
            │ ID        107b9558-dd06-4bbd-5fef-9c2c16bb7900                               │
            │ Creator   user-8812                                                          │
            │ Uploaded  2014-01-02 02:20 UTC, 12 years ago                                 │
            │ Access    ● Signed URLs required                                             │
            │ Metadata  key     value                                                      │
            │           size                                                               │
            │             w     12345678901234567890                                       │
            │             tags                                                             │
            │               0   a                                                          │
            │               1   null                                                       │
            ┢ Variants ━━ 2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
            ┃ › hero       signed  https://imagedelivery.net/M…4bbd-5fef-9c2c16bb7900/hero ┃
            ┃   thumbnail  signed  https://imagedelivery.net/M…5fef-9c2c16bb7900/thumbnail ┃
            ┃                                                                              ┃
            ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
             https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
             o open  y copy  Enter whole URL  b browse  i image  ? help  q quit        demo
            "#);
        } else {
            snapshot!(screen, @r#"
             Image   Details   Variants
            Image not found (5404). No image “dog”
            in account 023e…: check the ID, or the
            account in use. [cf-ray 8f2a-FRA]

            › hero       signed
              thumbnail  signed

             https://imagedelive…-9c2c16bb7900/hero
             o open  y copy  ? help  q quit    demo
            "#);
        }
    }
}

#[test]
fn hostile_and_wide_names_stay_text_and_in_their_columns() {
    let raw = r#"{"id":"a","filename":"日本語👨‍👩‍👧.png\u001b]52;c;eA==\u0007\u0000\u202egnp.exe \u00e9","creator":"\u009b31mx\n\ty",
        "uploaded":"soon","meta":{"\u001b[2J":"\u2066b","日本":"ok"},"variants":["https://imagedelivery.net/H/a/public"]}"#;
    let mut screen = Screen::showing(80, 24, raw);
    snapshot!(screen, @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ Details ─────────────────────────────────────────────────────────────────────╮
    │ Filename  日本語👨👩👧.png␛]52;c;eA==␇␀⟨U+202E⟩gnp.exe é                     │
    │ ID        a                                                                  │
    │ Creator   ⟨U+009B⟩31mx␊␉y                                                    │
    │ Uploaded  not readable: see J                                                │
    │ Access    ? Unknown                                                          │
    │           the API did not say whether it needs signed URLs                   │
    │ Metadata  ␛[2J  ⟨U+2066⟩b                                                    │
    │           日本  ok                                                           │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ┢ Variants ━━ 1 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    ┃ › public  https://imagedelivery.net/H/a/public                               ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/H/a/public
     o open  y copy  Enter whole URL  b browse  i image  ? help  q quit        demo
    "#);
    let buffer = screen.buffer();
    assert!(
        buffer.content.iter().all(|cell| !cell.symbol().chars().any(crate::domain::safe_text::is_unsafe))
    );
}

#[test]
fn no_field_turns_text_around() {
    let raw = r#"{"id":"i\u202ed","filename":"f\u202ef","creator":"c\u202ec","requireSignedURLs":true,
        "meta":{"k\u202ek":"v\u202ev"},"variants":["https://imagedelivery.net/H/a/n\u202en"]}"#;
    for (width, height) in [(100, 24), (40, 10)] {
        let mut screen = Screen::showing(width, height, raw);
        let options = r#"{"options":{"fit":"o\u202eo","width":1,"height":1},"neverRequireSignedURLs":true}"#;
        let name = screen.model.lookup.variant().unwrap().name.clone();
        assert!(name.contains('\u{202e}'), "{name}");
        let options = vec![VariantOptions::read(&name, options)];
        screen.event(Event::OptionsFetched(RequestId(2), Ok(options)));
        screen.event(Event::Copied { text: String::new(), outcome: Ok("\u{202e}".into()) });
        for press in ["", "<enter>", "<esc><s-tab>", "jjjj", "J", "<esc>i\u{202e}", "<enter>"] {
            screen.press(press);
            let text = screen.text();
            assert!(
                !text.chars().any(|c| c != '\n' && crate::domain::safe_text::is_unsafe(c)),
                "{press}\n{text}"
            );
            if press == "<esc>i\u{202e}" {
                assert!(text.contains("⟨U+202E⟩"), "what is typed:\n{text}");
            }
            if width == 100 && press.is_empty() {
                for letter in ["i", "f", "c", "k", "v", "o", "always public: n", "› n", "Copied ("] {
                    assert!(text.contains(&format!("{letter}⟨U+202E⟩")), "{letter}:\n{text}");
                }
            }
        }
    }
}

#[test]
fn a_draft_and_an_image_without_variants() {
    let draft = r#"{"id":"a","filename":null,"requireSignedURLs":true,"draft":true,"variants":[]}"#;
    snapshot!(Screen::showing(80, 16, draft), @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╭ Details ─────────────────────────────────────────────────────────── 1–5 of 7 ╮
    │ Filename  none                                                               │
    │ Draft     its bytes were not uploaded yet                                    │
    │ ID        a                                                                  │
    │ Creator   none                                                               │
    │ Uploaded  not told                                                           │
    ┢ Variants ━━ 0 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    ┃ A draft: its bytes were not uploaded yet, so there is nothing to deliver.    ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛

     r refresh  b browse  i image  Tab next pane  ? help  q quit               demo
    "#);
}

#[test]
fn the_json_is_shown_as_it_came_and_scrolls() {
    let mut screen = Screen::showing(80, 16, LOGO);
    screen.press("<s-tab>J");
    snapshot!(screen, @r#"
    ┏ JSON ━━ as the API gave it ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ {                                                                            ┃
    ┃   "id": "107b9558-dd06-4bbd-5fef-9c2c16bb7900",                              ┃
    ┃   "filename": "logo.png",                                                    ┃
    ┃   "creator": "user-8812",                                                    ┃
    ┃   "uploaded": "2014-01-02T02:20:00.123Z",                                    ┃
    ┃   "requireSignedURLs": true,                                                 ┃
    ┃   "meta": {                                                                  ┃
    ┃     "key": "value",                                                          ┃
    ┃     "size": {                                                                ┃
    ┃       "w": 12345678901234567890,                                             ┃
    ┃       "tags": [                                                              ┃
    ┃         "a",                                                                 ┃
    ┗ ← → for long lines ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 1–12 of 21 ┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
     Esc close  q quit                                                         demo
    "#);
    screen.press("G<right><right>");
    snapshot!(screen, @r#"
    ┏ JSON ━━ as the API gave it ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ 678901234567890,                                                             ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃ gedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/thumbnail ┃
    ┃ gedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero"     ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗ ← → for long lines ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 10–21 of 21 ┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
     Esc close  q quit                                                         demo
    "#);
}

#[test]
fn a_whole_url_that_will_answer_403_is_not_copied_in_silence() {
    let mut screen = Screen::showing(80, 24, LOGO).with_options();
    screen.press("<enter>y");
    let text = screen.text();
    assert!(text.contains("403") && text.contains("/hero"), "{text}");
}

#[test]
fn a_whole_url_stands_flush_left_and_without_a_border() {
    let mut screen = Screen::showing(60, 20, LOGO);
    screen.press("<enter>");
    let text = screen.text();
    let joined: String = text.lines().take(2).collect();
    assert!(
        joined.starts_with(
            "https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero"
        ),
        "{text}"
    );
}

/// A list of four images under the given size, Browse having the focus.
fn browsing(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    screen.press("<esc>b");
    let mut shapes = Shapes::default();
    let named =
        |(id, name): (&str, &str)| format!(r#"{{"id":"{id}","filename":"{name}","requireSignedURLs":true}}"#);
    let raws = [
        LOGO.to_owned(),
        named(("2", "日本語\\u001b[31m.png")),
        named(("3", "a-very-long-file-name-that-goes-on-and-on-and-on.webp")),
        r#"{"id":"no-name","requireSignedURLs":false,"uploaded":"2026-02-14T09:51:09Z"}"#.to_owned(),
    ];
    let images = raws.iter().map(|raw| Arc::new(shapes.listed(&Image::read(raw).unwrap()))).collect();
    let Paging::Loading(request) = screen.model.browse.paging else { panic!("a page is awaited") };
    screen.event(Event::PageFetched(request, Ok(Page { images, next: None })));
    screen
}

#[test]
fn the_list_beside_the_others_and_in_their_place() {
    let mut wide = browsing(120, 16);
    wide.press(" j");
    snapshot!(wide, @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
    │ 3                                                                                                                    │
    ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
    ┏ Browse ━━ 4, 1 marked ━━━━━━━━━━━━━━━━━━━━┓╭ Details ────────────────────────────────────────────────────── 1–5 of 7 ╮
    ┃  * logo.png                       signed  ┃│ Filename  日本語␛[31m.png                                               │
    ┃    日本語␛[31m.png                signed  ┃│ ID        2                                                             │
    ┃ ›  a-very-long-fi…on-and-on.webp  signed  ┃│ Creator   none                                                          │
    ┃    no-name                        public  ┃│ Uploaded  not told                                                      │
    ┃                                           ┃│ Access    ● Signed URLs required                                        │
    ┃                                           ┃├ Variants ── 0 ──────────────────────────────────────────────────────────┤
    ┃                                           ┃│ No variants: the API names no URL of this image.                        │
    ┃                                           ┃│                                                                         │
    ┃                                           ┃│                                                                         │
    ┗ / filter ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛╰─────────────────────────────────────────────────────────────────────────╯

     r refresh  Enter variants  Space mark  u unmark all  b browse  / filter  i image  Tab next pane  ? help  q quit   demo
    "#);
    let mut medium = browsing(80, 16);
    snapshot!(medium, @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ┏ Browse ━━ 4 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ ›  logo.png                                              2014-01-02  signed  ┃
    ┃    日本語␛[31m.png                                                   signed  ┃
    ┃    a-very-long-file-name-that…oes-on-and-on-and-on.webp              signed  ┃
    ┃    no-name                                               2026-02-14  public  ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗ / filter ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
     o open  y copy  Enter variants  / filter  i image  ? help  q quit         demo
    "#);
    medium.press("/logo");
    medium.event(Event::Found { generation: 4, matches: vec![0] });
    snapshot!(medium, @r#"
    ╭ Image ───────────────────────────────────────────────────────────────────────╮
    │ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                         │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ┏ Browse ━━ 1 of 4 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
    ┃ ›  logo.png                                              2014-01-02  signed  ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃ / logo                                                                       ┃
    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
     Esc whole list  Enter keep                                                demo
    "#);
    medium.press("<enter><enter>");
    assert!(medium.text().contains("Details") && !medium.text().contains("Browse ─"));
    let mut small = browsing(40, 10);
    snapshot!(small, @r#"
     Image   Browse   Details   Variants
    ›  logo.png                      signed
       日本語␛[31m.png               signed
       a-very-long-fi…n-and-on.webp  signed
       no-name                       public



     https://imagedelive…-9c2c16bb7900/hero
     o open  y copy  ? help  q quit    demo
    "#);
    small.press("/x");
    small.event(Event::Found { generation: 1, matches: vec![] });
    assert!(small.text().contains("Nothing matches."));
}

#[test]
fn what_the_filter_found_stands_out() {
    let mut screen = browsing(120, 16);
    screen.theme = Theme { color: false };
    screen.press("/go");
    screen.event(Event::Found { generation: 2, matches: vec![0] });
    let underlined = |cell: &&ratatui::buffer::Cell| cell.modifier.contains(Modifier::UNDERLINED);
    let found: String =
        screen.buffer().content.iter().filter(underlined).map(ratatui::buffer::Cell::symbol).collect();
    assert_eq!(found, "go");
}

#[test]
fn a_list_that_is_not_all_here_says_so() {
    let more = || Some(Continuation::after_page(None, "next".to_owned(), 1000, false));
    let mut screen = browsing(40, 10);
    screen.press("R");
    let Paging::Loading(request) = screen.model.browse.paging else { panic!("a page is awaited") };
    let image = Image::read(r#"{"id":"a","uploaded":"2026-02-14T23:51:09Z"}"#).unwrap();
    let page = Page { images: vec![Arc::new(Shapes::default().listed(&image))], next: more() };
    screen.event(Event::PageFetched(request, Ok(page)));
    screen.press(" ");
    assert!(screen.text().contains(" 1 marked"), "{}", screen.text());
    screen.event(Event::TotalTold(Some(4)));
    screen.press("L");
    assert!(screen.text().contains(" 25 %"), "{}", screen.text());
    screen.press("<esc>/xyz");
    let generation = screen.model.browse.filter.generation;
    screen.event(Event::Found { generation, matches: vec![] });
    let text = screen.text();
    assert!(text.contains("Nothing matches in the part"), "{text}");

    let mut screen = browsing(80, 16);
    screen.event(Event::ZoneFound(jiff::tz::TimeZone::fixed(jiff::tz::offset(-12))));
    assert!(screen.text().contains("2026-02-13"), "the day is that of the person: {}", screen.text());
}

#[test]
fn the_help_holds_every_key() {
    let mut screen = Screen::new(100, 100);
    screen.press("<esc>?");
    let text = screen.text();
    for row in crate::app::keys::TABLE {
        assert!(text.contains(row.does), "{}", row.does);
    }
}

#[test]
fn the_help_can_be_read_on_a_small_terminal() {
    let mut screen = Screen::new(40, 150);
    screen.press("<esc>?");
    let text = screen.text().replace('┃', " ");
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    for row in crate::app::keys::TABLE {
        assert!(text.contains(row.does), "{}\n{text}", row.does);
    }
}

#[test]
fn the_focus_and_the_cursor_are_seen_without_colours() {
    let mut screen = Screen::new(80, 24);
    screen.theme = Theme { color: false };
    screen.press("107b9558-dd06-4bbd-5fef-9c2c16bb7900<enter>");
    screen.event(Event::ImageFetched(RequestId(1), Ok(Box::new(Image::read(LOGO).unwrap()))));
    let buffer = screen.buffer();
    assert!(
        buffer
            .content
            .iter()
            .all(|cell| cell.fg == ratatui::style::Color::Reset && cell.bg == ratatui::style::Color::Reset)
    );
    let reversed = buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED)).count();
    assert_eq!(reversed, 20, "the bar of the selected variant");
    assert!(screen.text().contains("┢ Variants"));
}

#[test]
fn nothing_is_painted_behind_text() {
    let mut screen = Screen::showing(80, 24, LOGO);
    assert!(screen.buffer().content.iter().all(|cell| cell.bg == ratatui::style::Color::Reset));
}

#[test]
fn a_long_input_scrolls_with_its_cursor() {
    let mut screen = Screen::new(80, 16);
    let long = "x".repeat(200);
    screen.press(&format!("{long}end"));
    assert!(screen.text().lines().nth(1).unwrap().contains("xend"));
    screen.press("<home>");
    assert_eq!(screen.terminal.backend_mut().cursor_position(), (2, 1).into());
    screen.press("<c-u><c-k>日本");
    assert_eq!(screen.terminal.backend_mut().cursor_position(), (6, 1).into());
}

#[test]
fn how_much_is_shown_goes_by_the_size() {
    for (width, height, shown) in [
        (40, 9, "cfimg needs 40×10 cells"),
        (39, 10, "cfimg needs 40×10 cells"),
        (40, 10, " Image   Details   Variants"),
        (80, 15, " Image   Details   Variants"),
        (79, 16, " Image   Details   Variants"),
        (80, 16, "╭ Image ──"),
    ] {
        let text = Screen::showing(width, height, LOGO).text();
        assert!(text.starts_with(shown), "{width}×{height}:\n{text}");
    }
}

#[test]
fn the_joints_are_those_of_the_focused_pane() {
    let mut screen = Screen::showing(80, 16, LOGO);
    for (press, left, right) in [
        ("", "┢ Variants ━━ 2 ━", "━┪"),
        ("<s-tab>", "┡ Variants ━━ 2 ━", "━┩"),
        ("i", "├ Variants ── 2 ─", "─┤"),
    ] {
        screen.press(press);
        let text = screen.text();
        assert!(text.lines().any(|line| line.starts_with(left) && line.ends_with(right)), "{text}");
    }
}

#[test]
fn texts_of_megabytes_take_a_few_lines() {
    let long = "日".repeat(100_000);
    let raw = format!(
        r#"{{"id":"{}","filename":"{long}","creator":"{long}","meta":{{"k":"{long}"}}}}"#,
        "i".repeat(1000)
    );
    let mut screen = Screen::showing(80, 60, &raw);
    let text = screen.text();
    for (name, lines) in [("Filename", 3), ("ID", 3), ("Creator", 3)] {
        let rows = text.lines().skip_while(|line| !line.contains(name));
        let rows = rows
            .enumerate()
            .take_while(|(at, line)| *at == 0 || line.starts_with(&format!("│{}", " ".repeat(11))))
            .count();
        assert_eq!(rows, lines, "{name}\n{text}");
    }
    let rows = screen.model.reach.details.rows;
    assert!((100..200).contains(&rows), "{rows}");
    screen.press("<s-tab>G");
    let text = screen.text();
    assert!(text.contains("the JSON has the rest"), "{text}");
}

#[test]
fn what_cannot_be_read_is_not_passed_off_as_missing() {
    let raw = r#"{"id":"a","filename":3,"creator":["me"],"uploaded":"soon"}"#;
    let mut screen = Screen::showing(80, 24, raw);
    let text = screen.text();
    for field in ["Filename  ", "Creator   ", "Uploaded  "] {
        assert!(text.contains(&format!("{field}not readable: see J")), "{field}\n{text}");
    }
}

#[test]
fn no_size_panics() {
    for press in ["", "<s-tab>", "<tab>", "<enter>", "?", "<s-tab>J"] {
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
