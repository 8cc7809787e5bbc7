//! Reads `config.toml`. It contains no secrets, only commands that print them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy as _, choose_base_strategy};
use toml::Spanned;

use super::display_path::display_path;
use super::profile_table::ProfileTable;
use super::setting::{
    CACHE_PRIVATE, DOMAIN, HISTORY, INDEX, KEY_SOURCES, LIFETIME, MARKS, MOUSE, PICTURE, PROFILE,
    SIGNING_KEY_COMMAND, SIGNING_KEYS, VARIANT,
};
use super::table_reader::{TOP_LEVEL, TableReader};
use super::text_file::{Unreadable, is_missing, read_text};
use super::theme_setting::{self, ThemeNames};
use super::toml_file::TomlFile;
use super::{command_section, key_section, profile_section, template_section, trust};
use crate::domain::copy_as::Template;
use crate::domain::{
    CustomCommand, CustomDomain, Failure, FailureKind, KeyEntry, Lifetime, MarksChoice, PictureChoice,
};

/// The path of the file, instead of `cfimg/config.toml` in the system's configuration folder.
const CONFIG: &str = "CFIMG_CONFIG";

/// The contents of the file, with their places in it. `None` if a setting is not in it, or is wrong.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    /// A shell command that prints the signing key.
    pub(super) signing_key_command: Option<Spanned<String>>,
    /// Names of signing keys, newest first.
    pub(super) signing_keys: Option<Spanned<Vec<Spanned<String>>>>,
    /// How long signed URLs are valid.
    pub(super) lifetime: Option<Spanned<Lifetime>>,
    /// The custom domain of URLs.
    pub(super) domain: Option<Spanned<CustomDomain>>,
    /// The default variant.
    pub(super) variant: Option<Spanned<String>>,
    pub(super) picture: Option<Spanned<PictureChoice>>,
    pub(super) theme: Option<ThemeNames>,
    pub(super) marks: Option<Spanned<MarksChoice>>,
    /// Whether lookups are stored.
    pub(super) history: Option<Spanned<bool>>,
    /// Whether the list is stored.
    pub(super) index: Option<Spanned<bool>>,
    /// Whether thumbnails of images that are not public are stored too.
    pub(super) cache_private: Option<Spanned<bool>>,
    /// Whether the program uses the mouse.
    pub(super) mouse: Option<Spanned<bool>>,
    /// The default profile.
    pub(super) profile: Option<Spanned<String>>,
    /// The profile in use. `None` if none is in use.
    pub(super) profile_in_use: Option<String>,
    /// Profiles, by name.
    pub(super) profiles: BTreeMap<String, ProfileTable>,
    /// Templates for copying, by name.
    pub(super) templates: Vec<(String, Template)>,
    /// Keys of actions.
    pub(super) keys: Vec<KeyEntry>,
    pub(super) commands: Vec<CustomCommand>,
}

/// The path of the file, and whether it must exist: it must if the variable names it. `None` if there is no
/// home folder.
pub fn config_path(env: &dyn Fn(&str) -> Option<OsString>) -> Option<(PathBuf, bool)> {
    if let Some(named) = env(CONFIG).filter(|value| !value.is_empty()) {
        return Some((named.into(), true));
    }
    Some((choose_base_strategy().ok()?.config_dir().join("cfimg").join("config.toml"), false))
}

/// The name of the profile in use, by the file's setting `profile`.
type InUse<'a> = &'a dyn Fn(Option<&str>) -> Option<String>;

/// Reads the file. A missing file counts as empty, unless it `must_exist`. Mistakes in the profile in use are fatal.
pub(super) fn read_config(
    path: &Path,
    must_exist: bool,
    in_use: InUse<'_>,
) -> Result<(TomlFile, ConfigFile), Failure> {
    let unreadable = |why: &Unreadable| {
        let hint = if why.has_advice() {
            why.to_string()
        } else if must_exist {
            format!("{why} Fix the file, or change {CONFIG}.")
        } else {
            format!("{why} Fix or remove it, or set {CONFIG} to another file.")
        };
        Failure::new(FailureKind::Usage, format!("Couldn't read {}", display_path(path)), hint)
    };
    let text = match read_text(path) {
        Ok(text) => text,
        Err(Unreadable::System(error)) if !must_exist && is_missing(&error) => String::new(),
        Err(why) => return Err(unreadable(&why)),
    };
    let (file, config) = TomlFile::parse(path, text, TOP_LEVEL, |table| read(table, in_use));
    check_trust(path, &config)?;
    Ok((file, config))
}

/// Fails if others could have written a file that runs commands, or that decides where a token is sent.
fn check_trust(path: &Path, config: &ConfigFile) -> Result<(), Failure> {
    let has = |what: fn(&ProfileTable) -> bool| config.profiles.values().any(what);
    let is_own = config.signing_key_command.is_some() || !config.commands.is_empty();
    if is_own || has(ProfileTable::runs_command) {
        trust::check(path)
    } else if has(ProfileTable::sends_token) {
        trust::check_for(path, &format!("{} decides where an API token is sent", display_path(path)))
    } else {
        Ok(())
    }
}

fn read(table: &mut TableReader<'_, '_>, in_use: InUse<'_>) -> ConfigFile {
    table.fail_on(KEY_SOURCES.iter().copied().chain([PROFILE.name]));
    table.hide(KEY_SOURCES);
    let profile = table.string(PROFILE.name);
    let in_use = in_use(profile.as_ref().map(|name| name.get_ref().as_str()));
    let profiles =
        table.table("profiles", "profile", |table| profile_section::read(table, in_use.as_deref()));
    ConfigFile {
        signing_key_command: table.string(SIGNING_KEY_COMMAND.name),
        signing_keys: table.strings(SIGNING_KEYS.name),
        lifetime: table.parsed_by(LIFETIME.name, Lifetime::parse),
        domain: table.parsed(DOMAIN.name),
        variant: table.string(VARIANT.name),
        picture: table.choice(PICTURE.name, &PictureChoice::ALL),
        theme: theme_setting::read(table),
        marks: table.choice(MARKS.name, &MarksChoice::ALL),
        history: table.boolean(HISTORY.name),
        index: table.boolean(INDEX.name),
        cache_private: table.boolean(CACHE_PRIVATE.name),
        mouse: table.boolean(MOUSE.name),
        profile,
        profile_in_use: in_use,
        profiles: profiles.unwrap_or_default(),
        templates: table.table("templates", "template", template_section::read).unwrap_or_default(),
        keys: table.table("keys", "action", key_section::read).unwrap_or_default(),
        commands: table.table("commands", "command", command_section::read).unwrap_or_default(),
    }
}

/// Parses a text as `config.toml`.
#[cfg(test)]
pub(super) fn parse(text: &str) -> (TomlFile, ConfigFile) {
    TomlFile::parse(Path::new("config.toml"), text.to_owned(), TOP_LEVEL, |table| read(table, &|_| None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::toml_file::line_around;

    /// The settings in this text, and its mistakes as `LINE:COLUMN MESSAGE (HELP)`.
    fn described(text: &str) -> (ConfigFile, Vec<String>) {
        let (file, config) = parse(text);
        let described = file.mistakes().iter().map(|mistake| {
            let line = line_around(text, mistake.span.start);
            let column = text[line.start..mistake.span.start].chars().count() + 1;
            let help = mistake.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
            let fatal = if mistake.fatal { "fatal " } else { "" };
            format!("{}:{column} {fatal}{}{help}", file.line_at(line.start), mistake.message)
        });
        let described = described.collect();
        (config, described)
    }

    #[test]
    fn every_setting_is_parsed() {
        let (file, mistakes) = described(
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
            [keys]
            sort = []
            copy = ["y", "ctrl-y"]
            open = "o"
            "#,
        );
        assert_eq!(mistakes, [""; 0]);
        let inner = |value: Option<Spanned<bool>>| value.map(Spanned::into_inner);
        assert_eq!(file.signing_key_command.unwrap().get_ref(), "pass show images");
        let keys = file.signing_keys.unwrap().into_inner();
        assert_eq!(keys.iter().map(|key| key.get_ref().as_str()).collect::<Vec<_>>(), ["2026", "default"]);
        assert_eq!(file.lifetime.unwrap().into_inner(), Lifetime::Seconds(7 * 86400));
        assert_eq!(file.domain.unwrap().into_inner().to_string(), "img.example.com");
        assert_eq!(file.variant.unwrap().get_ref(), "hero");
        assert_eq!(file.picture.unwrap().into_inner(), PictureChoice::Sixel);
        assert_eq!(file.theme.unwrap().dark.get_ref(), "light");
        assert_eq!(file.marks.unwrap().into_inner(), MarksChoice::Ascii);
        assert_eq!([file.history, file.index, file.mouse].map(inner), [Some(false); 3]);
        assert_eq!(inner(file.cache_private), Some(true));
        let names: Vec<_> = file.templates.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "hugo"]);
        let keys = file.keys.iter().map(|entry| {
            let keys: Vec<_> = entry.keys.iter().map(|(key, _)| key.as_str()).collect();
            format!("{} {keys:?}", entry.action)
        });
        assert_eq!(keys.collect::<Vec<_>>(), ["sort []", r#"copy ["y", "ctrl-y"]"#, r#"open ["o"]"#]);
        assert!(parse("").1.lifetime.is_none());
    }

    #[test]
    fn mistakes_have_place_and_help() {
        for (text, expected) in [
            ("lifetime = \"1M\"", "1:12 units are lower-case (s, m (minutes), h or d; write a month as 30d)"),
            ("lifetime = \"soon\"", "1:12 not a lifetime (use 90s, 15m, 1h, 7d or never)"),
            ("lifetime = 3600", "1:12 expected a string, not a number"),
            ("\nindex = \"hush\"", "2:9 expected true or false, not a string"),
            ("index = \"true\"", "1:9 expected true or false, not a string (remove the quotes)"),
            ("x = 1", "1:1 unknown setting"),
            ("work = { account = \"\" }", "1:1 unknown setting (did you mean `[profiles.work]`?)"),
            ("[work]\naccount = \"\"", "1:2 unknown setting (did you mean `[profiles.work]`?)"),
            ("copy = \"y\"", "1:1 unknown setting (put it below `[keys]`)"),
            ("pictur = \"kitty\"", "1:1 unknown setting (did you mean `picture`?)"),
            (
                "signing_key = \"hush\"",
                "1:1 fatal unknown setting (don't put secrets in this file; use signing_key_command)",
            ),
            ("api_token = \"hush\"", "1:1 unknown setting (don't put secrets in this file)"),
            (
                "signing_key_comand = \"hush\"",
                "1:1 fatal unknown setting (did you mean `signing_key_command`?)",
            ),
            ("signing_key_command = 1", "1:23 fatal expected a string, not a number"),
            ("signing_key_command = pass", "1:23 fatal a string must be in quotes"),
            (
                "signing_keys = \"default\"",
                "1:16 fatal expected an array of strings, not a string (put it in brackets)",
            ),
            ("signing_keys = [1]", "1:17 fatal expected a string, not a number"),
            ("# ü\nvariant = ü", "2:11 a string must be in quotes"),
            ("variant = hero", "1:11 a string must be in quotes"),
            ("variant", "1:8 missing `=`"),
            ("variant =\nmouse = false", "1:10 missing value"),
            ("variant = \"hero\nmouse = false", "1:16 invalid basic string, expected `\"`"),
            ("hush hush\nmouse = 1", "1:6 missing `=`\n2:9 expected true or false, not a number"),
            (
                "domain = \"https://a.b\"",
                "1:10 not a domain (use a host name such as img.example.com, without https:// or a path)",
            ),
            ("picture = \"sixels\"", "1:11 unknown value (did you mean `sixel`?)"),
            ("theme = 1", "1:9 expected a string, not a number"),
            ("theme = { drak = \"light\" }", "1:11 unknown background (did you mean `dark`?)"),
            (
                "[templates]\na = \"{id}\"\nurl = \"{url}\"",
                "3:1 a built-in format has this name (choose another name)",
            ),
            (
                "[templates]\na = \"{ulr}\"",
                "2:5 unknown placeholder {ulr} (use {url}, {id}, {name}, {variant}, {width}, {height} or {alt}; write a literal brace twice: {{)",
            ),
            ("[templates]\n\na = 1", "3:5 expected a string, not a number"),
            ("[template]\na = 1", "1:2 unknown setting (did you mean `templates`?)"),
            ("templates = 1", "1:13 expected a table, not a number"),
            (
                "[keys]\ncopy = 1\nopen = [\"o\", 2]",
                "2:8 expected a string or an array of strings, not a number\n3:14 expected a string, not a number",
            ),
            ("lifetime = \"1h\"\nlifetime = \"2h\"", "2:1 duplicate key"),
            (
                "[templates]\na = \"{id}\"\n[templates]\nb = 1",
                "3:2 duplicate key\n4:5 expected a string, not a number",
            ),
        ] {
            assert_eq!(described(text).1.join("\n"), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_fatal_where_they_belong_to_the_profile_in_use() {
        for (text, fatal, count) in [
            ("[profiles.a]\nx = 1\n  [templates]\nb = 1", "2", 2),
            ("profiles.a.x = 1\nthme = 1\n[templates]\nb = 1", "1", 3),
            ("[profiles]\na = { x = 1 }\nb = { x = 1 }", "2", 2),
            ("[profiles.a]\nsigning_keys = [\n[\"x\"]]\nx = 1", "3 4", 2),
            ("[profiles.a.account]\nx = 1\n[profiles.b]\nx = 1", "1", 2),
            ("[profiles.a]\naccount\n[profiles.b]\naccount\n[keys]\naccount", "2", 3),
            ("[profiles.b]\nsigning_keys = x", "", 1),
            ("[profiles]\na = { token_variable = x }\nb = { token_variable = x }", "2", 2),
            ("[profiles.a]\ntoken_command = '''\nhush\nhush''' x", "4", 1),
            ("signing_key_command = '''\nhush\nhush''' x", "3", 1),
            ("variant = '''\nhush\nhush''' x", "", 1),
        ] {
            let in_use = |_: Option<&str>| Some("a".to_owned());
            let read = |table: &mut TableReader<'_, '_>| read(table, &in_use);
            let (file, _) = TomlFile::parse(Path::new("config.toml"), text.to_owned(), TOP_LEVEL, read);
            let is_fatal = file.mistakes().iter().filter(|mistake| mistake.fatal);
            let lines: Vec<_> =
                is_fatal.map(|mistake| file.line_at(mistake.span.start).to_string()).collect();
            assert_eq!((lines.join(" ").as_str(), file.mistakes().len()), (fatal, count), "{text}\n{file:?}");
        }
    }

    #[test]
    fn other_encoding_has_one_advice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, b"\xff\xfea\0").unwrap();
        assert_eq!(read_config(&path, false, &|_| None).unwrap_err().hint, "It is UTF-16. Save it as UTF-8.");
    }

    #[test]
    fn missing_file_is_an_error_only_if_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(read_config(&path, false, &|_| None).is_ok());
        let missing = read_config(&path, true, &|_| None).unwrap_err();
        assert!(
            missing.kind == FailureKind::Usage && missing.to_string().contains("CFIMG_CONFIG"),
            "{missing}"
        );
        assert!(read_config(folder.path(), false, &|_| None).is_err(), "a folder");
        std::fs::write(&path, "").unwrap();
        assert!(
            read_config(&path.join("cfimg"), false, &|_| None).is_ok()
                && read_config(&path.join("cfimg"), true, &|_| None).is_err()
        );
        std::fs::write(&path, b"\xff").unwrap();
        assert!(read_config(&path, false, &|_| None).unwrap_err().to_string().contains("UTF-8"));
        std::fs::write(&path, "#".repeat(2 << 20)).unwrap();
        assert!(read_config(&path, false, &|_| None).unwrap_err().to_string().contains("limit 1 MiB"));
        std::fs::write(&path, "ü".repeat(1 << 20)).unwrap();
        assert!(read_config(&path, false, &|_| None).unwrap_err().to_string().contains("limit 1 MiB"));
        std::fs::write(&path, "variant = 'a'\nhush hush").unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn writable_file_that_runs_commands_or_sends_tokens_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let read = |text: &str, mode| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            read_config(&path, false, &|_| None)
        };
        assert!(read("variant = 'x'\n[profiles.a]\nvariant = 'x'", 0o666).is_ok(), "no command in it");
        for text in [
            "signing_key_command = 'x'",
            "commands.x.run = 'x'",
            "[profiles.a]\nsigning_key_command = 'x'",
            "[profiles.a]\ntoken_command = 'x'",
            "[profiles.a]\ntoken_variable = 'X'",
            "[profiles.a]\nbase_url = 'https://x.example'",
        ] {
            assert!(read(text, 0o644).is_ok());
            let refused = read(text, 0o666).expect_err(text);
            assert_eq!(refused.kind, FailureKind::Usage);
            assert!(refused.hint.contains(&format!("chmod go-w {}", display_path(&path))), "{refused}");
            assert_eq!(refused.hint.contains("runs commands"), text.contains("command"), "{refused}");
        }
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
