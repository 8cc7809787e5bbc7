//! What is known before any request: the only file of `doctor` that reads settings and credentials.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use url::Url;

use crate::cloudflare::{CommandInput, Config};
use crate::commands::connect::client_config;
use crate::domain::{Credentials, CustomDomain, Failure, KeySource, PictureChoice};
use crate::settings::connection::base;
use crate::settings::{
    self, ChosenBy, Profile, Settings, TokenSource, config_path, credential_variables, display_path,
};

/// The settings and the account in use.
pub struct Setup {
    /// The settings, or why they can't be used.
    pub(super) settings: Result<Settings, Failure>,
    /// The settings file. `None` if there is no home folder.
    pub(super) file: Option<SettingsFile>,
    /// The profile, and warnings about it. `None` if there is none.
    pub(super) profile: Option<(String, Vec<String>)>,
    pub(super) account: Result<AccountInUse, NoAccount>,
    /// The API's base URL, also if there are no credentials.
    pub(super) base: Result<Url, Failure>,
    /// Whether `NO_PROXY` has exceptions.
    pub(super) has_no_proxy: bool,
    pub(super) log: Option<PathBuf>,
}

/// The path of `config.toml`, for messages.
pub(super) struct SettingsFile {
    pub(super) path: String,
    pub(super) exists: bool,
    /// Whether `CFIMG_CONFIG` names it.
    pub(super) is_named: bool,
}

/// The account that commands use, and where it comes from.
pub(super) struct AccountInUse {
    pub(super) config: Config,
    /// Where the token or key comes from.
    pub(super) credentials_by: String,
    /// Where the account ID comes from. `None` if it is not set.
    pub(super) id_by: Option<String>,
    /// The source of the signing keys, and the preferred names. `None` if the settings can't be used.
    pub(super) keys: Option<(KeySource, Vec<String>)>,
    pub(super) domain: Option<CustomDomain>,
}

/// Why there is no account.
#[derive(Debug, Clone)]
pub(super) enum NoAccount {
    Failed(Failure),
    /// Which profile is in use is unknown.
    NoSettings,
}

impl Setup {
    /// Chooses the profile, and runs its `token_command`. `option` is `--profile`, and `log` the file in `--log`.
    pub fn read(
        settings: Result<Settings, Failure>,
        option: Option<&str>,
        input: CommandInput,
        log: Option<PathBuf>,
        env: &dyn Fn(&str) -> Option<OsString>,
    ) -> Self {
        let is_set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
        let file = config_path(env).map(|(path, is_named)| SettingsFile {
            path: display_path(&path),
            exists: path.symlink_metadata().is_ok(),
            is_named,
        });
        let profile = settings.as_ref().ok().map(|settings| settings::profile(env, option, settings));
        let account = match &profile {
            Some(Ok(profile)) => client_config(profile, input)
                .map(|config| of_profile(profile, config, env))
                .map_err(NoAccount::Failed),
            Some(Err(failure)) => Err(NoAccount::Failed(failure.clone())),
            None => without_settings(env),
        };
        let in_use = account.as_ref().ok();
        Self {
            base: in_use.map_or_else(|| base(env), |account| Ok(account.config.base.clone())),
            profile: profile
                .and_then(Result::ok)
                .map(|profile| (describe(&profile), profile.warnings))
                .or_else(|| in_use.map(|_| (VARIABLES.to_owned(), Vec::new()))),
            settings,
            file,
            account,
            has_no_proxy: is_set("NO_PROXY") || is_set("no_proxy"),
            log,
        }
    }

    /// The chosen way to draw pictures.
    pub fn picture(&self) -> PictureChoice {
        self.settings.as_ref().map_or_else(|_| PictureChoice::default(), |settings| settings.picture)
    }

    /// The account's configuration, if there is one.
    pub(super) fn config(&self) -> Option<&Config> {
        self.account.as_ref().ok().map(|account| &account.config)
    }

    /// Why there is no account.
    pub(super) fn no_account(&self) -> Option<&'static str> {
        match self.account {
            Ok(_) => None,
            Err(NoAccount::Failed(_)) => Some("no credentials"),
            Err(NoAccount::NoSettings) => Some("the settings can't be used"),
        }
    }

    pub(super) fn log_path(&self) -> Option<String> {
        self.log.as_deref().map(path)
    }
}

impl AccountInUse {
    pub(super) fn credential(&self) -> &'static str {
        match self.config.credentials {
            Credentials::Token(_) => "API token",
            Credentials::Key { .. } => "API key",
        }
    }
}

/// The name of the account of `CLOUDFLARE_*`.
pub(super) const VARIABLES: &str = "none; environment variables are used";

/// A path for messages, with `~` for the home folder.
pub(super) fn path(path: &Path) -> String {
    display_path(path)
}

fn describe(profile: &Profile) -> String {
    let name = profile.name.as_deref().unwrap_or_default();
    match profile.chosen_by {
        ChosenBy::Credentials => VARIABLES.to_owned(),
        ChosenBy::Option => format!("{name} (--profile)"),
        ChosenBy::Variable => format!("{name} (CFIMG_PROFILE)"),
        ChosenBy::Default => format!("{name} (default)"),
    }
}

fn of_profile(profile: &Profile, config: Config, env: &dyn Fn(&str) -> Option<OsString>) -> AccountInUse {
    let of_variables = profile.source == TokenSource::Variables;
    let id_by = match (&config.account, &profile.name) {
        (None, _) => None,
        (Some(_), Some(name)) => Some(format!("profile {name}")),
        (Some(_), None) => account_variable(env),
    };
    AccountInUse {
        credentials_by: if of_variables { credential_variable(env) } else { profile.source.to_string() },
        id_by,
        keys: Some((profile.key.clone(), profile.signing_keys.clone())),
        domain: profile.preferences.domain.clone(),
        config,
    }
}

/// The account of the variables alone.
fn without_settings(env: &dyn Fn(&str) -> Option<OsString>) -> Result<AccountInUse, NoAccount> {
    if credential_variables(env).is_empty() {
        return Err(NoAccount::NoSettings);
    }
    let connection = settings::connection(env).map_err(NoAccount::Failed)?;
    let crate::domain::CredentialSource::Fixed(credentials) = connection.credentials else {
        return Err(NoAccount::NoSettings);
    };
    let id_by = connection.account.as_ref().and_then(|_| account_variable(env));
    let config = Config { base: connection.base, credentials, account: connection.account, profile: None };
    Ok(AccountInUse { config, credentials_by: credential_variable(env), id_by, keys: None, domain: None })
}

fn credential_variable(env: &dyn Fn(&str) -> Option<OsString>) -> String {
    credential_variables(env).first().copied().unwrap_or_default().to_owned()
}

fn account_variable(env: &dyn Fn(&str) -> Option<OsString>) -> Option<String> {
    let is_set = |name: &&str| env(name).is_some_and(|value| !value.to_string_lossy().trim().is_empty());
    ["CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID"].into_iter().find(is_set).map(str::to_owned)
}
