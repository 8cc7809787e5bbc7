//! A `config.toml` that changes nothing, with every setting in a comment.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::section::SECTIONS;
use super::setting::{Kind, SETTINGS, Setting};
use crate::domain::width::wrap;

/// The contents of a new file.
const NEW: &str = "\
# Settings of cfimg. To see them all with their defaults, run: cfimg config --default
#lifetime = \"1h\"
";

/// Every setting with its default, or an example if it has none, and an explanation. Without the `#` before a name, the
/// line sets it.
pub fn default_file() -> String {
    let mut text = "\
        # Settings of cfimg. Remove the # before a name to change a setting.\n\
        # The values are the defaults, or examples if there is no default.\n"
        .to_owned();
    for setting in SETTINGS {
        let value = setting.default.unwrap_or(setting.example);
        _ = write!(text, "\n{}#{} = {value}\n", comment(&explanation(setting)), setting.name);
    }
    for section in SECTIONS {
        _ = write!(text, "\n{}", comment(section.help));
        for setting in section.settings {
            let is_above = SETTINGS.iter().any(|above| above.name == setting.name);
            let help = if is_above { "As above." } else { setting.help };
            text += &comment(&format!("- {}: {help}", setting.name));
        }
        _ = write!(text, "#[{}]\n#{}\n", section.name, section.example);
    }
    text
}

/// What a setting does, and its values.
fn explanation(setting: &Setting) -> String {
    let mut text = setting.help.to_owned();
    if let Kind::Choice(words) = setting.kind {
        _ = write!(text, " One of: {}.", words().join(", "));
    }
    if setting.default.is_none() {
        text += " No default.";
    }
    text
}

fn comment(text: &str) -> String {
    let mut comment = String::new();
    for line in wrap(text, 98) {
        _ = writeln!(comment, "# {line}");
    }
    comment
}

/// Creates the file and its folder, unless it exists.
pub fn create_config(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match File::create_new(path) {
        Ok(mut file) => file.write_all(NEW.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
