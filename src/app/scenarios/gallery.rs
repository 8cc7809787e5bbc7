//! The gallery: its keys, and which thumbnails are requested when.

use super::*;
use crate::app::gallery::thumb_key;
use crate::domain::delivery_code::FLEXIBLE_IS_OFF;

const GRID: GridViewport = GridViewport { columns: 3, rows: 2, top: 0, cells: (20, 7), size: TileSize(0) };

impl Scenario {
    /// The gallery over a list of 20 images, of which six are visible. Nothing was requested yet.
    pub(super) fn gallery() -> Self {
        let mut scenario = Self::browsing(20, None);
        scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
        scenario.press("t");
        scenario.effects.clear();
        scenario.draw_grid(0);
        scenario
    }

    /// The same, and the account's options are known.
    fn gallery_with_options() -> Self {
        let mut scenario = Self::gallery();
        scenario.complete_options();
        scenario
    }

    fn complete_options(&mut self) {
        self.complete_options_with(r#"{"options":{"fit":"scale-down","width":200,"height":200}}"#);
    }

    fn complete_options_with(&mut self, thumbnail: &str) {
        let options = vec![VariantOptions::read("thumbnail", thumbnail)];
        let request = self.model.lookup.options.pending_request().expect("the options are requested");
        self.effects.clear();
        self.event(Event::OptionsFetched(request, Ok(options)));
    }

    fn draw_grid(&mut self, top: usize) {
        let gallery = GridViewport { top, ..GRID };
        self.event(Event::Drawn(Viewports { browse: LIST, gallery, ..Viewports::default() }));
    }

    /// The rows whose thumbnails the last effects request. `None` if they change nothing.
    fn requested_rows(&self) -> Option<Vec<usize>> {
        let keys = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::ShowThumbs(keys) => Some(keys),
            _ => None,
        })?;
        let row_of = |key: &ThumbKey| (0..self.model.browse.len()).find(|row| self.key(*row) == *key);
        Some(keys.iter().map(|key| row_of(key).expect("it is of an image in the list")).collect())
    }

    fn key(&self, row: usize) -> ThumbKey {
        thumb_key(&self.model, self.model.browse.row(row).unwrap(), GRID.cells).unwrap()
    }

    fn thumb_shown(&mut self, row: usize) {
        self.event(Event::ThumbShown(self.key(row), Ok(())));
    }
}

#[test]
fn t_opens_the_gallery_and_returns_to_the_list() {
    let mut scenario = Scenario::gallery();
    assert!(scenario.model.is_gallery());
    scenario.press("lt");
    assert!(!scenario.model.is_gallery());
    assert_eq!((scenario.model.focus, scenario.model.browse.cursor), (Pane::Browse, 1));
    scenario.press("t<esc>");
    assert!(!scenario.model.is_gallery(), "Esc closes it too: {:?}", scenario.model.notice);
    assert_eq!(scenario.press("tq").last(), None, "q does not quit");
    assert!(!scenario.model.is_gallery(), "q closes it too");
}

#[test]
fn cursor_moves_in_two_dimensions() {
    let mut scenario = Scenario::gallery();
    for (key, cursor) in [
        ("l", 1),
        ("j", 4),
        ("<down>", 7),
        ("h", 6),
        ("<left>", 5),
        ("k", 2),
        ("<up>", 2),
        ("<pgdn>", 5),
        ("G", 19),
        ("<right>", 19),
        ("k", 16),
        ("l", 17),
        ("j", 19),
        ("j", 19),
        ("<pgup>", 16),
        ("g", 0),
    ] {
        scenario.press(key);
        assert_eq!(scenario.model.browse.cursor, cursor, "{key}");
    }
    assert_eq!(scenario.shown_id(), Some("img0"), "the image under the cursor is shown");
}

#[test]
fn enter_shows_the_picture_full_screen_and_esc_returns() {
    let mut scenario = Scenario::gallery();
    scenario.press("l<enter>");
    assert!(scenario.model.is_full_screen());
    scenario.press("<esc>");
    assert!(scenario.model.is_gallery());
    assert_eq!(scenario.model.browse.cursor, 1);
}

#[test]
fn keys_of_the_list_work() {
    let mut scenario = Scenario::gallery();
    scenario.press(" ");
    assert_eq!(scenario.model.browse.marked().len(), 1);
    scenario.press("/x");
    assert!(scenario.model.is_gallery() && scenario.model.is_filtering());
    scenario.press("<esc>S");
    assert!(scenario.model.is_gallery());
    assert!(scenario.press("uy").iter().any(|effect| matches!(effect, Effect::Copy(_))));
}

#[test]
fn tiles_are_resized_from_the_size_on_the_screen() {
    let mut scenario = Scenario::gallery();
    for (keys, size) in [("+", 1), ("-", -1), ("+++++++++", 1)] {
        scenario.press(keys);
        assert_eq!(scenario.model.gallery.tile_size, TileSize(size), "{keys}");
    }
}

#[test]
fn note_about_cost_waits_for_another_notice() {
    let mut scenario = Scenario::gallery();
    scenario.model.warn("something else");
    scenario.complete_options();
    scenario.assert_warned(&["something else"]);
    scenario.press("l");
    assert_eq!(scenario.done(), "Thumbnails: variant thumbnail, one delivery each ($1 per 100,000)");
    scenario.press("l");
    assert_eq!(scenario.model.notice, None, "once");
}

#[test]
fn visible_thumbnails_come_before_a_screen_ahead() {
    let mut scenario = Scenario::gallery();
    assert_eq!(scenario.requested_rows(), None, "the cheapest variant is not known yet");
    scenario.complete_options();
    assert_eq!(scenario.requested_rows(), Some((0..12).collect()));
    let Effect::ShowThumbs(keys) =
        scenario.effects.iter().find(|e| matches!(e, Effect::ShowThumbs(_))).unwrap()
    else {
        unreachable!()
    };
    assert_eq!(keys[0].cells, GRID.cells);
    assert!(
        matches!(&keys[0].source, PictureSource::Plain(url) if url.ends_with("/img0/thumbnail")),
        "{keys:?}"
    );
}

#[test]
fn thumbnails_are_requested_once_in_the_direction_of_travel() {
    let mut scenario = Scenario::gallery_with_options();
    (0..12).for_each(|row| scenario.thumb_shown(row));
    scenario.now += SignedDuration::from_secs(1);
    scenario.effects.clear();
    scenario.draw_grid(1);
    assert_eq!(scenario.requested_rows(), Some(vec![12, 13, 14]), "the others are shown or ahead already");
    scenario.now += SignedDuration::from_secs(1);
    scenario.effects.clear();
    scenario.draw_grid(5);
    assert_eq!(scenario.requested_rows(), Some(vec![15, 16, 17, 18, 19]));
    scenario.now += SignedDuration::from_secs(1);
    scenario.effects.clear();
    scenario.draw_grid(4);
    let upwards = vec![12, 13, 14, 15, 16, 17, 6, 7, 8, 9, 10, 11];
    assert_eq!(scenario.requested_rows(), Some(upwards));
}

#[test]
fn fast_scrolling_requests_nothing_until_it_rests() {
    let mut scenario = Scenario::gallery_with_options();
    scenario.now += SignedDuration::from_secs(1);
    scenario.draw_grid(1);
    scenario.effects.clear();
    for top in 2..4 {
        scenario.now += SignedDuration::from_millis(30);
        scenario.draw_grid(top);
        assert_eq!(scenario.requested_rows(), None);
    }
    assert_eq!(scenario.model.gallery.next_wake(), Some(scenario.now + SignedDuration::from_millis(80)));
    scenario.wait(80);
    assert_eq!(scenario.requested_rows().map(|rows| rows[0]), Some(9));
}

#[test]
fn leaving_the_gallery_stops_its_requests() {
    for keys in ["t", "<enter>", "i", "<tab>"] {
        let mut scenario = Scenario::gallery_with_options();
        scenario.press(keys);
        assert_eq!(scenario.requested_rows(), Some(vec![]), "{keys}");
    }
}

#[test]
fn failed_thumbnail_is_not_requested_again() {
    let mut scenario = Scenario::gallery_with_options();
    let key = scenario.key(0);
    scenario.event(Event::ThumbShown(key.clone(), Err(failure("Image not found"))));
    scenario.now += SignedDuration::from_secs(1);
    scenario.effects.clear();
    scenario.draw_grid(1);
    scenario.now += SignedDuration::from_secs(1);
    scenario.draw_grid(0);
    let again = scenario
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::ShowThumbs(keys) if keys.contains(&key)));
    assert!(!again, "{:?}", scenario.effects);
}

#[test]
fn named_variants_are_requested_once_flexible_ones_are_off() {
    let mut scenario = Scenario::gallery();
    let off = Failure { code: FLEXIBLE_IS_OFF.to_owned(), ..failure("Flexible variants are off") };
    scenario.model.delivery.note_flexible("w=64", None);
    scenario.complete_options_with(r#"{"options":{"fit":"cover","width":200,"height":200}}"#);
    let flexible = scenario.key(0);
    assert!(matches!(&flexible.source, PictureSource::Plain(url) if url.contains("/w=")), "{flexible:?}");
    scenario.now += SignedDuration::from_secs(1);
    scenario.event(Event::ThumbShown(flexible.clone(), Err(off)));
    assert_ne!(scenario.key(0), flexible);
    assert_eq!(scenario.requested_rows(), Some((0..12).collect()));
}

#[test]
fn failed_thumbnails_are_requested_again_by_r_and_by_reload() {
    for key in ["r", "R"] {
        let mut scenario = Scenario::gallery_with_options();
        (1..12).for_each(|row| scenario.thumb_shown(row));
        scenario.event(Event::ThumbShown(scenario.key(0), Err(failure("Image not found"))));
        let [long, short] = scenario.model.tile_problem().expect("the cursor is on it");
        assert_eq!(
            (&*long, &*short),
            ("Image not found. Press r to retry.", "Image not found. Press r to retry.")
        );
        scenario.now += SignedDuration::from_secs(1);
        scenario.effects.clear();
        scenario.press(key);
        scenario.draw_grid(0);
        assert!(
            scenario.requested_rows().is_some_and(|rows| rows.contains(&0)),
            "{key}: {:?}",
            scenario.effects
        );
        assert_eq!(scenario.model.tile_problem(), None);
    }
}

#[test]
fn lost_thumbnails_are_requested_again() {
    let mut scenario = Scenario::gallery_with_options();
    (0..12).for_each(|row| scenario.thumb_shown(row));
    scenario.effects.clear();
    scenario.now += SignedDuration::from_secs(1);
    scenario.event(Event::PictureLost);
    assert_eq!(scenario.requested_rows(), Some((0..12).collect()));
}

#[test]
fn thumbnail_for_another_font_size_is_ignored() {
    let mut scenario = Scenario::gallery_with_options();
    let drawn = (0..12).map(|row| scenario.key(row)).collect::<Vec<_>>();
    scenario.now += SignedDuration::from_secs(1);
    scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: Some((11, 22)) }));
    assert_eq!(scenario.requested_rows(), Some((0..12).collect()));
    for key in drawn {
        scenario.event(Event::ThumbShown(key, Ok(())));
    }
    assert!(!scenario.model.gallery.is_complete());
}

#[test]
fn many_window_changes_request_the_last_one_only() {
    let mut scenario = Scenario::browsing(600, None);
    scenario.event(Event::GraphicsDetected(Graphics { drawable: true, cell: None }));
    scenario.press("t");
    let draw = |scenario: &mut Scenario, top| {
        let gallery = GridViewport { columns: 15, rows: 10, top, ..GRID };
        scenario.event(Event::Drawn(Viewports { browse: LIST, gallery, ..Viewports::default() }));
    };
    draw(&mut scenario, 0);
    scenario.complete_options();
    scenario.effects.clear();
    for change in 1..=500 {
        scenario.now += SignedDuration::from_millis(30);
        draw(&mut scenario, change % 21);
    }
    assert!(!scenario.effects.iter().any(|effect| matches!(effect, Effect::ShowThumbs(_))));
    scenario.wait(80);
    let Some(Effect::ShowThumbs(keys)) = scenario.effects.last() else { panic!("{:?}", scenario.effects) };
    assert_eq!((&keys[0], keys.len()), (&scenario.key(17 * 15), 200));
}

#[test]
fn variant_and_cost_are_noted_once() {
    let mut scenario = Scenario::gallery_with_options();
    scenario.assert_done(&["variant thumbnail", "$1 per 100,000"]);
    scenario.press("tt");
    assert_eq!(scenario.model.notice, None);
}

#[test]
fn wheel_moves_by_a_row_of_tiles() {
    let mut scenario = Scenario::gallery();
    let wheel = Action::Wheel(Target::Row(Pane::Browse, 0), Motion::Down);
    scenario.send(Message::Action(wheel));
    assert_eq!(scenario.model.browse.cursor, 3);
}
