//! Reads `config.toml`. It holds no secrets, only a command that prints the signing key.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy as _, choose_base_strategy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::connection::parse_base;
use super::display_path::display_path;
use super::profiles::ProfileTable;
use super::trust;
use crate::domain::copy_as::{CopyAs, Template};
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;
use crate::domain::{
    AccountId, CustomDomain, Failure, FailureKind, Lifetime, MarksChoice, PictureChoice, ThemeChoice,
};

/// The path of the file, instead of `cfimg/config.toml` in the system's configuration folder.
const CONFIG: &str = "CFIMG_CONFIG";

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The contents of the file. `None` if a setting is not in it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// A shell command that prints the signing key.
    pub signing_key_command: Option<String>,
    /// Names of signing keys, newest first.
    #[serde(default)]
    pub signing_keys: Vec<String>,
    /// How long signed URLs are valid.
    #[serde(default, deserialize_with = "lifetime")]
    pub lifetime: Option<Lifetime>,
    /// The custom domain of URLs.
    #[serde(default, deserialize_with = "parsed")]
    pub domain: Option<CustomDomain>,
    /// The default variant.
    pub variant: Option<String>,
    #[serde(default, deserialize_with = "parsed")]
    pub picture: Option<PictureChoice>,
    #[serde(default, deserialize_with = "parsed")]
    pub theme: Option<ThemeChoice>,
    #[serde(default, deserialize_with = "parsed")]
    pub marks: Option<MarksChoice>,
    /// Whether lookups are stored.
    pub history: Option<bool>,
    /// Whether the list is stored.
    pub index: Option<bool>,
    /// Whether thumbnails of images that are not public are stored too.
    pub cache_private: Option<bool>,
    /// Whether the program uses the mouse.
    pub mouse: Option<bool>,
    /// The default profile.
    pub profile: Option<String>,
    #[serde(default)]
    pub profiles: BTreeMap<String, ProfileFields>,
    /// Templates for copying, by name.
    #[serde(default, deserialize_with = "templates")]
    pub templates: Vec<(String, Template)>,
}

/// See [`ProfileTable`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileFields {
    #[serde(default, deserialize_with = "account")]
    account: Option<AccountId>,
    token_command: Option<String>,
    token_variable: Option<String>,
    #[serde(default, deserialize_with = "base_url")]
    base_url: Option<Url>,
    #[serde(default, deserialize_with = "parsed")]
    domain: Option<CustomDomain>,
    variant: Option<String>,
    signing_key_command: Option<String>,
    #[serde(default)]
    signing_keys: Vec<String>,
    #[serde(default, deserialize_with = "lifetime")]
    lifetime: Option<Lifetime>,
}

impl From<ProfileFields> for ProfileTable {
    fn from(fields: ProfileFields) -> Self {
        let ProfileFields { account, token_command, token_variable, base_url, domain, variant, .. } = fields;
        let ProfileFields { signing_key_command, signing_keys, lifetime, .. } = fields;
        Self {
            account,
            token_command,
            token_variable,
            base_url,
            domain,
            variant,
            signing_key_command,
            signing_keys,
            lifetime,
        }
    }
}

fn account<'de, D: Deserializer<'de>>(from: D) -> Result<Option<AccountId>, D::Error> {
    AccountId::parse(&String::deserialize(from)?).map(Some).map_err(D::Error::custom)
}

fn base_url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Url>, D::Error> {
    parse_base("base_url", &String::deserialize(from)?).map(Some).map_err(D::Error::custom)
}

/// The path of the file, and whether it must exist: it must if the variable names it. `None` if there is no
/// home folder.
pub fn config_path(env: &dyn Fn(&str) -> Option<OsString>) -> Option<(PathBuf, bool)> {
    if let Some(named) = env(CONFIG).filter(|value| !value.is_empty()) {
        return Some((named.into(), true));
    }
    Some((choose_base_strategy().ok()?.config_dir().join("cfimg").join("config.toml"), false))
}

/// Reads the file. A missing file counts as empty, unless it `must_exist`.
pub fn read_config(path: &Path, must_exist: bool) -> Result<ConfigFile, Failure> {
    let unreadable = |why: String| {
        let hint = if must_exist {
            format!("{why}. Fix the file, or change {CONFIG}.")
        } else {
            format!("{why}. Fix or remove it, or set {CONFIG} to another file.")
        };
        Failure::new(FailureKind::Usage, format!("Couldn't read {}", display_path(path)), hint)
    };
    let text = match text(path) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(unreadable("It isn't a regular file".to_owned())),
        Err(error) if !must_exist && is_missing(&error) => return Ok(ConfigFile::default()),
        Err(error) => return Err(unreadable(format!("System error: {error}"))),
    };
    if text.len() as u64 > MAX_BYTES {
        return Err(unreadable("It is too large (limit 1 MiB)".to_owned()));
    }
    let text = String::from_utf8(text).map_err(|_| unreadable("It isn't UTF-8".to_owned()))?;
    let file = parse(&text).map_err(|error_at| {
        let what = format!(
            "{} has an error in line {}, column {}",
            display_path(path),
            error_at.line,
            error_at.column
        );
        Failure::new(FailureKind::Usage, what, error_at.hint)
    })?;
    let runs_commands =
        |profile: &ProfileFields| profile.signing_key_command.is_some() || profile.token_command.is_some();
    if file.signing_key_command.is_some() || file.profiles.values().any(runs_commands) {
        trust::check(path)?;
    }
    Ok(file)
}

/// A syntax error and its position. Lines and columns count from 1.
#[derive(Debug, PartialEq, Eq)]
struct ParseError {
    line: usize,
    column: usize,
    hint: String,
}

fn parse(text: &str) -> Result<ConfigFile, ParseError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        // The library's own message shows the line, which may hold a secret by mistake.
        let reason = cut_end(&sanitize(error.message().trim_end_matches('.')), 300).into_owned();
        let hint = if reason.starts_with("unknown field") {
            format!("Reason: {reason}. Don't put secrets in this file; use signing_key_command.")
        } else {
            format!("Reason: {reason}.")
        };
        ParseError {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            hint,
        }
    })
}

/// The file's bytes; `None` if it is not a regular file. Does not wait for a pipe or read a terminal.
fn text(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut options = File::options();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    let file = options.read(true).open(path)?;
    // Some use /dev/null for "no settings".
    if !file.metadata()?.is_file() && path != Path::new("/dev/null") {
        return Ok(None);
    }
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
    Ok(Some(text))
}

/// Whether the file does not exist. Some set `XDG_CONFIG_HOME=/dev/null` for "no settings".
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn lifetime<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Lifetime>, D::Error> {
    Lifetime::parse(&String::deserialize(from)?).map(Some).map_err(D::Error::custom)
}

fn parsed<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    String::deserialize(from)?.parse().map(Some).map_err(D::Error::custom)
}

/// The templates in alphabetical order: a TOML table has no order. Errors carry their position in the file.
fn templates<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, Template)>, D::Error> {
    let table = BTreeMap::<TemplateName, ParsedTemplate>::deserialize(from)?;
    Ok(table.into_iter().map(|(TemplateName(name), ParsedTemplate(template))| (name, template)).collect())
}

/// A template's name, which must not be that of a built-in format.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TemplateName(String);

struct ParsedTemplate(Template);

impl<'de> Deserialize<'de> for TemplateName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        match CopyAs::named(&name) {
            Some(_) => Err(D::Error::custom(format!("{name} is a built-in format; choose another name"))),
            None => Ok(Self(name)),
        }
    }
}

impl<'de> Deserialize<'de> for ParsedTemplate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Template::parse(&String::deserialize(from)?).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_parsed() {
        let file = parse(
            r#"
            signing_key_command = "pass show images"
            signing_keys = ["2026", "default"]
            lifetime = "7d"
            domain = "img.example.com"
            variant = "hero"
            picture = "sixel"
            theme = "light"
            marks = "ascii"
            history = false
            index = false
            cache_private = true
            mouse = false
            [templates]
            hugo = '{{{{< img src="{url|html}" >}}}}'
            a = "{id}"
            "#,
        )
        .unwrap();
        assert_eq!(file.signing_key_command.as_deref(), Some("pass show images"));
        assert_eq!(file.signing_keys, ["2026", "default"]);
        assert_eq!(file.lifetime, Some(Lifetime::Seconds(7 * 86400)));
        assert_eq!(file.domain.map(|domain| domain.to_string()).as_deref(), Some("img.example.com"));
        assert_eq!((file.variant.as_deref(), file.picture), (Some("hero"), Some(PictureChoice::Sixel)));
        assert_eq!((file.theme, file.marks), (Some(ThemeChoice::Light), Some(MarksChoice::Ascii)));
        assert_eq!((file.history, file.index, file.mouse), (Some(false), Some(false), Some(false)));
        assert_eq!(file.cache_private, Some(true));
        let names: Vec<_> = file.templates.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "hugo"]);
        assert!(parse("").unwrap().lifetime.is_none());
    }

    #[test]
    fn errors_have_line_and_column() {
        for (text, line, column, words) in [
            ("lifetime = \"1M\"", 1, 12, "units are lower-case"),
            ("lifetime = \"soon\"", 1, 12, "not a lifetime: use 90s"),
            ("\nindex = \"hush\"", 2, 9, "expected a boolean"),
            ("x = 1", 1, 1, "unknown field `x`"),
            ("signing_key = \"hush\"", 1, 1, "Don't put secrets in this file"),
            ("# ü\nvariant = ü", 2, 11, "Reason: "),
            ("domain = \"https://a.b\"", 1, 10, "img.example.com"),
            ("picture = \"sixels\"", 1, 11, "halfblocks"),
            ("theme = \"neon\"", 1, 9, "use auto, dark, light, ansi or mono"),
            ("[templates]\na = \"{id}\"\nurl = \"{url}\"", 3, 1, "url is a built-in format"),
            ("[templates]\na = \"{ulr}\"", 2, 5, "unknown placeholder {ulr}"),
            ("[templates]\n\na = 1", 3, 5, "expected a string"),
            ("templates = 1", 1, 13, "expected a map"),
            ("lifetime = \"1h\"\nlifetime = \"2h\"", 2, 1, "duplicate key"),
        ] {
            let error_at = parse(text).unwrap_err();
            assert_eq!((error_at.line, error_at.column), (line, column), "{text}: {}", error_at.hint);
            assert!(error_at.hint.contains(words), "{text}: {}", error_at.hint);
        }
    }

    #[test]
    fn missing_file_is_an_error_only_if_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(read_config(&path, false).is_ok());
        let missing = read_config(&path, true).unwrap_err();
        assert!(
            missing.kind == FailureKind::Usage && missing.to_string().contains("CFIMG_CONFIG"),
            "{missing}"
        );
        assert!(read_config(folder.path(), false).is_err(), "a folder");
        std::fs::write(&path, "").unwrap();
        assert!(
            read_config(&path.join("cfimg"), false).is_ok()
                && read_config(&path.join("cfimg"), true).is_err()
        );
        std::fs::write(&path, b"\xff").unwrap();
        assert!(read_config(&path, false).unwrap_err().to_string().contains("UTF-8"));
        std::fs::write(&path, "#".repeat(2 << 20)).unwrap();
        assert!(read_config(&path, false).unwrap_err().to_string().contains("limit 1 MiB"));
        std::fs::write(&path, "ü".repeat(1 << 20)).unwrap();
        assert!(read_config(&path, false).unwrap_err().to_string().contains("limit 1 MiB"));
        std::fs::write(&path, "variant = 'a'\nhush hush").unwrap();
        let error_at = read_config(&path, false).unwrap_err().to_string();
        assert!(
            error_at.contains("config.toml has an error in line 2, column ") && !error_at.contains("hush"),
            "{error_at}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn signing_key_command_in_writable_file_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let read = |text: &str, mode| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            read_config(&path, false)
        };
        assert!(read("signing_key_command = 'x'", 0o644).is_ok());
        assert!(read("variant = 'x'", 0o666).is_ok(), "no command in it");
        let refused = read("signing_key_command = 'x'", 0o666).unwrap_err();
        assert_eq!(refused.kind, FailureKind::Usage);
        assert!(refused.hint.contains(&format!("chmod go-w {}", display_path(&path))), "{refused}");
    }

    #[test]
    fn variable_names_the_config_file() {
        let path =
            |value: Option<&str>| config_path(&|name| value.filter(|_| name == CONFIG).map(OsString::from));
        assert_eq!(path(Some("/a/b.toml")), Some(("/a/b.toml".into(), true)));
        let system = path(Some("")).unwrap();
        assert!(system.0.ends_with("cfimg/config.toml") && !system.1, "{system:?}");
    }
}
