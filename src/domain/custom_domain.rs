//! A custom domain that delivers pictures: `https://HOST/cdn-cgi/imagedelivery/…`.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::delivery_url::{DeliveryUrl, NotDelivery};
use super::signing::origin_and_path;
use super::trim::bare;

/// Where Cloudflare delivers images on a custom domain.
const PATH_PREFIX: &str = "/cdn-cgi/imagedelivery";

/// A checked host name, with an optional port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomDomain(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a domain: use a host name such as img.example.com, without https:// or a path")]
pub struct InvalidDomain;

impl CustomDomain {
    /// The URL of the same variant on this domain. Image delivery must be enabled for the zone, which the API does not
    /// report. It is not documented whether signatures work there.
    pub fn url(&self, of: &DeliveryUrl) -> Result<DeliveryUrl, NotDelivery> {
        let (_, path) = origin_and_path(of.as_str());
        let path = path.strip_prefix(PATH_PREFIX).unwrap_or(path);
        DeliveryUrl::parse(&format!("https://{self}{PATH_PREFIX}{path}"))
    }
}

impl FromStr for CustomDomain {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        let text = bare(text);
        // The URL parser would accept a path, a query or a password, and drop white space.
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '[' | ']');
        if !text.chars().all(plain) {
            return Err(InvalidDomain);
        }
        let url = Url::parse(&format!("https://{text}")).map_err(|_| InvalidDomain)?;
        let named = match url.host() {
            Some(Host::Domain(name)) => name.contains('.') || name == "localhost",
            Some(_) => true,
            None => false,
        };
        let host = url.host_str().filter(|_| named).ok_or(InvalidDomain)?;
        Ok(Self(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))))
    }
}

impl fmt::Display for CustomDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_is_a_host_and_nothing_else() {
        for (text, host) in [
            ("img.example.com", "img.example.com"),
            (" IMG.Example.com ", "img.example.com"),
            ("bücher.example:8443", "xn--bcher-kva.example:8443"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("img.example.com:443", "img.example.com"),
        ] {
            assert_eq!(text.parse::<CustomDomain>().map(|domain| domain.to_string()).as_deref(), Ok(host));
        }
        for text in [
            "",
            "img",
            "https://img.example.com",
            "a.example/x",
            "a.example?x",
            "me@a.example",
            "a b.example",
            "a.example:x",
            "a.\u{202e}b",
        ] {
            assert_eq!(text.parse::<CustomDomain>(), Err(InvalidDomain), "{text}");
        }
    }

    #[test]
    fn url_keeps_path_as_written() {
        let domain: CustomDomain = "img.example.com".parse().unwrap();
        for (url, expected) in [
            ("https://imagedelivery.net/H/a%25b/c.png/public", "/H/a%25b/c.png/public"),
            ("https://shop.example/cdn-cgi/imagedelivery/H/a/w=4", "/H/a/w=4"),
        ] {
            let url = domain.url(&DeliveryUrl::parse(url).unwrap()).unwrap();
            assert_eq!(url.as_str(), format!("https://img.example.com/cdn-cgi/imagedelivery{expected}"));
        }
    }
}
