//! The implementation of [`Account`] that sends requests over the network.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::account::Account;
use super::console::Errors;
use super::picture_fetcher::{PictureFetcher, Probed};
use crate::cloudflare::{
    Client, Config, Delivery, Error, KeyRing, OnProgress, PictureDownload, RetryPolicy, Saved, Wait, failure,
    reply,
};
use crate::domain::FailureKind;
use crate::domain::verification::Reply;
use crate::domain::{
    Continuation, DeliveryUrl, Failure, Image, KeySource, ListQuery, Page, PictureSource, Reference,
    SignedUrl, SigningKey, Usage, VariantOptions,
};
use crate::picture::{ACCEPT, SizeProbe};

/// An account on the network. Reports waits if standard error is a terminal.
pub struct ApiAccount<'a> {
    client: Client,
    delivery: Delivery,
    keys: KeyRing,
    errors: &'a Errors,
    now: fn() -> Timestamp,
    /// The wait that was reported last. Requests that wait for the same reason would report it again.
    last_wait: Mutex<Option<Wait>>,
}

impl<'a> ApiAccount<'a> {
    /// Sends no request. `now` reads the clock.
    pub fn new(config: Config, errors: &'a Errors, now: fn() -> Timestamp) -> Self {
        let client = Client::with_retry_policy(
            config,
            RetryPolicy { waits_for_quota: true, ..RetryPolicy::default() },
        );
        let keys = KeyRing::new(Some(client.clone()), KeySource::Account, Vec::new());
        Self { client, delivery: Delivery::new(), keys, errors, now, last_wait: Mutex::new(None) }
    }

    /// Signs with keys from `source`, preferring those in `newest_first`.
    #[must_use]
    pub fn with_keys(mut self, source: KeySource, newest_first: Vec<String>) -> Self {
        self.keys = KeyRing::new(Some(self.client.clone()), source, newest_first);
        self
    }

    fn on_wait(&self) -> impl Fn(Wait) + Send + Sync {
        |wait: Wait| {
            let previous = self.last_wait.lock().unwrap_or_else(PoisonError::into_inner).replace(wait);
            if previous != Some(wait) {
                self.errors.progress(&wait.to_string());
            }
        }
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
        let image = self.client.image(&reference.id, &self.on_wait()).await.map_err(|error| {
            let about = self.client.about(Some(&reference.id), reference.hash.as_deref());
            with_file_name_hint(failure(&error, &about), reference)
        })?;
        let account_messages = self.client.take_messages();
        account_messages.iter().chain(&image.messages).for_each(|message| self.errors.api_note(message));
        match image.of_other_account(reference.hash.as_deref()) {
            Some(failure) => Err(failure),
            None => Ok(image),
        }
    }

    async fn page(&self, query: &ListQuery, after: Option<&Continuation>) -> Result<Page, Failure> {
        self.print_messages(self.client.list_page(query, after, &self.on_wait()).await)
    }

    async fn variant_options(&self) -> Result<Vec<VariantOptions>, Failure> {
        self.print_messages(self.client.variant_options(&self.on_wait()).await)
    }

    async fn raw_variants(&self) -> Result<Vec<(String, String)>, Failure> {
        self.print_messages(self.client.raw_variants(&self.on_wait()).await)
    }

    async fn raw_usage(&self) -> Result<String, Failure> {
        self.print_messages(self.client.raw_usage(&self.on_wait()).await)
    }

    async fn usage(&self) -> Result<Usage, Failure> {
        self.print_messages(self.client.usage(&self.on_wait()).await)
    }

    async fn keys(&self) -> Result<Arc<[SigningKey]>, Failure> {
        self.keys.keys(&self.on_wait()).await
    }

    async fn sign(&self, url: &DeliveryUrl, expires: Option<i64>) -> Result<(SignedUrl, String), Failure> {
        self.keys.sign(url, expires, &self.on_wait()).await
    }

    async fn reply(&self, url: &DeliveryUrl) -> Reply {
        reply(&self.delivery.head(url.as_str(), ACCEPT).await)
    }

    fn server_now(&self) -> Option<Timestamp> {
        self.client.server_now()
    }
}

impl PictureFetcher for ApiAccount<'_> {
    async fn fetch(
        &self,
        source: &PictureSource,
        cap: u64,
        to: &mut (dyn Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, Failure> {
        let download = PictureDownload {
            client: &self.client,
            keys: &self.keys,
            delivery: &self.delivery,
            accept: ACCEPT,
            now: (self.now)(),
        };
        download.save(source, cap, to, &self.on_wait(), on_progress).await
    }

    async fn probe(&self, source: &PictureSource) -> Result<Probed, Failure> {
        let read_prefix = async |url: String| {
            let mut probe = SizeProbe::default();
            let mut enough = |bytes: &[u8], total| probe.take(bytes, total);
            match self.delivery.get_partial(&url, ACCEPT, &mut enough).await {
                Ok(partial) => Ok((probe.file_info(), partial.bytes)),
                // The connection broke, but not too early.
                Err(error) => probe.file_info().map_err(|_| error).map(|info| (Ok(info), probe.total())),
            }
        };
        let ((info, bytes), _) =
            self.keys.send_for(source, (self.now)(), &self.on_wait(), read_prefix).await?;
        Ok(Probed { info: info.map_err(|error| error.failure())?, bytes })
    }
}

/// If an image is not found, and its ID looks like a file name, says how to find its ID.
fn with_file_name_hint(failure: Failure, reference: &Reference) -> Failure {
    let is_file_name = reference.hash.is_none()
        && reference.id.as_str().rsplit_once('.').is_some_and(|(_, end)| {
            ["jpg", "jpeg", "png", "gif", "webp", "svg", "avif", "heic"].contains(&&*end.to_ascii_lowercase())
        });
    if failure.kind != FailureKind::NotFound || !is_file_name {
        return failure;
    }
    let hint = "IMAGE is an ID, not a file name. To find the ID, run `cfimg list --filter NAME`.";
    Failure { hint: hint.to_owned(), ..failure }
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
                profile: None,
            },
            &errors,
            || Timestamp::UNIX_EPOCH,
        );
        let wait = |attempt| Wait { pause: Duration::from_secs(7), reason: WaitReason::RateLimited, attempt };
        for attempt in [2, 2, 3] {
            api_account.on_wait()(wait(attempt));
        }
        let once = "cfimg: Too many requests; retrying in 7.0 s …\n";
        assert_eq!(captured.text(), once.repeat(2));
    }
}
