//! Thumbnails: their order, and those on the disk: what they save, and when they are fetched again.

use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::cloudflare::KeyRing;
use crate::domain::graphics::USUAL_CELL;
use crate::domain::{Access, Failure, KeySource, PictureSource};
use crate::picture::{RenderTask, Rendered};
use crate::runtime::clock::now;
use crate::storage::ThumbnailCache;

/// The thumbnails of one run, with a delivery host and a folder on the disk.
struct Run {
    server: TcpListener,
    folder: TempDir,
    thumbs: Thumbs,
    arrivals: UnboundedReceiver<Arrival>,
}

impl Run {
    async fn start() -> Self {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (sender, arrivals) = unbounded_channel();
        let fetcher = Fetcher::new(None, KeyRing::new(None, KeySource::Account, vec![]));
        let renderer = Arc::new(crate::sandbox::Sandbox::new());
        let mut thumbs = Thumbs::new(fetcher, RequestLimiter::new(), renderer, sender);
        let cache = ThumbnailCache::new(folder.path(), "owner".to_owned());
        thumbs.use_disk(DiskCache::new(cache));
        Self { server, folder, thumbs, arrivals }
    }

    /// The same server and folder in the next run.
    async fn next(self) -> Self {
        Self { server: self.server, ..Self::start().await }.in_folder(self.folder)
    }

    fn in_folder(mut self, folder: TempDir) -> Self {
        self.thumbs.use_disk(DiskCache::new(ThumbnailCache::new(folder.path(), "owner".to_owned())));
        self.folder = folder;
        self
    }

    fn key(&self) -> ThumbKey {
        let url = format!("http://{}/MTt4OTd0b0w5aj/cat/thumb", self.server.local_addr().unwrap());
        let uploaded = Some(jiff::Timestamp::UNIX_EPOCH);
        ThumbKey {
            source: PictureSource::Plain(url),
            cells: (9, 9),
            cell: USUAL_CELL,
            access: Access::Public,
            uploaded,
        }
    }

    fn show(&mut self) {
        let key = self.key();
        self.thumbs.show(vec![key], Target::new(Protocol::Halfblocks));
    }

    /// Responds to the next request with this file.
    async fn respond(&self, file: &[u8]) {
        let (mut connection, _) = in_time(self.server.accept()).await.unwrap();
        assert!(connection.read(&mut [0; 1000]).await.unwrap() > 0);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", file.len());
        connection.write_all(&[head.as_bytes(), file].concat()).await.unwrap();
    }

    /// The result of the thumbnail.
    async fn result(&mut self) -> Result<(), Failure> {
        self.shown().await.1
    }

    /// The next thumbnail, and its result.
    async fn shown(&mut self) -> (ThumbKey, Result<(), Failure>) {
        loop {
            match in_time(self.arrivals.recv()).await.unwrap() {
                Arrival::Event(Event::ThumbShown(key, result)) => return (key, result),
                Arrival::Thumb(..) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Fetches and stores a thumbnail.
    async fn fetch(&mut self) {
        self.show();
        self.respond(&png()).await;
        assert_eq!(self.result().await, Ok(()));
        // After the command to store it.
        assert_eq!(self.stored().await, Some(png()));
    }

    async fn stored(&self) -> Option<Vec<u8>> {
        self.thumbs.disk.as_ref().unwrap().read(&self.key()).await
    }
}

async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(15), awaited).await.expect("it finished soon")
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbaImage::new(40, 9).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn stored_thumbnail_costs_no_request() {
    let mut run = Run::start().await;
    run.fetch().await;
    let mut run = run.next().await;
    run.show();
    assert_eq!(run.result().await, Ok(()));
    assert!(run.server.accept().now_or_never().is_none());
}

#[tokio::test]
async fn forgotten_thumbnail_is_fetched_again() {
    let mut run = Run::start().await;
    run.fetch().await;
    let mut run = run.next().await;
    run.thumbs.forget(&ImageId::parse("cat").unwrap());
    run.fetch().await;
}

#[tokio::test]
async fn broken_picture_is_not_stored() {
    let mut run = Run::start().await;
    run.show();
    run.respond(b"<html>no picture").await;
    assert!(run.result().await.is_err());
    assert_eq!(run.stored().await, None);
    run.fetch().await;
}

#[tokio::test]
async fn picture_in_memory_is_stored_too() {
    let mut run = Run::start().await;
    let file = File { bytes: png().into(), took: SignedDuration::ZERO, at: now(), via: None };
    run.thumbs.fetcher.add(run.key().source, file);
    run.show();
    assert_eq!(run.result().await, Ok(()));
    assert_eq!(run.stored().await, Some(png()));
}

#[tokio::test]
async fn another_upload_is_fetched_again() {
    let mut run = Run::start().await;
    run.fetch().await;
    let uploaded = Some(now() + SignedDuration::from_hours(1));
    let key = ThumbKey { uploaded, ..run.key() };
    run.thumbs.show(vec![key], Target::new(Protocol::Halfblocks));
    run.respond(&png()).await;
    assert_eq!(run.result().await, Ok(()));
}

#[tokio::test]
async fn stored_thumbnail_is_not_taken_for_a_later_upload() {
    let mut run = Run::start().await;
    run.fetch().await;
    let uploaded = Some(now());
    let mut run = run.next().await;
    run.show();
    assert_eq!(run.result().await, Ok(()));
    let key = ThumbKey { uploaded, ..run.key() };
    run.thumbs.show(vec![key], Target::new(Protocol::Halfblocks));
    run.respond(&png()).await;
    assert_eq!(run.result().await, Ok(()));
}

#[tokio::test]
async fn thumbnails_are_fetched_in_order() {
    let mut run = Run::start().await;
    let at = |name| PictureSource::Plain(format!("http://{}/{name}", run.server.local_addr().unwrap()));
    // The disk is read for the first one only.
    let others = ["a", "b", "c", "d"].map(|name| ThumbKey { source: at(name), uploaded: None, ..run.key() });
    let keys = std::iter::once(run.key()).chain(others).collect();
    run.thumbs.show(keys, Target::new(Protocol::Halfblocks));
    let (mut requested, mut connections) = (Vec::new(), Vec::new());
    for _ in 0..REQUESTS {
        let (mut connection, _) = in_time(run.server.accept()).await.unwrap();
        let mut request = [0; 1000];
        let length = connection.read(&mut request).await.unwrap();
        requested.push(String::from_utf8_lossy(&request[..length]).into_owned());
        // A connection that is closed ends its request, and another one starts.
        connections.push(connection);
    }
    assert!(requested.iter().any(|request| request.contains("/cat/thumb")), "{requested:?}");
}

/// Draws nothing until it receives a message.
#[derive(Debug)]
struct Stalled(Mutex<std::sync::mpsc::Receiver<()>>);

impl Renderer for Stalled {
    fn render(&self, _: &[u8], _: RenderTask) -> Result<Rendered, PictureError> {
        locked(&self.0, |go| _ = go.recv());
        Err(PictureError::Empty)
    }
}

/// An SVG, which the renderer draws.
const DRAWING: &[u8] = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#;

impl Run {
    /// Draws SVGs by a renderer that stalls until the result is dropped.
    fn stall(&mut self) -> std::sync::mpsc::Sender<()> {
        let (go, wait) = std::sync::mpsc::channel();
        let (sender, arrivals) = unbounded_channel();
        let renderer = Arc::new(Stalled(Mutex::new(wait)));
        self.thumbs = Thumbs::new(self.thumbs.fetcher.clone(), RequestLimiter::new(), renderer, sender);
        self.arrivals = arrivals;
        go
    }

    /// The key of an SVG in memory.
    fn drawing(&self) -> ThumbKey {
        let source = PictureSource::Plain("http://127.0.0.1:9/svg".to_owned());
        let file = File { bytes: DRAWING.into(), took: SignedDuration::ZERO, at: now(), via: None };
        self.thumbs.fetcher.add(source.clone(), file);
        ThumbKey { source, ..self.key() }
    }
}

#[tokio::test]
async fn slow_thumbnail_holds_up_no_other() {
    let mut run = Run::start().await;
    let go = run.stall();
    let file = File { bytes: png().into(), took: SignedDuration::ZERO, at: now(), via: None };
    run.thumbs.fetcher.add(run.key().source, file);
    run.thumbs.show(vec![run.drawing(), run.key()], Target::new(Protocol::Halfblocks));
    assert_eq!(run.result().await, Ok(()), "the second one is shown");
    drop(go);
    assert!(run.result().await.is_err());
}

#[tokio::test]
async fn thumbnail_that_is_requested_twice_is_drawn_once() {
    let mut run = Run::start().await;
    let go = run.stall();
    let [first, second, last] = [7, 8, 9].map(|size| ThumbKey { cells: (size, size), ..run.drawing() });
    let target = Target::new(Protocol::Halfblocks);
    run.thumbs.show(vec![first.clone(), second.clone()], target);
    run.thumbs.show(vec![first, second.clone(), last.clone()], target);
    drop(go);
    let mut drawn = Vec::new();
    while !drawn.contains(&last) {
        drawn.push(run.shown().await.0);
    }
    assert_eq!(drawn.iter().filter(|key| **key == second).count(), 1);
}

#[tokio::test]
async fn files_that_wait_to_be_drawn_hold_up_requests() {
    let mut run = Run::start().await;
    let go = run.stall();
    let host = run.server.local_addr().unwrap();
    let at = |number| PictureSource::Plain(format!("http://{host}/{number}"));
    let keys: Vec<_> = (0..50).map(|number| ThumbKey { source: at(number), ..run.key() }).collect();
    run.thumbs.show(keys.clone(), Target::new(Protocol::Halfblocks));
    let most = SLOW + UNDRAWN;
    for _ in 0..most {
        run.respond(DRAWING).await;
    }
    let is_received = |key: &&ThumbKey| run.thumbs.fetcher.has(&key.source);
    while keys.iter().filter(is_received).count() < most {
        tokio::task::yield_now().await;
    }
    // Any other request would have started by now.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert!(run.server.accept().now_or_never().is_none());
    drop(go);
    for _ in most..50 {
        run.respond(DRAWING).await;
    }
    for _ in 0..50 {
        assert!(run.result().await.is_err());
    }
}

#[test]
fn each_thumbnail_has_its_own_id() {
    let ids = Ids::default();
    let taken: Vec<Id> = (0..1000).map(|_| ids.take()).collect();
    let distinct: HashSet<u32> = taken.iter().map(|id| thumb_id(id.number)).collect();
    assert_eq!(distinct.len(), 1000);
    assert_eq!(ids.used().collect::<HashSet<_>>(), distinct, "all are deleted at the end");
    drop(taken);
    assert!(distinct.contains(&thumb_id(ids.take().number)), "it is used again");
}
