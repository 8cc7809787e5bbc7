//! Journeys to the picture.

mod learning;

use super::browsing::ids;
use super::*;
use crate::app::Graphics;
use crate::app::preview::{PictureFacts, PictureSource};
use crate::domain::{Budget, Listed, Shapes};

const ROOM: (u16, u16) = (40, 20);

pub(super) fn url(id: &str, variant: &str) -> PictureSource {
    PictureSource::Open(format!("https://imagedelivery.net/H/{id}/{variant}"))
}

pub(super) fn facts() -> PictureFacts {
    PictureFacts {
        width: 1366,
        height: 768,
        mime: "image/webp",
        bytes: 84_100,
        took: SignedDuration::from_millis(23),
        by: None,
        stands: None,
        note: None,
    }
}

#[test]
fn esc_cancels_loading_picture() {
    let mut journey = Journey::looking_at(image("cat"));
    let (request, ..) = journey.picture().expect("it is loaded");
    assert_eq!(journey.press("<esc>"), [Effect::Abort(request)]);
    assert!(journey.model.preview.picture.failure().is_some());
    journey.event(Event::PictureShown(request, Ok(facts())));
    assert_eq!((journey.picture(), journey.model.preview.picture.value()), (None, None));
    assert!(!journey.press("<esc>").contains(&Effect::Abort(request)), "there is nothing to cancel");
    journey.press("r");
    journey.answer("cat", Ok(image("cat")));
    assert!(journey.picture().is_some_and(|(again, ..)| again != request));
}

#[test]
fn esc_clears_filter_before_it_cancels_picture() {
    let mut journey = Journey::looking_at(image("cat"));
    journey.press("b");
    journey.page(super::browsing::page(["cat".to_owned()], None));
    journey.press("/cat<enter>");
    let awaited = journey.model.preview.picture.awaited();
    assert!(awaited.is_some() && journey.model.browse.filter.is_on());
    journey.press("<esc>");
    assert_eq!(
        (journey.model.preview.picture.awaited(), journey.model.browse.filter.is_on()),
        (awaited, false)
    );
}

impl Journey {
    /// Where pictures are seen: wide, on a terminal that draws them.
    pub(super) fn seeing() -> Self {
        let mut journey = Self::new();
        journey.event(Event::GraphicsFound(Graphics { drawable: true, cell: None }));
        journey.event(Event::Drawn(Reach { wide: true, preview: ROOM, ..Reach::default() }));
        journey.effects.clear();
        journey
    }

    /// An image that was looked up, its picture asked for.
    pub(super) fn looking_at(image: Image) -> Self {
        let mut journey = Self::seeing();
        journey.press(&format!("{}<enter>", image.id.as_str()));
        journey.effects.clear();
        let id = image.id.as_str().to_owned();
        journey.answer(&id, Ok(image));
        journey
    }

    /// The last picture that was asked for.
    pub(super) fn picture(&self) -> Option<(RequestId, PictureSource, (u16, u16))> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::ShowPicture { request, source, cells, .. } => Some((*request, source.clone(), *cells)),
            _ => None,
        })
    }

    pub(super) fn draws(&mut self, facts: PictureFacts) {
        let request = self.model.preview.picture.awaited().expect("a picture is awaited");
        self.effects.clear();
        self.event(Event::PictureShown(request, Ok(facts)));
    }

    pub(super) fn source(&self) -> Option<PictureSource> {
        self.picture().map(|(_, source, _)| source)
    }

    fn aborts(&self, request: RequestId) -> bool {
        self.effects.contains(&Effect::Abort(request))
    }
}

#[test]
fn the_picture_follows_the_variant_and_a_late_one_changes_nothing() {
    let mut journey = Journey::looking_at(image("a"));
    let (first, source, cells) = journey.picture().unwrap();
    assert_eq!((source, cells), (url("a", "public"), ROOM));
    journey.press("k");
    assert!(journey.aborts(first) && journey.picture().is_none(), "it hurries");
    journey.passes(80);
    assert_eq!(journey.source(), Some(url("a", "hero")));
    journey.event(Event::PictureShown(first, Ok(facts())));
    assert_eq!(journey.model.preview.picture.value(), None, "late");
    journey.draws(facts());
    assert_eq!(journey.model.preview.picture.value().unwrap().facts, facts());
    let known = |journey: &Journey, variant| {
        let PictureSource::Open(url) = url("a", variant) else { panic!("an open one") };
        journey.model.preview.known(&url).is_some()
    };
    assert_eq!((known(&journey, "hero"), known(&journey, "public")), (true, false));
    journey.passes(1000);
    assert_eq!(journey.press("j").len(), 1, "at once, where nobody hurries");
    assert_eq!(journey.source(), Some(url("a", "public")));
    assert_eq!(journey.model.preview.picture.value(), None, "no picture under another's name");
}

#[test]
fn nothing_is_asked_where_no_picture_is_seen() {
    let unseen = |change: fn(&mut Journey)| {
        let mut journey = Journey::looking_at(image("a"));
        journey.passes(1000);
        change(&mut journey);
        journey.press("k");
        let at_once = journey.source();
        journey.passes(1000);
        at_once.or(journey.source())
    };
    assert_eq!(unseen(|_| {}), Some(url("a", "hero")));
    assert_eq!(
        unseen(|journey| journey.event(Event::GraphicsFound(Graphics { drawable: false, cell: None }))),
        None
    );
    assert_eq!(unseen(|journey| journey.event(Event::Drawn(Reach::default()))), None);
}

#[test]
fn what_lies_on_top_hides_the_picture_and_gives_it_back() {
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(facts());
    journey.press("?");
    journey.event(Event::Drawn(Reach { wide: true, preview: (0, 0), ..Reach::default() }));
    journey.press("<esc>");
    journey.event(Event::Drawn(Reach { wide: true, preview: ROOM, ..Reach::default() }));
    assert_eq!(journey.picture(), None, "it is here still");
    assert!(journey.model.preview.picture.value().is_some());
}

#[test]
fn in_another_room_it_is_made_anew_and_stays_meanwhile() {
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(facts());
    journey.event(Event::Drawn(Reach { wide: true, preview: (50, 30), ..Reach::default() }));
    assert_eq!(journey.picture().unwrap().2, (50, 30));
    assert!(journey.model.preview.picture.value().is_some());
    journey.draws(facts());
    for lost in [Event::PictureLost, Event::GraphicsFound(Graphics { drawable: true, cell: Some((8, 16)) })] {
        journey.effects.clear();
        journey.event(lost);
        assert_eq!(journey.picture().unwrap().2, (50, 30));
        journey.draws(facts());
    }
}

#[test]
fn what_is_on_its_way_is_not_asked_for_anew_because_the_room_changes() {
    let in_another_room = || {
        let mut journey = Journey::looking_at(image("a"));
        let (first, ..) = journey.picture().unwrap();
        journey.effects.clear();
        for room in [(50, 30), (60, 30)] {
            journey.event(Event::Drawn(Reach { wide: true, preview: room, ..Reach::default() }));
        }
        assert_eq!(journey.effects, []);
        (journey, first)
    };
    let (mut journey, _) = in_another_room();
    journey.draws(facts());
    assert_eq!(journey.picture().unwrap().2, (60, 30), "its bytes are here now");
    let (mut journey, first) = in_another_room();
    journey.event(Event::PictureShown(first, Err(super::failure("No answer"))));
    assert_eq!(journey.source(), None, "it is no better in another room");
    assert!(journey.model.preview.picture.failure().is_some());
    for anew in [Event::PictureLost, Event::GraphicsFound(Graphics { drawable: true, cell: Some((8, 16)) })] {
        let (mut journey, first) = in_another_room();
        journey.event(anew);
        assert!(journey.aborts(first) && journey.source().is_some(), "what is drawn is of no use");
    }
    let (mut journey, first) = in_another_room();
    journey.press("r");
    assert!(journey.aborts(first) && journey.source().is_some());
}

#[test]
fn a_private_image_is_shown_without_its_plain_url() {
    let journey = Journey::looking_at(image_with("a", "\"requireSignedURLs\":true"));
    let PictureSource::Open(url) = url("a", "public") else { panic!("an open one") };
    assert_eq!(journey.source(), Some(PictureSource::Signed { id: ImageId::parse("a").unwrap(), url }));
    let bare = Image::read(r#"{"id":"a"}"#).unwrap();
    assert_eq!(
        Journey::looking_at(bare).source(),
        Some(PictureSource::Original(ImageId::parse("a").unwrap()))
    );
    let draft = Image::read(r#"{"id":"a","draft":true}"#).unwrap();
    assert_eq!(Journey::looking_at(draft).source(), None);
}

#[test]
fn r_fetches_the_picture_again() {
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(facts());
    journey.press("r");
    let forgotten = forget("a");
    let before = journey.effects.iter().position(|effect| *effect == forgotten);
    let asked = journey.effects.iter().position(|effect| matches!(effect, Effect::ShowPicture { .. }));
    assert!(before.is_some() && before < asked, "{:?}", journey.effects);
}

#[test]
fn a_cursor_that_runs_asks_for_the_last_image_alone_and_then_for_its_neighbours() {
    let mut journey = Journey::seeing();
    let listed = |id: &str| -> std::sync::Arc<Listed> {
        std::sync::Arc::new(Shapes::default().listed(&image_with(id, "\"requireSignedURLs\":false")))
    };
    journey.press("<esc>b");
    journey.page(Page { images: ids(200).map(|id| listed(&id)).collect(), next: None });
    journey.passes(1000);
    let mut asked = 0;
    for _ in 0..100 {
        journey.now += SignedDuration::from_millis(30);
        journey.press("j");
        asked += usize::from(journey.source().is_some());
    }
    assert!(asked <= 1, "{asked}");
    journey.passes(80);
    assert_eq!(journey.source(), Some(url("img100", "public")));
    journey.draws(facts());
    assert_eq!(journey.effects, [Effect::Prefetch(vec![url("img101", "public"), url("img99", "public")])]);
    journey.press("j");
    let at_once = Some(url("img101", "public"));
    assert_eq!(journey.source(), at_once, "it has rested; and by this name what comes already is taken over");
}

#[test]
fn an_animation_moves_while_it_is_seen() {
    let mut journey = Journey::looking_at(image("a"));
    let stands = SignedDuration::from_millis(100);
    journey.draws(PictureFacts { stands: Some(stands), ..facts() });
    let drawn = journey.model.preview.picture.value().unwrap().drawn;
    assert_eq!(next_wake(&journey.model), Some(journey.now + stands));
    assert_eq!(journey.passes(100), [Effect::NextFrame(drawn)]);
    assert_eq!(next_wake(&journey.model), None, "the next one is on its way");
    journey.event(Event::PictureMoved(RequestId(999), stands));
    assert_eq!(next_wake(&journey.model), None, "another's");
    journey.event(Event::PictureMoved(drawn, stands));
    assert_eq!(next_wake(&journey.model), Some(journey.now + stands));
    journey.press("?");
    assert_eq!(next_wake(&journey.model), None);
    journey.press("<esc>");
    assert!(next_wake(&journey.model).is_some());
}

#[test]
fn p_shows_and_hides_it_and_capital_p_gives_it_all() {
    let mut journey = Journey::new();
    journey.press("<esc>");
    assert!(!journey.model.has_preview());
    journey.press("p");
    assert_eq!((journey.model.focus, journey.model.has_preview()), (Pane::Preview, true));
    journey.press("p");
    assert_eq!((journey.model.focus, journey.model.has_preview()), (Pane::Variants, false));
    journey.press("P");
    assert!(journey.model.is_whole());
    assert!(journey.fetches_a_page(), "one walks the images there");
    journey.press("<esc>");
    assert_eq!((journey.model.is_whole(), journey.model.focus), (false, Pane::Variants), "where one was");
    journey.press("pPP");
    assert_eq!((journey.model.is_whole(), journey.model.focus), (false, Pane::Preview));
    journey.press("P");
    journey.press("<tab>");
    assert!(!journey.model.is_whole());
}

#[test]
fn the_whole_picture_walks_variants_and_images() {
    let mut journey = Journey::browsing(9, None);
    journey.press("P");
    let at = |journey: &Journey| {
        (journey.shown_id().map(str::to_owned), journey.model.lookup.variant().map(|v| v.name.clone()))
    };
    assert_eq!(at(&journey), (Some("img0".into()), Some("public".into())));
    journey.press("hjj");
    assert_eq!(at(&journey), (Some("img2".into()), Some("hero".into())), "the variant stays");
    journey.press("lllk");
    assert_eq!(at(&journey), (Some("img1".into()), Some("thumbnail".into())));
}

#[test]
fn what_is_hidden_before_the_cursor_has_rested_wakes_nobody_and_is_asked_for_when_it_is_back() {
    for hidden in ["?", "p"] {
        let mut journey = Journey::looking_at(image("a"));
        journey.press("k");
        journey.press(if hidden == "p" { "pp" } else { "?" });
        if hidden == "p" {
            journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
        }
        journey.passes(1000);
        assert_eq!(next_wake(&journey.model), None, "{hidden}");
        journey.press(if hidden == "p" { "p" } else { "<esc>" });
        journey.event(Event::Drawn(Reach { wide: true, preview: ROOM, ..Reach::default() }));
        assert_eq!(journey.source(), Some(url("a", "hero")), "{hidden}");
    }
}

#[test]
fn an_animation_that_is_made_anew_or_refused_wakes_nobody() {
    let moving = || PictureFacts { stands: Some(SignedDuration::from_millis(100)), ..facts() };
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(moving());
    journey.event(Event::Drawn(Reach { wide: true, preview: (50, 30), ..Reach::default() }));
    journey.passes(1000);
    assert_eq!(next_wake(&journey.model), None, "it is on its way");
    journey.draws(moving());
    assert!(next_wake(&journey.model).is_some());
    let mut journey = Journey::looking_at(image_with("a", "\"requireSignedURLs\":true"));
    journey.draws(moving());
    journey.event(Event::PictureLost);
    let request = journey.model.preview.picture.awaited().unwrap();
    journey.event(Event::PictureShown(request, Err(super::failure("No answer"))));
    journey.passes(1000);
    assert_eq!(next_wake(&journey.model), None, "it could not be had");
}

#[test]
fn a_picture_that_was_hidden_does_not_come_back_under_another_images_name() {
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(facts());
    journey.press("pp");
    journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    journey.press("p");
    assert!(journey.model.preview.picture.value().is_some(), "the same image");
    journey.press("pi<c-u>b<enter>");
    journey.answer("b", Ok(image("b")));
    journey.press("p");
    assert_eq!(journey.model.preview.picture.value(), None);
    assert_eq!(journey.model.preview.subject(), None);
}

#[test]
fn what_the_bytes_told_last_of_a_variant_holds() {
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(facts());
    journey.press("r");
    journey.draws(PictureFacts { bytes: 7, ..facts() });
    let PictureSource::Open(url) = url("a", "public") else { panic!("an open one") };
    let known = |journey: &Journey| journey.model.preview.known(&url).map(|facts| facts.bytes);
    assert_eq!(known(&journey), Some(7));
    journey.press("pp");
    journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    journey.press("k");
    assert_eq!(known(&journey), Some(7), "also while no picture is seen");
}

#[test]
fn a_refresh_while_no_picture_is_seen_is_not_one_of_the_next_image() {
    let mut journey = Journey::looking_at(image("a"));
    journey.press("pp");
    journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    assert!(journey.press("r").contains(&forget("a")));
    journey.press("i<c-u>b<enter>");
    journey.answer("b", Ok(image_with("b", "\"requireSignedURLs\":true")));
    journey.press("p");
    journey.passes(1000);
    journey.event(Event::Drawn(Reach { wide: true, preview: ROOM, ..Reach::default() }));
    assert_eq!(journey.source(), None, "nobody asked for it");
}

#[test]
fn the_neighbours_of_an_image_that_the_list_does_not_show_are_not_fetched() {
    let mut journey = Journey::seeing();
    journey.press("<esc>b");
    journey.page(super::browsing::page(ids(9), None));
    journey.press("ji<c-u>elsewhere<enter>");
    journey.answer("elsewhere", Ok(image("elsewhere")));
    journey.passes(1000);
    journey.draws(facts());
    assert_eq!(journey.effects, []);
}

#[test]
fn what_is_no_neighbour_any_more_is_not_fetched_on() {
    let with_neighbours = || {
        let mut journey = Journey::seeing();
        let listed = |id: String| {
            std::sync::Arc::new(Shapes::default().listed(&image_with(&id, "\"requireSignedURLs\":false")))
        };
        journey.press("<esc>b");
        journey.page(Page { images: ids(9).map(listed).collect(), next: None });
        journey.passes(1000);
        journey.draws(facts());
        assert_eq!(journey.effects, [Effect::Prefetch(vec![url("img1", "public")])]);
        journey
    };
    let mut journey = with_neighbours();
    journey.press("i<c-u>elsewhere<enter>");
    journey.answer("elsewhere", Ok(image("elsewhere")));
    journey.passes(1000);
    for stops in [vec![Effect::Prefetch(vec![])], vec![]] {
        journey.draws(facts());
        assert_eq!(journey.effects, stops);
        journey.event(Event::PictureLost);
    }
    let mut journey = with_neighbours();
    journey.press("pp");
    journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    assert_eq!(journey.effects, [], "it is a neighbour still");
    journey.press("bj");
    assert!(journey.effects.contains(&Effect::Prefetch(vec![])), "{:?}", journey.effects);
}
