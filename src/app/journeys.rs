//! Journeys: keys as a person presses them, answers given by hand, and what was asked of the outside.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::key::keys;
use super::*;
use crate::domain::{Failure, FailureKind, Image, ImageId, Preferences, VariantOptions, by_name};

mod acting;
mod browsing;
mod filtering;
mod handing;
mod index;
mod marking;
mod measuring;
mod on_top;
mod previewing;
mod refreshing;
mod remembering;
mod signing;
mod spending;
mod telling;
mod verifying;

const CAT: &str = "107b9558-dd06-4bbd-5fef-9c2c16bb7900";

struct Journey {
    model: Model,
    effects: Vec<Effect>,
    now: Timestamp,
}

impl Journey {
    fn new() -> Self {
        Self::with(None)
    }

    fn with(offline: Option<Failure>) -> Self {
        let start =
            Start { offline, label: String::new(), earlier: vec![], preferences: Preferences::default() };
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let mut journey = Self { model: Model::new(start), effects: vec![], now };
        journey.event(Event::ZoneFound(TimeZone::UTC));
        journey
    }

    fn asking_for_the_zone() -> Self {
        let mut journey = Self::new();
        journey.model.zone = None;
        journey
    }

    /// An image looked up and here, with variants hero, public and thumbnail.
    fn shown() -> Self {
        let mut journey = Self::new();
        journey.press("cat<enter>");
        journey.answer("cat", Ok(image("cat")));
        journey
    }

    fn tell(&mut self, message: Message) {
        let effects = update(&mut self.model, message, self.now);
        self.effects.extend(effects);
    }

    fn event(&mut self, event: Event) {
        self.tell(Message::Event(event));
    }

    /// Presses keys and returns what they asked of the outside.
    fn press(&mut self, text: &str) -> Vec<Effect> {
        self.effects.clear();
        for key in keys(text) {
            if let Some(message) = message_for(&self.model, Input::Key(key)) {
                self.tell(message);
            }
        }
        self.effects.clone()
    }

    /// Gives the filter's answer about all images that are loaded.
    fn found(&mut self, generation: u64, matches: Vec<u32>) {
        let searched = u32::try_from(self.model.browse.images().len()).unwrap();
        self.event(Event::Found { generation, matches, searched });
    }

    fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.effects.clear();
        let message = message_for(&self.model, Input::Paste(text.to_owned().into())).unwrap();
        self.tell(message);
        self.effects.clone()
    }

    /// Gives the order by name that was asked for last.
    fn names_sorted(&mut self) {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::SortByName(generation) => Some(*generation),
            _ => None,
        });
        let order = by_name(self.model.browse.images());
        self.event(Event::Sorted(asked.expect("the order by name is asked for"), order));
    }

    /// Gives the awaited image.
    fn answer(&mut self, id: &str, answer: Result<Image, Failure>) {
        let request = self.model.lookup.image.awaited().unwrap_or_else(|| panic!("{id} is awaited"));
        self.event(Event::ImageFetched(request, answer.map(Box::new)));
    }

    fn awaited(&self) -> RequestId {
        self.model.lookup.image.awaited().unwrap()
    }

    /// The word on what was just done.
    fn done(&self) -> &str {
        match &self.model.notice {
            Some(Notice::Done(words)) => words,
            other => panic!("nothing was done: {other:?}"),
        }
    }

    fn shown_id(&self) -> Option<&str> {
        self.model.lookup.shown().map(|image| image.id.as_str())
    }

    fn warning(&self) -> String {
        self.model.warning().map(str::to_owned).or(self.model.trouble()).unwrap_or_default()
    }
}

fn image(id: &str) -> Image {
    image_with(id, r#""requireSignedURLs":false"#)
}

fn image_with(id: &str, more: &str) -> Image {
    let url = |name| format!("\"https://imagedelivery.net/H/{id}/{name}\"");
    let urls = [url("thumbnail"), url("public"), url("hero")].join(",");
    Image::read(&format!(r#"{{"id":"{id}",{more},"variants":[{urls}]}}"#)).unwrap()
}

fn failure(what: &str) -> Failure {
    Failure::new(FailureKind::Network, what, "Try again.")
}

fn fetch(request: u64, id: &str) -> Effect {
    Effect::FetchImage { request: RequestId(request), id: ImageId::parse(id).unwrap(), hash: None }
}

fn forget(id: &str) -> Effect {
    Effect::ForgetPictures(ImageId::parse(id).unwrap())
}

fn copy(text: String) -> Effect {
    Effect::Copy(text.into())
}

fn open(url: String) -> Effect {
    Effect::Open(url.into())
}

/// What is copied or opened although it is known not to work.
fn texts(effects: &[Effect]) -> Vec<String> {
    let handed_over = effects.iter().map(|effect| match effect {
        Effect::Copy(parcel) | Effect::Open(parcel) => parcel,
        other => panic!("{other:?}"),
    });
    handed_over
        .inspect(|parcel| assert!(parcel.warning().is_some()))
        .map(|parcel| parcel.text().to_owned())
        .collect()
}

fn url(id: &str, variant: &str) -> String {
    format!("https://imagedelivery.net/H/{id}/{variant}")
}

#[test]
fn look_up_move_and_copy() {
    let mut journey = Journey::new();
    let effects = [fetch(1, "cat"), Effect::FetchOptions(RequestId(2)), Effect::Remember("cat".into())];
    assert_eq!(journey.press("cat<enter>"), effects);
    assert_eq!(journey.model.focus, Pane::Variants, "at once, whatever the answer");
    journey.answer("cat", Ok(image("cat")));
    assert_eq!(journey.model.lookup.variant().unwrap().name, "public");
    assert_eq!(journey.press("jy"), [copy(url("cat", "thumbnail"))]);
    assert_eq!(journey.press("gGkko"), [open(url("cat", "hero"))]);
}

#[test]
fn a_newer_lookup_supersedes_and_a_late_answer_changes_nothing() {
    let mut journey = Journey::new();
    journey.press("one<enter>");
    let late = journey.awaited();
    assert_eq!(
        journey.press("i<c-u>two<enter>"),
        [Effect::Abort(late), fetch(3, "two"), Effect::Remember("two".into())]
    );
    journey.event(Event::ImageFetched(late, Ok(Box::new(image("one")))));
    assert_eq!(journey.shown_id(), None);
    journey.answer("two", Ok(image("two")));
    journey.event(Event::ImageFetched(late, Ok(Box::new(image("one")))));
    assert_eq!(journey.shown_id(), Some("two"));
}

#[test]
fn ten_lookups_typed_quickly_end_with_the_last_ones_image() {
    let mut journey = Journey::new();
    let mut requests = Vec::new();
    for n in 0..10 {
        journey.press(&format!("i<c-u>img{n}<enter>"));
        requests.push((n, journey.awaited()));
    }
    for (n, request) in requests.into_iter().rev() {
        journey.event(Event::ImageFetched(request, Ok(Box::new(image(&format!("img{n}"))))));
    }
    assert_eq!(journey.shown_id(), Some("img9"));
}

#[test]
fn esc_cancels_and_an_answer_after_it_changes_nothing() {
    let mut journey = Journey::shown();
    journey.press("i<c-u>dog<enter>");
    let request = journey.awaited();
    assert_eq!(journey.press("<esc>"), [Effect::Abort(request)]);
    journey.event(Event::ImageFetched(request, Ok(Box::new(image("dog")))));
    assert_eq!(journey.shown_id(), Some("cat"));
    assert_eq!(next_wake(&journey.model), None);
}

#[test]
fn esc_steps_back_one_thing_at_a_time_and_never_quits_or_enters_image() {
    let mut journey = Journey::shown();
    journey.press("<s-tab>r?");
    assert!(journey.model.overlay.is_some());
    journey.press("<esc>");
    assert!(journey.model.overlay.is_none());
    assert!(journey.model.lookup.image.awaited().is_some());
    journey.press("<esc>");
    assert!(journey.model.lookup.image.awaited().is_none());
    assert_eq!(journey.model.focus, Pane::Details);
    assert_eq!(journey.press("<esc><esc>"), []);
    assert_eq!(journey.model.focus, Pane::Details);
    journey.press("i<esc>");
    assert_eq!(journey.model.focus, Pane::Details, "the pane before");
}

#[test]
fn what_was_shown_stays_while_loading_and_when_that_fails() {
    let mut journey = Journey::shown();
    journey.press("i<c-u>dog<enter>");
    assert_eq!(journey.shown_id(), Some("cat"));
    journey.answer("dog", Err(failure("No answer")));
    assert_eq!(journey.shown_id(), Some("cat"));
    assert_eq!(journey.warning(), "No answer. Try again.");
    assert_eq!(
        journey.press("r"),
        [forget("cat"), Effect::Abort(RequestId(2)), Effect::FetchOptions(RequestId(4)), fetch(5, "dog")]
    );
}

#[test]
fn another_image_begins_at_its_own_variant_and_at_the_top() {
    let mut journey = Journey::shown();
    let reach = Extent { rows: 50, height: 10, beyond: 0 };
    journey.press("j<s-tab>");
    journey.model.reach.details = reach;
    journey.press("jjr");
    journey.answer("cat", Ok(image("cat")));
    assert_eq!(journey.model.details.top, 2, "the same image stays where it is");
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    assert_eq!(journey.model.lookup.variant().unwrap().name, "public");
    assert_eq!(journey.model.details.top, 0);
}

#[test]
fn the_variant_of_a_pasted_url_is_selected() {
    let mut journey = Journey::new();
    let effects = journey.paste(&format!("https://imagedelivery.net/Hash/{CAT}/hero?sig=secret\n"));
    assert!(matches!(&effects[0], Effect::FetchImage { hash: Some(hash), .. } if hash == "Hash"));
    assert_eq!(effects.last(), Some(&Effect::Remember(CAT.into())), "no signature in the history");
    journey.answer(CAT, Ok(image(CAT)));
    assert_eq!(journey.model.lookup.variant().unwrap().name, "hero");
    journey.press("i<c-u><up>");
    assert_eq!(journey.model.input.text(), CAT, "no signature in the history");
}

#[test]
fn lookups_of_earlier_runs_are_recalled_after_those_of_this_one() {
    let mut journey = Journey::new();
    journey.event(Event::Started(None));
    assert_eq!(journey.effects, [Effect::ReadEarlier]);
    journey.press("cat<enter>i<c-u>dr");
    journey.event(Event::EarlierRead(["owl", "cat", "dog"].map(str::to_owned).into()));
    assert_eq!(journey.model.input.text(), "dr", "what is being typed stays");
    let mut seen = Vec::new();
    for _ in 0..4 {
        assert_eq!(journey.press("<up>"), []);
        seen.push(journey.model.input.text().to_owned());
    }
    assert_eq!(seen, ["cat", "dog", "owl", "owl"]);
    assert!(journey.press("<enter>").contains(&Effect::Remember("owl".into())), "it is the newest now");
}

#[test]
fn a_text_that_cannot_be_an_id_is_refused_and_nothing_is_sent() {
    let mut journey = Journey::new();
    for text in ["<enter>", "a/../b<enter>", "https://example.com/x.png<enter>"] {
        journey.press("<c-u>");
        assert_eq!(journey.press(text), [], "{text}");
        assert_eq!(journey.model.focus, Pane::Image, "the focus stays");
        assert!(journey.model.input.refusal.is_some());
    }
    journey.press("x");
    assert_eq!(journey.model.input.refusal, None, "typing on takes the reason away");
}

#[test]
fn a_token_is_refused_and_kept_nowhere() {
    let token = format!("cfut_{}", "x".repeat(48));
    let texts =
        [token.clone(), format!("export CLOUDFLARE_API_TOKEN='{token}'"), format!("Bearer%20{token}")];
    for text in &texts {
        let mut typed = Journey::shown();
        typed.press("i<c-u>");
        typed.press(text);
        assert!(!format!("{:?}", typed.model).contains("xxxx"));
        assert_eq!(typed.press("<enter>"), []);
        let mut pasted = Journey::shown();
        assert_eq!(pasted.paste(text), []);
        let mut half_typed = Journey::shown();
        half_typed.press("i<c-u>my-");
        assert_eq!(half_typed.paste(text), []);
        let mut started = Journey::new();
        started.event(Event::Started(Some(text.clone().into())));
        for mut journey in [typed, pasted, half_typed, started] {
            assert_eq!(
                (journey.model.input.text(), journey.model.focus),
                ("", Pane::Image),
                "not on the screen"
            );
            assert!(journey.model.input.refusal.is_some());
            let effects = journey.press("<up><up><down><down><down>");
            assert!(!journey.model.input.text().contains(&token) && effects.is_empty(), "not recalled");
        }
        let mut filtering = Journey::shown();
        filtering.press("b/");
        assert!(filtering.model.is_filtering());
        assert_eq!(filtering.paste(text), []);
        assert_eq!(filtering.model.browse.filter.line.text(), "");
        assert!(filtering.model.warning().is_some());
    }
}

#[test]
fn a_token_beside_an_image_leaves_the_screen() {
    let token = format!("cfat_{}", "x".repeat(48));
    let curl = format!("curl https://imagedelivery.net/Hash/{CAT}/hero -H 'Authorization: Bearer {token}'");
    let mut journey = Journey::shown();
    assert_eq!(journey.paste(&curl), []);
    assert_eq!(journey.model.input.text(), CAT, "it waits, as other text does");
    assert_eq!(journey.press("<enter>").last(), Some(&Effect::Remember(CAT.into())));
}

#[test]
fn a_signed_url_in_any_encoding_leaves_no_signature() {
    for url in [
        "https%3A%2F%2Fimagedelivery.net%2FHash%2FID%2Fhero%3Fexp%3D1%26sig%3Dsecret",
        "https:\\/\\/imagedelivery.net\\/Hash\\/ID\\/hero?exp=1\\u0026sig=secret",
        "/_next/image?url=https%3A%2F%2Fimagedelivery.net%2FHash%2FID%2Fhero%3Fexp%3D1%26sig%3Dsecret&w=640",
    ] {
        let mut journey = Journey::new();
        let effects = journey.paste(&url.replace("ID", CAT));
        assert!(matches!(&effects[0], Effect::FetchImage { id, .. } if id.as_str() == CAT), "{effects:?}");
        assert_eq!(effects.last(), Some(&Effect::Remember(CAT.into())));
        assert!(!format!("{effects:?} {:?}", journey.model).contains("secret"));
        journey.answer(CAT, Ok(image(CAT)));
        assert_eq!(journey.model.lookup.variant().unwrap().name, "hero");
    }
}

#[test]
fn pasting_from_anywhere() {
    let mut journey = Journey::shown();
    assert_eq!(journey.paste(" dog\n")[0], fetch(3, "dog"), "one clean ID is looked up at once");
    assert_eq!(journey.model.focus, Pane::Variants);
    assert_eq!(journey.paste("two words\nand more"), []);
    assert_eq!((journey.model.focus, journey.model.input.text()), (Pane::Image, "two words and more"));
    journey.press("<c-u>my-");
    assert_eq!(journey.paste("image"), [], "a half-typed Image takes it in");
    assert_eq!(journey.model.input.text(), "my-image");
    journey.press("<esc><esc>?");
    journey.paste("owl");
    assert_eq!((journey.model.overlay.clone(), journey.model.input.text()), (None, "owl"));
    assert_eq!(journey.paste(" \n"), []);
    assert_eq!(journey.model.input.text(), "owl", "an empty paste takes nothing away");
}

#[test]
fn started_with_an_image_it_is_looked_up_at_once() {
    let mut journey = Journey::new();
    journey.event(Event::Started(Some("cat".to_owned().into())));
    assert_eq!(journey.effects[..2], [Effect::ReadEarlier, fetch(1, "cat")]);
    assert_eq!(journey.model.focus, Pane::Variants);
    let mut refused = Journey::new();
    refused.event(Event::Started(Some("a/../b".to_owned().into())));
    assert_eq!(refused.effects, [Effect::ReadEarlier], "nothing is sent, and nothing remembered");
    assert_eq!(refused.model.focus, Pane::Image);
}

#[test]
fn without_credentials_a_lookup_says_what_to_set() {
    let mut journey = Journey::with(Some(failure("No credentials")));
    assert_eq!(journey.warning(), "No credentials. Try again.", "from the start");
    assert_eq!(journey.press("cat<enter>r"), [Effect::Remember("cat".into())], "nothing is sent");
    assert_eq!(journey.warning(), "No credentials. Try again.");
    assert_eq!(next_wake(&journey.model), None);
}

#[test]
fn the_sign_of_work_moves_only_while_a_request_runs_and_a_wait_is_counted_down() {
    let mut journey = Journey::new();
    assert_eq!(next_wake(&journey.model), None);
    journey.press("cat<enter>");
    let began = journey.now;
    assert_eq!(next_wake(&journey.model), Some(began + SignedDuration::from_millis(250)));
    journey.now = began + SignedDuration::from_millis(610);
    journey.event(Event::Woke);
    assert_eq!(next_wake(&journey.model), Some(began + SignedDuration::from_millis(750)));
    let wait = Wait { until: journey.now + SignedDuration::from_secs(3), reason: "rate limited" };
    journey.event(Event::Waiting(RequestId(99), wait.clone()));
    assert_eq!(journey.model.lookup.wait, None, "another request's");
    journey.event(Event::Waiting(journey.awaited(), wait.clone()));
    assert_eq!(journey.model.lookup.wait, Some(wait.clone()));
    journey.press("i<c-u>dog<enter>");
    assert_eq!(journey.model.lookup.wait, None, "the newer request does not wait");
    journey.event(Event::Waiting(journey.awaited(), wait));
    journey.answer("dog", Ok(image("dog")));
    assert_eq!((journey.model.lookup.wait.clone(), next_wake(&journey.model)), (None, None));
}

#[test]
fn times_are_shown_in_the_zone_that_was_found() {
    let mut journey = Journey::asking_for_the_zone();
    assert!(journey.press("cat<enter>").contains(&Effect::FindZone));
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    journey.event(Event::ZoneFound(zone.clone()));
    assert_eq!(journey.model.zone, Some(zone));
    assert!(!journey.press("i<c-u>dog<enter>").contains(&Effect::FindZone));
}

#[test]
fn leaving() {
    let mut journey = Journey::new();
    assert_eq!(journey.press("q"), [], "in Image it is text");
    assert_eq!(journey.press("<c-c>"), [Effect::Quit]);
    assert_eq!(journey.press("<tab>q"), [Effect::Quit]);
    assert_eq!(journey.press("<c-z><c-l>"), [Effect::Suspend, Effect::Repaint]);
}

#[test]
fn leaving_the_input_without_a_lookup_restores_the_shown_id() {
    for change in ["<up>", "<c-u>dog", "x", "<c-u>", "<up><up><down>", "<left>x<up>"] {
        for leave in ["<esc>", "<tab>", "<s-tab>"] {
            let mut journey = Journey::new();
            for id in ["bird", "dog", "cat"] {
                journey.press(&format!("i<c-u>{id}<enter>"));
                journey.answer(id, Ok(image(id)));
            }
            journey.press(&format!("i{change}{leave}"));
            assert_eq!(journey.model.input.text(), "cat", "{change} {leave}");
            assert_ne!(journey.model.focus, Pane::Image);
            journey.press("i<up>");
            assert_eq!(journey.model.input.text(), "dog", "recalling begins anew");
        }
    }
}

#[test]
fn leaving_the_input_drops_a_refusal_and_keeps_a_lookup_in_flight() {
    let mut journey = Journey::shown();
    journey.press("i<c-u>..<enter>");
    assert!(journey.model.input.refusal.is_some());
    journey.press("<esc>");
    assert_eq!((journey.model.input.text(), &journey.model.input.refusal), ("cat", &None));
    journey.press("i<c-u>dog<enter>ibird<tab>");
    assert_eq!(journey.model.input.text(), "dog", "the image that is being looked up");
    journey.answer("dog", Ok(image("dog")));
    assert_eq!((journey.model.input.text(), journey.shown_id()), ("dog", Some("dog")));
    let mut journey = Journey::new();
    journey.press("ca<tab>");
    assert_eq!(journey.model.input.text(), "ca", "there is nothing to restore");
}

#[test]
fn panes_in_a_ring() {
    let mut journey = Journey::new();
    let mut seen = Vec::new();
    for key in ["<tab>", "<tab>", "<tab>", "<s-tab>", "<s-tab>"] {
        journey.press(key);
        seen.push(journey.model.focus);
    }
    assert_eq!(seen, [Pane::Details, Pane::Variants, Pane::Image, Pane::Variants, Pane::Details]);
}
