//! The URL to request for a picture: plain, or signed if it needs that.

use jiff::Timestamp;

use super::KeyRing;
use crate::cloudflare::OnWait;
use crate::cloudflare::delivery::{DeliveryError, delivery_failure};
use crate::domain::signing::FETCH_LIFETIME;
use crate::domain::{DeliveryUrl, Failure, FailureKind, FetchedVia, PictureSource};

impl KeyRing {
    /// Calls `send` with a picture's URL. If the source needs a signature, the URL is signed as in [`Self::deliver`],
    /// and expires soon. Fails for an original, which no delivery host serves.
    pub async fn send_for<T, Fut: Future<Output = Result<T, DeliveryError>>>(
        &self,
        source: &PictureSource,
        now: Timestamp,
        on_wait: &OnWait<'_>,
        send: impl Fn(String) -> Fut,
    ) -> Result<(T, Option<FetchedVia>), Failure> {
        match source {
            PictureSource::Plain(url) => {
                let output = send(url.clone()).await.map_err(|error| delivery_failure(&error))?;
                Ok((output, None))
            }
            PictureSource::Signed { url, .. } => {
                let invalid = |_| delivery_failure(&DeliveryError::NotAUrl);
                let url = DeliveryUrl::parse(url).map_err(invalid)?;
                let expires = Some(now.as_second() + FETCH_LIFETIME);
                let result = self.deliver(&url, expires, now, on_wait, |signed| send(signed.expose()));
                let (output, _, key) = result.await?;
                Ok((output, Some(FetchedVia::SignedBy(key))))
            }
            PictureSource::Original(_) => Err(Failure::new(
                FailureKind::Other,
                "The size of an original can't be read without downloading it",
                "Save it first.",
            )),
        }
    }
}
