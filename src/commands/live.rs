//! The account behind the network.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use super::account::Account;
use super::console::Errors;
use super::source::{Pictures, Source};
use crate::cloudflare::{
    Client, Config, Delivery, Error, Head, KeyRing, OnProgress, Saved, Wait, WaitReason, delivery_failure,
    failure,
};
use crate::domain::{
    Continuation, Failure, Image, KeySource, ListQuery, Page, Reference, Usage, VariantOptions,
};
use crate::picture::ACCEPT;

/// An account that is asked over the network; waits are told where somebody watches.
pub struct Live<'a> {
    pub(super) client: Client,
    pub(super) delivery: Delivery,
    pub(super) keys: KeyRing,
    errors: &'a Errors,
    /// The wait told last: all requests that wait for the account hear of the same one.
    told: Mutex<Option<Wait>>,
}

impl<'a> Live<'a> {
    /// Sends nothing yet.
    pub fn new(config: Config, errors: &'a Errors) -> Self {
        let client = Client::new(config);
        let keys = KeyRing::new(Some(client.clone()), KeySource::Account, Vec::new());
        Self { client, delivery: Delivery::new(), keys, errors, told: Mutex::new(None) }
    }

    /// Signs by keys from `source`, of which those in `newest_first` are preferred.
    #[must_use]
    pub fn with_keys(mut self, source: KeySource, newest_first: Vec<String>) -> Self {
        self.keys = KeyRing::new(Some(self.client.clone()), source, newest_first);
        self
    }

    pub(super) fn watch(&self) -> impl Fn(Wait) + Send + Sync {
        |wait: Wait| {
            let before = self.told.lock().unwrap_or_else(PoisonError::into_inner).replace(wait);
            if before != Some(wait) {
                self.errors.progress(&words(wait));
            }
        }
    }

    fn told(&self, error: &Error) -> Failure {
        failure(error, &self.client.about(None, None))
    }
}

impl Account for Live<'_> {
    async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
        self.client.image(&reference.id, &self.watch()).await.map_err(|error| {
            failure(&error, &self.client.about(Some(&reference.id), reference.hash.as_deref()))
        })
    }

    async fn page(&self, query: &ListQuery, after: Option<&Continuation>) -> Result<Page, Failure> {
        self.client.list_page(query, after, &self.watch()).await.map_err(|error| self.told(&error))
    }

    async fn variant_options(&self) -> Result<Vec<VariantOptions>, Failure> {
        self.client.variant_options(&self.watch()).await.map_err(|error| self.told(&error))
    }

    async fn usage(&self) -> Result<Usage, Failure> {
        self.client.usage(&self.watch()).await.map_err(|error| self.told(&error))
    }
}

impl Pictures for Live<'_> {
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
            Source::Original(id) => {
                let saved = self.client.save_original(id, cap, to, &self.watch(), on_progress).await;
                saved.map_err(|error| failure(&error, &self.client.about(Some(id), None)))
            }
        }
    }

    async fn head(&self, url: &str) -> Result<Head, Failure> {
        self.delivery.head(url, ACCEPT).await.map_err(|error| delivery_failure(&error))
    }
}

fn words(wait: Wait) -> String {
    let why = match wait.reason {
        WaitReason::RateLimited => "Too many requests",
        WaitReason::ServerError => "The API has trouble",
        WaitReason::Connection => "The connection failed",
    };
    format!("{why}: trying again in {:.1} s …", wait.for_.as_secs_f32())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::commands::console::tests::Heard;
    use crate::domain::{Credentials, Secret};

    #[test]
    fn a_wait_that_many_requests_share_is_told_once() {
        let heard = Heard::default();
        let errors = Errors::new(Box::new(heard.clone()), crate::commands::console::Paint::default(), true);
        let live = Live::new(
            Config {
                base: "https://api.example".parse().unwrap(),
                credentials: Credentials::Token(Secret::parse("hush").unwrap()),
                account: None,
            },
            &errors,
        );
        let wait = |attempt| Wait { for_: Duration::from_secs(7), reason: WaitReason::RateLimited, attempt };
        for attempt in [2, 2, 3] {
            live.watch()(wait(attempt));
        }
        let once = "cfimg: Too many requests: trying again in 7.0 s …\n";
        assert_eq!(heard.text(), once.repeat(2));
    }
}
