//! The gallery's thumbnails: which requests they cost, and what is stored of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use cfimg::app::gallery::thumb_key;
use cfimg::app::{Model, PictureSource};
use cfimg::demo::{Options, SIGNING_KEY, Server, TOKEN};
use cfimg::domain::{Access, PictureChoice};
use cfimg::storage::ThumbnailCache;
use cfimg::terminal::TerminalEnv;
use tempfile::TempDir;

use super::harness::Harness;

async fn server() -> Server {
    Server::start(Options { images: 12, ..Options::default() }).await.expect("a free port")
}

/// The demo's gallery with tiles that the variant `thumbnail` covers. Nothing is requested for it yet.
async fn gallery(harness: Harness) -> Harness {
    harness.driver.screen.resize(120, 36);
    let mut harness = harness.start(None);
    let detected = harness.session.start_detection(TerminalEnv::default(), PictureChoice::Halfblocks);
    detected.expect("nothing here can fail");
    harness.until_started().await;
    harness.press("t-");
    harness
}

/// The gallery with all its thumbnails.
async fn complete_gallery(harness: Harness) -> Harness {
    let mut harness = gallery(harness).await;
    harness.until(|model| model.gallery.is_complete()).await;
    harness
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
    let rows = (0..2 * grid.rows * grid.columns).filter_map(|row| model.browse.row(row)?.image());
    let keys = rows.filter(|image| image.access == access).filter_map(|image| thumb_key(model, &image).ok());
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
    let first = complete_gallery(Harness::with_thumbnail_cache(&server, cache(&folder))).await;
    let public = wanted(first.session.model(), Access::Public);
    let private = wanted(first.session.model(), Access::Signed);
    assert!(public.len() > 6 && private.len() > 1, "{public:?} {private:?}");
    let requests = thumbnail_requests(&server);
    assert_eq!(requests.len(), public.len() + private.len());
    let screen = first.driver.screen.text();
    until_stored(first, &folder, public.len()).await;

    let second = complete_gallery(Harness::with_thumbnail_cache(&server, cache(&folder))).await;
    let more = &thumbnail_requests(&server)[requests.len()..];
    assert_eq!(more.len(), private.len());
    assert!(more.iter().all(|target| target.contains("sig=")), "{more:?}");
    assert_eq!(second.driver.screen.text(), screen);
}

#[tokio::test]
async fn private_thumbnail_is_never_on_disk_by_default() {
    let (server, folder) = (server().await, tempfile::tempdir().expect("a folder"));
    let first = complete_gallery(Harness::with_thumbnail_cache(&server, cache(&folder))).await;
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
    let first = complete_gallery(Harness::with_thumbnail_cache(&server, private())).await;
    until_stored(first, &folder, public.len() + signed.len()).await;
    let requests = thumbnail_requests(&server).len();
    complete_gallery(Harness::with_thumbnail_cache(&server, private())).await;
    assert_eq!(thumbnail_requests(&server).len(), requests, "all are on the disk");
}

#[tokio::test]
async fn unusable_disk_cache_does_not_break_the_gallery() {
    let (server, folder) = (server().await, tempfile::tempdir().expect("a folder"));
    fs::write(folder.path().join("thumbnails"), "a file").expect("a file");
    let session = complete_gallery(Harness::with_thumbnail_cache(&server, cache(&folder))).await;
    assert!(session.driver.screen.text().matches(['▀', '▄']).count() > 100);
    assert_eq!(session.session.model().warning(), None);
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn damaged_thumbnail_is_requested_again() {
    let (server, folder) = (server().await, tempfile::tempdir().expect("a folder"));
    let first = complete_gallery(Harness::with_thumbnail_cache(&server, cache(&folder))).await;
    let public = wanted(first.session.model(), Access::Public).len();
    until_stored(first, &folder, public).await;
    let requests = thumbnail_requests(&server);
    let is_signed = |target: &&String| target.contains("sig=");
    let signed = requests.iter().filter(is_signed).count();
    let damaged = files(folder.path()).remove(0);
    let length = fs::metadata(&damaged).expect("a file").len();
    fs::File::options().write(true).open(&damaged).and_then(|file| file.set_len(length - 1)).expect("a file");
    let second = complete_gallery(Harness::with_thumbnail_cache(&server, cache(&folder))).await;
    assert_eq!(thumbnail_requests(&server).len(), requests.len() + signed + 1);
    until_stored(second, &folder, public).await;
    let restored = fs::metadata(&damaged).expect("it is stored again").len();
    assert_eq!(restored, length);
}
