//! What holds in this run: the environment before `config.toml`, and that before what cfimg does by itself.

use std::ffi::OsString;

use super::config::{config_path, read_config, shown};
use super::pictures::PICTURE;
use super::{keeps_history, keeps_index, picture};
use crate::domain::{Failure, FailureKind, KeySource, PictureChoice, Preferences, SigningKey};

const KEY: &str = "CLOUDFLARE_IMAGES_SIGNING_KEY";

/// What holds in this run, where no option says otherwise.
#[derive(Debug)]
pub struct Settings {
    /// Where the keys that sign come from.
    pub key: KeySource,
    /// Names of signing keys, the newest first.
    pub signing_keys: Vec<String>,
    /// What holds for URLs.
    pub preferences: Preferences,
    /// How pictures are drawn.
    pub picture: PictureChoice,
    /// Whether lookups are remembered from run to run.
    pub history: bool,
    /// Whether what was listed is kept from run to run.
    pub index: bool,
}

/// Reads environment and `config.toml`. No secret is in an error.
pub fn load(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Settings, Failure> {
    let path = config_path(env);
    let file = match &path {
        Some((path, must)) => read_config(path, *must)?,
        None => super::config::ConfigFile::default(),
    };
    let by_variable = picture(env)?;
    let off_by = match (by_variable, file.picture, &path) {
        (Some(PictureChoice::Off), ..) => Some(PICTURE.to_owned()),
        (None, Some(PictureChoice::Off), Some((path, _))) => Some(format!("`picture` in {}", shown(path))),
        _ => None,
    };
    let env_key = env_signing_key(env)?.map(KeySource::Explicit);
    let key = env_key.or(file.signing_key_command.map(KeySource::Command)).unwrap_or(KeySource::Account);
    let by_itself = Preferences::default();
    Ok(Settings {
        key,
        signing_keys: file.signing_keys,
        preferences: Preferences {
            lifetime: file.lifetime.unwrap_or(by_itself.lifetime),
            domain: file.domain,
            variant: file.variant,
            templates: file.templates,
            pictures_off_by: off_by,
        },
        picture: by_variable.or(file.picture).unwrap_or_default(),
        history: keeps_history(env) && file.history.unwrap_or(true),
        index: keeps_index(env) && file.index.unwrap_or(true),
    })
}

fn env_signing_key(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<SigningKey>, Failure> {
    let Some(value) = env(KEY) else { return Ok(None) };
    let text = value.to_str().unwrap_or("\u{fffd}");
    if text.trim().is_empty() {
        return Ok(None);
    }
    SigningKey::parse(KEY, text).map(Some).map_err(|why| {
        let hint = format!("As it stands {why}: copy it anew, from the dashboard under Images › Keys.");
        Failure::new(FailureKind::Credentials, format!("{KEY} cannot be used"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Lifetime;

    /// The settings of a file and of variables.
    fn with(file: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        let env = |name: &str| {
            let set = variables.iter().find(|(set, _)| *set == name);
            set.map(|(_, value)| OsString::from(value))
                .or_else(|| (name == "CFIMG_CONFIG").then(|| path.clone().into()))
        };
        load(&env).map_err(|failure| failure.to_string())
    }

    #[test]
    fn without_a_file_it_does_as_ever() {
        let settings = with("", &[]).unwrap();
        assert_eq!(settings.preferences, Preferences::default());
        assert!(settings.history && settings.index && settings.picture == PictureChoice::Auto);
        assert!(matches!(settings.key, KeySource::Account));
    }

    #[test]
    fn a_variable_comes_before_the_file() {
        let file =
            "signing_key_command = 'x'\nhistory = true\nindex = false\npicture = 'off'\nlifetime = '5m'";
        let settings = with(file, &[]).unwrap();
        assert!(matches!(settings.key, KeySource::Command(_)));
        assert!(settings.history && !settings.index && settings.picture == PictureChoice::Off);
        assert_eq!(settings.preferences.lifetime, Lifetime::Seconds(300));
        let variables = [(KEY, " 'abc=' "), ("CFIMG_NO_HISTORY", "1"), ("CFIMG_PICTURE", "sixel")];
        let settings = with(file, &variables).unwrap();
        let KeySource::Explicit(key) = &settings.key else { panic!("{:?}", settings.key) };
        assert!(key.has_same_secret(&SigningKey::parse("x", "abc=").unwrap()) && key.name() == KEY);
        assert!(!settings.history && settings.picture == PictureChoice::Sixel);
    }

    #[test]
    fn a_key_that_is_none_is_not_shown() {
        let message = with("", &[(KEY, "hush hush")]).unwrap_err();
        assert!(
            message.starts_with("CLOUDFLARE_IMAGES_SIGNING_KEY cannot be used.") && !message.contains("hush"),
            "{message}"
        );
        assert!(matches!(with("", &[(KEY, " ")]).unwrap().key, KeySource::Account));
    }
}
