//! Journeys through the list: paging, the cursor, the filter.

use std::sync::Arc;

use super::*;
use crate::app::browse::Paging;
use crate::domain::{Budget, Continuation, Listed, Shapes};

pub(super) fn listed(id: &str, signed: bool) -> Arc<Listed> {
    Arc::new(Shapes::default().listed(&image_with(id, &format!("\"requireSignedURLs\":{signed}"))))
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

impl Journey {
    /// Browse with a first page of so many images.
    pub(super) fn browsing(count: usize, next: Option<Continuation>) -> Self {
        let mut journey = Self::new();
        journey.press("<esc>b");
        journey.effects.clear();
        journey.page(page(ids(count), next));
        journey
    }

    /// The same where there are more, and no index of an earlier run.
    pub(super) fn with_more(count: usize) -> Self {
        let mut journey = Self::browsing(count, Some(more()));
        journey.event(Event::IndexRead(Ok(None)));
        journey.effects.clear();
        journey
    }

    pub(super) fn page_awaited(&self) -> RequestId {
        let Paging::Loading(request) = self.model.browse.paging else { panic!("a page is awaited") };
        request
    }

    pub(super) fn page(&mut self, page: Page) {
        self.event(Event::PageFetched(self.page_awaited(), Ok(page)));
    }

    pub(super) fn passes(&mut self, millis: i64) -> Vec<Effect> {
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
fn b_shows_the_list_and_hides_it() {
    let mut journey = Journey::new();
    let effects = journey.press("<esc>b");
    assert_eq!(
        effects,
        [
            Effect::ReadIndex,
            Effect::FetchTotal(RequestId(1)),
            Effect::FetchPage { request: RequestId(2), after: None }
        ]
    );
    assert_eq!(journey.model.focus, Pane::Browse);
    assert_eq!(journey.press("b"), []);
    assert_eq!((journey.model.focus, journey.model.has_browse()), (Pane::Variants, false));
    assert_eq!(journey.press("b"), [], "it is on its way already");
}

#[test]
fn where_there_is_room_the_list_is_there_from_the_start() {
    let mut journey = Journey::new();
    journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    assert!(journey.fetches_a_page());
    let mut offline = Journey::with(Some(failure("No credentials")));
    offline.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    assert_eq!(offline.effects, []);
}

#[test]
fn the_image_under_the_cursor_is_shown_at_once_and_asked_for_when_the_cursor_rests() {
    let mut journey = Journey::browsing(9, None);
    assert_eq!(journey.shown_id(), Some("img0"), "the first one, where none was shown");
    assert_eq!(journey.press("j"), []);
    assert_eq!((journey.shown_id(), journey.model.input.text()), (Some("img1"), "img1"));
    assert!(journey.model.lookup.listed_at.is_some());
    assert_eq!(journey.passes(100), []);
    journey.press("j");
    assert_eq!(journey.passes(100), [], "it has not rested here");
    assert!(journey.passes(100).contains(&fetch(3, "img2")), "{:?}", journey.effects);
    let late = journey.awaited();
    assert_eq!(journey.press("j"), [Effect::Abort(late)]);
    journey.event(Event::ImageFetched(late, Ok(Box::new(image("img2")))));
    assert_eq!(journey.shown_id(), Some("img3"));
    journey.passes(200);
    journey.answer("img3", Ok(image("img3")));
    assert_eq!(journey.model.lookup.listed_at, None, "fresh from the API");
    assert_eq!(next_wake(&journey.model), None);
    journey.press("<enter>");
    assert_eq!(journey.model.focus, Pane::Variants);
}

#[test]
fn variant_options_that_could_not_be_had_are_not_asked_for_at_every_rest() {
    let mut journey = Journey::browsing(9, None);
    let options = |effect: &Effect| matches!(effect, Effect::FetchOptions(_));
    assert!(journey.passes(200).iter().any(options));
    let request = journey.model.lookup.options.awaited().unwrap();
    journey.event(Event::OptionsFetched(request, Err(failure("Not allowed"))));
    journey.press("j");
    let effects = journey.passes(200);
    assert!(matches!(effects[..], [Effect::FetchImage { .. }]), "{effects:?}");
    journey.press("r");
    assert!(journey.effects.iter().any(options), "a person's wish is done");
}

#[test]
fn the_cursor_leaves_the_last_fifth_of_the_requests_to_others() {
    let mut journey = Journey::browsing(9, None);
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    journey.press("j");
    assert_eq!(journey.passes(500), []);
    assert_eq!(next_wake(&journey.model), None);
    journey.press("r");
    assert!(journey.model.lookup.image.awaited().is_some(), "a person's wish is done");
}

#[test]
fn pages_follow_the_cursor_and_a_late_one_changes_nothing() {
    let mut journey = Journey::browsing(1000, Some(more()));
    assert!(!journey.fetches_a_page());
    journey.press("G");
    assert!(
        matches!(&journey.effects[..], [Effect::FetchPage { after: Some(_), .. }]),
        "{:?}",
        journey.effects
    );
    journey.event(Event::PageFetched(RequestId(1), Ok(page(["late".to_owned()], None))));
    assert_eq!(journey.rows().len(), 1000);
    journey.page(page((990..1010).map(|n| format!("img{n}")), None));
    assert_eq!(journey.rows().len(), 1010, "an image on two pages is listed once");
    assert_eq!(journey.model.browse.cursor, 999);
}

#[test]
fn loading_to_the_end_stops_by_esc_by_an_error_and_for_others_and_goes_on() {
    let mut journey = Journey::browsing(3, Some(more()));
    let first = journey.page_awaited();
    journey.press("L");
    assert_eq!(journey.press("<esc>"), [Effect::Abort(first)]);
    journey.event(Event::PageFetched(first, Ok(page(["late".to_owned()], None))));
    assert_eq!(journey.rows().len(), 3);

    journey.press("L");
    journey.event(Event::PageFetched(journey.page_awaited(), Err(failure("No answer"))));
    assert_eq!(journey.rows().len(), 3, "what is loaded stays");
    assert_eq!(journey.warning(), "The list stops here. No answer. Try again. L goes on.");
    assert!(matches!(&journey.press("L")[..], [Effect::FetchPage { after: Some(_), .. }]));

    journey.event(Event::BudgetTold(Budget { left: 200, limit: 1200 }));
    journey.effects.clear();
    journey.page(page(["a".to_owned()], Some(more())));
    assert!(!journey.fetches_a_page());
    assert!(journey.warning().contains("a fifth of the account's requests"), "{}", journey.warning());
    journey.press("L");
    assert!(journey.fetches_a_page(), "a person's wish is done");
    journey.page(page([], None));
    assert_eq!(journey.press("L"), []);
    assert_eq!(journey.model.notice, Some(Notice::Done("All images are listed".into())));
}

#[test]
fn a_pass_over_all_keeps_what_is_shown_and_drops_at_its_end_what_is_gone() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/img<enter>");
    journey.found(3, vec![0, 1]);
    assert!(matches!(
        &journey.press("R")[..],
        [
            Effect::Abort(_),
            Effect::FetchTotal(_),
            Effect::FetchPage { after: None, .. },
            Effect::FetchOptions(_)
        ]
    ));
    journey.effects.clear();
    journey.page(page(["new".to_owned(), "img1".to_owned()], Some(more())));
    assert_eq!((journey.rows().len(), journey.model.browse.images().len()), (2, 10), "nothing is gone yet");
    assert!(
        matches!(
            &journey.effects[..],
            [Effect::AddToSearch(fresh), Effect::KeepPage(_), Effect::FetchPage { .. }] if fresh.len() == 1
        ),
        "{:?}",
        journey.effects
    );
    journey.effects.clear();
    journey.page(page(["img4".to_owned()], None));
    assert!(
        matches!(
            &journey.effects[..],
            [Effect::ClearSearch, Effect::AddToSearch(all), Effect::Search { generation: 4, .. }, Effect::KeepPage(_)]
                if all.len() == 3
        ),
        "{:?}",
        journey.effects
    );
    assert_eq!(journey.rows(), ["img1"], "what was found stays, without what is gone");
    journey.found(4, vec![0, 1, 2]);
    assert_eq!(journey.rows(), ["new", "img1", "img4"]);
}

#[test]
fn a_pass_that_breaks_off_loses_nothing_and_goes_on() {
    let mut journey = Journey::browsing(3, None);
    journey.press("R");
    journey.page(page(["new".to_owned()], Some(more())));
    assert!(matches!(&journey.press("<esc>")[..], [Effect::Abort(_)]));
    assert_eq!(journey.rows(), ["new", "img0", "img1", "img2"]);
    assert!(matches!(&journey.press("L")[..], [Effect::FetchPage { after: Some(_), .. }]));
    journey.page(page(["img1".to_owned()], None));
    assert_eq!(journey.rows(), ["new", "img1"]);
    assert!(!journey.model.browse.to_the_end);
}

#[test]
fn an_account_without_images_says_so() {
    let mut journey = Journey::browsing(0, None);
    assert_eq!(journey.press("jG *uyS<enter>"), []);
    assert!(journey.model.browse.is_empty());
}

#[test]
fn enter_goes_to_the_variants_of_the_image_under_the_cursor() {
    let mut journey = Journey::browsing(9, None);
    journey.press("ji<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    journey.press("b");
    assert_eq!(journey.shown_id(), Some("dog"), "nothing was moved");
    journey.press("<enter>");
    assert_eq!((journey.model.focus, journey.shown_id()), (Pane::Variants, Some("img1")));
}

#[test]
fn tab_into_the_list_shows_its_first_image_where_none_is_shown() {
    let mut journey = Journey::new();
    journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    journey.page(page(ids(3), None));
    assert_eq!(journey.shown_id(), None);
    journey.press("<tab>");
    assert_eq!((journey.model.focus, journey.shown_id()), (Pane::Browse, Some("img0")));
    journey.event(Event::Drawn(Reach::default()));
    assert!(journey.model.has_browse(), "what has the focus is seen, in a narrow window too");
}

#[test]
fn without_credentials_nothing_is_said_to_load() {
    let mut journey = Journey::with(Some(failure("No credentials")));
    assert_eq!(journey.press("<esc>LR"), []);
    assert!(!journey.model.browse.to_the_end);
}

#[test]
fn esc_says_that_it_stops_the_loading_wherever_it_does() {
    let mut journey = Journey::browsing(9, Some(more()));
    for keys in ["L", "/", "<tab>", "i"] {
        journey.press(keys);
        let row = keys::row_of(&journey.model, Key::plain(Code::Esc)).unwrap();
        let filtering = keys == "/";
        assert_eq!(row.does == "stop loading the list", !filtering, "{keys}");
        assert_eq!(row.does.starts_with("leave the filter"), filtering, "{keys}");
    }
    let focus = journey.model.focus;
    assert!(matches!(journey.press("<esc>")[..], [Effect::Abort(_)]));
    assert_eq!(journey.model.focus, focus);
}

#[test]
fn sorting_says_what_it_does_not_reach() {
    let mut journey = Journey::browsing(9, Some(more()));
    let said = |journey: &mut Journey, keys| {
        journey.press(keys);
        let Some(Notice::Done(words)) = journey.model.notice.clone() else { panic!("it is said") };
        words
    };
    assert_eq!(said(&mut journey, "S"), "Sorted oldest first, as far as loaded: L loads the rest");
    assert_eq!(said(&mut journey, "/x<enter>S"), "Best match first; by name without the filter");
    journey.press("<esc>");
    assert_eq!(said(&mut journey, "S"), "Sorted newest first");
}

#[test]
fn the_newest_word_on_how_many_there_are_counts_and_none_takes_nothing_away() {
    let mut journey = Journey::browsing(9, None);
    let first = journey.model.browse.total.awaited().unwrap();
    assert!(journey.press("R").contains(&Effect::Abort(first)), "nobody awaits it any more");
    let second = journey.model.browse.total.awaited().unwrap();
    journey.event(Event::TotalFetched(first, Ok(7)));
    assert_eq!(journey.model.browse.total(), None, "a late answer changes nothing");
    journey.event(Event::TotalFetched(second, Ok(9)));
    assert_eq!(journey.model.browse.total(), Some(9));
    journey.press("R");
    let third = journey.model.browse.total.awaited().unwrap();
    journey.event(Event::TotalFetched(third, Err(failure("No answer"))));
    assert_eq!(journey.model.browse.total(), Some(9));
    assert_eq!(journey.warning(), "");
}

/// When a failed page is fetched again; the program wakes up for that.
fn resumes(journey: &Journey) -> Option<Timestamp> {
    let at = journey.model.browse.resume.map(|resume| resume.at);
    assert!(at.is_none_or(|at| next_wake(&journey.model).is_some_and(|wake| wake <= at)));
    at
}

fn network_failure(code: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        ..Failure::new(FailureKind::Network, "The answer is cut short", "Try again.")
    }
}

#[test]
fn a_failed_page_is_fetched_again_with_growing_pauses() {
    let mut journey = Journey::browsing(3, Some(more()));
    journey.press("L");
    let fail = |journey: &mut Journey, failure: Failure| {
        journey.event(Event::PageFetched(journey.page_awaited(), Err(failure)));
    };
    for pause in [15, 30, 60, 120, 240] {
        fail(&mut journey, network_failure("HTTP 200"));
        assert_eq!(resumes(&journey), Some(journey.now + SignedDuration::from_secs(pause)));
        journey.passes(pause * 1000 - 1);
        assert!(!journey.fetches_a_page(), "{pause}");
        journey.passes(1);
        assert!(journey.fetches_a_page() && journey.model.browse.to_the_end, "{pause}");
    }
    fail(&mut journey, network_failure("HTTP 200"));
    assert_eq!(resumes(&journey), None, "a broken server is left alone");
    journey.press("L");
    assert!(journey.fetches_a_page());
    fail(&mut journey, network_failure("HTTP 200"));
    assert_eq!(resumes(&journey), Some(journey.now + SignedDuration::from_secs(15)), "it begins anew");
    journey.passes(15_000);
    journey.page(page(["more".to_owned()], None));
    assert_eq!(journey.model.browse.paging, Paging::Whole);
    assert_eq!(resumes(&journey), None);
}

#[test]
fn a_page_that_only_a_person_can_help_waits_for_one() {
    let refused = Failure::new(FailureKind::Credentials, "No", "Ask.");
    for failure in [network_failure("HTTP 429"), network_failure("971"), network_failure("10429"), refused] {
        let mut journey = Journey::browsing(3, Some(more()));
        journey.press("L");
        journey.event(Event::PageFetched(journey.page_awaited(), Err(failure)));
        assert_eq!(resumes(&journey), None);
    }
    let mut journey = Journey::browsing(3, Some(more()));
    journey.press("L");
    journey.event(Event::BudgetTold(Budget { left: 100, limit: 1200 }));
    journey.event(Event::PageFetched(journey.page_awaited(), Err(network_failure("HTTP 200"))));
    journey.passes(15_000);
    assert!(!journey.fetches_a_page(), "the rest of the quota is for others");
    let mut journey = Journey::browsing(3, Some(more()));
    journey.press("L");
    journey.event(Event::PageFetched(journey.page_awaited(), Err(network_failure("HTTP 200"))));
    journey.press("<esc>");
    assert_eq!(resumes(&journey), None, "Esc cancels it");
}
