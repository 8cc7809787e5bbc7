//! Tests of Preview.

use super::*;
use crate::app::{FetchedVia, Graphics, PictureInfo};
use crate::domain::Access;
use crate::domain::picture_format::Format;
use crate::ui::{Drawn, EncodedPicture};

/// A picture of two colours, drawn with half-blocks.
pub(super) fn drawn(request: RequestId, cells: (u16, u16)) -> Drawn {
    use ratatui::buffer::Buffer;
    use ratatui::widgets::Widget as _;
    use ratatui_image::protocol::{Protocol, halfblocks::Halfblocks};
    let pixels = image::RgbaImage::from_fn(u32::from(cells.0), u32::from(cells.1) * 2, |_, y| {
        image::Rgba(if y % 2 == 0 { [9, 8, 7, 255] } else { [200, 201, 202, 255] })
    });
    let widget = Halfblocks::new(pixels.into(), cells.into()).unwrap();
    let widget = Protocol::Halfblocks(widget);
    let draw =
        Box::new(move |area, buffer: &mut Buffer| ratatui_image::Image::new(&widget).render(area, buffer));
    Drawn { request, picture: EncodedPicture { draw, transmission: None, cells, nearest: None } }
}

/// An image whose picture is drawn in this many cells.
fn with_picture(width: u16, height: u16, cells: (u16, u16)) -> Screen {
    let mut screen = loading_picture(width, height);
    screen.draw_picture(cells);
    screen
}

/// An image whose picture is loading.
fn loading_picture(width: u16, height: u16) -> Screen {
    loading_picture_of(LOGO, width, height)
}

fn loading_picture_of(raw: &str, width: u16, height: u16) -> Screen {
    let mut screen = Screen::showing(width, height, raw);
    screen.press("<tab><tab>");
    screen.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    screen
}

impl Screen {
    fn draw_picture(&mut self, cells: (u16, u16)) {
        let request = self.model.preview.picture.pending_request().expect("no picture is loading");
        self.caches.picture = Some(drawn(request, cells));
        let info = PictureInfo {
            note: None,
            width: 1366,
            height: 768,
            format: Format::WebP,
            bytes: 84_100,
            took: jiff::SignedDuration::from_millis(23),
            via: self
                .model
                .lookup
                .shown()
                .is_some_and(|image| image.access == Access::Signed)
                .then_some(FetchedVia::Original),
            frame_delay: None,
        };
        self.event(Event::PictureShown(request, Ok(info)));
    }
}

#[test]
fn picture_is_centred_above_its_caption() {
    snapshot!(with_picture(80, 16, (20, 4)), @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7900                                    demo
    ╭ Images ──────────────────────╮┏ logo.png ━━━━━━━━━━━━ ● SIGNED URL REQUIRED  ┓
    │ Loading the list…            │┃             ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄             ┃
    │                              │┃             ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄             ┃
    │                              │┃             ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄             ┃
    │                              │┃             ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄             ┃
    │                              │┃                                              ┃
    │                              │┃ variant hero · 1366×768 · 84.1 kB · original ┃
    │                              │┡ Variants 1/2 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
    │                              ││▌1 hero                                       │
    │                              ││ 2 thumbnail                                  │
    │                              ││                                              │
    ╰ / filter ───── ! signed only ╯╰──────────────────────────────────────────────╯
     https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

     y copy  Y copy as  s sign  o open  / filter  P full screen  b list  ? all keys
    "#);
    snapshot!(with_picture(40, 10, (20, 4)), @r#"
    ID Images Variants Details Picture    ●
              ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
              ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
              ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
              ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄

     variant hero · 1366×768 · original
     https://imagedelive…-9c2c16bb7900/hero
     logo.png
     y copy  Y copy as  s sign  ? keys
    "#);
}

#[test]
fn full_screen_picture_has_one_line_caption() {
    let mut whole = with_picture(80, 16, (20, 4));
    whole.press("P");
    whole.event(Event::Woke);
    whole.draw_picture((44, 12));
    snapshot!(whole, @r#"
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
                     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
     ● SIGNED URL REQUIRED   logo.png · hero · 31% · 1366×768 · 84.1 kB · original
    https://imagedelivery.net/MTt4OTd0b0w5a…b9558-dd06-4bbd-5fef-9c2c16bb7900/hero

    Esc back  y copy  Y copy as  s sign  o open  + zoom  z actual pixels  ? keys
    "#);
    let mut whole = with_picture(40, 10, (20, 4));
    whole.press("P");
    whole.event(Event::Woke);
    whole.draw_picture((24, 6));
    snapshot!(whole, @r#"
           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
     ● SIGNED   hero · 1366×768 · original
    https://imagedelive…-9c2c16bb7900/hero

    Esc back  y copy  Y copy as  ? keys
    "#);
}

#[test]
fn full_screen_is_larger_than_pane_at_any_size() {
    for (width, height) in [(40, 10), (45, 12), (79, 40), (80, 16), (80, 24), (120, 40), (140, 40)] {
        let mut screen = with_picture(width, height, (1, 1));
        let pane = screen.caches.viewports.preview;
        screen.press("P");
        let whole = screen.caches.viewports.preview;
        assert_eq!(whole, (width, height - 4));
        assert!(whole.0 >= pane.0 && whole.1 > pane.1, "{width}×{height}: {pane:?} {whole:?}");
        screen.press("P");
        assert_eq!(screen.caches.viewports.preview, pane, "{width}×{height}");
    }
}

#[test]
fn caption_line_is_shortened_to_fit() {
    const SIGNED: &str = LOGO;
    const FLEXIBLE: &str = r#"{"id":"logo","requireSignedURLs":false,"variants":["https://imagedelivery.net/H/logo/width=1234567,height=1234567,fit=scale-down"]}"#;
    const HOSTILE: &str = r#"{"id":"a","filename":"日本\u001b\u202e.png","requireSignedURLs":false,"variants":["https://imagedelivery.net/H/a/public"]}"#;
    for (raw, width, line) in [
        (
            SIGNED,
            160,
            "● SIGNED URL REQUIRED   logo.png · hero · 94% · 1366×768 · WebP · 84.1 kB · 23 ms · original, from the API",
        ),
        (SIGNED, 80, "● SIGNED URL REQUIRED   logo.png · hero · 59% · 1366×768 · 84.1 kB · original"),
        (SIGNED, 60, "● SIGNED   hero · 44% · 1366×768 · 84.1 kB · original"),
        (SIGNED, 45, "● SIGNED   hero · 1366×768 · original"),
        (SIGNED, 40, "● SIGNED   hero · 1366×768 · original"),
        (
            FLEXIBLE,
            120,
            "○ PUBLIC   logo · width=1234567,height=1234567,fit=scale-down · 88% · 1366×768 · WebP · 84.1 kB · 23 ms",
        ),
        (FLEXIBLE, 40, "○ PUBLIC   width=123456… · 1366×768"),
        (HOSTILE, 80, "○ PUBLIC   日本␛⟨U+202E⟩.png · public · 59% · 1366×768 · WebP · 84.1 kB"),
    ] {
        let mut screen = loading_picture_of(raw, width, 40);
        screen.draw_picture((20, 4));
        screen.press("P");
        let text = screen.text();
        assert_eq!(text.lines().rev().nth(3), Some(format!("  {line}").as_str()), "{width}");
    }
    let mut screen = loading_picture(60, 16);
    screen.press("P");
    let text = screen.text();
    assert!(text.contains("  Loading variant hero…\n"), "{text}");
    assert!(text.contains("  logo.png · hero\n"), "{text}");
}

#[test]
fn missing_picture_is_explained() {
    let mut screen = loading_picture(80, 16);
    assert!(screen.text().contains("Loading variant hero…"), "{}", screen.text());
    let request = screen.model.preview.picture.pending_request().unwrap();
    let failure =
        Failure::new(FailureKind::Other, "No picture", "It begins like HTML. Open it in a browser.");
    screen.event(Event::PictureShown(request, Err(failure)));
    let text = screen.text();
    assert!(text.contains("No picture. It begins like HTML. Open it"), "{text}");
    // The previous picture stays.
    let mut screen = with_picture(80, 16, (20, 4));
    screen.press("r");
    let request = screen.model.preview.picture.pending_request().unwrap();
    let failure = Failure::new(FailureKind::Network, "No answer from imagedelivery.net", "Try again.");
    screen.event(Event::PictureShown(request, Err(failure)));
    let text = screen.text();
    assert!(text.contains("No answer from imagedelivery.net. Try again.") && text.contains('▄'), "{text}");
    screen.caches.picture = None;
    assert!(screen.text().contains("No answer from imagedelivery.net."), "without the previous picture");
    let mut off = Screen::showing(80, 16, LOGO);
    off.event(Event::GraphicsDetected(Graphics { drawable: false, cell: None }));
    assert!(off.text().contains(" Pictures are off: half-blocks need colours."), "{}", off.text());
    off.model.preferences.pictures_off_by = Some("CFIMG_PICTURE".to_owned());
    assert!(off.text().contains("Pictures are turned off by CFIMG_PICTURE."), "{}", off.text());
}

#[test]
fn message_has_a_line_of_its_own_on_the_full_screen() {
    for (width, height) in [(80, 16), (40, 10)] {
        let mut screen = with_picture(width, height, (20, 4));
        screen.press("P");
        screen.event(Event::Woke);
        screen.draw_picture((24, height - 4));
        let (room, place) = (screen.caches.viewports.preview, screen.caches.placed.clone());
        screen.model.notice = Some(crate::app::Notice::Warning("Not copied: no key.".to_owned()));
        let text = screen.text();
        assert_eq!(text.lines().rev().nth(1), Some(" ! Not copied: no key."), "{text}");
        assert!(text.contains('▄') && text.contains("/hero"), "{text}");
        assert_eq!((screen.caches.viewports.preview, screen.caches.placed.clone()), (room, place));
        screen.press("h");
        assert!(!screen.text().contains("Not copied"), "{}", screen.text());
    }
}

#[test]
fn long_message_floats_until_the_next_key() {
    for (width, height) in [(80, 24), (45, 12)] {
        let mut screen = with_picture(width, height, (20, 4));
        let words = "Not copied. The token lacks permission to read the signing keys. The plain URL would be refused (403). Press y again to copy it anyway. To sign it, set a signing key.";
        screen.model.notice = Some(crate::app::Notice::Warning(words.to_owned()));
        let text = screen.text();
        let inside: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split_once("┃ ")?.1.rsplit_once('┃'))
            .map(|(line, _)| line.trim_matches(['!', ' ', '┃']))
            .collect();
        assert!(inside.join(" ").contains(words), "{inside:?}\n{text}");
        screen.press("h");
        assert!(!screen.text().contains("Not copied"), "{}", screen.text());
    }
}

#[test]
fn full_screen_shows_whole_picture_failure() {
    let mut screen = with_picture(40, 10, (20, 4));
    screen.press("Pr");
    let request = screen.model.preview.picture.pending_request().unwrap();
    let hint = "Look at the network, or at the proxy that stands between, and try again with r.";
    let failure = Failure::new(FailureKind::Network, "No answer from imagedelivery.net", hint);
    screen.event(Event::PictureShown(request, Err(failure.clone())));
    let text = screen.text();
    let lines = text.lines().filter_map(|line| line.split_once("┃ ")?.1.split_once('┃'));
    let message: Vec<&str> = lines.map(|(line, _)| line.trim_matches(['✗', ' '])).collect();
    assert!(message.join(" ").contains(&failure.to_string()), "{text}");
    screen.press("P");
    let text = screen.text();
    assert!(text.contains(" No answer from imagedelivery.net. Loo…"), "{text}");
}

#[test]
fn preview_keys_are_hidden_if_pictures_are_off() {
    let mut screen = Screen::showing(160, 16, LOGO);
    assert!(screen.text().contains("P full screen"), "{}", screen.text());
    screen.event(Event::GraphicsDetected(Graphics { drawable: false, cell: None }));
    screen.press("p");
    let text = screen.text();
    for word in ["p picture", "P full screen"] {
        assert!(!text.lines().last().unwrap().contains(word), "{word}\n{text}");
    }
}

#[test]
fn picture_uses_only_256_colours_if_limited() {
    let mut screen = with_picture(80, 16, (20, 4));
    let colors = |screen: &mut Screen| -> std::collections::BTreeSet<String> {
        screen.buffer().content.iter().map(|cell| format!("{:?}", cell.fg)).collect()
    };
    assert!(colors(&mut screen).iter().any(|color| color.starts_with("Rgb")));
    if let Some(drawn) = &mut screen.caches.picture {
        drawn.picture.nearest = Some(|_| 17);
    }
    let colors = colors(&mut screen);
    assert!(colors.contains("Indexed(17)"), "{colors:?}");
    assert!(!colors.iter().any(|color| color.starts_with("Rgb")), "{colors:?}");
}

#[test]
fn variants_show_picture_info_that_fits() {
    const PUBLIC: &str = r#"{"id":"logo","requireSignedURLs":false,"variants":["https://imagedelivery.net/H/logo/hero",
        "https://imagedelivery.net/H/logo/thumbnail"]}"#;
    for (width, caption) in [(200, "1366×768 WebP 84.1 kB"), (160, "1366×768"), (120, "")] {
        let mut screen = Screen::showing(width, 40, PUBLIC).with_options();
        screen.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
        screen.draw_picture((20, 4));
        let text = screen.text();
        let row = text.lines().find(|row| row.contains("▌1 hero")).expect("the variant's row");
        assert!(row.contains(caption), "{width}\n{text}");
        let (before, _) =
            row.split_once(if caption.is_empty() { "┃ " } else { caption }).unwrap_or((row, ""));
        assert!(!before.contains('…'), "left out rather than cut\n{text}");
    }
}
