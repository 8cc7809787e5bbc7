//! The history and index files on this machine for the account of a connection.

use std::ffi::OsString;

use super::local_index::{Indexes, index_failure, thumbnails_failure};
use crate::cloudflare::Config;
use crate::domain::Failure;
use crate::settings;
use crate::storage::{self, History, Index, ThumbnailCache};

/// The lookups of earlier runs; `None` if there is no home folder.
pub fn history(config: &Config) -> Option<History> {
    Some(History::new(&storage::folder()?, owner_of(config)))
}

/// The stored list; `None` if there is no home folder.
pub fn index(config: &Config) -> Option<Index> {
    Some(Index::new(&storage::folder()?, owner_of(config)))
}

/// The stored list of the account in the environment. Sends no request and runs no command. `None` if there are no
/// credentials.
pub(super) fn index_without_requests(env: &dyn Fn(&str) -> Option<OsString>) -> Option<Index> {
    let settings::Connection { base, credentials, account } = settings::connection(env).ok()?;
    Some(Index::new(&storage::folder()?, storage::owner(&base, account.as_ref(), &credentials)))
}

/// The stored thumbnails; `None` if there is no home folder.
pub fn thumbnails(config: &Config) -> Option<ThumbnailCache> {
    Some(ThumbnailCache::new(&storage::cache_folder()?, owner_of(config)))
}

/// The indexes on this machine. The function reads the connection, and is called only when an index is used.
pub struct LocalStores(pub fn() -> Result<Config, Failure>);

impl Indexes for LocalStores {
    fn of_account(&self) -> Result<Index, Failure> {
        index(&self.0()?).ok_or_else(no_home_failure)
    }

    fn thumbnails(&self) -> Result<ThumbnailCache, Failure> {
        thumbnails(&self.0()?).ok_or_else(no_home_failure)
    }

    fn clear(&self, all: bool) -> Result<u64, Failure> {
        let owner = if all { None } else { Some(owner_of(&self.0()?)) };
        let folder = storage::folder().ok_or_else(no_home_failure)?;
        let cache = storage::cache_folder().ok_or_else(no_home_failure)?;
        let thumbnails = ThumbnailCache::clear(&cache, owner.as_deref());
        let index = Index::clear(&folder, owner.as_deref());
        let index = index.map_err(|error| index_failure(&error))?;
        Ok(index + thumbnails.map_err(|error| thumbnails_failure(&error))?)
    }
}

fn owner_of(config: &Config) -> String {
    storage::owner(&config.base, config.account.as_ref(), &config.credentials)
}

fn no_home_failure() -> Failure {
    Failure::other("No home folder", "Set HOME. The local index is stored there.")
}
