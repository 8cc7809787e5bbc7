//! Saving pictures with `w`: what is on the disk afterwards.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use cfimg::app::save::SaveDialog;
use cfimg::app::{Event, Model, Notice, Overlay};
use cfimg::cloudflare::{Delivery, ignore_progress, ignore_waits};
use cfimg::demo::{ACCOUNT_HASH, Options, PRIVATE_ID, SAMPLE_ID, Server};
use cfimg::domain::{Image, ImageId};
use cfimg::picture::ACCEPT;
use cfimg::runtime::Arrival;
use tempfile::tempdir;

use super::harness::{Harness, client, fast_retries};

async fn server() -> Server {
    Server::start(Options::default()).await.expect("a free port")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn notice(model: &Model) -> &str {
    match &model.notice {
        Some(Notice::Done(text) | Notice::Warning(text)) => text,
        None => "",
    }
}

fn dialog(model: &Model) -> Option<&SaveDialog> {
    match &model.overlay {
        Some(Overlay::Save(dialog)) => Some(dialog),
        _ => None,
    }
}

/// A session with an image and its variants.
async fn showing(harness: Harness, id: &str) -> Harness {
    let mut harness = harness.start(Some(id));
    harness.until_ready(id).await;
    harness
}

/// The keys that save to this path.
fn save_to(path: &Path) -> String {
    format!("w\x15{}\r", path.display())
}

#[tokio::test]
async fn variant_and_original_are_saved_as_delivered() {
    let (server, folder) = (server().await, tempdir().expect("a folder"));
    let mut harness = showing(Harness::new(&server), SAMPLE_ID).await;
    harness.press(&save_to(&folder.path().join("mine.jpg")));
    harness.until_done().await;
    let saved = format!("Saved mine.webp to {} (", folder.path().display());
    assert!(notice(harness.session.model()).starts_with(&saved), "{}", notice(harness.session.model()));
    let url = harness.session.model().current_url().expect("a variant");
    let delivered =
        Delivery::new().get(url.as_str(), ACCEPT, 1 << 20, &ignore_progress).await.expect("a picture");
    assert_eq!(fs::read(folder.path().join("mine.webp")).ok(), Some(delivered.bytes));
    // Into a folder, under its own name.
    harness.press("w\t\x15");
    harness.press(&format!("{}/\r", folder.path().display()));
    harness.until_done().await;
    let api = client(&server.api_base(), fast_retries());
    let id = ImageId::parse(SAMPLE_ID).expect("an ID");
    let original = api.original(&id, 1 << 20, &ignore_waits, &ignore_progress).await.expect("an original");
    assert_eq!(fs::read(folder.path().join("logo.png")).ok(), Some(original.bytes));
    assert_eq!(names(folder.path()), ["logo.png", "mine.webp"]);
}

#[tokio::test]
async fn existing_file_survives_until_the_second_enter() {
    let (server, folder) = (server().await, tempdir().expect("a folder"));
    let (typed, real) = (folder.path().join("a.jpg"), folder.path().join("a.webp"));
    for path in [&typed, &real] {
        fs::write(path, "mine").expect("written");
    }
    let mut harness = showing(Harness::new(&server), SAMPLE_ID).await;
    let exists = |path: &Path| {
        let path = path.display().to_string();
        move |model: &Model| dialog(model).is_some_and(|dialog| dialog.existing.as_ref() == Some(&path))
    };
    harness.press(&save_to(&typed));
    harness.until(exists(&typed)).await;
    // Agreeing to one file does not overwrite another, whose name shows only with the format.
    harness.press("\r");
    harness.until(exists(&real)).await;
    assert_eq!(fs::read(&real).ok().as_deref(), Some(&b"mine"[..]));
    harness.press("\r");
    harness.until_done().await;
    assert_eq!(fs::read(&typed).ok().as_deref(), Some(&b"mine"[..]));
    assert_ne!(fs::read(&real).ok().as_deref(), Some(&b"mine"[..]));
    assert_eq!(names(folder.path()), ["a.jpg", "a.webp"]);
}

#[tokio::test]
async fn esc_leaves_no_part_file() {
    let server = server().await;
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = silent.local_addr().expect("it is bound");
    let folder = tempdir().expect("a folder");
    let mut harness = Harness::new(&server).start(Some("cat"));
    let request = harness.session.model().lookup.image.pending_request().expect("a lookup");
    let json = format!(r#"{{"id":"cat","variants":["http://{addr}/{ACCOUNT_HASH}/cat/public"]}}"#);
    let image = Box::new(Image::read(&json).expect("an image"));
    harness.driver.send(Arrival::Event(Event::ImageFetched(request, Ok(image))));
    harness.press(&save_to(&folder.path().join("a")));
    let until = |count| {
        let folder = folder.path();
        async move |_: &super::harness::Driver| {
            while names(folder).len() != count {
                tokio::task::yield_now().await;
            }
        }
    };
    harness.run(until(1)).await;
    harness.press("\x1b");
    harness.run(until(0)).await;
    assert!(dialog(harness.session.model()).is_some_and(|dialog| dialog.failure.is_none()));
}

#[tokio::test]
async fn unwritable_place_is_reported_in_the_dialog() {
    let (server, folder) = (server().await, tempdir().expect("a folder"));
    let mut harness = showing(Harness::new(&server), SAMPLE_ID).await;
    let path = folder.path().join("missing").join("a.png");
    harness.press(&save_to(&path));
    harness.until(|model| dialog(model).is_some_and(|dialog| dialog.failure.is_some())).await;
    assert_eq!(
        dialog(harness.session.model()).map(|dialog| dialog.line.text().to_owned()),
        Some(path.display().to_string())
    );
}

#[tokio::test]
async fn private_picture_is_signed_and_without_key_only_the_original_is_saved() {
    let (server, folder) = (server().await, tempdir().expect("a folder"));
    let mut harness = showing(Harness::new(&server), PRIVATE_ID).await;
    harness.press(&save_to(&folder.path().join("a")));
    harness.until_done().await;
    assert!(!notice(harness.session.model()).contains("sig="));
    let mut harness = showing(Harness::without_key(&server), PRIVATE_ID).await;
    harness.press(&save_to(&folder.path().join("b")));
    harness.until(|model| dialog(model).is_some_and(|dialog| dialog.failure.is_some())).await;
    harness.press("\t\r");
    harness.until_done().await;
    assert_eq!(names(folder.path()), ["a.webp", "b.jpg"]);
}

#[tokio::test]
async fn marked_images_are_saved_under_unique_names() {
    let (server, folder) = (server().await, tempdir().expect("a folder"));
    let mut harness = Harness::new(&server).start(None);
    harness.until(|model| model.browse.len() > 30).await;
    let new = folder.path().join("new");
    harness.press("/passport\r");
    harness.until(|model| model.browse.len() == 1).await;
    harness.press(" \x1b/logo.png\r");
    harness.until(|model| model.browse.filter.is_on() && model.browse.len() < 5).await;
    harness.press(" ");
    for (times, expected) in [
        (1, &["logo-public.webp", "passport-scan-public.webp"][..]),
        (
            2,
            &[
                "logo-public-2.webp",
                "logo-public.webp",
                "passport-scan-public-2.webp",
                "passport-scan-public.webp",
            ],
        ),
    ] {
        harness.press(&save_to(&new));
        let end = format!("Saved 2 images to {}", new.display());
        harness.until(|model| notice(model) == end).await;
        assert_eq!(names(&new), expected, "{times}");
    }
}
