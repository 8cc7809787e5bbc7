//! Shows pictures: tasks fetch the files, and a worker thread decodes and encodes them.

mod decoder;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::arrival::Arrival;
use super::request_limiter::{Priority, RequestLimiter};
use crate::app::{Event, FetchedVia, PictureSource, RequestId};
use crate::cloudflare::{self, Client, Delivery, KeyRing, Watch, delivery_failure, ignore_progress};
use crate::domain::signing::FETCH_LIFETIME;
use crate::domain::{DeliveryUrl, Failure, FailureKind, ImageId, SignedUrl};
use crate::picture::{ACCEPT, Cache, Target};
use crate::sandbox::Sandbox;
pub(super) use decoder::kitty_ids;
use decoder::{Decoder, Show};
#[cfg(test)]
pub(super) use decoder::{broken, failure};

/// The most bytes of one file. Cloudflare accepts uploads of up to 10 MB.
const CAP: u64 = 32 << 20;

/// Bytes of files in the cache, which saves requests when going back. A file in use counts extra.
const CACHE_BYTES: usize = 24 << 20;

/// Fetches, decodes and encodes the pictures that the model requests.
pub(super) struct Pictures {
    client: Option<Client>,
    keys: Option<KeyRing>,
    /// Whether we have learned that the account has no key.
    keyless: Arc<AtomicBool>,
    delivery: Delivery,
    files: Files,
    request_limiter: RequestLimiter,
    decoder: Decoder,
    target: Option<Target>,
    prefetch: Option<Prefetch>,
}

/// The task that fetches pictures which may be shown next.
struct Prefetch {
    task: AbortHandle,
    /// The running request. `None` while the task waits for a permit.
    running: Arc<Mutex<Option<(PictureSource, Fetching)>>>,
}

/// A running request for a file. It is cancelled when the last clone is dropped.
type Fetching = Shared<BoxFuture<'static, Result<Arc<File>, Failure>>>;

type Files = Arc<Mutex<Cache<PictureSource, Arc<File>>>>;

#[derive(Debug)]
struct File {
    bytes: Arc<[u8]>,
    took: SignedDuration,
    by: Option<FetchedVia>,
}

impl Pictures {
    /// Sends no request and starts no thread yet.
    pub(super) fn new(
        client: Option<Client>,
        arrivals: UnboundedSender<Arrival>,
        sandbox: Arc<Sandbox>,
    ) -> Self {
        Self {
            client,
            keys: None,
            keyless: Arc::default(),
            delivery: Delivery::new(),
            files: Arc::new(Mutex::new(Cache::new(CACHE_BYTES))),
            request_limiter: RequestLimiter::new(),
            decoder: Decoder::new(arrivals, sandbox),
            target: None,
            prefetch: None,
        }
    }

    /// Signs with these keys. Without keys, private images are shown by their originals.
    pub(super) fn sign_with(&mut self, keys: KeyRing) {
        self.keys = Some(keys);
    }

    pub(super) fn render_in(&mut self, sandbox: Sandbox) {
        self.decoder.render_in(sandbox);
    }

    pub(super) fn set_limiter(&mut self, request_limiter: RequestLimiter) {
        self.request_limiter = request_limiter;
    }

    /// Sets what pictures are encoded for. `None` if none are drawn.
    pub(super) fn set_target(&mut self, target: Option<Target>) {
        self.target = target;
    }

    /// Shows a picture. If its file is not cached, returns a future that fetches it first, with an interactive permit; it
    /// resolves to an event on failure. A prefetch of the same file is joined, not repeated.
    pub(super) fn show(
        &mut self,
        request: RequestId,
        source: PictureSource,
        cells: (u16, u16),
        watch: Box<Watch<'static>>,
    ) -> Option<impl Future<Output = Option<Event>> + Send + use<>> {
        let target = self.target?;
        let decoder = self.decoder.sender()?;
        let show = move |source, file| Show { request, source, file, cells, target };
        if let Some(file) = locked(&self.files, |files| files.get(&source).map(|file| file.clone())) {
            decoder.show(show(source, file));
            return None;
        }
        // Other prefetches would only slow this one down.
        let running = self.stop_prefetching(|running| *running == source);
        let (fetch, request_limiter) = (self.fetcher(), self.request_limiter.clone());
        Some(async move {
            let fetched = if let Some((_, fetching)) = running {
                // It runs with a background permit, and needs no other.
                fetching.await
            } else {
                let _permit = request_limiter.acquire(Priority::Interactive).await;
                fetch.file(&source, &*watch).await
            };
            match fetched {
                Ok(file) => {
                    decoder.show(show(source, file));
                    None
                }
                Err(failure) => Some(Event::PictureShown(request, Err(failure))),
            }
        })
    }

    /// Forgets the files of an image, and that there is no key: the user wants a reload.
    pub(super) fn forget(&mut self, image: &ImageId) {
        self.keyless.store(false, Ordering::Relaxed);
        self.stop_prefetching(|_| false);
        locked(&self.files, |files| files.forget(|source| source.is_of(image)));
    }

    /// Shows the next frame of an animation.
    pub(super) fn next_frame(&mut self, request: RequestId) {
        self.decoder.next_frame(request);
    }

    /// Fetches these pictures ahead of time, one after the other. Replaces the previous call.
    #[expect(clippy::disallowed_methods, reason = "the next call aborts it")]
    pub(super) fn prefetch(&mut self, mut sources: Vec<PictureSource>) {
        let before = self.stop_prefetching(|running| sources.contains(running));
        if let Some((source, _)) = &before {
            sources.retain(|other| other != source);
        }
        let (fetch, request_limiter) = (self.fetcher(), self.request_limiter.clone());
        let running = Arc::new(Mutex::new(before.clone()));
        let now = running.clone();
        let task = tokio::spawn(async move {
            // Errors are ignored: showing the picture fetches it again and reports them.
            if let Some((_, fetching)) = before {
                _ = fetching.await;
                locked(&now, |now| *now = None);
            }
            for source in sources {
                let permit = request_limiter.acquire(Priority::Background).await;
                if locked(&fetch.files, |files| files.peek(&source).is_none()) {
                    let fetching = fetch.start(source.clone(), permit);
                    locked(&now, |now| *now = Some((source, fetching.clone())));
                    _ = fetching.await;
                }
                locked(&now, |now| *now = None);
            }
        });
        self.prefetch = Some(Prefetch { task: task.abort_handle(), running });
    }

    /// Stops prefetching. Returns the running request if `keep` accepts its source; otherwise it is cancelled.
    fn stop_prefetching(
        &mut self,
        keep: impl Fn(&PictureSource) -> bool,
    ) -> Option<(PictureSource, Fetching)> {
        let Prefetch { task, running } = self.prefetch.take()?;
        task.abort();
        locked(&running, Option::take).filter(|(source, _)| keep(source))
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

/// What a task needs to fetch files.
#[derive(Clone)]
struct Fetcher {
    client: Option<Client>,
    keys: Option<KeyRing>,
    keyless: Arc<AtomicBool>,
    delivery: Delivery,
    files: Files,
}

impl Fetcher {
    /// Starts a background request for a file. Holds `permit` for as long as it runs. Its waits are not reported: only
    /// public URLs are prefetched, which send no API request.
    fn start(&self, source: PictureSource, permit: impl Send + 'static) -> Fetching {
        let fetch = self.clone();
        let fetching = async move {
            let _permit = permit;
            fetch.file(&source, &cloudflare::ignore_waits).await
        };
        fetching.boxed().shared()
    }

    /// Fetches a file and caches it.
    async fn file(&self, source: &PictureSource, watch: &Watch<'_>) -> Result<Arc<File>, Failure> {
        let file = match source {
            PictureSource::Open(url) => self.delivered(url).await?,
            PictureSource::Signed { id, url } => match self.signed(url, watch).await {
                Some(delivered) => delivered?,
                // The original serves all variants.
                None => {
                    return Box::pin(self.cached_or_fetched(&PictureSource::Original(id.clone()), watch))
                        .await;
                }
            },
            PictureSource::Original(id) => self.original(id, watch).await?,
        };
        let file = Arc::new(file);
        let size = file.bytes.len();
        _ = locked(&self.files, |files| files.insert(source.clone(), file.clone(), size));
        Ok(file)
    }

    async fn cached_or_fetched(
        &self,
        source: &PictureSource,
        watch: &Watch<'_>,
    ) -> Result<Arc<File>, Failure> {
        match locked(&self.files, |files| files.get(source).map(|file| file.clone())) {
            Some(file) => Ok(file),
            None => self.file(source, watch).await,
        }
    }

    async fn delivered(&self, url: &str) -> Result<File, Failure> {
        let delivered = self.delivery.get(url, ACCEPT, CAP, &ignore_progress).await;
        let delivered = delivered.map_err(|error| delivery_failure(&error))?;
        Ok(File { bytes: delivered.bytes.into(), took: signed(delivered.took), by: None })
    }

    /// `None` if there is no key to sign with.
    async fn signed(&self, url: &str, watch: &Watch<'_>) -> Option<Result<File, Failure>> {
        let keys = self.keys.as_ref()?;
        let url = DeliveryUrl::parse(url).ok()?;
        if self.keyless.load(Ordering::Relaxed) {
            return None;
        }
        if let Err(why) = keys.keys(watch).await {
            tracing::info!(%why, "the original is fetched, as nothing signs");
            // Otherwise each private image under the cursor would cost a request for keys. `r` tries again.
            self.keyless.store(why.kind != FailureKind::Network, Ordering::Relaxed);
            return None;
        }
        Some(self.delivered_by(keys, &url, watch).await)
    }

    /// Fetches by a signed URL that expires soon.
    async fn delivered_by(
        &self,
        keys: &KeyRing,
        url: &DeliveryUrl,
        watch: &Watch<'_>,
    ) -> Result<File, Failure> {
        let now = super::effects::now();
        let get = |signed: SignedUrl| async move {
            self.delivery.get(&signed.expose(), ACCEPT, CAP, &ignore_progress).await
        };
        let (delivered, _, key) =
            keys.deliver(url, Some(now.as_second() + FETCH_LIFETIME), now, watch, get).await?;
        let by = Some(FetchedVia::SignedBy(key));
        Ok(File { bytes: delivered.bytes.into(), took: signed(delivered.took), by })
    }

    async fn original(&self, id: &ImageId, watch: &Watch<'_>) -> Result<File, Failure> {
        let Some(client) = &self.client else { return Err(super::effects::bug()) };
        let original = client.original(id, CAP, watch, &ignore_progress).await;
        let original =
            original.map_err(|error| cloudflare::failure(&error, &client.about(Some(id), None)))?;
        Ok(File { bytes: original.bytes.into(), took: signed(original.took), by: Some(FetchedVia::Original) })
    }
}

fn locked<T, R>(mutex: &Mutex<T>, work: impl FnOnce(&mut T) -> R) -> R {
    work(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}

fn signed(took: Duration) -> SignedDuration {
    SignedDuration::try_from(took).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::picture::Protocol;

    #[tokio::test]
    async fn showing_a_picture_cancels_other_prefetches() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = |name| PictureSource::Open(format!("http://{}/{name}", server.local_addr().unwrap()));
        let mut pictures = Pictures::new(None, unbounded_channel().0, Arc::default());
        pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
        pictures.prefetch(vec![at("prefetched")]);
        let (mut prefetched, _) = server.accept().await.unwrap();
        prefetched.readable().await.unwrap();
        assert!(read_request(&mut prefetched).await.contains("/prefetched"));
        let shown = pictures.show(RequestId(1), at("shown"), (9, 9), Box::new(cloudflare::ignore_waits));
        let shown = shown.expect("it is not cached");
        tokio::select! {
            event = shown => panic!("it ended: {event:?}"),
            accepted = server.accept() => drop(accepted.unwrap()),
        }
        assert!(is_closed(&mut prefetched).await);
    }

    /// A picture that is being prefetched.
    struct Prefetched {
        server: TcpListener,
        connection: TcpStream,
        source: PictureSource,
        pictures: Pictures,
        request_limiter: RequestLimiter,
        arrivals: UnboundedReceiver<Arrival>,
    }

    impl Prefetched {
        /// Half of the picture has come.
        async fn start() -> Self {
            let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let host = server.local_addr().unwrap();
            let at = |image| PictureSource::Open(format!("http://{host}/MTt4OTd0b0w5aj/{image}/hero"));
            let (sender, arrivals) = unbounded_channel();
            let request_limiter = RequestLimiter::new();
            let mut pictures = Pictures::new(None, sender, Arc::default());
            pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
            pictures.set_limiter(request_limiter.clone());
            pictures.prefetch(vec![at("cat")]);
            let (mut connection, _) = server.accept().await.unwrap();
            assert!(read_request(&mut connection).await.contains("/cat/hero"));
            connection.write_all(&response_with(&png(40, 9))[..90]).await.unwrap();
            Self { server, connection, source: at("cat"), pictures, request_limiter, arrivals }
        }

        /// Shows the picture.
        fn show(&mut self) -> impl Future<Output = Option<Event>> + Send + use<> {
            let watch = Box::new(cloudflare::ignore_waits);
            self.pictures
                .show(RequestId(1), self.source.clone(), (9, 9), watch)
                .expect("it is not cached yet")
        }
    }

    /// Whether the client has closed the connection.
    async fn is_closed(connection: &mut TcpStream) -> bool {
        // A connection that is closed with unread data is reset.
        matches!(in_time(connection.read(&mut [0; 200])).await, Ok(0) | Err(_))
    }

    #[tokio::test]
    async fn shown_picture_joins_its_running_prefetch() {
        let mut prefetched = Prefetched::start().await;
        let request_limiter = prefetched.request_limiter.clone();
        // Interactive requests have all other permits.
        let interactive = [(); 3].map(|()| request_limiter.acquire(Priority::Interactive).now_or_never());
        assert!(interactive.iter().all(Option::is_some));
        let shown = prefetched.show();
        let mut shown = std::pin::pin!(shown);
        assert!((&mut shown).now_or_never().is_none());
        let more = request_limiter.acquire(Priority::Interactive).now_or_never();
        assert!(more.is_none(), "four run");
        prefetched.connection.write_all(&response_with(&png(40, 9))[90..]).await.unwrap();
        let event = in_time(async {
            tokio::select! {
                event = shown => event,
                accepted = prefetched.server.accept() => panic!("it is requested twice: {accepted:?}"),
            }
        });
        assert_eq!(event.await, None);
        assert!(matches!(prefetched.arrivals.recv().await, Some(Arrival::Picture(_))));
        let event = prefetched.arrivals.recv().await;
        assert!(matches!(event, Some(Arrival::Event(Event::PictureShown(RequestId(1), Ok(_))))), "{event:?}");
        assert!(
            request_limiter.acquire(Priority::Interactive).now_or_never().is_some(),
            "its permit is free"
        );
        let cached = prefetched.pictures.show(
            RequestId(2),
            prefetched.source.clone(),
            (9, 9),
            Box::new(cloudflare::ignore_waits),
        );
        assert!(cached.is_none(), "it is cached");
    }

    #[tokio::test]
    async fn joined_prefetch_reports_its_failure() {
        let mut prefetched = Prefetched::start().await;
        let shown = prefetched.show();
        drop(prefetched.connection);
        let event = tokio::select! {
            event = shown => event,
            accepted = prefetched.server.accept() => panic!("it is requested twice: {accepted:?}"),
        };
        let Some(Event::PictureShown(RequestId(1), Err(failure))) = event else { panic!("{event:?}") };
        assert_eq!(failure.kind, FailureKind::Network);
    }

    #[tokio::test]
    async fn joined_prefetch_is_cancelled_with_its_request() {
        let mut prefetched = Prefetched::start().await;
        let mut shown = Box::pin(prefetched.show());
        assert!((&mut shown).now_or_never().is_none());
        drop(shown);
        assert!(is_closed(&mut prefetched.connection).await);
        let permits =
            [(); 2].map(|()| prefetched.request_limiter.acquire(Priority::Background).now_or_never());
        assert!(permits.iter().all(Option::is_some), "its permit is free");
    }

    #[tokio::test]
    async fn prefetch_of_same_source_continues() {
        let mut prefetched = Prefetched::start().await;
        let dog = PictureSource::Open("http://127.0.0.1:9/H/dog/hero".to_owned());
        prefetched.pictures.prefetch(vec![dog, prefetched.source.clone()]);
        prefetched.connection.write_all(&response_with(&png(40, 9))[90..]).await.unwrap();
        let finished = async {
            while locked(&prefetched.pictures.files, |files| files.peek(&prefetched.source).is_none()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = in_time(finished) => {}
            accepted = prefetched.server.accept() => panic!("it is requested twice: {accepted:?}"),
        }
    }

    #[tokio::test]
    async fn failed_prefetch_is_repeated_when_shown() {
        for stays_prefetched in [false, true] {
            let mut prefetched = Prefetched::start().await;
            if stays_prefetched {
                prefetched.pictures.prefetch(vec![prefetched.source.clone()]);
            }
            prefetched.connection.shutdown().await.unwrap();
            let finished = async {
                while !prefetched.pictures.prefetch.as_ref().unwrap().task.is_finished() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                () = in_time(finished) => {}
                accepted = prefetched.server.accept() => panic!("nothing requests it: {accepted:?}"),
            }
            let shown = prefetched.show();
            tokio::select! {
                event = shown => panic!("it ended: {event:?}"),
                accepted = in_time(prefetched.server.accept()) => drop(accepted.unwrap()),
            }
        }
    }

    #[tokio::test]
    async fn forgotten_prefetch_is_fetched_again() {
        let mut prefetched = Prefetched::start().await;
        prefetched.pictures.forget(&ImageId::parse("cat").unwrap());
        let shown = prefetched.show();
        tokio::select! {
            event = shown => panic!("it ended: {event:?}"),
            accepted = in_time(prefetched.server.accept()) => drop(accepted.unwrap()),
        }
        assert!(is_closed(&mut prefetched.connection).await);
    }

    #[tokio::test]
    async fn shown_picture_needs_only_an_interactive_permit() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let source = PictureSource::Open(format!("http://{}/H/cat/hero", server.local_addr().unwrap()));
        let mut pictures = Pictures::new(None, unbounded_channel().0, Arc::default());
        pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
        let request_limiter = pictures.request_limiter.clone();
        let _background = [
            request_limiter.acquire(Priority::Background).await,
            request_limiter.acquire(Priority::Background).await,
        ];
        let [first, _second] = [
            request_limiter.acquire(Priority::Interactive).await,
            request_limiter.acquire(Priority::Interactive).await,
        ];
        pictures.prefetch(vec![source.clone()]);
        tokio::task::yield_now().await;
        let shown = pictures.show(RequestId(1), source, (9, 9), Box::new(cloudflare::ignore_waits)).unwrap();
        let mut shown = std::pin::pin!(shown);
        assert!((&mut shown).now_or_never().is_none());
        drop(first);
        tokio::select! {
            event = &mut shown => panic!("it ended: {event:?}"),
            accepted = in_time(server.accept()) => drop(accepted.unwrap()),
        }
        assert!(request_limiter.acquire(Priority::Interactive).now_or_never().is_none(), "four run");
    }

    /// Fails long before the timeout of a stalled delivery.
    async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(15), awaited).await.expect("it finished soon")
    }

    #[tokio::test]
    async fn prefetch_takes_a_background_permit() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let request_limiter = RequestLimiter::new();
        let background = [
            request_limiter.acquire(Priority::Background).await,
            request_limiter.acquire(Priority::Background).await,
        ];
        let mut pictures = Pictures::new(None, unbounded_channel().0, Arc::default());
        pictures.set_limiter(request_limiter.clone());
        let url = format!("http://{}/prefetched", server.local_addr().unwrap());
        pictures.prefetch(vec![PictureSource::Open(url)]);
        tokio::task::yield_now().await;
        let interactive = [(); 2].map(|()| request_limiter.acquire(Priority::Interactive).now_or_never());
        assert!(interactive.iter().all(Option::is_some));
        drop(background);
        assert!(server.accept().await.is_ok(), "it gets a permit");
    }

    /// Responds to each request with a picture, one after the other.
    async fn respond(server: &TcpListener, pictures: Vec<Vec<u8>>) {
        for picture in pictures {
            let (mut connection, _) = server.accept().await.unwrap();
            assert!(!read_request(&mut connection).await.is_empty());
            connection.write_all(&response_with(&picture)).await.unwrap();
        }
    }

    fn response_with(picture: &[u8]) -> Vec<u8> {
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", picture.len());
        [head.as_bytes(), picture].concat()
    }

    /// The head of the request on a connection.
    async fn read_request(connection: &mut TcpStream) -> String {
        let mut request = vec![0; 1000];
        let length = connection.read(&mut request).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbaImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[tokio::test]
    async fn forgotten_files_are_fetched_again() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = |image, variant| {
            let host = server.local_addr().unwrap();
            PictureSource::Open(format!("http://{host}/MTt4OTd0b0w5aj/{image}/{variant}"))
        };
        let [hero, thumbnail, dog] = [at("cat", "hero"), at("cat", "thumbnail"), at("dog", "hero")];
        let (sender, mut arrivals) = unbounded_channel();
        let mut pictures = Pictures::new(None, sender, Arc::default());
        pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
        let shown = async {
            let mut shown = Vec::new();
            for (request, source) in
                [&hero, &thumbnail, &dog, &hero, &hero, &thumbnail, &dog].iter().enumerate()
            {
                if request == 4 {
                    pictures.forget(&ImageId::parse("cat").unwrap());
                }
                let (request, watch) = (RequestId(request as u64), Box::new(cloudflare::ignore_waits));
                if let Some(fetched) = pictures.show(request, (*source).clone(), (9, 9), watch) {
                    assert_eq!(fetched.await, None);
                }
                loop {
                    match arrivals.recv().await {
                        Some(Arrival::Event(Event::PictureShown(_, Ok(info)))) => {
                            break shown.push(info.width);
                        }
                        Some(Arrival::Picture(_)) => {}
                        other => panic!("{other:?}"),
                    }
                }
            }
            shown
        };
        let responses = respond(&server, [40, 20, 30, 41, 21].map(|width| png(width, 9)).into());
        let ((), shown) = tokio::join!(responses, shown);
        assert_eq!(shown, [40, 20, 30, 40, 41, 21, 30]);
    }

    #[test]
    fn source_is_of_the_image_it_names() {
        let cat = ImageId::parse("cat").unwrap();
        let url = || "https://imagedelivery.net/H/cat/hero".to_owned();
        let of = |id: &str| ImageId::parse(id).unwrap();
        assert!(PictureSource::Open(url()).is_of(&cat));
        assert!(!PictureSource::Open(url().replace("cat", "dog")).is_of(&cat));
        assert!(
            PictureSource::Original(of("cat")).is_of(&cat) && !PictureSource::Original(of("dog")).is_of(&cat)
        );
        let signed = |id| PictureSource::Signed { id: of(id), url: url() };
        assert!(signed("cat").is_of(&cat) && !signed("dog").is_of(&cat));
    }

    #[tokio::test]
    async fn cached_file_is_not_prefetched() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = |name| PictureSource::Open(format!("http://{}/{name}", server.local_addr().unwrap()));
        let mut pictures = Pictures::new(None, unbounded_channel().0, Arc::default());
        let file = File { bytes: [].into(), took: SignedDuration::ZERO, by: None };
        locked(&pictures.files, |files| files.insert(at("cached"), Arc::new(file), 0)).unwrap();
        pictures.prefetch(vec![at("cached"), at("other")]);
        let (mut connection, _) = server.accept().await.unwrap();
        let mut request = vec![0; 200];
        let length = connection.read(&mut request).await.unwrap();
        assert!(String::from_utf8_lossy(&request[..length]).contains("/other"));
    }

    #[tokio::test]
    async fn network_error_does_not_mean_keyless() {
        let url = "https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/hero";
        for (kind, is_keyless) in [(FailureKind::Network, false), (FailureKind::Credentials, true)] {
            let mut pictures = Pictures::new(None, unbounded_channel().0, Arc::default());
            pictures.sign_with(keys_that_fail(kind));
            assert!(pictures.fetcher().signed(url, &cloudflare::ignore_waits).await.is_none());
            assert_eq!(pictures.keyless.load(Ordering::Relaxed), is_keyless, "{kind:?}");
        }
    }

    /// A key ring whose keys cannot be fetched, for this kind of failure.
    fn keys_that_fail(kind: FailureKind) -> KeyRing {
        use crate::domain::{AccountId, Credentials, KeySource, Secret};
        let config = cloudflare::Config {
            base: "http://127.0.0.1:9".parse().unwrap(),
            credentials: Credentials::Token(Secret::parse("hush").unwrap()),
            account: AccountId::parse("023e105f4ecef8ad9ca31a8372d0c353").ok(),
        };
        let fast_pace = cloudflare::Pace { retries: 0, ..cloudflare::Pace::default() };
        let client = (kind == FailureKind::Network).then(|| Client::with_pace(config, fast_pace));
        KeyRing::new(client, KeySource::Account, vec![])
    }
}
