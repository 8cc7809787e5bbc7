//! A scenario for every key of the key table.

use super::browse::{more, page};
use super::*;
use crate::domain::{Access, Query};

/// The panes in which keys are not text.
const PANES: [Pane; 4] = [Pane::Browse, Pane::Variants, Pane::Details, Pane::Preview];

impl Scenario {
    /// A terminal in which all panes fit, with a list of `count` images.
    fn wide(count: usize) -> Self {
        let mut scenario = Self::browsing(count, None);
        scenario.draw((60, 30));
        scenario.effects.clear();
        scenario
    }

    /// Reports a frame in which all panes fit, and the picture has these columns and rows.
    fn draw(&mut self, preview: (u16, u16)) {
        self.event(Event::Drawn(Viewports { browse: LIST, preview, ..Viewports::default() }));
    }

    fn in_pane(&mut self, pane: Pane) {
        self.model.focus_pane(pane);
        assert_eq!(self.model.focus, pane);
    }

    fn variant(&self) -> &str {
        &self.model.lookup.variant().unwrap().name
    }

    /// The last search.
    fn query(&self) -> Query {
        let query = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Search { query, .. } => Some(query.clone()),
            _ => None,
        });
        query.expect("nothing is searched")
    }

    fn filter_text(&self) -> &str {
        self.model.browse.filter.line.text()
    }
}

fn query(text: &str) -> Query {
    Query::parse(text, &TimeZone::UTC)
}

#[test]
fn arrows_and_j_k_move_in_focused_pane() {
    for [down, up] in [["<down>", "<up>"], ["j", "k"]] {
        let mut scenario = Scenario::wide(9);
        scenario.press(&format!("{down}{down}{up}"));
        assert_eq!(scenario.shown_id(), Some("img1"));
        scenario.press(&format!("<enter>{up}"));
        assert_eq!((scenario.shown_id(), scenario.variant()), (Some("img1"), "hero"));
        scenario.press(down);
        assert_eq!(scenario.variant(), "public");
    }
}

#[test]
fn page_keys_move_by_a_page() {
    let mut scenario = Scenario::wide(99);
    scenario.model.viewports.browse.height = 11;
    scenario.press("<pgdn><pgdn><pgup>");
    assert_eq!(scenario.shown_id(), Some("img10"));
}

#[test]
fn g_and_home_go_to_the_top() {
    for key in ["g", "<home>"] {
        let mut scenario = Scenario::wide(9);
        scenario.press(&format!("jjj{key}"));
        assert_eq!(scenario.shown_id(), Some("img0"), "{key}");
    }
}

#[test]
fn end_goes_to_last_image_of_the_account() {
    for key in ["G", "<end>"] {
        let mut scenario = Scenario::with_more(1000);
        assert!(matches!(scenario.press(key)[..], [Effect::FetchPage { after: Some(_), .. }]), "{key}");
        assert_eq!(scenario.shown_id(), Some("img999"), "at once: the last one that is loaded");
        for next in [Some(more()), None] {
            let start = scenario.rows().len();
            scenario.page(page((start..start + 500).map(|n| format!("img{n}")), next));
        }
        assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (1999, Some("img1999")));
        assert_eq!(scenario.model.notice, None);
        assert!(scenario.press(key).is_empty(), "it is loaded");
    }
}

#[test]
fn end_does_not_move_the_cursor_later_if_cancelled() {
    for cancel in ["<esc>", "k", "g", "L<esc>"] {
        let mut scenario = Scenario::with_more(1000);
        scenario.press(&format!("G{cancel}"));
        let cursor = scenario.model.browse.cursor;
        scenario.press("L");
        scenario.page(page(["last".to_owned()], None));
        assert_eq!(scenario.model.browse.cursor, cursor, "{cancel}");
    }
}

#[test]
fn end_loads_nothing_if_newest_image_is_last() {
    let mut scenario = Scenario::with_more(1000);
    scenario.press("S");
    assert_eq!(scenario.press("G"), []);
    assert_eq!(scenario.shown_id(), Some("img0"));
}

#[test]
fn end_goes_to_last_match() {
    let mut scenario = Scenario::with_more(1000);
    scenario.press("/img<enter>");
    scenario.filter_matched(3, (0..1000).collect());
    scenario.press("G");
    scenario.page(page(["img1000".to_owned()], None));
    assert_eq!(scenario.shown_id(), Some("img999"), "the new page is not searched yet");
    scenario.filter_matched(3, (0..1001).collect());
    assert_eq!(scenario.shown_id(), Some("img1000"));
}

#[test]
fn digits_choose_the_nth_variant_in_every_pane() {
    for pane in PANES {
        let mut scenario = Scenario::wide(3);
        scenario.in_pane(pane);
        for (key, name) in [("3", "thumbnail"), ("1", "hero"), ("2", "public")] {
            scenario.press(key);
            assert_eq!((scenario.variant(), scenario.model.focus), (name, pane), "{key}");
        }
        assert_eq!(scenario.press("4"), []);
        scenario.assert_warned(&["4", "3"]);
        assert_eq!(scenario.variant(), "public");
    }
    let mut scenario = Scenario::wide(3);
    scenario.press("P3");
    assert_eq!(scenario.variant(), "thumbnail");
    assert!(scenario.model.is_full_screen());
}

#[test]
fn digits_are_text_while_typing_and_rows_in_menus() {
    let mut scenario = Scenario::wide(3);
    scenario.press("/1");
    assert_eq!((scenario.filter_text(), scenario.variant()), ("1", "public"));
    scenario.press("<esc>i1");
    assert_eq!((scenario.model.input.text(), scenario.variant()), ("1", "public"));
    let mut scenario = Scenario::shown();
    assert!(matches!(scenario.press("Y1")[..], [Effect::Copy(_)]));
    assert_eq!(scenario.variant(), "public");
}

#[test]
fn digits_wait_for_the_image_being_looked_up() {
    let mut scenario = Scenario::shown();
    scenario.paste("dog");
    scenario.press("1");
    scenario.assert_warned(&["dog"]);
    assert_eq!(scenario.variant(), "public");
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!(scenario.press("1y"), [copy(url("dog", "hero"))]);
}

#[test]
fn brackets_choose_previous_and_next_variant() {
    for pane in PANES {
        let mut scenario = Scenario::wide(3);
        scenario.in_pane(pane);
        for (key, name) in [("]", "thumbnail"), ("]", "thumbnail"), ("[", "public"), ("[", "hero")] {
            scenario.press(key);
            assert_eq!((scenario.variant(), scenario.model.focus), (name, pane), "{key}");
        }
    }
}

#[test]
fn y_copies_and_o_opens() {
    let mut scenario = Scenario::shown();
    assert_eq!(scenario.press("y"), [copy(url("cat", "public"))]);
    assert_eq!(scenario.press("o"), [open(url("cat", "public"))]);
}

#[test]
fn capital_y_copies_as() {
    let mut scenario = Scenario::shown();
    scenario.press("Y");
    assert_eq!(scenario.model.overlay, Some(Overlay::CopyFormats(0)));
    assert!(matches!(&scenario.press("j<enter>")[..], [Effect::Copy(text)] if text.text().starts_with("![")));
}

#[test]
fn y_and_o_act_on_marked_images_in_the_list() {
    let mut scenario = Scenario::wide(3);
    scenario.press("  ");
    let both = format!("{}\n{}", url("img0", "public"), url("img1", "public"));
    assert!(matches!(&scenario.press("y")[..], [Effect::Copy(text)] if text.text() == both));
    assert!(
        matches!(&scenario.press("Yj<enter>")[..], [Effect::Copy(text)] if text.text().lines().count() == 2)
    );
    assert_eq!(scenario.press("o").len(), 2);
    assert_eq!(scenario.press("<enter>y"), [copy(url("img2", "public"))], "elsewhere: the image shown");
}

#[test]
fn s_signs_shows_and_copies() {
    let mut scenario = Scenario::private();
    scenario.press("s");
    assert!(matches!(scenario.model.overlay, Some(Overlay::LifetimeDialog(_))));
    scenario.press("2");
    scenario.sign();
    assert_eq!(scenario.model.overlay, Some(Overlay::Signed));
    let copied = scenario.copied();
    assert!(copied.starts_with(&url(CAT, "public")) && copied.contains("sig="), "{copied}");
    assert_eq!(scenario.done(), "Copied signed URL, valid until 13:00");
}

#[test]
fn capital_v_verifies() {
    assert!(matches!(Scenario::shown().press("V")[..], [Effect::Verify { .. }]));
}

#[test]
fn e_explains() {
    assert!(matches!(Scenario::shown().press("e")[..], [Effect::Explain { .. }]));
}

#[test]
fn f_builds_a_flexible_variant() {
    let mut scenario = Scenario::shown();
    scenario.press("fw=4<enter>");
    assert_eq!(scenario.variant(), "w=4");
}

#[test]
fn slash_goes_to_the_filter_from_every_pane() {
    for pane in PANES {
        let mut scenario = Scenario::wide(3);
        scenario.in_pane(pane);
        scenario.press("/x");
        assert!(scenario.model.is_filtering(), "{pane:?}");
        assert_eq!(scenario.query(), query("x"));
    }
    let mut scenario = Scenario::wide(3);
    scenario.press("P/");
    assert!(scenario.model.is_filtering() && !scenario.model.is_full_screen());
}

#[test]
fn exclamation_mark_cycles_the_access_and_keeps_terms() {
    for pane in PANES {
        let mut scenario = Scenario::wide(3);
        scenario.press("/logo<enter>");
        scenario.in_pane(pane);
        for (text, access) in [
            ("signed: logo", Some(Access::Signed)),
            ("public: logo", Some(Access::Public)),
            ("unknown: logo", Some(Access::Unknown)),
            ("logo", None),
        ] {
            scenario.press("!");
            assert_eq!((scenario.filter_text(), scenario.model.browse.filter.access()), (text, access));
            assert_eq!(scenario.query(), query(text));
            assert!(!scenario.model.is_filtering() && scenario.model.focus == Pane::Browse);
        }
    }
}

#[test]
fn exclamation_mark_alone_loads_the_rest_and_esc_clears_it() {
    let mut scenario = Scenario::with_more(1000);
    assert!(!scenario.fetches_a_page());
    scenario.press("!");
    assert!(scenario.fetches_a_page());
    assert_eq!(scenario.query(), query("signed:"));
    scenario.press("/x");
    assert_eq!(scenario.query(), query("signed: x"), "what is typed is a word of its own");
    scenario.press("<esc>");
    assert_eq!((scenario.filter_text(), scenario.model.browse.filter.access()), ("", None));
    scenario.press("!!!!");
    assert!(!scenario.model.browse.filter.is_on());
}

#[test]
fn first_match_is_shown_instead_of_an_image_looked_up() {
    let mut scenario = Scenario::wide(3);
    scenario.paste("dog");
    scenario.respond("dog", Ok(image("dog")));
    scenario.press("!");
    assert_eq!(scenario.shown_id(), Some("dog"), "the cursor of the list is on another image");
    scenario.filter_matched(1, vec![0]);
    assert_eq!(scenario.shown_id(), Some("img0"));
}

#[test]
fn space_star_and_u_mark_and_unmark() {
    let mut scenario = Scenario::wide(3);
    let marked = |scenario: &Scenario| scenario.model.browse.marked().len();
    scenario.press(" ");
    assert_eq!((marked(&scenario), scenario.shown_id()), (1, Some("img1")));
    scenario.press("k ");
    assert_eq!(marked(&scenario), 0);
    scenario.press("*");
    assert_eq!(marked(&scenario), 3);
    scenario.press("u");
    assert_eq!(marked(&scenario), 0);
}

#[test]
fn capital_s_sorts_from_every_pane() {
    for pane in PANES {
        let mut scenario = Scenario::wide(3);
        scenario.in_pane(pane);
        scenario.press("S");
        assert_eq!(scenario.rows(), ["img2", "img1", "img0"]);
        assert_eq!(scenario.model.focus, Pane::Browse);
    }
}

#[test]
fn capital_l_loads_and_capital_r_reloads_from_every_pane() {
    for pane in PANES {
        let mut scenario = Scenario::with_more(1000);
        scenario.in_pane(pane);
        assert!(matches!(scenario.press("L")[..], [Effect::FetchPage { after: Some(_), .. }]));
        assert!(scenario.model.browse.to_the_end);
        scenario.in_pane(pane);
        scenario.press("R");
        assert!(
            scenario.effects.iter().any(|effect| matches!(effect, Effect::FetchPage { after: None, .. }))
        );
    }
}

#[test]
fn capital_p_shows_full_screen_and_returns() {
    for pane in PANES {
        for back in ["P", "<esc>", "q"] {
            let mut scenario = Scenario::wide(3);
            scenario.in_pane(pane);
            scenario.press("P");
            assert!(scenario.model.is_full_screen());
            assert_eq!(scenario.press(back), []);
            assert_eq!((scenario.model.is_full_screen(), scenario.model.focus), (false, pane), "{back}");
        }
    }
}

#[test]
fn p_shows_and_hides_picture_without_taking_focus() {
    for pane in [Pane::Browse, Pane::Variants, Pane::Details] {
        let mut scenario = Scenario::wide(3);
        scenario.in_pane(pane);
        scenario.press("p");
        assert_eq!((scenario.model.has(Pane::Preview), scenario.model.focus), (false, pane));
        scenario.draw((0, 0));
        scenario.press("p");
        assert_eq!((scenario.model.has(Pane::Preview), scenario.model.focus), (true, pane));
    }
    let mut scenario = Scenario::wide(3);
    scenario.in_pane(Pane::Preview);
    scenario.press("p");
    assert!(!scenario.model.has(Pane::Preview), "a hidden picture has no focus");
    let mut narrow = Scenario::browsing(3, None);
    narrow.event(Event::Drawn(Viewports { browse: LIST, single: true, ..Viewports::default() }));
    narrow.press("p");
    assert_eq!((narrow.model.has(Pane::Preview), narrow.model.focus), (true, Pane::Preview));
    narrow.press("p");
    assert_eq!((narrow.model.has(Pane::Preview), narrow.model.focus), (false, Pane::Variants));
}

#[test]
fn i_selects_the_text_so_that_typing_replaces_it() {
    for focus in ["i", "<s-tab><s-tab>"] {
        for (keys, text, selected) in [
            ("", "cat", true),
            ("d", "d", false),
            ("<left>d", "cadt", false),
            ("<end>s", "cats", false),
            ("<backspace>", "", false),
            ("<left><backspace>", "ct", false),
        ] {
            let mut scenario = Scenario::shown();
            scenario.press(focus);
            scenario.press(keys);
            let input = scenario.model.input.line();
            assert_eq!((input.text(), input.is_selected()), (text, selected), "{focus} {keys}");
            scenario.press("<esc>");
            let input = scenario.model.input.line();
            assert_eq!((input.text(), input.is_selected()), ("cat", false), "left without a lookup");
        }
    }
}

#[test]
fn paste_into_input_replaces_selected_text_only() {
    let mut scenario = Scenario::shown();
    scenario.press("i");
    assert!(scenario.paste("dog").contains(&fetch(3, "dog")), "one clean ID is looked up");
    let mut scenario = Scenario::shown();
    scenario.press("i");
    assert_eq!(scenario.paste("two words"), []);
    assert_eq!(scenario.model.input.text(), "two words");
    let mut scenario = Scenario::shown();
    scenario.press("i<end>");
    assert_eq!(scenario.paste("s"), []);
    assert_eq!(scenario.model.input.text(), "cats", "the cursor was placed there");
}

#[test]
fn paste_goes_into_filter_and_dialogs() {
    let mut scenario = Scenario::wide(3);
    scenario.press("/");
    scenario.paste("img2");
    assert_eq!((scenario.filter_text(), scenario.query()), ("img2", query("img2")));
    scenario.press("<esc>f");
    scenario.paste("w=4");
    scenario.press("<enter>");
    assert_eq!(scenario.variant(), "w=4");
}

#[test]
fn r_fetches_again() {
    for pane in PANES {
        let mut scenario = Scenario::shown();
        scenario.in_pane(pane);
        let request =
            |effect: &Effect| matches!(effect, Effect::FetchImage { id, .. } if id.as_str() == "cat");
        assert!(scenario.press("r").iter().any(request), "{pane:?}");
    }
}

#[test]
fn capital_j_shows_json_from_every_pane() {
    for pane in PANES {
        let mut scenario = Scenario::shown();
        scenario.in_pane(pane);
        scenario.press("J");
        assert_eq!(scenario.model.overlay, Some(Overlay::Json), "{pane:?}");
    }
}

#[test]
fn capital_j_fetches_json_of_listed_image() {
    let mut scenario = Scenario::wide(3);
    assert!(matches!(scenario.press("J")[..], [Effect::FetchImage { .. }, ..]));
    assert_eq!(scenario.press("J"), [], "once");
    scenario.respond("img0", Ok(image("img0")));
    assert_eq!(scenario.model.overlay, Some(Overlay::Json));
    assert_eq!(scenario.model.notice, None);
    let mut scenario = Scenario::wide(3);
    scenario.press("J<tab>");
    scenario.respond("img0", Ok(image("img0")));
    assert_eq!(scenario.model.overlay, None, "another key was pressed since");
    let mut scenario = Scenario::wide(3);
    scenario.press("J");
    scenario.respond("img0", Err(failure("No answer")));
    assert_eq!(scenario.model.overlay, None);
    assert_eq!(scenario.warning(), failure("No answer").to_string());
}

#[test]
fn b_goes_to_the_list_and_never_hides_it() {
    for pane in PANES {
        let mut scenario = Scenario::wide(3);
        scenario.in_pane(pane);
        for _ in 0..2 {
            scenario.press("b");
            assert_eq!((scenario.model.focus, scenario.model.has(Pane::Browse)), (Pane::Browse, true));
        }
    }
}

#[test]
fn tab_and_shift_tab_go_round_the_panes() {
    let mut scenario = Scenario::wide(3);
    let mut focused = Vec::new();
    for _ in 0..5 {
        scenario.press("<tab>");
        focused.push(scenario.model.focus);
    }
    assert_eq!(focused, [Pane::Variants, Pane::Details, Pane::Preview, Pane::Image, Pane::Browse]);
    scenario.press("<s-tab>");
    assert_eq!(scenario.model.focus, Pane::Image);
}

#[test]
fn enter_goes_to_variants_then_shows_the_whole_url() {
    let mut scenario = Scenario::wide(3);
    scenario.press("<enter>");
    assert_eq!((scenario.model.focus, &scenario.model.overlay), (Pane::Variants, &None));
    scenario.press("<enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })));
}

#[test]
fn arrows_and_ctrl_n_p_move_in_the_filter() {
    for [down, up, id] in
        [["<down>", "<up>", "img1"], ["<c-n>", "<c-p>", "img1"], ["<pgdn>", "<pgup>", "img8"]]
    {
        let mut scenario = Scenario::wide(9);
        scenario.press(&format!("/img{down}"));
        assert_eq!((scenario.shown_id(), scenario.filter_text()), (Some(id), "img"), "{down}");
        scenario.press(up);
        assert_eq!((scenario.shown_id(), scenario.model.is_filtering()), (Some("img0"), true), "{up}");
    }
}

#[test]
fn enter_keeps_the_filter() {
    let mut scenario = Scenario::wide(3);
    scenario.press("/img<enter>");
    assert!(!scenario.model.is_filtering() && scenario.model.browse.filter.is_on());
}

#[test]
fn question_mark_shows_every_key() {
    let mut scenario = Scenario::shown();
    scenario.press("?");
    assert!(scenario.model.overlay.is_some());
}

#[test]
fn esc_goes_back_one_step_at_a_time_and_never_quits() {
    let mut scenario = Scenario::with_more(1000);
    scenario.press("/img<enter>LV?");
    let step = |scenario: &mut Scenario| {
        assert!(!scenario.press("<esc>").contains(&Effect::Quit));
        let model = &scenario.model;
        (
            model.overlay.is_some(),
            model.focus == Pane::Image,
            !model.delivery.jobs.is_empty(),
            model.browse.to_the_end,
            model.browse.filter.is_on(),
        )
    };
    assert_eq!(step(&mut scenario), (false, false, true, true, true), "closed what is on top");
    scenario.press("i");
    assert_eq!(step(&mut scenario), (false, false, true, true, true), "left the input");
    assert_eq!(step(&mut scenario), (false, false, false, true, true), "cancelled the request");
    assert_eq!(step(&mut scenario), (false, false, false, false, true), "stopped loading the list");
    scenario.press("<enter>");
    assert_eq!(scenario.model.focus, Pane::Variants);
    assert_eq!(step(&mut scenario), (false, false, false, false, false), "cleared the filter");
    assert_eq!(step(&mut scenario), (false, false, false, false, false));
}

#[test]
fn esc_in_filter_clears_it_and_stops_its_loading() {
    let mut scenario = Scenario::with_more(1000);
    scenario.press("/img");
    let request = scenario.pending_page();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    assert_eq!((scenario.filter_text(), scenario.model.is_filtering()), ("", false));
}

#[test]
fn ctrl_l_redraws_and_ctrl_z_suspends() {
    for mut scenario in [Scenario::new(), Scenario::shown(), Scenario::wide(3)] {
        assert_eq!(scenario.press("<c-l><c-z>"), [Effect::Repaint, Effect::Suspend]);
    }
}

#[test]
fn q_closes_what_is_on_top_else_quits() {
    for opens in ["J", "Y", "<enter>"] {
        let mut scenario = Scenario::shown();
        scenario.press(opens);
        assert!(scenario.model.overlay.is_some(), "{opens}");
        assert_eq!(scenario.press("q"), [], "{opens}");
        assert_eq!(scenario.model.overlay, None, "{opens}");
        assert_eq!(scenario.press("q"), [Effect::Quit]);
    }
    let mut scenario = Scenario::shown();
    scenario.press("fq");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Flexible(_))), "in a text field it is text");
}

#[test]
fn ctrl_c_always_quits() {
    for keys in ["", "?", "f", "Y", "/x", "i", "P", "J"] {
        let mut scenario = Scenario::shown();
        scenario.press(keys);
        assert!(scenario.press("<c-c>").contains(&Effect::Quit), "{keys}");
    }
}
