//! Journeys with signed URLs. Keys are never seen here: signatures are asked for, and come.

use std::fmt::Write as _;

use super::browsing::listed;
use super::*;
use crate::app::signing::{Signatures, Verdict};
use crate::domain::signing::sign;
use crate::domain::verification::Reply;
use crate::domain::{DeliveryUrl, Preferences, SignedUrl, SigningKey};

pub(super) const KEY: &str = "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=";
pub(super) const HOUR: i64 = 3_600;

pub(super) fn private(id: &str) -> Image {
    image_with(id, r#""requireSignedURLs":true,"filename":"logo.png""#)
}

impl Journey {
    /// A private image looked up and here.
    pub(super) fn private() -> Self {
        let mut journey = Self::new();
        journey.press(&format!("{CAT}<enter>"));
        journey.answer(CAT, Ok(private(CAT)));
        journey
    }

    /// Signs what is asked for, by a key of this text.
    pub(super) fn sign_with(&mut self, key: &str) {
        let asked = self.effects.iter().find_map(|effect| match effect {
            Effect::Sign { request, urls, expires, .. } => Some((*request, urls.clone(), *expires)),
            _ => None,
        });
        let (request, urls, expires) = asked.expect("a signature is asked for");
        let key = SigningKey::parse("default", key).unwrap();
        let urls = urls.iter().map(|url| sign(url, &key, expires)).collect();
        self.effects.clear();
        self.event(Event::Signed(request, Ok(Signatures { urls, key: key.name().to_owned() })));
    }

    pub(super) fn sign(&mut self) {
        self.sign_with(KEY);
    }

    pub(super) fn refuse_to_sign(&mut self) {
        let Some(Effect::Sign { request, .. }) = self.effects.last() else { panic!("{:?}", self.effects) };
        let request = *request;
        self.effects.clear();
        self.event(Event::Signed(request, Err(failure("The signing keys may not be read"))));
    }

    /// What was put on the clipboard, once it is there.
    pub(super) fn copied(&mut self) -> String {
        let [Effect::Copy(parcel)] = &self.effects[..] else { panic!("{:?}", self.effects) };
        let parcel = parcel.clone();
        self.event(Event::Copied { text: parcel.clone(), outcome: Ok("clipboard".into()) });
        parcel.text().to_owned()
    }

    /// The text that is to be explained.
    pub(super) fn explaining(&self) -> (RequestId, Parcel) {
        let asked = self.effects.iter().find_map(|effect| match effect {
            Effect::Explain { request, text } => Some((*request, text.clone())),
            _ => None,
        });
        asked.unwrap_or_else(|| panic!("{:?}", self.effects))
    }

    fn pass(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        self.event(Event::Woke);
    }

    /// Answers for the signed URL if there is one, whose plain one is then refused; else for the plain one. Returns the
    /// signed URL.
    pub(super) fn answer_verify(&mut self, reply: Reply, server: Option<Timestamp>) -> Option<SignedUrl> {
        let Some(Effect::Verify { signed, .. }) = self.effects.last() else { panic!("{:?}", self.effects) };
        match signed {
            Some(_) => self.answer_both(reply, refused(), server),
            None => self.answer_both(refused(), reply, server),
        }
    }

    /// Answers for the signed URL, if there is one, and for the plain one.
    pub(super) fn answer_both(
        &mut self,
        signed_reply: Reply,
        plain: Reply,
        server: Option<Timestamp>,
    ) -> Option<SignedUrl> {
        let Some(Effect::Verify { request, signed, .. }) = self.effects.last().cloned() else {
            panic!("{:?}", self.effects)
        };
        self.effects.clear();
        let verdict = Verdict { signed: signed.as_ref().map(|_| signed_reply), plain: Some(plain), server };
        self.event(Event::Verified(request, Box::new(verdict)));
        signed
    }
}

pub(super) fn opens() -> Reply {
    Reply::Opens(200)
}

pub(super) fn refused() -> Reply {
    Reply::Refused(403, denied())
}

pub(super) fn denied() -> Failure {
    Failure { code: "9425".into(), ..failure("The delivery host denies access") }
}

pub(super) fn signed_url(variant: &str, expires: Option<i64>) -> String {
    let key = SigningKey::parse("default", KEY).unwrap();
    sign(&DeliveryUrl::parse(&url(CAT, variant)).unwrap(), &key, expires).expose()
}

#[test]
fn a_private_images_url_is_signed_by_itself_and_says_until_when_it_holds() {
    let mut journey = Journey::private();
    let expires = Some(journey.now.as_second() + HOUR);
    journey.press("y");
    assert!(
        matches!(&journey.effects[..], [Effect::Sign { expires: at, anew: false, .. }] if *at == expires)
    );
    journey.sign();
    assert_eq!(journey.copied(), signed_url("public", expires));
    assert_eq!(journey.done(), "Copied (clipboard), holds until 13:00");
    // It is in hand now, and asked for no more.
    let [Effect::Open(parcel)] = &journey.press("o")[..] else { panic!("opened") };
    assert_eq!(parcel.text(), signed_url("public", expires));
    journey.event(Event::Opened { url: parcel.clone(), outcome: Ok(()) });
    assert_eq!(journey.done(), "Opened in the browser, holds until 13:00");
}

#[test]
fn the_lifetime_of_the_settings_holds() {
    let mut journey = Journey::private();
    journey.model.preferences =
        Preferences { lifetime: crate::domain::Lifetime::Never, ..Preferences::default() };
    journey.press("y");
    journey.sign();
    assert_eq!(journey.copied(), signed_url("public", None));
    assert_eq!(journey.done(), "Copied (clipboard), holds for ever");
    assert_eq!(next_wake(&journey.model), None, "nothing counts down");
}

#[test]
fn a_lapsed_url_is_signed_anew_for_as_long_as_before() {
    let mut journey = Journey::private();
    journey.press("s1");
    journey.sign();
    journey.press("<esc>");
    journey.pass(299);
    journey.press("y");
    let expires = journey.now.as_second() + 300;
    assert!(matches!(&journey.effects[..], [Effect::Sign { expires: Some(at), .. }] if *at == expires));
    journey.sign();
    assert_eq!(journey.copied(), signed_url("public", Some(expires)));
}

#[test]
fn a_lifetime_is_chosen_remembered_and_the_url_shown_with_its_end() {
    let mut journey = Journey::private();
    assert_eq!(journey.press("s"), []);
    let Some(Overlay::Lifetimes(chooser)) = &journey.model.overlay else { panic!("the chooser") };
    assert_eq!(chooser.cursor, 1, "one hour");
    journey.press("j<enter>");
    journey.sign();
    assert!(matches!(journey.model.overlay, Some(Overlay::Signed(_))));
    let held = journey.model.signing.held.clone().unwrap();
    assert_eq!((held.key.as_str(), held.left(journey.now).as_str()), ("default", "holds 1 d"));
    let expires = Some(journey.now.as_second() + 24 * HOUR);
    journey.press("y");
    assert_eq!(journey.copied(), signed_url("public", expires), "from there");
    journey.press("<esc>s");
    let Some(Overlay::Lifetimes(chooser)) = &journey.model.overlay else { panic!("the chooser") };
    assert_eq!(chooser.cursor, 2, "the last one");
    journey.press("6");
    journey.sign();
    assert_eq!(journey.model.signing.held.as_ref().unwrap().url.expires(), None);
    journey.press("<esc><enter>");
    assert!(matches!(journey.model.overlay, Some(Overlay::Signed(_))), "Enter shows the signed one");
}

#[test]
fn a_date_is_typed_and_refused_with_the_reason() {
    let mut journey = Journey::private();
    journey.press("s52026-11-2<enter>");
    let Some(Overlay::Lifetimes(chooser)) = &journey.model.overlay else { panic!("the chooser") };
    assert!(chooser.refusal.as_ref().unwrap().starts_with("a date reads"));
    journey.press("3 09:00<enter>");
    let Some(Overlay::Lifetimes(chooser)) = &journey.model.overlay else { panic!("the chooser") };
    assert!(chooser.refusal.as_ref().unwrap().starts_with("this date is past"), "{chooser:?}");
    journey.press("<c-u>2026-11-25 09:00<enter>");
    journey.sign();
    journey.press("y");
    journey.copied();
    assert_eq!(journey.done(), "Copied (clipboard), holds until 2026-11-25 09:00");
}

#[test]
fn the_countdown_moves_once_a_minute_and_each_second_in_the_last() {
    let mut journey = Journey::private();
    journey.press("s1");
    journey.sign();
    journey.press("<esc>");
    let mut seen = Vec::new();
    while let Some(wake) = next_wake(&journey.model) {
        assert!(wake > journey.now);
        journey.now = wake;
        journey.event(Event::Woke);
        seen.push(journey.model.signing.held.as_ref().unwrap().left(journey.now));
    }
    assert_eq!(seen.len(), 4 + 60);
    assert_eq!(
        (&*seen[0], &*seen[3], &*seen[4], &*seen[63]),
        ("holds 4 min", "holds 60 s", "holds 59 s", "lapsed")
    );
    assert!(Journey::shown().press("k").is_empty());
    journey.press("s1");
    journey.sign();
    journey.press("<esc>k");
    assert_eq!(next_wake(&journey.model), None, "another variant's is not seen");
}

#[test]
fn where_there_is_no_key_it_is_said_and_only_then_the_plain_url_may_be_taken() {
    let mut journey = Journey::private();
    journey.press("y");
    journey.refuse_to_sign();
    assert_eq!(
        journey.warning(),
        "Not copied: The signing keys may not be read. Try again. Press y again to copy it unsigned: it will answer 403."
    );
    assert_eq!(texts(&journey.press("y")), [url(CAT, "public")]);
    journey.press("y");
    journey.refuse_to_sign();
    assert!(matches!(&journey.press("o")[..], [Effect::Sign { .. }]), "another wish is another question");
    journey.refuse_to_sign();
    assert_eq!(texts(&journey.press("o")), [url(CAT, "public")]);
    journey.press("s1");
    journey.refuse_to_sign();
    assert_eq!(journey.warning(), "Not signed: The signing keys may not be read. Try again.");
}

#[test]
fn a_key_pressed_twice_signs_once_and_esc_stops_it() {
    let mut journey = Journey::private();
    assert_eq!(journey.press("yyy").len(), 1);
    let Some(Effect::Sign { request, .. }) = journey.effects.first().cloned() else { panic!("signing") };
    assert_eq!(journey.press("<esc>"), [Effect::Abort(request)]);
    journey.event(Event::Signed(request, Ok(Signatures { urls: vec![], key: String::new() })));
    assert_eq!(journey.effects, [Effect::Abort(request)], "a late answer changes nothing");
}

#[test]
fn what_was_asked_for_is_done_whatever_is_shown_by_then() {
    let mut journey = Journey::private();
    journey.press("y");
    let asked = journey.effects.clone();
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    journey.effects = asked.clone();
    journey.sign();
    assert!(journey.copied().starts_with(&url(CAT, "public")));
    assert_eq!(journey.done(), "Copied URL of logo.png (clipboard), holds until 13:00");
    // Nor is the plain URL of another image taken by a key pressed again.
    let mut journey = Journey::private();
    journey.press("y");
    let asked = journey.effects.clone();
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(private("dog")));
    journey.effects = asked;
    journey.refuse_to_sign();
    assert!(journey.warning().starts_with("Not copied (logo.png): "), "{}", journey.warning());
    assert_eq!(journey.model.armed, None);
}

#[test]
fn copy_of_a_variant_left_meanwhile_names_it() {
    let mut journey = Journey::private();
    journey.press("y");
    let asked = journey.effects.clone();
    journey.press("j");
    journey.effects = asked;
    journey.sign();
    assert!(journey.copied().starts_with(&url(CAT, "public")));
    assert_eq!(journey.done(), "Copied URL of variant public (clipboard), holds until 13:00");
}

#[test]
fn nothing_is_signed_in_vain() {
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(private("cat")));
    assert_eq!(journey.press("s"), []);
    assert!(journey.warning().starts_with("Not signed. This image has a custom ID"), "{}", journey.warning());
    journey.press("y");
    assert!(journey.warning().ends_with("Press y again to copy it unsigned: it will answer 403."));
    let mut journey = Journey::shown();
    journey.press("s");
    assert_eq!(journey.warning(), "Not signed. This image is public: its URL works without a signature.");
    let mut journey = Journey::private();
    let never = VariantOptions {
        name: "public".into(),
        never_require_signed_urls: Some(true),
        ..VariantOptions::default()
    };
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![never])));
    assert_eq!(journey.press("y"), [copy(url(CAT, "public"))]);
    journey.press("s");
    assert!(journey.warning().contains("neverRequireSignedURLs"), "{}", journey.warning());
}

#[test]
fn marked_images_are_signed_where_they_need_it() {
    let other = CAT.replace("107b", "207b");
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey
        .page(Page { images: vec![listed("a", false), listed(CAT, true), listed(&other, true)], next: None });
    journey.press("*y");
    assert!(
        matches!(journey.effects.last(), Some(Effect::Sign { urls, .. }) if urls.len() == 2),
        "{:?}",
        journey.effects
    );
    journey.sign();
    let copied = journey.copied();
    let lines: Vec<_> = copied.lines().map(|line| line.contains("sig=")).collect();
    assert_eq!(lines, [false, true, true]);
    assert_eq!(journey.done(), "Copied 3 URLs (clipboard), holds until 13:00");
    assert_eq!(journey.model.signing.held, None, "none of them is the one in hand");
}

#[test]
fn no_signature_is_printed_by_model_events_or_effects() {
    let mut journey = Journey::private();
    let mut printed = String::new();
    let signature =
        signed_url("public", Some(journey.now.as_second() + HOUR)).split_once("sig=").unwrap().1.to_owned();
    for keys in ["y", "Y2", "Y3", "Y5", "V", "o", "s2", "y", "<esc>e"] {
        journey.press(keys);
        write!(printed, "{:?}", journey.effects).unwrap();
        if journey.effects.iter().any(|effect| matches!(effect, Effect::Sign { .. })) {
            journey.sign();
        }
        for effect in journey.effects.clone() {
            if let Effect::Copy(text) = effect {
                assert!(keys == "Y5" || text.text().contains(&signature), "{keys}");
                let event = Event::Copied { text, outcome: Err(failure("Not copied")) };
                write!(printed, "{event:?}").unwrap();
                journey.event(event);
            }
        }
        write!(printed, "{:?}{:#?}", journey.effects, journey.model).unwrap();
    }
    assert!(printed.contains("sig=…"), "it was there");
    assert!(!printed.contains(&signature[..16]), "no signature");
}

#[test]
fn a_signature_is_not_shown_under_the_input() {
    let mut journey = Journey::private();
    journey.press("y");
    journey.sign();
    let Some(Effect::Copy(text)) = journey.effects.last().cloned() else { panic!("a copy") };
    journey.press("i");
    journey.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    assert_eq!(journey.warning(), "Not copied. Try again.");
}

#[test]
fn what_was_pasted_is_explained_until_another_image_is_shown_or_it_is_signed() {
    let explains = |journey: &mut Journey| {
        journey.press("e");
        journey.explaining().1.text().to_owned()
    };
    let pasted = || {
        let mut journey = Journey::new();
        journey.paste(&signed_url("public", None));
        journey.answer(CAT, Ok(private(CAT)));
        journey
    };
    let mut journey = pasted();
    assert_eq!(explains(&mut journey), signed_url("public", None));
    journey.press("b");
    journey.page(Page { images: vec![listed(CAT, true), listed("dog", false)], next: None });
    assert_eq!(explains(&mut journey), signed_url("public", None), "still the same image");
    journey.press("j");
    assert_eq!(explains(&mut journey), url("dog", "public"));
    journey.press("k");
    assert_eq!(explains(&mut journey), url(CAT, "public"), "the one that is selected");
    // What is pasted and then left is not talked about.
    let mut journey = pasted();
    journey.paste(&url("dog", "public"));
    journey.paste(&signed_url("public", Some(100)));
    let (request, text) = journey.explaining();
    journey.press("i<c-u>dog<enter>");
    let lapsed = crate::domain::explain::explain(text.text(), &[], journey.now).unwrap();
    journey.event(Event::Explained { request, explanation: Ok((Box::new(lapsed), None)) });
    assert_eq!(journey.warning(), "");
    let mut journey = Journey::new();
    journey.paste(&signed_url("public", Some(100)));
    let (request, text) = journey.explaining();
    let lapsed = crate::domain::explain::explain(text.text(), &[], journey.now).unwrap();
    journey.paste(&url("dog", "public"));
    journey.event(Event::Explained { request, explanation: Ok((Box::new(lapsed), None)) });
    assert_eq!(journey.warning(), "", "it is another URL's");
    let mut journey = pasted();
    journey.press("s1");
    journey.sign();
    let held = journey.model.signing.held.as_ref().unwrap().url.expose();
    assert_eq!(explains(&mut journey), held);
}
