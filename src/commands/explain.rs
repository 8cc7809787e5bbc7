//! `cfimg explain`: what a delivery URL says, and whether its signature is good.

use std::cell::Cell;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::account::Account;
use super::arguments;
use super::console::{Console, Errors, Stop};
use super::image_args::{self, Input};
use super::signing::UrlSigner;
use crate::cloudflare::{KeyRing, explain_with_keys, unwatched};
use crate::domain::explain::{Explanation, Signature};
use crate::domain::signing::{clock_is_off, clock_warning};
use crate::domain::{Failure, FailureKind, SigningKey};

/// The columns of the longest label, and a gap.
const LABEL: usize = 14;

/// Prints a line a fact, of each of several URLs, with an empty line between two. Keys are asked for once, where there is a
/// signature to check; `keymap` are those that need no account.
pub(super) async fn print<A: Account + UrlSigner>(
    args: &arguments::Explain,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    keys: &KeyRing,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let (errors, now, url, json) = (console.errors, console.now, &*args.url, args.json);
    let (cell, connect) = (OnceCell::new(), Cell::new(Some(connect)));
    let available_keys = async || {
        let ask = async || match connect.take() {
            Some(connect) => available_keys(connect, keys, now, errors).await,
            None => keys.keys(&unwatched).await,
        };
        cell.get_or_init(ask).await.clone()
    };
    if url != "-" {
        return Ok(print_explanation(url, json, available_keys(), "", &mut "", console).await??);
    }
    let (mut first, mut between) = (0, "");
    for (number, text) in image_args::numbered(input) {
        let name = format!("Line {number}: ");
        let code = match text {
            Ok(text) => {
                print_explanation(&text, json, available_keys(), &name, &mut between, console).await?
            }
            Err(failure) => Err(failure),
        };
        let code = code.unwrap_or_else(|failure| {
            errors.failure(&format!("{name}{failure}"));
            failure.kind.exit_code()
        });
        first = if first == 0 { code } else { first };
    }
    Ok(first)
}

/// Prints what one URL says, after what stands `between` it and the one before, and gives its exit code; why nothing, where the text holds none.
async fn print_explanation(
    text: &str,
    json: bool,
    keys: impl Future<Output = Result<Arc<[SigningKey]>, Failure>>,
    name: &str,
    between: &mut &'static str,
    console: &mut Console<'_>,
) -> Result<Result<u8, Failure>, Stop> {
    let (explanation, no_keys) = match explain_with_keys(text, console.now, keys).await {
        Ok(explain_with_keys) => explain_with_keys,
        Err(failure) => return Ok(Err(failure)),
    };
    if json {
        console.answer(&format!("{}\n", explanation.json()))?;
    } else {
        console.answer(std::mem::replace(between, "\n"))?;
        for (label, value) in explanation.lines(console.now, &(console.zone)()) {
            console.answer(&format!("{label:<LABEL$}{value}\n"))?;
        }
    }
    let code = code(&explanation, no_keys.as_ref());
    if let Some(failure) = no_keys {
        let words = format!("{name}The signature could not be checked. {failure}");
        if code == 0 { console.errors.warning(&words) } else { console.errors.failure(&words) }
    }
    Ok(Ok(code))
}

/// The keys at hand, and a word on a clock that is off where the API tells its own.
async fn available_keys<A: UrlSigner>(
    connect: impl FnOnce() -> Result<A, Failure>,
    keys: &KeyRing,
    now: Timestamp,
    errors: &Errors,
) -> Result<Arc<[SigningKey]>, Failure> {
    let Ok(account) = connect() else { return keys.keys(&unwatched).await };
    let read = account.keys().await?;
    if let Some(off) = account.server_now().and_then(|server| clock_is_off(server, now)) {
        errors.warning(&clock_warning(off));
    }
    Ok(read)
}

/// What scripts read: whether anything is wrong with it.
fn code(explanation: &Explanation, no_keys: Option<&Failure>) -> u8 {
    match (explanation.fault(), &explanation.signature) {
        (Some(fault), _) => fault.exit_code(),
        (None, Signature::Unchecked) => {
            no_keys.map_or(FailureKind::Credentials, |failure| failure.kind).exit_code()
        }
        (None, _) => 0,
    }
}
