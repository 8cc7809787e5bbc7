//! Fetches pictures from delivery hosts, signed if they need it.

use jiff::Timestamp;

use super::KeyRing;
use crate::cloudflare::OnWait;
use crate::cloudflare::delivery::{DeliveryError, delivery_failure};
use crate::domain::signing::FETCH_LIFETIME;
use crate::domain::{DeliveryUrl, Failure, FailureKind, FetchedVia, PictureSource};

impl KeyRing {
    /// Calls `send` with a picture's URL, which is signed if the source needs it, and then expires soon. Fails for an
    /// original, which no delivery host serves.
    pub async fn fetch<T, Fut: Future<Output = Result<T, DeliveryError>>>(
        &self,
        source: &PictureSource,
        now: Timestamp,
        watch: &OnWait<'_>,
        send: impl Fn(String) -> Fut,
    ) -> Result<(T, Option<FetchedVia>), Failure> {
        match source {
            PictureSource::Open(url) => {
                let fetched = send(url.clone()).await.map_err(|error| delivery_failure(&error))?;
                Ok((fetched, None))
            }
            PictureSource::Signed { url, .. } => {
                let invalid = |_| delivery_failure(&DeliveryError::NotAUrl);
                let url = DeliveryUrl::parse(url).map_err(invalid)?;
                let expires = Some(now.as_second() + FETCH_LIFETIME);
                let fetched = self.deliver(&url, expires, now, watch, |signed| send(signed.expose()));
                let (fetched, _, key) = fetched.await?;
                Ok((fetched, Some(FetchedVia::SignedBy(key))))
            }
            PictureSource::Original(_) => Err(Failure::new(
                FailureKind::Other,
                "Nothing is told of an original without its bytes",
                "Save it to look at it.",
            )),
        }
    }
}
