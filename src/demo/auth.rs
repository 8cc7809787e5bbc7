//! Authentication: who the caller is and which accounts they see.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::response::{failure, failures};

/// The account that owns the images; 32 hexadecimal digits, as at Cloudflare.
pub const ACCOUNT_ID: &str = "de3001c0ffee4a5b8c7d6e5f40312213";
/// A second account that [`TWO_ACCOUNTS_TOKEN`] sees too. Images is not enabled on it (5403).
pub const OTHER_ACCOUNT_ID: &str = "de3002decafbad0011223344556677aa";
/// A third account, which [`FAULTY_ACCOUNT_TOKEN`] sees. Its usage is reported in floats, and its list never
/// ends, because every cursor leads back to the first page. Otherwise it is like [`ACCOUNT_ID`].
pub const FAULTY_ACCOUNT_ID: &str = "de3003fade0fface0112233445566778";

/// Sees only [`ACCOUNT_ID`], with the permission *Images Read*.
pub const TOKEN: &str = "cfut_demo-only-not-a-secret-0000000000000000";
/// Also sees a second account, [`OTHER_ACCOUNT_ID`].
pub const TWO_ACCOUNTS_TOKEN: &str = "cfut_demo-sees-two-accounts-0000000000000000";
/// Valid, but without permission for Images.
pub const NO_PERMISSION_TOKEN: &str = "cfut_demo-may-not-read-images-00000000000000";
/// Sees only [`FAULTY_ACCOUNT_ID`].
pub const FAULTY_ACCOUNT_TOKEN: &str = "cfut_demo-sees-the-faulty-account-00000000000";
/// Belongs to [`ACCOUNT_ID`] instead of a user, so `/user` and `/user/tokens/verify` reject it.
pub const ACCOUNT_TOKEN: &str = "cfat_demo-belongs-to-an-account-000000000000";
/// Like [`TOKEN`], but `/accounts` shows it no account, as if it lacked the permission to list them.
pub const NO_ACCOUNTS_TOKEN: &str = "cfut_demo-lists-no-accounts-0000000000000000";
/// Expired: only its verification says so.
pub const EXPIRED_TOKEN: &str = "cfut_demo-has-expired-0000000000000000000000";
/// Used with [`API_KEY`], in the headers `X-Auth-Email` and `X-Auth-Key`.
pub const EMAIL: &str = "demo@example.com";
/// The older global key, with the permissions of [`TOKEN`].
pub const API_KEY: &str = "cfk_demo-only-not-a-secret-00000000000000000";

/// A caller with valid credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// [`TOKEN`]
    Token,
    /// [`TWO_ACCOUNTS_TOKEN`]
    TwoAccounts,
    /// [`NO_PERMISSION_TOKEN`]
    Powerless,
    /// [`FAULTY_ACCOUNT_TOKEN`]
    FaultyAccount,
    /// [`ACCOUNT_TOKEN`]
    AccountToken,
    /// [`NO_ACCOUNTS_TOKEN`]
    NoAccounts,
    /// [`EMAIL`] and [`API_KEY`]
    Key,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// RFC 3339
    pub(super) created_on: &'static str,
}

/// Oldest first.
const ACCOUNTS: [Account; 3] = [
    Account {
        id: ACCOUNT_ID,
        name: "Demo: pictures of everything",
        created_on: "2013-11-05T07:11:56.234700Z",
    },
    Account {
        id: OTHER_ACCOUNT_ID,
        name: "Demo: an account without Images",
        created_on: "2019-04-23T16:40:02.018300Z",
    },
    Account {
        id: FAULTY_ACCOUNT_ID,
        name: "Demo: an account with faulty responses",
        created_on: "2024-08-30T11:29:47.905100Z",
    },
];

impl Caller {
    /// Reads the credentials. Any text of letters, digits, `_`, `-` and `.` is a well-formed token or key.
    pub(super) fn authenticate(headers: &HeaderMap) -> Result<Self, Box<Response>> {
        if let Some(authorization) = headers.get(AUTHORIZATION) {
            let token = authorization.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
            let token = token
                .filter(|token| well_formed(token))
                .ok_or_else(|| Box::new(malformed(6111, "Authorization")))?;
            return match token {
                TOKEN => Ok(Self::Token),
                TWO_ACCOUNTS_TOKEN => Ok(Self::TwoAccounts),
                NO_PERMISSION_TOKEN => Ok(Self::Powerless),
                FAULTY_ACCOUNT_TOKEN => Ok(Self::FaultyAccount),
                ACCOUNT_TOKEN => Ok(Self::AccountToken),
                NO_ACCOUNTS_TOKEN => Ok(Self::NoAccounts),
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

    /// The accounts that it lists.
    pub(super) fn accounts(self) -> &'static [Account] {
        if self == Self::NoAccounts { &[] } else { self.own_accounts() }
    }

    /// The accounts that it has access to.
    fn own_accounts(self) -> &'static [Account] {
        const ALL: &[Account] = &ACCOUNTS;
        match self {
            Self::TwoAccounts => &ALL[..2],
            Self::FaultyAccount => &ALL[2..],
            Self::Token | Self::Powerless | Self::AccountToken | Self::NoAccounts | Self::Key => &ALL[..1],
        }
    }

    /// The account with this ID; an error if this caller does not see it.
    pub(super) fn account(self, id: &str) -> Result<Account, Box<Response>> {
        let account = self.own_accounts().iter().find(|account| account.id == id).copied();
        account.ok_or_else(|| Box::new(failure(StatusCode::FORBIDDEN, 10000, "Authentication error")))
    }

    /// Checks that this caller may read the images of an account. The account ID must be well-formed.
    pub(super) fn may_read_images(self, account: &str) -> Result<(), Box<Response>> {
        if self == Self::Powerless {
            return Err(Box::new(failure(StatusCode::FORBIDDEN, 10000, "Authentication error")));
        }
        if self.account(account)?.id == OTHER_ACCOUNT_ID {
            let message = "The given account is not valid or is not authorized to access this service";
            return Err(Box::new(failure(StatusCode::FORBIDDEN, 5403, message)));
        }
        Ok(())
    }
}

/// Whether the request has [`EXPIRED_TOKEN`].
pub(super) fn has_expired(headers: &HeaderMap) -> bool {
    headers.get(AUTHORIZATION).is_some_and(|value| value.as_bytes().ends_with(EXPIRED_TOKEN.as_bytes()))
}

fn well_formed(secret: &str) -> bool {
    !secret.is_empty() && secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn malformed(code: u32, header: &str) -> Response {
    let cause = json!({ "code": code, "message": format!("Invalid format for {header} header") });
    let error = json!({ "code": 6003, "message": "Invalid request headers", "error_chain": [cause] });
    failures(StatusCode::BAD_REQUEST, vec![error])
}
