//! Limits concurrent requests to four. The account's quota is shared with everything else that the user runs.

use std::sync::Arc;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Permits reserved for interactive requests, so background work never blocks them.
const RESERVED: usize = 2;

/// Permits for any request.
const SHARED: usize = 2;

/// Hands out permits. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct RequestLimiter([Arc<Semaphore>; 2]);

/// Who waits for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// The user does.
    Interactive,
    /// Nobody does yet: pages of the list, and pictures that may be shown next.
    Background,
}

impl RequestLimiter {
    pub(super) fn new() -> Self {
        Self([RESERVED, SHARED].map(|permits| Arc::new(Semaphore::new(permits))))
    }

    /// Waits for a permit. It is returned on drop.
    pub(super) async fn acquire(&self, priority: Priority) -> Result<OwnedSemaphorePermit, AcquireError> {
        let [reserved, shared] = self.0.clone();
        match priority {
            Priority::Background => shared.acquire_owned().await,
            Priority::Interactive => tokio::select! {
                biased;
                permit = reserved.acquire_owned() => permit,
                permit = shared.acquire_owned() => permit,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn two_permits_are_reserved_for_interactive_requests() {
        let limiter = RequestLimiter::new();
        let take = |priority| limiter.acquire(priority).now_or_never().map(|permit| permit.unwrap());
        let background = [take(Priority::Background), take(Priority::Background)];
        assert!(background.iter().all(Option::is_some));
        assert!(take(Priority::Background).is_none());
        let interactive = [take(Priority::Interactive), take(Priority::Interactive)];
        assert!(interactive.iter().all(Option::is_some));
        assert!(take(Priority::Interactive).is_none(), "four run");
        drop(background);
        assert!(
            [take(Priority::Interactive), take(Priority::Interactive)].iter().all(Option::is_some),
            "interactive requests may take all permits"
        );
        drop(interactive);
        assert!(take(Priority::Interactive).is_some());
    }

    #[tokio::test]
    async fn interactive_request_overtakes_waiting_background_request() {
        let limiter = RequestLimiter::new();
        let all =
            [limiter.acquire(Priority::Interactive).await, limiter.acquire(Priority::Interactive).await];
        let shared =
            [limiter.acquire(Priority::Background).await, limiter.acquire(Priority::Background).await];
        let mut background = Box::pin(limiter.acquire(Priority::Background));
        assert!((&mut background).now_or_never().is_none());
        let mut interactive = Box::pin(limiter.acquire(Priority::Interactive));
        assert!((&mut interactive).now_or_never().is_none());
        drop(all);
        assert!((&mut background).now_or_never().is_none());
        assert!((&mut interactive).now_or_never().is_some());
        drop(shared);
        assert!(background.now_or_never().is_some());
    }
}
