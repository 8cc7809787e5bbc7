//! The account ID in the configuration of wrangler, Cloudflare's command line for Workers. Its tokens are never read.

use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy as _, choose_base_strategy};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::display_path::display_path;
use super::text_file::read_text;
use crate::domain::{AccountId, Failure};

/// The files that may contain an account ID, in each folder from the current one up. Projects have the first three; the
/// others remember which account was chosen.
const FILES: [&str; 5] = [
    "wrangler.jsonc",
    "wrangler.json",
    "wrangler.toml",
    ".wrangler/cache/wrangler-account.json",
    "node_modules/.cache/wrangler/wrangler-account.json",
];

/// The file in wrangler's own folder.
const OWN_FILE: &str = "wrangler-account.json";

/// The account ID and the file that it is from.
pub fn wrangler_account(folder: &Path) -> Result<(AccountId, PathBuf), Failure> {
    let above = folder.ancestors().flat_map(|folder| FILES.map(|name| folder.join(name)));
    for path in above.chain(own_files()) {
        let Ok(text) = read_text(&path) else { continue };
        let id = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => id_in_toml(&text),
            _ => id_in_json(&text),
        };
        if let Some(id) = id.and_then(|id| AccountId::parse(&id).ok()) {
            return Ok((id, path));
        }
    }
    let what = "wrangler's configuration has no account ID";
    let hint = format!(
        "cfimg looked for account_id in wrangler.toml, wrangler.json and wrangler.jsonc in {} and the folders above. Use \
         --account ID.",
        display_path(folder)
    );
    Err(Failure::usage(what, hint))
}

fn own_files() -> Vec<PathBuf> {
    let system = choose_base_strategy().ok();
    let config = system.as_ref().map(|system| system.config_dir().join(".wrangler"));
    let home = system.as_ref().map(|system| system.home_dir().join(".wrangler"));
    let mac = system.as_ref().map(|system| system.home_dir().join("Library/Preferences/.wrangler"));
    let folders = [config, home, mac].into_iter().flatten();
    folders.flat_map(|folder| [folder.join("cache").join(OWN_FILE), folder.join(OWN_FILE)]).collect()
}

fn id_in_toml(text: &str) -> Option<String> {
    match DeTable::parse(text).ok()?.get_ref().get("account_id")?.get_ref() {
        DeValue::String(id) => Some(id.to_string()),
        _ => None,
    }
}

/// `account_id` of a project, or `account.id` of the chosen account.
fn id_in_json(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(&plain_json(text)).ok()?;
    let id = value.get("account_id").or_else(|| value.get("account")?.get("id"))?;
    id.as_str().map(str::to_owned)
}

/// JSON with comments and trailing commas, without both.
fn plain_json(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            let length = string_length(rest);
            plain.push_str(&rest[..length]);
            length
        } else {
            if matches!(c, '}' | ']') && plain.trim_end().ends_with(',') {
                plain.truncate(plain.trim_end().len() - 1);
            }
            plain.push(c);
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    plain
}

/// The bytes of the string that a text starts with, with its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

    #[test]
    fn account_is_read_from_each_kind_of_file() {
        let comments = format!(
            "// account_id\n{{ \"name\": \"a//b \\\" /* , }}\", /* \"account_id\": 1 */\n  \"account_id\": \"{ID}\", // mine\n \"x\": [1, 2, ],\n}}"
        );
        for (name, text) in [
            ("wrangler.toml", &*format!("name = 'x'\naccount_id = \"{ID}\"\n[vars]\naccount_id = 'y'")),
            ("wrangler.json", &format!("{{\"account_id\":\"{ID}\"}}")),
            ("wrangler.jsonc", &comments),
            (
                ".wrangler/cache/wrangler-account.json",
                &format!("{{\"account\":{{\"id\":\"{ID}\",\"name\":\"a\"}}}}"),
            ),
        ] {
            let root = tempfile::tempdir().unwrap();
            let (path, inner) = (root.path().join(name), root.path().join("a/b"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::create_dir_all(&inner).unwrap();
            fs::write(&path, text).unwrap();
            let (id, found) = wrangler_account(&inner).unwrap();
            assert_eq!((id.as_str(), found), (ID, path), "{name}");
        }
    }

    #[test]
    fn nearest_file_with_an_account_is_used() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("wrangler.toml"), "name = 'no account'").unwrap();
        fs::write(inner.join("wrangler.json"), "{ not JSON").unwrap();
        let outer = root.path().join("wrangler.toml");
        fs::write(&outer, format!("account_id = '{ID}'")).unwrap();
        assert_eq!(wrangler_account(&inner).unwrap().1, outer);
    }
}
