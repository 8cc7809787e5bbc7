//! The implementation of [`Account`] that sends requests over the network.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::account::Account;
use super::console::Errors;
use super::picture_source::{PictureFetcher, Source, short_expiry};
use crate::cloudflare::{
    Client, Config, Delivery, DeliveryError, Error, Head, KeyRing, OnProgress, Pace, Saved, Wait,
    delivery_failure, failure,
};
use crate::domain::{
    Continuation, DeliveryUrl, Failure, FailureKind, Image, KeySource, ListQuery, Page, Reference, SignedUrl,
    Usage, VariantOptions,
};
use crate::picture::ACCEPT;

/// An account on the network. Reports waits if standard error is a terminal.
pub struct ApiAccount<'a> {
    pub(super) client: Client,
    pub(super) delivery: Delivery,
    pub(super) keys: KeyRing,
    errors: &'a Errors,
    /// The wait that was reported last. Requests that wait for the same reason would report it again.
    last_wait: Mutex<Option<Wait>>,
}

impl<'a> ApiAccount<'a> {
    /// Sends no request.
    pub fn new(config: Config, errors: &'a Errors) -> Self {
        let client = Client::with_pace(config, Pace { waits_for_quota: true, ..Pace::default() });
        let keys = KeyRing::new(Some(client.clone()), KeySource::Account, Vec::new());
        Self { client, delivery: Delivery::new(), keys, errors, last_wait: Mutex::new(None) }
    }

    /// Signs with keys from `source`, preferring those in `newest_first`.
    #[must_use]
    pub fn with_keys(mut self, source: KeySource, newest_first: Vec<String>) -> Self {
        self.keys = KeyRing::new(Some(self.client.clone()), source, newest_first);
        self
    }

    pub(super) fn watch(&self) -> impl Fn(Wait) + Send + Sync {
        |wait: Wait| {
            let previous = self.last_wait.lock().unwrap_or_else(PoisonError::into_inner).replace(wait);
            if previous != Some(wait) {
                self.errors.progress(&wait.to_string());
            }
        }
    }

    /// Sends a request to a delivery host with a URL signed for five minutes.
    async fn fetch_signed<T, Answer: Future<Output = Result<T, DeliveryError>>>(
        &self,
        url: &DeliveryUrl,
        at: Timestamp,
        request: impl Fn(SignedUrl) -> Answer,
    ) -> Result<T, Failure> {
        let result = self.keys.deliver(url, Some(short_expiry(at)), at, &self.watch(), request).await;
        result.map(|(value, ..)| value)
    }

    fn failure(&self, error: &Error) -> Failure {
        failure(error, &self.client.about(None, None))
    }

    /// Prints the messages that came with the response, and turns an error into a failure.
    fn print_messages<T>(&self, answer: Result<T, Error>) -> Result<T, Failure> {
        self.client.take_messages().iter().for_each(|message| self.errors.api_note(message));
        answer.map_err(|error| self.failure(&error))
    }
}

impl Account for ApiAccount<'_> {
    async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
        let image = self.client.image(&reference.id, &self.watch()).await.map_err(|error| {
            failure(&error, &self.client.about(Some(&reference.id), reference.hash.as_deref()))
        })?;
        let account_messages = self.client.take_messages();
        account_messages.iter().chain(&image.messages).for_each(|message| self.errors.api_note(message));
        Ok(image)
    }

    async fn page(&self, query: &ListQuery, after: Option<&Continuation>) -> Result<Page, Failure> {
        self.print_messages(self.client.list_page(query, after, &self.watch()).await)
    }

    async fn variant_options(&self) -> Result<Vec<VariantOptions>, Failure> {
        self.print_messages(self.client.variant_options(&self.watch()).await)
    }

    async fn raw_variants(&self) -> Result<Vec<(String, String)>, Failure> {
        self.print_messages(self.client.raw_variants(&self.watch()).await)
    }

    async fn raw_usage(&self) -> Result<String, Failure> {
        self.print_messages(self.client.raw_usage(&self.watch()).await)
    }

    async fn usage(&self) -> Result<Usage, Failure> {
        self.print_messages(self.client.usage(&self.watch()).await)
    }
}

impl PictureFetcher for ApiAccount<'_> {
    async fn fetch(
        &self,
        source: &Source,
        cap: u64,
        to: &mut (dyn Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, Failure> {
        match source {
            Source::Delivery(url) => {
                let saved = self.delivery.save(url, ACCEPT, cap, to, on_progress).await;
                saved.map_err(|error| delivery_failure(&error))
            }
            Source::Signed { url, at } => {
                // A denied request has written nothing, so the second try, with newly fetched keys, starts at
                // the beginning.
                let to = tokio::sync::Mutex::new(to);
                let save = |signed: SignedUrl| {
                    let to = &to;
                    async move {
                        let mut to = to.lock().await;
                        self.delivery.save(&signed.expose(), ACCEPT, cap, &mut **to, on_progress).await
                    }
                };
                self.fetch_signed(url, *at, save).await
            }
            Source::Original(id) => {
                let saved = self.client.save_original(id, cap, to, &self.watch(), on_progress).await;
                saved.map_err(|error| failure(&error, &self.client.about(Some(id), None)))
            }
        }
    }

    async fn head(&self, source: &Source) -> Result<Head, Failure> {
        let head = |url: String| async move { self.delivery.head(&url, ACCEPT).await };
        match source {
            Source::Delivery(url) => head(url.clone()).await.map_err(|error| delivery_failure(&error)),
            Source::Signed { url, at } => self.fetch_signed(url, *at, |signed| head(signed.expose())).await,
            Source::Original(_) => Err(Failure::new(
                FailureKind::Other,
                "Nothing is told of an original without its bytes",
                "Save it to look at it.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cloudflare::WaitReason;
    use crate::commands::console::tests::Captured;
    use crate::domain::{Credentials, Secret};

    #[test]
    fn shared_wait_is_reported_once() {
        let captured = Captured::default();
        let errors =
            Errors::new(Box::new(captured.clone()), crate::commands::console::Paint::default(), true);
        let api_account = ApiAccount::new(
            Config {
                base: "https://api.example".parse().unwrap(),
                credentials: Credentials::Token(Secret::parse("hush").unwrap()),
                account: None,
            },
            &errors,
        );
        let wait = |attempt| Wait { for_: Duration::from_secs(7), reason: WaitReason::RateLimited, attempt };
        for attempt in [2, 2, 3] {
            api_account.watch()(wait(attempt));
        }
        let once = "cfimg: Too many requests: trying again in 7.0 s …\n";
        assert_eq!(captured.text(), once.repeat(2));
    }
}
