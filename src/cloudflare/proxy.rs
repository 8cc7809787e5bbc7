//! Reads the proxy settings from the environment.
//!
//! `HTTP_PROXY` is ignored, because requests leave this machine only by https. Values that cannot be parsed are
//! errors. The HTTP library would ignore them and bypass the proxy that the user configured.

use std::ffi::OsString;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use url::Url;

use super::error::Setup;

const HTTPS: &[&str] = &["HTTPS_PROXY", "https_proxy"];
const ALL: &[&str] = &["ALL_PROXY", "all_proxy"];
const SCHEMES: &[&str] = &["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// The URL of the proxy for https, if one is set, with its user name and password percent-encoded. Errors name
/// the variable but never its value, which may contain a password.
pub(super) fn from_env(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<String>, Setup> {
    Ok(named_from_env(env)?.map(|(_, url)| url))
}

/// The same, and the variable that names it.
pub(super) fn named_from_env(
    env: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Option<(&'static str, String)>, Setup> {
    for &variable in HTTPS.iter().chain(ALL) {
        let Some(value) = env(variable).filter(|value| !value.is_empty()) else { continue };
        let unusable = |why: &str| {
            let why = format!("{why}. Use SCHEME://HOST:PORT or SCHEME://NAME:PASSWORD@HOST:PORT.");
            Setup::Variable { variable, why }
        };
        let text = value.into_string().map_err(|_| unusable("It isn't UTF-8"))?;
        return read(&text).map(|url| Some((variable, url))).map_err(unusable);
    }
    Ok(None)
}

fn read(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let scheme = scheme.to_ascii_lowercase();
    if !SCHEMES.contains(&&*scheme) {
        return Err("Its scheme isn't http, https, socks4, socks4a, socks5 or socks5h");
    }
    // A password may contain any of these characters, a host none of them.
    let (login, host) = match rest.rsplit_once('@') {
        Some((login, host)) => (Some(login), host),
        None => (None, rest),
    };
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let no_host = "It needs a host and port";
    let url = |scheme: &str| Url::parse(&format!("{scheme}://{host}")).map_err(|_| no_host);
    // For unknown schemes the parser does not normalize the host. For known ones it drops the default port.
    let (as_http, as_socks) = (url("http")?, url("socks5")?);
    let name = as_http.host_str().filter(|name| !name.is_empty()).ok_or(no_host)?;
    let port = as_socks.port().unwrap_or(match &*scheme {
        "http" => 80,
        "https" => 443,
        _ => 1080,
    });
    let login = login.map_or_else(String::new, |login| {
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        format!("{}:{}@", encoded(user), encoded(password))
    });
    Ok(format!("{scheme}://{login}{name}:{port}"))
}

/// A user name or password, which may be percent-encoded or not.
fn encoded(part: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(part).collect();
    percent_encode(&decoded, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Option<String>, Setup> {
        from_env(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value)))
    }

    #[test]
    fn login_may_contain_any_character() {
        for (value, url) in [
            ("http://proxy.example:3128", "http://proxy.example:3128"),
            ("proxy.example:3128", "http://proxy.example:3128"),
            ("HTTP://proxy.example/", "http://proxy.example:80"),
            ("https://proxy.example", "https://proxy.example:443"),
            ("https://proxy.example:80", "https://proxy.example:80"),
            ("socks5h://localhost", "socks5h://localhost:1080"),
            ("socks5://localhost:80", "socks5://localhost:80"),
            ("http://[::1]:3128", "http://[::1]:3128"),
            ("http://me@h:1", "http://me:@h:1"),
            ("http://me:p@ss@h:1", "http://me:p%40ss@h:1"),
            ("http://me:p%40ss@h:1", "http://me:p%40ss@h:1"),
            ("me:a:b/c#d?e%f@h:1/", "http://me:a%3Ab%2Fc%23d%3Fe%25f@h:1"),
            ("socks5://me@corp:pä@h:1", "socks5://me%40corp:p%C3%A4@h:1"),
        ] {
            assert_eq!(with(&[("HTTPS_PROXY", value)]), Ok(Some(url.to_owned())), "{value}");
        }
    }

    #[test]
    fn most_specific_variable_wins() {
        let url = |host: &str| Ok(Some(format!("http://{host}:80")));
        assert_eq!(with(&[("http_proxy", "a"), ("HTTP_PROXY", "a"), ("NO_PROXY", "b")]), Ok(None));
        assert_eq!(with(&[("HTTPS_PROXY", ""), ("https_proxy", "b"), ("ALL_PROXY", "c")]), url("b"));
        assert_eq!(with(&[("all_proxy", "d"), ("https_proxy", "")]), url("d"));
    }

    #[test]
    fn invalid_proxy_error_names_the_variable() {
        for value in [
            "htttp://me:hush@h:1",
            "http://",
            "http://me:hush@",
            "http://me:hush@:1",
            "http://h:99999",
            "http://h:port",
            "http://a b:1",
            "socks://h:1",
            "ftp://h:1",
            "://h",
            " ",
            "file:///hush",
        ] {
            for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                let Err(Setup::Variable { variable: named, why }) = with(&[(variable, value)]) else {
                    panic!("{value}")
                };
                assert_eq!(named, variable);
                assert!(!why.contains("hush"), "{why}");
            }
        }
    }
}
