//! Profiles: the accounts that can be chosen. A profile joins `[profiles.NAME]` of `config.toml` with the table of its
//! name in the credentials file.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use url::Url;

use super::connection::{self, Connection, no_credentials};
use super::credentials::{CredentialsFile, StoredLogin, credentials_path};
use super::display_path::display_path;
use super::profile_table::{DEFAULT_PROFILE, PROFILE, ProfileTable, is_name, variable_name};
use super::resolve::Settings;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{holds_credential, redacted};
use crate::domain::token_mistake::parse_token;
use crate::domain::width::cut_end;
use crate::domain::{
    AccountId, CredentialSource, Credentials, Failure, FailureKind, KeySource, Preferences, ProfileInUse,
    TokenSource, typo,
};

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

impl Profile {
    /// For messages. `None` if the account comes from `CLOUDFLARE_*`.
    pub fn in_use(&self) -> Option<ProfileInUse> {
        Some(ProfileInUse { name: self.name.clone()?, token: self.source.clone() })
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
        let stored = stored.and_then(|stored| stored.as_ref().ok());
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
    if let Some(name) = default_name(settings, &file) {
        return named(env, name, ChosenBy::Default, settings);
    }
    let names: BTreeSet<&String> = settings.profiles.keys().chain(file.profiles.keys()).collect();
    Err(if names.is_empty() { no_credentials() } else { no_default(&names) })
}

/// The name of the profile that [`profile`] chooses, whether or not it can be used. `None` if no profile is chosen.
pub fn name_in_use(
    env: &dyn Fn(&str) -> Option<OsString>,
    option: Option<&str>,
    settings: &Settings,
) -> Option<String> {
    let uses_variables = !connection::credential_variables(env).is_empty();
    let default = || default_name(settings, &read_credentials(settings).ok()?).cloned();
    option
        .map(str::to_owned)
        .or_else(|| variable_name(env))
        .or_else(|| if uses_variables { None } else { default() })
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

/// Fails if a text can't be the name of a profile, as a token pasted by mistake can't.
pub fn check_name(name: &str) -> Result<(), Failure> {
    if is_name(name) && !holds_credential(name) {
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

fn default_name<'a>(settings: &'a Settings, file: &'a CredentialsFile) -> Option<&'a String> {
    let in_config = settings.profiles.keys().find(|name| *name == DEFAULT_PROFILE);
    let stored = || file.profiles.keys().find(|name| *name == DEFAULT_PROFILE);
    settings.profile.as_ref().or(in_config).or_else(stored)
}

/// The source of a profile's token, and the stored login if that is used.
fn source_of<'a>(
    table: Option<&ProfileTable>,
    stored: Option<&'a Result<StoredLogin, Failure>>,
) -> (TokenSource, Option<&'a Result<StoredLogin, Failure>>) {
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
    let label = shown(name);
    let (source, stored) = source_of(Some(&table), stored);
    let stored = stored.map(Result::as_ref).transpose().map_err(Clone::clone)?;
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
                    format!("Profile {label} reads its token from that variable. Set it, or change token_variable in {config}.")
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
            let hint = format!("Run `cfimg login --profile {label}`, or set token_command in {config}.");
            return Err(invalid(format!("Profile {label} has no token"), hint));
        }
    };
    let default_base = connection::default_base()?;
    let stored_base = stored.map(|stored| stored.base_url.as_ref().unwrap_or(&default_base));
    if let (Some(base_url), Some(stored_base)) = (&table.base_url, stored_base)
        && stored_base != base_url
    {
        // The token must not be sent to another host than the one that it was checked with.
        let hint = format!(
            "{config} has a different one than the stored login. Run `cfimg login --profile {label}` again."
        );
        return Err(invalid(format!("The base URL of profile {label} has changed"), hint));
    }
    let base = table.base_url.as_ref().or(stored_base).unwrap_or(&default_base).clone();
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
        warnings: warnings(env, name, account.as_ref(), &base, &file, settings.config_path()),
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
    account: Option<&AccountId>,
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
            let is_same = account.is_some_and(|account| AccountId::parse(&value).as_ref() == Ok(account))
                || value.trim_end_matches('/') == base.as_str().trim_end_matches('/');
            if !is_same {
                warnings.push(format!("{variable} is ignored, because profile {} is used.", shown(name)));
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
    cut_end(&sanitize(&redacted(name)), 64).into_owned()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::settings::{Options, load};

    const ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";
    const OTHER: &str = "aaaa105f4ecef8ad9ca31a8372d0aaaa";

    /// A folder with both files.
    struct Files(TempDir);

    impl Files {
        fn new(config: &str, credentials: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("config.toml"), config).unwrap();
            let path = folder.path().join("credentials.toml");
            fs::write(&path, credentials).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            Self(folder)
        }

        fn env<'a>(&self, variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + use<'a> {
            let config = self.0.path().join("config.toml");
            move |name| {
                let set =
                    variables.iter().find(|(set, _)| *set == name).map(|(_, value)| OsString::from(value));
                set.or_else(|| (name == "CFIMG_CONFIG").then(|| config.clone().into()))
            }
        }

        fn profile(&self, option: Option<&str>, variables: &[(&str, &str)]) -> Result<Profile, Failure> {
            let env = self.env(variables);
            profile(&env, option, &load(&env, Options::default()).unwrap())
        }

        /// The profile as text: its name, token, account, and source of the signing keys.
        fn describe(&self, option: Option<&str>, variables: &[(&str, &str)]) -> String {
            let profile = match self.profile(option, variables) {
                Ok(profile) => profile,
                Err(failure) => return format!("{:?} {}", failure.kind, failure.what),
            };
            let token = match &profile.connection.credentials {
                CredentialSource::Fixed(Credentials::Token(token)) => token.expose().to_owned(),
                CredentialSource::Command(command) => format!("`{command}`"),
                other @ CredentialSource::Fixed(_) => format!("{other:?}"),
            };
            let account = profile.connection.account.as_ref().map_or("", AccountId::as_str);
            let key = match &profile.key {
                KeySource::Command(command) => command,
                KeySource::Explicit(_) => "explicit",
                KeySource::Account => "account",
            };
            let domain =
                profile.preferences.domain.as_ref().map(|domain| format!(" {domain}")).unwrap_or_default();
            let name = profile.name.as_deref().unwrap_or("(variables)");
            format!("{name} {token} {account:.4} {key}{domain} {}", profile.preferences.lifetime)
        }
    }

    fn files() -> Files {
        Files::new(
            &format!(
                "signing_key_command = 'shared'\ndomain = 'shared.example'\nlifetime = '5m'\n\
                 [profiles.work]\naccount = '{OTHER}'\ntoken_command = 'echo w'\n\
                 [profiles.own]\ntoken_variable = 'OWN'\nsigning_key_command = 'own'\ndomain = 'own.example'\n\
                 lifetime = '7m'\n[profiles.empty]\n"
            ),
            &format!(
                "[default]\ntoken = 'd'\naccount = '{ID}'\n[work]\ntoken = 'unused'\naccount = '{ID}'\n[b]\ntoken = 'b'"
            ),
        )
    }

    #[test]
    fn account_has_one_whole_source() {
        let files = files();
        let token = ("CLOUDFLARE_API_TOKEN", "v");
        for (option, variables, expected) in [
            (None, &[][..], "default d 023e shared shared.example 5m"),
            (None, &[token], "(variables) v  shared shared.example 5m"),
            (None, &[("CLOUDFLARE_ACCOUNT_ID", OTHER)], "default d 023e shared shared.example 5m"),
            (Some("default"), &[token], "default d 023e shared shared.example 5m"),
            (None, &[token, (PROFILE, "work")], "work `echo w` aaaa account 5m"),
            (Some("b"), &[(PROFILE, "work")], "b b  account 5m"),
            (None, &[(PROFILE, " ")], "default d 023e shared shared.example 5m"),
            (Some("own"), &[("OWN", " \"Bearer o\" ")], "own o  own own.example 7m"),
            (Some("own"), &[], "Credentials OWN isn't set"),
            (Some("own"), &[("OWN", "cfk_hush")], "Credentials OWN can't be used"),
            (Some("empty"), &[], "Credentials Profile empty has no token"),
            (Some("wrok"), &[], "Usage There is no profile “wrok”"),
        ] {
            assert_eq!(files.describe(option, variables), expected, "{option:?} {variables:?}");
        }
    }

    #[test]
    fn signing_key_of_variable_belongs_to_the_default_profile_only() {
        let files = files();
        let key = [("CLOUDFLARE_IMAGES_SIGNING_KEY", "abc=")];
        assert_eq!(files.describe(None, &key), "default d 023e explicit shared.example 5m");
        assert_eq!(files.describe(Some("b"), &key), "b b  account 5m");
    }

    #[test]
    fn base_url_that_the_token_was_not_checked_with_is_refused() {
        let config = "[profiles.a]\nbase_url = 'https://other.example'";
        let files = Files::new(config, "[a]\ntoken = 't'");
        assert_eq!(files.profile(Some("a"), &[]).unwrap_err().kind, FailureKind::Credentials);
        let files = Files::new(config, "[a]\ntoken = 't'\nbase_url = 'https://other.example/'");
        assert!(files.profile(Some("a"), &[]).is_ok());
        // Login stores no base URL for Cloudflare's own.
        let config = format!("[profiles.a]\nbase_url = '{}/'", connection::DEFAULT_BASE);
        assert!(Files::new(&config, "[a]\ntoken = 't'").profile(Some("a"), &[]).is_ok());
    }

    #[test]
    fn bad_login_disables_only_its_profile() {
        let files =
            Files::new("[profiles.a]\ntoken_variable = 'T'", "[a]\ntoken = 7\n[bad]\n[good]\ntoken = 't'");
        assert_eq!(files.profile(Some("bad"), &[]).unwrap_err().kind, FailureKind::Credentials);
        assert!(files.profile(Some("good"), &[]).is_ok());
        assert!(files.profile(Some("a"), &[("T", "t")]).is_ok(), "its stored login isn't used");
    }

    #[test]
    fn all_profiles_are_listed_with_their_sources() {
        let files = files();
        let settings = load(&files.env(&[]), Options::default()).unwrap();
        let lines = profiles(&settings).unwrap().into_iter().map(|profile| {
            let account = profile.account.map_or_else(|| "?".to_owned(), |account| account.short());
            format!(
                "{}{} {account} {}",
                profile.name,
                if profile.is_default { "*" } else { "" },
                profile.source
            )
        });
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [
                "b ? credentials.toml",
                "default* 023e… credentials.toml",
                "empty ? no token",
                "own ? $OWN",
                "work aaaa… token_command",
            ]
        );
    }

    #[test]
    fn mistakes_are_fatal_only_in_the_profile_in_use() {
        let config = "[profiles.good]\ntoken_variable = 'T'\n[profiles.bad]\naccount = 'hush'\ntoken_comand = 'x'\n\
                      token_variable = T\n[templates]\na = 1";
        let files = Files::new(config, "[default]\ntoken = 't'");
        for (option, variables, fatal) in [
            (None, &[][..], 0),
            (Some("good"), &[], 0),
            (Some("bad"), &[], 3),
            (None, &[(PROFILE, "bad")], 3),
            (None, &[("CLOUDFLARE_API_TOKEN", "v")], 0),
        ] {
            let options = Options { profile: option.map(str::to_owned), ..Options::default() };
            let settings = load(&files.env(variables), options).unwrap();
            let mistakes = settings.file.as_ref().unwrap().mistakes();
            let count = mistakes.iter().filter(|mistake| mistake.fatal).count();
            assert_eq!((mistakes.len(), count), (4, fatal), "{option:?} {mistakes:?}");
        }
    }

    #[test]
    fn messages_name_the_profile() {
        let files = files();
        let mut messages = String::new();
        let nothing = Files::new("", "");
        let no_default = Files::new("", "[a]\ntoken = 't'\n[b]\ntoken = 't'");
        let bad_default = Files::new("profile = 'c'", "[a]\ntoken = 't'");
        for (files, option, variables) in [
            (&nothing, None, &[][..]),
            (&nothing, Some("work"), &[]),
            (&no_default, None, &[]),
            (&bad_default, None, &[]),
            (&files, Some("wrok"), &[]),
            (&files, None, &[(PROFILE, "x\u{1b}")]),
            (&files, Some("empty"), &[]),
            (&files, Some("own"), &[]),
        ] {
            let failure = files.profile(option, variables).unwrap_err().to_string();
            let folder = files.0.path().display().to_string();
            writeln!(messages, "{}", failure.replace(&folder, "FOLDER")).unwrap();
        }
        insta::assert_snapshot!(messages, @r#"
        No credentials are set. Run `cfimg login` to store an API token, or set CLOUDFLARE_API_TOKEN to one. To try cfimg without an account, run `cfimg demo`.
        There is no profile “work”. No profiles exist yet. Run `cfimg login`.
        No profile is chosen. Profiles: a, b. Use --profile a, or set `profile = "a"` in config.toml.
        There is no profile “c”, which `profile` in config.toml names. Profiles: a.
        There is no profile “wrok”. Did you mean work? Profiles: b, default, empty, own, work.
        There is no profile “x␛”, which CFIMG_PROFILE names. Profiles: b, default, empty, own, work.
        Profile empty has no token. Run `cfimg login --profile empty`, or set token_command in FOLDER/config.toml.
        OWN isn't set. Profile own reads its token from that variable. Set it, or change token_variable in FOLDER/config.toml.
        "#);
    }

    #[test]
    fn ignored_variables_are_named() {
        let files = files();
        let warnings = |variables: &[(&str, &str)]| files.profile(None, variables).unwrap().warnings;
        assert_eq!(warnings(&[("CLOUDFLARE_ACCOUNT_ID", ID)]), [""; 0]);
        assert_eq!(
            warnings(&[("CLOUDFLARE_ACCOUNT_ID", OTHER)]),
            ["CLOUDFLARE_ACCOUNT_ID is ignored, because profile default is used."]
        );
    }
}
