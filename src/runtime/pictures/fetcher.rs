//! Fetches the files of pictures.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jiff::{SignedDuration, Timestamp};

use crate::app::{FetchedVia, PictureSource};
use crate::cloudflare::{self, Client, Delivery, KeyRing, OnWait, ignore_progress};
use crate::domain::cache::Cache;
use crate::domain::{DeliveryUrl, Failure, FailureKind, ImageId, thumbnail};
use crate::picture::ACCEPT;
use crate::runtime::clock::now;
use crate::runtime::failures::bug;

/// The most bytes of one file. Cloudflare accepts uploads of up to 10 MB.
const CAP: u64 = 32 << 20;

/// Bytes of files in the cache, which saves requests when going back. A file in use counts extra.
const CACHE_BYTES: usize = 24 << 20;

/// A running request for a file. It is cancelled when the last clone is dropped.
pub(super) type Fetching = Shared<BoxFuture<'static, Result<Arc<File>, Failure>>>;

type Files = Arc<Mutex<Cache<PictureSource, Arc<File>>>>;

#[derive(Debug)]
pub(super) struct File {
    pub bytes: Arc<[u8]>,
    pub took: SignedDuration,
    /// When the bytes were received.
    pub at: Timestamp,
    pub via: Option<FetchedVia>,
}

/// Fetches files of pictures, and caches them. Clones share the cache.
#[derive(Clone)]
pub(super) struct Fetcher {
    client: Option<Client>,
    keys: KeyRing,
    /// Why there is no key, once that is known.
    no_key: Arc<Mutex<Option<Failure>>>,
    delivery: Delivery,
    files: Files,
}

impl Fetcher {
    pub(super) fn new(client: Option<Client>, keys: KeyRing) -> Self {
        let files = Arc::new(Mutex::new(Cache::new(CACHE_BYTES)));
        Self { client, keys, no_key: Arc::default(), delivery: Delivery::new(), files }
    }

    /// The file, if it is cached. Marks it as used.
    pub(super) fn cached(&self, source: &PictureSource) -> Option<Arc<File>> {
        locked(&self.files, |files| files.get(source).cloned())
    }

    /// Whether the file is cached.
    pub(super) fn has(&self, source: &PictureSource) -> bool {
        locked(&self.files, |files| files.contains(source))
    }

    pub(super) fn add(&self, source: PictureSource, file: File) -> Arc<File> {
        let size = file.bytes.len();
        let file = Arc::new(file);
        locked(&self.files, |files| files.insert(source, file.clone(), size));
        file
    }

    /// Forgets the files of an image, and that there is no key.
    pub(super) fn forget(&self, image: &ImageId) {
        locked(&self.no_key, |no_key| *no_key = None);
        locked(&self.files, |files| files.forget(|source| source.is_of(image)));
    }

    /// Forgets a file that is broken.
    pub(super) fn forget_file(&self, source: &PictureSource) {
        locked(&self.files, |files| files.forget(|other| other == source));
    }

    /// Starts a background request for a file. Holds `permit` for as long as it runs. Its waits are not reported: only
    /// public URLs are prefetched, which send no API request.
    pub(super) fn start(&self, source: PictureSource, permit: impl Send + 'static) -> Fetching {
        let fetch = self.clone();
        let fetching = async move {
            let _permit = permit;
            fetch.file(&source, &cloudflare::ignore_waits).await
        };
        fetching.boxed().shared()
    }

    /// Fetches a file and caches it.
    pub(super) async fn file(
        &self,
        source: &PictureSource,
        on_wait: &OnWait<'_>,
    ) -> Result<Arc<File>, Failure> {
        if let PictureSource::Signed { id, url } = source
            && let Err(why) = self.check_key(url, on_wait).await
        {
            tracing::info!(%why, "fetching the original, because there is no signing key");
            // The original serves all variants.
            let original = PictureSource::Original(id.clone());
            return match self.cached(&original) {
                Some(file) => Ok(file),
                None => Box::pin(self.file(&original, on_wait)).await,
            };
        }
        let file = match source {
            PictureSource::Original(id) => self.original(id, on_wait).await?,
            _ => self.delivered(source, CAP, on_wait).await?,
        };
        Ok(self.add(source.clone(), file))
    }

    /// The file of a thumbnail. Unlike [`Self::file`], never the original: that may be large.
    pub(super) async fn thumbnail(
        &self,
        source: &PictureSource,
        on_wait: &OnWait<'_>,
    ) -> Result<Arc<File>, Failure> {
        if let PictureSource::Signed { url, .. } = source {
            self.check_key(url, on_wait).await?;
        }
        Ok(self.add(source.clone(), self.delivered(source, thumbnail::MAX_BYTES, on_wait).await?))
    }

    /// Fails if there is no key to sign this URL with.
    async fn check_key(&self, url: &str, on_wait: &OnWait<'_>) -> Result<(), Failure> {
        if DeliveryUrl::parse(url).is_err() {
            return Err(Failure::other("Couldn't sign the URL", "It isn't the URL of an image."));
        }
        if let Some(why) = locked(&self.no_key, |no_key| no_key.clone()) {
            return Err(why);
        }
        let Err(why) = self.keys.keys(on_wait).await else { return Ok(()) };
        if why.kind == FailureKind::Network {
            return Err(why);
        }
        // Otherwise each private image would cost a request for keys. `r` tries again.
        let why = why.with_short("No signing key");
        locked(&self.no_key, |no_key| *no_key = Some(why.clone()));
        Err(why)
    }

    async fn delivered(
        &self,
        source: &PictureSource,
        cap: u64,
        on_wait: &OnWait<'_>,
    ) -> Result<File, Failure> {
        let get = |url: String| async move { self.delivery.get(&url, ACCEPT, cap, &ignore_progress).await };
        let (delivered, via) = self.keys.send_for(source, now(), on_wait, get).await?;
        Ok(File { bytes: delivered.bytes.into(), took: to_signed(delivered.took), at: now(), via })
    }

    async fn original(&self, id: &ImageId, on_wait: &OnWait<'_>) -> Result<File, Failure> {
        let Some(client) = &self.client else { return Err(bug()) };
        let original = client.original(id, CAP, on_wait, &ignore_progress).await;
        let original =
            original.map_err(|error| cloudflare::failure(&error, &client.about(Some(id), None)))?;
        Ok(File {
            bytes: original.bytes.into(),
            took: to_signed(original.took),
            at: now(),
            via: Some(FetchedVia::Original),
        })
    }
}

pub(super) fn locked<T, R>(mutex: &Mutex<T>, work: impl FnOnce(&mut T) -> R) -> R {
    work(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}

pub(super) fn to_signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn network_error_does_not_mean_that_there_is_no_key() {
        let url = "https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/hero";
        for (kind, is_keyless) in [(FailureKind::Network, false), (FailureKind::Credentials, true)] {
            let fetcher = Fetcher::new(None, keys_that_fail(kind));
            let source = PictureSource::Signed { id: ImageId::parse("a").unwrap(), url: url.to_owned() };
            let failure = fetcher.thumbnail(&source, &cloudflare::ignore_waits).await.unwrap_err();
            assert_eq!(failure.kind, kind, "{failure}");
            assert_eq!(locked(&fetcher.no_key, |no_key| no_key.is_some()), is_keyless, "{kind:?}");
        }
    }

    /// A key ring whose keys cannot be fetched, for this kind of failure.
    fn keys_that_fail(kind: FailureKind) -> KeyRing {
        use crate::domain::{AccountId, Credentials, KeySource, Secret};
        let config = cloudflare::Config {
            base: "http://127.0.0.1:9".parse().unwrap(),
            credentials: Credentials::Token(Secret::parse("hush").unwrap()),
            account: AccountId::parse("023e105f4ecef8ad9ca31a8372d0c353").ok(),
            profile: None,
        };
        let no_retries = cloudflare::RetryPolicy { retries: 0, ..cloudflare::RetryPolicy::default() };
        let client = (kind == FailureKind::Network).then(|| Client::with_retry_policy(config, no_retries));
        KeyRing::new(client, KeySource::Account, vec![])
    }
}
