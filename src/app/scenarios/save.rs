//! Scenarios of saving pictures to files.

use super::browse::listed;
use super::*;
use crate::app::save::SaveDialog;
use crate::domain::picture_format::Format;

const ORIGINAL: &str = "cat";

impl Scenario {
    #[track_caller]
    fn save_dialog(&self) -> &SaveDialog {
        match &self.model.overlay {
            Some(Overlay::Save(dialog)) => dialog,
            other => panic!("not the save dialog: {other:?}"),
        }
    }

    /// The request, source and path of the save that Enter starts.
    #[track_caller]
    fn start_save(&mut self) -> (RequestId, PictureSource, String, Option<String>) {
        let effects = self.press("<enter>");
        let [Effect::SavePicture { request, picture, path, replace }] = &effects[..] else {
            panic!("{effects:?}")
        };
        (*request, picture.source.clone(), path.clone(), replace.clone())
    }

    fn saved(&mut self, request: RequestId, path: &str) {
        let file = SavedFile {
            name: path.to_owned(),
            folder: "~/pictures".to_owned(),
            bytes: 21_400,
            format: Some(Format::WebP),
        };
        self.event(Event::PictureSaved(request, Ok(SaveOutcome::Saved(file))));
    }
}

fn plain(variant: &str) -> PictureSource {
    PictureSource::Plain(url("cat", variant))
}

fn original(id: &str) -> PictureSource {
    PictureSource::Original(ImageId::parse(id).unwrap())
}

#[test]
fn w_saves_the_selected_variant() {
    let mut scenario = Scenario::shown();
    scenario.press("w");
    assert_eq!(scenario.save_dialog().line.text(), "cat-public");
    let (request, source, path, replace) = scenario.start_save();
    assert_eq!((source, &*path, replace), (plain("public"), "cat-public", None));
    assert_eq!(scenario.press("<enter>"), [], "once is enough");
    scenario.saved(request, "cat-public.webp");
    assert!(scenario.model.overlay.is_none());
    scenario.assert_done(&["Saved cat-public.webp to ~/pictures (21.4 kB, WebP)"]);
}

#[test]
fn known_format_gives_the_extension() {
    let mut scenario = Scenario::shown();
    let info = PictureInfo {
        width: 1,
        height: 1,
        format: Format::Jpeg,
        bytes: 1,
        took: SignedDuration::ZERO,
        via: None,
        frame_delay: None,
        note: None,
    };
    scenario.model.preview.record_for(&ImageId::parse("cat").unwrap(), &url("cat", "public"), &info);
    scenario.press("w");
    assert_eq!(scenario.save_dialog().line.text(), "cat-public.jpg");
}

#[test]
fn tab_switches_to_the_original_and_keeps_typed_names() {
    let mut scenario = Scenario::shown();
    scenario.press("w<tab>");
    assert_eq!(scenario.save_dialog().line.text(), ORIGINAL);
    let (request, source, ..) = scenario.start_save();
    assert_eq!(source, original("cat"));
    scenario.saved(request, "cat.png");
    scenario.press("w");
    assert!(!scenario.save_dialog().original, "the same keys do the same again");
    scenario.press("<tab><c-u>mine<tab>");
    assert!(!scenario.save_dialog().original);
    let (_, source, path, _) = scenario.start_save();
    assert_eq!((source, &*path), (plain("public"), "mine"));
}

#[test]
fn private_variant_is_signed_and_unsignable_one_offers_the_original() {
    let private = r#""requireSignedURLs":true"#;
    let mut scenario = Scenario::new();
    scenario.press(&format!("{CAT}<enter>"));
    scenario.respond(CAT, Ok(image_with(CAT, private)));
    scenario.press("w");
    assert!(matches!(scenario.start_save().1, PictureSource::Signed { .. }));
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image_with("cat", private)));
    scenario.press("w");
    assert!(scenario.save_dialog().original, "its ID is a custom one");
    assert_eq!(scenario.press("<tab><enter>"), []);
    assert!(scenario.save_dialog().failure.is_some());
}

#[test]
fn existing_file_is_overwritten_by_a_second_enter_only() {
    let mut scenario = Scenario::shown();
    scenario.press("w");
    let (request, ..) = scenario.start_save();
    let exists = |scenario: &mut Scenario, request| {
        let exists = SaveOutcome::Exists("cat-public.webp".to_owned());
        scenario.event(Event::PictureSaved(request, Ok(exists)));
    };
    exists(&mut scenario, request);
    assert_eq!(scenario.save_dialog().line.text(), "cat-public.webp");
    scenario.press("x<backspace>");
    let (request, _, _, replace) = scenario.start_save();
    assert_eq!(replace, None, "the name was edited");
    exists(&mut scenario, request);
    let (_, _, path, replace) = scenario.start_save();
    assert_eq!((&*path, replace.as_deref()), ("cat-public.webp", Some("cat-public.webp")));
}

#[test]
fn failure_stays_in_the_dialog_and_its_text_is_kept() {
    let mut scenario = Scenario::shown();
    scenario.press("w<c-u>mine");
    let (request, ..) = scenario.start_save();
    scenario.event(Event::PictureSaved(request, Err(failure("No connection"))));
    assert!(scenario.save_dialog().failure.is_some());
    scenario.press("<esc>w");
    assert_eq!((scenario.save_dialog().line.text(), &scenario.save_dialog().failure), ("mine", &None));
    scenario.press("<esc>jw");
    assert_eq!(scenario.save_dialog().line.text(), "cat-thumbnail", "another picture");
    assert_eq!(scenario.press("<c-u><enter>"), [], "no path");
}

#[test]
fn esc_cancels_the_save_and_then_closes_the_dialog() {
    let mut scenario = Scenario::shown();
    scenario.press("w");
    let (request, ..) = scenario.start_save();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    assert_eq!(scenario.save_dialog().line.text(), "cat-public");
    scenario.saved(request, "cat-public.webp");
    assert!(scenario.model.overlay.is_some(), "a late answer changes nothing");
    assert_eq!(scenario.press("<esc>"), []);
    assert!(scenario.model.overlay.is_none());
}

#[test]
fn late_failure_does_not_disturb_what_was_typed_meanwhile() {
    let mut scenario = Scenario::shown();
    scenario.press("w");
    let (request, ..) = scenario.start_save();
    scenario.press("2");
    scenario.event(Event::PictureSaved(request, Ok(SaveOutcome::Exists("cat-public".into()))));
    assert_eq!(scenario.save_dialog().line.text(), "cat-public2");
    scenario.assert_warned(&["cat-public"]);
}

#[test]
fn draft_and_nothing_shown_are_not_saved() {
    let mut scenario = Scenario::new();
    assert_eq!(scenario.press("<esc>w"), []);
    assert!(scenario.model.overlay.is_none() && scenario.model.warning().is_some());
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image_with("cat", r#""draft":true"#)));
    scenario.press("w");
    assert!(scenario.model.overlay.is_none());
    scenario.assert_warned(&["upload"]);
}

#[test]
fn marked_images_are_saved_to_a_folder() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("  w");
    assert_eq!(scenario.save_dialog().line.text(), "./");
    let effects = scenario.press("<c-u>pictures<enter>");
    let [Effect::SavePictures { request, pictures, folder }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((folder.as_str(), pictures.len()), ("pictures", 2));
    assert_eq!(pictures[1].source, PictureSource::Plain(url("img1", "public")));
    assert!(scenario.model.overlay.is_none(), "the user goes on meanwhile");
    scenario.event(Event::SaveProgress(*request, 1));
    let progress = |scenario: &Scenario| scenario.model.save.job.as_ref()?.progress();
    assert_eq!((progress(&scenario), &scenario.model.notice), (Some((1, 2)), &None));
    scenario.press("w");
    assert!(scenario.model.overlay.is_none() && scenario.model.warning().is_some(), "one at a time");
    scenario.event(Event::SaveProgress(*request, 2));
    assert!(progress(&scenario) == Some((2, 2)) && scenario.model.warning().is_some());
    let count = SaveCount { folder: "~/pictures".to_owned(), saved: 2, ..SaveCount::default() };
    scenario.event(Event::PicturesSaved(*request, Ok(count)));
    scenario.assert_done(&["Saved 2 images to ~/pictures"]);
}

#[test]
fn failures_of_marked_images_are_counted_and_the_first_is_named() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed("a", false), listed("b", true)], next: None });
    let effects = scenario.press("*w<enter>");
    let [Effect::SavePictures { request, pictures, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(pictures.len(), 1, "a private image with a custom ID has no URL that opens");
    let mut count = SaveCount { folder: "~/pictures".to_owned(), saved: 0, ..SaveCount::default() };
    count.fail("a".to_owned(), failure("No connection"));
    scenario.event(Event::PicturesSaved(*request, Ok(count)));
    scenario.assert_warned(&["Saved 0 of 2 images to ~/pictures", "2 failed", "(b): "]);
}

#[test]
fn esc_cancels_saving_marked_images() {
    let mut scenario = Scenario::browsing(9, None);
    let effects = scenario.press("  w<enter>");
    let [Effect::SavePictures { request, .. }] = effects[..] else { panic!("{effects:?}") };
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    scenario.assert_done(&["Cancelled"]);
    assert!(scenario.model.save.job.is_none());
}
