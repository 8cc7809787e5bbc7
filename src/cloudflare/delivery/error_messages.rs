//! The messages for delivery errors, each with a hint.

use super::error::DeliveryError;
use crate::cloudflare::error::{Code, NetworkError, ResponseInfo, UnexpectedResponse};
use crate::cloudflare::shared_messages::{duration, no_client, no_response, not_written, too_large};
use crate::domain::Failure;
use crate::domain::delivery_code::{DeliveryRefusal, Fault};
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
            format!("The connection to {} broke off", sanitize(host)),
            "It was closed before the picture was whole: check the network, then try again.".into(),
        ),
        DeliveryError::Network { host, network_error: NetworkError::ResponseTimeout } => (
            format!("{} takes too long", sanitize(host)),
            "Nothing more came of the picture: check the network, then try again.".into(),
        ),
        DeliveryError::Network { host, network_error } => {
            no_response(&sanitize(host), network_error, "the URL's host")
        }
        DeliveryError::Insecure(host) => (
            "The URL is plain http".into(),
            format!(
                "A signature would cross the network in the clear on its way to {}: use https. Plain http is for \
                 servers on this machine.",
                sanitize(host)
            ),
        ),
        DeliveryError::NotAUrl => {
            ("This is no URL of a picture".into(), "Copy it again, without a user name or password.".into())
        }
        DeliveryError::Write(words) => not_written(words),
        DeliveryError::Setup(setup) => no_client(setup),
    };
    let mut failure = Failure::new(error.kind(), what, hint);
    if let DeliveryError::Refused { response_info, .. } | DeliveryError::Unexpected { response_info, .. } =
        error
    {
        failure.code = error.code().map_or_else(|| format!("HTTP {}", response_info.status), str::to_owned);
        failure.ray.clone_from(&response_info.ray);
    }
    failure
}

fn refused(host: &str, response_info: &ResponseInfo, code: Option<&Code>) -> (String, String) {
    // The host's own text comes first, if there is one: it distinguishes an expired signature from a wrong one. A
    // text that repeats the URL's signature is left out, so that it does not appear on the screen.
    let is_useful = |words: &&str| !words.is_empty() && !words.to_ascii_lowercase().contains("sig=");
    let words = code.map(|code| code.words.trim_end_matches('.')).filter(is_useful);
    let quoted = words.map(|words| format!("It says: “{words}”. ")).unwrap_or_default();
    let again = match response_info.wait {
        Some(wait) => format!("Try again in {}.", duration(wait)),
        None => "Try again in a moment.".into(),
    };
    let refusal = DeliveryRefusal::new(response_info.status, code.map(|code| code.code.as_str()));
    if let Some((what, hint)) = refusal.words {
        let hint = if refusal.fault == Fault::Transient { &again } else { hint };
        return (what.into(), format!("{quoted}{hint}"));
    }
    let host = sanitize(host);
    let (what, hint) = match (refusal.fault, response_info.status) {
        (Fault::Access, _) => (
            format!("{host} denies access"),
            "The image may need a signed URL, or a rule of its owner's lets in only some.".into(),
        ),
        (_, 429) => (format!("Too many requests to {host}"), again),
        (Fault::Transient, _) => (
            format!("{host} has trouble"),
            format!("{}; www.cloudflarestatus.com tells of outages.", again.trim_end_matches('.')),
        ),
        (_, 404 | 410) => (format!("Nothing is delivered at this URL of {host}"), "Check the URL.".into()),
        (_, 401 | 403) if code.is_some_and(is_firewall_code) => (
            format!("{host} denies access"),
            "A security rule of the zone blocks this request: its owner finds it in the security events."
                .into(),
        ),
        (_, status) => match code {
            Some(code) => (
                format!("{host} refused"),
                format!(
                    "Error {} with HTTP {status} is not known to cfimg: look it up in Cloudflare's documentation, \
                     and check the URL.",
                    code.code
                ),
            ),
            None => (format!("{host} refused"), "Check the URL.".into()),
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
            ("The picture's file is empty".into(), format!("{host} delivered no bytes: look at the original."))
        }
        UnexpectedResponse::Redirect(Some(to)) => (
            format!("{host} points elsewhere"),
            format!("It redirects to {}, which is not followed: check the URL.", cut_end(to, 100)),
        ),
        UnexpectedResponse::Redirect(None) => {
            (format!("{host} points elsewhere"), "It redirects without saying where: check the URL.".into())
        }
        UnexpectedResponse::Challenge => (
            "Cloudflare wants to know whether a person is asking".into(),
            "Its anti-bot page stands in the picture's place, which a program cannot pass: open the URL in a browser."
                .into(),
        ),
        _ if response_info.status >= 500 => {
            (format!("{host} has trouble"), "Try again in a moment; www.cloudflarestatus.com tells of outages.".into())
        }
        UnexpectedResponse::Foreign => (
            "The response is no picture".into(),
            format!("{host} sent text or JSON: open the URL in a browser."),
        ),
        _ => (
            "A web page came in the picture's place".into(),
            format!("{host} sent HTML: a proxy or a sign-in page may be in between. Open the URL in a browser."),
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
        assert!(quoted("the signature has lapsed").contains("“the signature has lapsed”"));
        assert_eq!(quoted("no access to /H/a/v?exp=1&SIG=secret"), quoted(""));
    }
}
