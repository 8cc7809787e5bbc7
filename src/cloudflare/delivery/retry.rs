//! Requests a picture again that was lost in transit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, RetryableWithContext as _};

use super::error::DeliveryError;

/// Repeats a request whose response is lost, unless a part of it `has_started` to be used: twice, after 250 and 500 ms.
/// The request returns its `sink` with the result.
pub(super) async fn while_lost<S, T, Response: Future<Output = (S, Result<T, DeliveryError>)>>(
    has_started: &AtomicBool,
    sink: S,
    request: impl FnMut(S) -> Response,
) -> Result<T, DeliveryError> {
    let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(250)).with_max_times(2);
    let is_lost = |error: &DeliveryError| error.is_lost_response() && !has_started.load(Ordering::Relaxed);
    request.retry(pauses).context(sink).sleep(tokio::time::sleep).when(is_lost).await.1
}
