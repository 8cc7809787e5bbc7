//! Decides whether a picture that was lost in transit is requested again.

use std::time::Duration;

use super::error::DeliveryError;

/// The retries that are left.
pub(super) struct Retries(std::array::IntoIter<Duration, 2>);

impl Retries {
    pub(super) fn new() -> Self {
        Self([Duration::from_millis(250), Duration::from_millis(500)].into_iter())
    }

    /// The pause before the next attempt. `None` if there is none, as after a response of which a part was used.
    pub(super) fn pause_after<T>(
        &mut self,
        result: &Result<T, DeliveryError>,
        is_partly_used: bool,
    ) -> Option<Duration> {
        let is_lost = result.as_ref().is_err_and(DeliveryError::is_lost_response);
        if is_lost && !is_partly_used { self.0.next() } else { None }
    }
}
