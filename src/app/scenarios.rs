//! Scenarios: tests that press keys, give responses by hand, and check the effects.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::domain::key::keys;
use crate::domain::{Failure, FailureKind, Image, ImageId, Preferences, VariantOptions, sort_by_name};

mod actions;
mod bindings;
mod browse;
mod copy_metadata;
mod custom_commands;
mod delivery;
mod demo;
mod dismiss;
mod gallery;
mod input;
mod keys;
mod lookup;
mod marks;
mod mouse;
mod notices;
mod overlays;
mod preview;
mod probe;
mod profiles;
mod qr;
mod rate_limit;
mod reload;
mod remapped;
mod save;
mod shown_row;
mod signing;
mod targets;
mod unopened;
mod verify;
mod without_credentials;
mod zoom;

const CAT: &str = "107b9558-dd06-4bbd-5fef-9c2c16bb7900";

/// The size of the list if it is visible.
const LIST: Viewport = Viewport { rows: 0, height: 10, beyond: 0 };

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
        let start = Start {
            offline,
            label: String::new(),
            earlier: vec![],
            preferences: Preferences::default(),
            keymap: Keymap::default(),
        };
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let mut scenario = Self { model: Model::new(start), effects: vec![], now };
        scenario.event(Event::TimeZoneLoaded(TimeZone::UTC));
        scenario
    }

    fn without_credentials() -> Self {
        let mut scenario = Self::with(Some(failure("No credentials")));
        scenario.model.needs_credentials = true;
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

    /// Responds that everything was copied and opened.
    fn deliver(&mut self) {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Copy(text) => self.event(Event::Copied { text, outcome: Ok("clipboard".into()) }),
                Effect::Open(url) => self.event(Event::Opened { url, outcome: Ok(()) }),
                _ => {}
            }
        }
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
