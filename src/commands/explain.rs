//! `cfimg explain`: takes a delivery URL apart and checks its signature.

use std::sync::Arc;

use futures_util::future::FutureExt as _;
use jiff::Timestamp;

use super::account::Account;
use super::arguments;
use super::console::{Aligned, Console, Errors, Stop};
use super::image_args::{self, Input};
use crate::cloudflare::{KeyRing, explain_with_keys, ignore_waits};
use crate::domain::explain::{Explanation, Signature};
use crate::domain::{Failure, FailureKind, SigningKey};

/// Width of the label column, in columns: the longest label and a gap.
const LABEL: usize = 14;

/// Prints one fact per line, with an empty line separator two URLs. The account's keys are fetched once, when
/// the first signature is checked; `keys` are those that need no account.
pub(super) async fn print<A: Account>(
    args: &arguments::Explain,
    input: Input,
    connect: impl FnOnce() -> Result<A, Failure>,
    keys: &KeyRing,
    console: &mut Console<'_>,
) -> Result<u8, Stop> {
    let (errors, url, json) = (console.errors, &*args.url, args.json);
    let keys = available_keys(connect, keys, console.now, errors).boxed_local().shared();
    if url != "-" {
        return Ok(print_explanation(url, json, keys, "", &mut "", console).await??);
    }
    let (mut first, mut separator) = (0, "");
    for (number, text) in image_args::numbered(input) {
        let name = format!("Line {number}: ");
        let code = match text {
            Ok(text) => print_explanation(&text, json, keys.clone(), &name, &mut separator, console).await?,
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

/// Prints `separator` and the explanation of one URL, and returns the exit code. Fails if the text holds no
/// delivery URL.
async fn print_explanation(
    text: &str,
    json: bool,
    keys: impl Future<Output = Result<Arc<[SigningKey]>, Failure>>,
    name: &str,
    separator: &mut &'static str,
    console: &mut Console<'_>,
) -> Result<Result<u8, Failure>, Stop> {
    let now = (console.now)();
    let (explanation, no_keys) = match explain_with_keys(text, now, keys).await {
        Ok(result) => result,
        Err(failure) => return Ok(Err(failure)),
    };
    if json {
        console.answer(&format!("{}\n", explanation.json()))?;
    } else {
        console.answer(std::mem::replace(separator, "\n"))?;
        for (label, value) in explanation.lines(now, &(console.zone)()) {
            let value = styled(label, value, &explanation, console.aligned());
            console.labelled(LABEL, label, &value)?;
        }
    }
    let code = code(&explanation, no_keys.as_ref());
    if let Some(failure) = no_keys {
        let text = format!("{name}Couldn't check the signature. {failure}");
        if code == 0 { console.errors.warning(&text) } else { console.errors.failure(&text) }
    }
    Ok(Ok(code))
}

/// A value with the colour of what it says, or a link.
fn styled(label: &str, value: String, explanation: &Explanation, aligned: Option<Aligned>) -> String {
    let Some(Aligned { paint, .. }) = aligned else { return value };
    let Explanation { url, origin, signature, .. } = explanation;
    let end = value.find([':', ',']).unwrap_or(value.len());
    match (label, signature) {
        ("Signature", Signature::Good { .. }) => paint.success(&value[..end]) + &value[end..],
        ("Signature", Signature::Bad(_)) => paint.problem(&value[..end]) + &value[end..],
        ("Variant", Signature::None) if !origin.is_empty() => paint.link(url.as_str(), &value),
        _ => value,
    }
}

/// The keys to check with. Warns if this machine's clock differs from the API's.
async fn available_keys<A: Account>(
    connect: impl FnOnce() -> Result<A, Failure>,
    keys: &KeyRing,
    now: fn() -> Timestamp,
    errors: &Errors,
) -> Result<Arc<[SigningKey]>, Failure> {
    let Ok(account) = connect() else { return keys.keys(&ignore_waits).await };
    let account_keys = account.keys().await?;
    if let Some(warning) = account.clock_warning(now()) {
        errors.warning(&warning);
    }
    Ok(account_keys)
}

/// The exit code: whether anything is wrong with the URL.
fn code(explanation: &Explanation, no_keys: Option<&Failure>) -> u8 {
    match (explanation.fault(), &explanation.signature) {
        (Some(fault), _) => fault.exit_code(),
        (None, Signature::Unchecked) => {
            no_keys.map_or(FailureKind::Credentials, |failure| failure.kind).exit_code()
        }
        (None, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::commands::account::scripted::{self, Scripted};
    use crate::commands::console::Paint;
    use crate::commands::console::tests::{Captured, run};
    use crate::domain::KeySource;
    use crate::domain::explain::explain;
    use crate::ui::Theme;

    #[test]
    fn verdict_and_plain_url_stand_out_on_terminal() {
        let paint = Paint::new(Theme::default()).with_links(true);
        let aligned = Some(Aligned { paint, width: None });
        let url = "https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/hero";
        let bad = explain(&format!("{url}?sig=00"), &[], Timestamp::UNIX_EPOCH).unwrap();
        let styled =
            |label, value: &str, explanation, aligned| styled(label, value.into(), explanation, aligned);
        let expected = paint.problem("bad") + ": why";
        assert_eq!(styled("Signature", "bad: why", &bad, aligned), expected);
        assert_eq!(styled("Signature", "bad: why", &bad, None), "bad: why");
        assert_eq!(styled("Variant", "hero", &bad, aligned), "hero", "its plain URL may be refused");
        let plain = explain(url, &[], Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(styled("Variant", "hero", &plain, aligned), paint.link(url, "hero"));
    }

    #[test]
    fn clock_is_read_when_keys_have_arrived() {
        let account = Scripted { key_delay: Some(SignedDuration::from_hours(2)), ..Scripted::with(&[]) };
        let (captured, errors) = Captured::new();
        let keys = KeyRing::new(None, KeySource::Account, vec![]);
        run(available_keys(|| Ok(account), &keys, scripted::now, &errors)).unwrap();
        assert_eq!(captured.text(), "");
    }
}
