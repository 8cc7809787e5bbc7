//! What is known before any request: the only file of `doctor` that reads settings and credentials.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use url::Url;

use crate::cloudflare::Config;
use crate::domain::{Credentials, Failure};
use crate::settings::config::config_path;
use crate::settings::connection::base;
use crate::settings::{Settings, connection, display_path};

/// The settings and the account in use.
pub struct Setup {
    /// The settings, or why they can't be used.
    pub(super) settings: Result<Settings, Failure>,
    /// The settings file. `None` if there is no home folder.
    pub(super) file: Option<SettingsFile>,
    /// The account, or why none can be used.
    pub(super) account: Result<AccountInUse, Failure>,
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
    /// Such as `environment variables`.
    pub(super) profile: String,
    /// Where the token or key comes from.
    pub(super) credentials_by: String,
    /// Where the account ID comes from. `None` if it is not set.
    pub(super) id_by: Option<String>,
}

impl Setup {
    /// Reads the environment through `env`. `log` is the file in `--log`.
    pub fn read(
        settings: Result<Settings, Failure>,
        log: Option<PathBuf>,
        env: &dyn Fn(&str) -> Option<OsString>,
    ) -> Self {
        let file = config_path(env).map(|(path, is_named)| SettingsFile {
            path: display_path(&path),
            exists: path.symlink_metadata().is_ok(),
            is_named,
        });
        let has_no_proxy =
            ["NO_PROXY", "no_proxy"].iter().any(|name| env(name).is_some_and(|value| !value.is_empty()));
        Self { settings, file, account: account(env), base: base(env), has_no_proxy, log }
    }

    /// The account's configuration, if there is one.
    pub(super) fn config(&self) -> Option<&Config> {
        self.account.as_ref().ok().map(|account| &account.config)
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

/// A path for messages, with `~` for the home folder.
pub(super) fn path(path: &Path) -> String {
    display_path(path)
}

fn account(env: &dyn Fn(&str) -> Option<OsString>) -> Result<AccountInUse, Failure> {
    let connection = connection(env)?;
    let set = |names: [&'static str; 2]| {
        names
            .into_iter()
            .find(|name| env(name).is_some_and(|value| !value.to_string_lossy().trim().is_empty()))
    };
    let names = match connection.credentials {
        Credentials::Token(_) => ["CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"],
        Credentials::Key { .. } => ["CLOUDFLARE_API_KEY", "CF_API_KEY"],
    };
    Ok(AccountInUse {
        config: Config {
            base: connection.base,
            credentials: connection.credentials,
            account: connection.account,
        },
        profile: "environment variables".to_owned(),
        credentials_by: set(names).unwrap_or_default().to_owned(),
        id_by: set(["CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID"]).map(str::to_owned),
    })
}
