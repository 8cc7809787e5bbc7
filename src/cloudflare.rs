//! The client of Cloudflare's API: it asks, tries again where that helps, and reads whatever comes back.
//!
//! It only ever sends GET. Reading order: what may be asked ([`Client`]), one try over the network (`transport`),
//! trying again ([`retry`]), reading an answer (`answer`), the list (`listing`), the original's bytes
//! (`original`), the delivery host, which never sees the token ([`delivery`]), the keys that sign ([`keyring`]), what can go wrong ([`error`]), and the one place that
//! turns it into sentences ([`sentence`]).

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;
use tokio::sync::watch::Sender;
use url::Url;

mod answer;
mod authorities;
mod body;
mod connection;
pub mod delivery;
pub mod error;
mod http_headers;
pub mod keyring;
mod listing;
mod original;
mod proxy;
mod quota;
pub mod retry;
pub mod sentence;
mod transport;
mod trouble;

pub use body::{OnProgress, Progress, unseen};
pub use delivery::{
    Begun, Delivered, Delivery, DeliveryError, Enough, Head, MOST_SAVED, Saved, delivery_failure, reply,
};
pub use error::{Answered, Code, Error, Odd, Setup, Trouble};
pub use keyring::{KeyRing, explained};
pub use retry::{Pace, Wait, WaitReason, Watch, unwatched};
pub use sentence::{About, failure};

use crate::domain::secret::redacted;
use crate::domain::variant::MAX_VARIANTS;
use crate::domain::{
    Account, AccountId, ApiMessage, Budget, Credentials, Image, ImageId, Json, SigningKey, Usage,
    VariantOptions,
};
use answer::Envelope;
use transport::Transport;

/// Accounts a page; Cloudflare's most.
const ACCOUNTS_PER_PAGE: u64 = 50;

/// Signing keys that are read: Cloudflare lets an account have a few, and a hostile answer must not hold the screen.
const MAX_KEYS: usize = 100;

/// Whom to ask, and as whom.
#[derive(Debug, Clone)]
pub struct Config {
    /// The API's base, `https://api.cloudflare.com/client/v4`; a slash at its end does not matter. Plain http is
    /// refused, when a request is made, unless the host is this machine.
    pub base: Url,
    /// How requests are signed in.
    pub credentials: Credentials,
    /// The account asked about; where none is named, the only one that the credentials see.
    pub account: Option<AccountId>,
}

/// A client of one account. Clones share the connections and what was learned.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    transport: Transport,
    pace: Pace,
    by_key: bool,
    account: OnceCell<AccountId>,
    /// The last pause of whoever asks for the account.
    account_waits: Sender<Option<Wait>>,
    account_hash: Mutex<Option<String>>,
    messages: Mutex<Vec<ApiMessage>>,
}

impl Client {
    /// A client; cheap: no file is read and nothing is sent until the first request.
    pub fn new(config: Config) -> Self {
        Self::with_pace(config, Pace::default())
    }

    /// A client with time limits and waits of its own: tests do not wait for real seconds.
    pub fn with_pace(config: Config, pace: Pace) -> Self {
        config.credentials.mask();
        let by_key = matches!(config.credentials, Credentials::Key { .. });
        Self(Arc::new(Shared {
            by_key,
            account: OnceCell::new_with(config.account),
            account_waits: Sender::new(None),
            account_hash: Mutex::new(None),
            messages: Mutex::default(),
            transport: Transport::new(config.base, config.credentials, pace.clone()),
            pace,
        }))
    }

    /// One image, from `/accounts/{account}/images/v1/{id}`.
    pub async fn image(&self, id: &ImageId, watch: &Watch<'_>) -> Result<Image, Error> {
        let account = self.account(watch).await?;
        let path = format!("/accounts/{account}/images/v1/{}", id.path_segment());
        // An ID such as `stats` collides with a sibling route, whose answer has no `id`.
        let read = |envelope: &Envelope| {
            let odd = if is_object(&envelope.result) { Odd::NoId } else { Odd::NoResult };
            let image = Image::read(&envelope.result).map_err(|_| envelope.odd(odd))?;
            Ok((image, envelope.answered.clone()))
        };
        let ((mut image, answered), messages) =
            self.get_with_messages(self.0.pace.retries, &path, read, watch).await?;
        if image.id != *id {
            let odd = Odd::OtherImage(image.id.as_str().to_owned());
            return Err(Error::Odd { answered, odd });
        }
        image.messages = messages;
        self.learn_hash(&image);
        Ok(image)
    }

    /// The account's variant options, by name, from `/accounts/{account}/images/v1/variants`.
    pub async fn variant_options(&self, watch: &Watch<'_>) -> Result<Vec<VariantOptions>, Error> {
        let account = self.account(watch).await?;
        self.get(&format!("/accounts/{account}/images/v1/variants"), variant_options, watch).await
    }

    /// The same in the API's own words and order: each variant's name in the map, and its JSON.
    pub async fn raw_variants(&self, watch: &Watch<'_>) -> Result<Vec<(String, String)>, Error> {
        let account = self.account(watch).await?;
        self.get(&format!("/accounts/{account}/images/v1/variants"), raw_variants, watch).await
    }

    /// The account's signing keys, in its order, from `/accounts/{account}/images/v1/keys`. Their values are secrets, and
    /// in no error.
    pub async fn signing_keys(&self, watch: &Watch<'_>) -> Result<Vec<SigningKey>, Error> {
        let account = self.account(watch).await?;
        self.get(&format!("/accounts/{account}/images/v1/keys"), signing_keys, watch).await
    }

    /// How full the account is, from `/accounts/{account}/images/v1/stats`.
    pub async fn usage(&self, watch: &Watch<'_>) -> Result<Usage, Error> {
        let account = self.account(watch).await?;
        self.get(&format!("/accounts/{account}/images/v1/stats"), usage, watch).await
    }

    /// The same in the API's own words: the JSON of its result.
    pub async fn raw_usage(&self, watch: &Watch<'_>) -> Result<String, Error> {
        let account = self.account(watch).await?;
        let read = |envelope: &Envelope| usage(envelope).map(|_| envelope.result.clone());
        self.get(&format!("/accounts/{account}/images/v1/stats"), read, watch).await
    }

    /// The account asked about: the named one, or the only one that the credentials see, asked for once. One caller asks
    /// for all who wait; each of them is told of the pauses.
    pub async fn account(&self, watch: &Watch<'_>) -> Result<AccountId, Error> {
        let mut waits = self.0.account_waits.subscribe();
        let tell_all = |wait| _ = self.0.account_waits.send(Some(wait));
        let find = || async {
            let path = format!("/accounts?page=1&per_page={ACCOUNTS_PER_PAGE}");
            let (mut accounts, pages) = self.get(&path, accounts, &tell_all).await?;
            match accounts.len() {
                0 => Err(Error::NoAccount),
                1 if pages <= 1 => Ok(accounts.remove(0).id),
                _ => Err(Error::SeveralAccounts(accounts)),
            }
        };
        let mut found = pin!(self.0.account.get_or_try_init(find));
        loop {
            tokio::select! {
                found = &mut found => return found.cloned(),
                Ok(()) = waits.changed() => waits.borrow_and_update().iter().for_each(|wait| watch(*wait)),
            }
        }
    }

    /// The `messages` of successful answers since the last call, each once. Those about an image are in
    /// [`Image::messages`] instead.
    pub fn take_messages(&self) -> Vec<ApiMessage> {
        std::mem::take(&mut *self.0.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the last answer said is left of the account's requests; nothing before the first answer.
    pub fn budget(&self) -> Option<Budget> {
        self.0.transport.quota.budget()
    }

    /// The API's time now, as its last answer told it; nothing before the first answer. Signatures lapse by Cloudflare's
    /// clock, so one that differs is worth a word.
    pub fn server_now(&self) -> Option<Timestamp> {
        self.0.transport.server_now()
    }

    /// What is known that a sentence about a failed lookup may need: the account, its hash, the kind of credentials.
    pub fn about(&self, image: Option<&ImageId>, url_hash: Option<&str>) -> About {
        About {
            image: image.cloned(),
            account: self.0.account.get().cloned(),
            url_hash: url_hash.map(str::to_owned),
            account_hash: self.0.account_hash.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            by_key: self.0.by_key,
        }
    }

    /// An image of the account has told its hash.
    fn learn_hash(&self, image: &Image) {
        if let Some(hash) = image.hash() {
            *self.0.account_hash.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash.to_owned());
        }
    }

    async fn get<T: Send + 'static>(
        &self,
        path: &str,
        read: fn(&Envelope) -> Result<T, Error>,
        watch: &Watch<'_>,
    ) -> Result<T, Error> {
        self.get_trying(self.0.pace.retries, path, read, watch).await
    }

    async fn get_trying<T: Send + 'static>(
        &self,
        retries: usize,
        path: &str,
        read: fn(&Envelope) -> Result<T, Error>,
        watch: &Watch<'_>,
    ) -> Result<T, Error> {
        let (value, messages) = self.get_with_messages(retries, path, read, watch).await?;
        let mut kept = self.0.messages.lock().unwrap_or_else(PoisonError::into_inner);
        for message in messages {
            if kept.len() < answer::MAX_CODES && !kept.contains(&message) {
                kept.push(message);
            }
        }
        Ok(value)
    }

    async fn get_with_messages<T: Send + 'static>(
        &self,
        retries: usize,
        path: &str,
        read: fn(&Envelope) -> Result<T, Error>,
        watch: &Watch<'_>,
    ) -> Result<(T, Vec<ApiMessage>), Error> {
        let once = || async { answer::read_as(self.0.transport.get(path, watch).await?, read).await };
        let (value, mut messages) = retry::with_retries(&self.pace(), retries, watch, once).await?;
        messages.truncate(answer::MAX_CODES);
        for message in &messages {
            tracing::debug!(path = &*redacted(path), code = message.code, text = message.text, "message");
        }
        Ok((value, messages))
    }

    /// The pace of one more request.
    fn pace(&self) -> Pace {
        let pace = self.0.pace.clone();
        let longest_retry_after = self.0.transport.quota.longest_retry_after(pace.longest_retry_after);
        Pace { longest_retry_after, ..pace }
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
    Ok(Json::members(map.ok_or_else(|| envelope.odd(Odd::NoResult))?))
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

/// The keys that can be used; one without name or value is left out.
fn signing_keys(envelope: &Envelope) -> Result<Vec<SigningKey>, Error> {
    let keys = Json::members(&envelope.result).into_iter().find(|(key, _)| key == "keys");
    let entries = keys.and_then(|(_, keys)| serde_json::from_str::<Vec<&RawValue>>(keys.get()).ok());
    let entries = entries.ok_or_else(|| envelope.odd(Odd::NoResult))?;
    let text = |entry: &RawValue, wanted: &str| {
        let (_, value) = Json::members(entry.get()).into_iter().find(|(key, _)| key == wanted)?;
        serde_json::from_str::<String>(value.get()).ok()
    };
    let key = |entry: &&RawValue| SigningKey::parse(&text(entry, "name")?, &text(entry, "value")?).ok();
    let keys: Vec<_> = entries.iter().take(MAX_KEYS).filter_map(key).collect();
    // Keys that none of us can read are not no keys.
    if keys.is_empty() && !entries.is_empty() { Err(envelope.odd(Odd::NoResult)) } else { Ok(keys) }
}

/// A count that is missing or unreadable is unknown.
fn usage(envelope: &Envelope) -> Result<Usage, Error> {
    if !is_object(&envelope.result) {
        return Err(envelope.odd(Odd::NoResult));
    }
    let count = Json::parse(&envelope.result).and_then(|result| answer::member(result, "count"));
    let number = |key| count.clone().and_then(|count| answer::member(count, key)).and_then(answer::number);
    Ok(Usage { current: number("current"), allowed: number("allowed") })
}

fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

/// The first accounts, and how many pages of them there are.
fn accounts(envelope: &Envelope) -> Result<(Vec<Account>, u64), Error> {
    let Some(Json::Array(entries)) = Json::parse(&envelope.result) else {
        return Err(envelope.odd(Odd::NoResult));
    };
    Ok((entries.into_iter().filter_map(answer::account).collect(), envelope.total_pages.unwrap_or(1)))
}
