//! Scenarios of signed URLs. The app never sees keys: it requests signatures.

use std::fmt::Write as _;

use super::browse::listed;
use super::*;
use crate::app::{Signatures, VerifyResult};
use crate::domain::delivery_plan::{NotSigned, WhyPublic};
use crate::domain::signing::{InvalidExpiry, sign};
use crate::domain::time_format::validity;
use crate::domain::verification::Reply;
use crate::domain::{CopyAs, DeliveryUrl, Preferences, SignedUrl, SigningKey};

pub(super) const KEY: &str = "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=";
pub(super) const HOUR: i64 = 3_600;

pub(super) fn private(id: &str) -> Image {
    image_with(id, r#""requireSignedURLs":true,"filename":"logo.png""#)
}

impl Scenario {
    /// A loaded private image.
    pub(super) fn private() -> Self {
        let mut scenario = Self::new();
        scenario.press(&format!("{CAT}<enter>"));
        scenario.respond(CAT, Ok(private(CAT)));
        scenario
    }

    /// Responds to the requested signatures, with this key.
    pub(super) fn sign_with(&mut self, key: &str) {
        let request = self.effects.iter().find_map(|effect| match effect {
            Effect::Sign { request, urls, expires, .. } => Some((*request, urls.clone(), *expires)),
            _ => None,
        });
        let (request, urls, expires) = request.expect("no signature is requested");
        let key = SigningKey::parse("default", key).unwrap();
        let urls = urls.iter().map(|url| sign(url, &key, expires)).collect();
        self.effects.clear();
        self.event(Event::Signed(request, Ok(Signatures { urls, key: key.name().to_owned() })));
    }

    pub(super) fn sign(&mut self) {
        self.sign_with(KEY);
    }

    pub(super) fn fail_to_sign(&mut self) {
        let Some(Effect::Sign { request, .. }) = self.effects.last() else { panic!("{:?}", self.effects) };
        let request = *request;
        self.effects.clear();
        self.event(Event::Signed(request, Err(failure("The signing keys may not be read"))));
    }

    /// Reports the requested copy as done, and returns its text.
    pub(super) fn copied(&mut self) -> String {
        let [Effect::Copy(payload)] = &self.effects[..] else { panic!("{:?}", self.effects) };
        let payload = payload.clone();
        self.event(Event::Copied { text: payload.clone(), outcome: Ok("clipboard".into()) });
        payload.text().to_owned()
    }

    /// The text whose explanation is requested.
    pub(super) fn explain_request(&self) -> (RequestId, SensitiveText) {
        let request = self.effects.iter().find_map(|effect| match effect {
            Effect::Explain { request, text } => Some((*request, text.clone())),
            _ => None,
        });
        request.unwrap_or_else(|| panic!("{:?}", self.effects))
    }

    fn advance(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        self.event(Event::Woke);
    }

    /// Responds to a verification: `reply` is for the signed URL if there is one, and the plain URL is then refused.
    /// Otherwise it is for the plain URL. Returns the signed URL.
    pub(super) fn respond_to_verify(&mut self, reply: Reply, server: Option<Timestamp>) -> Option<SignedUrl> {
        let Some(Effect::Verify { signed, .. }) = self.effects.last() else { panic!("{:?}", self.effects) };
        match signed {
            Some(_) => self.respond_to_both(reply, refused(), server),
            None => self.respond_to_both(refused(), reply, server),
        }
    }

    /// Responds to a verification of the signed URL, if there is one, and of the plain URL.
    pub(super) fn respond_to_both(
        &mut self,
        signed_reply: Reply,
        plain: Reply,
        server: Option<Timestamp>,
    ) -> Option<SignedUrl> {
        let Some(Effect::Verify { request, signed, .. }) = self.effects.last().cloned() else {
            panic!("{:?}", self.effects)
        };
        self.effects.clear();
        let result =
            VerifyResult { signed: signed.as_ref().map(|_| signed_reply), plain: Some(plain), server };
        self.event(Event::Verified(request, Ok(Box::new(result))));
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
fn private_url_is_signed_with_expiry_notice() {
    let mut scenario = Scenario::private();
    let expires = Some(scenario.now.as_second() + HOUR);
    scenario.press("y");
    assert!(
        matches!(&scenario.effects[..], [Effect::Sign { expires: at, refetch_keys: false, .. }] if *at == expires)
    );
    scenario.sign();
    assert_eq!(scenario.copied(), signed_url("public", expires));
    scenario.assert_done(&["signed URL", "13:00"]);
    // It is cached now, and not requested again.
    let [Effect::Open(payload)] = &scenario.press("o")[..] else { panic!("opened") };
    assert_eq!(payload.text(), signed_url("public", expires));
    scenario.event(Event::Opened { url: payload.clone(), outcome: Ok(()) });
    scenario.assert_done(&["13:00"]);
}

#[test]
fn lifetime_from_settings_is_used() {
    let mut scenario = Scenario::private();
    scenario.model.preferences =
        Preferences { lifetime: crate::domain::Lifetime::Never, ..Preferences::default() };
    scenario.press("y");
    scenario.sign();
    assert_eq!(scenario.copied(), signed_url("public", None));
    scenario.assert_done(&["signed URL", &validity(None, scenario.now, &TimeZone::UTC)]);
    assert_eq!(next_wake(&scenario.model), None, "nothing counts down");
}

#[test]
fn expired_url_is_signed_again_with_same_lifetime() {
    let mut scenario = Scenario::private();
    scenario.press("s1");
    scenario.sign();
    scenario.press("<esc>");
    scenario.advance(299);
    scenario.press("y");
    let expires = scenario.now.as_second() + 300;
    assert!(matches!(&scenario.effects[..], [Effect::Sign { expires: Some(at), .. }] if *at == expires));
    scenario.sign();
    assert_eq!(scenario.copied(), signed_url("public", Some(expires)));
}

#[test]
fn lifetime_choice_is_remembered() {
    let mut scenario = Scenario::private();
    assert_eq!(scenario.press("s"), []);
    let Some(Overlay::LifetimeDialog(dialog)) = &scenario.model.overlay else {
        panic!("the lifetime dialog is not open")
    };
    assert_eq!(dialog.cursor, 1, "one hour");
    scenario.press("j<enter>");
    scenario.sign();
    assert!(matches!(scenario.model.overlay, Some(Overlay::Signed)));
    let active = scenario.model.delivery.active_url.clone().unwrap();
    assert_eq!(active.key, "default");
    assert!(active.time_left(scenario.now).contains("1 d"));
    let expires = Some(scenario.now.as_second() + 24 * HOUR);
    scenario.press("y");
    assert_eq!(scenario.copied(), signed_url("public", expires), "copied from the overlay");
    scenario.press("<esc>s");
    let Some(Overlay::LifetimeDialog(dialog)) = &scenario.model.overlay else {
        panic!("the lifetime dialog is not open")
    };
    assert_eq!(dialog.cursor, 2, "the last one");
    scenario.press("6");
    scenario.sign();
    assert_eq!(scenario.model.delivery.active_url.as_ref().unwrap().url.expires(), None);
    scenario.press("<esc><enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Signed)), "Enter shows the signed URL");
}

#[test]
fn invalid_expiry_date_is_refused() {
    let mut scenario = Scenario::private();
    scenario.press("s52026-11-2<enter>");
    let Some(Overlay::LifetimeDialog(dialog)) = &scenario.model.overlay else {
        panic!("the lifetime dialog is not open")
    };
    assert_eq!(dialog.refusal, Some(InvalidExpiry::Date.to_string()));
    scenario.press("3 09:00<enter>");
    let Some(Overlay::LifetimeDialog(dialog)) = &scenario.model.overlay else {
        panic!("the lifetime dialog is not open")
    };
    assert_eq!(dialog.refusal, Some(InvalidExpiry::Past.to_string()));
    scenario.press("<c-u>2026-11-25 09:00<enter>");
    scenario.sign();
    scenario.press("y");
    scenario.copied();
    scenario.assert_done(&["signed URL", "2026-11-25 09:00"]);
}

#[test]
fn countdown_ticks_by_minutes_then_seconds() {
    let mut scenario = Scenario::private();
    scenario.press("s1");
    scenario.sign();
    scenario.press("<esc>");
    let mut seen = Vec::new();
    while let Some(wake) = next_wake(&scenario.model) {
        assert!(wake > scenario.now);
        scenario.now = wake;
        scenario.event(Event::Woke);
        seen.push(scenario.model.delivery.active_url.as_ref().unwrap().time_left(scenario.now));
    }
    assert_eq!(seen.len(), 4 + 60);
    for (at, left) in [(0, "4 min"), (3, "60 s"), (4, "59 s")] {
        assert!(seen[at].contains(left), "{seen:?}");
    }
    assert!(!seen[63].contains(|c: char| c.is_ascii_digit()), "{seen:?}");
    assert!(Scenario::shown().press("k").is_empty());
    scenario.press("s1");
    scenario.sign();
    scenario.press("<esc>k");
    assert_eq!(next_wake(&scenario.model), None, "the signed URL is not visible");
}

#[test]
fn unsigned_copy_needs_confirmation_without_key() {
    let mut scenario = Scenario::private();
    scenario.press("y");
    scenario.fail_to_sign();
    scenario.assert_warned(&["The signing keys may not be read", "y", "403"]);
    assert_eq!(
        scenario.model.confirmation,
        Some(Confirmation {
            action: DeliveryAction::Copy(CopyAs::Url),
            unsigned_policy: UnsignedPolicy::All
        })
    );
    assert_eq!(texts_with_warning(&scenario.press("y")), [url(CAT, "public")]);
    scenario.press("y");
    scenario.fail_to_sign();
    assert!(
        matches!(&scenario.press("o")[..], [Effect::Sign { .. }]),
        "another action requests its own signature"
    );
    scenario.fail_to_sign();
    assert_eq!(texts_with_warning(&scenario.press("o")), [url(CAT, "public")]);
    scenario.press("s1");
    scenario.fail_to_sign();
    scenario.assert_warned(&["The signing keys may not be read"]);
    assert_eq!(scenario.model.confirmation, None);
}

#[test]
fn repeated_copy_signs_once_and_esc_cancels() {
    let mut scenario = Scenario::private();
    assert_eq!(scenario.press("yyy").len(), 1);
    let Some(Effect::Sign { request, .. }) = scenario.effects.first().cloned() else { panic!("signing") };
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    scenario.event(Event::Signed(request, Ok(Signatures { urls: vec![], key: String::new() })));
    assert_eq!(scenario.effects, [Effect::Abort(request)], "stale responses are ignored");
}

#[test]
fn pending_copy_keeps_its_image() {
    let mut scenario = Scenario::private();
    scenario.press("y");
    let effects = scenario.effects.clone();
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    scenario.effects = effects.clone();
    scenario.sign();
    assert!(scenario.copied().starts_with(&url(CAT, "public")));
    scenario.assert_done(&["logo.png", "13:00"]);
    // A repeated key does not take the plain URL of another image either.
    let mut scenario = Scenario::private();
    scenario.press("y");
    let effects = scenario.effects.clone();
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(private("dog")));
    scenario.effects = effects;
    scenario.fail_to_sign();
    scenario.assert_warned(&["(logo.png)"]);
    assert_eq!(scenario.model.confirmation, None);
}

#[test]
fn pending_copy_names_unselected_variant() {
    let mut scenario = Scenario::private();
    scenario.press("y");
    let effects = scenario.effects.clone();
    scenario.press("j");
    scenario.effects = effects;
    scenario.sign();
    assert!(scenario.copied().starts_with(&url(CAT, "public")));
    scenario.assert_done(&["public", "13:00"]);
}

#[test]
fn unneeded_or_useless_signing_is_refused() {
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(private("cat")));
    assert_eq!(scenario.press("s"), []);
    scenario.assert_warned(&[&NotSigned::CustomId.to_string()]);
    assert_eq!(scenario.model.confirmation, None);
    scenario.press("y");
    scenario.assert_warned(&["y", "403"]);
    assert!(scenario.model.confirmation.is_some());
    let mut scenario = Scenario::shown();
    scenario.press("s");
    scenario.assert_warned(&[&WhyPublic::Image.to_string()]);
    let mut scenario = Scenario::private();
    let never = VariantOptions {
        name: "public".into(),
        never_require_signed_urls: Some(true),
        ..VariantOptions::default()
    };
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![never])));
    assert_eq!(scenario.press("y"), [copy(url(CAT, "public"))]);
    scenario.press("s");
    scenario.assert_warned(&[&WhyPublic::Variant.to_string()]);
}

#[test]
fn only_private_marked_images_are_signed() {
    let other = CAT.replace("107b", "207b");
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario
        .page(Page { images: vec![listed("a", false), listed(CAT, true), listed(&other, true)], next: None });
    scenario.press("*y");
    assert!(
        matches!(scenario.effects.last(), Some(Effect::Sign { urls, .. }) if urls.len() == 2),
        "{:?}",
        scenario.effects
    );
    scenario.sign();
    let copied = scenario.copied();
    let lines: Vec<_> = copied.lines().map(|line| line.contains("sig=")).collect();
    assert_eq!(lines, [false, true, true]);
    scenario.assert_done(&["3", "13:00"]);
    assert_eq!(scenario.model.delivery.active_url, None, "the current signed URL is not one of several");
}

#[test]
fn debug_of_model_and_effects_redacts_signatures() {
    let mut scenario = Scenario::private();
    let mut printed = String::new();
    let signature =
        signed_url("public", Some(scenario.now.as_second() + HOUR)).split_once("sig=").unwrap().1.to_owned();
    for keys in ["y", "Y2", "Y3", "Y5", "V", "o", "s2", "y", "<esc>e"] {
        scenario.press(keys);
        write!(printed, "{:?}", scenario.effects).unwrap();
        if scenario.effects.iter().any(|effect| matches!(effect, Effect::Sign { .. })) {
            scenario.sign();
        }
        for effect in scenario.effects.clone() {
            if let Effect::Copy(text) = effect {
                assert!(keys == "Y5" || text.text().contains(&signature), "{keys}");
                let event = Event::Copied { text, outcome: Err(failure("Not copied")) };
                write!(printed, "{event:?}").unwrap();
                scenario.event(event);
            }
        }
        write!(printed, "{:?}{:#?}", scenario.effects, scenario.model).unwrap();
    }
    assert!(printed.contains("sig=…"), "it is printed without its signature");
    assert!(!printed.contains(&signature[..16]), "no signature");
}

#[test]
fn failed_copy_shows_no_signature_below_input() {
    let mut scenario = Scenario::private();
    scenario.press("y");
    scenario.sign();
    let Some(Effect::Copy(text)) = scenario.effects.last().cloned() else { panic!("a copy") };
    scenario.press("i");
    scenario.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    assert_eq!(scenario.warning(), failure("Not copied").to_string());
}

#[test]
fn explain_uses_pasted_url_until_replaced() {
    let explains = |scenario: &mut Scenario| {
        scenario.press("e");
        scenario.explain_request().1.text().to_owned()
    };
    let pasted = || {
        let mut scenario = Scenario::new();
        scenario.paste(&signed_url("public", None));
        scenario.respond(CAT, Ok(private(CAT)));
        scenario
    };
    let mut scenario = pasted();
    assert_eq!(explains(&mut scenario), signed_url("public", None));
    scenario.press("b");
    scenario.page(Page { images: vec![listed(CAT, true), listed("dog", false)], next: None });
    assert_eq!(explains(&mut scenario), signed_url("public", None), "still the same image");
    scenario.press("j");
    assert_eq!(explains(&mut scenario), url("dog", "public"));
    scenario.press("k");
    assert_eq!(explains(&mut scenario), url(CAT, "public"), "the selected variant's URL");
    // Nothing is said about a pasted URL once another image is looked up.
    let mut scenario = pasted();
    scenario.paste(&url("dog", "public"));
    scenario.paste(&signed_url("public", Some(100)));
    let (request, text) = scenario.explain_request();
    scenario.press("i<c-u>dog<enter>");
    let expired = crate::domain::explain::explain(text.text(), &[], scenario.now).unwrap();
    scenario.event(Event::Explained(request, Ok((Box::new(expired), None))));
    assert_eq!(scenario.warning(), "");
    let mut scenario = Scenario::new();
    scenario.paste(&signed_url("public", Some(100)));
    let (request, text) = scenario.explain_request();
    let expired = crate::domain::explain::explain(text.text(), &[], scenario.now).unwrap();
    scenario.paste(&url("dog", "public"));
    scenario.event(Event::Explained(request, Ok((Box::new(expired), None))));
    assert_eq!(scenario.warning(), "", "the response is about another URL");
    let mut scenario = pasted();
    scenario.press("s1");
    scenario.sign();
    let active = scenario.model.delivery.active_url.as_ref().unwrap().url.expose();
    assert_eq!(explains(&mut scenario), active);
}
