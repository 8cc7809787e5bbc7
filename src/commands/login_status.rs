//! `cfimg login --status`: the state of all profiles. Prints no token.

use serde_json::json;

use super::connect;
use super::console::{Aligned, Console, Stop};
use super::login::LoginContext;
use super::table::{Cell, Table};
use super::token_check::{TokenState, check};
use crate::cloudflare::{Client, CommandInput, ignore_waits};
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::time_format::local;
use crate::domain::width::cut_end;
use crate::domain::{Account, Failure, FailureKind};
use crate::settings::{self, Profile};

/// The row of the environment variables.
const VARIABLES: &str = "(variables)";

/// One row.
struct Row {
    /// `None` for the variables.
    name: Option<String>,
    is_active: bool,
    account: Option<Account>,
    source: String,
    base: Option<String>,
    state: TokenState,
}

/// Prints a row for each profile. Fails if that in use can't be used.
pub async fn print(
    json: bool,
    context: LoginContext<'_>,
    input: CommandInput,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let active = settings::profile(context.env, context.profile, context.settings);
    if let Err(failure) = &active
        && failure.kind == FailureKind::Usage
    {
        return Err(failure.clone().into());
    }
    if let Ok(active) = &active {
        active.warnings.iter().for_each(|warning| console.errors.warning(warning));
    }
    let active_name = active.as_ref().ok().map(|active| active.name.clone());
    let mut rows = Vec::new();
    if active_name != Some(None) && !settings::credential_variables(context.env).is_empty() {
        rows.push(row(None, false, settings::variables(context.env, context.settings), input.clone()).await);
    }
    for summary in settings::profiles(context.settings)? {
        if active_name.as_ref().is_some_and(|active| active.as_ref() == Some(&summary.name)) {
            continue;
        }
        let profile = settings::profile(context.env, Some(&summary.name), context.settings);
        let mut row = row(Some(summary.name), false, profile, input.clone()).await;
        if row.account.is_none() {
            let name = summary.account_name.unwrap_or_default();
            row.account = summary.account.map(|id| Account { id, name });
            row.source = summary.source.to_string();
        }
        rows.push(row);
    }
    let outcome = match active {
        Ok(active) => {
            let row = row(active.name.clone(), true, Ok(active), input.clone()).await;
            let failure = row.state.failure().cloned();
            rows.insert(0, row);
            failure.map_or(Ok(0), Err)
        }
        Err(failure) => Err(failure),
    };
    print_rows(&rows, json, console)?;
    Ok(outcome?)
}

async fn row(
    name: Option<String>,
    is_active: bool,
    profile: Result<Profile, Failure>,
    input: CommandInput,
) -> Row {
    let invalid = |code, failure| TokenState::invalid(code, failure);
    let (source, base) = match &profile {
        Ok(profile) => (profile.source.to_string(), Some(profile.connection.base.to_string())),
        Err(_) => (String::new(), None),
    };
    let mut account = None;
    let state = match profile {
        Err(failure) => invalid("no-token", failure),
        Ok(profile) => {
            account = profile
                .connection
                .account
                .clone()
                .map(|id| Account { id, name: profile.account_name.clone().unwrap_or_default() });
            match connect::client_config(&profile, input) {
                Err(failure) => invalid("no-token", failure),
                Ok(config) => {
                    let (credentials, known) = (config.credentials.clone(), config.account.clone());
                    let client = Client::new(config);
                    let state = check(&client, &credentials, known.as_ref()).await;
                    if account.is_none()
                        && let Ok(id) = client.account(&ignore_waits).await
                    {
                        account = Some(Account { id, name: String::new() });
                    }
                    state
                }
            }
        }
    };
    Row { name, is_active, account, source, base, state }
}

fn print_rows(rows: &[Row], json: bool, console: &mut Console<'_>) -> Result<(), Stop> {
    let zone = (console.zone)();
    if json {
        for row in rows {
            let expires = match &row.state {
                TokenState::Valid { expires } => expires.map(|at| at.to_string()),
                TokenState::Invalid { .. } => None,
            };
            let line = json!({
                "profile": row.name, "active": row.is_active,
                "account": row.account.as_ref().map(|account| account.id.as_str()),
                "account_name": row.account.as_ref().map(|account| &account.name).filter(|name| !name.is_empty()),
                "source": row.source, "base_url": row.base, "state": row.state.code(), "expires": expires,
                "message": row.state.failure().map(ToString::to_string),
            });
            console.answer(&format!("{}\n", json_line(&line.to_string())))?;
        }
        return Ok(());
    }
    let name = |row: &Row| sanitize(row.name.as_deref().unwrap_or(VARIABLES)).into_owned();
    let state = |row: &Row| match &row.state {
        TokenState::Valid { expires: Some(at) } => format!("valid until {}", local(*at, &zone)),
        state => state.code().to_owned(),
    };
    let Some(Aligned { paint, .. }) = console.aligned() else {
        for row in rows {
            let id = row.account.as_ref().map_or("", |account| account.id.as_str());
            let active = if row.is_active { "active" } else { "" };
            let (name, source, state) = (name(row), sanitize(&row.source), row.state.code());
            console.answer(&format!("{name}\t{active}\t{id}\t{source}\t{state}\n"))?;
        }
        return Ok(());
    };
    let mut table = Table::default();
    for row in rows {
        let account = match &row.account {
            Some(Account { id, name }) if name.is_empty() => id.to_string(),
            Some(Account { id, name }) => format!("{} ({})", cut_end(&sanitize(name), 40), id.short()),
            None => "unknown account".to_owned(),
        };
        let state = state(row);
        let shown = if row.state.failure().is_none() { paint.success(&state) } else { paint.problem(&state) };
        let active = if row.is_active { "*" } else { " " };
        let cells = [active.to_owned(), name(row), account, sanitize(&row.source).into_owned()];
        table.row(cells.map(Cell::from).into_iter().chain([Cell::styled(state, shown)]));
    }
    for line in table.lines() {
        console.answer(&format!("{line}\n"))?;
    }
    Ok(())
}
