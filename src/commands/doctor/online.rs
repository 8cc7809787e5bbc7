//! The responses of the network and the account.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use super::setup::{AccountInUse, Setup};
use crate::cloudflare::{
    Client, Delivery, DeliveryError, Error, Head, KeyRing, MessageContext, NetworkError, Reached,
    RetryPolicy, Route, failure, ignore_waits, reach, route,
};
use crate::commands::token_check::{TokenState, Verified, judge, verify};
use crate::domain::signing::{choose_key, clock_is_off};
use crate::domain::{
    Access, AccountId, Budget, Credentials, CustomDomain, DeliveryUrl, Failure, FailureKind, Image,
    KeySource, ListQuery, SigningKey, Usage,
};
use crate::picture::ACCEPT;

/// How long a request may take.
const LIMIT: Duration = Duration::from_secs(10);

/// The options of the flexible variant that is tried.
const FLEXIBLE: &str = "w=32";

/// Everything that needs the network.
pub(super) struct Online {
    pub(super) setup: Rc<Setup>,
    pub(super) now: Timestamp,
    /// `None` if the base URL can't be used.
    pub(super) network: Option<Network>,
    /// `None` if there are no credentials.
    pub(super) api: Option<Api>,
}

/// The connection to the API.
pub(super) struct Network {
    /// The API's host.
    pub(super) host: String,
    pub(super) route: Result<Route, Failure>,
    pub(super) reached: Result<Reached, Failure>,
    /// How far this machine's clock is ahead, if that matters.
    pub(super) clock_off: Option<SignedDuration>,
}

/// The responses of the account.
pub(super) struct Api {
    /// `None` for an API key, which can't be verified.
    pub(super) token: Option<Result<Verified, TokenState>>,
    pub(super) account: Result<AccountId, Error>,
    pub(super) usage: Result<Usage, Error>,
    /// `None` if the settings can't be used.
    pub(super) keys: Option<Result<Keys, Failure>>,
    pub(super) delivery: Result<Tried, Failure>,
    pub(super) budget: Option<Budget>,
    /// For messages.
    pub(super) about: MessageContext,
}

/// The names of the signing keys; never the keys.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub(super) names: Vec<String>,
    /// The name of the one that signs, or why none does.
    pub(super) signs: Result<String, String>,
}

/// What the delivery host did with an image.
#[derive(Debug, Clone, Default)]
pub(super) struct Tried {
    /// The image's variant. `None` if the account has no image with one.
    pub(super) variant: Option<Response>,
    /// Whether the API says that this image needs signed URLs.
    pub(super) is_signed: bool,
    /// A flexible variant of a public image. `None` if the account has no public image.
    pub(super) flexible: Option<Response>,
}

/// A response of a delivery host.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub(super) host: String,
    pub(super) result: Result<Head, DeliveryError>,
}

impl Online {
    /// Sends all requests, at the same time where they don't need each other.
    pub(super) async fn read(setup: Rc<Setup>, now: fn() -> Timestamp) -> Self {
        let network = async {
            let base = setup.base.as_ref().ok()?;
            let context = MessageContext { profile: setup.in_use.clone(), ..MessageContext::default() };
            let failure = |error: &Error| failure(error, &context);
            let reached = timeout(LIMIT, reach(base, LIMIT)).await.unwrap_or_else(|_| Err(timed_out(base)));
            let date = reached.as_ref().ok().and_then(|reached| reached.date);
            Some(Network {
                host: crate::cloudflare::host(base),
                route: route(base).map_err(|error| failure(&error)),
                clock_off: date.and_then(|date| clock_is_off(date, now())),
                reached: reached.map_err(|error| failure(&error)),
            })
        };
        let api = async {
            let account = setup.account.as_ref().ok()?;
            Some(Api::read(account).await)
        };
        let (network, api) = tokio::join!(network, api);
        Self { setup, now: now(), network, api }
    }

    /// The account's responses, or why there are none.
    pub(super) fn responses(&self) -> Result<&Api, &'static str> {
        match (&self.api, &self.network) {
            (None, _) => Err(self.setup.no_account().unwrap_or("no credentials")),
            (_, Some(Network { reached: Err(_), .. })) => Err("the API can't be reached"),
            (Some(api), _) => Ok(api),
        }
    }

    /// The same for what needs valid credentials and an account.
    pub(super) fn account(&self) -> Result<&Api, &'static str> {
        let api = self.responses()?;
        if api.is_token_refused() {
            return Err("the credentials aren't valid");
        }
        if api.account.is_err() { Err("the account is unknown") } else { Ok(api) }
    }

    /// The same for what needs the permission and Images, too.
    pub(super) fn images(&self) -> Result<&Api, &'static str> {
        let api = self.account()?;
        match &api.usage {
            Err(error) if error.is_not_enabled() => Err("Images isn't enabled"),
            Err(error) if error.kind() == FailureKind::Credentials => Err("the permission is missing"),
            _ => Ok(api),
        }
    }
}

impl Api {
    async fn read(in_use: &AccountInUse) -> Self {
        let policy = RetryPolicy { answer: LIMIT, retries: 0, ..RetryPolicy::default() };
        let client = Client::with_retry_policy(in_use.config.clone(), policy);
        let account = client.account(&ignore_waits).await;
        let token = async {
            match &in_use.config.credentials {
                Credentials::Key { .. } => None,
                Credentials::Token(token) => Some(verify(&client, token, account.as_ref().ok()).await),
            }
        };
        let keys = async {
            let (source, newest_first) = in_use.keys.as_ref()?;
            let ring = KeyRing::new(Some(client.clone()), source.clone(), newest_first.clone());
            let newest_first = if matches!(source, KeySource::Account) { &newest_first[..] } else { &[] };
            Some(ring.keys(&ignore_waits).await.map(|keys| Keys::new(&keys, newest_first)))
        };
        let delivery = Tried::read(&client, in_use.domain.as_ref());
        let has_account = account.is_ok();
        let usage = client.usage(&ignore_waits);
        // Without an account, each request would look for it again.
        let (token, usage, keys, delivery) = if has_account {
            let (token, usage, keys, delivery) = tokio::join!(token, usage, keys, delivery.boxed_local());
            (token, usage, keys, delivery)
        } else {
            (token.await, Err(Error::NoAccount), None, Ok(Tried::default()))
        };
        let budget = client.budget();
        Self { token, account, usage, keys, delivery, budget, about: client.about(None, None) }
    }

    pub(super) fn failure(&self, error: &Error) -> Failure {
        failure(error, &self.about)
    }

    /// Whether the API rejects the credentials themselves, whatever their permissions.
    pub(super) fn is_token_refused(&self) -> bool {
        match &self.token {
            Some(Ok(Verified::Rejected(_))) => self.usage.is_err(),
            Some(Err(state)) => {
                state.failure().is_some_and(|failure| failure.kind == FailureKind::Credentials)
            }
            Some(Ok(Verified::Active(_))) | None => false,
        }
    }

    /// The state of the credentials.
    pub(super) fn state(&self) -> TokenState {
        let verified = self.token.as_ref().and_then(|token| token.as_ref().ok());
        judge(self.usage.as_ref().err(), verified, &self.about)
    }
}

impl Keys {
    fn new(keys: &Arc<[SigningKey]>, newest_first: &[String]) -> Self {
        let signs = choose_key(keys, newest_first);
        Self {
            names: keys.iter().map(|key| key.name().to_owned()).collect(),
            signs: signs.map(|key| key.name().to_owned()).map_err(|why| why.to_string()),
        }
    }
}

impl Tried {
    /// Requests the headers of one of the newest images, and of a flexible variant.
    async fn read(client: &Client, domain: Option<&CustomDomain>) -> Result<Self, Failure> {
        let query =
            ListQuery { newest_first: true, per_page: *ListQuery::PER_PAGE.start(), ..ListQuery::default() };
        let page = client.list_page(&query, None, &ignore_waits).await;
        let page = page.map_err(|error| failure(&error, &client.about(None, None)))?;
        let url = |image: &&Image| {
            let url = &image.variants.first()?.url;
            Some(domain.and_then(|domain| domain.url(url).ok()).unwrap_or_else(|| url.clone()))
        };
        let public = page.images.iter().filter(|image| image.access == Access::Public && !image.draft);
        let public = public.clone().find_map(|image| url(&image));
        let other = || page.images.iter().find_map(|image| Some((url(&image)?, image.access)));
        let (any, access) = public.clone().map(|url| (url, Access::Public)).or_else(other).unzip();
        let delivery = Delivery::with_limits(RetryPolicy::default().connect, LIMIT);
        let head = async |url: Option<DeliveryUrl>| {
            let url = url?;
            let host = url::Url::parse(url.as_str()).map(|url| crate::cloudflare::host(&url));
            let result = delivery.head(url.as_str(), ACCEPT).await;
            Some(Response { host: host.unwrap_or_default(), result })
        };
        let flexible = public.and_then(|url| url.of_variant(FLEXIBLE).ok());
        let (variant, flexible) = tokio::join!(head(any), head(flexible));
        Ok(Self { variant, is_signed: access == Some(Access::Signed), flexible })
    }
}

fn timed_out(base: &url::Url) -> Error {
    Error::Network { host: crate::cloudflare::host(base), network_error: NetworkError::ResponseTimeout }
}
