//! `cfimg explain`: what a delivery URL says, and whether its signature is good.

use std::sync::Arc;

use super::account::Account;
use super::console::{Console, Stop};
use super::references::{self, Input};
use super::signing::Signs;
use crate::cloudflare::{KeyRing, explained, unwatched};
use crate::domain::explain::{Expiry, Explanation, Signature};
use crate::domain::signing::{clock_is_off, clock_words};
use crate::domain::{Failure, FailureKind, SigningKey};

/// The columns of the longest label, and a gap.
const LABEL: usize = 14;

/// Prints a line a fact. Keys are asked for where there is a signature to check; `keys` are those that need no account.
pub(super) async fn print<A: Account + Signs>(
    url: &str,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    keys: &KeyRing,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let text = if url == "-" { references::line(input)? } else { url.to_owned() };
    let (told, no_keys) = explained(&text, console.now, at_hand(connect, keys, console)).await?;
    for (label, value) in told.lines(console.now, &(console.zone)()) {
        console.answer(&format!("{label:<LABEL$}{value}\n"))?;
    }
    let code = code(&told, no_keys.as_ref());
    if let Some(failure) = no_keys {
        let words = format!("The signature could not be checked. {failure}");
        if code == 0 { console.errors.warning(&words) } else { console.errors.failure(&words) }
    }
    Ok(code)
}

/// The keys at hand, and a word on a clock that is off where the API tells its own.
async fn at_hand<A: Signs>(
    connect: impl FnOnce() -> Result<A, Failure>,
    keys: &KeyRing,
    console: &Console<'_>,
) -> Result<Arc<[SigningKey]>, Failure> {
    let Ok(account) = connect() else { return keys.keys(&unwatched).await };
    let read = account.keys().await?;
    if let Some(off) = account.server_now().and_then(|server| clock_is_off(server, console.now)) {
        console.errors.warning(&clock_words(off));
    }
    Ok(read)
}

/// What scripts read: whether anything is wrong with it.
fn code(told: &Explanation, no_keys: Option<&Failure>) -> u8 {
    let credentials = FailureKind::Credentials.exit_code();
    let over = told.other_parameters || matches!(told.expiry, Expiry::Lapsed(_) | Expiry::Unreadable);
    match &told.signature {
        Signature::None => 0,
        signature if over || matches!(signature, Signature::Bad(_)) => credentials,
        Signature::Unchecked => no_keys.map_or(credentials, |failure| failure.kind.exit_code()),
        _ => 0,
    }
}
