//! Turns errors into messages, each with a hint.

use super::envelope::MAX_CODES;
use super::error::{
    Error, NOT_FOUND, ResponseInfo, UnexpectedResponse, delivery_refusal, is_permanent, leading_code,
};
use super::shared_messages::{duration, no_client, no_response, not_written, too_large};
use crate::domain::pagination::MAX_EMPTY;
use crate::domain::sanitize::sanitize;
use crate::domain::width::{cut_end, cut_middle};
use crate::domain::{Account, AccountId, ApiMessage, Endless, Failure, FailureKind, ImageId};

/// How many accounts a message lists.
const MAX_ACCOUNTS: usize = 4;

/// Details for a message besides the error. [`Client::about`](super::Client::about) fills it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageContext {
    pub image: Option<ImageId>,
    pub account: Option<AccountId>,
    /// The account hash of the pasted delivery URL.
    pub url_hash: Option<String>,
    /// The hash of the account in use, known once one of its images was loaded.
    pub account_hash: Option<String>,
    /// Whether the credentials are e-mail and key, so that messages do not mention a token.
    pub by_key: bool,
}

/// The message and hint for an error. Untrusted text in it is sanitized and short.
pub fn failure(error: &Error, context: &MessageContext) -> Failure {
    let (what, hint) = match error {
        Error::Refused { response_info, codes, .. } => refused(response_info, codes, context),
        Error::RateLimited { response_info, .. } => rate_limited(response_info),
        Error::Unexpected { response_info, unexpected } => unexpected_response(response_info, unexpected, context),
        Error::Network { host, network_error } => no_response(&sanitize(host), network_error, "CLOUDFLARE_BASE_URL if you set it"),
        Error::Insecure(host) => (
            "The base URL is plain http".into(),
            format!(
                "The {} would cross the network in the clear on its way to {}: use https in CLOUDFLARE_BASE_URL. \
                 Plain http is for servers on this machine.",
                context.credential(),
                sanitize(host)
            ),
        ),
        Error::Unsendable => (
            "The credentials cannot be sent".into(),
            "They hold a character that no HTTP header may carry: copy them again.".into(),
        ),
        Error::NoAccount => (
            format!("The {} sees no account", context.credential()),
            "Set CLOUDFLARE_ACCOUNT_ID to the account's ID (32 hexadecimal digits, in the dashboard's address): a \
             token may read an account's images without being allowed to list the account."
                .into(),
        ),
        Error::SeveralAccounts(accounts) => several_accounts(accounts, context),
        Error::Endless(endless) => (
            match endless {
                Endless::Cycle => "The list of images leads in a circle".into(),
                Endless::Empty => format!("The list of images had {MAX_EMPTY} empty pages in a row"),
                Endless::RepeatedPages => format!("{MAX_EMPTY} pages in a row of the list of images brought nothing new"),
            },
            "It is not followed any further; what was listed before is valid. Start again in a moment; if it stays so, tell \
             Cloudflare's support."
                .into(),
        ),
        Error::Setup(setup) => no_client(setup),
        Error::TooLarge { cap } => too_large(*cap),
        Error::Write(words) => not_written(words),
    };
    let (code, ray) = match error {
        Error::Refused { response_info, codes, .. } | Error::RateLimited { response_info, codes } => {
            (code(response_info, codes), response_info.ray.clone())
        }
        Error::Unexpected { response_info, .. } => (code(response_info, &[]), response_info.ray.clone()),
        _ => (String::new(), None),
    };
    let hint = match error {
        Error::Refused { codes, messages, .. } => with_api_words(&what, hint, codes, messages),
        Error::RateLimited { codes, .. } => with_api_words(&what, hint, codes, &[]),
        _ => hint,
    };
    // Exit code 3 is for images and variants.
    let kind = match error.kind() {
        FailureKind::NotFound if context.image.is_none() => FailureKind::Other,
        kind => kind,
    };
    Failure { kind, what, code, hint, ray }
}

impl MessageContext {
    fn credential(&self) -> &'static str {
        if self.by_key { "API key" } else { "API token" }
    }

    fn variable(&self) -> &'static str {
        if self.by_key { "CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL" } else { "CLOUDFLARE_API_TOKEN" }
    }

    fn this_account(&self) -> String {
        self.account.as_ref().map_or_else(|| "this account".into(), |id| format!("account {}", id.short()))
    }

    fn this_image(&self) -> String {
        self.image.as_ref().map_or_else(|| "such image".into(), |_| format!("image {}", self.quoted_id()))
    }

    /// The requested ID in quotes; empty if the request was not about an image.
    fn quoted_id(&self) -> String {
        let quoted = |id: &ImageId| format!("“{}”", cut_middle(&sanitize(id.as_str()), 60));
        self.image.as_ref().map(quoted).unwrap_or_default()
    }
}

fn code(response_info: &ResponseInfo, codes: &[ApiMessage]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for code in codes.iter().take(MAX_CODES) {
        if !code.code.is_empty() && !seen.contains(&code.code.as_str()) {
            seen.push(&code.code);
        }
    }
    if seen.is_empty() { format!("HTTP {}", response_info.status) } else { seen.join(", ") }
}

fn refused(response_info: &ResponseInfo, codes: &[ApiMessage], context: &MessageContext) -> (String, String) {
    let (credential, variable, account) = (context.credential(), context.variable(), context.this_account());
    if response_info.is_server_problem() && !is_permanent(response_info.status, codes) {
        return unknown(response_info, codes, context);
    }
    let delivery = delivery_refusal(response_info.status, codes);
    if let Some((what, hint)) = delivery.and_then(|known| known.words) {
        return (what.into(), hint.into());
    }
    match leading_code(codes).unwrap_or_default() {
        NOT_FOUND if context.image.is_none() => (
            "The API has nothing at this address".into(),
            format!("Check the account in use ({account}), and CLOUDFLARE_BASE_URL if you set it."),
        ),
        NOT_FOUND => ("Image not found".into(), not_found(context)),
        "5403" => (
            "Cloudflare Images is not enabled on this account".into(),
            format!(
                "Enable Images for {account} in the dashboard, or name another account in CLOUDFLARE_ACCOUNT_ID."
            ),
        ),
        "6003" | "6111" | "6103" => (
            format!("The {credential} is malformed"),
            format!("The API cannot read it: copy it whole into {variable}."),
        ),
        "9106" => (
            "No credentials reached the API".into(),
            format!(
                "Something on the way drops them, such as a proxy: check {variable}, and CLOUDFLARE_BASE_URL if you \
                 set it."
            ),
        ),
        "9109" => (
            format!("The {credential} is not valid here"),
            format!(
                "It was revoked, has expired, or is not for {account}: make a new one with the permission Images \
                 Read, and set {variable}."
            ),
        ),
        "7003" | "7000" => (
            "The API does not accept the account ID".into(),
            format!(
                "No path leads to {account}: set CLOUDFLARE_ACCOUNT_ID to the 32 hexadecimal digits in the \
                 dashboard's address, or leave it out."
            ),
        ),
        "10000" => (
            format!("The {credential} was not let in"),
            format!(
                "It is wrong, or lacks the permission Images Read, or is for another account than {}: check \
                 {variable}, its permissions in the dashboard, and CLOUDFLARE_ACCOUNT_ID.",
                context.account.as_ref().map_or_else(|| "the one asked".into(), AccountId::short)
            ),
        ),
        "5400" => {
            let check = match &context.image {
                Some(_) => format!("Check the image ID {}.", context.quoted_id()),
                None => format!("Check the options given, and the account in use ({account})."),
            };
            ("The API found the request bad".into(), format!("{} {check}", quote_codes(codes)))
        }
        _ => unknown(response_info, codes, context),
    }
}

/// A message for an unknown code: the API's own text, and what the status suggests.
fn unknown(response_info: &ResponseInfo, codes: &[ApiMessage], context: &MessageContext) -> (String, String) {
    let words = quote_codes(codes);
    match response_info.status {
        401 | 403 => (
            "The API does not allow this".into(),
            format!("{words} Check {} and its permission Images Read.", context.variable()),
        ),
        408 | 500.. => {
            let when = match response_info.wait {
                Some(wait) => format!("in {}", duration(wait)),
                None => "in a moment".into(),
            };
            (
                "Cloudflare's API has trouble".into(),
                format!("{words} Try again {when}; www.cloudflarestatus.com tells of outages."),
            )
        }
        _ => (
            "The API refused".into(),
            format!(
                "{words} If it makes no sense, check the account in use, and CLOUDFLARE_BASE_URL if you set it."
            ),
        ),
    }
}

fn not_found(context: &MessageContext) -> String {
    let (image, account) = (context.this_image(), context.this_account());
    let hash = |hash: &str| cut_end(&sanitize(hash), 64).into_owned();
    match (&context.url_hash, &context.account_hash) {
        (Some(url), Some(own)) if url != own => format!(
            "The URL's account hash {} differs from that of {account} ({}): {image} is in another account.",
            hash(url),
            hash(own)
        ),
        (Some(url), None) => format!(
            "No {image} in {account}: the URL names account hash {}, which may be another account's. Check the \
             account in use.",
            hash(url)
        ),
        _ => format!("No {image} in {account}: check the ID, or the account in use."),
    }
}

fn rate_limited(response_info: &ResponseInfo) -> (String, String) {
    let budget = "Cloudflare allows 1200 requests in 5 minutes, for everything that you run together.";
    let hint = match response_info.wait {
        Some(wait) => format!("{budget} It asks to wait {}: try again then.", duration(wait)),
        None => format!("{budget} Wait a few minutes, then try again."),
    };
    ("Too many requests".into(), hint)
}

fn unexpected_response(
    response_info: &ResponseInfo,
    unexpected: &UnexpectedResponse,
    context: &MessageContext,
) -> (String, String) {
    // A problem of the server explains an unexpected response, and passes. Otherwise suspect what is in between.
    let hint = if response_info.status >= 500 {
        "Cloudflare, or something before it, has trouble: try again in a moment; www.cloudflarestatus.com tells of outages."
    } else {
        "A proxy or a wrong base URL may be in between: check CLOUDFLARE_BASE_URL if you set it, then try again."
    };
    let (what, hint) = match unexpected {
        UnexpectedResponse::Empty => ("The answer is empty", hint.into()),
        UnexpectedResponse::Cut => ("The answer is cut short", hint.into()),
        UnexpectedResponse::Garbled => ("The answer is garbled: its compression is broken", hint.into()),
        UnexpectedResponse::Html => ("The answer is a web page, not the API's", hint.into()),
        UnexpectedResponse::Foreign => ("The answer is not the API's", hint.into()),
        UnexpectedResponse::NoResult => ("The answer holds nothing of what was asked", hint.into()),
        UnexpectedResponse::Challenge => (
            "Cloudflare wants to know whether a person is asking",
            "Its anti-bot page stands in the API's place, which a program cannot pass: try from another network, or \
             ask Cloudflare's support with the cf-ray."
                .into(),
        ),
        UnexpectedResponse::Redirect(Some(host)) => (
            "The API points elsewhere",
            format!(
                "It redirects to {}, which is not followed: the {} goes to no other host. Check CLOUDFLARE_BASE_URL \
                 if you set it.",
                cut_end(host, 100),
                context.credential()
            ),
        ),
        UnexpectedResponse::Redirect(None) => (
            "The API points elsewhere",
            "It redirects without saying where, and redirects are not followed. Check CLOUDFLARE_BASE_URL if you set \
             it."
            .into(),
        ),
        UnexpectedResponse::TooLarge => (
            "The answer is too large",
            "It has more than 8 MiB, which no answer of the API needs; the rest was not read. Check \
             CLOUDFLARE_BASE_URL if you set it."
                .into(),
        ),
        UnexpectedResponse::NoId => (
            "The answer is no image",
            format!(
                "The ID {} is also the name of another route of the API, which answered in its place: such an image \
                 cannot be looked up by its ID.",
                context.quoted_id()
            ),
        ),
        UnexpectedResponse::OtherImage(id) => (
            "The API answered about another image",
            format!(
                "It was asked for {}, and its answer is about “{}”: nothing of it is used. A cache or proxy may be in \
                 between: check CLOUDFLARE_BASE_URL if you set it, then try again.",
                context.quoted_id(),
                cut_middle(&sanitize(id), 60)
            ),
        ),
    };
    (what.into(), hint)
}

fn several_accounts(accounts: &[Account], context: &MessageContext) -> (String, String) {
    let mut named: Vec<String> = accounts
        .iter()
        .take(MAX_ACCOUNTS)
        .map(|account| format!("{} ({})", account.id, cut_end(&sanitize(&account.name), 40)))
        .collect();
    if accounts.len() > MAX_ACCOUNTS {
        named.push("or another".into());
    }
    (
        format!("The {} sees several accounts", context.credential()),
        format!("Choose one: set CLOUDFLARE_ACCOUNT_ID to {}.", named.join(", ")),
    )
}

/// The texts of all errors, as a sentence.
fn quote_codes(codes: &[ApiMessage]) -> String {
    quoted(codes).map_or_else(|| "It gives no reason.".into(), |words| format!("It says: {words}."))
}

/// The texts and pointers of errors, with their codes if there are several. `None` if there are no texts.
fn quoted(codes: &[ApiMessage]) -> Option<String> {
    let several = codes.len() > 1;
    let one = |message: &ApiMessage| {
        let text = message.text.trim_end_matches('.');
        let code = (several && !message.code.is_empty()).then(|| message.code.clone());
        let text = (!text.is_empty()).then(|| format!("“{text}”"));
        let pointer = message.pointer.as_ref().map(|pointer| format!("at {pointer}"));
        [code, text, pointer].into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let has_text = codes.iter().any(|message| !message.text.is_empty() || message.pointer.is_some());
    let mut all: Vec<String> =
        codes.iter().take(MAX_CODES).map(one).filter(|words| !words.is_empty()).collect();
    if codes.len() > MAX_CODES {
        all.push("and more".into());
    }
    (has_text && !all.is_empty()).then(|| all.join("; "))
}

/// Adds the API's texts, unless the hint contains them already, and the links.
fn with_api_words(what: &str, mut hint: String, codes: &[ApiMessage], messages: &[ApiMessage]) -> String {
    let repeats = |message: &ApiMessage| {
        message.pointer.is_none() && message.text.trim_end_matches('.').eq_ignore_ascii_case(what)
    };
    if let Some(words) = quoted(codes)
        && !hint.contains(&words)
        && !matches!(codes, [only] if repeats(only))
    {
        hint = format!("{hint} The API says: {words}.");
    }
    for message in messages.iter().take(MAX_CODES) {
        let unlinked = ApiMessage { documentation_url: None, ..message.clone() };
        hint = format!("{hint} Note: {}", unlinked.note());
    }
    let mut links: Vec<&str> = Vec::new();
    for link in codes.iter().chain(messages).filter_map(|message| message.documentation_url.as_deref()) {
        if !links.contains(&link) && links.len() < MAX_CODES {
            links.push(link);
        }
    }
    if links.is_empty() { hint } else { format!("{hint} See {}", links.join(" ")) }
}
