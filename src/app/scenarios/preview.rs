//! Scenarios of the preview.

mod known_pictures;
mod picture_info;

use super::browse::ids;
use super::*;
use crate::app::Graphics;
use crate::app::{PictureInfo, PictureSource};
use crate::domain::picture_format::Format;
use crate::domain::{Budget, ImageSummary, UrlTemplates};

const ROOM: (u16, u16) = (40, 20);

pub(super) fn url(id: &str, variant: &str) -> PictureSource {
    PictureSource::Plain(format!("https://imagedelivery.net/H/{id}/{variant}"))
}

pub(super) fn info() -> PictureInfo {
    PictureInfo {
        width: 1366,
        height: 768,
        format: Format::WebP,
        bytes: 84_100,
        took: SignedDuration::from_millis(23),
        via: None,
        frame_delay: None,
        note: None,
    }
}

#[test]
fn esc_cancels_loading_picture() {
    let mut scenario = Scenario::previewing(image("cat"));
    let (request, ..) = scenario.picture().expect("no picture is requested");
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    assert!(scenario.model.preview.picture.failure().is_some());
    scenario.event(Event::PictureShown(request, Ok(info())));
    assert_eq!((scenario.picture(), scenario.model.preview.picture.value()), (None, None));
    assert!(!scenario.press("<esc>").contains(&Effect::Abort(request)), "there is nothing to cancel");
    scenario.press("r");
    scenario.respond("cat", Ok(image("cat")));
    assert!(scenario.picture().is_some_and(|(again, ..)| again != request));
}

#[test]
fn esc_clears_filter_before_it_cancels_picture() {
    let mut scenario = Scenario::previewing(image("cat"));
    scenario.press("b");
    scenario.page(super::browse::page(["cat".to_owned()], None));
    scenario.press("/cat<enter>");
    let awaited = scenario.model.preview.picture.pending_request();
    assert!(awaited.is_some() && scenario.model.browse.filter.is_on());
    scenario.press("<esc>");
    assert_eq!(
        (scenario.model.preview.picture.pending_request(), scenario.model.browse.filter.is_on()),
        (awaited, false)
    );
}

impl Scenario {
    /// A wide terminal that can draw pictures.
    pub(super) fn with_preview() -> Self {
        let mut scenario = Self::new();
        scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
        scenario.event(Event::Drawn(Viewports { browse: LIST, preview: ROOM, ..Viewports::default() }));
        scenario.effects.clear();
        scenario
    }

    /// A loaded image whose picture is requested.
    pub(super) fn previewing(image: Image) -> Self {
        let mut scenario = Self::with_preview();
        scenario.press(&format!("{}<enter>", image.id.as_str()));
        scenario.effects.clear();
        let id = image.id.as_str().to_owned();
        scenario.respond(&id, Ok(image));
        scenario
    }

    /// The last picture that was requested.
    pub(super) fn picture(&self) -> Option<(RequestId, PictureSource, (u16, u16))> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::ShowPicture { request, source, cells, .. } => Some((*request, source.clone(), *cells)),
            _ => None,
        })
    }

    pub(super) fn draw_picture(&mut self, info: PictureInfo) {
        let request = self.model.preview.picture.pending_request().expect("no picture is loading");
        self.effects.clear();
        self.event(Event::PictureShown(request, Ok(info)));
    }

    pub(super) fn source(&self) -> Option<PictureSource> {
        self.picture().map(|(_, source, _)| source)
    }

    fn aborts(&self, request: RequestId) -> bool {
        self.effects.contains(&Effect::Abort(request))
    }
}

#[test]
fn picture_follows_selected_variant() {
    let mut scenario = Scenario::previewing(image("a"));
    let (first, source, cells) = scenario.picture().unwrap();
    assert_eq!((source, cells), (url("a", "public"), ROOM));
    scenario.press("k");
    assert!(scenario.aborts(first) && scenario.picture().is_none(), "the cursor moves fast");
    scenario.wait(80);
    assert_eq!(scenario.source(), Some(url("a", "hero")));
    scenario.event(Event::PictureShown(first, Ok(info())));
    assert_eq!(scenario.model.preview.picture.value(), None, "late");
    scenario.draw_picture(info());
    assert_eq!(scenario.model.preview.picture.value().unwrap().info, info());
    let known = |scenario: &Scenario, variant| {
        let PictureSource::Plain(url) = url("a", variant) else { panic!("not a public URL") };
        scenario.model.preview.known(&url).is_some()
    };
    assert_eq!((known(&scenario, "hero"), known(&scenario, "public")), (true, false));
    scenario.wait(1000);
    assert_eq!(scenario.press("j").len(), 1, "without a delay after a rest");
    assert_eq!(scenario.source(), Some(url("a", "public")));
    assert_eq!(scenario.model.preview.picture.value(), None, "no picture under another's name");
}

#[test]
fn invisible_preview_requests_nothing() {
    let ignore_progress = |change: fn(&mut Scenario)| {
        let mut scenario = Scenario::previewing(image("a"));
        scenario.wait(1000);
        change(&mut scenario);
        scenario.press("k");
        let at_once = scenario.source();
        scenario.wait(1000);
        at_once.or(scenario.source())
    };
    assert_eq!(ignore_progress(|_| {}), Some(url("a", "hero")));
    assert_eq!(
        ignore_progress(
            |scenario| scenario.event(Event::GraphicsDetected(Graphics { drawable: false, cell: None }))
        ),
        None
    );
    assert_eq!(ignore_progress(|scenario| scenario.event(Event::Drawn(Viewports::default()))), None);
}

#[test]
fn picture_returns_after_overlay() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(info());
    scenario.press("?");
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: (0, 0), ..Viewports::default() }));
    scenario.press("<esc>");
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: ROOM, ..Viewports::default() }));
    assert_eq!(scenario.picture(), None, "it is still loaded");
    assert!(scenario.model.preview.picture.value().is_some());
}

#[test]
fn picture_is_redrawn_when_resized_or_lost() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(info());
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: (50, 30), ..Viewports::default() }));
    assert_eq!(scenario.picture().unwrap().2, (50, 30));
    assert!(scenario.model.preview.picture.value().is_some());
    scenario.draw_picture(info());
    for lost in
        [Event::PictureLost, Event::GraphicsDetected(Graphics { drawable: true, cell: Some((8, 16)) })]
    {
        scenario.effects.clear();
        scenario.event(lost);
        assert_eq!(scenario.picture().unwrap().2, (50, 30));
        scenario.draw_picture(info());
    }
}

#[test]
fn resize_does_not_restart_picture_in_flight() {
    let resized = || {
        let mut scenario = Scenario::previewing(image("a"));
        let (first, ..) = scenario.picture().unwrap();
        scenario.effects.clear();
        for room in [(50, 30), (60, 30)] {
            scenario.event(Event::Drawn(Viewports { browse: LIST, preview: room, ..Viewports::default() }));
        }
        assert_eq!(scenario.effects, []);
        (scenario, first)
    };
    let (mut scenario, _) = resized();
    scenario.draw_picture(info());
    assert_eq!(scenario.picture().unwrap().2, (60, 30), "its bytes are cached now");
    let (mut scenario, first) = resized();
    scenario.event(Event::PictureShown(first, Err(super::failure("No answer"))));
    assert_eq!(scenario.source(), None, "another size would not help");
    assert!(scenario.model.preview.picture.failure().is_some());
    for event in
        [Event::PictureLost, Event::GraphicsDetected(Graphics { drawable: true, cell: Some((8, 16)) })]
    {
        let (mut scenario, first) = resized();
        scenario.event(event);
        assert!(scenario.aborts(first) && scenario.source().is_some(), "the drawn picture is useless");
    }
    let (mut scenario, first) = resized();
    scenario.press("r");
    assert!(scenario.aborts(first) && scenario.source().is_some());
}

#[test]
fn private_picture_comes_from_signed_url_or_original() {
    let private = |id| image_with(id, "\"requireSignedURLs\":true");
    let mut scenario = Scenario::previewing(private(CAT));
    let PictureSource::Plain(signed) = url(CAT, "public") else { panic!("not a public URL") };
    let signed = PictureSource::Signed { id: ImageId::parse(CAT).unwrap(), url: signed };
    assert_eq!(scenario.source(), Some(signed));
    let original = |id| Some(PictureSource::Original(ImageId::parse(id).unwrap()));
    scenario.press("fw=4<enter>");
    scenario.wait(1000);
    assert_eq!(scenario.source(), original(CAT), "no signature opens a flexible variant");
    assert_eq!(Scenario::previewing(private("a")).source(), original("a"), "nor a custom ID");
    let bare = Image::read(r#"{"id":"a"}"#).unwrap();
    assert_eq!(Scenario::previewing(bare).source(), original("a"));
    let draft = Image::read(r#"{"id":"a","draft":true}"#).unwrap();
    assert_eq!(Scenario::previewing(draft).source(), None);
}

#[test]
fn refresh_fetches_picture_again() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(info());
    scenario.press("r");
    let forgotten = forget("a");
    let before = scenario.effects.iter().position(|effect| *effect == forgotten);
    let requested = scenario.effects.iter().position(|effect| matches!(effect, Effect::ShowPicture { .. }));
    assert!(before.is_some() && before < requested, "{:?}", scenario.effects);
}

#[test]
fn fast_cursor_requests_only_last_picture() {
    let mut scenario = Scenario::with_preview();
    let listed = |id: &str| -> std::sync::Arc<ImageSummary> {
        std::sync::Arc::new(UrlTemplates::default().summarize(&image_with(id, "\"requireSignedURLs\":false")))
    };
    scenario.press("<esc>b");
    scenario.page(Page { images: ids(200).map(|id| listed(&id)).collect(), next: None });
    scenario.wait(1000);
    let mut requested = 0;
    for _ in 0..100 {
        scenario.now += SignedDuration::from_millis(30);
        scenario.press("j");
        requested += usize::from(scenario.source().is_some());
    }
    assert!(requested <= 1, "{requested}");
    scenario.wait(80);
    assert_eq!(scenario.source(), Some(url("img100", "public")));
    scenario.draw_picture(info());
    assert_eq!(scenario.effects, [Effect::Prefetch(vec![url("img101", "public"), url("img99", "public")])]);
    scenario.press("j");
    let at_once = Some(url("img101", "public"));
    assert_eq!(
        scenario.source(),
        at_once,
        "it has rested; and by this name what comes already is taken over"
    );
}

#[test]
fn animation_advances_while_visible() {
    let mut scenario = Scenario::previewing(image("a"));
    let frame_delay = SignedDuration::from_millis(100);
    scenario.draw_picture(PictureInfo { frame_delay: Some(frame_delay), ..info() });
    let drawn = scenario.model.preview.picture.value().unwrap().drawn;
    assert_eq!(next_wake(&scenario.model), Some(scenario.now + frame_delay));
    assert_eq!(scenario.wait(100), [Effect::NextFrame(drawn)]);
    assert_eq!(next_wake(&scenario.model), None, "the next one is on its way");
    scenario.event(Event::FrameShown(RequestId(999), frame_delay));
    assert_eq!(next_wake(&scenario.model), None, "another's");
    scenario.event(Event::FrameShown(drawn, frame_delay));
    assert_eq!(next_wake(&scenario.model), Some(scenario.now + frame_delay));
    scenario.press("?");
    assert_eq!(next_wake(&scenario.model), None);
    scenario.press("<esc>");
    assert!(next_wake(&scenario.model).is_some());
}

#[test]
fn p_toggles_preview_and_full_screen() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>");
    assert!(scenario.model.has(Pane::Preview));
    scenario.press("p");
    assert_eq!((scenario.model.focus, scenario.model.has(Pane::Preview)), (Pane::Browse, false));
    scenario.press("P");
    assert!(scenario.model.is_full_screen());
    assert!(scenario.fetches_a_page(), "the list is needed on the full screen");
    scenario.press("<esc>");
    assert_eq!(
        (scenario.model.is_full_screen(), scenario.model.focus),
        (false, Pane::Browse),
        "where one was"
    );
    scenario.model.focus = Pane::Preview;
    scenario.press("PP");
    assert_eq!((scenario.model.is_full_screen(), scenario.model.focus), (false, Pane::Preview));
    scenario.press("P");
    scenario.press("<tab>");
    assert!(!scenario.model.is_full_screen());
}

#[test]
fn full_screen_keys_walk_variants_and_images() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("P");
    let at = |scenario: &Scenario| {
        (scenario.shown_id().map(str::to_owned), scenario.model.lookup.variant().map(|v| v.name.clone()))
    };
    assert_eq!(at(&scenario), (Some("img0".into()), Some("public".into())));
    scenario.press("hjj");
    assert_eq!(at(&scenario), (Some("img2".into()), Some("hero".into())), "the variant stays");
    scenario.press("lllk");
    assert_eq!(at(&scenario), (Some("img1".into()), Some("thumbnail".into())));
}

#[test]
fn hidden_preview_requests_picture_when_shown_again() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.press("kp");
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    scenario.wait(1000);
    assert_eq!(next_wake(&scenario.model), None);
    scenario.press("p");
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: ROOM, ..Viewports::default() }));
    assert_eq!(scenario.source(), Some(url("a", "hero")));
}

#[test]
fn redrawn_or_failed_animation_does_not_wake() {
    let moving = || PictureInfo { frame_delay: Some(SignedDuration::from_millis(100)), ..info() };
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(moving());
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: (50, 30), ..Viewports::default() }));
    scenario.wait(1000);
    assert_eq!(next_wake(&scenario.model), None, "it is loading");
    scenario.draw_picture(moving());
    assert!(next_wake(&scenario.model).is_some());
    let mut scenario = Scenario::previewing(image_with("a", "\"requireSignedURLs\":true"));
    scenario.draw_picture(moving());
    scenario.event(Event::PictureLost);
    let request = scenario.model.preview.picture.pending_request().unwrap();
    scenario.event(Event::PictureShown(request, Err(super::failure("No answer"))));
    scenario.wait(1000);
    assert_eq!(next_wake(&scenario.model), None, "the picture failed");
}

#[test]
fn hidden_picture_is_dropped_for_another_image() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(info());
    scenario.press("pp");
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    scenario.press("p");
    assert!(scenario.model.preview.picture.value().is_some(), "the same image");
    scenario.press("pi<c-u>b<enter>");
    scenario.respond("b", Ok(image("b")));
    scenario.press("p");
    assert_eq!(scenario.model.preview.picture.value(), None);
    assert_eq!(scenario.model.preview.subject(), None);
}

#[test]
fn latest_picture_info_wins() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(info());
    scenario.press("r");
    scenario.draw_picture(PictureInfo { bytes: 7, ..info() });
    let PictureSource::Plain(url) = url("a", "public") else { panic!("not a public URL") };
    let known = |scenario: &Scenario| scenario.model.preview.known(&url).map(|info| info.bytes);
    assert_eq!(known(&scenario), Some(7));
    scenario.press("pp");
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    scenario.press("k");
    assert_eq!(known(&scenario), Some(7), "also while the preview is hidden");
}

#[test]
fn refresh_while_hidden_does_not_affect_next_image() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.press("pp");
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    assert!(scenario.press("r").contains(&forget("a")));
    scenario.press("i<c-u>b<enter>");
    scenario.respond("b", Ok(image_with("b", "\"requireSignedURLs\":true")));
    scenario.press("p");
    scenario.wait(1000);
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: ROOM, ..Viewports::default() }));
    assert_eq!(scenario.source(), None, "not requested by the user");
}

#[test]
fn unlisted_image_prefetches_no_neighbours() {
    let mut scenario = Scenario::with_preview();
    scenario.press("<esc>b");
    scenario.page(super::browse::page(ids(9), None));
    scenario.press("ji<c-u>elsewhere<enter>");
    scenario.respond("elsewhere", Ok(image("elsewhere")));
    scenario.wait(1000);
    scenario.draw_picture(info());
    assert_eq!(scenario.effects, []);
}

#[test]
fn outdated_prefetch_is_stopped() {
    let with_neighbours = || {
        let mut scenario = Scenario::with_preview();
        let listed = |id: String| {
            std::sync::Arc::new(
                UrlTemplates::default().summarize(&image_with(&id, "\"requireSignedURLs\":false")),
            )
        };
        scenario.press("<esc>b");
        scenario.page(Page { images: ids(9).map(listed).collect(), next: None });
        scenario.wait(1000);
        scenario.draw_picture(info());
        assert_eq!(scenario.effects, [Effect::Prefetch(vec![url("img1", "public")])]);
        scenario
    };
    let mut scenario = with_neighbours();
    scenario.press("i<c-u>elsewhere<enter>");
    scenario.respond("elsewhere", Ok(image("elsewhere")));
    scenario.wait(1000);
    for stops in [vec![Effect::Prefetch(vec![])], vec![]] {
        scenario.draw_picture(info());
        assert_eq!(scenario.effects, stops);
        scenario.event(Event::PictureLost);
    }
    let mut scenario = with_neighbours();
    scenario.press("pp");
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    assert_eq!(scenario.effects, [], "still a neighbour");
    scenario.press("bj");
    assert!(scenario.effects.contains(&Effect::Prefetch(vec![])), "{:?}", scenario.effects);
}
