//! The keys of the picture on the full screen: zooming, moving, flipping, and stepping through an animation.

use super::preview::{info, url};
use super::*;
use crate::app::preview::zoom::percent;
use crate::domain::zoom::Part;
use crate::domain::{Budget, Zoom};

/// 1200 × 640 pixels.
const ROOM: (u16, u16) = (120, 32);
const VIEW: (u32, u32) = (1200, 640);
const SIZE: (u32, u32) = (4000, 3000);

fn large() -> PictureInfo {
    PictureInfo { width: SIZE.0, height: SIZE.1, ..info() }
}

impl Scenario {
    /// An image whose picture of 12 megapixels is on the full screen. It fits at 21 %.
    fn zooming() -> Self {
        let mut scenario = Self::previewing(image("cat"));
        scenario.draw_picture(info());
        scenario.press("P");
        scenario.draw_full_screen(ROOM);
        scenario.draw_picture(large());
        scenario.effects.clear();
        scenario
    }

    fn draw_full_screen(&mut self, preview: (u16, u16)) {
        self.event(Event::Drawn(Viewports { preview, ..Viewports::default() }));
    }

    /// Draws the pictures that are requested until nothing more is.
    fn draw_all(&mut self, info: &PictureInfo) {
        while self.model.preview.picture.pending_request().is_some() {
            self.draw_picture(info.clone());
        }
    }

    fn percent(&self) -> u32 {
        crate::domain::zoom::rounded(percent(&self.model).expect("a picture is on the full screen"))
    }

    /// The zooms of all requests for pictures in the last effects.
    fn zooms(&self) -> Vec<Option<Zoom>> {
        let zooms = self.effects.iter().filter_map(|effect| match effect {
            Effect::ShowPicture { zoom, .. } => Some(*zoom),
            _ => None,
        });
        zooms.collect()
    }

    fn part(&self) -> Part {
        self.model.preview.zoom.expect("it is zoomed").part(SIZE, VIEW)
    }

    fn fetches(&self) -> Vec<(RequestId, PictureSource)> {
        let fetches = self.effects.iter().filter_map(|effect| match effect {
            Effect::FetchPicture { request, source } => Some((*request, source.clone())),
            _ => None,
        });
        fetches.collect()
    }

    /// The name of the picture on the screen.
    fn shown_name(&self) -> String {
        self.model.preview.shown().expect("a picture is shown").subject.name
    }

    fn wheel(&mut self, kind: MouseKind, cell: (u16, u16)) {
        let message = mouse_message(&self.model, kind, Target::Picture(cell.0, cell.1)).unwrap();
        self.send(message);
    }
}

#[test]
fn plus_and_minus_zoom_in_bounded_steps() {
    let mut scenario = Scenario::zooming();
    assert_eq!(scenario.percent(), 21, "it fits");
    let mut seen = Vec::new();
    for key in "+++++++++++-".chars() {
        scenario.press(&key.to_string());
        seen.push(scenario.percent());
    }
    assert_eq!(seen, [25, 33, 50, 67, 100, 150, 200, 300, 400, 800, 800, 400]);
    scenario.press("--------------------");
    assert_eq!((scenario.percent(), scenario.model.preview.zoom), (21, None));
    scenario.press("=");
    assert_eq!(scenario.percent(), 25, "without Shift");
}

#[test]
fn z_toggles_actual_pixels_and_0_fits() {
    let mut scenario = Scenario::zooming();
    for (key, percent) in [("z", 100), ("z", 21), ("+", 25), ("z", 100), ("0", 21), ("0", 21)] {
        scenario.press(key);
        assert_eq!(scenario.percent(), percent, "{key}");
    }
    let mut small = Scenario::zooming();
    small.press("]");
    small.wait(80);
    small.draw_picture(PictureInfo { width: 100, height: 50, ..info() });
    small.press("z");
    assert_eq!((small.percent(), small.model.preview.zoom), (100, None), "it fits at its actual pixels");
}

#[test]
fn zoom_keeps_the_centre_and_the_wheel_the_pointer() {
    let mut scenario = Scenario::zooming();
    scenario.press("z");
    assert_eq!(scenario.part(), Part { whole: SIZE, offset: (1400, 1180), size: VIEW });
    scenario.press("+");
    let middle = |part: Part| (part.offset.0 + part.size.0 / 2, part.offset.1 + part.size.1 / 2);
    assert_eq!(middle(scenario.part()), (3000, 2250), "one and a half times (2000, 1500)");
    scenario.press("z");
    // The pixel in the middle of this cell, and its place in the picture.
    let (x, y) = (305, 110);
    let place = (1400 + x, 1180 + y);
    scenario.wheel(MouseKind::WheelUp, (30, 5));
    scenario.wheel(MouseKind::WheelUp, (30, 5));
    let part = scenario.part();
    assert_eq!((scenario.percent(), part.offset.0 + x, part.offset.1 + y), (200, place.0 * 2, place.1 * 2));
    scenario.wheel(MouseKind::WheelDown, (30, 5));
    scenario.wheel(MouseKind::WheelDown, (30, 5));
    assert_eq!(scenario.part().offset, (1400, 1180));
}

#[test]
fn wheel_does_nothing_below_a_dialog() {
    let mut scenario = Scenario::zooming();
    scenario.press("?");
    scenario.wheel(MouseKind::WheelUp, (30, 5));
    assert_eq!(scenario.model.preview.zoom, None);
}

#[test]
fn keys_move_in_the_picture_while_it_is_zoomed() {
    let mut scenario = Scenario::zooming();
    scenario.press("z");
    for (keys, offset) in [
        ("l", (1550, 1180)),
        ("<right>", (1700, 1180)),
        ("h<left>", (1400, 1180)),
        ("j", (1400, 1260)),
        ("<down>", (1400, 1340)),
        ("k<up>", (1400, 1180)),
        ("<pgdn>", (1400, 1756)),
        ("<pgup>", (1400, 1180)),
        ("g", (1400, 0)),
        ("k", (1400, 0)),
        ("G", (1400, 2360)),
        ("j", (1400, 2360)),
        ("k", (1400, 2280)),
        ("llllllllllllllllllllllllll", (2800, 2280)),
    ] {
        scenario.press(keys);
        assert_eq!(scenario.part().offset, offset, "{keys}");
    }
    assert_eq!(scenario.model.lookup.variant().map(|variant| variant.name.as_str()), Some("public"));
    scenario.press("0l");
    assert_eq!(scenario.model.lookup.variant().map(|variant| variant.name.as_str()), Some("thumbnail"));
}

#[test]
fn held_keys_do_not_queue_requests() {
    let mut scenario = Scenario::zooming();
    scenario.press("zlll");
    assert_eq!(scenario.zooms().len(), 1, "only the first, until it is drawn");
    scenario.draw_picture(large());
    let newest = scenario.model.preview.zoom;
    assert_eq!(scenario.zooms(), [newest]);
    scenario.draw_picture(large());
    assert_eq!(scenario.zooms(), []);
    scenario.press("GGG");
    scenario.draw_all(&large());
    scenario.press("G");
    assert_eq!(scenario.zooms(), [], "nothing has changed at the edge");
}

#[test]
fn resize_keeps_the_place() {
    let mut scenario = Scenario::zooming();
    scenario.press("zllj");
    scenario.draw_all(&large());
    let zoom = scenario.model.preview.zoom;
    scenario.effects.clear();
    scenario.draw_full_screen((80, 20));
    assert_eq!((scenario.zooms(), scenario.percent()), (vec![zoom], 100));
}

#[test]
fn zoom_ends_with_the_full_screen_and_with_another_image() {
    for keys in ["P", "<esc>", "<tab>"] {
        let mut scenario = Scenario::zooming();
        scenario.press(&format!("z{keys}"));
        assert_eq!(scenario.model.preview.zoom, None, "{keys}");
    }
    let mut scenario = Scenario::browsing(9, None);
    scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    scenario.draw_full_screen(ROOM);
    scenario.press("P");
    scenario.draw_full_screen(ROOM);
    scenario.draw_all(&large());
    scenario.press("z");
    scenario.draw_all(&large());
    scenario.press("]");
    assert!(scenario.model.preview.zoom.is_some(), "another variant of the image");
    scenario.press("0j");
    scenario.wait(80);
    assert_eq!(scenario.model.preview.zoom, None);
}

#[test]
fn zoom_keys_do_nothing_in_the_panes() {
    let mut scenario = Scenario::previewing(image("cat"));
    scenario.draw_picture(large());
    assert_eq!(scenario.press("+-z0.,"), []);
    assert_eq!(scenario.model.preview.zoom, None);
}

#[test]
fn c_flips_to_the_variant_shown_before_and_keeps_the_place() {
    let mut scenario = Scenario::zooming();
    scenario.press("zll");
    scenario.draw_all(&large());
    let zoom = scenario.model.preview.zoom;
    scenario.press("[");
    scenario.wait(80);
    scenario.draw_all(&PictureInfo { bytes: 9, ..large() });
    assert_eq!((scenario.shown_name().as_str(), scenario.model.preview.zoom), ("hero", zoom));
    for (name, bytes) in [("public", large().bytes), ("hero", 9), ("public", large().bytes)] {
        assert_eq!(scenario.press("c"), [], "it is drawn already");
        assert_eq!((scenario.shown_name().as_str(), scenario.model.preview.zoom), (name, zoom));
        let shown = scenario.model.preview.shown().unwrap();
        assert_eq!(shown.picture.map(|picture| picture.info.bytes), Some(bytes));
        let selected = scenario.model.lookup.variant().map(|variant| variant.name.as_str());
        assert_eq!(selected, Some(name), "keys act on what is shown");
    }
}

#[test]
fn flip_redraws_at_a_new_place_and_keeps_the_old_picture_until_then() {
    let mut scenario = Scenario::zooming();
    scenario.press("[");
    scenario.wait(80);
    scenario.draw_all(&large());
    scenario.press("z");
    scenario.draw_all(&large());
    let zoom = scenario.model.preview.zoom;
    scenario.press("c");
    assert_eq!(scenario.zooms(), [zoom]);
    assert_eq!(scenario.picture().map(|(_, source, _)| source), Some(url("cat", "public")));
    assert_eq!(scenario.shown_name(), "hero", "its picture is still on the screen");
    scenario.draw_picture(large());
    assert_eq!(scenario.shown_name(), "public");
    assert_eq!(scenario.press("c"), []);
    assert_eq!(scenario.shown_name(), "hero");
}

#[test]
fn lost_pictures_are_drawn_again_when_flipped_to() {
    let mut scenario = Scenario::zooming();
    scenario.press("[");
    scenario.wait(80);
    scenario.draw_all(&large());
    scenario.event(Event::PictureLost);
    scenario.draw_all(&large());
    scenario.press("c");
    assert_eq!(scenario.zooms(), [None]);
}

#[test]
fn c_flips_in_the_panes_and_to_another_image() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: (40, 20), ..Viewports::default() }));
    scenario.draw_all(&info());
    assert!(scenario.press("c").is_empty());
    scenario.assert_warned(&[]);
    scenario.wait(1000);
    scenario.press("j3");
    scenario.wait(1000);
    scenario.draw_all(&large());
    let at = |scenario: &Scenario| {
        (scenario.shown_id().map(str::to_owned), scenario.model.lookup.variant().map(|v| v.name.clone()))
    };
    assert_eq!(at(&scenario), (Some("img1".into()), Some("thumbnail".into())));
    scenario.press("c");
    assert_eq!(at(&scenario), (Some("img0".into()), Some("public".into())));
    assert_eq!(scenario.model.browse.cursor, 0);
    scenario.press("c");
    assert_eq!(at(&scenario), (Some("img1".into()), Some("thumbnail".into())));
}

fn animation() -> PictureInfo {
    PictureInfo { frame_delay: Some(SignedDuration::from_millis(100)), ..info() }
}

/// An animation on the full screen.
pub(super) fn paused_and_zoomed() -> Scenario {
    let mut scenario = Scenario::zooming();
    scenario.press("[");
    scenario.wait(80);
    scenario.draw_all(&animation());
    scenario.press(".z");
    scenario
}

#[test]
fn period_and_comma_step_through_an_animation() {
    let mut scenario = Scenario::zooming();
    assert_eq!(scenario.press(".,"), [], "it does not move");
    scenario.press("[");
    scenario.wait(80);
    scenario.draw_all(&animation());
    let drawn = scenario.model.preview.picture.value().unwrap().drawn;
    assert_eq!(scenario.press("."), [Effect::NextFrame(drawn)]);
    assert!(scenario.model.preview.is_paused);
    scenario.event(Event::FrameShown(drawn, SignedDuration::from_millis(100)));
    assert_eq!((next_wake(&scenario.model), scenario.wait(1000)), (None, vec![]), "it stands still");
    assert_eq!(scenario.press(","), [Effect::PreviousFrame(drawn)]);
    scenario.event(Event::FrameShown(drawn, SignedDuration::from_millis(100)));
    assert_eq!(scenario.press("<enter>"), []);
    assert_eq!(next_wake(&scenario.model), Some(scenario.now + SignedDuration::from_millis(100)));
    scenario.wait(100);
    assert_eq!(scenario.effects, [Effect::NextFrame(drawn)]);
    assert_eq!(scenario.model.overlay, None);
}

/// A scenario zoomed to 200 % in a variant of 1366 pixels, with an account of these variants.
fn beyond(options: &[(&str, &str)]) -> Scenario {
    let mut scenario = Scenario::zooming();
    let options = options
        .iter()
        .map(|(name, options)| VariantOptions::read(name, &format!(r#"{{"options":{{{options}}}}}"#)));
    let options = options.collect();
    if let Some(request) = scenario.model.lookup.options.pending_request() {
        scenario.event(Event::OptionsFetched(request, Ok(options)));
    } else {
        scenario.model.lookup.options = Remote::Loaded(options);
    }
    scenario.press("[");
    scenario.wait(80);
    scenario.draw_all(&info());
    scenario.effects.clear();
    scenario.press("z");
    assert_eq!(scenario.fetches(), [], "all of its pixels are enough");
    scenario.draw_all(&info());
    scenario.press("++");
    scenario
}

const HERO: (&str, &str) = ("hero", r#""fit":"scale-down","width":1366,"height":1366"#);
const PUBLIC: (&str, &str) = ("public", r#""fit":"scale-down","width":9999,"height":9999"#);

#[test]
fn larger_variant_is_fetched_beyond_the_pixels_and_keeps_the_place() {
    let mut scenario = beyond(&[HERO, PUBLIC]);
    let [(request, source)] = &scenario.fetches()[..] else { panic!("{:?}", scenario.effects) };
    assert_eq!(*source, url("cat", "public"));
    assert_eq!(scenario.model.preview.awaited_larger(), Some("public"));
    let request = *request;
    scenario.draw_all(&info());
    let before = scenario.model.preview.zoom.unwrap();
    let part = before.part((1366, 768), VIEW);
    let larger = PictureInfo { width: 4098, height: 2304, ..info() };
    scenario.effects.clear();
    scenario.event(Event::PictureFetched(request, Ok(larger.clone())));
    assert_eq!(scenario.zooms(), [Some(before)]);
    assert_eq!(scenario.shown_name(), "hero", "until it is drawn");
    scenario.draw_picture(larger);
    assert_eq!(scenario.shown_name(), "public");
    assert_eq!(scenario.model.preview.zoom.unwrap().part((4098, 2304), VIEW), part);
    assert_eq!(scenario.percent(), 67, "200 % of a third of the size");
    let selected = scenario.model.lookup.variant().map(|variant| variant.name.as_str());
    assert_eq!(selected, Some("hero"));
    // `c` compares the two.
    assert_eq!(scenario.press("c"), []);
    assert_eq!((scenario.shown_name().as_str(), scenario.percent()), ("hero", 200));
    assert_eq!(scenario.fetches(), [], "not while comparing");
    assert_eq!(scenario.press("c"), []);
    assert_eq!(scenario.shown_name(), "public");
    scenario.press("P");
    assert!(scenario.model.preview.zoom.is_none());
}

#[test]
fn variant_smaller_than_its_bounds_is_the_largest() {
    let mut scenario = beyond(&[HERO, PUBLIC]);
    let (request, _) = scenario.fetches()[0].clone();
    let larger = PictureInfo { width: 4098, height: 2304, ..info() };
    scenario.event(Event::PictureFetched(request, Ok(larger.clone())));
    scenario.draw_all(&larger);
    assert_eq!(scenario.shown_name(), "public");
    scenario.press("++++");
    scenario.draw_all(&larger);
    assert_eq!((scenario.percent(), scenario.fetches()), (300, vec![]), "the original is not larger");
}

#[test]
fn original_is_fetched_if_no_variant_is_larger() {
    let mut scenario = beyond(&[HERO]);
    let original = PictureSource::Original(ImageId::parse("cat").unwrap());
    assert_eq!(scenario.fetches().into_iter().map(|(_, source)| source).collect::<Vec<_>>(), [original]);
    let (request, _) = scenario.fetches()[0].clone();
    scenario.event(Event::PictureFetched(request, Err(failure("Forbidden"))));
    scenario.draw_all(&info());
    scenario.press("+");
    assert_eq!(scenario.fetches(), [], "once");
    assert_eq!(scenario.shown_name(), "hero");
}

#[test]
fn larger_picture_of_another_shape_is_not_shown() {
    for (width, height) in [(4000, 4000), (1366, 768), (100, 56)] {
        let mut scenario = beyond(&[HERO, PUBLIC]);
        let (request, _) = scenario.fetches()[0].clone();
        scenario.event(Event::PictureFetched(request, Ok(PictureInfo { width, height, ..info() })));
        scenario.draw_all(&info());
        assert_eq!(scenario.shown_name(), "hero", "{width} × {height}");
    }
}

#[test]
fn no_larger_picture_is_fetched_if_requests_are_scarce() {
    let mut scenario = Scenario::zooming();
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.press("z+");
    scenario.draw_all(&large());
    assert_eq!(scenario.fetches(), [], "the original would need the API");
}

#[test]
fn leaving_stops_fetching_the_larger_picture() {
    let mut scenario = beyond(&[HERO, PUBLIC]);
    let (request, _) = scenario.fetches()[0].clone();
    assert!(scenario.press("0").contains(&Effect::Abort(request)));
    let mut scenario = beyond(&[HERO, PUBLIC]);
    let (request, _) = scenario.fetches()[0].clone();
    assert!(scenario.press("<esc>").contains(&Effect::Abort(request)));
}

#[test]
fn c_flips_to_an_image_that_is_not_in_the_list() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    scenario.event(Event::Drawn(Viewports { browse: LIST, preview: (40, 20), ..Viewports::default() }));
    scenario.draw_all(&info());
    scenario.paste("cat");
    scenario.respond("cat", Ok(image("cat")));
    scenario.wait(1000);
    scenario.draw_all(&large());
    assert_eq!(scenario.shown_id(), Some("cat"));
    for _ in 0..2 {
        scenario.press("c");
        assert_eq!(scenario.shown_id(), Some("img0"));
        scenario.effects.clear();
        assert!(scenario.press("c").iter().all(|effect| !matches!(effect, Effect::FetchImage { .. })));
        assert_eq!(scenario.shown_id(), Some("cat"), "from memory");
        assert_eq!(scenario.model.input.text(), "cat");
        assert_eq!(scenario.model.browse.cursor, 0);
        let shown = scenario.model.preview.shown().unwrap();
        assert_eq!(shown.picture.map(|picture| picture.info.width), Some(4000));
    }
    scenario.effects.clear();
    scenario.wait(200);
    let fetched = |effect: &Effect| matches!(effect, Effect::FetchImage { id, .. } if id.as_str() == "cat");
    assert!(scenario.effects.iter().any(fetched), "its details are fetched again: {:?}", scenario.effects);
}

#[test]
fn c_flips_to_the_picture_shown_before_the_gallery() {
    let drawn =
        |preview: (u16, u16)| Event::Drawn(Viewports { browse: LIST, preview, ..Viewports::default() });
    let mut scenario = Scenario::browsing(9, None);
    scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    scenario.press("t<enter>");
    scenario.event(drawn((80, 20)));
    scenario.draw_all(&info());
    scenario.press("<esc>");
    scenario.event(drawn((0, 0)));
    scenario.press("l");
    scenario.wait(1000);
    scenario.press("<enter>");
    scenario.event(drawn((80, 20)));
    scenario.draw_all(&large());
    assert_eq!(scenario.shown_id(), Some("img1"));
    scenario.press("c");
    assert_eq!(scenario.shown_id(), Some("img0"));
}
