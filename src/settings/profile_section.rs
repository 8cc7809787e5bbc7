//! Reads the section `[profiles]`.

use std::collections::BTreeMap;

use toml::Spanned;

use super::connection::parse_base;
use super::profile_table::{ProfileTable, is_name};
use super::setting::{
    ACCOUNT, BASE_URL, DOMAIN, LIFETIME, PROFILE_SETTINGS, SIGNING_KEY_COMMAND, SIGNING_KEYS, Setting,
    TOKEN_COMMAND, TOKEN_VARIABLE, VARIANT,
};
use super::table_reader::TableReader;
use crate::domain::secret::add_secret_variable;
use crate::domain::{AccountId, Lifetime, Mistake};

/// The names whose values may contain a secret.
const COMMANDS: &[&str] = &[TOKEN_COMMAND.name, SIGNING_KEY_COMMAND.name];

/// The profiles by name. Mistakes in the one in use are fatal.
pub(super) fn read(table: &mut TableReader<'_, '_>, in_use: Option<&str>) -> BTreeMap<String, ProfileTable> {
    table.fail_on(in_use);
    let mut profiles = BTreeMap::new();
    for (name, span) in table.names() {
        let profile = table.table(&name, "setting of a profile", read_profile);
        if !is_name(&name) {
            let mistake = Mistake::new(span, "not the name of a profile");
            table.report(&name, mistake.with_help("use letters, digits, - and _; 64 characters at most"));
        } else if let Some(profile) = profile {
            profiles.insert(name, profile);
        }
    }
    profiles
}

fn read_profile(table: &mut TableReader<'_, '_>) -> ProfileTable {
    table.hide(COMMANDS);
    // Whatever else is wrong, no program that cfimg starts gets it.
    table.guess(TOKEN_VARIABLE.name).into_iter().for_each(add_secret_variable);
    let account = table.parsed_by(ACCOUNT.name, |text| {
        AccountId::parse(text)
            .map_err(|_| "not an account ID: use the 32 hexadecimal digits in the dashboard's address")
    });
    let base_url = table.parsed_by(BASE_URL.name, |text| {
        parse_base(BASE_URL.name, text).map_err(|failure| format!("not a base URL: {}", lower(&failure.hint)))
    });
    let token_command = table.string(TOKEN_COMMAND.name);
    let token_variable = table.string(TOKEN_VARIABLE.name);
    if let (Some(_), Some(variable)) = (&token_command, &token_variable) {
        let mistake = Mistake::new(variable.span(), "the profile has two sources of its token");
        table.report(TOKEN_VARIABLE.name, mistake.with_help("remove token_command or token_variable"));
    }
    let strings =
        |strings: Spanned<Vec<Spanned<String>>>| strings.into_inner().into_iter().map(Spanned::into_inner);
    let place = |setting: &Setting| Some((setting.name, table.place(setting.name)?));
    ProfileTable {
        places: PROFILE_SETTINGS.iter().filter_map(place).collect(),
        account: account.map(Spanned::into_inner),
        token_command: token_command.map(Spanned::into_inner),
        token_variable: token_variable.map(Spanned::into_inner),
        base_url: base_url.map(Spanned::into_inner),
        domain: table.parsed(DOMAIN.name).map(Spanned::into_inner),
        variant: table.string(VARIANT.name).map(Spanned::into_inner),
        signing_key_command: table.string(SIGNING_KEY_COMMAND.name).map(Spanned::into_inner),
        signing_keys: table
            .strings(SIGNING_KEYS.name)
            .map(|names| strings(names).collect())
            .unwrap_or_default(),
        lifetime: table.parsed_by(LIFETIME.name, Lifetime::parse).map(Spanned::into_inner),
    }
}

/// A sentence as a fragment.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.trim_end_matches('.').chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use crate::domain::secret::may_be_secret;
    use crate::settings::config::parse;
    use crate::settings::{Options, load};

    #[test]
    fn variable_of_a_token_is_secret_despite_mistakes() {
        for (name, text) in [
            ("SECTION_TEST_A", "[profiles.a]\ntoken_variable = 'SECTION_TEST_A'"),
            ("SECTION_TEST_B", "[profiles.'no name']\ntoken_variable = 'SECTION_TEST_B'"),
            ("SECTION_TEST_C", "[profiles.a]\ntoken_variable = 'SECTION_TEST_C' x"),
            ("SECTION_TEST_D", "[profiles.a]\ntoken_variable = SECTION_TEST_D"),
        ] {
            parse(text);
            assert!(may_be_secret(name.as_ref()), "{text}");
        }
    }

    #[test]
    fn variable_of_a_token_is_secret_if_settings_cannot_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "[profiles.a]\ntoken_variable = 'SECTION_TEST_E'").unwrap();
        let env = |name: &str| match name {
            "CFIMG_CONFIG" => Some(path.clone().into()),
            "CLOUDFLARE_IMAGES_SIGNING_KEY" => Some("hush hush".into()),
            _ => None,
        };
        assert!(load(&env, Options::default()).is_err());
        assert!(may_be_secret("SECTION_TEST_E".as_ref()));
    }

    #[cfg(unix)]
    #[test]
    fn variable_of_a_token_is_secret_if_others_can_write_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "[profiles.a]\ntoken_variable = 'SECTION_TEST_F'").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        let env = |name: &str| (name == "CFIMG_CONFIG").then(|| path.clone().into());
        assert!(load(&env, Options::default()).is_err());
        assert!(may_be_secret("SECTION_TEST_F".as_ref()));
    }
}
