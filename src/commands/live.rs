//! The account behind the network.

use super::account::Account;
use super::console::Errors;
use crate::cloudflare::{Client, Config, Error, Wait, WaitReason, failure};
use crate::domain::{Continuation, Failure, Image, ListQuery, Page, Reference, Usage, VariantOptions};

/// An account that is asked over the network; waits are told where somebody watches.
pub struct Live<'a> {
    client: Client,
    errors: &'a Errors,
}

impl<'a> Live<'a> {
    /// Sends nothing yet.
    pub fn new(config: Config, errors: &'a Errors) -> Self {
        Self { client: Client::new(config), errors }
    }

    fn watch(&self) -> impl Fn(Wait) + Send + Sync + 'a {
        let errors = self.errors;
        move |wait: Wait| errors.progress(&words(wait))
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

fn words(wait: Wait) -> String {
    let why = match wait.reason {
        WaitReason::RateLimited => "Too many requests",
        WaitReason::ServerError => "The API has trouble",
        WaitReason::Connection => "The connection failed",
    };
    format!("{why}: trying again in {:.1} s …", wait.for_.as_secs_f32())
}
