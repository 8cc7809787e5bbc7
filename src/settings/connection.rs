//! The connection that the environment describes: credentials, account and base URL, one set from one source.

use std::ffi::OsString;

use url::Url;

use crate::domain::host::is_this_machine;
use crate::domain::safe_text::visible;
use crate::domain::{AccountId, Credentials, Failure, FailureKind, Secret};

/// Where Cloudflare's API stands.
pub const DEFAULT_BASE: &str = "https://api.cloudflare.com/client/v4";

/// What is said where no credentials are set, in the program and by the commands alike.
pub const NO_CREDENTIALS: &str = "No credentials are set";

/// What to do then.
pub const TRY_THE_DEMO: &str = "Set CLOUDFLARE_API_TOKEN to an API token with the permission Images Read (and \
     CLOUDFLARE_ACCOUNT_ID where the token sees several accounts). To try cfimg without an account: cfimg demo.";

const TOKEN: &[&str] = &["CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"];
const ACCOUNT: &[&str] = &["CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID"];
const KEY: &[&str] = &["CLOUDFLARE_API_KEY", "CF_API_KEY"];
const EMAIL: &[&str] = &["CLOUDFLARE_EMAIL", "CF_EMAIL"];
const BASE: &[&str] = &["CLOUDFLARE_BASE_URL", "CLOUDFLARE_API_BASE_URL"];

/// Whom to ask, and as whom.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The API's base URL, without a slash at its end. It is https, or stays on this machine.
    pub base: Url,
    /// How requests are signed in.
    pub credentials: Credentials,
    /// The account, where one is named.
    pub account: Option<AccountId>,
    /// Which variable the credentials came from: `CLOUDFLARE_API_TOKEN`.
    pub source: &'static str,
}

/// The failure of a machine where nothing is set.
pub fn no_credentials() -> Failure {
    Failure::new(FailureKind::Credentials, NO_CREDENTIALS, TRY_THE_DEMO)
}

/// Reads the environment through `env`. A variable that is empty counts as unset; one that is set and no good is an
/// error that names the variable, never its value: it may be a secret in the wrong place.
pub fn connection(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Connection, Failure> {
    let base = base(env)?;
    let account = match read(env, ACCOUNT)? {
        Some((name, text)) => {
            let id = AccountId::parse(&text)
                .map_err(|why| unusable(FailureKind::Usage, name, format!("{why}.")))?;
            Some(id)
        }
        None => None,
    };
    let (credentials, source) = credentials(env)?;
    Ok(Connection { base, credentials, account, source })
}

fn credentials(env: &dyn Fn(&str) -> Option<OsString>) -> Result<(Credentials, &'static str), Failure> {
    if let Some((name, text)) = read(env, TOKEN)? {
        let token = secret(name, &text)?;
        if token.expose().starts_with("cfk_") {
            return Err(unusable(
                FailureKind::Credentials,
                name,
                "It holds a global API key (cfk_…), not a token: make a token with the permission Images Read, or put \
                 the key into CLOUDFLARE_API_KEY and its e-mail address into CLOUDFLARE_EMAIL."
                    .to_owned(),
            ));
        }
        return Ok((Credentials::Token(token), name));
    }
    let missing = |present: &str, absent: &str| {
        let mend = format!(
            "A key needs its e-mail address beside it: set {absent} too, or CLOUDFLARE_API_TOKEN alone."
        );
        Failure::new(FailureKind::Credentials, format!("{present} is set, {absent} is not"), mend)
    };
    match (read(env, KEY)?, read(env, EMAIL)?) {
        (Some((name, key)), Some((email_name, email))) => {
            let email = email.trim().to_owned();
            if !email.contains('@') || !email.bytes().all(|b| b.is_ascii_graphic()) {
                let mend = "It is no e-mail address: it needs an @, and no space.".to_owned();
                return Err(unusable(FailureKind::Credentials, email_name, mend));
            }
            Ok((Credentials::Key { email, key: secret(name, &key)? }, name))
        }
        (Some((name, _)), None) => Err(missing(name, EMAIL[0])),
        // An e-mail address alone is no attempt to sign in: git and others set one too.
        (None, Some((name, _))) => Err(missing(name, KEY[0])),
        (None, None) => Err(no_credentials()),
    }
}

fn base(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Url, Failure> {
    let Some((name, text)) = read(env, BASE)? else {
        return Url::parse(DEFAULT_BASE).map_err(|_| no_credentials());
    };
    let refuse = |mend: &str| Err(unusable(FailureKind::Usage, name, mend.to_owned()));
    let Ok(url) = Url::parse(text.trim().trim_end_matches('/')) else {
        return refuse("It is no URL: the API's own is https://api.cloudflare.com/client/v4.");
    };
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return refuse("It is no https URL: the API's own is https://api.cloudflare.com/client/v4.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("It holds a user name or password: leave them out, the token signs requests in.");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("It has a ? or a #: a base URL ends with its path.");
    }
    if url.scheme() == "http" && !is_this_machine(&url) {
        let host = visible(url.host_str().unwrap_or_default()).into_owned();
        return Err(Failure::new(
            FailureKind::Usage,
            format!("{name} is plain http"),
            format!(
                "The token would cross the network in the clear on its way to {host}: use https. Plain http is for servers on this machine."
            ),
        ));
    }
    Ok(url)
}

fn secret(name: &'static str, text: &str) -> Result<Secret, Failure> {
    Secret::parse(text)
        .map_err(|why| unusable(FailureKind::Credentials, name, format!("As it stands {why}: copy it anew.")))
}

fn unusable(kind: FailureKind, name: &str, mend: String) -> Failure {
    Failure::new(kind, format!("{name} cannot be used"), mend)
}

/// The first of these variables that is set to anything.
fn read(
    env: &dyn Fn(&str) -> Option<OsString>,
    names: &'static [&'static str],
) -> Result<Option<(&'static str, String)>, Failure> {
    for &name in names {
        let Some(value) = env(name) else { continue };
        match value.into_string() {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => return Ok(Some((name, text))),
            Err(_) => {
                return Err(unusable(FailureKind::Usage, name, "It is not UTF-8: set it anew.".to_owned()));
            }
        }
    }
    Ok(None)
}
