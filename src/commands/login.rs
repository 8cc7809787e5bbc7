//! `cfimg login`: checks an API token, and stores it with its account and base URL.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::PathBuf;

use secrecy::zeroize::Zeroizing;
use url::Url;

use super::arguments::Login;
use super::console::{Console, Stop};
use super::image_args::Input;
use super::token_check::{TOKENS_PAGE, TokenState, Verified, check_images, rejected_token, unknown, verify};
use crate::cloudflare::{Client, Config, ignore_waits};
use crate::domain::sanitize::sanitize;
use crate::domain::time_format::local;
use crate::domain::token_mistake::parse_token;
use crate::domain::width::cut_end;
use crate::domain::{Account, AccountId, Credentials, Failure, FailureKind, Secret};
use crate::settings::{
    self, CredentialsFile, PROFILE, Settings, StoredLogin, credentials_path, display_path, wrangler_account,
};
use crate::terminal::{read_answer, read_secret};

/// The most text that is read from a pipe. A token is far shorter.
const MAX_INPUT: u64 = 64 * 1024;

/// The most accounts that a message lists.
const MAX_LISTED: usize = 20;

/// What the commands about logins use of the process.
pub struct LoginContext<'a> {
    /// `--profile`.
    pub profile: Option<&'a str>,
    pub settings: &'a Settings,
    pub env: &'a dyn Fn(&str) -> Option<OsString>,
    /// Standard input, which is read if it is not a terminal.
    pub input: Input,
    /// Whether standard input is a terminal.
    pub is_terminal: bool,
}

impl LoginContext<'_> {
    /// The name of the profile that is changed.
    pub(super) fn name(&self) -> Result<String, Failure> {
        let name = settings::login_name(self.env, self.profile, self.settings);
        settings::check_name(&name)?;
        Ok(name)
    }

    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        let config = self.settings.config_path();
        let no_home = || Failure::other("No home folder", "Set HOME. The credentials file is stored there.");
        config.map(credentials_path).ok_or_else(no_home)
    }
}

/// Logs in: prints what was stored, and what to run next.
pub async fn login(args: &Login, context: LoginContext<'_>, console: &mut Console<'_>) -> Result<u8, Stop> {
    if args.token.is_some() {
        return Err(token_is_argument().into());
    }
    let (name, path) = (context.name()?, context.path()?);
    // Before the token is typed.
    let mut file = CredentialsFile::read(&path)?;
    let base = base(args, &name, context.settings)?;
    let named_account = account(args, console)?;
    let token = token(context.input, context.is_terminal, &base)?;
    token.mask();
    let config = |account: Option<AccountId>| Config {
        base: base.clone(),
        credentials: Credentials::Token(token.clone()),
        account,
        profile: Some(name.clone()),
    };
    let client = Client::new(config(named_account.clone()));
    console.errors.status("Checking the token …");
    let mut verified = verify(&client, named_account.as_ref()).await.map_err(stop)?;
    let account = choose_account(&client, named_account, &verified, context.is_terminal, console).await?;
    let client = Client::new(config(Some(account.id.clone())));
    if let Verified::Rejected(_) = verified {
        // It may belong to the account instead of a user.
        verified = verify(&client, Some(&account.id)).await.map_err(stop)?;
    }
    let state = check_images(&client, Some(&verified)).await;
    console.errors.clear();
    let TokenState::Valid { expires } = state else { return Err(stop(state)) };
    let is_cloudflare = settings::default_base()? == base;
    let stored = StoredLogin {
        token,
        account: Some(account.id.clone()),
        account_name: Some(account.name.clone()).filter(|name| !name.is_empty()),
        base_url: (!is_cloudflare).then_some(base),
    };
    file.profiles.insert(name.clone(), stored);
    file.write(&path)?;
    let expires = expires.map_or_else(String::new, |at| {
        format!("The token is valid until {}.\n", local(at, &(console.zone)()))
    });
    console.answer(&format!(
        "Logged in to {}.\nThe token is stored in {}, as profile {name}. Only you can read the file.\n{expires}{}\n",
        describe(&account),
        display_path(&path),
        next_step(&name, context.settings),
    ))?;
    warn_of_variables(&name, context.env, context.profile, console);
    Ok(0)
}

/// The failure if the token stands on the command line, where other users can see it.
fn token_is_argument() -> Failure {
    Failure::usage(
        "The token can't be an argument",
        "Other users can see the arguments of a running program, and the shell may store them. Run `cfimg login` and \
         paste the token.",
    )
}

/// The address of the API: the option, else that of the profile in `config.toml`, else Cloudflare's.
fn base(args: &Login, name: &str, settings: &Settings) -> Result<Url, Failure> {
    let table = settings.profiles.get(name);
    if let Some(setting) = table.and_then(|table| {
        let command = table.token_command.as_ref().map(|_| "token_command");
        command.or(table.token_variable.as_ref().map(|_| "token_variable"))
    }) {
        let config = settings.config_path().map(display_path).unwrap_or_default();
        return Err(Failure::usage(
            format!("Profile {name} gets its token from {setting}"),
            format!(
                "A stored token would not be used. Remove {setting} from {config}, or choose another --profile."
            ),
        ));
    }
    match (&args.base_url, table.and_then(|table| table.base_url.clone())) {
        (Some(text), _) => settings::parse_base("--base-url", text),
        (None, Some(base)) => Ok(base),
        (None, None) => settings::default_base(),
    }
}

/// The account that the user names.
fn account(args: &Login, console: &Console<'_>) -> Result<Option<AccountId>, Failure> {
    if !args.from_wrangler {
        return Ok(args.account.clone());
    }
    let folder = std::env::current_dir().unwrap_or_default();
    let (id, path) = wrangler_account(&folder)?;
    console.errors.note(&format!("Account {id}, from {}.", display_path(&path)));
    Ok(Some(id))
}

/// The token from the terminal, which does not show it, or from standard input.
fn token(input: Input, is_terminal: bool, base: &Url) -> Result<Secret, Failure> {
    let text = if is_terminal {
        let prompt = if settings::default_base().as_ref() == Ok(base) {
            format!(
                "Create an API token with the permission Images Read:\n  {TOKENS_PAGE}\nPaste the token here (it isn't \
                 shown): "
            )
        } else {
            format!("Paste the API token for {} (it isn't shown): ", sanitize(base.as_str()))
        };
        read_secret(&prompt).map_err(|error| unreadable(&error))?
    } else {
        Some(piped(input).map_err(|error| unreadable(&error))?)
    };
    let text = text.filter(|text| !text.trim().is_empty()).ok_or_else(no_token)?;
    parse_token(&text).map_err(|mistake| {
        let hint = format!("{}. {}", mistake.what(), mistake.hint());
        Failure::new(FailureKind::Credentials, "This isn't an API token", hint)
    })
}

fn piped(input: Input) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    input.take(MAX_INPUT).read_to_end(&mut text)?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&text).into_owned()))
}

fn no_token() -> Failure {
    Failure::new(FailureKind::Credentials, "No token was entered", "Paste one, or pipe one to `cfimg login`.")
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::other("Couldn't read the token", format!("System error: {error}. Try again."))
}

/// The named account, the only one that the token lists, or the one that the user chooses.
async fn choose_account(
    client: &Client,
    named: Option<AccountId>,
    verified: &Verified,
    is_terminal: bool,
    console: &Console<'_>,
) -> Result<Account, Stop> {
    let listed = client.accounts(&ignore_waits).await;
    if let Some(id) = named {
        let known = listed.unwrap_or_default().into_iter().find(|account| account.id == id);
        return Ok(known.unwrap_or(Account { id, name: String::new() }));
    }
    let accounts = match (listed, verified) {
        (Ok(accounts), _) => accounts,
        (Err(error), Verified::Rejected(rejected)) if error.kind() == FailureKind::Credentials => {
            return Err(stop(rejected_token(client, rejected)));
        }
        (Err(error), Verified::Active(_)) if error.kind() == FailureKind::Credentials => Vec::new(),
        (Err(error), _) => return Err(stop(unknown(client, &error))),
    };
    console.errors.clear();
    match accounts.len() {
        0 => Err(no_account().into()),
        1 => accounts.into_iter().next().ok_or_else(|| no_account().into()),
        _ if is_terminal => Ok(ask_for_account(accounts, console)?),
        _ => Err(several_accounts(&accounts).into()),
    }
}

fn no_account() -> Failure {
    Failure::new(
        FailureKind::Credentials,
        "The API token can't list any account",
        "Use --account with the 32 hexadecimal digits in the dashboard's address. Then no permission to list accounts is \
         needed.",
    )
}

fn several_accounts(accounts: &[Account]) -> Failure {
    let listed: Vec<_> = accounts.iter().take(MAX_LISTED).map(describe).collect();
    let more = accounts.len().saturating_sub(MAX_LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Failure::new(
        FailureKind::Credentials,
        "The API token can access several accounts",
        format!("Choose one by --account ID: {}{more}.", listed.join("; ")),
    )
}

/// Asks for a number until it is one of the list.
fn ask_for_account(mut accounts: Vec<Account>, console: &Console<'_>) -> Result<Account, Failure> {
    for (at, account) in accounts.iter().enumerate() {
        console.errors.note(&format!("{:>3}  {}", at + 1, describe(account)));
    }
    loop {
        let answer = read_answer(&format!("Account (1 to {}): ", accounts.len()))
            .map_err(|error| unreadable(&error))?;
        let Some(answer) = answer else {
            return Err(Failure::new(FailureKind::Credentials, "No account was chosen", "Use --account ID."));
        };
        if let Some(at) = answer.parse::<usize>().ok().filter(|at| (1..=accounts.len()).contains(at)) {
            return Ok(accounts.swap_remove(at - 1));
        }
    }
}

/// `Name (ID)`.
fn describe(account: &Account) -> String {
    if account.name.is_empty() {
        return format!("account {}", account.id);
    }
    format!("{} ({})", cut_end(&sanitize(&account.name), 60), account.id)
}

fn next_step(name: &str, settings: &Settings) -> String {
    if name == settings::default_profile(settings) {
        return "Next: run `cfimg` to open the program, or `cfimg list` to list the images.".to_owned();
    }
    format!(
        "Next: run `cfimg --profile {name}`. To use this profile by default, set `profile = \"{name}\"` in config.toml."
    )
}

/// The variables come before the default profile.
fn warn_of_variables(
    name: &str,
    env: &dyn Fn(&str) -> Option<OsString>,
    option: Option<&str>,
    console: &Console<'_>,
) {
    let names_profile = env(PROFILE).is_some_and(|value| !value.is_empty());
    let set = settings::credential_variables(env);
    if let Some(variable) = set.first().filter(|_| !names_profile) {
        let fix = if option.is_some() { String::new() } else { format!(", or use --profile {name}") };
        console.errors.warning(&format!(
            "{variable} is set. Without --profile, it is used instead of profile {name}. Unset it{fix}."
        ));
    }
}

pub(super) fn stop(state: TokenState) -> Stop {
    match state {
        TokenState::Invalid { failure, .. } => Stop::Failed(failure),
        TokenState::Valid { .. } => Stop::Closed,
    }
}
