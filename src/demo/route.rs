//! Routes, parsed from the raw path: an ID's `%2F` is a slash inside the ID and does not separate segments.

use percent_encoding::percent_decode_str;

#[derive(Debug, PartialEq)]
pub(super) enum Route {
    /// `/client/v4/accounts`
    Accounts,
    /// `/client/v4/user`
    User,
    /// `/client/v4/memberships`
    Memberships,
    /// `/client/v4/user/tokens/verify`
    VerifyUserToken,
    /// Anything below `/client/v4/accounts/{account}`
    InAccount { account: String, route: AccountRoute },
    /// `/{hash}/{id…}/{variant}`, also below `/cdn-cgi/imagedelivery`
    Delivery { hash: String, id: String, variant: String },
    /// An unknown path of the API
    UnknownApi,
    /// Any other path
    Unknown,
}

#[derive(Debug, PartialEq)]
pub(super) enum AccountRoute {
    /// The account itself
    Account,
    VerifyToken,
    Stats,
    Variants,
    Variant {
        name: String,
        flat: bool,
    },
    Keys,
    Image {
        id: String,
    },
    Blob {
        id: String,
    },
    /// The list with continuation tokens
    List,
    /// The older list with page numbers
    LegacyList,
}

impl Route {
    /// Parses a path as received, still percent-encoded.
    pub(super) fn parse(raw_path: &str) -> Self {
        let path = raw_path.strip_prefix('/').unwrap_or(raw_path);
        if let Some(rest) = path.strip_prefix("client/v4/") {
            return Self::parse_api(rest).unwrap_or(Self::UnknownApi);
        }
        let path = path.strip_prefix("cdn-cgi/imagedelivery/").unwrap_or(path);
        Self::parse_delivery(path).unwrap_or(Self::Unknown)
    }

    fn parse_api(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        Some(match segments[..] {
            ["accounts"] => Self::Accounts,
            ["user"] => Self::User,
            ["memberships"] => Self::Memberships,
            ["user", "tokens", "verify"] => Self::VerifyUserToken,
            ["accounts", account, ref rest @ ..] => {
                Self::InAccount { account: decoded(account)?, route: AccountRoute::parse(rest)? }
            }
            _ => return None,
        })
    }

    fn parse_delivery(path: &str) -> Option<Self> {
        let (hash, rest) = path.split_once('/')?;
        let (id, variant) = rest.rsplit_once('/')?;
        if hash.is_empty() || id.is_empty() || variant.is_empty() {
            return None;
        }
        Some(Self::Delivery { hash: decoded(hash)?, id: decoded(id)?, variant: decoded(variant)? })
    }
}

impl AccountRoute {
    fn parse(segments: &[&str]) -> Option<Self> {
        Some(match *segments {
            [] => Self::Account,
            ["tokens", "verify"] => Self::VerifyToken,
            ["images", "v2"] => Self::List,
            ["images", "v1"] => Self::LegacyList,
            ["images", "v1", "stats"] => Self::Stats,
            ["images", "v1", "keys"] => Self::Keys,
            ["images", "v1", "variants"] => Self::Variants,
            ["images", "v1", "variants", name] => Self::Variant { name: decoded(name)?, flat: false },
            ["images", "v1", "variants", name, "flat"] => Self::Variant { name: decoded(name)?, flat: true },
            ["images", "v1", id] => Self::Image { id: decoded(id)? },
            ["images", "v1", id, "blob"] => Self::Blob { id: decoded(id)? },
            _ => return None,
        })
    }
}

fn decoded(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(id: &str) -> Route {
        Route::InAccount { account: "a".into(), route: AccountRoute::Image { id: id.into() } }
    }

    #[test]
    fn id_keeps_slashes_and_percent_signs() {
        assert_eq!(
            Route::parse("/client/v4/accounts/a/images/v1/blog%2F2026%2Fx%20y%2525.png"),
            image("blog/2026/x y%25.png")
        );
        assert_eq!(Route::parse("/client/v4/accounts/a/images/v1/blog/2026/x"), Route::UnknownApi);
    }

    #[test]
    fn fixed_routes_win_over_ids() {
        let route = |name: &str| match Route::parse(&format!("/client/v4/accounts/a/images/v1/{name}")) {
            Route::InAccount { route, .. } => Some(route),
            _ => None,
        };
        assert_eq!(route("stats"), Some(AccountRoute::Stats));
        assert_eq!(route("keys"), Some(AccountRoute::Keys));
        assert_eq!(route("variants"), Some(AccountRoute::Variants));
        assert_eq!(route("stats2"), Some(AccountRoute::Image { id: "stats2".into() }));
        assert_eq!(route("a/blob"), Some(AccountRoute::Blob { id: "a".into() }));
    }

    #[test]
    fn delivery_id_is_the_middle_of_the_path() {
        let expected = Route::Delivery { hash: "h".into(), id: "a/b c%".into(), variant: "public".into() };
        assert_eq!(Route::parse("/h/a/b%20c%25/public"), expected);
        assert_eq!(Route::parse("/cdn-cgi/imagedelivery/h/a/b%20c%25/public"), expected);
        assert_eq!(Route::parse("/h/public"), Route::Unknown);
        assert_eq!(Route::parse("/"), Route::Unknown);
        assert_eq!(Route::parse("/client/v4/zones"), Route::UnknownApi);
    }
}
