//! Journeys with the sizes that forms tell: the pictures are asked where nothing makes them certain.

use super::signing::private;
use super::*;
use crate::app::preview::{PictureFacts, PictureSource};

pub(super) fn facts_of((width, height): (u32, u32)) -> PictureFacts {
    let (mime, took, by, stands) = ("image/webp", SignedDuration::ZERO, None, None);
    PictureFacts { width, height, mime, bytes: 9_000, took, by, stands, note: None }
}

impl Journey {
    /// The pictures that are asked for their sizes, and are not answered.
    fn asked(&self) -> Vec<(RequestId, String)> {
        let asked = self.effects.iter().filter_map(|effect| match effect {
            Effect::Measure { request, source: PictureSource::Open(url) } => Some((*request, url.clone())),
            Effect::Measure { request, source: PictureSource::Signed { url, .. } } => {
                Some((*request, format!("{url} signed")))
            }
            _ => None,
        });
        asked.collect()
    }

    /// Tells the size of each picture that is asked for, by its variant; those without one could not be had.
    fn measure(&mut self, sizes: &[(&str, (u32, u32))]) {
        let asked = self.asked();
        self.effects.clear();
        for (request, url) in asked {
            let size = sizes.iter().find(|(name, _)| url.contains(name));
            let answer = size.map(|(_, size)| facts_of(*size)).ok_or_else(|| failure("No answer"));
            self.event(Event::Measured(request, answer));
        }
    }
}

/// The account says that these variants keep the picture's shape.
fn scale_down(names: &[&str]) -> Event {
    let fit = r#"{"options":{"width":9999,"height":9999,"fit":"scale-down"}}"#;
    let pad = r#"{"options":{"width":200,"height":200,"fit":"pad"}}"#;
    let options = ["hero", "public", "thumbnail"]
        .map(|name| VariantOptions::read(name, if names.contains(&name) { fit } else { pad }));
    Event::OptionsFetched(RequestId(2), Ok(options.to_vec()))
}

#[test]
fn a_srcset_asks_the_pictures_and_is_copied_once_the_last_has_answered() {
    let mut journey = Journey::shown();
    journey.event(scale_down(&["hero", "public"]));
    journey.press("Y4");
    let asked = journey.asked();
    let urls: Vec<_> = asked.iter().map(|(_, url)| url.as_str()).collect();
    assert_eq!(urls, [url("cat", "hero"), url("cat", "public")], "thumbnail is of another shape");
    assert_eq!(journey.done(), "Asking for the sizes of 2 pictures…");
    journey.effects.clear();
    journey.event(Event::Measured(asked[1].0, Ok(facts_of((640, 480)))));
    assert_eq!(journey.effects, []);
    journey.event(Event::Measured(asked[1].0, Ok(facts_of((1, 1)))));
    journey.event(Event::Measured(asked[0].0, Ok(facts_of((1366, 1024)))));
    assert_eq!(journey.model.notice, None, "nothing is asked any more");
    let srcset = format!("{} 640w, {} 1366w", url("cat", "public"), url("cat", "hero"));
    assert_eq!(journey.copied(), srcset);
    assert_eq!(
        journey.done(),
        "Copied srcset of the variants (clipboard), without 1 variant of another shape"
    );
    assert!(journey.model.signing.measuring.is_empty());
    // What the pictures told is known from now on.
    assert_eq!(
        journey.model.preview.known(&url("cat", "hero")).map(|facts| (facts.width, facts.bytes)),
        Some((1366, 9_000))
    );
    journey.press("Y4");
    assert_eq!(journey.copied(), srcset);
}

#[test]
fn only_what_the_form_tells_is_asked() {
    let mut journey = Journey::shown();
    journey.press("Y3");
    assert_eq!(journey.done(), "Asking for the picture's size…");
    journey.measure(&[("public", (640, 480))]);
    assert!(journey.copied().contains(r#"width="640" height="480""#));
    journey.press("Y5");
    let urls: Vec<_> = journey.asked().into_iter().map(|(_, url)| url).collect();
    assert_eq!(urls, [url("cat", "hero"), url("cat", "thumbnail")]);
    journey.measure(&[("hero", (1366, 1024)), ("thumbnail", (200, 150))]);
    let copied = journey.copied();
    assert!(copied.contains("200w, ") && copied.contains(r#"width="640" height="480""#), "{copied}");
    assert_eq!(Journey::shown().press("Y5").len(), 3, "each picture once");
    for form in ["Y1", "Y2", "Y6", "Y7", "Y8"] {
        let mut journey = Journey::shown();
        assert!(matches!(&journey.press(form)[..], [Effect::Copy(_)]), "{form}");
    }
    for (template, asks) in [("{id}", 0), ("{width}", 1)] {
        let mut journey = Journey::shown();
        let parsed = crate::domain::copy_as::Template::parse(template).unwrap();
        journey.model.preferences.templates = vec![("mine".to_owned(), parsed)];
        journey.press("Y9");
        assert_eq!(journey.asked().len(), asks, "{template}");
    }
}

#[test]
fn a_private_images_pictures_are_asked_by_signed_urls_and_then_its_urls_are_signed() {
    let mut journey = Journey::private();
    journey.press("Y4");
    let asked = journey.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|(_, url)| url.ends_with(" signed")), "{asked:?}");
    journey.measure(&[("hero", (1366, 1024)), ("public", (640, 480)), ("thumbnail", (200, 150))]);
    journey.sign();
    let copied = journey.copied();
    assert!(copied.matches("sig=").count() == 3 && copied.ends_with(" 1366w"), "{copied}");
    let public = VariantOptions::read("hero", r#"{"neverRequireSignedURLs":true}"#);
    let mut journey = Journey::private();
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![public])));
    journey.press("Y4");
    assert_eq!(journey.asked().iter().filter(|(_, url)| url.ends_with("/hero")).count(), 1, "it is public");
}

#[test]
fn where_no_key_is_to_be_had_nothing_is_copied_and_why_is_said() {
    let mut journey = Journey::private();
    journey.press("Y4");
    journey.measure(&[]);
    assert_eq!(journey.effects, [], "nothing is signed in vain");
    assert_eq!(journey.warning(), "Not copied: no variant's width could be had. No answer. Try again.");
    // An <img> does without.
    journey.press("Y3");
    journey.measure(&[]);
    journey.sign();
    assert!(!journey.copied().contains("width="));
    assert_eq!(
        journey.done(),
        "Copied HTML <img> (clipboard), holds until 13:00, without its size (No answer)"
    );
}

#[test]
fn a_key_that_is_not_to_be_had_is_not_asked_for_with_each_picture() {
    let mut journey = Journey::private();
    let public = VariantOptions::read("thumbnail", r#"{"neverRequireSignedURLs":true}"#);
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![public])));
    journey.press("Y4");
    let [(hero, _), (public, _), (thumbnail, _)] = &journey.asked()[..] else { panic!("three") };
    journey.effects.clear();
    let keyless = Failure::new(FailureKind::Credentials, "There is no key", "Set one.");
    journey.event(Event::Measured(*hero, Err(keyless.clone())));
    assert_eq!(journey.effects, [Effect::Abort(*public)], "one that is public needs none");
    journey.event(Event::Measured(*thumbnail, Err(failure("No answer"))));
    assert_eq!(journey.warning(), "Not copied: no variant's width could be had. There is no key. Set one.");
    let mut journey = Journey::private();
    let public = VariantOptions::read("thumbnail", r#"{"neverRequireSignedURLs":true}"#);
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![public])));
    journey.press("Y4");
    let (thumbnail, _) = journey.asked().pop().unwrap();
    journey.effects.clear();
    journey.event(Event::Measured(thumbnail, Err(keyless.clone())));
    assert_eq!(journey.effects, [], "a public one that is refused says nothing of keys");
    let mut journey = Journey::private();
    journey.press("Y4");
    let last = journey.asked().pop().unwrap();
    journey.event(Event::Measured(last.0, Err(keyless)));
    assert!(journey.warning().starts_with("Not copied: no variant's width"), "it waits for no others");
}

#[test]
fn what_no_signature_opens_is_not_asked() {
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(private("cat")));
    journey.press("Y4");
    assert!(journey.warning().contains("custom ID"), "{}", journey.warning());
    journey.press("Y<enter>");
    assert_eq!(journey.effects, []);
    assert!(
        journey.warning().starts_with("Not copied. No variant's width is known"),
        "{}",
        journey.warning()
    );
}

#[test]
fn a_picture_that_does_not_answer_is_left_out_and_asked_again_the_next_time() {
    let mut journey = Journey::shown();
    journey.press("Y4");
    journey.measure(&[("hero", (1366, 1024)), ("thumbnail", (200, 150))]);
    assert_eq!(journey.copied().matches("w,").count(), 1);
    assert!(
        journey.done().ends_with(", without 1 variant whose width could not be had (No answer)"),
        "{}",
        journey.done()
    );
    journey.press("Y4");
    assert_eq!(journey.asked().len(), 1);
    journey.measure(&[("public", (640, 480))]);
    assert_eq!(journey.copied().matches("w,").count(), 2);
}

#[test]
fn esc_stops_the_asking_and_what_comes_late_changes_nothing() {
    let mut journey = Journey::shown();
    journey.press("Y4");
    let asked = journey.asked();
    assert_eq!(journey.press("Y4"), [], "twice is once");
    let aborts: Vec<_> = asked.iter().map(|(request, _)| Effect::Abort(*request)).collect();
    assert_eq!(journey.press("<esc>"), aborts);
    assert_eq!(journey.done(), "Cancelled");
    for (request, _) in asked {
        journey.event(Event::Measured(request, Ok(facts_of((1, 1)))));
    }
    assert_eq!((journey.done(), journey.effects.len()), ("Cancelled", 3));
    assert_eq!(journey.model.preview.known(&url("cat", "hero")), None);
}

#[test]
fn half_an_answer_does_not_make_the_same_wish_another() {
    let mut journey = Journey::shown();
    journey.press("Y4");
    let (first, _) = journey.asked().remove(0);
    journey.event(Event::Measured(first, Ok(facts_of((1366, 1024)))));
    assert_eq!(journey.press("Y4"), []);
    assert_eq!(journey.asked(), []);
    assert_eq!(journey.press("Y3").len(), 1, "another form is another wish");
    assert_eq!(journey.press("jY3").len(), 1, "and so is another variant");
}

#[test]
fn what_was_asked_for_is_copied_whatever_is_shown_by_then() {
    let mut journey = Journey::shown();
    journey.press("Y3");
    let asked = journey.asked();
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    journey.effects.clear();
    journey.event(Event::Measured(asked[0].0, Ok(facts_of((640, 480)))));
    assert!(journey.copied().contains(r#"/cat/public" width="640""#));
    assert_eq!(journey.done(), "Copied HTML <img> of cat (clipboard)");
    assert_eq!(journey.model.preview.known(&url("cat", "public")), None, "it is no variant of what is shown");
}

#[test]
fn marked_images_are_asked_too_but_no_more_than_a_person_would_wait_for() {
    let mut journey = Journey::browsing(3, None);
    journey.press("*Y3");
    assert_eq!(journey.asked().len(), 3);
    journey.measure(&[("img0", (10, 20)), ("img1", (30, 40))]);
    let copied = journey.copied();
    assert!(copied.contains(r#"/img0/public" width="10""#) && copied.contains(r#"width="30""#), "{copied}");
    assert!(journey.done().ends_with(", without the sizes of 1 (No answer)"), "{}", journey.done());
    journey.press("Y4");
    journey.measure(&[("img0", (10, 20)), ("img1", (30, 40))]);
    assert_eq!(
        journey.warning(),
        "Not copied (img2): no variant's width could be had. No answer. Try again."
    );
    assert_eq!(Journey::browsing(200, None).press("*Y3").len(), 200);
    let mut journey = Journey::browsing(201, None);
    journey.press("*Y4");
    assert!(
        journey.warning().starts_with("Not copied: the widths of 603 pictures are not known, and 200"),
        "{}",
        journey.warning()
    );
    journey.press("Y3");
    assert!(!journey.copied().contains("width="));
    assert!(journey.done().ends_with(", without the sizes of 201"), "{}", journey.done());
}

#[test]
fn the_picture_is_asked_on_the_apis_host_though_another_is_copied() {
    let mut journey = Journey::shown();
    journey.model.preferences.domain = Some("img.example.com".parse().unwrap());
    journey.press("Y3");
    assert_eq!(journey.asked()[0].1, url("cat", "public"));
    journey.measure(&[("public", (640, 480))]);
    let copied = journey.copied();
    assert!(copied.contains("img.example.com") && copied.contains(r#"width="640""#), "{copied}");
}

#[test]
fn a_flexible_variant_that_answers_or_is_refused_tells_whether_they_are_on() {
    let mut journey = Journey::shown();
    journey.press("fw=400<enter>Y3");
    let (request, _) = journey.asked().remove(0);
    journey.effects.clear();
    let off = Failure { code: "9429".into(), ..failure("Flexible variants are off") };
    journey.event(Event::Measured(request, Err(off)));
    assert!(journey.model.signing.flexible_is_off);
    assert_eq!(journey.effects, [], "what is known not to work is not copied at once");
    assert!(journey.warning().contains("Flexible variants are off"), "{}", journey.warning());
    journey.press("Y<enter>");
    journey.measure(&[("w=400", (400, 300))]);
    assert!(!journey.model.signing.flexible_is_off);
}
