//! Reads response bodies with a size limit and a minimum speed, and reports progress.

use std::io;
use std::ops::Deref;
use std::time::Duration;

use reqwest::Response;
use tokio::time::Instant;

use super::error::NetworkError;
use super::network_error;

/// Bytes of the largest picture to save to a file, many times Cloudflare's own limit.
pub const MAX_SAVE_BYTES: u64 = 256 << 20;

/// How much of a body has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub received: u64,
    /// The server's `Content-Length`; `None` if it sends none.
    pub total: Option<u64>,
}

/// Called after each chunk of a body.
pub type OnProgress<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// An [`OnProgress`] that ignores progress.
pub fn ignore_progress(_: Progress) {}

/// Takes each chunk of a body, and the total size if the server announces it.
pub(super) type Sink<'a> = dyn FnMut(&[u8], Option<u64>) -> io::Result<()> + Send + 'a;

/// Collects a body in memory. Reserves its announced size at once: while a vector grows, it is in memory twice.
pub(super) fn collect(bytes: &mut Vec<u8>) -> impl FnMut(&[u8], Option<u64>) -> io::Result<()> + Send {
    |chunk, total| {
        let total = total.and_then(|total| usize::try_from(total).ok()).unwrap_or(0);
        bytes.reserve_exact(total.saturating_sub(bytes.len()));
        bytes.extend_from_slice(chunk);
        Ok(())
    }
}

/// Why a body could not be read completely.
pub(super) enum BodyError {
    TooLarge,
    Network(NetworkError),
    Write(io::Error),
}

/// Bytes per second. A slower body is an error, as with curl's `--speed-limit`.
const MIN_BYTES_PER_SECOND: u64 = 1_000;

/// Limits on how long to wait for a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// How long to wait for the next chunk.
    pub(super) stall: Duration,
    /// The period over which the speed is measured.
    pub(super) window: Duration,
}

/// Measures the speed of a body, one period at a time.
struct Speed {
    patience: Patience,
    waited: Duration,
    bytes: u64,
}

impl Speed {
    fn new(patience: Patience) -> Self {
        Self { patience, waited: Duration::ZERO, bytes: 0 }
    }

    /// Adds received bytes and the time spent waiting for them, without the time spent writing them. Returns
    /// whether the body is too slow.
    fn add(&mut self, bytes: u64, waited: Duration) -> bool {
        self.bytes += bytes;
        // If the process was suspended, the elapsed time is meaningless.
        self.waited += waited.min(self.patience.stall);
        if self.waited < self.patience.window {
            return false;
        }
        let is_slow =
            u128::from(self.bytes) * 1_000 < u128::from(MIN_BYTES_PER_SECOND) * self.waited.as_millis();
        *self = Self::new(self.patience);
        is_slow
    }
}

/// Waits for the next chunk of a body; `None` at its end.
pub(super) async fn next_chunk(
    response: &mut Response,
    stall: Duration,
) -> Result<Option<impl Deref<Target = [u8]> + use<>>, NetworkError> {
    match tokio::time::timeout(stall, response.chunk()).await {
        Ok(chunk) => chunk.map_err(network_error::network_error),
        Err(_) => Err(NetworkError::ResponseTimeout),
    }
}

/// Reads a body of at most `cap` bytes into `sink` and returns its length. Fails if the body stalls or is too
/// slow, as [`Patience`] says; there is no limit on the total time.
pub(super) async fn read(
    mut response: Response,
    cap: u64,
    patience: Patience,
    sink: &mut Sink<'_>,
    on_progress: &OnProgress<'_>,
) -> Result<u64, BodyError> {
    let total = response.content_length();
    if total.is_some_and(|total| total > cap) {
        return Err(BodyError::TooLarge);
    }
    let mut received = 0;
    let mut speed = Speed::new(patience);
    loop {
        let waiting_since = Instant::now();
        let chunk = next_chunk(&mut response, patience.stall).await.map_err(BodyError::Network)?;
        let waited = waiting_since.elapsed();
        let Some(chunk) = chunk else { return Ok(received) };
        let bytes = chunk.len() as u64;
        received += bytes;
        if received > cap {
            return Err(BodyError::TooLarge);
        }
        sink(&chunk, total).map_err(BodyError::Write)?;
        on_progress(Progress { received, total });
        if speed.add(bytes, waited) {
            return Err(BodyError::Network(NetworkError::TooSlow));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { stall: Duration::from_secs(20), window: Duration::from_secs(30) };

    /// The number of chunks after which the speed is too slow, for chunks of `bytes` bytes that come `every` so
    /// often.
    fn stops_after(bytes: u64, every: Duration) -> Option<u64> {
        let mut speed = Speed::new(PATIENCE);
        (1..=10_000).find(|_| speed.add(bytes, every))
    }

    #[test]
    fn body_below_one_kilobyte_per_second_is_too_slow() {
        let second = Duration::from_secs(1);
        assert_eq!(stops_after(1, second), Some(30));
        assert_eq!(stops_after(999, second), Some(30));
        assert_eq!(stops_after(1_000, second), None);
        assert_eq!(stops_after(19_000, 19 * second), None);
        assert_eq!(stops_after(u64::MAX / 100_000, Duration::ZERO), None);
    }

    #[test]
    fn slow_body_fails_within_two_periods() {
        let mut speed = Speed::new(PATIENCE);
        let second = Duration::from_secs(1);
        assert!(!speed.add(10_000_000, second));
        let seconds = (2..=100).find(|_| speed.add(1, second));
        assert_eq!(seconds, Some(60));
    }

    #[tokio::test]
    async fn read_fails_on_slow_body() {
        use futures_util::stream;

        let patience = Patience { stall: Duration::from_secs(20), window: Duration::from_millis(5) };
        let bytes = stream::unfold(0, async |count| {
            tokio::time::sleep(Duration::from_millis(1)).await;
            (count < 2_000).then_some((io::Result::Ok("x"), count + 1))
        });
        let response = axum::http::Response::new(reqwest::Body::wrap_stream(bytes)).into();
        let read = read(response, u64::MAX, patience, &mut |_, _| Ok(()), &ignore_progress).await;
        assert!(matches!(read, Err(BodyError::Network(NetworkError::TooSlow))), "{:?}", read.ok());
    }

    #[test]
    fn suspended_process_is_not_slow() {
        let mut speed = Speed::new(PATIENCE);
        assert!(!speed.add(1, Duration::from_secs(3600)));
    }
}
