//! Paths in messages.

use std::path::{Path, PathBuf};

use crate::domain::sanitize::sanitize;

/// The path for a message, with `~` for the home folder.
pub(crate) fn display_path(path: &Path) -> String {
    let home = if cfg!(unix) { etcetera::home_dir().ok() } else { None };
    sanitize(&abbreviate_home(path, home.as_deref()).display().to_string()).into_owned()
}

fn abbreviate_home(path: &Path, home: Option<&Path>) -> PathBuf {
    // A home of `/` would shorten every path.
    let inside = home.filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok());
    // Without a slash at the end of the home folder itself.
    inside.map_or_else(
        || path.to_owned(),
        |inside| Path::new("~").components().chain(inside.components()).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_folder_is_shown_as_tilde() {
        for (path, home, expected) in [
            ("/home/me/.config/cfimg/config.toml", Some("/home/me"), "~/.config/cfimg/config.toml"),
            ("/home/meme/config.toml", Some("/home/me"), "/home/meme/config.toml"),
            ("/home/me", Some("/home/me"), "~"),
            ("./config.toml", Some("/home/me"), "./config.toml"),
            ("/etc/config.toml", Some("/"), "/etc/config.toml"),
            ("/etc/config.toml", None, "/etc/config.toml"),
        ] {
            let shown = abbreviate_home(Path::new(path), home.map(Path::new));
            assert_eq!(shown.as_os_str(), expected);
        }
    }
}
