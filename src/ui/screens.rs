//! Tests of the screen: the panes' states at three sizes, with the expected screens inline.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::{Caches, Theme, view};
use crate::app::browse::Paging;
use crate::app::{Event, Input, Keymap, Message, Model, Page, RequestId, Start, Wait, message_for, update};
use crate::domain::key::keys;
use crate::domain::{
    Budget, ColorDepth, Continuation, Failure, FailureKind, Image, MarksChoice, Preferences, ThemeChoice,
    UrlTemplates, VariantOptions,
};

const LOGO: &str = r#"{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"logo.png","creator":"user-8812",
    "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,"meta":{"key":"value","size":{"w":12345678901234567890,"tags":["a",null]}},
    "variants":["https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/thumbnail",
                "https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero"]}"#;

/// That of a terminal with all colours, which has responded.
fn dark_theme() -> Theme {
    Theme::new(ThemeChoice::Auto, ColorDepth::Rgb, MarksChoice::Auto)
        .on_background([0; 3])
        .with_foreground([255; 3])
}

struct Screen {
    model: Model,
    caches: Caches,
    terminal: Terminal<TestBackend>,
    theme: Theme,
}

impl Screen {
    fn new(width: u16, height: u16) -> Self {
        let start = Start {
            offline: None,
            label: "demo".into(),
            earlier: vec![],
            preferences: Preferences::default(),
            keymap: Keymap::default(),
        };
        Self {
            model: Model::new(start),
            caches: Caches::default(),
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
            theme: dark_theme(),
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
        self.event(Event::BudgetChanged(Budget { left: 1187, limit: 1200 }));
        self
    }

    fn send(&mut self, message: Message) {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        _ = update(&mut self.model, message, now);
        self.draw();
    }

    fn event(&mut self, event: Event) {
        self.send(Message::Event(event));
    }

    /// Responds to a search of all loaded images.
    fn filter_matched(&mut self, generation: u64, matches: Vec<u32>) {
        let searched = u32::try_from(self.model.browse.images().len()).unwrap();
        self.event(Event::FilterMatched { generation, matches, searched });
    }

    fn press(&mut self, text: &str) {
        for key in keys(text) {
            if let Some(message) = message_for(&self.model, Input::Key(key)) {
                self.send(message);
            }
        }
    }

    fn draw(&mut self) {
        let Self { model, caches, terminal, theme } = self;
        let mut fresh = caches.with_same_scroll();
        let drawn = terminal.draw(|frame| view(model, *theme, caches, frame)).unwrap();
        if caches.picture.is_none() && caches.placed.is_empty() {
            let mut other = Terminal::new(TestBackend::new(drawn.area.width, drawn.area.height)).unwrap();
            let other = other.draw(|frame| view(model, *theme, &mut fresh, frame)).unwrap();
            assert_eq!(drawn.buffer, other.buffer, "the caches do not lag behind the model");
        }
        self.model.viewports = self.caches.viewports;
    }

    fn buffer(&mut self) -> &Buffer {
        self.draw();
        self.terminal.backend().buffer()
    }

    /// The screen as lines, without the quotes that the backend's `Display` adds.
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

// These use the macro, so they must come after it.
mod actions;
mod details;
mod errors;
mod gallery;
mod hints;
mod invariants;
mod list_and_overlays;
mod picture;
mod profiles;
mod regions;
mod save;
mod signing;

#[test]
fn empty_screen() {
    snapshot!(Screen::new(80, 24), @r#"
     ⌕ image ID or URL                                                         demo
    ╭ Images ──────────────────────╮╭ Picture ─────────────────────────────────────╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││    Type or paste an image ID above, then     │
    │                              ││  press Enter. A URL, Markdown or HTML that   │
    │                              ││          contains the ID works too.          │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              │├ Variants ────────────────────────────────────┤
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    ╰ / filter ───── ! signed only ╯╰──────────────────────────────────────────────╯


     Esc back  Enter look up  Ctrl-C quit
    "#);
}

#[test]
fn image_at_160_columns() {
    snapshot!(Screen::showing(160, 40, LOGO).with_options(), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                                                                                                    demo
    ╭ Images ──────────────────────────────────────╮╭ logo.png ──────────────────────────────────────────────────────────────────────────── ● SIGNED URL REQUIRED  ╮
    │ Loading the list…                            ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                             Loading the picture…                                             │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              ││                                                                                                              │
    │                                              │┢ Variants 1/2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┱ Details ▾ ──────────────────────────────────────────────────┤
    │                                              │┃▌1 hero       cover 1366×768                  ● ┃ Filename  logo.png                                          │
    │                                              │┃ 2 thumbnail  scale-down 200×200              ○ ┃ ID        107b9558-dd06-4bbd-5fef-9c2c16bb7900              │
    │                                              │┃                                                ┃ Creator   user-8812                                         │
    │                                              │┃                                                ┃ Uploaded  2014-01-02 02:20 UTC, 12 years ago                │
    │                                              │┃                                                ┃ Access    ● signed URL required                             │
    │                                              │┃                                                ┃           always public: thumbnail                          │
    │                                              │┃                                                ┃ Metadata  key     value                                     │
    │                                              │┃                                                ┃           size                                              │
    ╰ / filter ───────────────────── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┹─────────────────────────────────────────────────────────────╯
     https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     y copy  Y copy as  s sign  o open  w save  Enter whole URL  / filter  ! access  P full screen  ] next variant  J JSON  r refresh  b list  ? all keys
    "#);
}

#[test]
fn image_with_unknown_options_at_80_columns() {
    snapshot!(Screen::showing(80, 24, LOGO), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ logo.png ──────────── ● SIGNED URL REQUIRED  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││             Loading the picture…             │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              │┢ Variants 1/2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    │                              │┃▌1 hero                                       ┃
    │                              │┃ 2 thumbnail                                  ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     y copy  Y copy as  s sign  o open  / filter  P full screen  b list  ? all keys
    "#);
}

#[test]
fn image_at_40_columns_one_pane_at_a_time() {
    let mut screen = Screen::showing(40, 10, LOGO).with_options();
    snapshot!(screen, @r#"
    ID Images Variants Details Picture    ●
    ▌1 hero       cover 1366×768          ●
     2 thumbnail  scale-down 200×200      ○




     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     y copy  Y copy as  s sign  ? keys
    "#);
    screen.press("<tab>");
    snapshot!(screen, @r#"
    ID Images Variants Details Picture    ●
    Filename  logo.png
    ID  107b9558-dd06-4bbd-5fef-9c2c16bb7900
    Creator   user-8812
    Uploaded  2014-01-02 02:20 UTC
              12 years ago
    Access    ● signed URL required
     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     y copy  Y copy as  s sign  ? keys
    "#);
    screen.press("jjjjj");
    snapshot!(screen, @r#"
    ID Images Variants Details Picture    ●
    Access    ● signed URL required
              always public: thumbnail
    Metadata  key     value
              size
                w     12345678901234567890
                tags
     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     y copy  Y copy as  s sign  ? keys
    "#);
    screen.press("i");
    snapshot!(screen, @r#"
    ID Images Variants Details Picture    ●
    107b9558-dd06-4bbd-5fef-9c2c16bb7900





     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     Esc back  Enter look up  ↑ earlier
    "#);
}

#[test]
fn draft_and_image_without_variants() {
    let draft = r#"{"id":"a","filename":null,"requireSignedURLs":true,"draft":true,"variants":[]}"#;
    snapshot!(Screen::showing(80, 16, draft), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮╭ a ─────────────────────────────────── DRAFT  ╮
    │ Loading the list…            ││                                              │
    │                              ││                                              │
    │                              ││         A draft has no picture yet.          │
    │                              ││                                              │
    │                              ││                                              │
    │                              ││                                              │
    │                              │┢ Variants ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┪
    │                              │┃ This image is a draft.                       ┃
    │                              │┃                                              ┃
    │                              │┃                                              ┃
    ╰ / filter ───── ! signed only ╯┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛


     Y copy as  w save  / filter  ! access  P full screen  b list  ? all keys
    "#);
}
