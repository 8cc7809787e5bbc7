//! The gallery's thumbnails: which requests they cost, and what is stored of them.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use cfimg::app::gallery::thumb_key;
use cfimg::app::{Event, Model, PictureSource};
use cfimg::demo::{ACCOUNT_HASH, Options, SIGNING_KEY, Server, TOKEN, delivery_fault_id};
use cfimg::domain::{Access, FailureKind, PictureChoice};
use cfimg::runtime::Arrival;
use cfimg::storage::ThumbnailCache;
use cfimg::terminal::TerminalEnv;
use tempfile::TempDir;

use super::account::{ScriptedApi, page};
use super::harness::Harness;
use super::proxy::{Connection, RecordingProxy};

async fn server() -> Server {
    Server::start(Options { images: 12, ..Options::default() }).await.expect("a free port")
}

/// A session that shows pictures.
fn session(harness: Harness) -> Harness {
    session_drawing(harness, PictureChoice::Halfblocks)
}

fn session_drawing(harness: Harness, picture: PictureChoice) -> Harness {
    harness.driver.screen.resize(120, 36);
    let mut harness = harness.start(None);
    let detected = harness.session.start_detection(TerminalEnv::default(), picture);
    detected.expect("nothing here can fail");
    harness
}

/// A session whose thumbnails are stored in this cache.
fn session_with(server: &Server, cache: ThumbnailCache) -> Harness {
    session(Harness::with_thumbnail_cache(server, cache))
}

/// Opens the gallery with tiles that the variant `thumbnail` covers, and waits for all thumbnails.
async fn complete(harness: &mut Harness) {
    harness.until_started().await;
    harness.press("t-");
    // Thumbnails a screen ahead draw no frame.
    let completing = async {
        while !harness.session.model().gallery.is_complete() {
            harness.press("");
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), completing).await.expect("all are there soon");
}

/// The requests for thumbnails, in order.
fn thumbnail_requests(server: &Server) -> Vec<String> {
    let targets = server.requests().into_iter().map(|request| request.target);
    targets
        .filter(|target| target.split('?').next().is_some_and(|path| path.ends_with("/thumbnail")))
        .collect()
}

/// The URLs of the thumbnails on the screen and a screen ahead, of public or of private images.
fn wanted(model: &Model, access: Access) -> BTreeSet<String> {
    let grid = model.viewports.gallery;
    let rows = (0..2 * grid.rows * grid.columns).filter_map(|row| model.browse.row(row));
    let keys = rows
        .filter(|image| image.access() == access)
        .filter_map(|image| thumb_key(model, image, grid.cells).ok());
    keys.map(|key| match key.source {
        PictureSource::Plain(url) | PictureSource::Signed { url, .. } => url,
        PictureSource::Original(id) => panic!("the original of {id:?}"),
    })
    .collect()
}

fn cache(folder: &TempDir) -> ThumbnailCache {
    ThumbnailCache::new(folder.path(), "owner".to_owned())
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Waits until this many thumbnails are stored, and stops the session.
async fn until_stored(harness: Harness, folder: &TempDir, count: usize) {
    let stored =
        || files(folder.path()).iter().filter(|path| path.extension().is_some_and(|e| e == "thumb")).count();
    let waiting = async {
        while stored() < count {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), waiting).await.expect("they are stored soon");
    assert_eq!(stored(), count);
    drop(harness);
}

#[tokio::test]
async fn second_start_requests_no_public_thumbnail() {
    let (server, folder) = (server().await, tempfile::tempdir().expect("a folder"));
    let mut first = session_with(&server, cache(&folder));
    complete(&mut first).await;
    let public = wanted(first.session.model(), Access::Public);
    let private = wanted(first.session.model(), Access::Signed);
    assert!(public.len() > 6 && private.len() > 1, "{public:?} {private:?}");
    let requests = thumbnail_requests(&server);
    assert_eq!(requests.len(), public.len() + private.len());
    assert!(server.requests().iter().all(|request| !request.target.ends_with("/blob")), "no original");
    let screen = first.driver.screen.text();
    until_stored(first, &folder, public.len()).await;

    let mut second = session_with(&server, cache(&folder));
    complete(&mut second).await;
    let more = &thumbnail_requests(&server)[requests.len()..];
    assert_eq!(more.len(), private.len());
    assert!(more.iter().all(|target| target.contains("sig=")), "{more:?}");
    assert_eq!(second.driver.screen.text(), screen);
}

#[tokio::test]
async fn gallery_comes_back_with_its_thumbnails() {
    let server = server().await;
    let mut harness = session(Harness::new(&server));
    complete(&mut harness).await;
    let blocks = |harness: &Harness| harness.driver.screen.text().matches(['▀', '▄']).count();
    let before = blocks(&harness);
    assert!(before > 100);
    for (leave, back) in [("\r", "\x1b"), ("t", "t")] {
        harness.press(leave);
        assert!(blocks(&harness) != before, "{leave:?}");
        harness.press(back);
        assert_eq!(blocks(&harness), before, "{}", harness.driver.screen.text());
    }
}

#[tokio::test]
async fn thumbnail_out_of_sight_draws_no_frame() {
    let server = server().await;
    let mut harness = session(Harness::new(&server));
    complete(&mut harness).await;
    let model = harness.session.model();
    let image = model.browse.row(0).expect("an image");
    let other_size = thumb_key(model, image, (1, 1)).expect("it has a URL");
    let shown = Event::ThumbShown(other_size, Ok(()));
    let frames = harness.driver.screen.frames().len();
    harness.driver.send(Arrival::Event(shown));
    harness.press("");
    assert_eq!(harness.driver.screen.frames().len(), frames);
}

#[tokio::test]
async fn private_thumbnail_is_never_on_disk_by_default() {
    let (server, folder) = (server().await, tempfile::tempdir().expect("a folder"));
    let mut first = session_with(&server, cache(&folder));
    complete(&mut first).await;
    let public = wanted(first.session.model(), Access::Public);
    let requests = thumbnail_requests(&server);
    let signed: Vec<_> = requests.iter().filter_map(|target| target.split_once("sig=")).collect();
    assert!(!signed.is_empty());
    until_stored(first, &folder, public.len()).await;
    for file in files(folder.path()) {
        let name = file.to_str().expect("a name of ASCII letters").to_owned();
        let content = fs::read(&file).expect("a file").escape_ascii().to_string();
        let secrets = signed.iter().map(|(_, signature)| *signature).chain(["sig=", TOKEN, SIGNING_KEY]);
        for secret in secrets {
            assert!(!name.contains(secret) && !content.contains(secret), "{secret} in {name}");
        }
    }

    let folder = tempfile::tempdir().expect("a folder");
    let private = || cache(&folder).with_private(true);
    let mut first = session_with(&server, private());
    complete(&mut first).await;
    until_stored(first, &folder, public.len() + signed.len()).await;
    let requests = thumbnail_requests(&server).len();
    complete(&mut session_with(&server, private())).await;
    assert_eq!(thumbnail_requests(&server).len(), requests, "all are on the disk");
}

#[tokio::test]
async fn unusable_disk_cache_does_not_break_the_gallery() {
    let (server, folder) = (server().await, tempfile::tempdir().expect("a folder"));
    fs::write(folder.path().join("thumbnails"), "a file").expect("a file");
    let mut harness = session_with(&server, cache(&folder));
    complete(&mut harness).await;
    assert!(harness.driver.screen.text().matches(['▀', '▄']).count() > 100);
    assert_eq!(harness.session.model().warning(), None);
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn gallery_that_is_opened_again_shows_its_thumbnails() {
    let server = server().await;
    let mut harness = session(Harness::new(&server));
    complete(&mut harness).await;
    let before = harness.driver.screen.text();
    harness.press("t");
    assert_ne!(harness.driver.screen.text(), before);
    harness.press("t");
    let tiles = |text: &str| text.matches(['▀', '▄']).count();
    assert!(tiles(&before) > 100);
    assert_eq!(tiles(&harness.driver.screen.text()), tiles(&before), "{}", harness.driver.screen.text());
}

#[tokio::test]
async fn damaged_thumbnail_is_requested_again() {
    let (server, folder) = (server().await, tempfile::tempdir().expect("a folder"));
    let mut first = session_with(&server, cache(&folder));
    complete(&mut first).await;
    let public = wanted(first.session.model(), Access::Public).len();
    until_stored(first, &folder, public).await;
    let requests = thumbnail_requests(&server);
    let is_signed = |target: &&String| target.contains("sig=");
    let signed = requests.iter().filter(is_signed).count();
    let damaged = files(folder.path()).remove(0);
    let length = fs::metadata(&damaged).expect("a file").len();
    fs::File::options().write(true).open(&damaged).and_then(|file| file.set_len(length - 1)).expect("a file");
    let mut second = session_with(&server, cache(&folder));
    complete(&mut second).await;
    assert_eq!(thumbnail_requests(&server).len(), requests.len() + signed + 1);
    until_stored(second, &folder, public).await;
    let restored = fs::metadata(&damaged).expect("it is stored again").len();
    assert_eq!(restored, length);
}

/// An API whose list has these images. Their delivery URLs are below `base`.
async fn api_of(base: &str, ids: impl IntoIterator<Item = String>) -> ScriptedApi {
    let image = |id: String| {
        format!(
            r#"{{"id":"{id}","requireSignedURLs":false,"variants":["{base}/{ACCOUNT_HASH}/{id}/thumbnail"]}}"#
        )
    };
    let images: Vec<String> = ids.into_iter().map(image).collect();
    ScriptedApi::with([("", vec![page(&images.iter().map(String::as_str).collect::<Vec<_>>(), None)])]).await
}

#[tokio::test]
async fn four_thumbnails_are_requested_at_once_and_those_out_of_sight_cancelled() {
    // Connections are accepted, and nothing is answered.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let host = RecordingProxy::start(silent.local_addr().expect("it listens")).await;
    let base = host.api_base().replace("/client/v4", "");
    let api = api_of(&base, (0..200).map(|number| format!("img{number}"))).await;
    let mut harness = session(Harness::at(&api.api_base()));
    harness.until(|model| model.browse.len() == 200).await;
    harness.press("t");
    let number = |connection: &Connection| -> Option<usize> {
        connection.request.split("/img").nth(1)?.split('/').next()?.parse().ok()
    };
    let open = |connections: &[Connection]| -> Vec<usize> {
        connections.iter().filter(|connection| !connection.closed).filter_map(number).collect()
    };
    harness.run(async |_| host.until(|connections| open(connections).len() == 4).await).await;
    let before = open(&host.connections());
    assert!(before.iter().all(|number| *number < 12), "the visible ones: {before:?}");
    for _ in 0..50 {
        harness.press("");
        tokio::task::yield_now().await;
    }
    assert_eq!(open(&host.connections()), before, "no more at once");
    harness.press("G");
    let are_last = |numbers: &[usize]| numbers.len() == 4 && numbers.iter().all(|number| *number > 150);
    harness.run(async |_| host.until(|connections| are_last(&open(connections))).await).await;
    harness.press("t");
    harness.run(async |_| host.until(|connections| open(connections).len() <= 1).await).await;
}

/// Asserts that a text is on the screen, on one line or several.
fn assert_shows(harness: &Harness, text: &str) {
    let screen = harness.driver.screen.text();
    assert!(text.split(' ').all(|word| screen.contains(word)), "{text}\n{screen}");
}

#[tokio::test]
async fn private_tile_without_key_says_why() {
    let server = server().await;
    let mut harness = session(Harness::without_key(&server));
    complete(&mut harness).await;
    let model = harness.session.model();
    let mut images = (0..model.browse.len()).filter_map(|row| model.browse.row(row));
    let private = images.find(|image| image.access() == Access::Signed).expect("a private image");
    let key = thumb_key(model, private, model.viewports.gallery.cells).expect("it has a URL");
    let failure = model.gallery.failure(&key).expect("nothing signs its URL");
    assert_eq!(failure.kind, FailureKind::Credentials);
    assert_shows(&harness, &failure.what);
    assert!(server.requests().iter().all(|request| !request.target.ends_with("/blob")), "no original");
}

#[tokio::test]
async fn tile_of_failed_delivery_says_why() {
    let server = server().await;
    // Details of the first one are fetched, and they have no variants here.
    let ids = ["first".to_owned(), delivery_fault_id(9412, 415), "no-such-image".to_owned()];
    let api = api_of(&server.delivery_base(), ids).await;
    let mut harness = session(Harness::at(&api.api_base()));
    harness.until(|model| model.browse.len() == 3).await;
    harness.press("t");
    harness.until(|model| model.gallery.is_complete()).await;
    let model = harness.session.model();
    for row in 1..3 {
        let image = model.browse.row(row).expect("an image");
        let key = thumb_key(model, image, model.viewports.gallery.cells).expect("it has a URL");
        let failure = model.gallery.failure(&key).expect("its delivery fails");
        assert_shows(&harness, &failure.what);
    }
}

#[tokio::test]
async fn kitty_has_the_pixels_of_every_tile() {
    let server = server().await;
    let mut harness = session_drawing(Harness::new(&server), PictureChoice::Kitty);
    harness.until_started().await;
    harness.press("t?");
    harness.until(|model| model.gallery.is_complete()).await;
    harness.press("\u{1b}");
    let screen = &harness.driver.screen;
    let written: String = screen.frames().iter().map(|frame| frame.written.as_str()).collect();
    let sent: BTreeSet<u32> = written
        .split("\u{1b}_Gf=100,i=")
        .skip(1)
        .map(|rest| rest.split(',').next().and_then(|id| id.parse::<u32>().ok()).expect("an ID") & 0xff_ffff)
        .collect();
    let shown = screen.kitty_ids();
    assert_eq!(shown.len(), harness.session.model().browse.len(), "{}", screen.text());
    assert!(shown.is_subset(&sent), "{shown:?} {sent:?}");
}
