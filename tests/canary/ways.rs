//! The ways in which secrets get into the program.

use cfimg::demo::{ACCOUNT_ID, EMAIL};

use super::canaries::{KEY, OLD_TOKEN, REJECTED_TOKEN, SIGNING_KEY, TOKEN};
use super::machine::Machine;

#[derive(Debug)]
pub(super) struct Way {
    /// The secret in use, which the user also pastes by mistake.
    pub(super) secret: &'static str,
    pub(super) variables: Vec<(&'static str, String)>,
    /// `config.toml`
    pub(super) config: Option<String>,
    /// A token for `cfimg login`.
    pub(super) login: Option<&'static str>,
    /// Whether the account can be used.
    pub(super) works: bool,
    /// Whether URLs are signed by a key that the account does not have.
    pub(super) has_own_key: bool,
    /// The variable with a secret whose name does not show it, so that children get it.
    pub(super) inherited: Option<&'static str>,
}

impl Way {
    /// One that works, without variables and files.
    fn with(secret: &'static str) -> Self {
        let (variables, config, login, inherited) = (Vec::new(), None, None, None);
        Self { secret, variables, config, login, works: true, has_own_key: false, inherited }
    }
}

fn variables(machine: &Machine, credentials: &[(&'static str, &'static str)]) -> Way {
    let mut variables = vec![
        ("CLOUDFLARE_BASE_URL", machine.relay.base.clone()),
        ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID.into()),
    ];
    for (name, value) in credentials {
        variables.retain(|(other, _)| other != name);
        variables.push((name, (*value).to_owned()));
    }
    Way { variables, ..Way::with(credentials[0].1) }
}

pub(super) fn token_variable(machine: &Machine) -> Way {
    variables(machine, &[("CLOUDFLARE_API_TOKEN", TOKEN)])
}

pub(super) fn old_token_and_signing_key_variables(machine: &Machine) -> Way {
    let credentials = [("CLOUDFLARE_API_TOKEN", OLD_TOKEN), ("CLOUDFLARE_IMAGES_SIGNING_KEY", SIGNING_KEY)];
    Way { has_own_key: true, ..variables(machine, &credentials) }
}

pub(super) fn key_variable(machine: &Machine) -> Way {
    variables(machine, &[("CLOUDFLARE_API_KEY", KEY), ("CLOUDFLARE_EMAIL", EMAIL)])
}

pub(super) fn login(_: &Machine) -> Way {
    Way { login: Some(OLD_TOKEN), ..Way::with(OLD_TOKEN) }
}

fn profile(machine: &Machine, settings: &str) -> String {
    let base = &machine.relay.base;
    format!("[profiles.default]\naccount = \"{ACCOUNT_ID}\"\nbase_url = \"{base}\"\n{settings}\n")
}

pub(super) fn commands(machine: &Machine) -> Way {
    let commands = format!(
        "token_command = \"{}\"\nsigning_key_command = \"{}\"",
        machine.command_for("token"),
        machine.command_for("key")
    );
    let config = Some(profile(machine, &commands));
    // The commands must not get the variables' token. No argument can be compared with theirs before they have run.
    let variables = vec![("CFIMG_PROFILE", "default".into()), ("CLOUDFLARE_API_TOKEN", TOKEN.into())];
    Way { variables, config, has_own_key: true, ..Way::with(TOKEN) }
}

/// The name of the variable does not show what it contains.
pub(super) fn variable_of_profile(machine: &Machine) -> Way {
    let config = Some(profile(machine, "token_variable = \"WORK_LOGIN\""));
    Way { variables: vec![("WORK_LOGIN", OLD_TOKEN.into())], config, ..Way::with(OLD_TOKEN) }
}

pub(super) fn rejected_token(machine: &Machine) -> Way {
    let credentials =
        [("CLOUDFLARE_API_TOKEN", REJECTED_TOKEN), ("CLOUDFLARE_IMAGES_SIGNING_KEY", SIGNING_KEY)];
    Way { works: false, ..variables(machine, &credentials) }
}

/// Variables that a secret may get into by mistake.
pub(super) const WRONG_VARIABLES: [&str; 7] = [
    "CLOUDFLARE_ACCOUNT_ID",
    "CLOUDFLARE_BASE_URL",
    "CLOUDFLARE_EMAIL",
    "CFIMG_PROFILE",
    "CFIMG_THEME",
    "CFIMG_PICTURE",
    "HTTPS_PROXY",
];

/// The token is in the right variable, too.
pub(super) fn wrong_variable(machine: &Machine, variable: &'static str) -> Way {
    let way = variables(machine, &[("CLOUDFLARE_API_TOKEN", OLD_TOKEN), (variable, OLD_TOKEN)]);
    let inherited = (!variable.starts_with("CLOUDFLARE_")).then_some(variable);
    Way { works: false, inherited, ..way }
}

/// Texts of `config.toml` with `TOKEN`, `OLD` and `KEY` where they should not be. Some are fatal, and some are not TOML. A
/// command that contains a secret is not run, because the shell's arguments would show it.
pub(super) const MISTAKES: [&str; 6] = [
    "token = \"OLD\"\nthme = \"dark\" # TOKEN\n[profiles.other]\ntoken = \"OLD\"\nsigning_key = \"KEY\"\n",
    "signing_key = \"KEY\"\n",
    "[profiles.default]\ntoken = \"OLD\"\napi_key = 'KEY'\naccount = \"OLD\"\nbase_url = \"OLD\"\n",
    "theme = \"TOKEN\"\nlifetime = \"TOKEN\"\ndomain = \"TOKEN\"\nprofile = \"TOKEN\"\n[keys]\ncopy = \"TOKEN\"\n",
    "token = OLD\nsigning_key_command = echo KEY\n",
    "[profiles.other]\nsigning_key_command = \"echo KEY\"\nsigning_keys = [\"OLD\", 1]\n",
];

pub(super) fn mistake(machine: &Machine, text: &str) -> Way {
    let text = text.replace("TOKEN", TOKEN).replace("OLD", OLD_TOKEN).replace("KEY", SIGNING_KEY);
    Way { config: Some(text), works: false, ..variables(machine, &[("CLOUDFLARE_API_TOKEN", OLD_TOKEN)]) }
}
