//! Scenarios of the list: paging, the cursor, sorting.

mod filter;
mod index;

use std::sync::Arc;

use super::*;
use crate::app::browse::{Paging, Sort};
use crate::domain::{Budget, Continuation, ImageSummary, UrlTemplates};

pub(super) fn listed(id: &str, signed: bool) -> Arc<ImageSummary> {
    Arc::new(UrlTemplates::default().summarize(&image_with(id, &format!("\"requireSignedURLs\":{signed}"))))
}

pub(super) fn more() -> Continuation {
    Continuation::after_page(None, "next".into(), 1000, &mut Vec::new())
}

pub(super) fn page(ids: impl IntoIterator<Item = String>, next: Option<Continuation>) -> Page {
    Page { images: ids.into_iter().map(|id| listed(&id, false)).collect(), next }
}

pub(super) fn ids(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|n| format!("img{n}"))
}

impl Scenario {
    /// Browse with a first page of `count` images.
    pub(super) fn browsing(count: usize, next: Option<Continuation>) -> Self {
        let mut scenario = Self::new();
        scenario.press("<esc>b");
        scenario.effects.clear();
        scenario.page(page(ids(count), next));
        scenario
    }

    /// The same with more pages, and without an index.
    pub(super) fn with_more(count: usize) -> Self {
        let mut scenario = Self::browsing(count, Some(more()));
        scenario.event(Event::IndexRead(Ok(None)));
        scenario.effects.clear();
        scenario
    }

    pub(super) fn pending_page(&self) -> RequestId {
        let Paging::Loading(request) = self.model.browse.paging else { panic!("no page is in flight") };
        request
    }

    pub(super) fn page(&mut self, page: Page) {
        self.event(Event::PageFetched(self.pending_page(), Ok(page)));
    }

    pub(super) fn wait(&mut self, millis: i64) -> Vec<Effect> {
        self.effects.clear();
        self.now += SignedDuration::from_millis(millis);
        self.event(Event::Woke);
        self.effects.clone()
    }

    pub(super) fn rows(&self) -> Vec<&str> {
        let browse = &self.model.browse;
        (0..browse.len()).filter_map(|row| browse.row(row)).map(|image| image.id()).collect()
    }

    pub(super) fn fetches_a_page(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::FetchPage { .. }))
    }
}

#[test]
fn list_loads_once_it_is_shown() {
    let mut scenario = Scenario::new();
    let effects = scenario.press("<esc>b");
    assert_eq!(
        effects,
        [
            Effect::ReadIndex,
            Effect::FetchTotal(RequestId(1)),
            Effect::FetchPage { request: RequestId(2), after: None }
        ]
    );
    assert_eq!(scenario.model.focus, Pane::Browse);
    assert_eq!(scenario.press("<tab>b"), [], "it is loading already");
}

#[test]
fn wide_terminal_loads_the_list_at_start() {
    let mut scenario = Scenario::new();
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    assert!(scenario.fetches_a_page());
    let mut offline = Scenario::with(Some(failure("No credentials")));
    offline.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    assert_eq!(offline.effects, []);
}

#[test]
fn image_under_cursor_is_fetched_after_rest() {
    let mut scenario = Scenario::browsing(9, None);
    assert_eq!(scenario.shown_id(), Some("img0"), "the first image, as none was shown");
    assert_eq!(scenario.press("j"), []);
    assert_eq!((scenario.shown_id(), scenario.model.input.text()), (Some("img1"), "img1"));
    assert!(scenario.model.lookup.listed_at.is_some());
    assert_eq!(scenario.wait(100), []);
    scenario.press("j");
    assert_eq!(scenario.wait(100), [], "the cursor has not rested");
    assert!(scenario.wait(100).contains(&fetch(3, "img2")), "{:?}", scenario.effects);
    let late = scenario.pending_request();
    assert_eq!(scenario.press("j"), [Effect::Abort(late)]);
    scenario.event(Event::ImageFetched(late, Ok(Box::new(image("img2")))));
    assert_eq!(scenario.shown_id(), Some("img3"));
    scenario.wait(200);
    scenario.respond("img3", Ok(image("img3")));
    assert_eq!(scenario.model.lookup.listed_at, None, "fresh from the API");
    assert_eq!(next_wake(&scenario.model), None);
    scenario.press("<enter>");
    assert_eq!(scenario.model.focus, Pane::Variants);
}

#[test]
fn failed_variant_options_are_not_fetched_again() {
    let mut scenario = Scenario::browsing(9, None);
    let options = |effect: &Effect| matches!(effect, Effect::FetchOptions(_));
    assert!(scenario.wait(200).iter().any(options));
    let request = scenario.model.lookup.options.pending_request().unwrap();
    scenario.event(Event::OptionsFetched(request, Err(failure("Not allowed"))));
    scenario.press("j");
    let effects = scenario.wait(200);
    assert!(matches!(effects[..], [Effect::FetchImage { .. }]), "{effects:?}");
    scenario.press("r");
    assert!(scenario.effects.iter().any(options), "keys of the user still work");
}

#[test]
fn cursor_fetches_nothing_if_budget_is_low() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.press("j");
    assert_eq!(scenario.wait(500), []);
    assert_eq!(next_wake(&scenario.model), None);
    scenario.press("r");
    assert!(scenario.model.lookup.image.pending_request().is_some(), "keys of the user still work");
}

#[test]
fn cursor_near_end_loads_next_page() {
    let mut scenario = Scenario::browsing(1000, Some(more()));
    assert!(!scenario.fetches_a_page());
    scenario.model.browse.cursor = 998;
    scenario.press("j");
    assert!(
        matches!(&scenario.effects[..], [Effect::FetchPage { after: Some(_), .. }]),
        "{:?}",
        scenario.effects
    );
    scenario.event(Event::PageFetched(RequestId(1), Ok(page(["late".to_owned()], None))));
    assert_eq!(scenario.rows().len(), 1000);
    scenario.page(page((990..1010).map(|n| format!("img{n}")), None));
    assert_eq!(scenario.rows().len(), 1010, "an image on two pages is listed once");
    assert_eq!(scenario.model.browse.cursor, 999);
}

#[test]
fn loading_to_end_stops_and_resumes() {
    let mut scenario = Scenario::browsing(3, Some(more()));
    let first = scenario.pending_page();
    scenario.press("L");
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(first)]);
    scenario.event(Event::PageFetched(first, Ok(page(["late".to_owned()], None))));
    assert_eq!(scenario.rows().len(), 3);

    scenario.press("L");
    scenario.event(Event::PageFetched(scenario.pending_page(), Err(failure("No answer"))));
    assert_eq!(scenario.rows().len(), 3, "loaded images stay");
    assert!(matches!(scenario.model.browse.paging, Paging::Failed(_)));
    assert!(matches!(&scenario.press("L")[..], [Effect::FetchPage { after: Some(_), .. }]));

    scenario.event(Event::BudgetChanged(Budget { left: 200, limit: 1200 }));
    scenario.effects.clear();
    scenario.page(page(["a".to_owned()], Some(more())));
    assert!(!scenario.fetches_a_page());
    scenario.assert_warned(&["L "]);
    scenario.press("L");
    assert!(scenario.fetches_a_page(), "keys of the user still work");
    scenario.page(page([], None));
    assert_eq!(scenario.press("L"), []);
    scenario.assert_done(&[]);
}

#[test]
fn reload_drops_deleted_images_at_its_end() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/img<enter>");
    scenario.filter_matched(3, vec![0, 1]);
    assert!(matches!(
        &scenario.press("R")[..],
        [
            Effect::Abort(_),
            Effect::FetchTotal(_),
            Effect::FetchPage { after: None, .. },
            Effect::FetchOptions(_)
        ]
    ));
    scenario.effects.clear();
    scenario.page(page(["new".to_owned(), "img1".to_owned()], Some(more())));
    assert_eq!(
        (scenario.rows().len(), scenario.model.browse.images().len()),
        (2, 10),
        "nothing is dropped yet"
    );
    assert!(
        matches!(
            &scenario.effects[..],
            [Effect::AddToSearch(fresh), Effect::StorePage(_), Effect::FetchPage { .. }] if fresh.len() == 1
        ),
        "{:?}",
        scenario.effects
    );
    scenario.effects.clear();
    scenario.page(page(["img4".to_owned()], None));
    assert!(
        matches!(
            &scenario.effects[..],
            [Effect::ClearSearch, Effect::AddToSearch(all), Effect::Search { generation: 4, .. }, Effect::StorePage(_)]
                if all.len() == 3
        ),
        "{:?}",
        scenario.effects
    );
    assert_eq!(scenario.rows(), ["img1"], "matches stay, without dropped images");
    scenario.filter_matched(4, vec![0, 1, 2]);
    assert_eq!(scenario.rows(), ["new", "img1", "img4"]);
}

#[test]
fn cancelled_reload_loses_nothing_and_resumes() {
    let mut scenario = Scenario::browsing(3, None);
    scenario.press("R");
    scenario.page(page(["new".to_owned()], Some(more())));
    assert!(matches!(&scenario.press("<esc>")[..], [Effect::Abort(_)]));
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2"]);
    assert!(matches!(&scenario.press("L")[..], [Effect::FetchPage { after: Some(_), .. }]));
    scenario.page(page(["img1".to_owned()], None));
    assert_eq!(scenario.rows(), ["new", "img1"]);
    assert!(!scenario.model.browse.to_the_end);
}

#[test]
fn keys_do_nothing_in_empty_account() {
    let mut scenario = Scenario::browsing(0, None);
    assert_eq!(scenario.press("jG *uyS<enter>"), []);
    assert!(scenario.model.browse.is_empty());
}

#[test]
fn enter_shows_variants_of_image_under_cursor() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("ji<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    scenario.press("b");
    assert_eq!(scenario.shown_id(), Some("dog"), "the cursor was not moved");
    scenario.press("<enter>");
    assert_eq!((scenario.model.focus, scenario.shown_id()), (Pane::Variants, Some("img1")));
}

#[test]
fn tab_into_list_shows_first_image() {
    let mut scenario = Scenario::new();
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    scenario.page(page(ids(3), None));
    assert_eq!(scenario.shown_id(), None);
    scenario.press("<tab>");
    assert_eq!((scenario.model.focus, scenario.shown_id()), (Pane::Browse, Some("img0")));
    scenario.event(Event::Drawn(Viewports::default()));
    assert!(scenario.model.has(Pane::Browse), "the focused pane is visible in a narrow window too");
}

#[test]
fn list_without_credentials_loads_nothing() {
    let mut scenario = Scenario::with(Some(failure("No credentials")));
    assert_eq!(scenario.press("<esc>LR"), []);
    assert!(!scenario.model.browse.to_the_end);
}

#[test]
fn esc_binding_matches_its_effect() {
    let mut scenario = Scenario::browsing(9, Some(more()));
    for (keys, word) in [
        ("L", "stop loading"),
        ("/x", "clear"),
        ("<esc>", "stop loading"),
        ("i", "back"),
        ("<tab>", "stop loading"),
    ] {
        scenario.press(keys);
        let row = keymap::row_of(&scenario.model, Key::plain(Code::Esc)).unwrap();
        assert_eq!(row.footer.as_ref().unwrap().word, word, "{keys}");
    }
    let focus = scenario.model.focus;
    assert!(matches!(scenario.press("<esc>")[..], [Effect::Abort(_)]));
    assert_eq!(scenario.model.focus, focus);
}

#[test]
fn sort_notice_mentions_unloaded_rest() {
    let mut scenario = Scenario::browsing(9, Some(more()));
    let mentions_load_all = |scenario: &Scenario| scenario.done().contains("L ");
    scenario.press("S");
    scenario.assert_done(&[Sort::OldestFirst.label()]);
    assert!(mentions_load_all(&scenario));
    scenario.press("/x<enter>S");
    scenario.assert_done(&[Sort::ByName.label()]);
    assert!(!mentions_load_all(&scenario), "the filter ranks the rows");
    scenario.press("<esc>S");
    scenario.assert_done(&[Sort::NewestFirst.label()]);
    assert!(!mentions_load_all(&scenario), "the API's order is certain");
}

#[test]
fn newest_total_wins_and_failure_keeps_it() {
    let mut scenario = Scenario::browsing(9, None);
    let first = scenario.model.browse.total.pending_request().unwrap();
    assert!(scenario.press("R").contains(&Effect::Abort(first)), "it is superseded");
    let second = scenario.model.browse.total.pending_request().unwrap();
    scenario.event(Event::TotalFetched(first, Ok(7)));
    assert_eq!(scenario.model.browse.total(), None, "stale responses are ignored");
    scenario.event(Event::TotalFetched(second, Ok(9)));
    assert_eq!(scenario.model.browse.total(), Some(9));
    scenario.press("R");
    let third = scenario.model.browse.total.pending_request().unwrap();
    scenario.event(Event::TotalFetched(third, Err(failure("No answer"))));
    assert_eq!(scenario.model.browse.total(), Some(9));
    assert_eq!(scenario.warning(), "");
}

/// When a failed page is retried. Checks that the program wakes up by then.
fn resume_at(scenario: &Scenario) -> Option<Timestamp> {
    let at = scenario.model.browse.resume.map(|resume| resume.at);
    assert!(at.is_none_or(|at| next_wake(&scenario.model).is_some_and(|wake| wake <= at)));
    at
}

fn network_failure(code: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        ..Failure::new(FailureKind::Network, "The answer is cut short", "Try again.")
    }
}

#[test]
fn failed_page_is_retried_with_growing_pauses() {
    let mut scenario = Scenario::browsing(3, Some(more()));
    scenario.press("L");
    let fail = |scenario: &mut Scenario, failure: Failure| {
        scenario.event(Event::PageFetched(scenario.pending_page(), Err(failure)));
    };
    for pause in [15, 30, 60, 120, 240] {
        fail(&mut scenario, network_failure("HTTP 200"));
        assert_eq!(resume_at(&scenario), Some(scenario.now + SignedDuration::from_secs(pause)));
        scenario.wait(pause * 1000 - 1);
        assert!(!scenario.fetches_a_page(), "{pause}");
        scenario.wait(1);
        assert!(scenario.fetches_a_page() && scenario.model.browse.to_the_end, "{pause}");
    }
    fail(&mut scenario, network_failure("HTTP 200"));
    assert_eq!(resume_at(&scenario), None, "no more retries of a broken server");
    scenario.press("L");
    assert!(scenario.fetches_a_page());
    fail(&mut scenario, network_failure("HTTP 200"));
    assert_eq!(
        resume_at(&scenario),
        Some(scenario.now + SignedDuration::from_secs(15)),
        "the pauses start over"
    );
    scenario.wait(15_000);
    scenario.page(page(["more".to_owned()], None));
    assert_eq!(scenario.model.browse.paging, Paging::Complete);
    assert_eq!(resume_at(&scenario), None);
}

#[test]
fn unretryable_page_waits_for_the_user() {
    let refused = Failure::new(FailureKind::Credentials, "No", "Ask.");
    for failure in [network_failure("HTTP 429"), network_failure("971"), network_failure("10429"), refused] {
        let mut scenario = Scenario::browsing(3, Some(more()));
        scenario.press("L");
        scenario.event(Event::PageFetched(scenario.pending_page(), Err(failure)));
        assert_eq!(resume_at(&scenario), None);
    }
    let mut scenario = Scenario::browsing(3, Some(more()));
    scenario.press("L");
    scenario.event(Event::BudgetChanged(Budget { left: 100, limit: 1200 }));
    scenario.event(Event::PageFetched(scenario.pending_page(), Err(network_failure("HTTP 200"))));
    scenario.wait(15_000);
    assert!(!scenario.fetches_a_page(), "the rest of the quota is for others");
    let mut scenario = Scenario::browsing(3, Some(more()));
    scenario.press("L");
    scenario.event(Event::PageFetched(scenario.pending_page(), Err(network_failure("HTTP 200"))));
    scenario.press("<esc>");
    assert_eq!(resume_at(&scenario), None, "Esc cancels it");
}
