//! `cfimg logout`: removes a stored token.

use super::console::{Console, Stop};
use super::login::LoginContext;
use super::token_check::TOKENS_PAGE;
use crate::domain::{Failure, FailureKind};
use crate::settings::{self, CredentialsFile, Settings, display_path};

/// Removes the profile's table from the credentials file. Prints what remains.
pub fn logout(context: &LoginContext<'_>, console: &mut Console<'_>) -> Result<u8, Stop> {
    let (name, path) = (context.name()?, context.path()?);
    let mut file = CredentialsFile::read(&path)?;
    if file.profiles.remove(&name).is_none() {
        return Err(not_stored(&name, &file, context.settings).into());
    }
    file.write(&path)?;
    console.answer(&format!(
        "Removed the token of profile {name} from {}.\nCloudflare still accepts it. To revoke it, go to {TOKENS_PAGE}.\n",
        display_path(&path),
    ))?;
    if !file.profiles.is_empty() {
        console.answer(&format!("{}\n", remaining(&file)))?;
    }
    if let Some(variable) = settings::credential_variables(context.env).first() {
        console.errors.warning(&format!("{variable} is still set, so cfimg still has access to an account."));
    }
    Ok(0)
}

fn not_stored(name: &str, file: &CredentialsFile, settings: &Settings) -> Failure {
    let table = settings.profiles.get(name);
    let hint = if table.is_some_and(|table| table.token_command.is_some() || table.token_variable.is_some()) {
        let config = settings.config_path().map(display_path).unwrap_or_default();
        format!("Its token comes from elsewhere: see [profiles.{name}] in {config}.")
    } else if file.profiles.is_empty() {
        "No tokens are stored.".to_owned()
    } else {
        format!("{} Choose one by --profile.", remaining(file))
    };
    Failure::new(FailureKind::Credentials, format!("No token is stored for profile {name}"), hint)
}

/// `Stored tokens: a, b.`
fn remaining(file: &CredentialsFile) -> String {
    let names: Vec<_> = file.profiles.keys().map(|name| crate::domain::sanitize::sanitize(name)).collect();
    format!("Tokens are stored for: {}.", names.join(", "))
}
