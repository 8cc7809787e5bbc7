//! `cfimg logout`: removes a stored token.

use super::console::{Console, Stop};
use super::login::LoginContext;
use crate::domain::sanitize::sanitize;
use crate::domain::token_mistake::TOKENS_PAGE;
use crate::domain::{Failure, FailureKind};
use crate::settings::{self, CredentialsFile, Settings, display_path};

/// Removes the profile's table from the credentials file, also one that can't be used. Prints what remains.
pub fn logout(context: &LoginContext<'_>, console: &mut Console<'_>) -> Result<u8, Stop> {
    let (name, path) = (context.any_name(), context.path()?);
    let file = CredentialsFile::read(&path)?;
    if !file.profiles.contains_key(&name) {
        settings::check_name(&name)?;
        return Err(not_stored(&name, &file, context.settings).into());
    }
    let remaining = CredentialsFile::update(&path, |file| {
        file.remove(&name)?;
        Ok(remaining(file))
    })?;
    console.answer(&format!(
        "Removed the token of profile {} from {}.\nCloudflare still accepts it. To revoke it, go to {TOKENS_PAGE}.\n",
        sanitize(&name),
        display_path(&path),
    ))?;
    if let Some(remaining) = remaining {
        console.answer(&format!("{remaining}\n"))?;
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
    } else if let Some(remaining) = remaining(file) {
        format!("{remaining} Choose one with --profile.")
    } else {
        "No tokens are stored.".to_owned()
    };
    Failure::new(FailureKind::Credentials, format!("No token is stored for profile {name}"), hint)
}

/// `Tokens are stored for: a, b.` `None` if there are none.
fn remaining(file: &CredentialsFile) -> Option<String> {
    let names: Vec<_> = file.profiles.keys().map(|name| sanitize(name)).collect();
    (!names.is_empty()).then(|| format!("Tokens are stored for: {}.", names.join(", ")))
}
