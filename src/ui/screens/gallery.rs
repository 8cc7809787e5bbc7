//! Tests of the gallery.

use super::list_and_overlays::listing;
use super::*;
use crate::app::gallery::thumb_key;
use crate::app::{Graphics, ThumbKey};
use crate::domain::graphics::Transmission;
use crate::ui::gallery::ROWS_BESIDES;
use crate::ui::{DrawnThumb, EncodedPicture};

/// What sends the pixels of a thumbnail.
const PIXELS: &str = "<pixels>";

/// The gallery over a list of six images, two of which need signed URLs. The last is a draft.
fn gallery_of_photos(width: u16, height: u16) -> Screen {
    let raw = |number: usize| {
        let id = format!("107b9558-dd06-4bbd-5fef-9c2c16bb790{number}");
        let (signed, draft) = (number % 3 == 1, number == 5);
        format!(
            r#"{{"id":"{id}","filename":"photo-{number}.jpg","requireSignedURLs":{signed},"draft":{draft},
            "variants":["https://imagedelivery.net/H/{id}/thumbnail"]}}"#
        )
    };
    let raws: Vec<String> = (0..6).map(raw).collect();
    let mut screen = listing(width, height, &raws);
    screen.event(Event::GraphicsDetected(Graphics { drawable: true, cell: Some((10, 20)) }));
    screen.press("t");
    let request = screen.model.lookup.options.pending_request().expect("the options are requested");
    let thumbnail = r#"{"options":{"fit":"scale-down","width":200,"height":200}}"#;
    screen.event(Event::OptionsFetched(request, Ok(vec![VariantOptions::read("thumbnail", thumbnail)])));
    screen
}

impl Screen {
    fn thumb_key(&self, row: usize) -> ThumbKey {
        let image = self.model.browse.row(row).unwrap();
        thumb_key(&self.model, image, self.caches.viewports.gallery.cells).unwrap()
    }

    /// Draws a thumbnail of one row of half-blocks.
    fn draw_thumb(&mut self, row: usize) {
        let (key, cells) = (self.thumb_key(row), (8, 1));
        let transmission = Some(Transmission::new(PIXELS.to_owned()));
        let picture = EncodedPicture { transmission, ..super::picture::drawn(RequestId(0), cells).picture };
        let thumb = DrawnThumb { picture, bytes: 1, kitty_id: None };
        self.caches.thumbs.insert(key.clone(), thumb);
        self.event(Event::ThumbShown(key, Ok(())));
    }
}

#[test]
fn tiles_show_picture_access_and_name() {
    let mut screen = gallery_of_photos(80, 24);
    screen.draw_thumb(0);
    screen.draw_thumb(1);
    let failure = Failure::new(FailureKind::NotFound, "Not found (404)", "");
    screen.event(Event::ThumbShown(screen.thumb_key(2), Err(failure)));
    screen.press("l ");
    snapshot!(screen, @r#"
     ⌕ 107b9558-dd06-4bbd-5fef-9c2c16bb7902                                    demo
    ╭ Images 6 · photo-2.jpg · variant thumbnail ────────────────── ● 2  ○ PUBLIC  ╮
    │                               ┏━━━━━━━━━━━━━┓                                │
    │                               ┃             ┃                                │
    │                               ┃  Not found  ┃                                │
    │    ▄▄▄▄▄▄▄▄       ▄▄▄▄▄▄▄▄    ┃    (404)    ┃       …              …         │
    │                               ┃             ┃                                │
    │                               ┃             ┃                                │
    │  ○ photo-0.jpg  ◆● photo….jpg ┃○ photo-2.jpg┃ ○ photo-3.jpg  ● photo-4.jpg   │
    │                               ┗━━━━━━━━━━━━━┛                                │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │        …                                                                     │
    │                                                                              │
    │                                                                              │
    │  ? photo-5.jpg                                                               │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ / filter ───────────────────────────────────────────────────── ! signed only ╯
     https://imagedelivery.net/H/107b9558-dd06-4bbd-5fef-9c2c16bb7902/thumbnail
     1 marked: y Y o w apply to them, u unmarks all
     y copy  Y copy as  o open  w save  t list  / filter  P full screen  ? all keys
    "#);
}

#[test]
fn thumbnails_are_in_the_first_frame_after_full_screen() {
    let mut screen = gallery_of_photos(80, 24);
    screen.draw_thumb(0);
    screen.press("P");
    assert!(screen.model.is_full_screen());
    screen.press("P");
    assert_eq!(screen.caches.placed.len(), 1, "{}", screen.text());
}

#[test]
fn tile_fits_above_the_filter_of_a_small_screen() {
    let mut screen = gallery_of_photos(45, 12);
    screen.press("/");
    assert!(screen.model.is_filtering());
    let tile = screen.caches.viewports.gallery.cells.1 + ROWS_BESIDES;
    assert!(screen.text().contains("/ "), "{}", screen.text());
    assert!(tile <= 12 - 5, "{}", screen.text());
}

#[test]
fn filter_does_not_resize_the_tiles() {
    let mut screen = gallery_of_photos(80, 24);
    let cells = screen.caches.viewports.gallery.cells;
    screen.press("/photo");
    screen.filter_matched(screen.model.browse.filter.generation, (0..6).collect());
    assert_eq!(screen.caches.viewports.gallery.cells, cells);
}

/// The gallery over four images, three of which have no thumbnail.
fn gallery(width: u16, height: u16, drawable: bool) -> Screen {
    let image = |id: &str, rest: &str| {
        format!(
            r#"{{"id":"{id}","filename":"{id}.png","uploaded":"2026-02-14T09:51:09Z","variants":
                ["https://imagedelivery.net/MTt4OTd0b0w5aj/{id}/thumbnail"],"requireSignedURLs":{rest}}}"#
        )
    };
    let none = r#"{"id":"none","filename":"none.png","requireSignedURLs":false,"variants":[]}"#.to_owned();
    let raws = [image("lost", "false"), none, image("custom", "true"), image("loading", "false")];
    let mut screen = listing(width, height, &raws);
    screen.event(Event::GraphicsDetected(Graphics { drawable, cell: None }));
    screen.press("t");
    if drawable {
        let request = screen.model.lookup.options.pending_request().unwrap();
        screen.event(Event::OptionsFetched(request, Ok(vec![])));
        screen.draw();
        screen.event(Event::Woke);
        let key = screen.thumb_key(0);
        let failure = Failure::new(
            FailureKind::Network,
            "The connection to imagedelivery.net was closed early",
            "The picture is incomplete. Check the network, then try again.",
        );
        screen.event(Event::ThumbShown(key, Err(failure.with_short("Connection closed early"))));
    }
    screen
}

#[test]
fn tiles_without_a_thumbnail_say_why() {
    let mut screen = gallery(80, 16, true);
    snapshot!(screen, @r#"
     ⌕ lost                                                                    demo
    ╭ Images 4 · lost.png · variant thumbnail ───────────────────── ● 1  ○ PUBLIC  ╮
    │┏━━━━━━━━━━━┓                                                                 │
    │┃Connection ┃ This image     Private                                          │
    │┃  closed   ┃   has no       with a          …                                │
    │┃   early   ┃  variants     custom ID                                         │
    │┃           ┃                                                                 │
    │┃○ lost.png ┃ ○ none.png   ● cust….png  ○ load….png                           │
    │┗━━━━━━━━━━━┛                                                                 │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ / filter ───────────────────────────────────────────────────── ! signed only ╯
     https://imagedelivery.net/MTt4OTd0b0w5aj/lost/thumbnail
     ✓ Thumbnails: variant thumbnail, one delivery each ($1 per 100,000)
     y copy  Y copy as  o open  w save  t list  / filter  P full screen  ? all keys
    "#);
    screen.press("ll");
    let text = screen.text();
    assert!(text.contains("✗ Private with a custom ID.") && !text.contains("retry"), "{text}");
    screen.press("l");
    assert!(!screen.text().contains('✗'));
}

#[test]
fn gallery_without_pictures_says_how_to_turn_them_on() {
    let mut screen = gallery(80, 16, false);
    assert!(
        screen.text().contains("The gallery needs pictures. Pictures are off: half-blocks need colours.")
    );
    screen.press("l");
    assert!(screen.text().contains("Pictures"), "each tile says it: {}", screen.text());
}

#[test]
fn gallery_without_images_says_why() {
    let mut screen = Screen::new(80, 16);
    screen.press("<esc>bt");
    assert!(screen.model.is_gallery());
    assert!(screen.text().contains("Loading the list…"), "{}", screen.text());
    let mut screen = gallery(80, 16, true);
    screen.press("/zzz");
    // First for the words, then for similar ones.
    for _ in 0..2 {
        screen.filter_matched(screen.model.browse.filter.generation, vec![]);
    }
    assert!(screen.text().contains("No matches. Esc clears the filter."), "{}", screen.text());
}

#[test]
fn thumbnail_under_a_dialog_is_sent_when_it_closes() {
    let mut screen = gallery_of_photos(80, 24);
    screen.press("?");
    let is_sent = |screen: &Screen| {
        screen.terminal.backend().buffer().content().iter().any(|cell| cell.symbol().contains(PIXELS))
    };
    screen.draw_thumb(2);
    assert!(!is_sent(&screen), "the dialog covers its first cell");
    screen.press("<esc>");
    assert!(is_sent(&screen));
    screen.press("l");
    assert!(!is_sent(&screen), "once");
}

#[test]
fn every_step_of_the_tile_size_is_visible() {
    let mut screen = gallery_of_photos(120, 36);
    let mut press = |key: char| {
        screen.press(&key.to_string());
        screen.caches.viewports.gallery.cells.0
    };
    let widths: Vec<u16> = "-".repeat(12).chars().chain("+".repeat(12).chars()).map(&mut press).collect();
    let smaller = press('-');
    let (smallest, largest) = (widths[11], widths[23]);
    assert!(widths[12] > smallest && smaller < largest, "{widths:?} {smaller}");
    assert!(smallest < 15 && largest > 60, "{widths:?}");
}
