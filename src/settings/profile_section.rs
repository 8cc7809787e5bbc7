//! Reads the section `[profiles]`.

use std::collections::BTreeMap;

use toml::Spanned;

use super::connection::parse_base;
use super::profile_table::{ProfileTable, is_name};
use super::table_reader::TableReader;
use crate::domain::{AccountId, Lifetime, Mistake};

/// The names whose values may contain a secret.
const COMMANDS: &[&str] = &["token_command", "signing_key_command"];

/// The profiles by name.
pub(super) fn read(table: &mut TableReader<'_, '_>) -> BTreeMap<String, ProfileTable> {
    let mut profiles = BTreeMap::new();
    for (name, span) in table.names() {
        let profile = table.table(&name, "setting of a profile", read_profile);
        if !is_name(&name) {
            let mistake = Mistake::new(span, "not the name of a profile");
            table.report(&name, mistake.with_help("use letters, digits, - and _; 64 characters at most"));
        } else if let Some(profile) = profile {
            profiles.insert(name, ProfileTable { at: span.start, ..profile });
        }
    }
    profiles
}

fn read_profile(table: &mut TableReader<'_, '_>) -> ProfileTable {
    table.hide(COMMANDS);
    let account = table.parsed_by("account", |text| {
        AccountId::parse(text)
            .map_err(|_| "not an account ID: use the 32 hexadecimal digits in the dashboard's address")
    });
    let base_url = table.parsed_by("base_url", |text| {
        parse_base("base_url", text).map_err(|failure| format!("not a base URL: {}", lower(&failure.hint)))
    });
    let token_command = table.string("token_command");
    let token_variable = table.string("token_variable");
    if let (Some(_), Some(variable)) = (&token_command, &token_variable) {
        let mistake = Mistake::new(variable.span(), "the profile has two sources of its token");
        table.report("token_variable", mistake.with_help("remove token_command or token_variable"));
    }
    let strings =
        |strings: Spanned<Vec<Spanned<String>>>| strings.into_inner().into_iter().map(Spanned::into_inner);
    ProfileTable {
        at: 0,
        account: account.map(Spanned::into_inner),
        token_command: token_command.map(Spanned::into_inner),
        token_variable: token_variable.map(Spanned::into_inner),
        base_url: base_url.map(Spanned::into_inner),
        domain: table.parsed("domain").map(Spanned::into_inner),
        variant: table.string("variant").map(Spanned::into_inner),
        signing_key_command: table.string("signing_key_command").map(Spanned::into_inner),
        signing_keys: table.strings("signing_keys").map(|names| strings(names).collect()).unwrap_or_default(),
        lifetime: table.parsed_by("lifetime", Lifetime::parse).map(Spanned::into_inner),
    }
}

/// A sentence as a fragment.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
