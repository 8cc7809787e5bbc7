//! The messages for delivery errors, each with a hint.

use super::error::DeliveryError;
use crate::cloudflare::error::{Code, NetworkError, ResponseInfo, UnexpectedResponse};
use crate::cloudflare::shared_messages::{
    WAIT_MINUTES, duration, no_client, no_response, not_written, short_no_response, too_large, try_later,
};
use crate::domain::Failure;
use crate::domain::delivery_code::{DeliveryRefusal, Fault};
use crate::domain::failure::UPLOAD_AGAIN;
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;

/// The message and hint for an error. Untrusted text in it is sanitized and short. It contains no URL.
pub fn delivery_failure(error: &DeliveryError) -> Failure {
    let (what, hint) = match error {
        DeliveryError::Refused { host, response_info, code } => refused(host, response_info, code.as_ref()),
        DeliveryError::Unexpected { host, response_info, unexpected } => {
            unexpected_response(&sanitize(host), response_info, unexpected)
        }
        DeliveryError::TooLarge { cap } => too_large(*cap),
        DeliveryError::Network { host, network_error: NetworkError::Broken } => (
            format!("The connection to {} was closed early", sanitize(host)),
            "The picture is incomplete. Check the network, then try again.".into(),
        ),
        DeliveryError::Network { host, network_error: NetworkError::ResponseTimeout } => (
            format!("{} timed out", sanitize(host)),
            "The picture is incomplete. Check the network, then try again.".into(),
        ),
        DeliveryError::Network { host, network_error } => {
            no_response(&sanitize(host), network_error, "the URL's host")
        }
        DeliveryError::Insecure(host) => (
            "The URL uses plain http".into(),
            format!(
                "The signature would be sent unencrypted to {}. Use https; plain http is only for servers on \
                 this machine.",
                sanitize(host)
            ),
        ),
        DeliveryError::NotAUrl => {
            ("Not the URL of a picture".into(), "Copy the URL again, without a user name or password.".into())
        }
        DeliveryError::Write(words) => not_written(words),
        DeliveryError::Setup(setup) => no_client(setup),
    };
    let mut failure = Failure::new(error.kind(), what, hint).with_short(short(error));
    if let DeliveryError::Refused { response_info, .. } | DeliveryError::Unexpected { response_info, .. } =
        error
    {
        failure.code = error.code().map_or_else(|| format!("HTTP {}", response_info.status), str::to_owned);
        failure.ray.clone_from(&response_info.ray);
    }
    failure
}

/// What happened in a few words. Empty if the code says it.
fn short(error: &DeliveryError) -> &'static str {
    match error {
        DeliveryError::Network { network_error, .. } => short_no_response(network_error),
        DeliveryError::TooLarge { .. } => "Too large",
        DeliveryError::Refused { response_info, code, .. } => {
            let refusal =
                DeliveryRefusal::new(response_info.status, code.as_ref().map(|code| code.code.as_str()));
            match (refusal.fault, response_info.status) {
                (Fault::Access, _) => "Access denied",
                (_, 429) if refusal.words.is_none() => "Too many requests",
                (_, 404 | 410) => "Not found",
                _ => "",
            }
        }
        DeliveryError::Unexpected { unexpected, response_info, .. } => match unexpected {
            UnexpectedResponse::Empty => "Empty file",
            UnexpectedResponse::Redirect(_) => "Redirected",
            UnexpectedResponse::Challenge => "Blocked",
            _ if response_info.status >= 500 => "",
            _ => "Not a picture",
        },
        _ => "",
    }
}

fn refused(host: &str, response_info: &ResponseInfo, code: Option<&Code>) -> (String, String) {
    // The host's own text comes first, if there is one: it distinguishes an expired signature from a wrong one. A
    // text that repeats the URL's signature is left out, so that it does not appear on the screen.
    let is_useful = |words: &&str| !words.is_empty() && !words.to_ascii_lowercase().contains("sig=");
    let words = code.map(|code| code.words.trim_end_matches('.')).filter(is_useful);
    let quoted = words.map(|words| format!("Cloudflare's message: “{words}”. ")).unwrap_or_default();
    let again = match response_info.wait {
        Some(wait) => format!("Try again in {}.", duration(wait)),
        None => "Try again.".into(),
    };
    let refusal = DeliveryRefusal::new(response_info.status, code.map(|code| code.code.as_str()));
    if let Some((what, hint)) = refusal.words {
        let hint = if refusal.fault == Fault::Transient { &again } else { hint };
        return (what.into(), format!("{quoted}{hint}"));
    }
    let host = sanitize(host);
    let (what, hint) = match (refusal.fault, response_info.status) {
        (Fault::Access, _) => (
            format!("{host} denied access"),
            "The image may need a signed URL, or a rule may block this request.".into(),
        ),
        (_, 429) => {
            let hint = if response_info.wait.is_some() { again } else { WAIT_MINUTES.to_owned() };
            (format!("Too many requests to {host}"), hint)
        }
        (Fault::Transient, _) => (format!("{host} is having problems"), try_later(response_info.wait)),
        (_, 404 | 410) => (format!("{host} found nothing at this URL"), "Check the URL.".into()),
        (_, 401 | 403) if code.is_some_and(is_firewall_code) => (
            format!("{host} denied access"),
            "A security rule blocks this request. The zone's owner can find it in the security events."
                .into(),
        ),
        (_, status) => match code {
            Some(code) => (
                format!("{host} rejected the request"),
                format!(
                    "cfimg doesn't know error {} with HTTP {status}. Look it up in Cloudflare's \
                     documentation, and check the URL.",
                    code.code
                ),
            ),
            None => (format!("{host} rejected the request"), "Check the URL.".into()),
        },
    };
    (what, format!("{quoted}{hint}"))
}

/// Whether the code comes from Cloudflare's firewall (1xxx) and not from Images.
fn is_firewall_code(code: &Code) -> bool {
    code.code.len() == 4 && code.code.starts_with('1')
}

fn unexpected_response(
    host: &str,
    response_info: &ResponseInfo,
    unexpected: &UnexpectedResponse,
) -> (String, String) {
    match unexpected {
        UnexpectedResponse::Empty => {
            ("The picture's file is empty".into(), format!("{host} sent no bytes. {UPLOAD_AGAIN}"))
        }
        UnexpectedResponse::Redirect(Some(to)) => (
            format!("{host} redirected the request"),
            format!("cfimg doesn't follow the redirect to {}. Check the URL.", cut_end(to, 100)),
        ),
        UnexpectedResponse::Redirect(None) => {
            (format!("{host} redirected the request"), "The redirect has no target. Check the URL.".into())
        }
        UnexpectedResponse::Challenge => (
            "Cloudflare blocked the request with an anti-bot page".into(),
            "A program can't pass it. Open the URL in a browser.".into(),
        ),
        _ if response_info.status >= 500 => {
            (format!("{host} is having problems"), try_later(response_info.wait))
        }
        UnexpectedResponse::Foreign => (
            "The response isn't a picture".into(),
            format!("{host} sent text or JSON. Open the URL in a browser."),
        ),
        _ => (
            "The response is a web page, not a picture".into(),
            format!(
                "{host} sent HTML. A proxy or a sign-in page may be in between; open the URL in a browser."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_text_that_repeats_signature_is_left_out() {
        let quoted = |words: &str| {
            let code = Some(Code { code: "9425".into(), words: words.into() });
            let response_info = Box::new(ResponseInfo { status: 403, ..ResponseInfo::default() });
            delivery_failure(&DeliveryError::Refused { host: "a.example".into(), response_info, code })
                .to_string()
        };
        assert!(quoted("the signature has expired").contains("“the signature has expired”"));
        assert_eq!(quoted("no access to /H/a/v?exp=1&SIG=secret"), quoted(""));
    }
}
