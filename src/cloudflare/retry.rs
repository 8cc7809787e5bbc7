//! Trying again, as Cloudflare's SDKs do: twice more, where a second try may well succeed.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};

use super::error::{Error, NetworkError, UnexpectedResponse, is_permanent};

/// Told when a request is about to wait before its next try, so that a screen can count down.
pub type Watch<'a> = dyn Fn(Wait) + Send + Sync + 'a;

/// A [`Watch`] for callers that show nothing of it.
pub fn unwatched(_: Wait) {}

/// A wait that begins now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How long it lasts.
    pub for_: Duration,
    /// Why.
    pub reason: WaitReason,
    /// Which try comes after it; 1 before the first.
    pub attempt: u32,
}

/// Why a request waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// Too many requests.
    RateLimited,
    /// The account's requests are nearly used up; nothing was refused yet.
    QuotaLow,
    /// The API has trouble of its own (408, 5xx).
    ServerError,
    /// The connection failed or broke off.
    Connection,
}

/// Time limits and waits of a client.
#[derive(Debug, Clone)]
pub struct Pace {
    /// The longest that one connection may take to be made.
    pub connect: Duration,
    /// The longest that one try may take, from its start to the last byte of the answer.
    pub answer: Duration,
    /// Tries after the first.
    pub retries: usize,
    /// The same for each page of a list but its first.
    pub page_retries: usize,
    /// The wait before the second try; each later one is twice as long, and up to as much again is added by chance.
    pub first_wait: Duration,
    /// The longest such wait, before chance.
    pub longest_wait: Duration,
    /// The longest `Retry-After` that is waited for; a longer one is told at once.
    pub longest_retry_after: Duration,
    /// Whether requests wait for the next window while the account's quota is nearly used up.
    pub waits_for_quota: bool,
    /// Waits last this fraction of what they say: 1 outside of tests.
    pub time_scale: u32,
}

impl Default for Pace {
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

/// Tries until there is an answer, or an error that another try would not mend. Dropping the future ends the try in
/// flight, or the wait.
pub(super) async fn with_retries<T, F: Future<Output = Result<T, Error>>>(
    pace: &Pace,
    retries: usize,
    watch: &Watch<'_>,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Error> {
    let mut waits = ExponentialBuilder::default()
        .with_min_delay(pace.first_wait)
        .with_max_delay(pace.longest_wait)
        .with_max_times(retries)
        .with_jitter()
        .build();
    let mut next = 2;
    loop {
        let error = match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let requested = retry_after(&error);
        let (Some(reason), Some(wait)) = (reason(&error), waits.next()) else { return Err(error) };
        if requested.is_some_and(|requested| requested > pace.longest_retry_after) {
            return Err(error);
        }
        let wait = Wait { for_: requested.unwrap_or(wait), reason, attempt: next };
        tracing::debug!(?wait, %error, "waiting before another try");
        watch(wait);
        tokio::time::sleep(wait.for_ / pace.time_scale.max(1)).await;
        next += 1;
    }
}

/// Why another try may help; nothing where it would not.
///
/// A GET changes nothing, so a connection that breaks off in the middle of an answer is tried again like one that
/// was never made. A whole answer that takes too long is not: nobody watches for three times 30 seconds. Nor is a bad
/// certificate, which the next try would see again.
fn reason(error: &Error) -> Option<WaitReason> {
    if matches!(error, Error::Refused { response_info, codes, .. } if is_permanent(response_info.status, codes))
    {
        return None;
    }
    match error {
        Error::RateLimited { .. } => Some(WaitReason::RateLimited),
        Error::Unexpected {
            unexpected: UnexpectedResponse::Challenge | UnexpectedResponse::TooLarge,
            ..
        } => None,
        Error::Refused { response_info, .. } | Error::Unexpected { response_info, .. } => {
            match response_info.status {
                429 => Some(WaitReason::RateLimited),
                408 | 500..=599 => Some(WaitReason::ServerError),
                // A success whose body was lost on the way, unlike another program's page.
                200..=299
                    if matches!(
                        error,
                        Error::Unexpected {
                            unexpected: UnexpectedResponse::Empty
                                | UnexpectedResponse::Cut
                                | UnexpectedResponse::Garbled,
                            ..
                        }
                    ) =>
                {
                    Some(WaitReason::ServerError)
                }
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
