//! Signs, verifies and explains delivery URLs. The keys stay here; only signed URLs go to the model.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future;
use jiff::Timestamp;

use super::probe::probe_size;
use crate::app::{PictureInfo, PictureSource, SensitiveText, Signatures, VerifyResult};
use crate::cloudflare::{Delivery, DeliveryError, Head, KeyRing, OnWait, explain_with_keys, reply};
use crate::domain::explain::Explanation;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{DeliveryUrl, Failure, SignedUrl};

/// The `Accept` header of browsers, by which the delivery host chooses the format.
const ACCEPT: &str = "image/avif,image/webp,image/*,*/*;q=0.8";

#[derive(Clone)]
pub(super) struct DeliveryEffects {
    ring: KeyRing,
    pub(super) delivery: Delivery,
    /// Whether the key ring has its keys already, so that signing sends no request.
    has_keys: Arc<AtomicBool>,
}

impl DeliveryEffects {
    pub(super) fn new(ring: KeyRing) -> Self {
        Self { ring, delivery: Delivery::new(), has_keys: Arc::default() }
    }

    pub(super) fn has_keys(&self) -> bool {
        self.has_keys.load(Ordering::Relaxed)
    }

    /// Signs all of `urls`, or none.
    pub(super) async fn sign(
        self,
        urls: Vec<DeliveryUrl>,
        expires: Option<i64>,
        refetch_keys: bool,
        on_wait: Box<OnWait<'static>>,
    ) -> Result<Signatures, Failure> {
        if refetch_keys {
            self.ring.refetch(&*on_wait).await?;
        }
        let mut signatures = Signatures { urls: Vec::with_capacity(urls.len()), key: String::new() };
        for (at, url) in urls.iter().enumerate() {
            let (signed, key): (SignedUrl, String) = self.ring.sign(url, expires, &*on_wait).await?;
            self.has_keys.store(true, Ordering::Relaxed);
            signatures.urls.push(signed);
            signatures.key = key;
            // Signing 100,000 URLs in one go would block key input.
            if at % 64 == 63 {
                tokio::task::yield_now().await;
            }
        }
        Ok(signatures)
    }

    /// Sends a HEAD request for the plain URL, and one for the signed URL.
    pub(super) async fn verify(
        self,
        plain: DeliveryUrl,
        signed: Option<SignedUrl>,
    ) -> Result<Box<VerifyResult>, Failure> {
        let signed = async {
            match signed {
                Some(url) => Some(self.delivery.head(&url.expose(), ACCEPT).await),
                None => None,
            }
        };
        let plain = percent_encode_for_display(plain.as_str());
        let (plain, signed) = future::join(self.delivery.head(&plain, ACCEPT), signed).await;
        let date = |response: &Result<Head, DeliveryError>| match response {
            Ok(head) => head.date,
            Err(error) => error.date(),
        };
        let server = signed.as_ref().and_then(date).or_else(|| date(&plain));
        let (signed, plain) = (signed.as_ref().map(reply), Some(reply(&plain)));
        Ok(Box::new(VerifyResult { signed, plain, server }))
    }

    /// Probes a picture's size.
    pub(super) async fn probe(
        self,
        source: PictureSource,
        on_wait: Box<OnWait<'static>>,
    ) -> Result<PictureInfo, Failure> {
        probe_size(&self.delivery, &self.ring, &source, &*on_wait).await
    }

    /// Explains the URL in `text`. Without a key the signature stays unchecked, and the explanation says why.
    pub(super) async fn explain(
        self,
        text: SensitiveText,
        now: Timestamp,
        on_wait: Box<OnWait<'static>>,
    ) -> Result<(Box<Explanation>, Option<Failure>), Failure> {
        let explained = explain_with_keys(text.text(), now, self.ring.keys(&*on_wait)).await;
        explained.map(|(explanation, why)| (Box::new(explanation), why))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::cloudflare::ignore_waits;
    use crate::domain::{KeySource, SigningKey};

    fn url(host: &str) -> DeliveryUrl {
        let path = "MTt4OTd0b0w5aj/bc27a117-9509-446b-8c69-c81bfeac0a01/hero";
        DeliveryUrl::parse(&format!("{host}/{path}")).unwrap()
    }

    fn delivery_effects(source: KeySource) -> DeliveryEffects {
        DeliveryEffects::new(KeyRing::new(None, source, vec![]))
    }

    fn with_key() -> DeliveryEffects {
        delivery_effects(KeySource::Explicit(SigningKey::parse("mine", "hush").unwrap()))
    }

    #[tokio::test]
    async fn signing_yields_after_64_urls() {
        let sign = async |count| {
            let urls = vec![url("https://imagedelivery.net"); count];
            with_key().sign(urls, None, false, Box::new(ignore_waits)).await.map(|signed| signed.urls.len())
        };
        assert_eq!(sign(63).now_or_never(), Some(Ok(63)));
        assert_eq!(sign(64).now_or_never(), None);
        assert_eq!(sign(200).await, Ok(200));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn keys_are_fetched_once_unless_refetched() {
        let folder = tempfile::tempdir().unwrap();
        let runs = folder.path().join("runs");
        let delivery_effects =
            delivery_effects(KeySource::Command(format!("echo once >> '{}'; echo hush", runs.display())));
        for (refetch_keys, times) in [(false, 1), (false, 1), (true, 2)] {
            let urls = vec![url("https://imagedelivery.net")];
            assert!(
                delivery_effects.clone().sign(urls, None, refetch_keys, Box::new(ignore_waits)).await.is_ok()
            );
            assert_eq!(std::fs::read_to_string(&runs).unwrap().lines().count(), times);
        }
    }

    #[tokio::test]
    async fn verify_reads_host_date_from_denial() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url(&format!("http://{}", server.local_addr().unwrap()));
        let respond = async {
            let (mut connection, _) = server.accept().await.unwrap();
            assert!(connection.read(&mut vec![0; 1000]).await.unwrap() > 0);
            let head = "HTTP/1.1 403 Forbidden\r\ncf-images: err=9425\r\ndate: Wed, 21 Oct 2026 07:28:00 GMT\r\ncontent-length: 0\r\n\r\n";
            connection.write_all(head.as_bytes()).await.unwrap();
            connection
        };
        let (result, _connection) = tokio::join!(with_key().verify(url, None), respond);
        let result = result.unwrap();
        assert!(matches!(result.plain, Some(crate::domain::verification::Reply::Refused(403, _))));
        assert_eq!(result.server, "2026-10-21T07:28:00Z".parse().ok());
    }
}
