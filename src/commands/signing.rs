//! What commands ask of an account that signs, and of the delivery host.

use std::sync::Arc;

use jiff::Timestamp;

use super::api_account::ApiAccount;
use crate::cloudflare::{DeliveryError, Head};
use crate::domain::{DeliveryUrl, Failure, SignedUrl, SigningKey};
use crate::picture::ACCEPT;

/// An account with keys, and the host that delivers its pictures. Tests put one without a network in its place.
pub trait UrlSigner {
    /// Every key at hand.
    fn keys(&self) -> impl Future<Output = Result<Arc<[SigningKey]>, Failure>>;

    /// Signs a URL until `expires` in Unix seconds, and tells the name of the key that did.
    fn sign(
        &self,
        url: &DeliveryUrl,
        expires: Option<i64>,
    ) -> impl Future<Output = Result<(SignedUrl, String), Failure>>;

    /// What the delivery host says to whoever has the plain URL.
    fn seen(&self, url: &DeliveryUrl) -> impl Future<Output = Result<Head, DeliveryError>>;

    /// The API's time now, once it has answered.
    fn server_now(&self) -> Option<Timestamp>;
}

impl UrlSigner for ApiAccount<'_> {
    async fn keys(&self) -> Result<Arc<[SigningKey]>, Failure> {
        self.keys.keys(&self.watch()).await
    }

    async fn sign(&self, url: &DeliveryUrl, expires: Option<i64>) -> Result<(SignedUrl, String), Failure> {
        self.keys.sign(url, expires, &self.watch()).await
    }

    async fn seen(&self, url: &DeliveryUrl) -> Result<Head, DeliveryError> {
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

    /// It signs by the key `test`. The images that it shows to everybody have `open` in their IDs; `http-403-9413` in an ID
    /// is the status and the code that it answers.
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

        async fn seen(&self, url: &DeliveryUrl) -> Result<Head, DeliveryError> {
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
