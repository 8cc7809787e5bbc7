//! Routes, parsed from the raw path: an ID's `%2F` is a slash inside the ID and does not separate segments.

use percent_encoding::percent_decode_str;

#[derive(Debug, PartialEq)]
pub(super) enum Route {
    /// A path of the API: its decoded segments below `/client/v4`
    Api(Vec<String>),
    /// An unknown path of the API
    UnknownApi,
    /// `/{hash}/{id…}/{variant}`, also below `/cdn-cgi/imagedelivery`
    Delivery { hash: String, id: String, variant: String },
    /// Any other path
    Unknown,
}

impl Route {
    /// Parses a path as received, still percent-encoded.
    pub(super) fn parse(raw_path: &str) -> Self {
        let path = raw_path.strip_prefix('/').unwrap_or(raw_path);
        if let Some(rest) = path.strip_prefix("client/v4/") {
            let segments: Option<Vec<_>> = rest.trim_end_matches('/').split('/').map(decoded).collect();
            return segments.filter(|segments| is_known(segments)).map_or(Self::UnknownApi, Self::Api);
        }
        let path = path.strip_prefix("cdn-cgi/imagedelivery/").unwrap_or(path);
        Self::parse_delivery(path).unwrap_or(Self::Unknown)
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

/// Whether the API has such a path. The account in it may not exist.
fn is_known(segments: &[String]) -> bool {
    match segments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["accounts" | "user" | "memberships"] | ["user", "tokens", "verify"] => true,
        ["accounts", account, ref rest @ ..] => {
            let is_id = account.len() == 32 && account.bytes().all(|b| b.is_ascii_hexdigit());
            is_id
                && matches!(
                    rest,
                    [] | ["tokens", "verify"]
                        | ["images", "v1" | "v2"]
                        | ["images", "v1", _]
                        | ["images", "v1", _, "blob"]
                        | ["images", "v1", "variants", _]
                        | ["images", "v1", "variants", _, "flat"]
                )
        }
        _ => false,
    }
}

fn decoded(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The segments below an account.
    fn in_account(path: &str) -> Vec<String> {
        match Route::parse(&format!("/client/v4/accounts/{}/{path}", "0".repeat(32))) {
            Route::Api(mut segments) => segments.split_off(2),
            route => panic!("{route:?}"),
        }
    }

    #[test]
    fn id_keeps_slashes_and_percent_signs() {
        assert_eq!(
            in_account("images/v1/blog%2F2026%2Fx%20y%2525.png"),
            ["images", "v1", "blog/2026/x y%25.png"]
        );
        assert_eq!(in_account("images/v1/a/blob/"), ["images", "v1", "a", "blob"]);
    }

    #[test]
    fn unknown_api_paths_have_no_segments() {
        let account = "0".repeat(32);
        for path in ["zones", "accounts/a", "accounts/%ff"].map(str::to_owned).into_iter().chain([
            format!("accounts/{account}/images/v1/blog/2026/x"),
            format!("accounts/{account}/images/v2/x"),
            format!("accounts/{account}/images/v1/%ff"),
        ]) {
            assert_eq!(Route::parse(&format!("/client/v4/{path}")), Route::UnknownApi, "{path}");
        }
    }

    #[test]
    fn delivery_id_is_the_middle_of_the_path() {
        let expected = Route::Delivery { hash: "h".into(), id: "a/b c%".into(), variant: "public".into() };
        assert_eq!(Route::parse("/h/a/b%20c%25/public"), expected);
        assert_eq!(Route::parse("/cdn-cgi/imagedelivery/h/a/b%20c%25/public"), expected);
        assert_eq!(Route::parse("/h/public"), Route::Unknown);
        assert_eq!(Route::parse("/"), Route::Unknown);
    }
}
