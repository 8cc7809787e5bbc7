//! The client for Cloudflare's API. It only sends GET requests, retries them, and parses the responses.
//!
//! Reading order: the requests ([`Client`]), one attempt over the network (`transport`), retries ([`retry`]),
//! parsing a response (`envelope`), the list (`listing`), the original's bytes (`original`), the delivery host,
//! which never sees the token ([`delivery`]), the keys that sign ([`keyring`]), the errors ([`error`]) and their
//! messages ([`error_messages`]).

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;
use tokio::sync::watch::Sender;
use url::Url;

mod body;
mod certificates;
pub mod delivery;
mod envelope;
pub mod error;
pub mod error_messages;
mod http_client;
mod http_headers;
mod issuer;
pub mod keyring;
mod listing;
mod network_error;
mod original;
mod picture_download;
mod proxy;
mod quota;
mod reach;
pub mod retry;
mod secret_command;
mod shared_messages;
mod token;
mod transport;

pub use body::{MAX_SAVE_BYTES, OnProgress, Progress, ignore_progress};
pub use delivery::{
    Delivered, Delivery, DeliveryError, Head, IsEnough, PartialBody, Saved, delivery_failure, reply,
};
pub use error::{Code, Error, NetworkError, ResponseInfo, Setup, UnexpectedResponse};
pub use error_messages::{MessageContext, failure};
pub use http_client::TrustStore;
pub use keyring::{KeyRing, explain_with_keys};
pub use picture_download::PictureDownload;
pub use reach::{Reached, Route, host, reach, route};
pub use retry::{OnWait, RetryPolicy, Wait, WaitReason, ignore_waits};
pub use secret_command::{CommandInput, token as token_of_command};
pub use token::{TokenInfo, TokenStatus};

use crate::domain::secret::redacted;
use crate::domain::variant::MAX_VARIANTS;
use crate::domain::{
    Account, AccountId, ApiMessage, Budget, Credentials, Image, ImageId, Json, SigningKey, Usage,
    VariantOptions,
};
use envelope::Envelope;
use transport::Transport;

/// Cloudflare's maximum.
const ACCOUNTS_PER_PAGE: u64 = 50;

/// Cloudflare allows a few keys per account. The limit keeps a hostile response from blocking the screen.
const MAX_KEYS: usize = 100;

/// The API to use, the credentials and the account.
#[derive(Debug, Clone)]
pub struct Config {
    /// The API's base, `https://api.cloudflare.com/client/v4`; a trailing slash does not matter. Requests over
    /// plain http fail, unless the host is this machine.
    pub base: Url,
    pub credentials: Credentials,
    /// If `None`, the only account that the credentials see.
    pub account: Option<AccountId>,
    /// The profile, for messages. `None` if the environment variables are used.
    pub profile: Option<String>,
}

/// A client for one account. Clones share connections and state.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    transport: Transport,
    retry_policy: RetryPolicy,
    by_key: bool,
    profile: Option<String>,
    account: OnceCell<AccountId>,
    /// The last wait of the request that looks up the account.
    account_waits: Sender<Option<Wait>>,
    account_hash: Mutex<Option<String>>,
    messages: Mutex<Vec<ApiMessage>>,
}

impl Client {
    /// Cheap: reads no file and sends nothing before the first request.
    pub fn new(config: Config) -> Self {
        Self::with_retry_policy(config, RetryPolicy::default())
    }

    /// A client with its own time limits and waits, so that tests need not wait for real seconds.
    pub fn with_retry_policy(config: Config, retry_policy: RetryPolicy) -> Self {
        config.credentials.mask();
        let by_key = matches!(config.credentials, Credentials::Key { .. });
        Self(Arc::new(Shared {
            by_key,
            profile: config.profile,
            account: OnceCell::new_with(config.account),
            account_waits: Sender::new(None),
            account_hash: Mutex::new(None),
            messages: Mutex::default(),
            transport: Transport::new(config.base, config.credentials, retry_policy.clone()),
            retry_policy,
        }))
    }

    /// Gets one image, from `/accounts/{account}/images/v1/{id}`.
    pub async fn image(&self, id: &ImageId, on_wait: &OnWait<'_>) -> Result<Image, Error> {
        let account = self.account(on_wait).await?;
        let path = format!("/accounts/{account}/images/v1/{}", id.path_segment());
        // An ID such as `stats` collides with a sibling route, whose response has no `id`.
        let read = |envelope: &Envelope| {
            let unexpected = if is_object(&envelope.result) {
                UnexpectedResponse::NoId
            } else {
                UnexpectedResponse::NoResult
            };
            let image = Image::read(&envelope.result).map_err(|_| envelope.unexpected(unexpected))?;
            Ok((image, envelope.response_info.clone()))
        };
        let ((mut image, response_info), messages) =
            self.get_with_messages(self.0.retry_policy.retries, &path, read, on_wait).await?;
        if image.id != *id {
            let unexpected = UnexpectedResponse::OtherImage(image.id.as_str().to_owned());
            return Err(Error::Unexpected { response_info, unexpected });
        }
        image.messages = messages;
        self.remember_hash(&image);
        Ok(image)
    }

    /// Gets the account's variants with their options, sorted by name, from
    /// `/accounts/{account}/images/v1/variants`.
    pub async fn variant_options(&self, on_wait: &OnWait<'_>) -> Result<Vec<VariantOptions>, Error> {
        self.get_in_account("variants", variant_options, on_wait).await
    }

    /// The same as the API's JSON and in its order: each variant's key in the map, and its JSON.
    pub async fn raw_variants(&self, on_wait: &OnWait<'_>) -> Result<Vec<(String, String)>, Error> {
        self.get_in_account("variants", raw_variants, on_wait).await
    }

    /// Gets the account's signing keys, in the API's order, from `/accounts/{account}/images/v1/keys`. Their
    /// values are secret and appear in no error.
    pub async fn signing_keys(&self, on_wait: &OnWait<'_>) -> Result<Vec<SigningKey>, Error> {
        self.get_in_account("keys", signing_keys, on_wait).await
    }

    /// Gets how full the account is, from `/accounts/{account}/images/v1/stats`.
    pub async fn usage(&self, on_wait: &OnWait<'_>) -> Result<Usage, Error> {
        self.get_in_account("stats", usage, on_wait).await
    }

    /// The same as the API's JSON of the result.
    pub async fn raw_usage(&self, on_wait: &OnWait<'_>) -> Result<String, Error> {
        let read = |envelope: &Envelope| usage(envelope).map(|_| envelope.result.clone());
        self.get_in_account("stats", read, on_wait).await
    }

    /// The configured account, or the only one that the credentials see, which is looked up once. Concurrent
    /// callers share one request, and each is notified of its waits.
    pub async fn account(&self, on_wait: &OnWait<'_>) -> Result<AccountId, Error> {
        let mut waits = self.0.account_waits.subscribe();
        let notify_all = |wait| _ = self.0.account_waits.send(Some(wait));
        let find = || async {
            let path = format!("/accounts?page=1&per_page={ACCOUNTS_PER_PAGE}");
            let (mut accounts, pages) =
                self.get(self.0.retry_policy.retries, &path, accounts, &notify_all).await?;
            match accounts.len() {
                0 => Err(Error::NoAccount),
                1 if pages <= 1 => Ok(accounts.remove(0).id),
                _ => Err(Error::SeveralAccounts(accounts)),
            }
        };
        let mut account_lookup = pin!(self.0.account.get_or_try_init(find));
        loop {
            tokio::select! {
                account_lookup = &mut account_lookup => return account_lookup.cloned(),
                Ok(()) = waits.changed() => waits.borrow_and_update().iter().for_each(|wait| on_wait(*wait)),
            }
        }
    }

    /// The `messages` of successful responses since the last call, without duplicates. Those about an image are
    /// in [`Image::messages`] instead.
    pub fn take_messages(&self) -> Vec<ApiMessage> {
        std::mem::take(&mut *self.0.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The quota left, as the last response reported it; `None` before the first response.
    pub fn budget(&self) -> Option<Budget> {
        self.0.transport.quota.budget()
    }

    /// The API's current time, based on its last response; `None` before the first one. Signatures expire by
    /// Cloudflare's clock, so a difference is worth a warning.
    pub fn server_now(&self) -> Option<Timestamp> {
        self.0.transport.server_now()
    }

    /// What the messages about a failed request may need: the account, its hash, the kind of credentials.
    pub fn about(&self, image: Option<&ImageId>, url_hash: Option<&str>) -> MessageContext {
        MessageContext {
            image: image.cloned(),
            account: self.0.account.get().cloned(),
            url_hash: url_hash.map(str::to_owned),
            account_hash: self.0.account_hash.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            by_key: self.0.by_key,
            profile: self.0.profile.clone(),
        }
    }

    /// Remembers the account's hash from one of its images.
    fn remember_hash(&self, image: &Image) {
        if let Some(hash) = image.hash() {
            *self.0.account_hash.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash.to_owned());
        }
    }

    /// Gets `/accounts/{account}/images/v1/{path}`.
    async fn get_in_account<T: Send + 'static>(
        &self,
        path: &str,
        read: fn(&Envelope) -> Result<T, Error>,
        on_wait: &OnWait<'_>,
    ) -> Result<T, Error> {
        let path = format!("/accounts/{}/images/v1/{path}", self.account(on_wait).await?);
        self.get(self.0.retry_policy.retries, &path, read, on_wait).await
    }

    async fn get<T: Send + 'static>(
        &self,
        retries: usize,
        path: &str,
        read: fn(&Envelope) -> Result<T, Error>,
        on_wait: &OnWait<'_>,
    ) -> Result<T, Error> {
        let (value, messages) = self.get_with_messages(retries, path, read, on_wait).await?;
        let mut stored = self.0.messages.lock().unwrap_or_else(PoisonError::into_inner);
        for message in messages {
            if stored.len() < envelope::MAX_CODES && !stored.contains(&message) {
                stored.push(message);
            }
        }
        Ok(value)
    }

    async fn get_with_messages<T: Send + 'static>(
        &self,
        retries: usize,
        path: &str,
        read: fn(&Envelope) -> Result<T, Error>,
        on_wait: &OnWait<'_>,
    ) -> Result<(T, Vec<ApiMessage>), Error> {
        let attempt = || async { envelope::read_as(self.0.transport.get(path, on_wait).await?, read).await };
        let (value, mut messages) =
            retry::with_retries(&self.retry_policy(), retries, on_wait, attempt).await?;
        messages.truncate(envelope::MAX_CODES);
        for message in &messages {
            tracing::debug!(path = &*redacted(path), code = message.code, text = message.text, "message");
        }
        Ok((value, messages))
    }

    /// The retry policy for the next request.
    fn retry_policy(&self) -> RetryPolicy {
        let retry_policy = self.0.retry_policy.clone();
        let longest_retry_after =
            self.0.transport.quota.longest_retry_after(retry_policy.longest_retry_after);
        RetryPolicy { longest_retry_after, ..retry_policy }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client(…)")
    }
}

fn variants_map(envelope: &Envelope) -> Result<Vec<(String, &RawValue)>, Error> {
    let map = Json::members(&envelope.result).into_iter().find(|(key, _)| key == "variants");
    let map = map.map(|(_, map)| map.get()).filter(|map| is_object(map));
    Ok(Json::members(map.ok_or_else(|| envelope.unexpected(UnexpectedResponse::NoResult))?))
}

fn raw_variants(envelope: &Envelope) -> Result<Vec<(String, String)>, Error> {
    let entries = variants_map(envelope)?.into_iter();
    Ok(entries.map(|(name, entry)| (name, entry.get().to_owned())).collect())
}

fn variant_options(envelope: &Envelope) -> Result<Vec<VariantOptions>, Error> {
    let mut options: Vec<_> = variants_map(envelope)?
        .into_iter()
        .take(MAX_VARIANTS)
        .map(|(name, entry)| VariantOptions::read(&name, entry.get()))
        .collect();
    options.sort_by(|a, b| a.name.cmp(&b.name));
    options.dedup_by(|a, b| a.name == b.name);
    Ok(options)
}

/// The usable keys. Skips keys without a name or value.
fn signing_keys(envelope: &Envelope) -> Result<Vec<SigningKey>, Error> {
    let keys = Json::members(&envelope.result).into_iter().find(|(key, _)| key == "keys");
    let entries = keys.and_then(|(_, keys)| serde_json::from_str::<Vec<&RawValue>>(keys.get()).ok());
    let entries = entries.ok_or_else(|| envelope.unexpected(UnexpectedResponse::NoResult))?;
    let text = |entry: &RawValue, wanted: &str| {
        let (_, value) = Json::members(entry.get()).into_iter().find(|(key, _)| key == wanted)?;
        serde_json::from_str::<String>(value.get()).ok()
    };
    let key = |entry: &&RawValue| SigningKey::parse(&text(entry, "name")?, &text(entry, "value")?).ok();
    let keys: Vec<_> = entries.iter().take(MAX_KEYS).filter_map(key).collect();
    // Unreadable keys are an error: the account does have keys.
    if keys.is_empty() && !entries.is_empty() {
        Err(envelope.unexpected(UnexpectedResponse::NoResult))
    } else {
        Ok(keys)
    }
}

/// A missing or unreadable count is unknown.
fn usage(envelope: &Envelope) -> Result<Usage, Error> {
    if !is_object(&envelope.result) {
        return Err(envelope.unexpected(UnexpectedResponse::NoResult));
    }
    let count = Json::parse(&envelope.result).and_then(|result| envelope::member(result, "count"));
    let number =
        |key| count.clone().and_then(|count| envelope::member(count, key)).and_then(envelope::number);
    Ok(Usage { current: number("current"), allowed: number("allowed") })
}

fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

/// The accounts on the first page, and the number of pages.
fn accounts(envelope: &Envelope) -> Result<(Vec<Account>, u64), Error> {
    let Some(Json::Array(entries)) = Json::parse(&envelope.result) else {
        return Err(envelope.unexpected(UnexpectedResponse::NoResult));
    };
    Ok((entries.into_iter().filter_map(envelope::account).collect(), envelope.total_pages.unwrap_or(1)))
}
