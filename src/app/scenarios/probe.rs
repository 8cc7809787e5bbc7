//! Scenarios of sizes in copy formats: pictures are probed if their sizes are not certain.

use super::signing::private;
use super::*;
use crate::app::{PictureInfo, PictureSource};
use crate::domain::CopyAs;
use crate::domain::copy_as::CannotCopy;
use crate::domain::delivery_code::flexible_is_off;
use crate::domain::delivery_plan::NotSigned;
use crate::domain::picture_format::Format;

pub(super) fn info_of((width, height): (u32, u32)) -> PictureInfo {
    let (format, took, via, frame_delay) = (Format::WebP, SignedDuration::ZERO, None, None);
    PictureInfo { width, height, format, bytes: 9_000, took, via, frame_delay, note: None }
}

impl Scenario {
    /// The URLs of the requested probes. Private ones are marked as signed.
    fn probes(&self) -> Vec<(RequestId, String)> {
        let probes = self.effects.iter().filter_map(|effect| match effect {
            Effect::ProbeSize { request, source: PictureSource::Plain(url) } => Some((*request, url.clone())),
            Effect::ProbeSize { request, source: PictureSource::Signed { url, .. } } => {
                Some((*request, format!("{url} signed")))
            }
            _ => None,
        });
        probes.collect()
    }

    /// Responds to each probe with the size of its variant, or with a failure if `sizes` lacks it.
    pub(super) fn respond_to_probes(&mut self, sizes: &[(&str, (u32, u32))]) {
        let probes = self.probes();
        self.effects.clear();
        for (request, url) in probes {
            let size = sizes.iter().find(|(name, _)| url.contains(name));
            let response = size.map(|(_, size)| info_of(*size)).ok_or_else(|| failure("No answer"));
            self.event(Event::SizeProbed(request, response));
        }
    }
}

/// Variant options by which these variants keep the picture's shape.
fn scale_down(names: &[&str]) -> Event {
    let fit = r#"{"options":{"width":9999,"height":9999,"fit":"scale-down"}}"#;
    let pad = r#"{"options":{"width":200,"height":200,"fit":"pad"}}"#;
    let options = ["hero", "public", "thumbnail"]
        .map(|name| VariantOptions::read(name, if names.contains(&name) { fit } else { pad }));
    Event::OptionsFetched(RequestId(2), Ok(options.to_vec()))
}

#[test]
fn srcset_is_copied_after_last_probe() {
    let mut scenario = Scenario::shown();
    scenario.event(scale_down(&["hero", "public"]));
    scenario.press("Y4");
    let probes = scenario.probes();
    let urls: Vec<_> = probes.iter().map(|(_, url)| url.as_str()).collect();
    assert_eq!(urls, [url("cat", "hero"), url("cat", "public")], "thumbnail is of another shape");
    assert_eq!(scenario.model.notice, None, "nothing is done yet");
    scenario.effects.clear();
    scenario.event(Event::SizeProbed(probes[1].0, Ok(info_of((640, 480)))));
    assert_eq!(scenario.effects, []);
    scenario.event(Event::SizeProbed(probes[1].0, Ok(info_of((1, 1)))));
    scenario.event(Event::SizeProbed(probes[0].0, Ok(info_of((1366, 1024)))));
    assert_eq!(scenario.model.notice, None, "all probes are done");
    let srcset = format!("{} 640w, {} 1366w", url("cat", "public"), url("cat", "hero"));
    assert_eq!(scenario.copied(), srcset);
    scenario.assert_done(&[CopyAs::Srcset.label(), " 1 variant"]);
    assert!(scenario.model.delivery.jobs.is_empty());
    // The probed pictures are known from now on.
    assert_eq!(
        scenario.model.preview.known(&url("cat", "hero")).map(|info| (info.width, info.bytes)),
        Some((1366, 9_000))
    );
    scenario.press("Y4");
    assert_eq!(scenario.copied(), srcset);
}

#[test]
fn only_needed_sizes_are_probed() {
    let mut scenario = Scenario::shown();
    scenario.press("Y3");
    scenario.respond_to_probes(&[("public", (640, 480))]);
    assert!(scenario.copied().contains(r#"width="640" height="480""#));
    scenario.press("Y5");
    let urls: Vec<_> = scenario.probes().into_iter().map(|(_, url)| url).collect();
    assert_eq!(urls, [url("cat", "hero"), url("cat", "thumbnail")]);
    scenario.respond_to_probes(&[("hero", (1366, 1024)), ("thumbnail", (200, 150))]);
    let copied = scenario.copied();
    assert!(copied.contains("200w, ") && copied.contains(r#"width="640" height="480""#), "{copied}");
    assert_eq!(Scenario::shown().press("Y5").len(), 3, "each picture once");
    for form in ["Y1", "Y2", "Y6", "Y7", "Y8"] {
        let mut scenario = Scenario::shown();
        assert!(matches!(&scenario.press(form)[..], [Effect::Copy(_)]), "{form}");
    }
    for (template, count) in [("{id}", 0), ("{width}", 1)] {
        let mut scenario = Scenario::shown();
        let parsed = crate::domain::copy_as::Template::parse(template).unwrap();
        scenario.model.preferences.templates = vec![("mine".to_owned(), parsed)];
        scenario.press("YG<enter>");
        assert_eq!(scenario.probes().len(), count, "{template}");
    }
}

#[test]
fn private_pictures_are_probed_by_signed_urls() {
    let mut scenario = Scenario::private();
    scenario.press("Y4");
    let probes = scenario.probes();
    assert_eq!(probes.len(), 3);
    assert!(probes.iter().all(|(_, url)| url.ends_with(" signed")), "{probes:?}");
    scenario.respond_to_probes(&[("hero", (1366, 1024)), ("public", (640, 480)), ("thumbnail", (200, 150))]);
    scenario.sign();
    let copied = scenario.copied();
    assert!(copied.matches("sig=").count() == 3 && copied.ends_with(" 1366w"), "{copied}");
    let public = VariantOptions::read("hero", r#"{"neverRequireSignedURLs":true}"#);
    let mut scenario = Scenario::private();
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![public])));
    scenario.press("Y4");
    assert_eq!(scenario.probes().iter().filter(|(_, url)| url.ends_with("/hero")).count(), 1, "it is public");
}

#[test]
fn options_that_change_during_a_probe_are_heeded() {
    let hero = |never: bool| {
        let entry = format!(r#"{{"neverRequireSignedURLs":{never}}}"#);
        vec![VariantOptions::read("hero", &entry)]
    };
    for (before, after, warns) in [(true, false, true), (true, true, false)] {
        let mut scenario = Scenario::private();
        scenario.event(Event::OptionsFetched(RequestId(2), Ok(hero(before))));
        scenario.press("kY3");
        let [(request, _)] = scenario.probes()[..] else { panic!("one probe: {:?}", scenario.effects) };
        scenario.model.lookup.options = Remote::Loaded(hero(after));
        scenario.event(Event::SizeProbed(request, Ok(info_of((640, 480)))));
        let Some(Effect::Copy(payload)) = scenario.effects.last() else { panic!("a copy") };
        assert_eq!(payload.warning().is_some(), warns, "{before} {after}");
    }
}

#[test]
fn failed_probes_block_srcset_but_not_img() {
    let mut scenario = Scenario::private();
    scenario.press("Y4");
    scenario.respond_to_probes(&[]);
    assert_eq!(scenario.effects, [], "no signature is requested");
    scenario.assert_warned(&[&failure("No answer").to_string()]);
    // An <img> works without its size.
    scenario.press("Y3");
    scenario.respond_to_probes(&[]);
    scenario.sign();
    assert!(!scenario.copied().contains("width="));
    scenario.assert_done(&[CopyAs::Html.label(), "13:00", "(no answer)"]);
}

#[test]
fn missing_key_aborts_other_private_probes() {
    let mut scenario = Scenario::private();
    let public = VariantOptions::read("thumbnail", r#"{"neverRequireSignedURLs":true}"#);
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![public])));
    scenario.press("Y4");
    let [(hero, _), (public, _), (thumbnail, _)] = &scenario.probes()[..] else { panic!("three") };
    scenario.effects.clear();
    let keyless = Failure::new(FailureKind::Credentials, "There is no key", "Set one.");
    scenario.event(Event::SizeProbed(*hero, Err(keyless.clone())));
    assert_eq!(scenario.effects, [Effect::Abort(*public)], "the public picture needs no key");
    scenario.event(Event::SizeProbed(*thumbnail, Err(failure("No answer"))));
    scenario.assert_warned(&[&keyless.to_string()]);
    let mut scenario = Scenario::private();
    let public = VariantOptions::read("thumbnail", r#"{"neverRequireSignedURLs":true}"#);
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![public])));
    scenario.press("Y4");
    let (thumbnail, _) = scenario.probes().pop().unwrap();
    scenario.effects.clear();
    scenario.event(Event::SizeProbed(thumbnail, Err(keyless.clone())));
    assert_eq!(scenario.effects, [], "a public picture's failure says nothing about keys");
    let mut scenario = Scenario::private();
    scenario.press("Y4");
    let last = scenario.probes().pop().unwrap();
    scenario.event(Event::SizeProbed(last.0, Err(keyless)));
    scenario.assert_warned(&["There is no key"]);
}

#[test]
fn unsignable_pictures_are_not_probed() {
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(private("cat")));
    scenario.press("Y4");
    scenario.assert_warned(&[&NotSigned::CustomId.to_string()]);
    scenario.press("Y<enter>");
    assert_eq!(scenario.effects, []);
    scenario.assert_warned(&[&CannotCopy::NoWidths.to_string()]);
}

#[test]
fn failed_probe_is_left_out_and_retried() {
    let mut scenario = Scenario::shown();
    scenario.press("Y4");
    scenario.respond_to_probes(&[("hero", (1366, 1024)), ("thumbnail", (200, 150))]);
    assert_eq!(scenario.copied().matches("w,").count(), 1);
    scenario.assert_done(&[" 1 variant", "(no answer)"]);
    scenario.press("Y4");
    assert_eq!(scenario.probes().len(), 1);
    scenario.respond_to_probes(&[("public", (640, 480))]);
    assert_eq!(scenario.copied().matches("w,").count(), 2);
}

#[test]
fn esc_cancels_probes() {
    let mut scenario = Scenario::shown();
    scenario.press("Y4");
    let probes = scenario.probes();
    assert_eq!(scenario.press("Y4"), [], "the second key starts nothing new");
    let aborts: Vec<_> = probes.iter().map(|(request, _)| Effect::Abort(*request)).collect();
    assert_eq!(scenario.press("<esc>"), aborts);
    let notice = scenario.model.notice.clone();
    scenario.assert_done(&[]);
    for (request, _) in probes {
        scenario.event(Event::SizeProbed(request, Ok(info_of((1, 1)))));
    }
    assert_eq!((&scenario.model.notice, scenario.effects.len()), (&notice, 3));
    assert_eq!(scenario.model.preview.known(&url("cat", "hero")), None);
}

#[test]
fn partly_probed_copy_is_not_started_twice() {
    let mut scenario = Scenario::shown();
    scenario.press("Y4");
    let (first, _) = scenario.probes().remove(0);
    scenario.event(Event::SizeProbed(first, Ok(info_of((1366, 1024)))));
    assert_eq!(scenario.press("Y4"), []);
    assert_eq!(scenario.probes(), []);
    assert_eq!(scenario.press("Y3").len(), 1, "another format is another copy");
    assert_eq!(scenario.press("jY3").len(), 1, "and so is another variant");
}

#[test]
fn pending_probe_copy_keeps_its_image() {
    let mut scenario = Scenario::shown();
    scenario.press("Y3");
    let probes = scenario.probes();
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    scenario.effects.clear();
    scenario.event(Event::SizeProbed(probes[0].0, Ok(info_of((640, 480)))));
    assert!(scenario.copied().contains(r#"/cat/public" width="640""#));
    scenario.assert_done(&[CopyAs::Html.label(), "cat"]);
    assert_eq!(
        scenario.model.preview.known(&url("cat", "public")),
        None,
        "it is no variant of what is shown"
    );
}

#[test]
fn marked_images_are_probed_up_to_a_limit() {
    let mut scenario = Scenario::browsing(3, None);
    scenario.press("*Y3");
    assert_eq!(scenario.probes().len(), 3);
    scenario.respond_to_probes(&[("img0", (10, 20)), ("img1", (30, 40))]);
    let copied = scenario.copied();
    assert!(copied.contains(r#"/img0/public" width="10""#) && copied.contains(r#"width="30""#), "{copied}");
    scenario.assert_done(&[" 1 ", "(no answer)"]);
    scenario.press("Y4");
    scenario.respond_to_probes(&[("img0", (10, 20)), ("img1", (30, 40))]);
    scenario.assert_warned(&["(img2)", &failure("No answer").to_string()]);
    assert_eq!(Scenario::browsing(200, None).press("*Y3").len(), 200);
    let mut scenario = Scenario::browsing(201, None);
    scenario.press("*Y4");
    scenario.assert_warned(&["603", "200"]);
    scenario.press("Y3");
    assert!(!scenario.copied().contains("width="));
    scenario.assert_done(&["201"]);
}

#[test]
fn probes_use_api_host_despite_custom_domain() {
    let mut scenario = Scenario::shown();
    scenario.model.preferences.domain = Some("img.example.com".parse().unwrap());
    scenario.press("Y3");
    assert_eq!(scenario.probes()[0].1, url("cat", "public"));
    scenario.respond_to_probes(&[("public", (640, 480))]);
    let copied = scenario.copied();
    assert!(copied.contains("img.example.com") && copied.contains(r#"width="640""#), "{copied}");
}

#[test]
fn flexible_is_off_follows_probe_responses() {
    let mut scenario = Scenario::shown();
    scenario.press("fw=400<enter>Y3");
    let (request, _) = scenario.probes().remove(0);
    scenario.effects.clear();
    let off = Failure { code: "9429".into(), ..failure("Flexible variants are off") };
    scenario.event(Event::SizeProbed(request, Err(off)));
    assert!(scenario.model.delivery.flexible_is_off);
    assert_eq!(scenario.effects, [], "a URL known to fail needs a confirmation");
    scenario.assert_warned(&[&flexible_is_off()]);
    scenario.press("Y<enter>");
    scenario.respond_to_probes(&[("w=400", (400, 300))]);
    assert!(!scenario.model.delivery.flexible_is_off);
}
