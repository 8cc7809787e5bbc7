//! Parses response headers: rate limits, retry times, error codes.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::HeaderMap;

use super::error::ResponseInfo;
use crate::domain::Budget;
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;

/// Cloudflare's documented limit for one user: requests in five minutes.
const DOCUMENTED_LIMIT: u32 = 1200;

pub(super) fn response_info(status: u16, headers: &HeaderMap) -> ResponseInfo {
    let ray = text(headers, "cf-ray").map(|ray| cut_end(&sanitize(ray), 40).into_owned());
    ResponseInfo { status, ray, wait: wait(headers), date: date(headers) }
}

/// The remaining quota from `Ratelimit`, and when its window ends. If the header lists several limits, the one
/// with the fewest requests left.
pub(super) fn budget(headers: &HeaderMap) -> Option<(Budget, Option<Duration>)> {
    let (limits, policies) = (list(headers, "ratelimit"), list(headers, "ratelimit-policy"));
    let (left, name, item) =
        limits.split(',').filter_map(|item| Some((parameter(item, "r")?, name(item), item))).min()?;
    let mut policies = policies.split(',').filter(|policy| self::name(policy) == name);
    let limit = policies.find_map(|policy| parameter(policy, "q")).unwrap_or(DOCUMENTED_LIMIT);
    let resets_in = parameter(item, "t").map(|seconds| Duration::from_secs(seconds.into()));
    Some((Budget { left, limit }, resets_in))
}

pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    rfc2822::parse(text(headers, "date")?).ok().map(|date| date.timestamp())
}

/// The media type of the body, such as `image/jpeg`, in lower case without its parameters. Untrusted text.
pub(super) fn content_type(headers: &HeaderMap) -> Option<String> {
    let kind = text(headers, "content-type")?.split(';').next()?.trim();
    (!kind.is_empty()).then(|| kind.to_ascii_lowercase())
}

/// The code of a delivery error, from `cf-images` or `Cf-Resized`: `err=9425`. A response to HEAD has no other
/// code.
pub(super) fn delivery_code(headers: &HeaderMap) -> Option<String> {
    let values = ["cf-images", "cf-resized"].into_iter().flat_map(|name| headers.get_all(name));
    values.into_iter().find_map(|value| code_in(&String::from_utf8_lossy(value.as_bytes())))
}

fn code_in(text: &str) -> Option<String> {
    let code = text.split([',', ';', ' ']).find_map(|part| part.trim().strip_prefix("err="))?;
    is_code(code).then(|| code.to_owned())
}

/// Whether a text looks like an error code: one to eight digits.
pub(super) fn is_code(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// A header's text; `None` if it is absent or not ASCII.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A list header, which may be spread over several lines.
fn list(headers: &HeaderMap, name: &str) -> String {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
}

/// `Retry-After`: seconds or a date. The date is compared with the response's own `Date`, so that this machine's
/// clock does not matter.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let after = text(headers, "retry-after")?.trim();
    if let Ok(seconds) = after.parse() {
        return (seconds > 0).then(|| Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(after).ok()?.timestamp();
    Duration::try_from(until.duration_since(date(headers)?)).ok().filter(|wait| !wait.is_zero())
}

fn name(item: &str) -> &str {
    item.split(';').next().unwrap_or_default().trim()
}

fn parameter(item: &str, key: &str) -> Option<u32> {
    item.split(';').skip(1).find_map(|p| p.trim().strip_prefix(key)?.strip_prefix('=')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (name.parse::<reqwest::header::HeaderName>().unwrap(), value.parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = ("date", "Wed, 21 Oct 2026 07:27:00 GMT");
        for (after, seconds) in [
            ("7", Some(7)),
            (" 120 ", Some(120)),
            ("0", None),
            ("-3", None),
            ("soon", None),
            ("Wed, 21 Oct 2026 07:28:30 GMT", Some(90)),
            ("Wed, 21 Oct 2026 07:26:00 GMT", None),
        ] {
            let wait = response_info(429, &headers(&[("retry-after", after), date])).wait;
            assert_eq!(wait, seconds.map(Duration::from_secs), "{after}");
        }
        assert_eq!(wait(&headers(&[("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT")])), None, "no Date");
    }

    #[test]
    fn budget_is_the_limit_with_fewest_left() {
        for (pairs, expected) in [
            (vec![("ratelimit", r#""default";r=50;t=30"#)], Some((50, 1200, Some(30)))),
            (
                vec![
                    ("ratelimit", r#""default";r=50;t=30"#),
                    ("ratelimit-policy", r#""burst";q=10;w=1, "default"; q=600 ;w=300"#),
                ],
                Some((50, 600, Some(30))),
            ),
            (
                vec![("ratelimit", r#""a";r=9, "b";r=3;t=1"#), ("ratelimit-policy", r#""b";q=4"#)],
                Some((3, 4, Some(1))),
            ),
            (
                vec![("ratelimit", r#""a";r=9;t=1"#), ("ratelimit", r#""b";r=3;t=7"#)],
                Some((3, 1200, Some(7))),
            ),
            (vec![("ratelimit", r#""a";r=0;t=-1"#)], Some((0, 1200, None))),
            (vec![("ratelimit", r#""a";r=0;t=1e9"#)], Some((0, 1200, None))),
            (vec![("ratelimit", r#""a";r=1.5, "b";r=4"#)], Some((4, 1200, None))),
            (vec![("ratelimit", "r=5")], None),
            (vec![("ratelimit", "\"d\";r=-1")], None),
            (vec![], None),
        ] {
            let budget = budget(&headers(&pairs));
            let budget = budget.map(|(budget, t)| (budget.left, budget.limit, t.map(|t| t.as_secs())));
            assert_eq!(budget, expected, "{pairs:?}");
        }
    }
}
