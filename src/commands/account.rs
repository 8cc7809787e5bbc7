//! What commands ask of an account and its delivery host.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::signing::{clock_is_off, clock_warning};
use crate::domain::verification::Reply;
use crate::domain::{
    Continuation, DeliveryUrl, Failure, Image, ListQuery, Page, Reference, SignedUrl, SigningKey, Usage,
    VariantOptions,
};

/// An account of Cloudflare Images, whose errors are already messages for the user. Tests replace it with one
/// that needs no network.
pub trait Account {
    fn image(&self, reference: &Reference) -> impl Future<Output = Result<Image, Failure>>;

    /// One page of the list: the first, or the one that `after` points to.
    fn page(
        &self,
        query: &ListQuery,
        after: Option<&Continuation>,
    ) -> impl Future<Output = Result<Page, Failure>>;

    /// The options of the account's variants, sorted by name.
    fn variant_options(&self) -> impl Future<Output = Result<Vec<VariantOptions>, Failure>>;

    /// The account's variants as the API sent them, in its order: the name in the response's map, and the
    /// JSON.
    fn raw_variants(&self) -> impl Future<Output = Result<Vec<(String, String)>, Failure>>;

    /// How many images the account has and may have.
    fn usage(&self) -> impl Future<Output = Result<Usage, Failure>>;

    /// The same as the API sent it: the JSON of `result`.
    fn raw_usage(&self) -> impl Future<Output = Result<String, Failure>>;

    /// All available signing keys.
    fn keys(&self) -> impl Future<Output = Result<Arc<[SigningKey]>, Failure>>;

    /// Signs a URL. `expires` is in Unix seconds. Returns the name of the key, too.
    fn sign(
        &self,
        url: &DeliveryUrl,
        expires: Option<i64>,
    ) -> impl Future<Output = Result<(SignedUrl, String), Failure>>;

    /// The delivery host's response for the unsigned URL.
    fn reply(&self, url: &DeliveryUrl) -> impl Future<Output = Reply>;

    /// The API's current time; `None` before its first response.
    fn server_now(&self) -> Option<Timestamp>;

    /// A warning if this machine's clock, at `now`, differs from the API's.
    fn clock_warning(&self, now: Timestamp) -> Option<String> {
        Some(clock_warning(clock_is_off(self.server_now()?, now)?))
    }
}

#[cfg(test)]
pub(super) mod scripted {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::time::Duration;

    use jiff::SignedDuration;

    use super::*;
    use crate::cloudflare::{Code, DeliveryError, Head, ResponseInfo, reply};
    use crate::domain::FailureKind;
    use crate::domain::signing::sign;

    /// An account with fixed responses, which counts requests. It signs with the key `test`. Images with `open` in
    /// their IDs are delivered unsigned. `http-403-9413` in an ID is the status and code of the response; the code may
    /// be missing.
    #[derive(Debug, Default)]
    pub(in super::super) struct Scripted {
        pub(in super::super) images: Vec<Image>,
        pub(in super::super) options: Option<Vec<VariantOptions>>,
        /// Name and JSON of each variant.
        pub(in super::super) raw_variants: Vec<(String, String)>,
        /// The responses to requests for pages, in order. When they run out, pages are empty.
        pub(in super::super) pages: RefCell<VecDeque<Result<Page, Failure>>>,
        pub(in super::super) requests: Cell<usize>,
        /// Calls of `sign`, successful or not.
        pub(in super::super) signed: Cell<usize>,
        /// Whether signing fails, as if there were no key.
        pub(in super::super) keyless: bool,
        /// Whether the options never arrive.
        pub(in super::super) options_hang: bool,
        /// How long fetching the keys takes by the clock of [`now`], which is then the server's, too.
        pub(in super::super) key_delay: Option<SignedDuration>,
    }

    thread_local! {
        static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::UNIX_EPOCH) };
    }

    /// This machine's clock. It stands still unless an account has a `key_delay`.
    pub(in super::super) fn now() -> Timestamp {
        NOW.get()
    }

    impl Scripted {
        pub(in super::super) fn with(images: &[&str]) -> Self {
            let images = images.iter().map(|raw| Image::read(raw).expect("an image")).collect();
            Self { images, options: Some(Vec::new()), ..Self::default() }
        }
    }

    impl Account for Scripted {
        async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
            self.requests.set(self.requests.get() + 1);
            let image = self.images.iter().find(|image| image.id == reference.id);
            image
                .cloned()
                .ok_or_else(|| Failure::new(FailureKind::NotFound, "Image not found", "Check the ID."))
        }

        async fn page(&self, _: &ListQuery, _: Option<&Continuation>) -> Result<Page, Failure> {
            self.requests.set(self.requests.get() + 1);
            let next = self.pages.borrow_mut().pop_front();
            next.unwrap_or(Ok(Page { images: Vec::new(), skipped: 0, next: None }))
        }

        async fn variant_options(&self) -> Result<Vec<VariantOptions>, Failure> {
            self.requests.set(self.requests.get() + 1);
            if self.options_hang {
                return std::future::pending().await;
            }
            self.options.clone().ok_or_else(|| Failure::new(FailureKind::Network, "Cut short", "Try again."))
        }

        async fn raw_variants(&self) -> Result<Vec<(String, String)>, Failure> {
            Ok(self.raw_variants.clone())
        }

        async fn usage(&self) -> Result<Usage, Failure> {
            Ok(Usage { current: Some(8113), allowed: Some(100_000) })
        }

        async fn raw_usage(&self) -> Result<String, Failure> {
            Ok("{ \"count\": {\"current\": 8113, \"allowed\": 1.0e5}, \"new\u{9b}\": null }".to_owned())
        }

        async fn keys(&self) -> Result<Arc<[SigningKey]>, Failure> {
            NOW.set(now() + self.key_delay.unwrap_or_default());
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

        async fn reply(&self, url: &DeliveryUrl) -> Reply {
            let id = url.id().as_str();
            if id.contains("open") {
                let (length, content_type, date) = (None, None, None);
                return reply(&Ok(Head { status: 200, content_type, length, date, took: Duration::ZERO }));
            }
            let (status, code) = match id.split_once("http-") {
                Some((_, answer)) => answer.split_once('-').map_or((answer, None), |(a, b)| (a, Some(b))),
                None => ("403", Some("9425")),
            };
            let status = status.parse().expect("a status");
            let response_info = Box::new(ResponseInfo { status, ..ResponseInfo::default() });
            let code = code.map(|code| Code { code: code.to_owned(), words: String::new() });
            reply(&Err(DeliveryError::Refused { host: "imagedelivery.net".into(), response_info, code }))
        }

        fn server_now(&self) -> Option<Timestamp> {
            self.key_delay.map(|_| now())
        }
    }
}
