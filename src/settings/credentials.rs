//! The credentials file: the tokens that `cfimg login` stored, by profile.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;
use toml::Spanned;
use url::Url;

use super::connection::parse_base;
use super::display_path::display_path;
use super::table_reader::TableReader;
use super::text_file::{Unreadable, is_missing, read_text};
use super::toml_file::{TomlFile, line_around};
use super::trust;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Secret, redacted};
use crate::domain::token_mistake::parse_token;
use crate::domain::width::cut_end;
use crate::domain::{AccountId, Failure, FailureKind, Mistake};

/// The file's name, beside `config.toml`.
pub const FILE_NAME: &str = "credentials.toml";

/// The first lines of the file.
const HEADER: &str = "# Tokens of `cfimg login`. `cfimg logout` removes them. Keep this file secret.\n";

/// The entries of a table. Their values are never shown.
const ENTRIES: &[&str] = &["token", "account", "account_name", "base_url"];

/// The contents of the credentials file.
#[derive(Default)]
pub struct CredentialsFile {
    /// By the name of the profile. An error says what is wrong with its table, without any of its text.
    pub profiles: BTreeMap<String, Result<StoredLogin, Failure>>,
    /// Whether other users can read the file.
    pub is_readable_by_others: bool,
    path: PathBuf,
    text: Zeroizing<String>,
    /// The first bytes of the lines with the names of profiles, in the order of the file.
    starts: Vec<(String, usize)>,
}

/// What `cfimg login` stores of a profile.
#[derive(Debug, Clone)]
pub struct StoredLogin {
    pub token: Secret,
    pub account: Option<AccountId>,
    /// The account's name when it was stored: untrusted text.
    pub account_name: Option<String>,
    /// `None` for Cloudflare's own.
    pub base_url: Option<Url>,
}

impl CredentialsFile {
    /// Reads the file. A missing file has no profiles. Fails if others could have written it. No error contains any of
    /// the file's text.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = match read_text(path) {
            Ok(text) => text,
            Err(Unreadable::System(error)) if is_missing(&error) => {
                return Ok(Self { path: path.to_owned(), ..Self::default() });
            }
            Err(why) => return Err(unreadable(path, why.to_string().trim_end_matches('.'))),
        };
        trust::check_for(path, &format!("cfimg uses the tokens in {}", display_path(path)))?;
        let file = Self::parse(path, text)?;
        Ok(Self { is_readable_by_others: is_readable_by_others(path), ..file })
    }

    /// Reads the file, changes it and writes it, while no other cfimg does so.
    pub fn update<T>(
        path: &Path,
        change: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _lock = lock(path);
        let mut file = Self::read(path)?;
        let result = change(&mut file)?;
        file.write()?;
        Ok(result)
    }

    /// Stores a login instead of the profile's table.
    pub fn insert(&mut self, name: &str, login: &StoredLogin) -> Result<(), Failure> {
        let mut text = self.without(name);
        if text.is_empty() {
            text.push_str(HEADER);
        }
        let table = Zeroizing::new(login.to_toml(name));
        let length = text.trim_end().len();
        text.truncate(length);
        _ = write!(text, "\n\n{}", *table);
        self.replace_text(&text, |file| matches!(file.profiles.get(name), Some(Ok(_))))
    }

    /// Removes the profile's table, whatever is in it. Returns whether there was one.
    pub fn remove(&mut self, name: &str) -> Result<bool, Failure> {
        if !self.profiles.contains_key(name) {
            return Ok(false);
        }
        let text = self.without(name);
        self.replace_text(&text, |file| !file.profiles.contains_key(name))?;
        Ok(true)
    }

    fn parse(path: &Path, text: String) -> Result<Self, Failure> {
        let read = |table: &mut TableReader<'_, '_>| {
            let names = table.names().into_iter();
            names.map(|(name, span)| (login(table, &name, &span), name, span)).collect::<Vec<_>>()
        };
        let (toml, mut tables) = TomlFile::parse(path, text, "entry", read);
        tables.sort_by_key(|(.., span)| span.start);
        let start = |at| line_around(toml.text(), at).start;
        let starts: Vec<_> = tables.iter().map(|(_, name, span)| (name.clone(), start(span.start))).collect();
        let mut mistakes: Vec<Vec<String>> = vec![Vec::new(); tables.len()];
        for mistake in toml.mistakes() {
            let line = toml.line_at(mistake.span.start);
            match starts.iter().rposition(|(_, start)| *start <= mistake.span.start) {
                Some(table) => {
                    let help = mistake.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
                    mistakes[table].push(format!("line {line}: {}{help}", mistake.message));
                }
                None => return Err(unreadable(path, &format!("It has a syntax error in line {line}"))),
            }
        }
        let profiles = tables.into_iter().zip(mistakes).map(|((login, name, _), mistakes)| {
            let login = login.filter(|_| mistakes.is_empty()).ok_or_else(|| unusable(path, &name, &mistakes));
            (name, login)
        });
        Ok(Self {
            profiles: profiles.collect(),
            is_readable_by_others: false,
            path: path.to_owned(),
            starts,
            text: Zeroizing::new(toml.text().to_owned()),
        })
    }

    /// The text without a profile's table. Everything else stays as it is.
    fn without(&self, name: &str) -> Zeroizing<String> {
        let Some(at) = self.starts.iter().position(|(of, _)| of == name) else {
            return self.text.clone();
        };
        let start = self.starts[at].1;
        let end = self.starts.get(at + 1).map_or(self.text.len(), |(_, next)| *next);
        // Comments above the next table are that table's.
        let is_content = |line: &&str| !matches!(line.trim_start().bytes().next(), None | Some(b'#'));
        let lines: Vec<&str> = self.text[start..end].split_inclusive('\n').collect();
        let length = lines.iter().rposition(is_content).map_or(0, |last| last + 1);
        let end = start + lines[..length].iter().map(|line| line.len()).sum::<usize>();
        let rest = self.text[end..].trim_start_matches(['\r', '\n']);
        Zeroizing::new([&self.text[..start], rest].concat())
    }

    /// Fails if the new text isn't as intended, as after a syntax error above it.
    fn replace_text(&mut self, text: &str, is_right: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let file = Self::parse(&self.path, text.to_owned())?;
        if !is_right(&file) {
            return Err(unreadable(&self.path, "It has a mistake above this profile"));
        }
        *self = Self { is_readable_by_others: self.is_readable_by_others, ..file };
        Ok(())
    }

    /// Replaces the file, so that only its owner can read it. Without profiles, removes it.
    fn write(&self) -> Result<(), Failure> {
        self.try_write().map_err(|error| {
            let what = format!("Couldn't write {}", display_path(&self.path));
            Failure::other(what, format!("System error: {error}. Check the permissions of its folder."))
        })
    }

    fn try_write(&self) -> io::Result<()> {
        if self.profiles.is_empty() {
            // A link's target is removed, not the link.
            return match fs::remove_file(target(&self.path)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        // A link's target is replaced, not the link.
        let target = target(&self.path);
        let folder = folder(&target);
        create_folder(folder)?;
        // Its mode is 0600 from the start.
        let mut file = tempfile::Builder::new().prefix(".cfimg-").tempfile_in(folder)?;
        file.write_all(self.text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&target)?;
        Ok(())
    }
}

impl StoredLogin {
    fn to_toml(&self, name: &str) -> String {
        let mut text = format!("[{}]\ntoken = {}\n", quoted(name), quoted(self.token.expose()));
        let entries = [
            ("account", self.account.as_ref().map(ToString::to_string)),
            ("account_name", self.account_name.clone()),
            ("base_url", self.base_url.as_ref().map(ToString::to_string)),
        ];
        for (entry, value) in entries {
            if let Some(value) = value {
                _ = writeln!(text, "{entry} = {}", quoted(&value));
            }
        }
        text
    }
}

impl fmt::Debug for CredentialsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsFile").field("profiles", &self.profiles).finish_non_exhaustive()
    }
}

/// The path of the credentials file for this `config.toml`.
pub fn credentials_path(config: &Path) -> PathBuf {
    config.with_file_name(FILE_NAME)
}

fn unreadable(path: &Path, why: &str) -> Failure {
    let hint = format!("{why}. Fix or remove the file, then run `cfimg login`.");
    Failure::new(FailureKind::Credentials, format!("Couldn't read {}", display_path(path)), hint)
}

/// The failure of a profile whose table has mistakes.
fn unusable(path: &Path, name: &str, mistakes: &[String]) -> Failure {
    let name = cut_end(&sanitize(&redacted(name)), 64).into_owned();
    let hint = format!(
        "{}, {}. Run `cfimg login --profile {name}` to replace it, or `cfimg logout --profile {name}` to remove it.",
        display_path(path),
        mistakes.join("; "),
    );
    let what = format!("The stored login of profile {name} can't be used");
    Failure::new(FailureKind::Credentials, what, hint)
}

/// A profile's table. `None` if it has mistakes.
fn login(file: &mut TableReader<'_, '_>, name: &str, span: &Range<usize>) -> Option<StoredLogin> {
    let read = |table: &mut TableReader<'_, '_>| {
        table.hide(ENTRIES);
        if !table.names().iter().any(|(name, _)| name == "token") {
            table.report("token", Mistake::new(span.clone(), "the token is missing"));
        }
        let token = table.parsed_by("token", |text| {
            parse_token(text).map_err(|why| format!("not an API token. {}", why.what()))
        });
        let account = table.parsed_by("account", |text| {
            AccountId::parse(text).map_err(|_| "not an account ID of 32 hexadecimal digits")
        });
        let account_name = table.string("account_name");
        let base_url =
            table.parsed_by("base_url", |text| parse_base("base_url", text).map_err(|_| "not a base URL"));
        Some(StoredLogin {
            token: token?.into_inner(),
            account: account.map(Spanned::into_inner),
            account_name: account_name.map(Spanned::into_inner),
            base_url: base_url.map(Spanned::into_inner),
        })
    };
    file.table(name, "entry", read).flatten()
}

/// The file that a link leads to.
fn target(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Locks the folder of the file until it is dropped. `None` if the system can't.
fn lock(path: &Path) -> Option<File> {
    let target = target(path);
    let folder = folder(&target);
    create_folder(folder).ok()?;
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

/// A basic string of TOML, which is also valid as a key.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(token: &str) -> StoredLogin {
        StoredLogin {
            token: Secret::parse(token).unwrap(),
            account: None,
            account_name: Some("Pictures \"of\"\n\u{1b}[31m \\ everything".to_owned()),
            base_url: None,
        }
    }

    fn insert(path: &Path, name: &str, login: &StoredLogin) {
        CredentialsFile::update(path, |file| file.insert(name, login)).unwrap();
    }

    fn remove(path: &Path, name: &str) -> bool {
        CredentialsFile::update(path, |file| file.remove(name)).unwrap()
    }

    /// Writes a file that only its owner can write.
    fn private(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    #[test]
    fn written_logins_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/cfimg").join(FILE_NAME);
        assert!(CredentialsFile::read(&path).unwrap().profiles.is_empty(), "a missing file");
        let account = AccountId::parse("023e105f4ecef8ad9ca31a8372d0c353").unwrap();
        let base_url = Url::parse("http://127.0.0.1:1/client/v4").unwrap();
        insert(&path, "default", &login("cfut_hush"));
        let work = StoredLogin {
            account: Some(account.clone()),
            base_url: Some(base_url.clone()),
            ..login("cfat_hush")
        };
        insert(&path, "work", &work);
        let read = CredentialsFile::read(&path).unwrap();
        assert_eq!(read.profiles.keys().collect::<Vec<_>>(), ["default", "work"]);
        let work = read.profiles["work"].as_ref().unwrap();
        assert_eq!((work.account.as_ref(), work.base_url.as_ref()), (Some(&account), Some(&base_url)));
        assert_eq!((work.token.expose(), &work.account_name), ("cfat_hush", &login("x").account_name));
        assert!(read.profiles["default"].as_ref().unwrap().account.is_none() && !read.is_readable_by_others);
        let names: Vec<_> =
            fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME], "no temporary file is left");
        assert!(!format!("{read:?}").contains("hush"));
        assert_eq!(
            [remove(&path, "work"), remove(&path, "work"), remove(&path, "default")],
            [true, false, true]
        );
        assert!(!path.exists(), "without profiles there is no file");
    }

    #[test]
    fn other_tables_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let other = "# Mine.\n[a]\ntoken = 't' # new\nnew = [1]\n\n[bad]\ntoken = 7\n";
        private(&path, &format!("{HEADER}\n[b]\ntoken = 'old'\n\n{other}"));
        insert(&path, "b", &StoredLogin { account_name: None, ..login("new") });
        let b = "\n[\"b\"]\ntoken = \"new\"\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEADER}\n{other}{b}"));
        assert!(remove(&path, "bad"), "a table with mistakes");
        let other = other.split("[bad]").next().unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            format!("{HEADER}\n{other}[\"b\"]\ntoken = \"new\"\n")
        );
        // What comes after an open string would be part of it.
        private(&path, "[a]\ntoken = \"\"\"\n");
        let inserted = CredentialsFile::update(&path, |file| file.insert("b", &login("new")));
        assert!(inserted.is_err() && fs::read_to_string(&path).unwrap() == "[a]\ntoken = \"\"\"\n");
    }

    #[test]
    fn simultaneous_updates_are_all_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::thread::scope(|scope| {
            for number in 0..8 {
                let path = &path;
                scope.spawn(move || insert(path, &format!("p{number}"), &login("t")));
            }
        });
        assert_eq!(CredentialsFile::read(&path).unwrap().profiles.len(), 8);
    }

    #[test]
    fn mistakes_disable_only_their_profile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let mut messages = String::new();
        for text in [
            "token = \"hush\nx = 1",
            "token = 7\naccount = 'hush'",
            "account = '023e105f4ecef8ad9ca31a8372d0c353'",
            "token = 't'\nbase_url = 'http://hush.example'",
            "token = 't'\nbase_ulr = 'https://hush.example'",
            "token = 'cfk_hush'",
            "token = 't'\n[hush",
        ] {
            private(&path, &format!("[good]\ntoken = 't'\n[a]\n{text}\n[last]\ntoken = 't'"));
            let file = CredentialsFile::read(&path).unwrap();
            assert!(file.profiles["good"].is_ok() && file.profiles["last"].is_ok(), "{text}: {file:?}");
            let failure = file.profiles["a"].as_ref().unwrap_err();
            assert_eq!(failure.kind, FailureKind::Credentials);
            let hint = failure.hint.split_once(", ").unwrap().1;
            writeln!(messages, "{}", hint.split(" Run").next().unwrap()).unwrap();
        }
        assert!(!messages.contains("hush"), "{messages}");
        insta::assert_snapshot!(messages, @r#"
        line 4: invalid basic string, expected `"`; line 5: unknown entry.
        line 4: expected a string, not a number; line 5: not an account ID of 32 hexadecimal digits.
        line 3: the token is missing.
        line 5: not a base URL.
        line 5: unknown entry (did you mean `base_url`?).
        line 4: not an API token. It is a global API key.
        line 5: unclosed table, expected `]`.
        "#);
    }

    #[test]
    fn file_that_cannot_be_read_is_reported_without_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        private(&path, "[hush\ntoken = 'hush'\n[a]\ntoken = 't'");
        let failure = CredentialsFile::read(&path).unwrap_err();
        assert!(failure.hint.contains("line 1") && !failure.to_string().contains("hush"), "{failure}");
        private(&path, "a = 'hush'");
        let file = CredentialsFile::read(&path).unwrap();
        assert!(file.profiles["a"].as_ref().is_err_and(|failure| failure.hint.contains("expected a table")));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(CredentialsFile::read(&path).unwrap_err().hint.contains("folder"));
    }

    #[cfg(unix)]
    #[test]
    fn logout_removes_the_file_behind_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join(FILE_NAME), folder.path().join("target.toml"));
        private(&target, "[a]\ntoken = 'hush'");
        std::os::unix::fs::symlink(&target, &path).unwrap();
        CredentialsFile::update(&path, |file| file.remove("a")).unwrap();
        assert!(!target.exists());
    }

    #[cfg(unix)]
    #[test]
    fn permissions_of_the_file_are_checked() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cfimg").join(FILE_NAME);
        insert(&path, "default", &login("hush"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(0o644);
        assert!(CredentialsFile::read(&path).unwrap().is_readable_by_others);
        set(0o666);
        let failure = CredentialsFile::read(&path).unwrap_err();
        assert!(failure.hint.contains("chmod go-w") && !failure.to_string().contains("hush"), "{failure}");
        // A new login repairs the permissions.
        set(0o644);
        insert(&path, "default", &login("hush"));
        assert_eq!(mode(&path), 0o600);
    }
}
