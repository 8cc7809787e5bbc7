//! Retries failed requests if that is likely to help: twice by default, like Cloudflare's SDKs.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use super::error::{Error, NetworkError, ResponseInfo, UnexpectedResponse, is_permanent};
pub use crate::domain::wait::{Wait, WaitReason};

/// Called when a request starts to wait: why, and how long.
pub type OnWait<'a> = dyn Fn(Wait) + Send + Sync + 'a;

/// An [`OnWait`] that does nothing.
pub fn ignore_waits(_: Wait) {}

/// Time limits and retries of a client.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// The time limit for connecting.
    pub connect: Duration,
    /// The time limit for an attempt, from its start to the last byte of the response.
    pub answer: Duration,
    /// How often a request is tried again.
    pub retries: usize,
    /// How often later pages of a list are tried again.
    pub page_retries: usize,
    /// The wait before the second attempt. It doubles for each further attempt. A random part of up to its length is
    /// added.
    pub first_wait: Duration,
    /// The longest such wait, without the random part.
    pub longest_wait: Duration,
    /// The longest `Retry-After` that is waited for. With a longer one, the request fails at once.
    pub longest_retry_after: Duration,
    /// Whether requests wait while the account's API quota is nearly used up, until there is more of it.
    pub waits_for_quota: bool,
    /// All waits are divided by this. 1 outside of tests.
    pub time_scale: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            retries: 2,
            page_retries: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(10),
            waits_for_quota: false,
            time_scale: 1,
        }
    }
}

/// Retries until there is a response, or an error that a retry would not fix. Dropping the future cancels the
/// attempt or the wait.
pub(super) async fn with_retries<T, F: Future<Output = Result<T, Error>>>(
    retry_policy: &RetryPolicy,
    retries: usize,
    on_wait: &OnWait<'_>,
    attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    let waits = ExponentialBuilder::default()
        .with_min_delay(retry_policy.first_wait)
        .with_max_delay(retry_policy.longest_wait)
        .with_max_times(retries)
        .with_jitter();
    let (time_scale, mut next) = (retry_policy.time_scale.max(1), 2);
    attempt
        .retry(waits)
        .sleep(move |wait| tokio::time::sleep(wait / time_scale))
        .when(|error| reason(error).is_some())
        .adjust(|error, wait| match retry_after(error) {
            Some(requested) => {
                wait.filter(|_| requested <= retry_policy.longest_retry_after).and(Some(requested))
            }
            None => wait,
        })
        .notify(|error, pause| {
            let Some(reason) = reason(error) else { return };
            let wait = Wait { pause, reason, attempt: next };
            tracing::debug!(?wait, %error, "waiting before another try");
            on_wait(wait);
            next += 1;
        })
        .await
}

/// Why a retry may help; `None` if it would not.
///
/// A GET changes nothing, so a request whose connection breaks during the response is retried like one that never
/// connected. Timeouts are not retried: nobody wants to wait three times 30 seconds. Nor are bad certificates,
/// which would fail again.
fn reason(error: &Error) -> Option<WaitReason> {
    match error {
        Error::Refused { response_info, codes, .. } if is_permanent(response_info.status, codes) => None,
        Error::RateLimited { .. } => Some(WaitReason::RateLimited),
        Error::Unexpected {
            unexpected: UnexpectedResponse::Challenge | UnexpectedResponse::TooLarge,
            ..
        } => None,
        // A successful response whose body was lost in transit, unlike another program's page.
        Error::Unexpected {
            response_info: ResponseInfo { status: 200..=299, .. },
            unexpected: UnexpectedResponse::Empty | UnexpectedResponse::Cut | UnexpectedResponse::Garbled,
        } => Some(WaitReason::ServerError),
        Error::Refused { response_info, .. } | Error::Unexpected { response_info, .. } => {
            match response_info.status {
                429 => Some(WaitReason::RateLimited),
                408 | 500..=599 => Some(WaitReason::ServerError),
                _ => None,
            }
        }
        Error::Network { network_error, .. } => match network_error {
            NetworkError::Dns
            | NetworkError::Refused
            | NetworkError::Unreachable
            | NetworkError::ConnectTimeout
            | NetworkError::Broken
            | NetworkError::NoProxy
            | NetworkError::Other(_) => Some(WaitReason::Connection),
            NetworkError::Certificate(_)
            | NetworkError::Tls
            | NetworkError::ResponseTimeout
            | NetworkError::TooSlow
            | NetworkError::NotHttp
            | NetworkError::ProxyLogin
            | NetworkError::ProxyRefused => None,
        },
        _ => None,
    }
}

fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::Refused { response_info, .. }
        | Error::RateLimited { response_info, .. }
        | Error::Unexpected { response_info, .. } => response_info.wait,
        _ => None,
    }
}
