//! Shows pictures: tasks fetch the files, and a worker thread decodes and encodes them.

mod decoder;
mod disk_cache;
mod fetcher;
mod thumbs;

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

use super::arrival::Arrival;
use super::request_limiter::{Priority, RequestLimiter};
use crate::app::{Event, PictureInfo, PictureSource, RequestId, ThumbKey};
use crate::cloudflare::{Client, KeyRing, OnWait};
use crate::domain::graphics::Target;
use crate::domain::{Failure, ImageId, Zoom};
use crate::sandbox::Sandbox;
use crate::storage::ThumbnailCache;
pub(super) use decoder::Decoder;
use decoder::{Show, info_of};
use disk_cache::DiskCache;
use fetcher::{Fetcher, Fetching, locked};
use thumbs::Thumbs;

/// Fetches, decodes and encodes the pictures that the model requests.
pub(super) struct Pictures {
    fetcher: Fetcher,
    request_limiter: RequestLimiter,
    decoder: Decoder,
    target: Option<Target>,
    prefetch: Option<Prefetch>,
    thumbs: Thumbs,
}

/// The task that fetches pictures which may be shown next.
struct Prefetch {
    task: AbortHandle,
    /// The running request. `None` while the task waits for a permit.
    running: Arc<Mutex<Option<(PictureSource, Fetching)>>>,
}

impl Pictures {
    /// Sends no request and starts no thread yet. Without a key in `keys`, private images are shown by their originals.
    pub(super) fn new(
        client: Option<Client>,
        keys: KeyRing,
        request_limiter: RequestLimiter,
        decoder: Decoder,
        sandbox_of_thumbs: Sandbox,
        arrivals: UnboundedSender<Arrival>,
    ) -> Self {
        let fetcher = Fetcher::new(client, keys);
        let sandbox = Arc::new(sandbox_of_thumbs);
        let thumbs = Thumbs::new(fetcher.clone(), request_limiter.clone(), sandbox, arrivals);
        Self { fetcher, request_limiter, decoder, target: None, prefetch: None, thumbs }
    }

    /// Stores thumbnails there, and looks for them there before they are fetched.
    pub(super) fn store_thumbs_in(&mut self, cache: ThumbnailCache) {
        self.thumbs.use_disk(DiskCache::new(cache));
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
        (cells, zoom): ((u16, u16), Option<Zoom>),
        on_wait: Box<OnWait<'static>>,
    ) -> Option<impl Future<Output = Option<Event>> + Send + use<>> {
        let target = self.target?;
        let decoder = self.decoder.clone();
        let show = move |source, file| Show { request, source, file, cells, zoom, target };
        if let Some(file) = self.fetcher.cached(&source) {
            decoder.show(show(source, file));
            return None;
        }
        // Other prefetches would only slow this one down.
        let running = self.stop_prefetching(|running| *running == source);
        let (fetcher, request_limiter) = (self.fetcher.clone(), self.request_limiter.clone());
        Some(async move {
            let result = if let Some((_, fetching)) = running {
                // It runs with a background permit, and needs no other.
                fetching.await
            } else {
                let _permit = request_limiter.acquire(Priority::Interactive).await;
                fetcher.file(&source, &*on_wait).await
            };
            match result {
                Ok(file) => {
                    decoder.show(show(source, file));
                    None
                }
                Err(failure) => Some(Event::PictureShown(request, Err(failure))),
            }
        })
    }

    /// Draws these thumbnails, in this order, and stops fetching any others.
    pub(super) fn show_thumbs(&mut self, keys: Vec<ThumbKey>) {
        if let Some(target) = self.target {
            self.thumbs.show(keys, target);
        }
    }

    /// The IDs under which kitty may store our pictures.
    pub(super) fn kitty_ids(&self) -> impl Iterator<Item = u32> + use<> {
        decoder::kitty_ids().chain(self.thumbs.kitty_ids())
    }

    /// Fetches an image, and the keys, again when they are needed: the user wants a reload.
    pub(super) fn forget(&mut self, image: &ImageId) {
        self.stop_prefetching(|_| false);
        self.fetcher.forget(image);
        self.thumbs.forget(image);
    }

    /// Fetches a picture, unless its file is cached. Drawing it needs no further request.
    pub(super) fn fetch(
        &self,
        source: PictureSource,
        on_wait: Box<OnWait<'static>>,
    ) -> impl Future<Output = Result<PictureInfo, Failure>> + Send + use<> {
        let fetcher = self.fetcher.clone();
        async move {
            let file = match fetcher.cached(&source) {
                Some(file) => file,
                None => fetcher.file(&source, &*on_wait).await?,
            };
            info_of(&file).map_err(|error| error.failure())
        }
    }

    /// Shows the next or previous frame of an animation.
    pub(super) fn step_frame(&mut self, request: RequestId, forward: bool) {
        self.decoder.step_frame(request, forward);
    }

    /// Fetches these pictures ahead of time, one after the other. Replaces the previous call.
    #[expect(clippy::disallowed_methods, reason = "the next call aborts it")]
    pub(super) fn prefetch(&mut self, mut sources: Vec<PictureSource>) {
        let before = self.stop_prefetching(|running| sources.contains(running));
        if let Some((source, _)) = &before {
            sources.retain(|other| other != source);
        }
        let (fetcher, request_limiter) = (self.fetcher.clone(), self.request_limiter.clone());
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
                if !fetcher.has(&source) {
                    let fetching = fetcher.start(source.clone(), permit);
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
}

impl Drop for Pictures {
    fn drop(&mut self) {
        self.stop_prefetching(|_| false);
        self.decoder.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use jiff::{SignedDuration, Timestamp};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::fetcher::File;
    use super::*;
    use crate::cloudflare;
    use crate::domain::graphics::Protocol;
    use crate::domain::{Access, FailureKind, KeySource};
    use crate::runtime::arrival::Arrival;

    /// Without a client and without keys.
    fn pictures(arrivals: UnboundedSender<Arrival>) -> Pictures {
        let keys = KeyRing::new(None, KeySource::Account, vec![]);
        Pictures::new(
            None,
            keys,
            RequestLimiter::new(),
            Decoder::new(arrivals.clone(), Arc::default()),
            Sandbox::new(),
            arrivals,
        )
    }

    #[tokio::test]
    async fn showing_a_picture_cancels_other_prefetches() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = |name| PictureSource::Plain(format!("http://{}/{name}", server.local_addr().unwrap()));
        let mut pictures = pictures(unbounded_channel().0);
        pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
        pictures.prefetch(vec![at("prefetched")]);
        let (mut prefetched, _) = server.accept().await.unwrap();
        prefetched.readable().await.unwrap();
        assert!(read_request(&mut prefetched).await.contains("/prefetched"));
        let shown =
            pictures.show(RequestId(1), at("shown"), ((9, 9), None), Box::new(cloudflare::ignore_waits));
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
            let at = |image| PictureSource::Plain(format!("http://{host}/MTt4OTd0b0w5aj/{image}/hero"));
            let (sender, arrivals) = unbounded_channel();
            let mut pictures = pictures(sender);
            pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
            let request_limiter = pictures.request_limiter.clone();
            pictures.prefetch(vec![at("cat")]);
            let (mut connection, _) = server.accept().await.unwrap();
            assert!(read_request(&mut connection).await.contains("/cat/hero"));
            connection.write_all(&response_with(&png(40, 9))[..90]).await.unwrap();
            Self { server, connection, source: at("cat"), pictures, request_limiter, arrivals }
        }

        /// Shows the picture.
        fn show(&mut self) -> impl Future<Output = Option<Event>> + Send + use<> {
            let on_wait = Box::new(cloudflare::ignore_waits);
            self.pictures
                .show(RequestId(1), self.source.clone(), ((9, 9), None), on_wait)
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
            ((9, 9), None),
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
        let dog = PictureSource::Plain("http://127.0.0.1:9/H/dog/hero".to_owned());
        prefetched.pictures.prefetch(vec![dog, prefetched.source.clone()]);
        prefetched.connection.write_all(&response_with(&png(40, 9))[90..]).await.unwrap();
        let finished = async {
            while !prefetched.pictures.fetcher.has(&prefetched.source) {
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
        let source = PictureSource::Plain(format!("http://{}/H/cat/hero", server.local_addr().unwrap()));
        let mut pictures = pictures(unbounded_channel().0);
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
        let shown =
            pictures.show(RequestId(1), source, ((9, 9), None), Box::new(cloudflare::ignore_waits)).unwrap();
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
    async fn four_stalled_thumbnails_make_way_for_an_interactive_request() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut pictures = pictures(unbounded_channel().0);
        pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
        let key = |number| ThumbKey {
            source: PictureSource::Plain(format!("http://{}/{number}", server.local_addr().unwrap())),
            cells: (9, 9),
            cell: (1, 2),
            access: Access::Public,
            uploaded: None,
        };
        pictures.show_thumbs((0..9).map(key).collect());
        let mut stalled = Vec::new();
        for _ in 0..4 {
            stalled.push(in_time(server.accept()).await.unwrap());
        }
        assert!(server.accept().now_or_never().is_none(), "four run");
        let permit = in_time(pictures.request_limiter.acquire(Priority::Interactive)).await;
        assert!(permit.is_ok());
    }

    #[tokio::test]
    async fn prefetch_takes_a_background_permit() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut pictures = pictures(unbounded_channel().0);
        let request_limiter = pictures.request_limiter.clone();
        let background = [
            request_limiter.acquire(Priority::Background).await,
            request_limiter.acquire(Priority::Background).await,
        ];
        let url = format!("http://{}/prefetched", server.local_addr().unwrap());
        pictures.prefetch(vec![PictureSource::Plain(url)]);
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
            PictureSource::Plain(format!("http://{host}/MTt4OTd0b0w5aj/{image}/{variant}"))
        };
        let [hero, thumbnail, dog] = [at("cat", "hero"), at("cat", "thumbnail"), at("dog", "hero")];
        let (sender, mut arrivals) = unbounded_channel();
        let mut pictures = pictures(sender);
        pictures.set_target(Some(Target::new(Protocol::Halfblocks)));
        let shown = async {
            let mut shown = Vec::new();
            for (request, source) in
                [&hero, &thumbnail, &dog, &hero, &hero, &thumbnail, &dog].iter().enumerate()
            {
                if request == 4 {
                    pictures.forget(&ImageId::parse("cat").unwrap());
                }
                let (request, on_wait) = (RequestId(request as u64), Box::new(cloudflare::ignore_waits));
                if let Some(fetched) = pictures.show(request, (*source).clone(), ((9, 9), None), on_wait) {
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
        assert!(PictureSource::Plain(url()).is_of(&cat));
        assert!(!PictureSource::Plain(url().replace("cat", "dog")).is_of(&cat));
        assert!(
            PictureSource::Original(of("cat")).is_of(&cat) && !PictureSource::Original(of("dog")).is_of(&cat)
        );
        let signed = |id| PictureSource::Signed { id: of(id), url: url() };
        assert!(signed("cat").is_of(&cat) && !signed("dog").is_of(&cat));
    }

    #[tokio::test]
    async fn cached_file_is_not_prefetched() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = |name| PictureSource::Plain(format!("http://{}/{name}", server.local_addr().unwrap()));
        let mut pictures = pictures(unbounded_channel().0);
        let file =
            File { bytes: [].into(), took: SignedDuration::ZERO, at: Timestamp::UNIX_EPOCH, via: None };
        pictures.fetcher.add(at("cached"), file);
        pictures.prefetch(vec![at("cached"), at("other")]);
        let (mut connection, _) = server.accept().await.unwrap();
        let mut request = vec![0; 200];
        let length = connection.read(&mut request).await.unwrap();
        assert!(String::from_utf8_lossy(&request[..length]).contains("/other"));
    }
}
