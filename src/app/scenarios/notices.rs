//! The wording of notices and problems. Other tests only check their kinds and the data in them.

use std::fmt::Write as _;

use super::browse::{listed, more, page};
use super::signing::{denied, opens, private, refused, signed_url};
use super::*;
use crate::domain::verification::Reply;
use crate::domain::{Budget, SigningKey};

/// The notices in order, each with the situation that it is about.
#[derive(Default)]
struct Notices(String);

impl Notices {
    fn add(&mut self, situation: &str, scenario: &Scenario) {
        let text = match (&scenario.model.notice, scenario.model.problem()) {
            (Some(Notice::Done(text)), _) => format!("done: {text}"),
            (Some(Notice::Warning(text)), _) => format!("warning: {text}"),
            (None, Some(text)) => format!("problem: {text}"),
            (None, None) => panic!("{situation}: there is no notice"),
        };
        writeln!(self.0, "{situation}\n    {text}").unwrap();
    }

    fn after(&mut self, situation: &str, mut scenario: Scenario, keys: &str) -> Scenario {
        scenario.press(keys);
        self.add(situation, &scenario);
        scenario
    }
}

/// Copies in the given format. Signatures and picture sizes must be available.
fn copied(mut scenario: Scenario, keys: &str) -> Scenario {
    scenario.press(keys);
    if scenario.effects.iter().any(|effect| matches!(effect, Effect::Sign { .. })) {
        scenario.sign();
    }
    scenario.copied();
    scenario
}

fn loaded(image: Image) -> Scenario {
    let mut scenario = Scenario::new();
    let id = image.id.as_str().to_owned();
    scenario.press(&format!("{id}<enter>"));
    scenario.respond(&id, Ok(image));
    scenario
}

fn bare() -> Image {
    Image::read(r#"{"id":"cat","requireSignedURLs":false}"#).unwrap()
}

fn draft() -> Image {
    image_with("cat", r#""draft":true"#)
}

fn look_up_dog(scenario: &mut Scenario) {
    let effects = scenario.effects.clone();
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    scenario.effects = effects;
}

fn listing(images: impl IntoIterator<Item = (&'static str, bool)>) -> Scenario {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    let images = images.into_iter().map(|(id, signed)| listed(id, signed)).collect();
    scenario.page(Page { images, next: None });
    scenario
}

fn fail_page(scenario: &mut Scenario) {
    scenario.event(Event::PageFetched(scenario.pending_page(), Err(failure("No answer"))));
}

fn lower_budget(scenario: &mut Scenario) {
    scenario.event(Event::BudgetChanged(Budget { left: 1, limit: 1200 }));
}

#[test]
fn wording_of_list_notices() {
    let mut notices = Notices::default();
    notices.after("load all of a complete list", Scenario::browsing(3, None), "L");
    let mut scenario = Scenario::with_more(3);
    scenario.press("L");
    fail_page(&mut scenario);
    notices.add("a page fails", &scenario);
    for (situation, keys) in [("the budget is low", "L"), ("the budget is low while marking", "*")] {
        let mut scenario = Scenario::with_more(1000);
        scenario.press(keys);
        lower_budget(&mut scenario);
        scenario.page(page(["a".to_owned()], Some(more())));
        notices.add(situation, &scenario);
    }
    notices.after("sort a complete list", Scenario::browsing(3, None), "S");
    notices.after("sort a part of the list", Scenario::with_more(3), "SS");
    notices.after("sort a filtered list", Scenario::with_more(3), "/x<enter>S");
    let mut scenario = Scenario::with_more(1000);
    scenario.press("*");
    scenario.page(page(["last".to_owned()], None));
    notices.add("all are marked", &scenario);
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/5<enter>*");
    scenario.filter_matched(1, vec![5]);
    notices.add("the only match is marked", &scenario);
    scenario.press("u/<c-u>\"zz\"<enter>*");
    scenario.filter_matched(scenario.model.browse.filter.generation, vec![]);
    notices.add("no match is marked", &scenario);
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/ig<enter>");
    scenario.filter_matched(2, vec![]);
    scenario.filter_matched(3, vec![4]);
    notices.after("mark fuzzy matches", scenario, "*");
    let mut scenario = Scenario::with_more(1000);
    scenario.press("*");
    fail_page(&mut scenario);
    notices.add("a page fails while marking", &scenario);
    notices.after("cancel loading", Scenario::with_more(3), "L<esc>");
    notices.after("choose a missing variant", Scenario::shown(), "9");
    let mut scenario = Scenario::browsing(3, None);
    scenario.press("/");
    scenario.paste(&format!("cfut_{}", "x".repeat(48)));
    notices.add("paste a token into the filter", &scenario);
    insta::assert_snapshot!("list_notices", notices.0);
}

#[test]
fn wording_of_delivery_notices() {
    let mut notices = Notices::default();
    let unknown = || image_with("cat", r#""requireSignedURLs":null"#);
    notices.add("copy a URL", &copied(Scenario::shown(), "y"));
    notices.add("copy a signed URL", &copied(Scenario::private(), "y"));
    let mut scenario = Scenario::private();
    scenario.press("s6");
    scenario.sign();
    notices.add("copy a URL that never expires", &copied(scenario, "y"));
    notices.add("copy a URL of unknown access", &copied(loaded(unknown()), "y"));
    notices.add("copy Markdown", &copied(Scenario::private(), "Y2"));
    notices.add("copy the ID", &copied(Scenario::shown(), "Y7"));
    notices.add("copy the JSON", &copied(Scenario::shown(), "Y8"));
    notices.add("copy the JSON of a private image", &copied(Scenario::private(), "Y8"));
    notices.add("copy the JSON of listed images", &copied(listing([("a", true), ("b", false)]), "*Y8"));
    notices.add("copy URLs", &copied(listing([("a", false), (CAT, true)]), "*y"));
    scenario = Scenario::private();
    scenario.press("y");
    look_up_dog(&mut scenario);
    scenario.sign();
    scenario.copied();
    notices.add("copy an image shown before", &scenario);
    scenario = Scenario::private();
    let sign = scenario.press("y");
    scenario.press("j");
    scenario.effects = sign;
    scenario.sign();
    scenario.copied();
    notices.add("copy a variant selected before", &scenario);
    for (situation, keys, other_image) in [
        ("open a URL", "", false),
        ("open a variant selected before", "j", false),
        ("open an image shown before", "", true),
    ] {
        let mut scenario = Scenario::private();
        scenario.press("o");
        scenario.sign();
        let [Effect::Open(url)] = &scenario.effects[..] else { panic!("{:?}", scenario.effects) };
        let url = url.clone();
        scenario.press(keys);
        if other_image {
            look_up_dog(&mut scenario);
        }
        scenario.event(Event::Opened { url, outcome: Ok(()) });
        notices.add(situation, &scenario);
    }
    notices.after("open 9 marked images", Scenario::browsing(9, None), "*o");
    notices.after("open 1000 marked images", Scenario::browsing(1000, None), "*o");
    scenario = notices.after("copy a marked private image", listing([("a", false), ("b", true)]), "*y");
    notices.add("copy it unsigned", &copied(scenario, "y"));
    scenario = notices.after("copy a private image with a custom ID", loaded(private("cat")), "y");
    notices.add("copy it unsigned", &copied(scenario, "y"));
    notices.after("sign a public image", Scenario::shown(), "s");
    notices.after("sign a private image with a custom ID", loaded(private("cat")), "s");
    for (situation, keys) in [
        ("copy without a key", "y"),
        ("open without a key", "o"),
        ("copy Markdown without a key", "Y2"),
        ("sign without a key", "s2"),
    ] {
        let mut scenario = Scenario::private();
        scenario.press(keys);
        scenario.fail_to_sign();
        notices.add(situation, &scenario);
    }
    scenario = Scenario::private();
    scenario.press("y");
    look_up_dog(&mut scenario);
    scenario.fail_to_sign();
    notices.add("copy an image shown before without a key", &scenario);
    notices.after("copy before a lookup", Scenario::new(), "<esc>y");
    notices.after("copy a draft", loaded(draft()), "y");
    notices.after("verify a draft", loaded(draft()), "V");
    notices.after("copy an image without variants", loaded(bare()), "y");
    notices.after("copy during a lookup", Scenario::shown(), "i<c-u>dog<enter>y");
    scenario = Scenario::shown();
    scenario.press("y");
    look_up_dog(&mut scenario);
    let failed = Event::Copied { text: url("cat", "public").into(), outcome: Err(failure("Not copied")) };
    scenario.event(failed.clone());
    notices.after("verify below another image's URL", scenario, "V");
    scenario = Scenario::shown();
    scenario.press("i");
    scenario.event(failed);
    notices.add("a copy fails while typing", &scenario);
    scenario = Scenario::previewing(image("cat"));
    let request = scenario.model.preview.picture.pending_request().unwrap();
    let refusal = Failure { code: "9404".into(), kind: FailureKind::NotFound, ..failure("No picture") };
    scenario.event(Event::PictureShown(request, Err(refusal)));
    scenario = notices.after("copy a refused URL", scenario, "y");
    notices.add("copy it nevertheless", &copied(scenario, "y"));
    insta::assert_snapshot!("delivery_notices", notices.0);
}

#[test]
fn wording_of_probe_and_flexible_notices() {
    let mut notices = Notices::default();
    let mut scenario = Scenario::shown();
    scenario.press("Y3");
    scenario.respond_to_probes(&[]);
    scenario.copied();
    notices.add("one size is missing", &scenario);
    scenario = Scenario::shown();
    scenario.press("Y4");
    scenario.respond_to_probes(&[("hero", (1366, 1024)), ("thumbnail", (200, 150))]);
    scenario.copied();
    notices.add("one width is missing", &scenario);
    scenario = Scenario::shown();
    scenario.press("Y4");
    scenario.respond_to_probes(&[]);
    notices.add("all widths are missing", &scenario);
    scenario = Scenario::browsing(3, None);
    scenario.press("*Y3");
    scenario.respond_to_probes(&[("img0", (10, 20))]);
    scenario.copied();
    notices.add("sizes of marked images are missing", &scenario);
    scenario.press("Y4");
    scenario.respond_to_probes(&[("img0", (10, 20))]);
    notices.add("all widths of a marked image are missing", &scenario);
    notices.after("probe too many pictures", Scenario::browsing(201, None), "*Y4");
    notices.after("no picture can be probed", loaded(private("cat")), "Y4Y<enter>");
    notices.after("build a flexible variant of a private image", Scenario::private(), "fw=4<enter>");
    notices.after("copy a flexible variant of a private image", Scenario::private(), "fw=4<enter>y");
    notices.after("build a flexible variant with an unknown option", Scenario::shown(), "fwid=4<enter>");
    scenario = Scenario::shown();
    scenario.model.delivery.flexible_is_off = true;
    scenario = notices.after("build a flexible variant while they are off", scenario, "fw=4<enter>");
    notices.after("copy a flexible variant while they are off", scenario, "y");
    insta::assert_snapshot!("probe_and_flexible_notices", notices.0);
}

#[test]
fn wording_of_verify_and_explain_notices() {
    let mut notices = Notices::default();
    let mut verify =
        |situation: &str, mut scenario: Scenario, [signed, plain]: [Reply; 2], minutes_off: i64| {
            scenario.press("V");
            if scenario.effects.iter().any(|effect| matches!(effect, Effect::Sign { .. })) {
                scenario.sign();
            }
            let server = scenario.now + SignedDuration::from_mins(minutes_off);
            scenario.respond_to_both(signed, plain, Some(server));
            notices.add(situation, &scenario);
        };
    let busy = || Reply::Failed(failure("Busy"));
    verify("a public URL opens", Scenario::shown(), [opens(), opens()], 0);
    verify("a public URL is refused", Scenario::shown(), [opens(), refused()], 0);
    verify("the clock is wrong", Scenario::shown(), [opens(), opens()], 5);
    verify("only the signed URL opens", Scenario::private(), [opens(), refused()], 0);
    verify("both URLs open", Scenario::private(), [opens(), opens()], 0);
    verify("the plain URL fails", Scenario::private(), [opens(), busy()], 0);
    verify("a private image has a custom ID", loaded(private("cat")), [opens(), refused()], 0);
    let mut scenario = Scenario::private();
    scenario.press("V");
    scenario.fail_to_sign();
    scenario.respond_to_both(opens(), Reply::Refused(403, denied()), None);
    notices.add("there is no key", &scenario);
    for (situation, keys) in [("another variant", "j"), ("another image", "i<c-u>dog<enter>")] {
        let mut scenario = Scenario::shown();
        let verify = scenario.press("V");
        scenario.press(keys);
        if situation == "another image" {
            scenario.respond("dog", Ok(image("dog")));
        }
        scenario.effects = verify;
        scenario.respond_to_both(opens(), opens(), None);
        notices.add(&format!("{situation} is shown by then"), &scenario);
    }
    let key = SigningKey::parse("default", super::signing::KEY).unwrap();
    for (situation, url) in [
        ("an expired URL is pasted", signed_url("public", Some(100))),
        ("a badly signed URL is pasted", url(CAT, "public") + "?sig=beef"),
    ] {
        let mut scenario = Scenario::new();
        scenario.paste(&url);
        let (request, text) = scenario.explain_request();
        let explanation =
            crate::domain::explain::explain(text.text(), std::slice::from_ref(&key), scenario.now).unwrap();
        scenario.event(Event::Explained(request, Ok((Box::new(explanation), None))));
        notices.add(situation, &scenario);
    }
    scenario = Scenario::shown();
    scenario.press("e");
    let (request, text) = scenario.explain_request();
    scenario.press("fw=4");
    let explanation = crate::domain::explain::explain(text.text(), &[], scenario.now).unwrap();
    scenario.event(Event::Explained(request, Ok((Box::new(explanation), None))));
    notices.add("explain while typing", &scenario);
    insta::assert_snapshot!("verify_and_explain_notices", notices.0);
}
