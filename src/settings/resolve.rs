//! The effective settings: environment variables override `config.toml`, which overrides the defaults.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;
use toml::Spanned;

use super::config::{ConfigFile, config_path, read_config};
use super::connection::credential_variables;
use super::display_path::display_path;
use super::in_force::{AccountInUse, for_account, without_secrets};
use super::origin::{InForce, Origin};
use super::profile_table::{DEFAULT_PROFILE, ProfileTable, name_in_config, variable_name};
use super::setting::{
    CACHE_PRIVATE, DOMAIN, HISTORY, INDEX, LIFETIME, MARKS, MOUSE, PICTURE, PROFILE, SIGNING_KEY_COMMAND,
    SIGNING_KEY_VARIABLE, SIGNING_KEYS, Setting, THEME, VARIANT,
};
use super::theme_setting::{self, LoadedThemes, ThemeNames};
use super::toml_file::TomlFile;
use super::variables::{choice, is_unset, text};
use crate::domain::signing::DEFAULT_KEY;
use crate::domain::variant_selection::DEFAULT_VARIANT;
use crate::domain::{
    CustomCommand, Failure, FailureKind, KeyEntry, KeySource, MarksChoice, PictureChoice, Preferences,
    SigningKey, Themes,
};

/// The command-line options that override settings.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub profile: Option<String>,
    pub picture: Option<PictureChoice>,
    pub theme: Option<String>,
    pub no_history: bool,
    pub no_index: bool,
    pub no_mouse: bool,
}

/// The effective settings.
#[derive(Debug)]
pub struct Settings {
    /// The source of the signing keys. It belongs to the account of the variables and of the default profile.
    pub key: KeySource,
    /// Names of signing keys, newest first.
    pub signing_keys: Vec<String>,
    pub preferences: Preferences,
    pub picture: PictureChoice,
    pub themes: Themes,
    /// How access is marked.
    pub marks: MarksChoice,
    /// Whether lookups are stored between runs.
    pub history: bool,
    /// Whether the list and the thumbnails are stored between runs.
    pub index: bool,
    /// Whether thumbnails of images that are not public are stored too.
    pub cache_private: bool,
    /// The default profile, if `config.toml` names one.
    pub profile: Option<String>,
    /// `[profiles.NAME]`, by name.
    pub profiles: BTreeMap<String, ProfileTable>,
    /// The section `[keys]`.
    pub key_entries: Vec<KeyEntry>,
    /// The section `[commands]`.
    pub commands: Vec<CustomCommand>,
    /// Each value of [`SETTINGS`](super::SETTINGS) and of the profile in use, and where it comes from.
    pub in_force: Vec<InForce>,
    /// The file with its mistakes. `None` if there is no home folder.
    pub file: Option<TomlFile>,
    /// The files of the themes in use, with their mistakes.
    pub theme_files: Vec<TomlFile>,
}

impl Settings {
    /// The path of `config.toml`. `None` if there is no home folder.
    pub fn config_path(&self) -> Option<&Path> {
        self.file.as_ref().map(TomlFile::path)
    }

    /// The files with mistakes.
    pub fn mistaken_files(&self) -> Vec<&TomlFile> {
        self.file.iter().chain(&self.theme_files).filter(|file| !file.mistakes().is_empty()).collect()
    }
}

/// Reads the environment and `config.toml`. Errors contain no secret.
pub fn load(env: &dyn Fn(&str) -> Option<OsString>, options: Options) -> Result<Settings, Failure> {
    let (mut toml, file) = read_file(env, options.profile.as_deref())?;
    let env_key = env_signing_key(env)?.map(KeySource::Explicit);
    let default_profile = file.profile.as_ref().map(|name| name.get_ref().clone());
    let (theme, theme_names) = load_theme(env, options.theme, file.theme, toml.as_mut())?;
    let command = file.signing_key_command.map(|command| map(command, KeySource::Command));
    let mut values = Resolver { file: toml.as_ref(), in_force: Vec::new() };
    let name = Sources { option: options.profile, variable: variable_name(env), file: file.profile };
    values.resolve(PROFILE, name, DEFAULT_PROFILE.to_owned(), |name| Some(name.clone().into()));
    // A key is a secret, and a command may contain one.
    let key = values.resolve(
        SIGNING_KEY_COMMAND,
        Sources { variable: env_key, file: command, ..Sources::default() },
        KeySource::Account,
        |key| (!matches!(key, KeySource::Account)).then(|| "set".into()),
    );
    let names = |keys: Vec<Spanned<String>>| keys.into_iter().map(Spanned::into_inner).collect::<Vec<_>>();
    let signing_keys = values.resolve(
        SIGNING_KEYS,
        Sources::in_file(file.signing_keys.map(|keys| map(keys, names))),
        Vec::new(),
        |keys| Some(if keys.is_empty() { vec![DEFAULT_KEY.to_owned()] } else { keys.clone() }.into()),
    );
    let lifetime = values.resolve(
        LIFETIME,
        Sources::in_file(file.lifetime),
        Preferences::default().lifetime,
        |lifetime| Some(lifetime.to_string().into()),
    );
    let domain = values.resolve(
        DOMAIN,
        Sources::in_file(file.domain.map(|domain| map(domain, Some))),
        None,
        |domain| domain.as_ref().map(|domain| domain.to_string().into()),
    );
    let variant = values.resolve(
        VARIANT,
        Sources::in_file(file.variant.map(|variant| map(variant, Some))),
        None,
        |variant| Some(variant.as_deref().unwrap_or(DEFAULT_VARIANT).into()),
    );
    let picture = values.choose(
        PICTURE,
        Sources { option: options.picture, variable: choice(env, PICTURE.variable)?, file: file.picture },
        &PictureChoice::ALL,
    );
    let pictures_off_by = (picture == PictureChoice::Off).then(|| match values.last_origin() {
        Origin::File { path, .. } => format!("`picture` in {}", display_path(&path)),
        origin => origin.to_string(),
    });
    values.resolve(THEME, theme_names, theme_setting::AUTO.into(), |names| Some(names.clone()));
    let marks = values.choose(
        MARKS,
        Sources { option: None, variable: choice(env, MARKS.variable)?, file: file.marks },
        &MarksChoice::ALL,
    );
    let mut switch = |setting: Setting, option: bool, file, default| {
        let off = |is_off: bool| is_off.then_some(false);
        let variable = off(setting.variable.is_some_and(|name| !is_unset(env, name)));
        values.resolve(setting, Sources { option: off(option), variable, file }, default, |on| {
            Some((*on).into())
        })
    };
    let history = switch(HISTORY, options.no_history, file.history, true);
    let index = switch(INDEX, options.no_index, file.index, true);
    let cache_private = switch(CACHE_PRIVATE, false, file.cache_private, false);
    let mouse = switch(MOUSE, options.no_mouse, file.mouse, true);
    let account = match &file.profile_in_use {
        None => AccountInUse::Variables(credential_variables(env)),
        Some(name) => AccountInUse::Profile {
            table: file.profiles.get(name),
            is_default: name == default_profile.as_deref().unwrap_or(DEFAULT_PROFILE),
        },
    };
    let in_force = for_account(values.in_force, &account, toml.as_ref());
    Ok(Settings {
        key,
        signing_keys,
        preferences: Preferences {
            lifetime,
            domain,
            variant,
            templates: file.templates,
            pictures_off_by,
            mouse,
        },
        picture,
        themes: theme.themes,
        marks,
        history,
        index,
        cache_private,
        profile: default_profile,
        profiles: file.profiles,
        key_entries: file.keys,
        commands: file.commands,
        in_force,
        file: toml,
        theme_files: theme.files,
    })
}

/// The file and its contents. The file is `None` if there is no home folder.
fn read_file(
    env: &dyn Fn(&str) -> Option<OsString>,
    profile: Option<&str>,
) -> Result<(Option<TomlFile>, ConfigFile), Failure> {
    let in_use = |default: Option<&str>| name_in_config(env, profile, default);
    let Some((path, must_exist)) = config_path(env) else {
        return Ok((None, ConfigFile { profile_in_use: in_use(None), ..ConfigFile::default() }));
    };
    let (toml, file) = read_config(&path, must_exist, &in_use)?;
    Ok((Some(toml), file))
}

/// The values of a setting that are set, the strongest first.
struct Sources<T> {
    option: Option<T>,
    variable: Option<T>,
    file: Option<Spanned<T>>,
}

impl<T> Default for Sources<T> {
    fn default() -> Self {
        Self { option: None, variable: None, file: None }
    }
}

impl<T> Sources<T> {
    fn in_file(file: Option<Spanned<T>>) -> Self {
        Self { file, ..Self::default() }
    }
}

/// Chooses values, and records where they come from.
struct Resolver<'a> {
    file: Option<&'a TomlFile>,
    in_force: Vec<InForce>,
}

impl Resolver<'_> {
    /// The value of a setting. `show` is its value in `config.toml`.
    fn resolve<T>(
        &mut self,
        setting: Setting,
        sources: Sources<T>,
        default: T,
        show: impl FnOnce(&T) -> Option<Value>,
    ) -> T {
        let in_file = |value: Spanned<T>| {
            let origin = self.file.map_or(Origin::Default, |file| Origin::File {
                path: file.path().to_owned(),
                line: file.line_at(value.span().start),
            });
            (value.into_inner(), origin)
        };
        let option = sources.option.zip(setting.option.map(Origin::Option));
        let variable = sources.variable.zip(setting.variable.map(Origin::Variable));
        let chosen = option.or(variable).or_else(|| sources.file.map(in_file));
        let (value, origin) = chosen.unwrap_or((default, Origin::Default));
        self.in_force.push(InForce { name: setting.name, value: show(&value).map(without_secrets), origin });
        value
    }

    /// One of several words.
    fn choose<T: Copy + Default + PartialEq>(
        &mut self,
        setting: Setting,
        sources: Sources<T>,
        words: &[(&'static str, T)],
    ) -> T {
        self.resolve(setting, sources, T::default(), |value| {
            words.iter().find(|(_, choice)| choice == value).map(|(word, _)| (*word).into())
        })
    }

    /// Where the last value comes from.
    fn last_origin(&self) -> Origin {
        self.in_force.last().map_or(Origin::Default, |last| last.origin.clone())
    }
}

fn map<T, U>(value: Spanned<T>, change: impl FnOnce(T) -> U) -> Spanned<U> {
    Spanned::new(value.span(), change(value.into_inner()))
}

/// The themes in use, and their names. Adds the mistakes in the names to those of the file.
fn load_theme(
    env: &dyn Fn(&str) -> Option<OsString>,
    option: Option<String>,
    names: Option<ThemeNames>,
    toml: Option<&mut TomlFile>,
) -> Result<(LoadedThemes, Sources<Value>), Failure> {
    let folder = toml.as_ref().and_then(|file| file.path().parent()).map(Path::to_owned);
    let variable = THEME.variable.and_then(|name| text(env, name));
    let stronger = option.as_ref().zip(THEME.option).or_else(|| variable.as_ref().zip(THEME.variable));
    let mut loaded = match (stronger, names) {
        (Some((name, source)), _) => theme_setting::load_named(name, source, folder.as_deref())?,
        (None, Some(names)) => theme_setting::load(&names, folder.as_deref()),
        (None, None) => LoadedThemes::default(),
    };
    if let Some(toml) = toml {
        toml.add(std::mem::take(&mut loaded.mistakes));
    }
    let file = loaded.value.take();
    Ok((loaded, Sources { option: option.map(Value::from), variable: variable.map(Value::from), file }))
}

fn env_signing_key(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<SigningKey>, Failure> {
    let Some(value) = env(SIGNING_KEY_VARIABLE) else { return Ok(None) };
    let text = value.to_str().unwrap_or("\u{fffd}");
    if text.trim().is_empty() {
        return Ok(None);
    }
    SigningKey::parse(SIGNING_KEY_VARIABLE, text).map(Some).map_err(|why| {
        let hint = format!("{why}. Copy it again from the dashboard, under Images › Keys.");
        Failure::new(FailureKind::Credentials, format!("{SIGNING_KEY_VARIABLE} can't be used"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::super::setting::SETTINGS;
    use super::super::value_schema::toml_value;
    use super::*;
    use crate::domain::{Lifetime, ThemeChoice};

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
        load(&env, Options::default()).map_err(|failure| failure.to_string())
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
        let variables =
            [(SIGNING_KEY_VARIABLE, " 'abc=' "), ("CFIMG_NO_HISTORY", "1"), ("CFIMG_PICTURE", "sixel")];
        let settings = load_with(file, &variables).unwrap();
        let KeySource::Explicit(key) = &settings.key else { panic!("{:?}", settings.key) };
        assert!(
            key.has_same_secret(&SigningKey::parse("x", "abc=").unwrap())
                && key.name() == SIGNING_KEY_VARIABLE
        );
        assert!(!settings.history && settings.picture == PictureChoice::Sixel);
    }

    #[test]
    fn defaults_are_those_of_the_table() {
        let settings = load_with("", &[]).unwrap();
        let in_force = settings.in_force.iter().map(|value| (value.name, value.value.clone()));
        let table = SETTINGS.iter().map(|setting| (setting.name, setting.default.map(toml_value)));
        assert_eq!(in_force.collect::<Vec<_>>(), table.collect::<Vec<_>>());
    }

    #[test]
    fn origins_are_option_variable_file_and_default() {
        let file = "# ours\ntheme = 'light'\npicture = 'off'\nmouse = true\nlifetime = '60m'\nsigning_key_command = 'x'";
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        let env = |name: &str| match name {
            "CFIMG_CONFIG" => Some(path.clone().into()),
            "CFIMG_NO_MOUSE" | "CFIMG_NO_INDEX" => Some("1".into()),
            _ => None,
        };
        let options = Options { theme: Some("mono".to_owned()), no_index: true, ..Options::default() };
        let settings = load(&env, options).unwrap();
        let lines = settings.in_force.iter().map(|value| {
            let origin = match &value.origin {
                Origin::File { line, .. } => format!("line {line}"),
                origin => origin.to_string(),
            };
            format!("{} {} {origin}", value.name, value.text())
        });
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
        profile default default
        signing_key_command set line 6
        signing_keys default default
        lifetime 1h line 5
        domain  default
        variant public default
        picture off line 3
        theme mono --theme
        marks auto default
        history true default
        index false --no-index
        cache_private false default
        mouse false CFIMG_NO_MOUSE
        "#);
        assert_eq!(settings.themes, ThemeChoice::Mono.into());
        assert!(!settings.preferences.mouse && !settings.index);
        assert!(settings.preferences.pictures_off_by.unwrap().starts_with("`picture` in "));
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
            load_with(file, variables).map(|settings| (settings.themes, settings.marks))
        };
        assert_eq!(look("", &[]), Ok((ThemeChoice::Auto.into(), MarksChoice::Auto)));
        let file = "theme = 'light'\nmarks = 'ascii'";
        assert_eq!(look(file, &[]), Ok((ThemeChoice::Light.into(), MarksChoice::Ascii)));
        let variables = [("CFIMG_THEME", "mono"), ("CFIMG_MARKS", "unicode")];
        assert_eq!(look(file, &variables), Ok((ThemeChoice::Mono.into(), MarksChoice::Unicode)));
        assert_eq!(look(file, &[("CFIMG_THEME", "")]), Ok((ThemeChoice::Light.into(), MarksChoice::Ascii)));
        assert!(look("", &[("CFIMG_MARKS", "emoji")]).unwrap_err().contains("auto, unicode or ascii"));
    }

    #[test]
    fn invalid_signing_key_is_not_shown() {
        let message = load_with("", &[(SIGNING_KEY_VARIABLE, "hush hush")]).unwrap_err();
        assert!(
            message.starts_with("CLOUDFLARE_IMAGES_SIGNING_KEY can't be used.") && !message.contains("hush"),
            "{message}"
        );
        assert!(matches!(load_with("", &[(SIGNING_KEY_VARIABLE, " ")]).unwrap().key, KeySource::Account));
    }
}
