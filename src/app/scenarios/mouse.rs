//! What clicks and the wheel do.

use super::browse::page;
use super::*;

const BROWSE: Pane = Pane::Browse;
const VARIANTS: Pane = Pane::Variants;

impl Scenario {
    /// An image with three variants, beside a list of nine images.
    fn with_list() -> Self {
        let mut scenario = Self::shown();
        scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
        scenario.page(page((0..9).map(|n| format!("i{n}")), None));
        scenario
    }

    fn mouse(&mut self, kind: MouseKind, target: Target) -> Vec<Effect> {
        self.effects.clear();
        if let Some(message) = mouse_message(&self.model, kind, target) {
            self.send(message);
        }
        self.effects.clone()
    }

    fn click(&mut self, target: Target) -> Vec<Effect> {
        self.mouse(MouseKind::Press, target)
    }

    /// Clicks twice, `apart` milliseconds from each other.
    fn click_twice(&mut self, target: Target, apart: i64) -> Vec<Effect> {
        self.click(target);
        self.now += SignedDuration::from_millis(apart);
        self.click(target)
    }
}

#[test]
fn click_focuses_panes() {
    let mut scenario = Scenario::with_list();
    for pane in [Pane::Details, BROWSE, Pane::Preview, VARIANTS, Pane::Image] {
        scenario.click(Target::Pane(pane));
        assert_eq!(scenario.model.focus, pane);
    }
    assert_eq!(scenario.model.before_image, VARIANTS);
    assert!(scenario.model.input.line().is_selected(), "typing replaces the ID");
}

#[test]
fn click_on_a_row_focuses_and_selects() {
    let mut scenario = Scenario::with_list();
    scenario.click(Target::Row(BROWSE, 4));
    assert_eq!((scenario.model.focus, scenario.model.browse.cursor), (BROWSE, 4));
    assert_eq!(scenario.shown_id(), Some("i4"), "its image is shown from the list");
    assert_eq!(scenario.model.input.text(), "i4");
    scenario.click(Target::Row(VARIANTS, 2));
    assert_eq!((scenario.model.focus, scenario.model.lookup.selected), (VARIANTS, 2));
    for outdated in [Target::Row(BROWSE, 9), Target::Row(VARIANTS, 9)] {
        scenario.click(outdated);
        assert_eq!((scenario.model.browse.cursor, scenario.model.lookup.selected), (4, 2), "{outdated:?}");
    }
}

#[test]
fn double_click_on_a_row_is_enter() {
    let mut scenario = Scenario::with_list();
    scenario.click_twice(Target::Row(BROWSE, 4), 400);
    assert_eq!((scenario.model.focus, scenario.shown_id()), (VARIANTS, Some("i4")));
    scenario.click_twice(Target::Row(VARIANTS, 1), 0);
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })));
    assert_eq!(scenario.model.lookup.selected, 1);
}

#[test]
fn slow_or_separate_clicks_are_no_double_click() {
    let row = Target::Row(BROWSE, 4);
    let mut scenario = Scenario::with_list();
    for apart in [401, -1] {
        scenario.click_twice(row, apart);
        assert_eq!(scenario.model.focus, BROWSE, "{apart} ms apart");
        scenario.now += SignedDuration::from_secs(1);
    }
    scenario.click(row);
    scenario.click(Target::Row(BROWSE, 5));
    assert_eq!(scenario.model.focus, BROWSE, "another row");
    scenario.press("k");
    scenario.click(Target::Row(BROWSE, 5));
    assert_eq!(scenario.model.focus, BROWSE, "a key came between");
    scenario.click_twice(Target::Pane(VARIANTS), 0);
    assert!(scenario.model.overlay.is_none(), "a pane is not a row");
    let mut scenario = Scenario::with_list();
    scenario.click_twice(row, 0);
    scenario.click(row);
    assert_eq!(scenario.model.focus, BROWSE, "the third click is the first of another");
}

#[test]
fn wheel_scrolls_three_rows_without_the_focus() {
    let mut scenario = Scenario::with_list();
    for (kind, cursor) in [(MouseKind::WheelDown, 3), (MouseKind::WheelDown, 6), (MouseKind::WheelUp, 3)] {
        scenario.mouse(kind, Target::Row(BROWSE, 0));
        assert_eq!((scenario.model.browse.cursor, scenario.model.focus), (cursor, VARIANTS));
    }
    assert_eq!(scenario.shown_id(), Some("i3"));
    scenario.mouse(MouseKind::WheelUp, Target::Pane(BROWSE));
    scenario.mouse(MouseKind::WheelUp, Target::Pane(BROWSE));
    assert_eq!(scenario.model.browse.cursor, 0, "it stops at the top");
    scenario.model.viewports.details = Viewport { rows: 20, height: 15, beyond: 0 };
    for (kind, top) in [(MouseKind::WheelDown, 3), (MouseKind::WheelDown, 5), (MouseKind::WheelUp, 2)] {
        scenario.mouse(kind, Target::Pane(Pane::Details));
        assert_eq!((scenario.model.details.top, scenario.model.focus), (top, VARIANTS));
    }
    let (selected, cursor) = (scenario.model.lookup.selected, scenario.model.browse.cursor);
    scenario.mouse(MouseKind::WheelDown, Target::Pane(Pane::Preview));
    assert_eq!((scenario.model.lookup.selected, scenario.model.browse.cursor), (selected, cursor));
    scenario.mouse(MouseKind::WheelDown, Target::Pane(VARIANTS));
    assert_eq!(scenario.model.lookup.selected, 2, "there are three variants");
}

#[test]
fn wheel_over_an_overlay_scrolls_it_alone() {
    let mut scenario = Scenario::with_list();
    scenario.press("J");
    scenario.model.viewports.overlay = Viewport { rows: 20, height: 10, beyond: 0 };
    scenario.mouse(MouseKind::WheelDown, Target::Overlay);
    assert_eq!(scenario.model.overlay_scroll.top, 3);
    for behind in
        [Target::Pane(Pane::Details), Target::Row(BROWSE, 1), Target::Shortcut(Key::char('q').into())]
    {
        scenario.mouse(MouseKind::WheelDown, behind);
    }
    assert_eq!((scenario.model.browse.cursor, scenario.model.details.top), (0, 0));
    scenario.press("<esc>");
    scenario.mouse(MouseKind::WheelDown, Target::Overlay);
    assert_eq!(scenario.model.overlay_scroll.top, 0, "it was closed");
}

#[test]
fn dialog_takes_clicks_and_what_is_behind_does_not() {
    let mut scenario = Scenario::with_list();
    scenario.press("Y");
    scenario.click(Target::OverlayRow(2));
    assert_eq!(scenario.model.overlay, Some(Overlay::CopyFormats(2)));
    for nothing in
        [Target::Row(BROWSE, 4), Target::Pane(Pane::Details), Target::Overlay, Target::OverlayRow(99)]
    {
        assert_eq!(scenario.click_twice(nothing, 0), [], "{nothing:?}");
        assert_eq!(scenario.model.overlay, Some(Overlay::CopyFormats(2)), "{nothing:?}");
    }
    scenario.mouse(MouseKind::WheelUp, Target::OverlayRow(5));
    assert_eq!(scenario.model.overlay, Some(Overlay::CopyFormats(0)));
    let effects = scenario.click_twice(Target::OverlayRow(0), 100);
    assert_eq!(effects, [copy(url("cat", "public"))]);
    assert_eq!(scenario.model.overlay, None);
    scenario.click_twice(Target::OverlayRow(0), 0);
    assert_eq!(scenario.model.overlay, None, "the dialog is gone");
}

#[test]
fn double_click_confirms_an_unsigned_copy() {
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image_with("cat", r#""requireSignedURLs":true"#)));
    scenario.press("f");
    scenario.press("w=100<enter>");
    let mut copied = vec![];
    for _ in 0..2 {
        assert_eq!(copied, []);
        scenario.press("Y");
        copied = scenario.click_twice(Target::OverlayRow(0), 0);
    }
    assert_eq!(texts_with_warning(&copied), [url("cat", "w=100")]);
}

#[test]
fn overlay_that_opens_between_two_clicks_takes_no_enter() {
    let mut scenario = Scenario::with_list();
    scenario.click(Target::Row(BROWSE, 4));
    scenario.model.set_overlay(Overlay::CopyFormats(0));
    assert_eq!(scenario.click(Target::Row(BROWSE, 4)), []);
    assert_eq!(scenario.model.overlay, Some(Overlay::CopyFormats(0)));
}

#[test]
fn clicked_hint_is_its_key() {
    let mut scenario = Scenario::with_list();
    assert_eq!(scenario.click(Target::Shortcut(Key::char('y').into())), scenario.press("y"));
    scenario.click(Target::Shortcut(Key::char('?').into()));
    assert!(matches!(scenario.model.overlay, Some(Overlay::Actions(_))));
    scenario.click(Target::Shortcut(Key::plain(Code::Esc).into()));
    assert_eq!(scenario.model.overlay, None);
    scenario.press("i");
    let text = scenario.model.input.text().to_owned();
    scenario.click(Target::Shortcut(Key::char('y').into()));
    assert_eq!(scenario.model.input.text(), text, "it is never text");
    assert_eq!(scenario.click(Target::Shortcut(Key::ctrl('c').into())), [Effect::Quit]);
}

#[test]
fn click_elsewhere_leaves_the_input_and_restores_it() {
    for target in [Target::Pane(Pane::Details), Target::Row(VARIANTS, 1), Target::Pane(BROWSE)] {
        let mut scenario = Scenario::with_list();
        scenario.press("i");
        scenario.press("xyz");
        scenario.click(Target::Pane(Pane::Image));
        assert!(scenario.model.input.text().ends_with("xyz"), "a click on the input keeps its text");
        scenario.click(target);
        assert_eq!((scenario.model.input.text(), scenario.shown_id()), ("cat", Some("cat")), "{target:?}");
    }
}

#[test]
fn click_elsewhere_leaves_the_filter_and_keeps_it() {
    for target in [Target::Row(BROWSE, 1), Target::Pane(BROWSE), Target::Pane(VARIANTS)] {
        let mut scenario = Scenario::with_list();
        scenario.press("/i");
        let generation = scenario.model.browse.filter.generation;
        scenario.filter_matched(generation, vec![3, 5]);
        scenario.click(Target::Shortcut(Key::char('/').into()));
        assert!(scenario.model.is_filtering() && scenario.model.browse.filter.line.text() == "i");
        scenario.click(target);
        assert!(!scenario.model.is_filtering(), "{target:?}");
        assert_eq!((scenario.model.browse.filter.line.text(), scenario.model.browse.len()), ("i", 2));
    }
}

#[test]
fn full_screen_picture_stays_when_clicked() {
    let mut scenario = Scenario::with_list();
    scenario.press("P");
    scenario.click_twice(Target::Pane(Pane::Preview), 0);
    assert!(scenario.model.is_full_screen());
}

#[test]
fn mouse_is_released_over_whole_urls() {
    let mut scenario = Scenario::with_list();
    assert!(scenario.model.wants_mouse());
    scenario.press("<enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })) && !scenario.model.wants_mouse());
    scenario.press("<esc>");
    assert!(scenario.model.wants_mouse());
    scenario.model.overlay = Some(Overlay::Signed);
    assert!(!scenario.model.wants_mouse());
    let mut scenario = Scenario::new();
    scenario.model.preferences.mouse = false;
    assert!(!scenario.model.wants_mouse());
}
