//! Limits concurrent requests to four. The account's quota is shared with everything else that the user runs.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

/// Permits reserved for interactive requests, so background work never blocks them.
const RESERVED: usize = 2;

/// Permits for any request.
const SHARED: usize = 2;

/// How long an interactive request waits before thumbnails make way.
const PATIENCE: Duration = Duration::from_millis(500);

/// Hands out permits. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct RequestLimiter {
    reserved: Arc<Semaphore>,
    shared: Arc<Semaphore>,
    /// How many interactive requests wait for a permit.
    waiting: watch::Sender<usize>,
}

/// Who waits for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// The user does.
    Interactive,
    /// Nobody does yet: pages of the list, and pictures that may be shown next.
    Background,
    /// The user does, but any interactive request is more urgent: see [`RequestLimiter::is_needed`].
    Thumbnail,
}

/// An interactive request that waits for a permit.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

impl RequestLimiter {
    pub(super) fn new() -> Self {
        let [reserved, shared] = [RESERVED, SHARED].map(|permits| Arc::new(Semaphore::new(permits)));
        Self { reserved, shared, waiting: watch::Sender::new(0) }
    }

    /// Waits for a permit. It is returned on drop.
    pub(super) async fn acquire(&self, priority: Priority) -> Result<OwnedSemaphorePermit, AcquireError> {
        let (reserved, shared) = (self.reserved.clone(), self.shared.clone());
        if priority == Priority::Background {
            return shared.acquire_owned().await;
        }
        let _waiting = (priority == Priority::Interactive).then(|| {
            self.waiting.send_modify(|waiting| *waiting += 1);
            Waiting(&self.waiting)
        });
        tokio::select! {
            biased;
            permit = reserved.acquire_owned() => permit,
            permit = shared.acquire_owned() => permit,
        }
    }

    /// Waits until an interactive request has waited for too long. A thumbnail then returns its permit.
    pub(super) async fn is_needed(&self) {
        let mut waiting = self.waiting.subscribe();
        // It fails only without a sender, which is in `self`.
        while waiting.wait_for(|waiting| *waiting > 0).await.is_ok() {
            if timeout(PATIENCE, waiting.wait_for(|waiting| *waiting == 0)).await.is_err() {
                return;
            }
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
    async fn thumbnails_make_way_for_a_waiting_interactive_request() {
        let limiter = RequestLimiter::new();
        let mut thumbnails = Vec::new();
        for _ in 0..RESERVED + SHARED {
            thumbnails.push(limiter.acquire(Priority::Thumbnail).await);
        }
        let mut thumbnail = Box::pin(limiter.acquire(Priority::Thumbnail));
        assert!((&mut thumbnail).now_or_never().is_none(), "four run");
        assert_eq!(*limiter.waiting.borrow(), 0);
        let interactive = limiter.acquire(Priority::Interactive);
        let make_way = async {
            limiter.is_needed().await;
            thumbnails.clear();
        };
        let (permit, ()) = tokio::join!(interactive, make_way);
        assert!(permit.is_ok());
        assert_eq!(*limiter.waiting.borrow(), 0);
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
