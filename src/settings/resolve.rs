//! The effective settings: environment variables override `config.toml`, which overrides the defaults.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::config::{ConfigFile, config_path, read_config};
use super::display_path::display_path;
use super::profiles::{ProfileTable, hide_token_variables};
use super::variables::{MARKS, NO_HISTORY, NO_INDEX, NO_MOUSE, PICTURE, THEME, choice, is_unset};
use crate::domain::{
    Failure, FailureKind, KeySource, MarksChoice, PictureChoice, Preferences, SigningKey, ThemeChoice,
};

const SIGNING_KEY: &str = "CLOUDFLARE_IMAGES_SIGNING_KEY";

/// The effective settings, before command-line options.
#[derive(Debug)]
pub struct Settings {
    /// The source of the signing keys. It belongs to the account of the variables and of the default profile.
    pub key: KeySource,
    /// Names of signing keys, newest first.
    pub signing_keys: Vec<String>,
    pub preferences: Preferences,
    pub picture: PictureChoice,
    pub theme: ThemeChoice,
    /// How access is marked.
    pub marks: MarksChoice,
    /// Whether lookups are stored between runs.
    pub history: bool,
    /// Whether the list and the thumbnails are stored between runs.
    pub index: bool,
    /// Whether thumbnails of images that are not public are stored too.
    pub cache_private: bool,
    /// The default profile.
    pub profile: Option<String>,
    /// `[profiles.NAME]`, by name.
    pub profiles: BTreeMap<String, ProfileTable>,
    /// `None` if there is no home folder.
    pub config_path: Option<PathBuf>,
}

/// Reads the environment and `config.toml`. Errors contain no secret.
pub fn load(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Settings, Failure> {
    let path = config_path(env);
    let file = match &path {
        Some((path, must_exist)) => read_config(path, *must_exist)?,
        None => ConfigFile::default(),
    };
    let env_picture = choice(env, PICTURE)?;
    let env_theme = choice(env, THEME)?;
    let env_marks = choice(env, MARKS)?;
    let off_by = match (env_picture, file.picture, &path) {
        (Some(PictureChoice::Off), ..) => Some(PICTURE.to_owned()),
        (None, Some(PictureChoice::Off), Some((path, _))) => {
            Some(format!("`picture` in {}", display_path(path)))
        }
        _ => None,
    };
    let env_key = env_signing_key(env)?.map(KeySource::Explicit);
    let key = env_key.or(file.signing_key_command.map(KeySource::Command)).unwrap_or(KeySource::Account);
    let defaults = Preferences::default();
    let profiles = file.profiles.into_iter().map(|(name, fields)| (name, fields.into())).collect();
    hide_token_variables(&profiles);
    Ok(Settings {
        key,
        signing_keys: file.signing_keys,
        preferences: Preferences {
            lifetime: file.lifetime.unwrap_or(defaults.lifetime),
            domain: file.domain,
            variant: file.variant,
            templates: file.templates,
            pictures_off_by: off_by,
            mouse: is_unset(env, NO_MOUSE) && file.mouse.unwrap_or(true),
        },
        picture: env_picture.or(file.picture).unwrap_or_default(),
        theme: env_theme.or(file.theme).unwrap_or_default(),
        marks: env_marks.or(file.marks).unwrap_or_default(),
        history: is_unset(env, NO_HISTORY) && file.history.unwrap_or(true),
        index: is_unset(env, NO_INDEX) && file.index.unwrap_or(true),
        cache_private: file.cache_private.unwrap_or(false),
        profile: file.profile,
        profiles,
        config_path: path.map(|(path, _)| path),
    })
}

fn env_signing_key(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<SigningKey>, Failure> {
    let Some(value) = env(SIGNING_KEY) else { return Ok(None) };
    let text = value.to_str().unwrap_or("\u{fffd}");
    if text.trim().is_empty() {
        return Ok(None);
    }
    SigningKey::parse(SIGNING_KEY, text).map(Some).map_err(|why| {
        let hint = format!("{why}. Copy it again from the dashboard, under Images › Keys.");
        Failure::new(FailureKind::Credentials, format!("{SIGNING_KEY} can't be used"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Lifetime;

    /// Loads the settings from this file and these variables.
    fn load_with(file: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
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
    fn empty_file_gives_defaults() {
        let settings = load_with("", &[]).unwrap();
        assert_eq!(settings.preferences, Preferences::default());
        assert!(settings.history && settings.index && settings.picture == PictureChoice::Auto);
        assert!(!settings.cache_private);
        assert!(matches!(settings.key, KeySource::Account));
    }

    #[test]
    fn variables_override_the_file() {
        let file =
            "signing_key_command = 'x'\nhistory = true\nindex = false\npicture = 'off'\nlifetime = '5m'";
        let settings = load_with(file, &[]).unwrap();
        assert!(matches!(settings.key, KeySource::Command(_)));
        assert!(settings.history && !settings.index && settings.picture == PictureChoice::Off);
        assert_eq!(settings.preferences.lifetime, Lifetime::Seconds(300));
        let variables = [(SIGNING_KEY, " 'abc=' "), ("CFIMG_NO_HISTORY", "1"), ("CFIMG_PICTURE", "sixel")];
        let settings = load_with(file, &variables).unwrap();
        let KeySource::Explicit(key) = &settings.key else { panic!("{:?}", settings.key) };
        assert!(key.has_same_secret(&SigningKey::parse("x", "abc=").unwrap()) && key.name() == SIGNING_KEY);
        assert!(!settings.history && settings.picture == PictureChoice::Sixel);
    }

    #[test]
    fn mouse_is_on_unless_turned_off() {
        for (file, variables, expected) in [
            ("", &[][..], true),
            ("mouse = true", &[], true),
            ("mouse = false", &[], false),
            ("mouse = true", &[("CFIMG_NO_MOUSE", "1")], false),
            ("", &[("CFIMG_NO_MOUSE", "")], true),
        ] {
            let settings = load_with(file, variables).unwrap();
            assert_eq!(settings.preferences.mouse, expected, "{file:?} {variables:?}");
        }
    }

    #[test]
    fn variables_override_theme_and_marks() {
        let look = |file: &str, variables: &[(&str, &str)]| {
            load_with(file, variables).map(|settings| (settings.theme, settings.marks))
        };
        assert_eq!(look("", &[]), Ok((ThemeChoice::Auto, MarksChoice::Auto)));
        let file = "theme = 'light'\nmarks = 'ascii'";
        assert_eq!(look(file, &[]), Ok((ThemeChoice::Light, MarksChoice::Ascii)));
        let variables = [("CFIMG_THEME", "mono"), ("CFIMG_MARKS", "unicode")];
        assert_eq!(look(file, &variables), Ok((ThemeChoice::Mono, MarksChoice::Unicode)));
        assert_eq!(look(file, &[("CFIMG_THEME", "")]), Ok((ThemeChoice::Light, MarksChoice::Ascii)));
        assert!(look("", &[("CFIMG_MARKS", "emoji")]).unwrap_err().contains("auto, unicode or ascii"));
    }

    #[test]
    fn invalid_signing_key_is_not_shown() {
        let message = load_with("", &[(SIGNING_KEY, "hush hush")]).unwrap_err();
        assert!(
            message.starts_with("CLOUDFLARE_IMAGES_SIGNING_KEY can't be used.") && !message.contains("hush"),
            "{message}"
        );
        assert!(matches!(load_with("", &[(SIGNING_KEY, " ")]).unwrap().key, KeySource::Account));
    }
}
