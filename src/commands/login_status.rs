//! `cfimg login --status`: the state of all profiles. Prints no token.

use futures_util::future::join_all;
use serde_json::json;

use super::connect;
use super::console::{Aligned, Console, Stop};
use super::login::LoginContext;
use super::table::{Cell, Table};
use super::token_check::{TokenState, check};
use crate::cloudflare::{Client, CommandInput, Config, ignore_waits};
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::time_format::local;
use crate::domain::width::cut_end;
use crate::domain::{Account, CredentialSource, Failure, FailureKind};
use crate::settings::{self, Profile, ProfileSummary};

/// The row of the environment variables.
const VARIABLES: &str = "(variables)";

/// An account that could be used.
struct Candidate {
    /// `None` for the variables.
    name: Option<String>,
    is_active: bool,
    profile: Result<Profile, Failure>,
    /// What is known if the profile can't be used.
    summary: Option<ProfileSummary>,
}

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

/// Which profiles to check, and how to print them.
#[derive(Clone)]
pub struct Options {
    pub json: bool,
    /// Whether to run the `token_command` of profiles that are not in use.
    pub all: bool,
    pub input: CommandInput,
}

/// Prints a row for each profile, that in use first. Fails if it can't be used.
pub async fn print(
    options: Options,
    context: LoginContext<'_>,
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
    let failure = active.as_ref().err().cloned();
    let mut rows = Vec::new();
    // The commands may ask questions, so they run one after the other.
    for candidate in candidates(&context, active)? {
        rows.push(candidate.client(&options, console));
    }
    console.errors.status("Checking the tokens …");
    let rows = join_all(rows.into_iter().map(|(row, client)| checked(row, client))).await;
    console.errors.clear();
    print_rows(&rows, options.json, console)?;
    let failure = failure.or_else(|| rows.iter().find(|row| row.is_active)?.state.failure().cloned());
    failure.map_or(Ok(0), |failure| Err(failure.into()))
}

/// The account in use first, then the variables, then the other profiles.
fn candidates(
    context: &LoginContext<'_>,
    active: Result<Profile, Failure>,
) -> Result<Vec<Candidate>, Failure> {
    let LoginContext { profile: option, settings, env, .. } = *context;
    let summaries = settings::profiles(settings)?;
    let name = settings::name_in_use(env, option, settings);
    let has_variables = !settings::credential_variables(env).is_empty();
    let mut candidates = Vec::new();
    if name.is_some() || active.is_ok() {
        let summary = summaries.iter().find(|summary| Some(&summary.name) == name.as_ref()).cloned();
        candidates.push(Candidate { name: name.clone(), is_active: true, profile: active, summary });
    }
    if name.is_some() && has_variables {
        let profile = settings::variables(env, settings);
        candidates.push(Candidate { name: None, is_active: false, profile, summary: None });
    }
    let others = summaries.into_iter().filter(|summary| Some(&summary.name) != name.as_ref());
    candidates.extend(others.map(|summary| Candidate {
        name: Some(summary.name.clone()),
        is_active: false,
        profile: settings::profile(env, Some(&summary.name), settings),
        summary: Some(summary),
    }));
    Ok(candidates)
}

impl Candidate {
    /// The row without its state, and the client that can check it. Runs the `token_command`.
    fn client(self, options: &Options, console: &Console<'_>) -> (Row, Result<Config, TokenState>) {
        let Self { name, is_active, profile, summary } = self;
        let (account, source, base) = match (&profile, summary) {
            (Ok(profile), _) => {
                let account_name = profile.account_name.clone().unwrap_or_default();
                let account = profile.connection.account.clone();
                let account = account.map(|id| Account { id, name: account_name });
                (account, profile.source.to_string(), Some(profile.connection.base.to_string()))
            }
            (Err(_), Some(summary)) => {
                let account_name = summary.account_name.unwrap_or_default();
                let account = summary.account.map(|id| Account { id, name: account_name });
                (account, summary.source.to_string(), summary.base_url.map(|base| base.to_string()))
            }
            (Err(_), None) => (None, String::new(), None),
        };
        let config = profile.and_then(|profile| {
            let is_command = matches!(profile.connection.credentials, CredentialSource::Command(_));
            if is_command && !is_active && !options.all {
                return Ok(None);
            }
            if is_command && console.errors.is_terminal() {
                let name = sanitize(name.as_deref().unwrap_or_default());
                console.errors.note(&format!("Running the token_command of profile {name} …"));
            }
            connect::client_config(&profile, options.input.clone()).map(Some)
        });
        let config = match config {
            Ok(Some(config)) => Ok(config),
            Ok(None) => Err(TokenState::NotChecked),
            Err(failure) => Err(TokenState::invalid("no-token", failure)),
        };
        (Row { name, is_active, account, source, base, state: TokenState::NotChecked }, config)
    }
}

/// The row with its state.
async fn checked(row: Row, config: Result<Config, TokenState>) -> Row {
    let config = match config {
        Ok(config) => config,
        Err(state) => return Row { state, ..row },
    };
    let (credentials, known) = (config.credentials.clone(), config.account.clone());
    let client = Client::new(config);
    let state = check(&client, &credentials, known.as_ref()).await;
    let account = match row.account {
        None => {
            let found = client.account(&ignore_waits).await.ok();
            found.map(|id| Account { id, name: String::new() })
        }
        known => known,
    };
    Row { account, state, ..row }
}

fn print_rows(rows: &[Row], json: bool, console: &mut Console<'_>) -> Result<(), Stop> {
    let zone = (console.zone)();
    if json {
        for row in rows {
            let expires = match &row.state {
                TokenState::Valid { expires } => expires.map(|at| at.to_string()),
                TokenState::Invalid { .. } | TokenState::NotChecked => None,
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
            // As wide as an ID.
            Some(Account { id, name }) => format!("{} ({})", cut_end(&sanitize(name), 24), id.short()),
            None => "unknown account".to_owned(),
        };
        let state = state(row);
        let shown = match row.state {
            TokenState::Valid { .. } => paint.success(&state),
            TokenState::Invalid { .. } => paint.problem(&state),
            TokenState::NotChecked => paint.dim(&state),
        };
        let active = if row.is_active { "*" } else { " " };
        let cells = [active.to_owned(), name(row), account, sanitize(&row.source).into_owned()];
        table.row(cells.map(Cell::from).into_iter().chain([Cell::styled(state, shown)]));
    }
    for line in table.lines() {
        console.answer(&format!("{line}\n"))?;
    }
    // That of the profile in use is printed last.
    for row in rows.iter().filter(|row| !row.is_active) {
        if let Some(failure) = row.state.failure() {
            console.errors.note(&format!("{}: {failure}", name(row)));
        }
    }
    if rows.iter().any(|row| matches!(row.state, TokenState::NotChecked)) {
        console.errors.note("Profiles with a token_command are checked with --all.");
    }
    Ok(())
}
