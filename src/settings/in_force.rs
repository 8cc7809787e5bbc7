//! What is in force for the account in use.

use serde_json::Value;

use super::origin::{InForce, Origin};
use super::profile_table::ProfileTable;
use super::setting::{
    ACCOUNT, BASE_URL, DOMAIN, KEY_SOURCES, LIFETIME, PROFILE, SETTINGS, SIGNING_KEY_COMMAND, SIGNING_KEYS,
    Setting, TOKEN_COMMAND, TOKEN_VARIABLE, VARIANT,
};
use super::toml_file::TomlFile;
use super::value_schema::toml_value;
use crate::domain::secret::redacted;

pub(super) enum AccountInUse<'a> {
    /// That of these variables `CLOUDFLARE_*`: no profile.
    Variables(Vec<&'static str>),
    Profile {
        /// `None` if the profile is not in `config.toml`.
        table: Option<&'a ProfileTable>,
        is_default: bool,
    },
}

/// The values for an account: those of its profile, and none that belong to another account.
pub(super) fn for_account(
    values: Vec<InForce>,
    account: &AccountInUse<'_>,
    file: Option<&TomlFile>,
) -> Vec<InForce> {
    let own = match account {
        AccountInUse::Profile { table: Some(table), .. } => values_of(table, file),
        _ => Vec::new(),
    };
    let has_key_source = own.iter().any(|value| KEY_SOURCES.contains(&value.name));
    let is_shared =
        matches!(account, AccountInUse::Variables(_) | AccountInUse::Profile { is_default: true, .. });
    let of_account = |value: InForce| {
        let is_key_source = KEY_SOURCES.contains(&value.name);
        let belongs_to_account = is_key_source || value.name == DOMAIN.name;
        match (own.iter().find(|own| own.name == value.name), account) {
            (Some(own), _) => own.clone(),
            _ if (belongs_to_account && !is_shared) || (is_key_source && has_key_source) => {
                default_of(value.name)
            }
            (None, AccountInUse::Variables(names)) if value.name == PROFILE.name => {
                let origin = names.first().map_or(Origin::Default, |name| Origin::Variable(name));
                InForce { value: None, origin, ..value }
            }
            _ => value,
        }
    };
    let mut all: Vec<_> = values.into_iter().map(of_account).collect();
    let is_new = |own: &&InForce| SETTINGS.iter().all(|setting| setting.name != own.name);
    let new: Vec<_> = own.iter().filter(is_new).cloned().collect();
    let after_profile = all.iter().position(|value| value.name == PROFILE.name).map_or(0, |at| at + 1);
    all.splice(after_profile..after_profile, new);
    all
}

/// The settings of a profile that are set, in the order of [`PROFILE_SETTINGS`](super::PROFILE_SETTINGS).
fn values_of(table: &ProfileTable, file: Option<&TomlFile>) -> Vec<InForce> {
    // A command may contain a secret.
    let set = |command: &Option<String>| command.as_ref().map(|_| "set".into());
    let keys = Some(&table.signing_keys).filter(|keys| !keys.is_empty());
    let values: [(Setting, Option<Value>); 9] = [
        (ACCOUNT, table.account.as_ref().map(|account| account.as_str().into())),
        (TOKEN_COMMAND, set(&table.token_command)),
        (TOKEN_VARIABLE, table.token_variable.as_deref().map(Value::from)),
        (BASE_URL, table.base_url.as_ref().map(|url| url.as_str().into())),
        (SIGNING_KEY_COMMAND, set(&table.signing_key_command)),
        (SIGNING_KEYS, keys.map(|keys| keys.clone().into())),
        (LIFETIME, table.lifetime.map(|lifetime| lifetime.to_string().into())),
        (DOMAIN, table.domain.as_ref().map(|domain| domain.to_string().into())),
        (VARIANT, table.variant.as_deref().map(Value::from)),
    ];
    let in_force = |(setting, value): (Setting, Option<Value>)| {
        let (value, file, at) = (value?, file?, *table.places.get(setting.name)?);
        let origin = Origin::File { path: file.path().to_owned(), line: file.line_at(at) };
        Some(InForce { name: setting.name, value: Some(without_secrets(value)), origin })
    };
    values.into_iter().filter_map(in_force).collect()
}

fn default_of(name: &'static str) -> InForce {
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let default = setting.and_then(|setting| setting.default);
    InForce { name, value: default.map(toml_value), origin: Origin::Default }
}

/// A value for display, which may be a secret by mistake.
pub(super) fn without_secrets(value: Value) -> Value {
    match value {
        Value::String(text) => redacted(&text).into_owned().into(),
        Value::Array(values) => values.into_iter().map(without_secrets).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fmt::Write as _;

    use super::*;
    use crate::settings::setting::PROFILE_SETTINGS;
    use crate::settings::{Options, load};

    const SHARED: &str =
        "signing_keys = ['shared']\ndomain = 'shared.example'\nlifetime = '5m'\nvariant = 'hero'\n";

    /// The values in force that are not defaults, and those of `names`, with their lines or other origins.
    fn in_force(text: &str, profile: Option<&str>, variables: &[(&str, &str)], names: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let env = |name: &str| {
            let set = variables.iter().find(|(set, _)| *set == name);
            set.map(|(_, value)| OsString::from(value))
                .or_else(|| (name == "CFIMG_CONFIG").then(|| path.clone().into()))
        };
        let options = Options { profile: profile.map(str::to_owned), ..Options::default() };
        let values = load(&env, options).unwrap().in_force.into_iter();
        let is_shown = |value: &InForce| value.origin != Origin::Default || names.contains(&value.name);
        let lines = values.filter(is_shown).map(|value| match &value.origin {
            Origin::File { line, .. } => format!("{} {} line {line}", value.name, value.text()),
            origin => format!("{} {} {origin}", value.name, value.text()),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn profile_in_use_overrides_settings_at_the_top() {
        let mut text = "profile = 'work'\n[profiles.work]\n".to_owned();
        for setting in PROFILE_SETTINGS.iter().filter(|setting| setting.name != TOKEN_COMMAND.name) {
            writeln!(text, "{} = {}", setting.name, setting.example).unwrap();
        }
        insta::assert_snapshot!(in_force(&text, None, &[], &[]), @r#"
        profile work line 1
        account 023e105f4ecef8ad9ca31a8372d0c353 line 3
        token_variable WORK_TOKEN line 4
        base_url https://proxy.example/client/v4 line 5
        signing_key_command set line 6
        signing_keys 2026, default line 7
        lifetime 15m line 8
        domain img.example.com line 9
        variant hero line 10
        "#);
        let command = "[profiles.work]\ntoken_command = 'hush'";
        assert_eq!(
            in_force(command, Some("work"), &[], &[]),
            "profile work --profile\ntoken_command set line 2"
        );
    }

    #[test]
    fn other_profiles_have_neither_domain_nor_keys_of_the_default() {
        let text = format!("{SHARED}[profiles.work]\naccount = '023e105f4ecef8ad9ca31a8372d0c353'");
        let names = [SIGNING_KEYS.name, DOMAIN.name];
        let variables = [("CLOUDFLARE_IMAGES_SIGNING_KEY", "abc="), ("CFIMG_PROFILE", "work")];
        insta::assert_snapshot!(in_force(&text, None, &variables, &names), @r#"
        profile work CFIMG_PROFILE
        account 023e105f4ecef8ad9ca31a8372d0c353 line 6
        signing_keys default default
        lifetime 5m line 3
        domain  default
        variant hero line 4
        "#);
        insta::assert_snapshot!(in_force(&text, None, &variables[..1], &names), @r#"
        signing_key_command set CLOUDFLARE_IMAGES_SIGNING_KEY
        signing_keys shared line 1
        lifetime 5m line 3
        domain shared.example line 2
        variant hero line 4
        "#);
    }

    #[test]
    fn key_source_of_a_profile_replaces_all_others() {
        let text = format!("{SHARED}[profiles.default]\nsigning_key_command = 'x'");
        insta::assert_snapshot!(in_force(&text, None, &[], &[SIGNING_KEYS.name]), @r#"
        signing_key_command set line 6
        signing_keys default default
        lifetime 5m line 3
        domain shared.example line 2
        variant hero line 4
        "#);
    }

    #[test]
    fn variables_decide_instead_of_a_profile() {
        let text = format!("profile = 'work'\n{SHARED}[profiles.work]\nlifetime = '1d'");
        let token = [("CLOUDFLARE_API_TOKEN", "hush")];
        insta::assert_snapshot!(in_force(&text, None, &token, &[]), @r#"
        profile  CLOUDFLARE_API_TOKEN
        signing_keys shared line 2
        lifetime 5m line 4
        domain shared.example line 3
        variant hero line 5
        "#);
    }
}
