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
    InAccount { account: String, place: Place },
    /// `/{hash}/{id…}/{variant}`, also below `/cdn-cgi/imagedelivery`
    Delivery { hash: String, id: String, variant: String },
    /// An unknown path of the API
    NoApi,
    /// Any other path
    Nowhere,
}

#[derive(Debug, PartialEq)]
pub(super) enum Place {
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
    OldList,
}

impl Route {
    /// Parses a path as received, still percent-encoded.
    pub(super) fn parse(raw_path: &str) -> Self {
        let path = raw_path.strip_prefix('/').unwrap_or(raw_path);
        if let Some(rest) = path.strip_prefix("client/v4/") {
            return Self::of_api(rest).unwrap_or(Self::NoApi);
        }
        let path = path.strip_prefix("cdn-cgi/imagedelivery/").unwrap_or(path);
        Self::of_delivery(path).unwrap_or(Self::Nowhere)
    }

    fn of_api(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        Some(match segments[..] {
            ["accounts"] => Self::Accounts,
            ["user"] => Self::User,
            ["memberships"] => Self::Memberships,
            ["user", "tokens", "verify"] => Self::VerifyUserToken,
            ["accounts", account, ref rest @ ..] => {
                Self::InAccount { account: decoded(account)?, place: Place::parse(rest)? }
            }
            _ => return None,
        })
    }

    fn of_delivery(path: &str) -> Option<Self> {
        let (hash, rest) = path.split_once('/')?;
        let (id, variant) = rest.rsplit_once('/')?;
        if hash.is_empty() || id.is_empty() || variant.is_empty() {
            return None;
        }
        Some(Self::Delivery { hash: decoded(hash)?, id: decoded(id)?, variant: decoded(variant)? })
    }
}

impl Place {
    fn parse(segments: &[&str]) -> Option<Self> {
        Some(match *segments {
            [] => Self::Account,
            ["tokens", "verify"] => Self::VerifyToken,
            ["images", "v2"] => Self::List,
            ["images", "v1"] => Self::OldList,
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
        Route::InAccount { account: "a".into(), place: Place::Image { id: id.into() } }
    }

    #[test]
    fn an_id_keeps_its_slashes_and_percents() {
        assert_eq!(
            Route::parse("/client/v4/accounts/a/images/v1/blog%2F2026%2Fx%20y%2525.png"),
            image("blog/2026/x y%25.png")
        );
        assert_eq!(Route::parse("/client/v4/accounts/a/images/v1/blog/2026/x"), Route::NoApi);
    }

    #[test]
    fn siblings_win_over_ids() {
        let place = |name: &str| match Route::parse(&format!("/client/v4/accounts/a/images/v1/{name}")) {
            Route::InAccount { place, .. } => Some(place),
            _ => None,
        };
        assert_eq!(place("stats"), Some(Place::Stats));
        assert_eq!(place("keys"), Some(Place::Keys));
        assert_eq!(place("variants"), Some(Place::Variants));
        assert_eq!(place("stats2"), Some(Place::Image { id: "stats2".into() }));
        assert_eq!(place("a/blob"), Some(Place::Blob { id: "a".into() }));
    }

    #[test]
    fn delivery_takes_the_middle_as_the_id() {
        let expected = Route::Delivery { hash: "h".into(), id: "a/b c%".into(), variant: "public".into() };
        assert_eq!(Route::parse("/h/a/b%20c%25/public"), expected);
        assert_eq!(Route::parse("/cdn-cgi/imagedelivery/h/a/b%20c%25/public"), expected);
        assert_eq!(Route::parse("/h/public"), Route::Nowhere);
        assert_eq!(Route::parse("/"), Route::Nowhere);
        assert_eq!(Route::parse("/client/v4/zones"), Route::NoApi);
    }
}
