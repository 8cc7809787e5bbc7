//! The history and index files on this machine for the account of a connection.

use super::connect::{owner_of, owner_without_command};
use super::local_index::{Indexes, index_failure, thumbnails_failure};
use crate::cloudflare::Config;
use crate::domain::Failure;
use crate::settings::Profile;
use crate::storage::{self, History, Index, ThumbnailCache};

/// The lookups of earlier runs; `None` if there is no home folder.
pub fn history(config: &Config) -> Option<History> {
    Some(History::new(&storage::folder()?, owner_of(config)))
}

/// The stored list; `None` if there is no home folder.
pub fn index(config: &Config) -> Option<Index> {
    Some(Index::new(&storage::folder()?, owner_of(config)))
}

/// The stored list of a profile's account. Sends no request and runs no command. `None` if that does not tell the
/// account.
pub(super) fn index_without_requests(profile: &Profile) -> Option<Index> {
    Some(Index::new(&storage::folder()?, owner_without_command(profile)?))
}

/// The stored thumbnails; `None` if there is no home folder.
pub fn thumbnails(config: &Config) -> Option<ThumbnailCache> {
    Some(ThumbnailCache::new(&storage::cache_folder()?, owner_of(config)))
}

/// The indexes on this machine. The function returns the name of the account's files, and is called only when an index
/// is used.
pub struct LocalStores<'a>(pub &'a dyn Fn() -> Result<String, Failure>);

impl Indexes for LocalStores<'_> {
    fn of_account(&self) -> Result<Index, Failure> {
        let owner = self.0()?;
        Ok(Index::new(&storage::folder().ok_or_else(no_home_failure)?, owner))
    }

    fn thumbnails(&self) -> Result<ThumbnailCache, Failure> {
        let owner = self.0()?;
        Ok(ThumbnailCache::new(&storage::cache_folder().ok_or_else(no_home_failure)?, owner))
    }

    fn clear(&self, all: bool) -> Result<u64, Failure> {
        let owner = if all { None } else { Some(self.0()?) };
        let folder = storage::folder().ok_or_else(no_home_failure)?;
        let cache = storage::cache_folder().ok_or_else(no_home_failure)?;
        let thumbnails = ThumbnailCache::clear(&cache, owner.as_deref());
        let index = Index::clear(&folder, owner.as_deref());
        let index = index.map_err(|error| index_failure(&error))?;
        Ok(index + thumbnails.map_err(|error| thumbnails_failure(&error))?)
    }
}

fn no_home_failure() -> Failure {
    Failure::other("No home folder", "Set HOME. The local index is stored there.")
}
