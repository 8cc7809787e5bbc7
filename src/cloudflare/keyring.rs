//! The keys that sign delivery URLs. They are fetched when first needed, and stay in memory only.

mod source;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::delivery::{DeliveryError, delivery_failure};
use super::{Client, Error, OnWait, failure, secret_command};
use crate::domain::delivery_code::DENIED;
use crate::domain::explain::{Explanation, Signature, explain};
use crate::domain::sanitize::sanitize;
use crate::domain::signing::{NO_SIGNING_KEY, NoKey, choose_key, clock_is_off, clock_warning, sign};
use crate::domain::{
    DeliveryUrl, Failure, FailureKind, KeySource, Reference, Refusal, SignedUrl, SigningKey,
};

/// Signs URLs and knows which key it used. Clones share the keys.
#[derive(Clone)]
pub struct KeyRing(Arc<Ring>);

struct Ring {
    client: Option<Client>,
    source: KeySource,
    newest_first: Vec<String>,
    /// Locked while the keys are fetched, so that concurrent callers fetch them once.
    cached: Mutex<Option<Arc<[SigningKey]>>>,
}

impl KeyRing {
    /// Fetches nothing yet. `client` is used if `source` is the account. `newest_first` are the names of the
    /// preferred keys; the first that exists signs.
    pub fn new(client: Option<Client>, source: KeySource, newest_first: Vec<String>) -> Self {
        Self(Arc::new(Ring { client, source, newest_first, cached: Mutex::new(None) }))
    }

    /// All keys, to check signatures with.
    pub async fn keys(&self, on_wait: &OnWait<'_>) -> Result<Arc<[SigningKey]>, Failure> {
        let mut cached = self.0.cached.lock().await;
        if let Some(keys) = &*cached {
            return Ok(Arc::clone(keys));
        }
        let keys = self.0.fetch(on_wait).await?;
        Ok(Arc::clone(cached.insert(keys)))
    }

    /// Signs a URL until `expires`, in Unix seconds.
    /// Also returns the name of the key, which is untrusted text.
    pub async fn sign(
        &self,
        url: &DeliveryUrl,
        expires: Option<i64>,
        on_wait: &OnWait<'_>,
    ) -> Result<(SignedUrl, String), Failure> {
        self.signed(url, expires, on_wait).await.map(|(signed, key, _)| (signed, key))
    }

    /// Fetches the keys again, because they may have been rotated. An explicit key does not change.
    pub async fn refetch(&self, on_wait: &OnWait<'_>) -> Result<(), Failure> {
        if !matches!(self.0.source, KeySource::Explicit(_)) {
            let mut cached = self.0.cached.lock().await;
            *cached = Some(self.0.fetch(on_wait).await?);
        }
        Ok(())
    }

    /// Signs a URL and calls `send` with it. If access is denied, fetches the keys again once, because they may
    /// have been rotated, and retries. `now` is used to detect a wrong clock as the cause.
    pub async fn deliver<T, Fut: Future<Output = Result<T, DeliveryError>>>(
        &self,
        url: &DeliveryUrl,
        expires: Option<i64>,
        now: Timestamp,
        on_wait: &OnWait<'_>,
        send: impl Fn(SignedUrl) -> Fut,
    ) -> Result<(T, SignedUrl, String), Failure> {
        let (signed, key, keys) = self.signed(url, expires, on_wait).await?;
        let denied = match send(signed.clone()).await {
            Ok(delivered) => return Ok((delivered, signed, key)),
            Err(error) if error.code() == Some(DENIED) => error,
            Err(error) => return Err(delivery_failure(&error)),
        };
        if !self.refetch_unless_changed(&keys, on_wait).await? {
            return Err(denied_failure(&denied, now));
        }
        let (signed, key) = self.sign(url, expires, on_wait).await?;
        match send(signed.clone()).await {
            Ok(delivered) => Ok((delivered, signed, key)),
            Err(error) => Err(denied_failure(&error, now)),
        }
    }

    /// Signs a URL, and returns the signed URL, the key's name and the keys it chose from.
    async fn signed(
        &self,
        url: &DeliveryUrl,
        expires: Option<i64>,
        on_wait: &OnWait<'_>,
    ) -> Result<(SignedUrl, String, Arc<[SigningKey]>), Failure> {
        let keys = self.keys(on_wait).await?;
        // An explicit key always signs, whatever the preferred names are.
        let newest_first =
            if matches!(self.0.source, KeySource::Account) { &self.0.newest_first[..] } else { &[] };
        let key = choose_key(&keys, newest_first).map_err(|why| no_key(&why))?;
        Ok((sign(url, key, expires), key.name().to_owned(), Arc::clone(&keys)))
    }

    /// Whether the keys have changed since `denied`, so that signing again makes sense. Fetches them again,
    /// unless another caller has done so meanwhile.
    async fn refetch_unless_changed(
        &self,
        denied: &Arc<[SigningKey]>,
        on_wait: &OnWait<'_>,
    ) -> Result<bool, Failure> {
        if matches!(self.0.source, KeySource::Explicit(_)) {
            return Ok(false);
        }
        let mut cached = self.0.cached.lock().await;
        let new = match &*cached {
            Some(fetched) if !Arc::ptr_eq(fetched, denied) => fetched,
            _ => cached.insert(self.0.fetch(on_wait).await?),
        };
        Ok(!are_same(denied, new))
    }
}

/// Explains the delivery URL in a text. `keys` is only awaited if there is a signature to check. If that fails,
/// the signature stays unchecked and the failure is returned.
pub async fn explain_with_keys(
    text: &str,
    now: Timestamp,
    keys: impl Future<Output = Result<Arc<[SigningKey]>, Failure>>,
) -> Result<(Explanation, Option<Failure>), Failure> {
    let read = |keys: &[SigningKey]| {
        explain(text, keys, now).map_err(|none| {
            let why = match Reference::read(text) {
                Err(why @ (Refusal::Dashboard | Refusal::Token)) => why.to_string(),
                _ => none.to_string(),
            };
            Failure::new(FailureKind::Usage, "Nothing to explain", why)
        })
    };
    let explanation = read(&[])?;
    if explanation.signature != Signature::Unchecked {
        return Ok((explanation, None));
    }
    match keys.await {
        Ok(keys) => Ok((read(&keys)?, None)),
        Err(why) => Ok((explanation, Some(why))),
    }
}

impl Ring {
    async fn fetch(&self, on_wait: &OnWait<'_>) -> Result<Arc<[SigningKey]>, Failure> {
        let keys = self.fetch_keys(on_wait).await?;
        keys.iter().for_each(SigningKey::mask);
        Ok(keys)
    }

    async fn fetch_keys(&self, on_wait: &OnWait<'_>) -> Result<Arc<[SigningKey]>, Failure> {
        match &self.source {
            KeySource::Explicit(key) => Ok([key.clone()].into()),
            KeySource::Command(command) => {
                let command = command.clone();
                let result = tokio::task::spawn_blocking(move || secret_command::key(&command)).await;
                result
                    .unwrap_or_else(|error| Err(secret_command::key_failure(error.to_string())))
                    .map(|key| [key].into())
            }
            KeySource::Account => {
                let client = self.client.as_ref().ok_or_else(no_client)?;
                let keys = client.signing_keys(on_wait).await;
                keys.map(Into::into).map_err(|error| not_fetched(&error, client))
            }
        }
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing({:?})", self.0.source)
    }
}

/// Whether two sets contain the same keys under the same names.
fn are_same(old: &[SigningKey], new: &[SigningKey]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(a, b)| a.name() == b.name() && a.has_same_secret(b))
}

fn no_client() -> Failure {
    Failure::new(
        FailureKind::Credentials,
        NO_SIGNING_KEY,
        "Run `cfimg login` to store a token with the permission Images Read, or set CLOUDFLARE_IMAGES_SIGNING_KEY to a \
         signing key.",
    )
}

fn not_fetched(error: &Error, client: &Client) -> Failure {
    let failure = failure(error, &client.about(None, None));
    if failure.kind != FailureKind::Credentials || !matches!(error, Error::Refused { .. }) {
        return failure;
    }
    Failure {
        what: "Couldn't read the signing keys".into(),
        hint: format!(
            "{}. {} Alternatively, set CLOUDFLARE_IMAGES_SIGNING_KEY to a signing key.",
            failure.what, failure.hint
        ),
        ..failure
    }
}

fn no_key(why: &NoKey) -> Failure {
    let what = match why {
        NoKey::NoKeys => NO_SIGNING_KEY,
        NoKey::Missing { .. } | NoKey::Several(_) => "Couldn't choose a signing key",
    };
    Failure::new(FailureKind::Credentials, what, why.to_string())
}

fn denied_failure(error: &DeliveryError, now: Timestamp) -> Failure {
    let mut failure = delivery_failure(error);
    let off = error.date().and_then(|server| clock_is_off(server, now));
    if let Some(off) = off.filter(|_| error.code() == Some(DENIED)) {
        failure.hint = format!("{} {}", sanitize(&failure.hint), clock_warning(off));
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::ignore_waits;

    const KEY: &str = "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=";

    fn url() -> DeliveryUrl {
        DeliveryUrl::parse("https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile").unwrap()
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    fn ring(source: KeySource) -> KeyRing {
        KeyRing::new(None, source, vec!["newest".to_owned()])
    }

    fn explicit_key() -> KeySource {
        KeySource::Explicit(SigningKey::parse("given", KEY).unwrap())
    }

    #[test]
    fn explicit_key_ignores_preferred_names() {
        let (signed, key) = run(ring(explicit_key()).sign(&url(), Some(7), &ignore_waits)).unwrap();
        assert_eq!((signed.expires(), key.as_str()), (Some(7), "given"));
        let ring = ring(explicit_key());
        let keys = run(ring.keys(&ignore_waits)).unwrap();
        assert!(
            !run(ring.refetch_unless_changed(&keys, &ignore_waits)).unwrap(),
            "an explicit key does not change"
        );
    }

    #[test]
    fn are_same_detects_added_renamed_and_rotated_keys() {
        let key = |name: &str, text: &str| SigningKey::parse(name, text).unwrap();
        let old = [key("default", KEY)];
        assert!(are_same(&old, &[key("default", KEY)]));
        for new in [
            vec![key("default", KEY), key("new", "other=")],
            vec![key("new", KEY)],
            vec![key("default", "other=")],
            vec![],
        ] {
            assert!(!are_same(&old, &new), "{new:?}");
        }
    }

    #[test]
    fn sign_without_client_is_a_credentials_failure() {
        let failure = run(ring(KeySource::Account).sign(&url(), None, &ignore_waits)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Credentials);
        let message = failure.to_string();
        assert!(
            message.contains("Images Read") && message.contains("CLOUDFLARE_IMAGES_SIGNING_KEY"),
            "{message}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn command_runs_once_until_refetch() {
        let folder = tempfile::tempdir().unwrap();
        let count = folder.path().join("runs");
        let command = format!("echo run >> '{0}'; echo key$(wc -l < '{0}' | tr -d ' ')", count.display());
        let ring = ring(KeySource::Command(command));
        let signed = || run(ring.sign(&url(), None, &ignore_waits)).unwrap().0.expose();
        let first = signed();
        assert_eq!(signed(), first, "held in memory");
        run(ring.refetch(&ignore_waits)).unwrap();
        assert_ne!(signed(), first);
        assert_eq!(std::fs::read_to_string(count).unwrap().lines().count(), 2);
    }

    #[test]
    fn debug_prints_no_keys() {
        let rings = [ring(explicit_key()), ring(KeySource::Command(format!("echo {KEY}")))];
        let printed = format!("{rings:?} {:?} {:?}", explicit_key(), KeySource::Command(KEY.into()));
        assert!(!printed.contains(&KEY[..6]), "{printed}");
    }
}
