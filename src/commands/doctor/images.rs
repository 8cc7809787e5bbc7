//! Cloudflare Images in the account, and its delivery host.

use super::network::milliseconds;
use super::online::{Api, Keys, Online, Response, is_not_enabled};
use super::report::{Check, Finding};
use crate::cloudflare::{DeliveryError, Error, delivery_failure};
use crate::commands::usage::describe;
use crate::domain::account::group_thousands;
use crate::domain::delivery_code::FLEXIBLE_IS_OFF;
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;
use crate::domain::{FailureKind, KeySource};

pub(super) const GROUP: &str = "Images";

pub(super) const CHECKS: &[Check<Online>] = &[
    Check { name: "enabled", run: enabled },
    Check { name: "images", run: |online| with(online, images) },
    Check { name: "requests", run: requests },
    Check { name: "signing keys", run: |online| with(online, keys) },
    Check { name: "delivery host", run: |online| with(online, delivery) },
    Check { name: "flexible variants", run: |online| with(online, flexible) },
];

/// The most names of keys in a line.
const NAMES: usize = 4;

fn with(online: &Online, check: fn(&Online, &Api) -> Finding) -> Finding {
    match online.images() {
        Ok(api) => check(online, api),
        Err(why) => Finding::skipped(why),
    }
}

fn enabled(online: &Online) -> Finding {
    match online.account() {
        Ok(Api { usage: Ok(_), .. }) => Finding::ok("yes"),
        Ok(api @ Api { usage: Err(error), .. }) if is_not_enabled(error) => {
            Finding::failed(&api.failure(error))
        }
        Ok(api @ Api { usage: Err(error), .. }) => match online.images() {
            Ok(_) => Finding::unknown(api.failure(error).headline(), ""),
            Err(why) => Finding::skipped(why),
        },
        Err(why) => Finding::skipped(why),
    }
}

fn images(_: &Online, api: &Api) -> Finding {
    match &api.usage {
        Ok(usage) if usage.current.is_none() || usage.allowed.is_none() => {
            Finding::unknown(describe(*usage), "")
        }
        Ok(usage) => Finding::ok(describe(*usage)),
        Err(error @ Error::RateLimited { .. }) => Finding::unknown(api.failure(error).headline(), ""),
        Err(error) => Finding::failed(&api.failure(error)),
    }
}

fn requests(online: &Online) -> Finding {
    let api = match online.account() {
        Ok(api) => api,
        Err(why) => return Finding::skipped(why),
    };
    match (&api.usage, api.budget) {
        (Err(error @ Error::RateLimited { .. }), _) => Finding::failed(&api.failure(error)),
        (_, None) => Finding::unknown("the API doesn't report them", ""),
        (_, Some(budget)) => {
            let (left, limit) = (group_thousands(budget.left.into()), group_thousands(budget.limit.into()));
            let text = format!("{left} of {limit} left");
            if budget.is_low() {
                let hint = "All your programs share them. Wait up to five minutes for new ones.";
                Finding::warning(text, hint)
            } else {
                Finding::ok(text)
            }
        }
    }
}

fn keys(online: &Online, api: &Api) -> Finding {
    let source = online.setup.account.as_ref().ok().and_then(|account| account.keys.as_ref());
    let source = source.map(|(source, _)| source);
    match &api.keys {
        None => Finding::skipped("the settings can't be used"),
        // Without keys, only private images can't be opened.
        Some(Err(failure)) if failure.kind == FailureKind::Credentials => Finding::warned(failure),
        Some(Err(failure)) => Finding::failed(failure),
        Some(Ok(Keys { names, signs })) => match (signs, source) {
            (Ok(_), Some(KeySource::Explicit(_))) => Finding::ok("CLOUDFLARE_IMAGES_SIGNING_KEY signs"),
            (Ok(_), Some(KeySource::Command(_))) => Finding::ok("the key of signing_key_command signs"),
            (Ok(name), _) => Finding::ok(format!("{}; “{}” signs", list(names), shown(name))),
            (Err(why), _) => Finding::warning("no key can be chosen, so private images can't be opened", why),
        },
    }
}

fn list(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMES).map(|name| self::shown(name)).collect();
    if names.len() > NAMES {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn shown(name: &str) -> String {
    cut_end(&sanitize(name), 40).into_owned()
}

fn delivery(_: &Online, api: &Api) -> Finding {
    let tried = match &api.delivery {
        Ok(tried) => tried,
        Err(failure) => return Finding::failed(failure),
    };
    match &tried.variant {
        None => Finding::unknown("not tried, as there is no image", ""),
        Some(Response { host, result: Ok(head) }) => {
            Finding::ok(format!("{host} responded in {}", milliseconds(head.took)))
        }
        Some(Response { host, result: Err(error) }) if error.is_access_denied() => {
            Finding::ok(format!("{host} responded; the image needs a signed URL"))
        }
        Some(Response { result: Err(error @ DeliveryError::Refused { .. }), .. }) => {
            Finding::warned(&delivery_failure(error))
        }
        Some(Response { result: Err(error), .. }) => Finding::failed(&delivery_failure(error)),
    }
}

fn flexible(_: &Online, api: &Api) -> Finding {
    match &api.delivery {
        Err(_) => Finding::skipped("the list couldn't be loaded"),
        Ok(tried) => match &tried.flexible {
            None => Finding::unknown("unknown, as no public image was found", ""),
            Some(Response { result: Ok(_), .. }) => Finding::ok("on"),
            Some(Response { result: Err(error), .. }) if error.code() == Some(FLEXIBLE_IS_OFF) => {
                Finding::ok("off; only named variants work")
            }
            Some(Response { .. }) => Finding::unknown("unknown, as the delivery host didn't deliver one", ""),
        },
    }
}
