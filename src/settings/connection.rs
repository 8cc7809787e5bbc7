//! The connection described by the environment: credentials, account and base URL.

use std::ffi::OsString;

use url::Url;

use crate::domain::loopback::is_this_machine;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::may_be_secret;
use crate::domain::token_mistake::parse_token;
use crate::domain::trim::bare;
use crate::domain::{AccountId, CredentialSource, Credentials, Failure, FailureKind, Secret};

/// The base URL of Cloudflare's API.
pub const DEFAULT_BASE: &str = "https://api.cloudflare.com/client/v4";

/// The message if no credentials are set, in the terminal program and the commands.
pub const NO_CREDENTIALS: &str = "No credentials are set";

/// The hint for [`NO_CREDENTIALS`].
pub const TRY_THE_DEMO: &str = "Run `cfimg login` to store an API token, or set CLOUDFLARE_API_TOKEN to one. To try \
     cfimg without an account, run `cfimg demo`.";

const TOKEN: &[&str] = &["CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"];
const ACCOUNT: &[&str] = &["CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID"];
const KEY: &[&str] = &["CLOUDFLARE_API_KEY", "CF_API_KEY"];
const EMAIL: &[&str] = &["CLOUDFLARE_EMAIL", "CF_EMAIL"];
const BASE: &[&str] = &["CLOUDFLARE_BASE_URL", "CLOUDFLARE_API_BASE_URL"];

/// Where to send requests, and with which credentials.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The API's base URL, without a slash at its end. It is https, or on this machine.
    pub base: Url,
    pub credentials: CredentialSource,
    /// The account; `None` if none is set.
    pub account: Option<AccountId>,
}

impl Connection {
    /// The host and port of the API. `None` if it is Cloudflare's.
    pub fn other_server(&self) -> Option<String> {
        if default_base().is_ok_and(|default| default.host() == self.base.host()) {
            return None;
        }
        let host = self.base.host_str()?;
        Some(self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    }
}

/// The failure if no credentials are set.
pub fn no_credentials() -> Failure {
    Failure::new(FailureKind::Credentials, NO_CREDENTIALS, TRY_THE_DEMO)
}

/// The variables with credentials that are set. If there are any, they are a whole set, and no default profile is used.
pub fn credential_variables(env: &dyn Fn(&str) -> Option<OsString>) -> Vec<&'static str> {
    let is_set = |name: &&str| env(name).is_some_and(|value| !value.to_string_lossy().trim().is_empty());
    [TOKEN, KEY, EMAIL].concat().into_iter().filter(is_set).collect()
}

/// The variables of an account and a base URL that are set, though no credentials may be.
pub(super) fn ignored_variables(env: &dyn Fn(&str) -> Option<OsString>) -> Vec<(&'static str, String)> {
    [ACCOUNT, BASE].into_iter().filter_map(|names| read_variable(env, names).ok().flatten()).collect()
}

/// Reads the environment through `env`. An empty variable counts as unset. An invalid one is an error that
/// names the variable but not its value, which may be a secret in the wrong place.
pub fn connection(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Connection, Failure> {
    let base = base(env)?;
    let account = read_variable(env, ACCOUNT)?.map(|(name, text)| {
        let invalid = |why| invalid_variable(FailureKind::Usage, name, format!("{why}."));
        AccountId::parse(&text).map_err(invalid)
    });
    let credentials = CredentialSource::Fixed(credentials(env)?);
    Ok(Connection { base, account: account.transpose()?, credentials })
}

/// Registers every Cloudflare secret in the environment, used or not, so that a text that contains one is never
/// used as an image ID.
pub fn mask_secrets(variables: impl Iterator<Item = (OsString, OsString)>) {
    for (name, value) in variables.filter(|(name, _)| may_be_secret(name)) {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        let is_secret = ["TOKEN", "KEY", "SECRET"].iter().any(|word| name.contains(word));
        if let Ok(secret) = Secret::parse(value)
            && is_secret
        {
            secret.mask();
        }
    }
}

fn credentials(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Credentials, Failure> {
    if let Some((name, text)) = read_variable(env, TOKEN)? {
        let token = parse_token(&text).map_err(|mistake| {
            let hint = format!("{}. {}", mistake.what(), mistake.hint());
            invalid_variable(FailureKind::Credentials, name, hint)
        })?;
        return Ok(Credentials::Token(token));
    }
    let missing = |present: &str, absent: &str| {
        let hint = format!(
            "An API key needs its e-mail address. Set {absent} too, or use only CLOUDFLARE_API_TOKEN."
        );
        Failure::new(FailureKind::Credentials, format!("{present} is set, but {absent} isn't"), hint)
    };
    match (read_variable(env, KEY)?, read_variable(env, EMAIL)?) {
        (Some((name, key)), Some((email_name, email))) => {
            if !email.contains('@') || !email.bytes().all(|b| b.is_ascii_graphic()) {
                let hint = "It isn't an e-mail address. It needs an @ and no spaces.";
                return Err(invalid_variable(FailureKind::Credentials, email_name, hint));
            }
            Ok(Credentials::Key { email, key: secret(name, &key)? })
        }
        (Some((name, _)), None) => Err(missing(name, EMAIL[0])),
        (None, Some((name, _))) => Err(missing(name, KEY[0])),
        (None, None) => Err(no_credentials()),
    }
}

/// The base URL alone.
pub fn base(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Url, Failure> {
    match read_variable(env, BASE)? {
        Some((name, text)) => parse_base(name, &text),
        None => default_base(),
    }
}

/// Cloudflare's own API.
pub fn default_base() -> Result<Url, Failure> {
    Url::parse(DEFAULT_BASE).map_err(|_| no_credentials())
}

/// Checks a base URL; `name` is what it was set by.
pub fn parse_base(name: &str, text: &str) -> Result<Url, Failure> {
    let text = bare(text);
    let refuse = |hint: &str| Err(invalid_variable(FailureKind::Usage, name, hint));
    let Ok(url) = Url::parse(text.trim_end_matches('/')) else {
        return refuse("It isn't a URL. Cloudflare's is https://api.cloudflare.com/client/v4.");
    };
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return refuse("It isn't an https URL. Cloudflare's is https://api.cloudflare.com/client/v4.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("It contains a user name or password. Remove them; requests use the API token.");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("It contains ? or #. A base URL ends with its path.");
    }
    if url.scheme() == "http" && !is_this_machine(&url) {
        let host = sanitize(url.host_str().unwrap_or_default()).into_owned();
        return Err(Failure::new(
            FailureKind::Usage,
            format!("{name} uses plain http"),
            format!(
                "The token would be sent unencrypted to {host}. Use https; plain http is only for servers on \
                 this machine."
            ),
        ));
    }
    Ok(url)
}

fn secret(name: &'static str, text: &str) -> Result<Secret, Failure> {
    Secret::parse(text)
        .map_err(|why| invalid_variable(FailureKind::Credentials, name, format!("{why}. Copy it again.")))
}

pub(super) fn invalid_variable(kind: FailureKind, name: &str, hint: impl Into<String>) -> Failure {
    Failure::new(kind, format!("{name} can't be used"), hint)
}

/// The first of these variables that is not empty.
fn read_variable(
    env: &dyn Fn(&str) -> Option<OsString>,
    names: &'static [&'static str],
) -> Result<Option<(&'static str, String)>, Failure> {
    for &name in names {
        let Some(value) = env(name) else { continue };
        match value.into_string() {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => return Ok(Some((name, bare(&text).to_owned()))),
            Err(_) => {
                let hint = "It isn't UTF-8. Set it again.";
                return Err(invalid_variable(FailureKind::Usage, name, hint));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    const ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

    fn connection_with(variables: &[(&str, &str)]) -> Result<Connection, Failure> {
        connection(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value)))
    }

    /// The connection as text: credentials, base URL and account.
    fn describe(variables: &[(&str, &str)]) -> String {
        let connection = connection_with(variables).unwrap();
        let credentials = match &connection.credentials {
            CredentialSource::Fixed(Credentials::Token(token)) => format!("token {}", token.expose()),
            CredentialSource::Fixed(Credentials::Key { email, key }) => {
                format!("key {} of {email}", key.expose())
            }
            source @ CredentialSource::Command(_) => panic!("{source:?}"),
        };
        let account = connection.account.as_ref().map_or("", AccountId::as_str);
        format!("{credentials} | {} | {account}", connection.base)
    }

    #[test]
    fn environment_gives_credentials_base_and_account() {
        let api = DEFAULT_BASE;
        for (variables, expected) in [
            (vec![("CLOUDFLARE_API_TOKEN", "t")], format!("token t | {api} | ")),
            (vec![("CF_API_TOKEN", "Bearer t\n")], format!("token t | {api} | ")),
            (
                vec![("CF_API_TOKEN", "old"), ("CLOUDFLARE_API_TOKEN", "new"), ("CF_ACCOUNT_ID", ID)],
                format!("token new | {api} | {ID}"),
            ),
            (
                vec![("CLOUDFLARE_API_TOKEN", " "), ("CF_API_TOKEN", "old"), ("CLOUDFLARE_ACCOUNT_ID", "")],
                format!("token old | {api} | "),
            ),
            (
                vec![
                    ("CLOUDFLARE_API_KEY", "k"),
                    ("CLOUDFLARE_EMAIL", " a@b.c "),
                    ("CLOUDFLARE_ACCOUNT_ID", ID),
                ],
                format!("key k of a@b.c | {api} | {ID}"),
            ),
            (vec![("CF_API_KEY", "cfk_k"), ("CF_EMAIL", "a@b.c")], format!("key cfk_k of a@b.c | {api} | ")),
            (vec![("CLOUDFLARE_API_KEY", "k"), ("CLOUDFLARE_API_TOKEN", "t")], format!("token t | {api} | ")),
            (
                vec![
                    ("CLOUDFLARE_API_TOKEN", "t"),
                    ("CLOUDFLARE_BASE_URL", "http://127.0.0.1:8787/client/v4//"),
                ],
                "token t | http://127.0.0.1:8787/client/v4 | ".into(),
            ),
            (
                vec![
                    ("CLOUDFLARE_API_TOKEN", "t"),
                    ("CLOUDFLARE_API_BASE_URL", " https://proxy.example/cf "),
                ],
                "token t | https://proxy.example/cf | ".into(),
            ),
        ] {
            assert_eq!(describe(&variables), expected, "{variables:?}");
        }
    }

    #[test]
    fn other_server_is_named_with_its_port() {
        for (base, expected) in [
            (DEFAULT_BASE, None),
            ("https://proxy.example/client/v4", Some("proxy.example")),
            ("http://127.0.0.1:8787/client/v4", Some("127.0.0.1:8787")),
            ("http://[::1]:8787/client/v4", Some("[::1]:8787")),
        ] {
            let variables = [("CLOUDFLARE_API_TOKEN", "t"), ("CLOUDFLARE_BASE_URL", base)];
            let connection = connection_with(&variables).unwrap();
            assert_eq!(connection.other_server().as_deref(), expected);
        }
    }

    #[test]
    fn quotes_and_space_around_values_are_dropped() {
        let api = "https://proxy.example/cf";
        for (open, close) in [
            ("\"", "\""),
            ("'", "'"),
            ("“", "”"),
            ("‘", "’"),
            ("«", "»"),
            (" \"", "\"\r\n"),
            ("\u{feff}", "\u{a0}"),
            ("\"' ", " '\""),
            ("", ""),
        ] {
            let quoted = |text: &str| format!("{open}{text}{close}");
            let (token, id, base, email) =
                (quoted("t"), quoted(ID), quoted(&format!("{api}/")), quoted("a@b.c"));
            let place = [("CLOUDFLARE_ACCOUNT_ID", &*id), ("CLOUDFLARE_BASE_URL", &*base)];
            assert_eq!(
                describe(&[&place[..], &[("CLOUDFLARE_API_TOKEN", &token)]].concat()),
                format!("token t | {api} | {ID}")
            );
            assert_eq!(
                describe(
                    &[&place[..], &[("CLOUDFLARE_API_KEY", &token), ("CLOUDFLARE_EMAIL", &email)]].concat()
                ),
                format!("key t of a@b.c | {api} | {ID}")
            );
        }
    }

    #[test]
    fn invalid_variable_is_named_without_its_value() {
        let hush = "hush hush";
        let token = ("CLOUDFLARE_API_TOKEN", "t");
        let mut messages = String::new();
        for variables in [
            vec![],
            vec![("CLOUDFLARE_API_TOKEN", "")],
            vec![("CLOUDFLARE_API_TOKEN", hush)],
            vec![("CF_API_TOKEN", "\"\"")],
            vec![("CLOUDFLARE_API_TOKEN", "cfk_hush")],
            vec![("CLOUDFLARE_API_KEY", "hush")],
            vec![("CF_EMAIL", "a@b.c")],
            vec![("CF_API_KEY", "hush"), ("CF_EMAIL", "hush")],
            vec![("CF_API_KEY", hush), ("CF_EMAIL", "a@b.c")],
            vec![token, ("CLOUDFLARE_ACCOUNT_ID", hush)],
            vec![token, ("CLOUDFLARE_BASE_URL", hush)],
            vec![token, ("CLOUDFLARE_BASE_URL", "ftp://hush")],
            vec![token, ("CLOUDFLARE_BASE_URL", "localhost:8787")],
            vec![token, ("CLOUDFLARE_API_BASE_URL", "https://a:hush@b.c/")],
            vec![token, ("CLOUDFLARE_BASE_URL", "https://b.c/?hush")],
            vec![token, ("CLOUDFLARE_BASE_URL", "http://192.168.0.2/client/v4")],
        ] {
            let failure = connection_with(&variables).unwrap_err();
            let message = failure.to_string();
            assert!(!message.contains("hush"), "{message}");
            // Credentials are checked last, and everything else is wrong usage.
            let exit = if variables.first() == Some(&token) { 2 } else { 4 };
            assert_eq!(failure.kind.exit_code(), exit, "{variables:?}");
            if let Some((name, _)) = variables.last().filter(|(_, value)| !value.is_empty()) {
                assert!(message.contains(name) || variables.len() > 1, "{name}: {message}");
            }
            writeln!(messages, "{variables:?}\n{message}\n").unwrap();
        }
        insta::assert_snapshot!("messages", messages);
    }

    #[cfg(unix)]
    #[test]
    fn non_utf_8_variable_is_named() {
        use std::os::unix::ffi::OsStringExt as _;
        let failure =
            connection(&|name| (name == "CLOUDFLARE_API_TOKEN").then(|| OsString::from_vec(vec![0xff])))
                .unwrap_err();
        assert!(failure.what.contains("CLOUDFLARE_API_TOKEN"), "{failure}");
        assert_eq!(failure.kind, FailureKind::Usage);
    }

    #[test]
    fn missing_credentials_hint_names_the_demo() {
        assert!(no_credentials().to_string().contains("cfimg demo"));
    }
}
