//! The names of profiles.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::settings::config::config_path;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The profiles in `config.toml` and in the credentials file beside it.
pub(super) fn profiles(env: &dyn Fn(&str) -> Option<OsString>) -> Vec<String> {
    let Some((config, _)) = config_path(env) else { return Vec::new() };
    let in_config = read(&config).and_then(|table| table.get("profiles")?.as_table().cloned());
    let credentials = read(&config.with_file_name("credentials.toml"));
    let mut names: Vec<String> = [in_config, credentials].into_iter().flatten().flat_map(tables).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn tables(table: toml::Table) -> impl Iterator<Item = String> {
    table.into_iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name)
}

fn read(path: &Path) -> Option<toml::Table> {
    let mut text = String::new();
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    File::open(path).ok()?.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_of_both_files_are_joined() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let env = |name: &str| (name == "CFIMG_CONFIG").then(|| config.clone().into_os_string());
        assert_eq!(profiles(&env), Vec::<String>::new());
        std::fs::write(&config, "profile = 'work'\n[profiles.work]\n[profiles.\"my shop\"]\n[keys]\n")
            .unwrap();
        std::fs::write(folder.path().join("credentials.toml"), "[home]\ntoken = 'x'\n[work]\n").unwrap();
        assert_eq!(profiles(&env), ["home", "my shop", "work"]);
    }
}
