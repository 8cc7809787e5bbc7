//! From a profile to the client's configuration, and to the names of the account's files.

use crate::cloudflare::{CommandInput, Config, token_of_command};
use crate::domain::{CredentialSource, Credentials, Failure};
use crate::settings::Profile;
use crate::storage;

/// The configuration of the API client. If the profile has a `token_command`, runs it and blocks until it ends.
pub fn client_config(profile: &Profile, input: CommandInput) -> Result<Config, Failure> {
    let connection = &profile.connection;
    let credentials = match &connection.credentials {
        CredentialSource::Fixed(credentials) => credentials.clone(),
        CredentialSource::Command(command) => Credentials::Token(token_of_command(command, input)?),
    };
    Ok(Config {
        base: connection.base.clone(),
        credentials,
        account: connection.account.clone(),
        profile: profile.name.clone(),
    })
}

/// The name of the account's files on this machine. Needs no token if the profile names its account.
pub fn owner(profile: &Profile, input: CommandInput) -> Result<String, Failure> {
    match &profile.connection.account {
        Some(account) => Ok(storage::owner_by_account(&profile.connection.base, account)),
        None => client_config(profile, input).map(|config| owner_of(&config)),
    }
}

pub(super) fn owner_of(config: &Config) -> String {
    storage::owner(&config.base, config.account.as_ref(), &config.credentials)
}
