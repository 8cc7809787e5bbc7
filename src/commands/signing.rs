//! Signing and the delivery host, as commands use them.

use std::sync::Arc;

use jiff::Timestamp;

use super::api_account::ApiAccount;
use crate::cloudflare::{DeliveryError, Head};
use crate::domain::{DeliveryUrl, Failure, SignedUrl, SigningKey};
use crate::picture::ACCEPT;

/// An account's signing keys and its delivery host. Tests replace it with one that needs no network.
pub trait UrlSigner {
    /// All available keys.
    fn keys(&self) -> impl Future<Output = Result<Arc<[SigningKey]>, Failure>>;

    /// Signs a URL. `expires` is in Unix seconds. Returns the name of the key, too.
    fn sign(
        &self,
        url: &DeliveryUrl,
        expires: Option<i64>,
    ) -> impl Future<Output = Result<(SignedUrl, String), Failure>>;

    /// The delivery host's response for the unsigned URL.
    fn plain_head(&self, url: &DeliveryUrl) -> impl Future<Output = Result<Head, DeliveryError>>;

    /// The API's current time; `None` before its first response.
    fn server_now(&self) -> Option<Timestamp>;
}

impl UrlSigner for ApiAccount<'_> {
    async fn keys(&self) -> Result<Arc<[SigningKey]>, Failure> {
        self.keys.keys(&self.watch()).await
    }

    async fn sign(&self, url: &DeliveryUrl, expires: Option<i64>) -> Result<(SignedUrl, String), Failure> {
        self.keys.sign(url, expires, &self.watch()).await
    }

    async fn plain_head(&self, url: &DeliveryUrl) -> Result<Head, DeliveryError> {
        self.delivery.head(url.as_str(), ACCEPT).await
    }

    fn server_now(&self) -> Option<Timestamp> {
        self.client.server_now()
    }
}

#[cfg(test)]
pub(super) mod scripted {
    use super::*;
    use crate::cloudflare::{Code, ResponseInfo};
    use crate::commands::account::scripted::Scripted;
    use crate::domain::FailureKind;
    use crate::domain::signing::sign;

    /// Signs with the key `test`. Images with `open` in their IDs are delivered unsigned. `http-403-9413` in
    /// an ID is the status and code of the response; the code may be missing.
    impl UrlSigner for Scripted {
        async fn keys(&self) -> Result<Arc<[SigningKey]>, Failure> {
            Ok([SigningKey::parse("test", "key").expect("a key")].into())
        }

        async fn sign(
            &self,
            url: &DeliveryUrl,
            expires: Option<i64>,
        ) -> Result<(SignedUrl, String), Failure> {
            self.signed.set(self.signed.get() + 1);
            if self.keyless {
                return Err(Failure::new(FailureKind::Credentials, "No key", "Make one."));
            }
            let keys = self.keys().await?;
            Ok((sign(url, &keys[0], expires), keys[0].name().to_owned()))
        }

        async fn plain_head(&self, url: &DeliveryUrl) -> Result<Head, DeliveryError> {
            if url.id().as_str().contains("open") {
                let (length, content_type, date) = (None, None, None);
                return Ok(Head { status: 200, content_type, length, date, took: std::time::Duration::ZERO });
            }
            let id = url.id().as_str();
            let (status, code) = match id.split_once("http-") {
                Some((_, answer)) => answer.split_once('-').map_or((answer, None), |(a, b)| (a, Some(b))),
                None => ("403", Some("9425")),
            };
            let response_info = Box::new(ResponseInfo {
                status: status.parse().expect("a status"),
                ..ResponseInfo::default()
            });
            let code = code.map(|code| Code { code: code.to_owned(), words: String::new() });
            Err(DeliveryError::Refused { host: "imagedelivery.net".into(), response_info, code })
        }

        fn server_now(&self) -> Option<Timestamp> {
            None
        }
    }
}
