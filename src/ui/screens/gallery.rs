//! Tests of the gallery.

use super::list_and_overlays::listing;
use super::*;
use crate::app::gallery::thumb_key;
use crate::app::{Graphics, ThumbKey};
use crate::ui::DrawnThumb;

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
        let draw = super::picture::drawn(RequestId(0), cells).draw;
        let thumb = DrawnThumb { draw, cells, bytes: 1, nearest: None, kitty_id: None };
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
    ┏ Images 6 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ ● 2  ○ PUBLIC  ┓
    ┃                          ┏━━━━━━━━━━━┓                                       ┃
    ┃                          ┃ Not found ┃                                       ┃
    ┃  ▄▄▄▄▄▄▄▄     ▄▄▄▄▄▄▄▄   ┃   (404)   ┃      …            …            …      ┃
    ┃                          ┃           ┃                                       ┃
    ┃ ○ phot….jpg  ◆● phot…jpg ┃○ phot….jpg┃ ○ phot….jpg  ● phot….jpg  ? phot….jpg ┃
    ┃                          ┗━━━━━━━━━━━┛                                       ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗ / filter ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ ! signed only ┛
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
    ┏ Images 4 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ ● 1  ○ PUBLIC  ┓
    ┃┏━━━━━━━━━━━┓                                                                 ┃
    ┃┃Connection ┃ This image     Private                                          ┃
    ┃┃  closed   ┃   has no       with a          …                                ┃
    ┃┃   early   ┃  variants     custom ID                                         ┃
    ┃┃           ┃                                                                 ┃
    ┃┃○ lost.png ┃ ○ none.png   ● cust….png  ○ load….png                           ┃
    ┃┗━━━━━━━━━━━┛                                                                 ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┃                                                                              ┃
    ┗ / filter ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ ! signed only ┛
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
