//! Scenarios: tests that press keys, give responses by hand, and check the effects.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::key::keys;
use crate::domain::{Failure, FailureKind, Image, ImageId, Preferences, VariantOptions, sort_by_name};

mod bindings;
mod browse;
mod copy_metadata;
mod delivery;
mod filter;
mod index;

mod known_pictures;
mod marks;
mod notices;
mod overlays;
mod preview;
mod probe;
mod rate_limit;
mod refresh;
mod signing;
mod targets;
mod verify;

const CAT: &str = "107b9558-dd06-4bbd-5fef-9c2c16bb7900";

struct Scenario {
    model: Model,
    effects: Vec<Effect>,
    now: Timestamp,
}

impl Scenario {
    fn new() -> Self {
        Self::with(None)
    }

    fn with(offline: Option<Failure>) -> Self {
        let start =
            Start { offline, label: String::new(), earlier: vec![], preferences: Preferences::default() };
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let mut scenario = Self { model: Model::new(start), effects: vec![], now };
        scenario.event(Event::TimeZoneLoaded(TimeZone::UTC));
        scenario
    }

    fn without_time_zone() -> Self {
        let mut scenario = Self::new();
        scenario.model.zone = None;
        scenario
    }

    /// A scenario with a loaded image, which has the variants hero, public and thumbnail.
    fn shown() -> Self {
        let mut scenario = Self::new();
        scenario.press("cat<enter>");
        scenario.respond("cat", Ok(image("cat")));
        scenario
    }

    fn send(&mut self, message: Message) {
        let effects = update(&mut self.model, message, self.now);
        self.effects.extend(effects);
    }

    fn event(&mut self, event: Event) {
        self.send(Message::Event(event));
    }

    /// Presses keys and returns the effects.
    fn press(&mut self, text: &str) -> Vec<Effect> {
        self.effects.clear();
        for key in keys(text) {
            if let Some(message) = message_for(&self.model, Input::Key(key)) {
                self.send(message);
            }
        }
        self.effects.clone()
    }

    /// Responds to a search of all loaded images.
    fn filter_matched(&mut self, generation: u64, matches: Vec<u32>) {
        let searched = u32::try_from(self.model.browse.images().len()).unwrap();
        self.event(Event::FilterMatched { generation, matches, searched });
    }

    fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.effects.clear();
        let message = message_for(&self.model, Input::Paste(text.to_owned().into())).unwrap();
        self.send(message);
        self.effects.clone()
    }

    /// Responds to the last request to sort by name.
    fn names_sorted(&mut self) {
        let generation = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::SortByName(generation) => Some(*generation),
            _ => None,
        });
        let order = sort_by_name(self.model.browse.images());
        self.event(Event::NamesSorted(generation.expect("no order by name is requested"), order));
    }

    /// Responds to the lookup in flight.
    fn respond(&mut self, id: &str, response: Result<Image, Failure>) {
        let request = self.model.lookup.image.pending_request().unwrap_or_else(|| panic!("{id} is awaited"));
        self.event(Event::ImageFetched(request, response.map(Box::new)));
    }

    fn pending_request(&self) -> RequestId {
        self.model.lookup.image.pending_request().unwrap()
    }

    /// Checks that the notice says what was done, with this data in it. `wording_of_notices` has the whole texts.
    #[track_caller]
    fn assert_done(&self, data: &[&str]) {
        let text = self.done();
        assert!(data.iter().all(|part| text.contains(part)), "{text} lacks one of {data:?}");
    }

    /// Checks that the notice is a warning, with this data in it. `wording_of_notices` has the whole texts.
    #[track_caller]
    fn assert_warned(&self, data: &[&str]) {
        let Some(Notice::Warning(text)) = &self.model.notice else { panic!("{:?}", self.model.notice) };
        assert!(data.iter().all(|part| text.contains(part)), "{text} lacks one of {data:?}");
    }

    /// The notice of what was done.
    #[track_caller]
    fn done(&self) -> &str {
        match &self.model.notice {
            Some(Notice::Done(words)) => words,
            other => panic!("the notice does not say what was done: {other:?}"),
        }
    }

    fn shown_id(&self) -> Option<&str> {
        self.model.lookup.shown().map(|image| image.id.as_str())
    }

    fn warning(&self) -> String {
        self.model.warning().map(str::to_owned).or(self.model.problem()).unwrap_or_default()
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

/// The lookups that are added to the history.
fn lookups_stored(effects: &[Effect]) -> Vec<&str> {
    let stored = effects.iter().filter_map(|effect| match effect {
        Effect::AddToHistory(text) => Some(text.as_str()),
        _ => None,
    });
    stored.collect()
}

/// The texts of deliveries that carry a warning.
fn texts_with_warning(effects: &[Effect]) -> Vec<String> {
    let payloads = effects.iter().map(|effect| match effect {
        Effect::Copy(payload) | Effect::Open(payload) => payload,
        other => panic!("{other:?}"),
    });
    payloads
        .inspect(|payload| assert!(payload.warning().is_some()))
        .map(|payload| payload.text().to_owned())
        .collect()
}

fn url(id: &str, variant: &str) -> String {
    format!("https://imagedelivery.net/H/{id}/{variant}")
}

#[test]
fn look_up_then_move_and_copy() {
    let mut scenario = Scenario::new();
    let effects = [fetch(1, "cat"), Effect::FetchOptions(RequestId(2)), Effect::AddToHistory("cat".into())];
    assert_eq!(scenario.press("cat<enter>"), effects);
    assert_eq!(scenario.model.focus, Pane::Variants, "before the response");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "public");
    assert_eq!(scenario.press("jy"), [copy(url("cat", "thumbnail"))]);
    assert_eq!(scenario.press("gGkko"), [open(url("cat", "hero"))]);
}

#[test]
fn newer_lookup_supersedes_older_one() {
    let mut scenario = Scenario::new();
    scenario.press("one<enter>");
    let late = scenario.pending_request();
    assert_eq!(
        scenario.press("i<c-u>two<enter>"),
        [Effect::Abort(late), fetch(3, "two"), Effect::AddToHistory("two".into())]
    );
    scenario.event(Event::ImageFetched(late, Ok(Box::new(image("one")))));
    assert_eq!(scenario.shown_id(), None);
    scenario.respond("two", Ok(image("two")));
    scenario.event(Event::ImageFetched(late, Ok(Box::new(image("one")))));
    assert_eq!(scenario.shown_id(), Some("two"));
}

#[test]
fn last_of_ten_quick_lookups_wins() {
    let mut scenario = Scenario::new();
    let mut requests = Vec::new();
    for n in 0..10 {
        scenario.press(&format!("i<c-u>img{n}<enter>"));
        requests.push((n, scenario.pending_request()));
    }
    for (n, request) in requests.into_iter().rev() {
        scenario.event(Event::ImageFetched(request, Ok(Box::new(image(&format!("img{n}"))))));
    }
    assert_eq!(scenario.shown_id(), Some("img9"));
}

#[test]
fn esc_cancels_lookup() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>");
    let request = scenario.pending_request();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    scenario.event(Event::ImageFetched(request, Ok(Box::new(image("dog")))));
    assert_eq!(scenario.shown_id(), Some("cat"));
    assert_eq!(next_wake(&scenario.model), None);
}

#[test]
fn esc_steps_back_and_never_quits() {
    let mut scenario = Scenario::shown();
    scenario.press("<s-tab>r?");
    assert!(scenario.model.overlay.is_some());
    scenario.press("<esc>");
    assert!(scenario.model.overlay.is_none());
    assert!(scenario.model.lookup.image.pending_request().is_some());
    scenario.press("<esc>");
    assert!(scenario.model.lookup.image.pending_request().is_none());
    assert_eq!(scenario.model.focus, Pane::Details);
    assert_eq!(scenario.press("<esc><esc>"), []);
    assert_eq!(scenario.model.focus, Pane::Details);
    scenario.press("i<esc>");
    assert_eq!(scenario.model.focus, Pane::Details, "the previous pane");
}

#[test]
fn image_stays_while_another_loads_or_fails() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>");
    assert_eq!(scenario.shown_id(), Some("cat"));
    scenario.respond("dog", Err(failure("No answer")));
    assert_eq!(scenario.shown_id(), Some("cat"));
    assert_eq!(scenario.warning(), failure("No answer").to_string());
    assert_eq!(
        scenario.press("r"),
        [forget("cat"), Effect::Abort(RequestId(2)), Effect::FetchOptions(RequestId(4)), fetch(5, "dog")]
    );
}

#[test]
fn another_image_resets_variant_and_scroll() {
    let mut scenario = Scenario::shown();
    let viewports = Viewport { rows: 50, height: 10, beyond: 0 };
    scenario.press("j<s-tab>");
    scenario.model.viewports.details = viewports;
    scenario.press("jjr");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.model.details.top, 2, "the same image stays where it is");
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "public");
    assert_eq!(scenario.model.details.top, 0);
}

#[test]
fn pasted_url_selects_its_variant() {
    let mut scenario = Scenario::new();
    let effects = scenario.paste(&format!("https://imagedelivery.net/Hash/{CAT}/hero?sig=secret\n"));
    assert!(matches!(&effects[0], Effect::FetchImage { hash: Some(hash), .. } if hash == "Hash"));
    assert_eq!(lookups_stored(&effects), [CAT], "no signature in the history");
    scenario.respond(CAT, Ok(image(CAT)));
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "hero");
    scenario.press("i<c-u><up>");
    assert_eq!(scenario.model.input.text(), CAT, "no signature in the history");
}

#[test]
fn history_is_recalled_after_lookups_of_this_run() {
    let mut scenario = Scenario::new();
    scenario.event(Event::Started(None));
    assert_eq!(scenario.effects, [Effect::ReadHistory]);
    scenario.press("cat<enter>i<c-u>dr");
    scenario.event(Event::HistoryRead(["owl", "cat", "dog"].map(str::to_owned).into()));
    assert_eq!(scenario.model.input.text(), "dr", "typed text stays");
    let mut seen = Vec::new();
    for _ in 0..4 {
        assert_eq!(scenario.press("<up>"), []);
        seen.push(scenario.model.input.text().to_owned());
    }
    assert_eq!(seen, ["cat", "dog", "owl", "owl"]);
    assert!(scenario.press("<enter>").contains(&Effect::AddToHistory("owl".into())), "it is now the newest");
}

#[test]
fn invalid_input_is_refused_without_request() {
    let mut scenario = Scenario::new();
    for text in ["<enter>", "a/../b<enter>", "https://example.com/x.png<enter>"] {
        scenario.press("<c-u>");
        assert_eq!(scenario.press(text), [], "{text}");
        assert_eq!(scenario.model.focus, Pane::Image, "the focus stays");
        assert!(scenario.model.input.refusal.is_some());
    }
    scenario.press("x");
    assert_eq!(scenario.model.input.refusal, None, "typing clears the refusal");
}

#[test]
fn token_is_refused_and_never_stored() {
    let token = format!("cfut_{}", "x".repeat(48));
    let texts =
        [token.clone(), format!("export CLOUDFLARE_API_TOKEN='{token}'"), format!("Bearer%20{token}")];
    for text in &texts {
        let mut typed = Scenario::shown();
        typed.press("i<c-u>");
        typed.press(text);
        assert!(!format!("{:?}", typed.model).contains("xxxx"));
        assert_eq!(typed.press("<enter>"), []);
        let mut pasted = Scenario::shown();
        assert_eq!(pasted.paste(text), []);
        let mut half_typed = Scenario::shown();
        half_typed.press("i<c-u>my-");
        assert_eq!(half_typed.paste(text), []);
        let mut started = Scenario::new();
        started.event(Event::Started(Some(text.clone().into())));
        for mut scenario in [typed, pasted, half_typed, started] {
            assert_eq!(
                (scenario.model.input.text(), scenario.model.focus),
                ("", Pane::Image),
                "not on the screen"
            );
            assert!(scenario.model.input.refusal.is_some());
            let effects = scenario.press("<up><up><down><down><down>");
            assert!(!scenario.model.input.text().contains(&token) && effects.is_empty(), "not recalled");
        }
        let mut filter = Scenario::shown();
        filter.press("b/");
        assert!(filter.model.is_filtering());
        assert_eq!(filter.paste(text), []);
        assert_eq!(filter.model.browse.filter.line.text(), "");
        assert!(filter.model.warning().is_some());
    }
}

#[test]
fn token_beside_an_image_id_is_removed() {
    let token = format!("cfat_{}", "x".repeat(48));
    let curl = format!("curl https://imagedelivery.net/Hash/{CAT}/hero -H 'Authorization: Bearer {token}'");
    let mut scenario = Scenario::shown();
    assert_eq!(scenario.paste(&curl), []);
    assert_eq!(scenario.model.input.text(), CAT, "not looked up at once, like other text");
    assert_eq!(scenario.press("<enter>").last(), Some(&Effect::AddToHistory(CAT.into())));
}

#[test]
fn encoded_signed_url_leaves_no_signature() {
    for url in [
        "https%3A%2F%2Fimagedelivery.net%2FHash%2FID%2Fhero%3Fexp%3D1%26sig%3Dsecret",
        "https:\\/\\/imagedelivery.net\\/Hash\\/ID\\/hero?exp=1\\u0026sig=secret",
        "/_next/image?url=https%3A%2F%2Fimagedelivery.net%2FHash%2FID%2Fhero%3Fexp%3D1%26sig%3Dsecret&w=640",
    ] {
        let mut scenario = Scenario::new();
        let effects = scenario.paste(&url.replace("ID", CAT));
        assert!(matches!(&effects[0], Effect::FetchImage { id, .. } if id.as_str() == CAT), "{effects:?}");
        assert_eq!(lookups_stored(&effects), [CAT]);
        assert!(!format!("{effects:?} {:?}", scenario.model).contains("secret"));
        scenario.respond(CAT, Ok(image(CAT)));
        assert_eq!(scenario.model.lookup.variant().unwrap().name, "hero");
    }
}

#[test]
fn paste_works_in_every_pane() {
    let mut scenario = Scenario::shown();
    assert_eq!(scenario.paste(" dog\n")[0], fetch(3, "dog"), "a single ID is looked up at once");
    assert_eq!(scenario.model.focus, Pane::Variants);
    assert_eq!(scenario.paste("two words\nand more"), []);
    assert_eq!((scenario.model.focus, scenario.model.input.text()), (Pane::Image, "two words and more"));
    scenario.press("<c-u>my-");
    assert_eq!(scenario.paste("image"), [], "inserted into the partly typed text");
    assert_eq!(scenario.model.input.text(), "my-image");
    scenario.press("<esc><esc>?");
    scenario.paste("owl");
    assert_eq!((scenario.model.overlay.clone(), scenario.model.input.text()), (None, "owl"));
    assert_eq!(scenario.paste(" \n"), []);
    assert_eq!(scenario.model.input.text(), "owl", "an empty paste changes nothing");
}

#[test]
fn image_from_command_line_is_looked_up() {
    let mut scenario = Scenario::new();
    scenario.event(Event::Started(Some("cat".to_owned().into())));
    assert_eq!(scenario.effects[..2], [Effect::ReadHistory, fetch(1, "cat")]);
    assert_eq!(scenario.model.focus, Pane::Variants);
    let mut refused = Scenario::new();
    refused.event(Event::Started(Some("a/../b".to_owned().into())));
    assert_eq!(refused.effects, [Effect::ReadHistory], "no request, and no history");
    assert_eq!(refused.model.focus, Pane::Image);
}

#[test]
fn lookup_without_credentials_fails_without_request() {
    let mut scenario = Scenario::with(Some(failure("No credentials")));
    assert_eq!(scenario.warning(), failure("No credentials").to_string(), "from the start");
    assert_eq!(scenario.press("cat<enter>r"), [Effect::AddToHistory("cat".into())], "no request");
    assert_eq!(scenario.warning(), failure("No credentials").to_string());
    assert_eq!(next_wake(&scenario.model), None);
}

#[test]
fn spinner_and_pause_wake_only_during_requests() {
    let mut scenario = Scenario::new();
    assert_eq!(next_wake(&scenario.model), None);
    scenario.press("cat<enter>");
    let began = scenario.now;
    assert_eq!(next_wake(&scenario.model), Some(began + SignedDuration::from_millis(250)));
    scenario.now = began + SignedDuration::from_millis(610);
    scenario.event(Event::Woke);
    assert_eq!(next_wake(&scenario.model), Some(began + SignedDuration::from_millis(750)));
    let wait = Wait { until: scenario.now + SignedDuration::from_secs(3), reason: "rate limited" };
    scenario.event(Event::Waiting(RequestId(99), wait.clone()));
    assert_eq!(scenario.model.lookup.wait, None, "another request's");
    scenario.event(Event::Waiting(scenario.pending_request(), wait.clone()));
    assert_eq!(scenario.model.lookup.wait, Some(wait.clone()));
    scenario.press("i<c-u>dog<enter>");
    assert_eq!(scenario.model.lookup.wait, None, "the newer request does not wait");
    scenario.event(Event::Waiting(scenario.pending_request(), wait));
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!((scenario.model.lookup.wait.clone(), next_wake(&scenario.model)), (None, None));
}

#[test]
fn time_zone_is_loaded_with_first_lookup() {
    let mut scenario = Scenario::without_time_zone();
    assert!(scenario.press("cat<enter>").contains(&Effect::LoadTimeZone));
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    scenario.event(Event::TimeZoneLoaded(zone.clone()));
    assert_eq!(scenario.model.zone, Some(zone));
    assert!(!scenario.press("i<c-u>dog<enter>").contains(&Effect::LoadTimeZone));
}

#[test]
fn quit_suspend_and_repaint_keys() {
    let mut scenario = Scenario::new();
    assert_eq!(scenario.press("q"), [], "in Image it is text");
    assert_eq!(scenario.press("<c-c>"), [Effect::Quit]);
    assert_eq!(scenario.press("<tab>q"), [Effect::Quit]);
    assert_eq!(scenario.press("<c-z><c-l>"), [Effect::Suspend, Effect::Repaint]);
}

#[test]
fn leaving_input_without_lookup_restores_id() {
    for change in ["<up>", "<c-u>dog", "x", "<c-u>", "<up><up><down>", "<left>x<up>"] {
        for leave in ["<esc>", "<tab>", "<s-tab>"] {
            let mut scenario = Scenario::new();
            for id in ["bird", "dog", "cat"] {
                scenario.press(&format!("i<c-u>{id}<enter>"));
                scenario.respond(id, Ok(image(id)));
            }
            scenario.press(&format!("i{change}{leave}"));
            assert_eq!(scenario.model.input.text(), "cat", "{change} {leave}");
            assert_ne!(scenario.model.focus, Pane::Image);
            scenario.press("i<up>");
            assert_eq!(scenario.model.input.text(), "dog", "recalling starts over");
        }
    }
}

#[test]
fn leaving_input_drops_refusal_and_keeps_lookup() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>..<enter>");
    assert!(scenario.model.input.refusal.is_some());
    scenario.press("<esc>");
    assert_eq!((scenario.model.input.text(), &scenario.model.input.refusal), ("cat", &None));
    scenario.press("i<c-u>dog<enter>ibird<tab>");
    assert_eq!(scenario.model.input.text(), "dog", "the image being looked up");
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!((scenario.model.input.text(), scenario.shown_id()), ("dog", Some("dog")));
    let mut scenario = Scenario::new();
    scenario.press("ca<tab>");
    assert_eq!(scenario.model.input.text(), "ca", "there is nothing to restore");
}

#[test]
fn tab_cycles_through_panes() {
    let mut scenario = Scenario::new();
    let mut seen = Vec::new();
    for key in ["<tab>", "<tab>", "<tab>", "<s-tab>", "<s-tab>"] {
        scenario.press(key);
        seen.push(scenario.model.focus);
    }
    assert_eq!(seen, [Pane::Details, Pane::Variants, Pane::Image, Pane::Variants, Pane::Details]);
}
