//! Who asks, and what they may see.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::answer::{failure, failures};
use super::{ACCOUNT_ID, OTHER_ACCOUNT_ID};

/// Sees [`ACCOUNT_ID`] alone, with the permission *Images Read*.
pub const TOKEN: &str = "cfut_demo-only-not-a-secret-0000000000000000";
/// Sees a second account too, [`OTHER_ACCOUNT_ID`].
pub const TWO_ACCOUNTS_TOKEN: &str = "cfut_demo-sees-two-accounts-0000000000000000";
/// Is valid, and has no permission for Images.
pub const POWERLESS_TOKEN: &str = "cfut_demo-may-not-read-images-00000000000000";
/// Goes with [`API_KEY`], in the headers `X-Auth-Email` and `X-Auth-Key`.
pub const EMAIL: &str = "demo@example.com";
/// The older global key; it may do what [`TOKEN`] may.
pub const API_KEY: &str = "cfk_demo-only-not-a-secret-00000000000000000";

/// Someone whose credentials are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// By [`TOKEN`]
    Token,
    /// By [`TWO_ACCOUNTS_TOKEN`]
    TwoAccounts,
    /// By [`POWERLESS_TOKEN`]
    Powerless,
    /// By [`EMAIL`] and [`API_KEY`]
    Key,
}

impl Caller {
    /// Reads the credentials. Any text of letters, digits, `_`, `-` and `.` counts as a well-formed token or key.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Box<Response>> {
        if let Some(authorization) = headers.get(AUTHORIZATION) {
            let token = authorization.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
            let token = token
                .filter(|token| well_formed(token))
                .ok_or_else(|| Box::new(malformed(6111, "Authorization")))?;
            return match token {
                TOKEN => Ok(Self::Token),
                TWO_ACCOUNTS_TOKEN => Ok(Self::TwoAccounts),
                POWERLESS_TOKEN => Ok(Self::Powerless),
                _ => Err(Box::new(failure(StatusCode::UNAUTHORIZED, 10000, "Authentication error"))),
            };
        }
        let (Some(email), Some(key)) = (headers.get("x-auth-email"), headers.get("x-auth-key")) else {
            let message = "Missing X-Auth-Key, X-Auth-Email or Authorization headers";
            return Err(Box::new(failure(StatusCode::BAD_REQUEST, 9106, message)));
        };
        if !email.to_str().is_ok_and(|email| email.contains('@')) {
            return Err(Box::new(malformed(6102, "X-Auth-Email")));
        }
        if !key.to_str().is_ok_and(well_formed) {
            return Err(Box::new(malformed(6103, "X-Auth-Key")));
        }
        if email == EMAIL && key == API_KEY {
            return Ok(Self::Key);
        }
        Err(Box::new(failure(StatusCode::FORBIDDEN, 9103, "Unknown X-Auth-Key or X-Auth-Email")))
    }

    /// The accounts that this caller sees.
    pub(super) fn accounts(self) -> &'static [(&'static str, &'static str)] {
        const ALL: [(&str, &str); 2] = [
            (ACCOUNT_ID, "Demo: pictures of everything"),
            (OTHER_ACCOUNT_ID, "Demo: an account without Images"),
        ];
        if self == Self::TwoAccounts { &ALL } else { &ALL[..1] }
    }

    /// Whether this caller may read the images of an account whose ID is well-formed.
    pub(super) fn may_read_images(self, account: &str) -> Result<(), Box<Response>> {
        if self == Self::Powerless || !self.accounts().iter().any(|(id, _)| *id == account) {
            return Err(Box::new(failure(StatusCode::FORBIDDEN, 10000, "Authentication error")));
        }
        if account != ACCOUNT_ID {
            let message = "The given account is not valid or is not authorized to access this service";
            return Err(Box::new(failure(StatusCode::FORBIDDEN, 5403, message)));
        }
        Ok(())
    }
}

fn well_formed(secret: &str) -> bool {
    !secret.is_empty() && secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn malformed(code: u32, header: &str) -> Response {
    let cause = json!({ "code": code, "message": format!("Invalid format for {header} header") });
    let error = json!({ "code": 6003, "message": "Invalid request headers", "error_chain": [cause] });
    failures(StatusCode::BAD_REQUEST, vec![error])
}
