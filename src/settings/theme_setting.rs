//! The setting `theme`, and the themes that it names.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use toml::Spanned;

use super::display_path::display_path;
use super::setting::THEME;
use super::table_reader::{TableReader, listed};
use super::theme_file::read_theme;
use super::toml_file::TomlFile;
use super::variables::invalid;
use crate::domain::sanitize::sanitize;
use crate::domain::typo::closest;
use crate::domain::{ChosenTheme, Failure, FailureKind, Mistake, ThemeChoice, Themes};

/// The folder of theme files, beside `config.toml`.
const FOLDER: &str = "themes";

const EXTENSION: &str = "toml";

/// The default.
pub(super) const AUTO: &str = "auto";

/// Names of themes, with their places in `config.toml`.
#[derive(Debug)]
pub(super) struct ThemeNames {
    /// The place of the setting's name.
    at: Range<usize>,
    pub(super) dark: Spanned<String>,
    pub(super) light: Spanned<String>,
}

/// The themes in use.
#[derive(Debug, Default)]
pub(super) struct LoadedThemes {
    pub(super) themes: Themes,
    /// The files that they are from.
    pub(super) files: Vec<TomlFile>,
    /// What is wrong with their names in `config.toml`.
    pub(super) mistakes: Vec<Mistake>,
    /// The value in `config.toml`, without its mistakes. `None` if nothing is left.
    pub(super) value: Option<Spanned<Value>>,
}

#[derive(Debug)]
enum ThemeError {
    Unknown { near: Option<String>, names: Vec<String> },
    Unreadable { path: PathBuf, why: String },
}

/// Reads a name, or a table with one for each background.
pub(super) fn read(table: &mut TableReader<'_, '_>) -> Option<ThemeNames> {
    if !table.is_table(THEME.name) {
        let name = table.string(THEME.name)?;
        return Some(ThemeNames { at: name.span(), dark: name.clone(), light: name });
    }
    let (_, at) = table.names().into_iter().find(|(name, _)| name == THEME.name)?;
    table.table(THEME.name, "background", |table| {
        let [dark, light] = ["dark", "light"].map(|background| table.string(background));
        let auto = || Spanned::new(0..0, AUTO.to_owned());
        ThemeNames { at, dark: dark.unwrap_or_else(auto), light: light.unwrap_or_else(auto) }
    })
}

/// Loads the themes that `config.toml` names. Its folder is `None` if there is no home folder.
pub(super) fn load(names: &ThemeNames, folder: Option<&Path>) -> LoadedThemes {
    let mut loaded = LoadedThemes::default();
    let is_pair = names.dark != names.light;
    let dark = load_at(&names.dark, folder, &mut loaded);
    let light = if is_pair { load_at(&names.light, folder, &mut loaded) } else { dark };
    loaded.themes = Themes { dark: dark.unwrap_or_default(), light: light.unwrap_or_default() };
    let name = |name: &Spanned<String>, theme: Option<_>| theme.map_or(AUTO, |_| name.get_ref()).to_owned();
    let value = match (name(&names.dark, dark), name(&names.light, light)) {
        (dark, light) if is_pair => json!({"dark": dark, "light": light}),
        (name, _) => name.into(),
    };
    loaded.value = dark.or(light).map(|_| Spanned::new(names.at.clone(), value));
    loaded
}

fn load_at(name: &Spanned<String>, folder: Option<&Path>, loaded: &mut LoadedThemes) -> Option<ChosenTheme> {
    match find(name.get_ref(), folder, folder) {
        Ok((theme, file)) => {
            loaded.files.extend(file);
            Some(theme)
        }
        Err(why) => {
            let (message, help) = why.mistake();
            loaded.mistakes.push(Mistake::new(name.span(), message).with_help(help));
            None
        }
    }
}

/// Loads the theme that an option or a variable names.
pub(super) fn load_named(
    name: &str,
    source: &'static str,
    folder: Option<&Path>,
) -> Result<LoadedThemes, Failure> {
    let (theme, file) = find(name, folder, None).map_err(|why| why.failure(source, name))?;
    Ok(LoadedThemes { themes: theme.into(), files: file.into_iter().collect(), ..LoadedThemes::default() })
}

/// Finds a theme by its name, or by a path. Paths start at `start`, or else at the working directory.
fn find(
    name: &str,
    folder: Option<&Path>,
    start: Option<&Path>,
) -> Result<(ChosenTheme, Option<TomlFile>), ThemeError> {
    if let Ok(choice) = name.parse() {
        return Ok((ChosenTheme::BuiltIn(choice), None));
    }
    let is_path = name.contains(std::path::is_separator) || has_extension(Path::new(name));
    let path = if is_path {
        let path = with_home(name);
        start.map_or_else(|| path.clone(), |start| start.join(&path))
    } else {
        let themes = folder.map(|folder| folder.join(FOLDER));
        let path = themes.as_ref().map(|themes| themes.join(format!("{name}.{EXTENSION}")));
        match path.filter(|path| !name.is_empty() && path.exists()) {
            Some(path) => path,
            None => return Err(unknown(name, themes.as_deref())),
        }
    };
    match read_theme(&path) {
        // Few themes are loaded, and they are used to the end.
        Ok((file, theme)) => Ok((ChosenTheme::File(Box::leak(Box::new(theme))), Some(file))),
        Err(why) => Err(ThemeError::Unreadable { path, why: why.to_string() }),
    }
}

/// The built-in themes, and the files in the folder `themes` beside this `config.toml`.
pub fn theme_names(config: &Path) -> Vec<String> {
    let themes = config.parent().map(|folder| folder.join(FOLDER));
    all_names(themes.as_deref())
}

/// The built-in themes, and those in this folder.
fn all_names(themes: Option<&Path>) -> Vec<String> {
    let mut names: Vec<String> = ThemeChoice::ALL.map(|(name, _)| name.to_owned()).into();
    let files = themes.map(names_in).unwrap_or_default();
    // A file can't replace a built-in theme.
    names.extend(files.into_iter().filter(|name| name.parse::<ThemeChoice>().is_err()));
    names
}

fn unknown(name: &str, themes: Option<&Path>) -> ThemeError {
    let names = all_names(themes);
    let near = closest(name, names.iter().map(String::as_str)).map(str::to_owned);
    ThemeError::Unknown { near, names }
}

/// The names of the themes in a folder, sorted, without those that can't be typed. Empty if it can't be read.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| has_extension(path));
    let names = paths.filter_map(|path| path.file_stem()?.to_str().map(str::to_owned));
    let mut names: Vec<String> = names.filter(|name| sanitize(name) == **name).collect();
    names.sort();
    names
}

fn has_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

fn with_home(path: &str) -> PathBuf {
    let home = path.strip_prefix("~/").and_then(|rest| Some(etcetera::home_dir().ok()?.join(rest)));
    home.unwrap_or_else(|| path.into())
}

impl ThemeError {
    /// Message and help of a mistake.
    fn mistake(&self) -> (String, String) {
        match self {
            Self::Unknown { near: Some(near), names } => {
                ("unknown theme".to_owned(), format!("did you mean `{near}`? themes: {}", names.join(", ")))
            }
            Self::Unknown { near: None, names } => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                ("unknown theme".to_owned(), format!("use {}", listed(&names)))
            }
            Self::Unreadable { path, why } => (format!("couldn't read {}", display_path(path)), why.clone()),
        }
    }

    fn failure(&self, source: &str, name: &str) -> Failure {
        match self {
            Self::Unknown { near: Some(near), names } => {
                invalid(source, name, format!("Did you mean {near}? The themes are {}.", names.join(", ")))
            }
            Self::Unknown { near: None, names } => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                invalid(source, name, format!("Instead, use {}.", listed(&names)))
            }
            Self::Unreadable { path, why } => {
                let hint = format!("{why} Fix the file, or change {source}.");
                Failure::new(FailureKind::Usage, format!("Couldn't read {}", display_path(path)), hint)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Role, ThemeColor};
    use crate::settings::config::parse;

    /// A folder with two themes: `tokyo` with accent 75, `nord` with accent 110.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        for (name, accent) in [("tokyo", 75), ("nord", 110)] {
            let path = folder.path().join(FOLDER).join(name).with_extension(EXTENSION);
            fs::write(path, format!("accent = {accent}")).unwrap();
        }
        fs::write(folder.path().join(FOLDER).join("README.md"), "").unwrap();
        folder
    }

    fn accent(theme: ChosenTheme) -> Option<ThemeColor> {
        match theme {
            ChosenTheme::BuiltIn(_) => None,
            ChosenTheme::File(file) => file.styles[Role::Accent as usize].fg,
        }
    }

    fn named(text: &str, folder: &Path) -> LoadedThemes {
        load(&parse(text).1.theme.unwrap(), Some(folder))
    }

    #[test]
    fn name_is_built_in_or_a_file_or_a_path() {
        let folder = folder();
        let root = folder.path();
        let absolute = root.join("themes/nord.toml").display().to_string();
        for (name, expected) in [("tokyo", 75), ("themes/nord.toml", 110), (&absolute, 110)] {
            let loaded = named(&format!("theme = '{name}'"), root);
            assert!(loaded.mistakes.is_empty() && loaded.files.len() == 1, "{name}: {loaded:?}");
            assert_eq!(accent(loaded.themes.dark), Some(ThemeColor::Indexed(expected)));
            assert_eq!(loaded.themes.dark, loaded.themes.light);
        }
        assert_eq!(named("theme = 'Dark'", root).themes, ThemeChoice::Dark.into());
        let by_option = load_named("nord", "--theme", Some(root)).unwrap();
        assert_eq!(accent(by_option.themes.light), Some(ThemeColor::Indexed(110)));
        assert!(with_home("~/a.toml").is_absolute() && with_home("~a").is_relative());
    }

    #[test]
    fn background_decides_between_two_themes() {
        let folder = folder();
        let loaded = named("theme = { dark = 'tokyo', light = 'light' }", folder.path());
        assert_eq!(accent(loaded.themes.on(Some(false))), Some(ThemeColor::Indexed(75)));
        assert_eq!(loaded.themes.on(Some(true)), ChosenTheme::BuiltIn(ThemeChoice::Light));
        assert_eq!(loaded.themes.on(None), ChosenTheme::default());
        let loaded = named("theme = { light = 'nord' }", folder.path());
        assert_eq!(loaded.themes.dark, ChosenTheme::default());
        assert_eq!(accent(loaded.themes.light), Some(ThemeColor::Indexed(110)));
    }

    #[test]
    fn value_is_without_mistakes() {
        let folder = folder();
        for (text, expected) in [
            ("theme = 'tokyo'", Some((8, json!("tokyo")))),
            ("theme = 'tokio'", None),
            (
                "theme = { dark = 'tokio', light = 'nord' }",
                Some((0, json!({"dark": "auto", "light": "nord"}))),
            ),
            ("theme = { dark = 'tokio', light = 'nrod' }", None),
            ("theme = { light = 'nord' }", Some((0, json!({"dark": "auto", "light": "nord"})))),
            ("theme = { dark = 'nord', light = 'nord' }", Some((0, json!("nord")))),
        ] {
            let value = named(text, folder.path()).value;
            assert_eq!(value.map(|value| (value.span().start, value.into_inner())), expected, "{text}");
        }
    }

    #[test]
    fn unknown_themes_list_what_there_is() {
        let folder = folder();
        let mistake = |text: &str| {
            let loaded = named(text, folder.path());
            assert_eq!(loaded.themes.dark, ChosenTheme::default());
            let shown = loaded.mistakes.into_iter().map(|mistake| {
                format!("{:?} {}: {}", mistake.span, mistake.message, mistake.help.unwrap_or_default())
            });
            shown.collect::<Vec<_>>().join("\n").replace(&display_path(folder.path()), "FOLDER")
        };
        let failure = |name: &str| {
            let failure = load_named(name, "CFIMG_THEME", Some(folder.path())).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
            failure.to_string().replace(&display_path(folder.path()), "FOLDER")
        };
        fs::create_dir(folder.path().join("a.toml")).unwrap();
        let all = [
            mistake("theme = 'tokio'"),
            mistake("theme = 'neon'"),
            mistake("theme = { dark = 'a.toml', light = 'nrod' }"),
            failure("nrod"),
            failure("neon\u{1b}"),
            failure(""),
            failure(&folder.path().join("a.toml").display().to_string()),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        8..15 unknown theme: did you mean `tokyo`? themes: auto, dark, light, ansi, mono, nord, tokyo
        8..14 unknown theme: use auto, dark, light, ansi, mono, nord or tokyo
        17..25 couldn't read FOLDER/a.toml: It is a folder.
        35..41 unknown theme: did you mean `nord`? themes: auto, dark, light, ansi, mono, nord, tokyo
        CFIMG_THEME can't be “nrod”. Did you mean nord? The themes are auto, dark, light, ansi, mono, nord, tokyo.
        CFIMG_THEME can't be “neon␛”. Instead, use auto, dark, light, ansi, mono, nord or tokyo.
        CFIMG_THEME can't be “”. Instead, use auto, dark, light, ansi, mono, nord or tokyo.
        Couldn't read FOLDER/a.toml. It is a folder. Fix the file, or change CFIMG_THEME.
        "#);
    }
}
