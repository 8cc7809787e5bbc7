//! Turns errors into messages, each with a hint.

use super::envelope::MAX_CODES;
use super::error::{
    Error, NOT_FOUND, ResponseInfo, UnexpectedResponse, delivery_refusal, is_permanent, leading_code,
};
use super::shared_messages::{
    WAIT_MINUTES, duration, no_client, no_response, not_written, short_no_response, too_large, try_later,
};
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
    /// The profile in use. `None` if the environment variables are.
    pub profile: Option<String>,
}

/// The message and hint for an error. Untrusted text in it is sanitized and short.
pub fn failure(error: &Error, context: &MessageContext) -> Failure {
    let (what, hint) = match error {
        Error::Refused { response_info, codes, .. } => refused(response_info, codes, context),
        Error::RateLimited { response_info, .. } => rate_limited(response_info),
        Error::Unexpected { response_info, unexpected } => {
            unexpected_response(response_info, unexpected, context)
        }
        Error::Network { host, network_error } => {
            no_response(&sanitize(host), network_error, &context.base())
        }
        Error::Insecure(host) => (
            "The base URL uses plain http".into(),
            format!(
                "The {} would be sent unencrypted to {}. Use https; plain http is only for servers on this machine.",
                context.credential(),
                sanitize(host)
            ),
        ),
        Error::Unsendable => (
            "The credentials can't be sent".into(),
            "They contain a character that isn't allowed in an HTTP header. Copy them again.".into(),
        ),
        Error::NoAccount => (
            format!("The {} can't list any account", context.credential()),
            format!(
                "Set {} to the 32 hexadecimal digits in the dashboard's address. Then no permission to list accounts is \
                 needed.",
                context.account_setting()
            ),
        ),
        Error::SeveralAccounts(accounts) => several_accounts(accounts, context),
        Error::Endless(endless) => (
            match endless {
                Endless::Cycle => "The list repeats itself".into(),
                Endless::Empty => format!("The list had {MAX_EMPTY} empty pages in a row"),
                Endless::RepeatedPages => {
                    format!("The list had {MAX_EMPTY} pages in a row without new images")
                }
            },
            "Loading stopped; the images loaded so far are correct. Try again. If it happens again, tell \
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
    let short = match error {
        Error::Network { network_error, .. } => short_no_response(network_error),
        _ => "",
    };
    Failure { kind, what, short, code, hint, ray }
}

impl MessageContext {
    fn credential(&self) -> &'static str {
        if self.by_key { "API key" } else { "API token" }
    }

    /// What contains the credentials.
    fn variable(&self) -> String {
        match self.profile() {
            Some(profile) => format!("the token of {profile}"),
            None if self.by_key => "CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL".into(),
            None => "CLOUDFLARE_API_TOKEN".into(),
        }
    }

    /// What to do with new credentials.
    fn replace(&self) -> String {
        match &self.profile {
            Some(name) => format!("run `cfimg login --profile {}`", shown(name)),
            None => format!("set {}", self.variable()),
        }
    }

    fn account_setting(&self) -> String {
        self.profile()
            .map_or_else(|| "CLOUDFLARE_ACCOUNT_ID".into(), |profile| format!("the account of {profile}"))
    }

    fn base(&self) -> String {
        let base = |profile| format!("the base URL of {profile}");
        self.profile().map_or_else(|| "CLOUDFLARE_BASE_URL if you set it".into(), base)
    }

    fn check_base(&self) -> String {
        format!("Check {}", self.base())
    }

    /// `profile work`
    fn profile(&self) -> Option<String> {
        self.profile.as_ref().map(|name| format!("profile {}", shown(name)))
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

fn shown(name: &str) -> String {
    cut_end(&sanitize(name), 64).into_owned()
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
    // A global API key has the permissions of its user.
    let with_permission = if context.by_key { "" } else { " with the permission Images Read" };
    if response_info.is_server_problem() && !is_permanent(response_info.status, codes) {
        return unknown(response_info, codes, context);
    }
    let delivery = delivery_refusal(response_info.status, codes);
    if let Some((what, hint)) = delivery.and_then(|known| known.words) {
        return (what.into(), hint.into());
    }
    match leading_code(codes).unwrap_or_default() {
        NOT_FOUND if context.image.is_none() => (
            "The API doesn't know this URL".into(),
            format!(
                "The request was for {account}. Check {}, and {}.",
                context.account_setting(),
                context.base()
            ),
        ),
        NOT_FOUND => ("Image not found".into(), not_found(context)),
        "5403" => (
            "Cloudflare Images isn't enabled in this account".into(),
            format!(
                "Enable Images for {account} in the dashboard, or set {} to another account.",
                context.account_setting()
            ),
        ),
        "6003" | "6111" | "6103" => (
            format!("The {credential} is malformed"),
            format!("Part of it may be missing. Check {variable}."),
        ),
        "9106" => (
            "Cloudflare received no credentials".into(),
            format!("A proxy may have removed them. Check {variable}, and {}.", context.base()),
        ),
        "9109" => (
            format!("The {credential} isn't valid"),
            format!(
                "It was revoked, isn't for {account}, or has expired. Create a new one{with_permission}, and {}.",
                context.replace()
            ),
        ),
        "7003" | "7000" => (
            "Cloudflare rejected the account ID".into(),
            format!(
                "Cloudflare doesn't recognise {account}: set {} to the 32 hexadecimal digits in the dashboard's address, \
                 or unset it.",
                context.account_setting()
            ),
        ),
        "10000" => (
            format!("Cloudflare rejected the {credential}"),
            format!(
                "It is wrong, isn't for {account}, or lacks the permission Images Read. Check {variable}, \
                 the permissions in the dashboard, and {}.",
                context.account_setting()
            ),
        ),
        "5400" => {
            let check = match &context.image {
                Some(_) => format!("Check the image ID {}.", context.quoted_id()),
                None => {
                    format!(
                        "The request was for {account}. Check the options and {}.",
                        context.account_setting()
                    )
                }
            };
            ("Cloudflare rejected the request".into(), format!("{} {check}", quote_codes(codes)))
        }
        _ => unknown(response_info, codes, context),
    }
}

/// A message for an unknown code: the API's own text, and what the status suggests.
fn unknown(response_info: &ResponseInfo, codes: &[ApiMessage], context: &MessageContext) -> (String, String) {
    let words = quote_codes(codes);
    match response_info.status {
        401 | 403 => (
            "Cloudflare denied access".into(),
            format!("{words} Check {}, and the permission Images Read in the dashboard.", context.variable()),
        ),
        408 | 500.. => (
            "Cloudflare's API is having problems".into(),
            format!("{words} {}", try_later(response_info.wait)),
        ),
        _ => (
            "Cloudflare rejected the request".into(),
            format!("{words} Check the account, and {}.", context.base()),
        ),
    }
}

fn not_found(context: &MessageContext) -> String {
    let (image, account) = (context.this_image(), context.this_account());
    let hash = |hash: &str| cut_end(&sanitize(hash), 64).into_owned();
    match (&context.url_hash, &context.account_hash) {
        (Some(url), Some(own)) if url != own => format!(
            "The URL's account hash is {}, but {account} has {}: {image} is in another account. Use that \
             account's credentials.",
            hash(url),
            hash(own)
        ),
        (Some(url), None) => format!(
            "No {image} in {account}: check the account. The URL's account hash, {}, may be another \
             account's.",
            hash(url)
        ),
        _ => format!("No {image} in {account}: check the ID and the account."),
    }
}

fn rate_limited(response_info: &ResponseInfo) -> (String, String) {
    let budget = "Cloudflare allows 1,200 requests in 5 minutes, shared by all your programs.";
    let hint = match response_info.wait {
        Some(wait) => format!("{budget} Try again in {}.", duration(wait)),
        None => format!("{budget} {WAIT_MINUTES}"),
    };
    ("Too many requests".into(), hint)
}

fn unexpected_response(
    response_info: &ResponseInfo,
    unexpected: &UnexpectedResponse,
    context: &MessageContext,
) -> (String, String) {
    let check_base = context.check_base();
    // A problem of the server explains an unexpected response, and passes. Otherwise suspect what is in between.
    let hint = if response_info.status >= 500 {
        format!("Cloudflare, or a server in between, is having problems. {}", try_later(response_info.wait))
    } else {
        format!("A proxy or another server may have sent it. {check_base}, then try again.")
    };
    let (what, hint) = match unexpected {
        UnexpectedResponse::Empty => ("The response is empty", hint),
        UnexpectedResponse::Cut => ("The response is incomplete", hint),
        UnexpectedResponse::Garbled => ("The response is corrupt: invalid compression", hint),
        UnexpectedResponse::Html => ("The response is a web page, not JSON", hint),
        UnexpectedResponse::Foreign => ("The response isn't from Cloudflare's API", hint),
        UnexpectedResponse::NoResult => ("The response lacks the requested data", hint),
        UnexpectedResponse::Challenge => (
            "Cloudflare blocked the request with an anti-bot page",
            "A program can't pass it. Try from another network, or send Cloudflare's support the cf-ray."
                .into(),
        ),
        UnexpectedResponse::Redirect(Some(host)) => (
            "The API redirected the request",
            format!(
                "cfimg doesn't follow the redirect to {}, which would receive the {}. {check_base}.",
                cut_end(host, 100),
                context.credential()
            ),
        ),
        UnexpectedResponse::Redirect(None) => {
            ("The API redirected the request", format!("The redirect has no target. {check_base}."))
        }
        UnexpectedResponse::TooLarge => (
            "The response is too large",
            format!("The limit is 8 MiB. The response may not be from Cloudflare's API. {check_base}."),
        ),
        UnexpectedResponse::NoId => (
            "The response isn't an image",
            format!(
                "{} is also the name of an API endpoint. An image with this ID can't be looked up.",
                context.quoted_id()
            ),
        ),
        UnexpectedResponse::OtherImage(id) => (
            "The API returned a different image",
            format!(
                "cfimg requested {} but got “{}”, and ignored it. A cache or proxy may be at fault. \
                 {check_base}, then try again.",
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
        named.push("and more".into());
    }
    (
        format!("The {} can use several accounts", context.credential()),
        format!("Set {} to one of these: {}.", context.account_setting(), named.join(", ")),
    )
}

/// The texts of all errors, as a sentence.
fn quote_codes(codes: &[ApiMessage]) -> String {
    quoted(codes).map_or_else(
        || "Cloudflare gave no reason.".into(),
        |words| format!("Cloudflare's message: {words}."),
    )
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
        hint = format!("{hint} Cloudflare's message: {words}.");
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
