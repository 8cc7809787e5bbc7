//! Stores what cfimg keeps on disk between runs, and writes the files that the user saves.
//!
//! Each account has its own files, named by [`owner`], in the system's directory for such data ([`folder`],
//! [`cache_folder`]). So lookups in one account are not offered in another. The files are readable only by their owner and contain no secrets. All of
//! them are optional: if they cannot be read or written, the program behaves as if newly installed.

mod atomic_file;
pub mod history;
pub mod index;
mod private_file;
pub mod thumbnail_cache;

use std::path::PathBuf;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::domain::{AccountId, Credentials};

pub use atomic_file::{AtomicFile, folder_of, remove_unfinished};
pub use history::History;
pub use index::Index;
pub use thumbnail_cache::ThumbnailCache;

/// `$XDG_STATE_HOME/cfimg` or `~/.local/state/cfimg`, also on macOS; in `%LOCALAPPDATA%` on Windows. `None` if there is
/// no home directory.
pub fn folder() -> Option<PathBuf> {
    let system = choose_base_strategy().ok()?;
    Some(system.state_dir().unwrap_or_else(|| system.cache_dir()).join("cfimg"))
}

/// `$XDG_CACHE_HOME/cfimg` or `~/.cache/cfimg`, also on macOS; in `%LOCALAPPDATA%` on Windows. `None` if there is no
/// home directory.
pub fn cache_folder() -> Option<PathBuf> {
    Some(choose_base_strategy().ok()?.cache_dir().join("cfimg"))
}

/// The name of an account's files. It is known before any request: a hash of the base URL and the account ID. Without
/// an account ID, the credentials are hashed instead, as they then see just one account. The hash reveals neither an
/// account nor a secret.
pub fn owner(base: &Url, account: Option<&AccountId>, credentials: &Credentials) -> String {
    match account {
        Some(account) => owner_by_account(base, account),
        None => hash(base, &format!("credentials\0{}", credentials.fingerprint())),
    }
}

/// The same if the account ID is known.
pub fn owner_by_account(base: &Url, account: &AccountId) -> String {
    hash(base, &format!("account\0{account}"))
}

fn hash(base: &Url, account: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(base.as_str().trim_end_matches('/'));
    hash.update(format!("\0{account}"));
    // Half of the hash is enough for a user's few accounts.
    hex::encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    #[test]
    fn owner_differs_between_accounts() {
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
        // With a named account, a rolled token does not lose the history.
        assert_eq!(owner(&api, Some(&account("a")), &token("two")), owners[5]);
        assert_eq!(owner(&url("https://api.cloudflare.com/client/v4/"), None, &token("one")), owners[0]);
    }
}
