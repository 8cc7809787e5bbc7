//! Profiles: the accounts that can be chosen. A profile joins `[profiles.NAME]` of `config.toml` with the table of its
//! name in the credentials file.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use url::Url;

use super::connection::{self, Connection, no_credentials};
use super::credentials::{CredentialsFile, StoredLogin, credentials_path};
use super::display_path::display_path;
use super::resolve::Settings;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::add_secret_variable;
use crate::domain::token_mistake::parse_token;
use crate::domain::width::cut_end;
use crate::domain::{
    AccountId, CredentialSource, Credentials, CustomDomain, Failure, FailureKind, KeySource, Lifetime,
    Preferences, typo,
};

/// The variable that names the profile.
pub const PROFILE: &str = "CFIMG_PROFILE";

/// The default profile, unless `config.toml` names another.
pub const DEFAULT_PROFILE: &str = "default";

/// `[profiles.NAME]` of `config.toml`. `None` if a setting is not in it.
#[derive(Debug, Clone, Default)]
pub struct ProfileTable {
    /// The byte of `config.toml` that its name is at.
    pub(super) at: usize,
    pub account: Option<AccountId>,
    /// A shell command that prints the token.
    pub token_command: Option<String>,
    /// The environment variable that contains the token.
    pub token_variable: Option<String>,
    pub base_url: Option<Url>,
    pub domain: Option<CustomDomain>,
    pub variant: Option<String>,
    /// A shell command that prints the signing key.
    pub signing_key_command: Option<String>,
    /// Names of signing keys, newest first.
    pub signing_keys: Vec<String>,
    pub lifetime: Option<Lifetime>,
}

/// Where a profile's token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// `CLOUDFLARE_API_TOKEN` and the like.
    Variables,
    /// The credentials file.
    Stored,
    Command,
    Variable(String),
    /// The profile has no token.
    None,
}

/// Why a profile is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenBy {
    Option,
    /// [`PROFILE`].
    Variable,
    /// `CLOUDFLARE_*`: no profile.
    Credentials,
    /// It is the default.
    Default,
}

/// A line of the list of profiles.
#[derive(Debug, Clone)]
pub struct ProfileSummary {
    pub name: String,
    pub account: Option<AccountId>,
    /// Untrusted text.
    pub account_name: Option<String>,
    pub source: TokenSource,
    pub base_url: Option<Url>,
    pub is_default: bool,
}

/// Everything that depends on the account: the chosen profile, or the variables.
#[derive(Debug)]
pub struct Profile {
    /// `None` if the account comes from `CLOUDFLARE_*`.
    pub name: Option<String>,
    pub chosen_by: ChosenBy,
    pub source: TokenSource,
    pub connection: Connection,
    /// Untrusted text.
    pub account_name: Option<String>,
    /// The source of the signing keys.
    pub key: KeySource,
    /// Names of signing keys, newest first.
    pub signing_keys: Vec<String>,
    pub preferences: Preferences,
    /// In sentences.
    pub warnings: Vec<String>,
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variables => "variables",
            Self::Stored => "credentials.toml",
            Self::Command => "token_command",
            Self::Variable(name) => return write!(f, "${}", sanitize(name)),
            Self::None => "no token",
        })
    }
}

/// All profiles, by name.
pub fn profiles(settings: &Settings) -> Result<Vec<ProfileSummary>, Failure> {
    let file = read_credentials(settings)?;
    let names: BTreeSet<&String> = settings.profiles.keys().chain(file.profiles.keys()).collect();
    let default = default_name(settings, &file);
    let summary = |name: &String| {
        let table = settings.profiles.get(name);
        let (source, stored) = source_of(table, file.profiles.get(name));
        ProfileSummary {
            name: name.clone(),
            account: table.and_then(|table| table.account.clone()).or_else(|| stored?.account.clone()),
            account_name: stored.and_then(|stored| stored.account_name.clone()),
            source,
            base_url: table.and_then(|table| table.base_url.clone()).or_else(|| stored?.base_url.clone()),
            is_default: default == Some(name),
        }
    };
    Ok(names.into_iter().map(summary).collect())
}

/// The profile named by `option`, by [`PROFILE`], else the variables `CLOUDFLARE_*`, else the default profile. Runs no
/// command.
pub fn profile(
    env: &dyn Fn(&str) -> Option<OsString>,
    option: Option<&str>,
    settings: &Settings,
) -> Result<Profile, Failure> {
    if let Some(name) = option {
        return named(env, name, ChosenBy::Option, settings);
    }
    if let Some(name) = variable_name(env) {
        return named(env, &name, ChosenBy::Variable, settings);
    }
    if !connection::credential_variables(env).is_empty() {
        return variables(env, settings);
    }
    let file = read_credentials(settings)?;
    match default_name(settings, &file) {
        Some(name) => named(env, &name.clone(), ChosenBy::Default, settings),
        None => {
            let names: BTreeSet<&String> = settings.profiles.keys().chain(file.profiles.keys()).collect();
            Err(if names.is_empty() { no_credentials() } else { no_default(&names) })
        }
    }
}

/// The account of the variables `CLOUDFLARE_*`, whatever the profiles are.
pub fn variables(env: &dyn Fn(&str) -> Option<OsString>, settings: &Settings) -> Result<Profile, Failure> {
    Ok(Profile {
        name: None,
        chosen_by: ChosenBy::Credentials,
        source: TokenSource::Variables,
        connection: connection::connection(env)?,
        account_name: None,
        key: settings.key.clone(),
        signing_keys: settings.signing_keys.clone(),
        preferences: settings.preferences.clone(),
        warnings: Vec::new(),
    })
}

/// The name of the default profile, which may not exist.
pub fn default_profile(settings: &Settings) -> &str {
    settings.profile.as_deref().unwrap_or(DEFAULT_PROFILE)
}

/// The name that `cfimg login` and `cfimg logout` use without `--profile`: [`PROFILE`], else the default.
pub fn login_name(
    env: &dyn Fn(&str) -> Option<OsString>,
    option: Option<&str>,
    settings: &Settings,
) -> String {
    let name = option.map(str::to_owned).or_else(|| variable_name(env));
    name.unwrap_or_else(|| default_profile(settings).to_owned())
}

/// The name of the profile in use, if it can be one of `config.toml`. `default` is its setting `profile`.
pub(super) fn name_in_config(
    env: &dyn Fn(&str) -> Option<OsString>,
    option: Option<&str>,
    default: Option<&str>,
) -> Option<String> {
    let uses_variables = || !connection::credential_variables(env).is_empty();
    option
        .map(str::to_owned)
        .or_else(|| variable_name(env))
        .or_else(|| (!uses_variables()).then(|| default.unwrap_or(DEFAULT_PROFILE).to_owned()))
}

fn variable_name(env: &dyn Fn(&str) -> Option<OsString>) -> Option<String> {
    env(PROFILE).map(|value| value.to_string_lossy().trim().to_owned()).filter(|name| !name.is_empty())
}

/// Whether a text can be the name of a profile.
pub(super) fn is_name(name: &str) -> bool {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=64).contains(&name.len()) && name.chars().all(is_valid)
}

/// Fails if a text can't be the name of a profile.
pub fn check_name(name: &str) -> Result<(), Failure> {
    if is_name(name) {
        return Ok(());
    }
    Err(Failure::usage(
        format!("“{}” can't be the name of a profile", shown(name)),
        "Use letters, digits, - and _; 64 characters at most.",
    ))
}

/// The credentials file beside `config.toml`. Empty if there is no home folder.
pub fn read_credentials(settings: &Settings) -> Result<CredentialsFile, Failure> {
    match settings.config_path() {
        Some(config) => CredentialsFile::read(&credentials_path(config)),
        None => Ok(CredentialsFile::default()),
    }
}

/// Remembers which variables contain tokens, so that no program that cfimg starts gets them.
pub fn hide_token_variables(tables: &BTreeMap<String, ProfileTable>) {
    tables.values().filter_map(|table| table.token_variable.as_deref()).for_each(add_secret_variable);
}

fn default_name<'a>(settings: &'a Settings, file: &'a CredentialsFile) -> Option<&'a String> {
    let in_config = settings.profiles.keys().find(|name| *name == DEFAULT_PROFILE);
    let stored = || file.profiles.keys().find(|name| *name == DEFAULT_PROFILE);
    settings.profile.as_ref().or(in_config).or_else(stored)
}

/// The source of a profile's token, and the stored login if that is used.
fn source_of<'a>(
    table: Option<&ProfileTable>,
    stored: Option<&'a StoredLogin>,
) -> (TokenSource, Option<&'a StoredLogin>) {
    match (table, stored) {
        (Some(ProfileTable { token_command: Some(_), .. }), _) => (TokenSource::Command, None),
        (Some(ProfileTable { token_variable: Some(name), .. }), _) => {
            (TokenSource::Variable(name.clone()), None)
        }
        (_, Some(stored)) => (TokenSource::Stored, Some(stored)),
        (_, None) => (TokenSource::None, None),
    }
}

fn named(
    env: &dyn Fn(&str) -> Option<OsString>,
    name: &str,
    chosen_by: ChosenBy,
    settings: &Settings,
) -> Result<Profile, Failure> {
    let file = read_credentials(settings)?;
    let (table, stored) = (settings.profiles.get(name), file.profiles.get(name));
    if table.is_none() && stored.is_none() {
        let names = settings.profiles.keys().chain(file.profiles.keys()).collect();
        return Err(unknown_profile(name, chosen_by, &names));
    }
    let table = table.cloned().unwrap_or_default();
    let (source, stored) = source_of(Some(&table), stored);
    let is_default = default_name(settings, &file).is_some_and(|default| default == name);
    let config = settings.config_path().map(display_path).unwrap_or_default();
    let invalid = |what: String, hint: String| Failure::new(FailureKind::Credentials, what, hint);
    let credentials = match (&source, stored) {
        (TokenSource::Command, _) => {
            CredentialSource::Command(table.token_command.clone().unwrap_or_default())
        }
        (TokenSource::Variable(variable), _) => {
            let text = env(variable).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default();
            let variable = sanitize(variable);
            let token = parse_token(&text).map_err(|why| {
                let hint = if text.trim().is_empty() {
                    format!("Profile {name} reads its token from that variable. Set it, or change token_variable in {config}.")
                } else {
                    format!("{}. {}", why.what(), why.hint())
                };
                let problem = if text.trim().is_empty() { "isn't set" } else { "can't be used" };
                invalid(format!("{variable} {problem}"), hint)
            })?;
            CredentialSource::Fixed(Credentials::Token(token))
        }
        (_, Some(stored)) => CredentialSource::Fixed(Credentials::Token(stored.token.clone())),
        (_, None) => {
            let hint = format!("Run `cfimg login --profile {name}`, or set token_command in {config}.");
            return Err(invalid(format!("Profile {name} has no token"), hint));
        }
    };
    let stored_base = stored.map(|stored| stored.base_url.clone());
    if let (Some(base_url), Some(stored_base)) = (&table.base_url, &stored_base)
        && stored_base.as_ref() != Some(base_url)
    {
        // The token must not be sent to another host than the one that it was checked with.
        let hint = format!(
            "{config} has a different one than the stored login. Run `cfimg login --profile {name}` again."
        );
        return Err(invalid(format!("The base URL of profile {name} has changed"), hint));
    }
    let base = match table.base_url.clone().or(stored_base.flatten()) {
        Some(base) => base,
        None => connection::default_base()?,
    };
    let account = table.account.clone().or_else(|| stored?.account.clone());
    // The keys and the domain outside of the profiles belong to one account: that of the variables and the default.
    let (shared_key, shared_names, shared_domain) = if is_default {
        (settings.key.clone(), settings.signing_keys.clone(), settings.preferences.domain.clone())
    } else {
        (KeySource::Account, Vec::new(), None)
    };
    let own = |account: &AccountId| stored.is_some_and(|stored| stored.account.as_ref() == Some(account));
    let account_name =
        stored.filter(|_| account.as_ref().is_some_and(own)).and_then(|stored| stored.account_name.clone());
    let names_key = table.signing_key_command.is_some() || !table.signing_keys.is_empty();
    let key = match table.signing_key_command {
        Some(command) => KeySource::Command(command),
        None if names_key => KeySource::Account,
        None => shared_key,
    };
    Ok(Profile {
        name: Some(name.to_owned()),
        chosen_by,
        source,
        warnings: warnings(env, name, &account, &base, &file, settings.config_path()),
        connection: Connection { base, credentials, account },
        account_name,
        key,
        signing_keys: if names_key { table.signing_keys } else { shared_names },
        preferences: Preferences {
            lifetime: table.lifetime.unwrap_or(settings.preferences.lifetime),
            domain: table.domain.or(shared_domain),
            variant: table.variant.or_else(|| settings.preferences.variant.clone()),
            ..settings.preferences.clone()
        },
    })
}

fn warnings(
    env: &dyn Fn(&str) -> Option<OsString>,
    name: &str,
    account: &Option<AccountId>,
    base: &Url,
    file: &CredentialsFile,
    config: Option<&Path>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(config) = config.filter(|_| file.is_readable_by_others) {
        let path = display_path(&credentials_path(config));
        warnings.push(format!("Other users can read {path}. Run: chmod 600 {path}"));
    }
    // With a token of their own, the variables would have been used, or the user chose this profile.
    if connection::credential_variables(env).is_empty() {
        for (variable, value) in connection::ignored_variables(env) {
            let is_same =
                account.as_ref().is_some_and(|account| AccountId::parse(&value).as_ref() == Ok(account))
                    || value.trim_end_matches('/') == base.as_str().trim_end_matches('/');
            if !is_same {
                warnings.push(format!("{variable} is ignored, because profile {name} is used."));
            }
        }
    }
    warnings
}

fn unknown_profile(name: &str, chosen_by: ChosenBy, names: &BTreeSet<&String>) -> Failure {
    let what = match chosen_by {
        ChosenBy::Option => format!("There is no profile “{}”", shown(name)),
        ChosenBy::Variable => format!("There is no profile “{}”, which {PROFILE} names", shown(name)),
        _ => format!("There is no profile “{}”, which `profile` in config.toml names", shown(name)),
    };
    let closest = typo::closest(name, names.iter().map(|name| name.as_str()));
    let hint = match (closest, names.is_empty()) {
        (_, true) => "No profiles exist yet. Run `cfimg login`.".to_owned(),
        (Some(closest), _) => format!("Did you mean {closest}? {}", all(names)),
        (None, _) => all(names),
    };
    Failure::usage(what, hint)
}

fn no_default(names: &BTreeSet<&String>) -> Failure {
    let first = names.first().map_or(DEFAULT_PROFILE, |name| name);
    let hint =
        format!("{} Use --profile {first}, or set `profile = \"{first}\"` in config.toml.", all(names));
    Failure::new(FailureKind::Credentials, "No profile is chosen", hint)
}

/// `Profiles: a, b.`
fn all(names: &BTreeSet<&String>) -> String {
    let names: Vec<_> = names.iter().map(|name| shown(name)).collect();
    format!("Profiles: {}.", names.join(", "))
}

fn shown(name: &str) -> String {
    cut_end(&sanitize(&crate::domain::secret::redacted(name)), 64).into_owned()
}
