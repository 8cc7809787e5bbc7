//! The credentials file: the tokens that `cfimg login` stored, by profile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use url::Url;

use super::connection::parse_base;
use super::display_path::display_path;
use super::text_file::{Unreadable, is_missing, read_text};
use super::trust;
use crate::domain::secret::Secret;
use crate::domain::token_mistake::parse_token;
use crate::domain::{AccountId, Failure, FailureKind};

/// The file's name, beside `config.toml`.
pub const FILE_NAME: &str = "credentials.toml";

/// The first lines of the file.
const HEADER: &str = "# Tokens of `cfimg login`. `cfimg logout` removes them. Keep this file secret.\n";

/// The contents of the credentials file.
#[derive(Debug, Default)]
pub struct CredentialsFile {
    pub profiles: BTreeMap<String, StoredLogin>,
    /// Whether other users can read the file.
    pub is_readable_by_others: bool,
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
        let unreadable = |why: String| {
            let hint = format!("{why}. Fix or remove the file, then run `cfimg login`.");
            Failure::new(FailureKind::Credentials, format!("Couldn't read {}", display_path(path)), hint)
        };
        let text = match read_text(path) {
            Ok(text) => text,
            Err(Unreadable::System(error)) if is_missing(&error) => return Ok(Self::default()),
            Err(why) => return Err(unreadable(why.to_string().trim_end_matches('.').to_owned())),
        };
        trust::check_for(path, &format!("cfimg uses the tokens in {}", display_path(path)))?;
        let table = DeTable::parse(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            unreadable(format!("It has a syntax error in line {line}"))
        })?;
        let mut profiles = BTreeMap::new();
        for (name, value) in table.get_ref() {
            let name = name.get_ref().to_string();
            let login = login(&name, value.get_ref()).map_err(unreadable)?;
            profiles.insert(name, login);
        }
        Ok(Self { profiles, is_readable_by_others: is_readable_by_others(path) })
    }

    /// Replaces the file, so that only its owner can read it. Without profiles, removes it.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        self.try_write(path).map_err(|error| {
            let what = format!("Couldn't write {}", display_path(path));
            Failure::other(what, format!("System error: {error}. Check the permissions of its folder."))
        })
    }

    fn try_write(&self, path: &Path) -> io::Result<()> {
        if self.profiles.is_empty() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        // A link's target is replaced, not the link.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        create_folder(folder)?;
        // Its mode is 0600 from the start.
        let mut file = tempfile::Builder::new().prefix(".cfimg-").tempfile_in(folder)?;
        file.write_all(self.to_toml().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&target)?;
        Ok(())
    }

    fn to_toml(&self) -> String {
        let mut text = HEADER.to_owned();
        for (name, login) in &self.profiles {
            _ = writeln!(text, "\n[{}]\ntoken = {}", quoted(name), quoted(login.token.expose()));
            let fields = [
                ("account", login.account.as_ref().map(ToString::to_string)),
                ("account_name", login.account_name.clone()),
                ("base_url", login.base_url.as_ref().map(ToString::to_string)),
            ];
            for (field, value) in fields {
                if let Some(value) = value {
                    _ = writeln!(text, "{field} = {}", quoted(&value));
                }
            }
        }
        text
    }
}

/// The path of the credentials file for this `config.toml`.
pub fn credentials_path(config: &Path) -> PathBuf {
    config.with_file_name(FILE_NAME)
}

/// One table of the file. The error is a sentence without its full stop.
fn login(name: &str, value: &DeValue<'_>) -> Result<StoredLogin, String> {
    let shown = crate::domain::sanitize::sanitize(name).into_owned();
    let DeValue::Table(table) = value else { return Err(format!("{shown} isn't a table")) };
    let field = |field: &str| match table.get(field).map(toml::Spanned::get_ref) {
        None => Ok(None),
        Some(DeValue::String(text)) => Ok(Some(text.to_string())),
        Some(_) => Err(format!("{field} of profile {shown} isn't a text")),
    };
    let token = field("token")?.ok_or_else(|| format!("Profile {shown} has no token"))?;
    let token = parse_token(&token)
        .map_err(|why| format!("The token of profile {shown} is invalid. {}", why.what()))?;
    let account = field("account")?.map(|text| AccountId::parse(&text)).transpose();
    let account = account.map_err(|_| format!("account of profile {shown} isn't 32 hexadecimal digits"))?;
    let base_url = field("base_url")?.map(|text| parse_base("base_url", &text)).transpose();
    let base_url = base_url.map_err(|_| format!("base_url of profile {shown} isn't a valid base URL"))?;
    Ok(StoredLogin { token, account, account_name: field("account_name")?, base_url })
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

    #[test]
    fn written_logins_are_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/cfimg").join(FILE_NAME);
        let mut file = CredentialsFile::read(&path).unwrap();
        assert!(file.profiles.is_empty(), "a missing file");
        let account = AccountId::parse("023e105f4ecef8ad9ca31a8372d0c353").unwrap();
        let base_url = Url::parse("http://127.0.0.1:1/client/v4").unwrap();
        file.profiles.insert("default".to_owned(), login("cfut_hush"));
        let work = StoredLogin {
            account: Some(account.clone()),
            base_url: Some(base_url.clone()),
            ..login("cfat_hush")
        };
        file.profiles.insert("work".to_owned(), work);
        file.write(&path).unwrap();
        let read = CredentialsFile::read(&path).unwrap();
        assert_eq!(read.profiles.keys().collect::<Vec<_>>(), ["default", "work"]);
        let work = &read.profiles["work"];
        assert_eq!((work.account.as_ref(), work.base_url.as_ref()), (Some(&account), Some(&base_url)));
        assert_eq!((work.token.expose(), &work.account_name), ("cfat_hush", &login("x").account_name));
        assert!(read.profiles["default"].account.is_none() && !read.is_readable_by_others);
        let names: Vec<_> =
            fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME], "no temporary file is left");
        assert!(!format!("{read:?}").contains("hush"));
        CredentialsFile::default().write(&path).unwrap();
        assert!(!path.exists(), "without profiles there is no file");
        CredentialsFile::default().write(&path).unwrap();
    }

    #[test]
    fn invalid_file_is_reported_without_its_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        for (text, reason) in [
            ("[a]\ntoken = \"hush\nx", "syntax error in line 3"),
            ("a = 'hush'", "a isn't a table"),
            ("[a]\ntoken = 7", "token of profile a isn't a text"),
            ("[a]\naccount = 'hush'", "Profile a has no token"),
            ("[a]\ntoken = 't'\naccount = 'hush'", "32 hexadecimal digits"),
            ("[a]\ntoken = 't'\nbase_url = 'http://hush.example'", "valid base URL"),
            ("[a]\ntoken = 'cfk_hush'", "global API key"),
        ] {
            fs::write(&path, text).unwrap();
            #[cfg(unix)]
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            let failure = CredentialsFile::read(&path).unwrap_err();
            let message = failure.to_string();
            assert_eq!(failure.kind, FailureKind::Credentials);
            assert!(message.contains(reason) && !message.contains("hush"), "{message}");
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(CredentialsFile::read(&path).unwrap_err().hint.contains("folder"));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_of_the_file_are_checked() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cfimg").join(FILE_NAME);
        let mut file = CredentialsFile::default();
        file.profiles.insert("default".to_owned(), login("hush"));
        file.write(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(0o644);
        assert!(CredentialsFile::read(&path).unwrap().is_readable_by_others);
        set(0o666);
        let failure = CredentialsFile::read(&path).unwrap_err();
        assert!(failure.hint.contains("chmod go-w") && !failure.to_string().contains("hush"), "{failure}");
        // A new login repairs the permissions.
        file.write(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
    }
}
