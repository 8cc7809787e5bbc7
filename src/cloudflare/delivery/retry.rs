//! Requests a picture again that was lost in transit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::error::DeliveryError;

/// Repeats a request whose response is lost, unless a part of it `has_started` to be used: twice, after 250 and 500 ms.
/// The request returns its `sink` with the result.
pub(super) async fn while_lost<S, T, Response: Future<Output = (S, Result<T, DeliveryError>)>>(
    has_started: &AtomicBool,
    mut sink: S,
    mut request: impl FnMut(S) -> Response,
) -> Result<T, DeliveryError> {
    for pause in [Duration::from_millis(250), Duration::from_millis(500)] {
        let (returned, result) = request(sink).await;
        sink = returned;
        match result {
            Err(error) if error.is_lost_response() && !has_started.load(Ordering::Relaxed) => {
                tokio::time::sleep(pause).await;
            }
            result => return result,
        }
    }
    request(sink).await.1
}
