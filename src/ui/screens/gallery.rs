//! Tests of the gallery.

use super::list_and_overlays::listing;
use super::*;
use crate::app::Graphics;
use crate::app::gallery::thumb_key;

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
        let lost = screen.model.browse.row(0).unwrap().image().unwrap();
        let key = thumb_key(&screen.model, &lost).unwrap();
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
    ┃┃○ lost.png ┃ ○ none.png   ● cust….png  ○ load….png                           ┃
    ┃┗━━━━━━━━━━━┛                                                                 ┃
    ┃                                                                              ┃
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
