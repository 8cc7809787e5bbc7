//! Pictures: tasks fetch their bytes, and a thread of their own decodes and encodes them.

mod stage;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::Arrival;
use super::turns::{For, Turns};
use crate::app::{Event, PictureSource, RequestId, Way};
use crate::cloudflare::{self, Client, Delivery, KeyRing, Watch, delivery_failure, unseen};
use crate::domain::signing::MOMENT;
use crate::domain::{DeliveryUrl, Failure, FailureKind, ImageId, SignedUrl};
use crate::picture::{ACCEPT, Cache, Target};
pub(super) use stage::numbers;
use stage::{Show, Stage};

/// The most bytes of one picture's file: Cloudflare stores none that is larger than 10 MB.
const CAP: u64 = 32 << 20;

/// Bytes of files that are kept, so that who goes back waits for nothing.
const ROOM: usize = 48 << 20;

/// Fetches, decodes and encodes what the model wants to see.
pub(super) struct Pictures {
    client: Option<Client>,
    keys: Option<KeyRing>,
    /// Whether there is no key, as was found out.
    keyless: Arc<AtomicBool>,
    delivery: Delivery,
    files: Files,
    turns: Turns,
    stage: Stage,
    target: Option<Target>,
    prefetch: Option<AbortHandle>,
}

type Files = Arc<Mutex<Cache<PictureSource, Arc<File>>>>;

/// A picture's file.
#[derive(Debug)]
struct File {
    bytes: Arc<[u8]>,
    took: SignedDuration,
    by: Option<Way>,
}

impl Pictures {
    /// Reads and sends nothing yet.
    pub(super) fn new(client: Option<Client>, arrivals: UnboundedSender<Arrival>) -> Self {
        Self {
            client,
            keys: None,
            keyless: Arc::default(),
            delivery: Delivery::new(),
            files: Arc::new(Mutex::new(Cache::new(ROOM))),
            turns: Turns::new(),
            stage: Stage::new(arrivals),
            target: None,
            prefetch: None,
        }
    }

    /// Signs with these keys; without them the originals of private images are shown.
    pub(super) fn sign_with(&mut self, keys: KeyRing) {
        self.keys = Some(keys);
    }

    /// Has requests take these turns.
    pub(super) fn take_turns(&mut self, turns: Turns) {
        self.turns = turns;
    }

    /// What pictures are made for; nothing where none are drawn.
    pub(super) fn aim(&mut self, target: Option<Target>) {
        self.target = target;
    }

    /// Has a picture drawn. Unless its bytes are here it gives what fetches them first, and tells why they are not to be had.
    pub(super) fn show(
        &mut self,
        request: RequestId,
        source: PictureSource,
        cells: (u16, u16),
        fresh: bool,
        watch: Box<Watch<'static>>,
    ) -> Option<impl Future<Output = Option<Event>> + Send + use<>> {
        let target = self.target?;
        let stage = self.stage.sender()?;
        let show = move |source, file| Show { request, source, file, cells, target };
        if fresh {
            self.keyless.store(false, Ordering::Relaxed);
            locked(&self.files, |files| {
                files.remove(&source);
                if let PictureSource::Signed { id, .. } = &source {
                    files.remove(&PictureSource::Original(id.clone()));
                }
            });
            self.stage.forget();
        } else if let Some(file) = locked(&self.files, |files| files.get(&source).map(|file| file.clone())) {
            stage.show(show(source, file));
            return None;
        }
        // What may be wanted next would only slow down what is.
        if let Some(prefetch) = self.prefetch.take() {
            prefetch.abort();
        }
        let fetch = self.fetcher();
        Some(async move {
            match fetch.file(&source, &*watch).await {
                Ok(file) => {
                    stage.show(show(source, file));
                    None
                }
                Err(failure) => Some(Event::PictureShown(request, Err(failure))),
            }
        })
    }

    /// Has the next frame drawn.
    pub(super) fn next_frame(&mut self, request: RequestId) {
        self.stage.next_frame(request);
    }

    /// Fetches what may be wanted next, one after the other, and nothing else any more.
    #[expect(clippy::disallowed_methods, reason = "the next call aborts it")]
    pub(super) fn prefetch(&mut self, sources: Vec<PictureSource>) {
        if let Some(before) = self.prefetch.take() {
            before.abort();
        }
        let fetch = self.fetcher();
        let turns = self.turns.clone();
        let task = tokio::spawn(async move {
            for source in sources {
                let _turn = turns.take(For::Nobody).await;
                if locked(&fetch.files, |files| files.peek(&source).is_none()) {
                    // What cannot be had is told when it is wanted.
                    _ = fetch.file(&source, &cloudflare::unwatched).await;
                }
            }
        });
        self.prefetch = Some(task.abort_handle());
    }

    fn fetcher(&self) -> Fetcher {
        Fetcher {
            client: self.client.clone(),
            keys: self.keys.clone(),
            keyless: self.keyless.clone(),
            delivery: self.delivery.clone(),
            files: self.files.clone(),
        }
    }
}

/// What a task takes along to fetch files.
struct Fetcher {
    client: Option<Client>,
    keys: Option<KeyRing>,
    keyless: Arc<AtomicBool>,
    delivery: Delivery,
    files: Files,
}

impl Fetcher {
    /// Fetches a file and keeps it.
    async fn file(&self, source: &PictureSource, watch: &Watch<'_>) -> Result<Arc<File>, Failure> {
        let file = match source {
            PictureSource::Open(url) => self.delivered(url).await?,
            PictureSource::Signed { id, url } => match self.signed(url, watch).await {
                Some(delivered) => delivered?,
                // One original stands for all variants.
                None => return Box::pin(self.kept(&PictureSource::Original(id.clone()), watch)).await,
            },
            PictureSource::Original(id) => self.original(id, watch).await?,
        };
        let file = Arc::new(file);
        let size = file.bytes.len();
        _ = locked(&self.files, |files| files.insert(source.clone(), file.clone(), size));
        Ok(file)
    }

    /// A file that is here, or else is fetched.
    async fn kept(&self, source: &PictureSource, watch: &Watch<'_>) -> Result<Arc<File>, Failure> {
        match locked(&self.files, |files| files.get(source).map(|file| file.clone())) {
            Some(file) => Ok(file),
            None => self.file(source, watch).await,
        }
    }

    async fn delivered(&self, url: &str) -> Result<File, Failure> {
        let delivered = self.delivery.get(url, ACCEPT, CAP, &unseen).await;
        let delivered = delivered.map_err(|error| delivery_failure(&error))?;
        Ok(File { bytes: delivered.bytes.into(), took: signed(delivered.took), by: None })
    }

    /// Nothing where there is no key to sign with.
    async fn signed(&self, url: &str, watch: &Watch<'_>) -> Option<Result<File, Failure>> {
        let keys = self.keys.as_ref()?;
        let url = DeliveryUrl::parse(url).ok()?;
        if self.keyless.load(Ordering::Relaxed) {
            return None;
        }
        if let Err(why) = keys.keys(watch).await {
            tracing::info!(%why, "the original is fetched, as nothing signs");
            // Who has no key would pay for asking at every private image that the cursor rests on; `r` asks again.
            self.keyless.store(why.kind != FailureKind::Network, Ordering::Relaxed);
            return None;
        }
        Some(self.delivered_by(keys, &url, watch).await)
    }

    /// Signs for a moment, and fetches.
    async fn delivered_by(
        &self,
        keys: &KeyRing,
        url: &DeliveryUrl,
        watch: &Watch<'_>,
    ) -> Result<File, Failure> {
        let now = super::perform::now();
        let get = |signed: SignedUrl| async move {
            self.delivery.get(&signed.expose(), ACCEPT, CAP, &unseen).await
        };
        let (delivered, _, key) = keys.deliver(url, Some(now.as_second() + MOMENT), now, watch, get).await?;
        let by = Some(Way::SignedBy(key));
        Ok(File { bytes: delivered.bytes.into(), took: signed(delivered.took), by })
    }

    async fn original(&self, id: &ImageId, watch: &Watch<'_>) -> Result<File, Failure> {
        let Some(client) = &self.client else { return Err(super::perform::bug()) };
        let original = client.original(id, CAP, watch, &unseen).await;
        let original =
            original.map_err(|error| cloudflare::failure(&error, &client.about(Some(id), None)))?;
        Ok(File { bytes: original.bytes.into(), took: signed(original.took), by: Some(Way::Original) })
    }
}

fn locked<T>(files: &Files, work: impl FnOnce(&mut Cache<PictureSource, Arc<File>>) -> T) -> T {
    work(&mut files.lock().unwrap_or_else(PoisonError::into_inner))
}

fn signed(took: Duration) -> SignedDuration {
    SignedDuration::try_from(took).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::picture::Protocol;

    #[tokio::test]
    async fn a_picture_that_is_wanted_stops_the_fetching_of_those_that_may_be() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = |name| PictureSource::Open(format!("http://{}/{name}", server.local_addr().unwrap()));
        let mut pictures = Pictures::new(None, unbounded_channel().0);
        pictures.aim(Some(Target::new(Protocol::Halfblocks)));
        pictures.prefetch(vec![at("neighbour")]);
        let (mut neighbour, _) = server.accept().await.unwrap();
        neighbour.readable().await.unwrap();
        let mut asked = vec![0; 200];
        let begun = neighbour.read(&mut asked).await.unwrap();
        assert!(String::from_utf8_lossy(&asked[..begun]).contains("/neighbour"));
        let wanted =
            pictures.show(RequestId(1), at("wanted"), (9, 9), false, Box::new(cloudflare::unwatched));
        let wanted = wanted.expect("it is fetched");
        tokio::select! {
            told = wanted => panic!("it ended: {told:?}"),
            came = server.accept() => drop(came.unwrap()),
        }
        // Far less than a stalled delivery is waited for.
        let closed = tokio::time::timeout(Duration::from_secs(15), neighbour.read(&mut asked)).await;
        // A line that is closed with something unread is reset.
        assert!(matches!(closed, Ok(Ok(0) | Err(_))), "{closed:?}");
    }

    #[tokio::test]
    async fn what_may_be_wanted_next_takes_no_turn_of_a_person() {
        use futures_util::FutureExt as _;

        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let turns = Turns::new();
        let nobodys = [turns.take(For::Nobody).await, turns.take(For::Nobody).await];
        let mut pictures = Pictures::new(None, unbounded_channel().0);
        pictures.take_turns(turns.clone());
        let url = format!("http://{}/neighbour", server.local_addr().unwrap());
        pictures.prefetch(vec![PictureSource::Open(url)]);
        tokio::task::yield_now().await;
        let persons = [(); 2].map(|()| turns.take(For::Person).now_or_never());
        assert!(persons.iter().all(Option::is_some));
        drop(nobodys);
        assert!(server.accept().await.is_ok(), "its turn comes");
    }

    /// Answers each request with a picture, one after the other.
    async fn answer(server: TcpListener, pictures: Vec<Vec<u8>>) {
        for picture in pictures {
            let (mut line, _) = server.accept().await.unwrap();
            let mut asked = vec![0; 1000];
            assert!(line.read(&mut asked).await.unwrap() > 0);
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", picture.len());
            line.write_all(&[head.as_bytes(), &picture].concat()).await.unwrap();
        }
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbaImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[tokio::test]
    async fn a_picture_that_is_fetched_again_is_drawn_as_it_is_now() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let source = PictureSource::Open(format!("http://{}/picture", server.local_addr().unwrap()));
        let (sender, mut arrivals) = unbounded_channel();
        let mut pictures = Pictures::new(None, sender);
        pictures.aim(Some(Target::new(Protocol::Halfblocks)));
        let shown = async {
            let mut shown = Vec::new();
            for (request, fresh) in [(1, false), (2, false), (3, true)] {
                let watch = Box::new(cloudflare::unwatched);
                if let Some(fetched) = pictures.show(RequestId(request), source.clone(), (9, 9), fresh, watch)
                {
                    assert_eq!(fetched.await, None);
                }
                loop {
                    match arrivals.recv().await {
                        Some(Arrival::Event(Event::PictureShown(_, Ok(facts)))) => {
                            break shown.push((facts.width, facts.height));
                        }
                        Some(Arrival::Picture(_)) => {}
                        other => panic!("{other:?}"),
                    }
                }
            }
            shown
        };
        let ((), shown) = tokio::join!(answer(server, vec![png(40, 20), png(20, 40)]), shown);
        assert_eq!(shown, [(40, 20), (40, 20), (20, 40)]);
    }
}
