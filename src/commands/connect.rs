//! From a profile to the client's configuration, and to the names of the account's files.

use crate::cloudflare::{CommandInput, Config, token_of_command};
use crate::domain::{CredentialSource, Credentials, Failure};
use crate::settings::{Connection, Profile};
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
    match owner_without_command(profile) {
        Some(owner) => Ok(owner),
        None => client_config(profile, input).map(|config| owner_of(&config)),
    }
}

/// The name of the account's files. `None` if only the `token_command` tells the account.
pub(super) fn owner_without_command(profile: &Profile) -> Option<String> {
    let Connection { base, credentials, account } = &profile.connection;
    match (account, credentials) {
        (Some(account), _) => Some(storage::owner_by_account(base, account)),
        (None, CredentialSource::Fixed(credentials)) => Some(storage::owner(base, None, credentials)),
        (None, CredentialSource::Command(_)) => None,
    }
}

pub(super) fn owner_of(config: &Config) -> String {
    storage::owner(&config.base, config.account.as_ref(), &config.credentials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, KeySource, Preferences, Secret};
    use crate::settings::{ChosenBy, TokenSource};

    fn profile(
        name: Option<&str>,
        credentials: CredentialSource,
        account: Option<char>,
        base: &str,
    ) -> Profile {
        let account = account.and_then(|digit| AccountId::parse(&digit.to_string().repeat(32)).ok());
        Profile {
            name: name.map(str::to_owned),
            chosen_by: ChosenBy::Option,
            source: TokenSource::Stored,
            connection: Connection { base: base.parse().unwrap(), credentials, account },
            account_name: None,
            key: KeySource::Account,
            signing_keys: Vec::new(),
            preferences: Preferences::default(),
            warnings: Vec::new(),
        }
    }

    fn token(text: &str) -> CredentialSource {
        CredentialSource::Fixed(Credentials::Token(Secret::parse(text).unwrap()))
    }

    #[test]
    fn files_belong_to_the_account_whatever_the_profile() {
        let api = "https://api.example/client/v4";
        let fails = || CredentialSource::Command("exit 1".to_owned());
        let owner = |profile: Profile| owner(&profile, CommandInput::None).unwrap();
        let first = owner(profile(Some("a"), token("a"), Some('a'), api));
        assert_eq!(first, owner(profile(None, token("v"), Some('a'), api)), "the same account");
        assert_eq!(first, owner(profile(Some("c"), fails(), Some('a'), api)), "no token is needed");
        let others = [
            owner(profile(Some("a"), token("a"), Some('b'), api)),
            owner(profile(Some("a"), token("a"), Some('a'), "https://other.example/client/v4")),
            owner(profile(Some("a"), token("a"), None, api)),
            owner(profile(Some("b"), token("b"), None, api)),
        ];
        let distinct: std::collections::BTreeSet<_> = others.iter().chain([&first]).collect();
        assert_eq!(distinct.len(), 5);
        let unknown = profile(Some("c"), fails(), None, api);
        assert!(super::owner(&unknown, CommandInput::None).is_err());
    }
}
