//! What cfimg keeps on disk between runs.
//!
//! Each account has files of its own in the folder that the system wants such things in ([`folder`]), so that what was
//! looked up in one is not offered in another ([`owner`] tells them apart). Only their owner can read them, and no
//! secret is in them. Nothing that is kept is needed: where it cannot be read or written, the program works as if it
//! had just been installed.

pub mod history;
pub mod index;
mod private_file;

use std::path::PathBuf;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::domain::{AccountId, Credentials};

pub use history::History;
pub use index::Index;

/// Where it is kept: `$XDG_STATE_HOME/cfimg` or `~/.local/state/cfimg`, also on macOS; in `%LOCALAPPDATA%` on Windows.
/// `None` where there is no home.
pub fn folder() -> Option<PathBuf> {
    let system = choose_base_strategy().ok()?;
    Some(system.state_dir().unwrap_or_else(|| system.cache_dir()).join("cfimg"))
}

/// The name of an account's files, known before anything is sent: a hash of the base URL and of the account's ID; where
/// none is named, of the credentials, which then see just one account. No account can be told from it, and no secret.
pub fn owner(base: &Url, account: Option<&AccountId>, credentials: &Credentials) -> String {
    let mut hash = Sha256::new();
    hash.update(base.as_str().trim_end_matches('/'));
    match account {
        Some(account) => hash.update(format!("\0account\0{account}")),
        None => hash.update(format!("\0credentials\0{}", credentials.fingerprint())),
    }
    // Half of it tells a person's few accounts apart.
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    #[test]
    fn an_account_is_told_from_every_other() {
        let url = |text: &str| Url::parse(text).unwrap();
        let token = |text: &str| Credentials::Token(Secret::parse(text).unwrap());
        let key = |email: &str| Credentials::Key { email: email.into(), key: Secret::parse("one").unwrap() };
        let account = |digit: &str| AccountId::parse(&digit.repeat(32)).unwrap();
        let (api, other) = (url("https://api.cloudflare.com/client/v4"), url("http://127.0.0.1:1/client/v4"));
        let owners = [
            owner(&api, None, &token("one")),
            owner(&api, None, &token("two")),
            owner(&api, None, &key("a@b.c")),
            owner(&api, None, &key("d@e.f")),
            owner(&other, None, &token("one")),
            owner(&api, Some(&account("a")), &token("one")),
            owner(&api, Some(&account("b")), &token("one")),
            owner(&other, Some(&account("a")), &token("one")),
        ];
        let distinct: std::collections::BTreeSet<_> = owners.iter().collect();
        assert_eq!(distinct.len(), owners.len());
        assert!(owners.iter().all(|owner| owner.len() == 32));
        // A token that is rolled leaves an account that is named its history.
        assert_eq!(owner(&api, Some(&account("a")), &token("two")), owners[5]);
        assert_eq!(owner(&url("https://api.cloudflare.com/client/v4/"), None, &token("one")), owners[0]);
    }
}
