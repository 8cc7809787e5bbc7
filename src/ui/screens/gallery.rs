//! Tests of the gallery.

use super::*;
use crate::app::gallery::thumb_key;
use crate::app::{Graphics, ThumbKey};
use crate::ui::DrawnThumb;

/// The gallery over a list of six images, two of which need signed URLs. The last is a draft.
fn gallery(width: u16, height: u16) -> Screen {
    let raw = |number: usize| {
        let id = format!("107b9558-dd06-4bbd-5fef-9c2c16bb790{number}");
        let (signed, draft) = (number % 3 == 1, number == 5);
        format!(
            r#"{{"id":"{id}","filename":"photo-{number}.jpg","requireSignedURLs":{signed},"draft":{draft},
            "variants":["https://imagedelivery.net/H/{id}/thumbnail"]}}"#
        )
    };
    let raws: Vec<String> = (0..6).map(raw).collect();
    let mut screen = super::list_and_overlays::listing(width, height, &raws);
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
        let widget = super::picture::drawn(RequestId(0), cells).widget;
        let thumb = DrawnThumb { widget, cells, bytes: 1, nearest: None, lease: None };
        self.caches.thumbs.insert(key.clone(), thumb);
        self.event(Event::ThumbShown(key, Ok(())));
    }
}

#[test]
fn tiles_show_picture_access_and_name() {
    let mut screen = gallery(80, 24);
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
    let mut screen = gallery(80, 24);
    screen.draw_thumb(0);
    screen.press("P");
    assert!(screen.model.is_full_screen());
    screen.press("P");
    assert_eq!(screen.caches.placed.len(), 1, "{}", screen.text());
}

#[test]
fn filter_does_not_resize_the_tiles() {
    let mut screen = gallery(80, 24);
    let cells = screen.caches.viewports.gallery.cells;
    screen.press("/photo");
    screen.filter_matched(screen.model.browse.filter.generation, (0..6).collect());
    assert_eq!(screen.caches.viewports.gallery.cells, cells);
    screen.press("x");
    // Neither the text nor the fuzzy search matches.
    for _ in 0..2 {
        screen.filter_matched(screen.model.browse.filter.generation, vec![]);
    }
    assert!(screen.text().contains("No matches"), "{}", screen.text());
}
