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

    /// Waits for a turn, which lasts until it is dropped.
    pub(super) async fn acquire(&self, who: Priority) -> Result<OwnedSemaphorePermit, AcquireError> {
        let [reserved, shared] = self.0.clone();
        match who {
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
    fn four_run_at_once_and_nobodys_leave_room_for_a_persons() {
        let limiter = RequestLimiter::new();
        let take = |who| limiter.acquire(who).now_or_never().map(|permit| permit.unwrap());
        let nobodys = [take(Priority::Background), take(Priority::Background)];
        assert!(nobodys.iter().all(Option::is_some));
        assert!(take(Priority::Background).is_none());
        let persons = [take(Priority::Interactive), take(Priority::Interactive)];
        assert!(persons.iter().all(Option::is_some));
        assert!(take(Priority::Interactive).is_none(), "four run");
        drop(nobodys);
        assert!(
            [take(Priority::Interactive), take(Priority::Interactive)].iter().all(Option::is_some),
            "a person may have all"
        );
        drop(persons);
        assert!(take(Priority::Interactive).is_some());
    }

    #[tokio::test]
    async fn a_person_does_not_wait_behind_those_that_nobody_waits_for() {
        let limiter = RequestLimiter::new();
        let all =
            [limiter.acquire(Priority::Interactive).await, limiter.acquire(Priority::Interactive).await];
        let shared =
            [limiter.acquire(Priority::Background).await, limiter.acquire(Priority::Background).await];
        let mut nobody = Box::pin(limiter.acquire(Priority::Background));
        assert!((&mut nobody).now_or_never().is_none());
        let mut person = Box::pin(limiter.acquire(Priority::Interactive));
        assert!((&mut person).now_or_never().is_none());
        drop(all);
        assert!((&mut nobody).now_or_never().is_none());
        assert!((&mut person).now_or_never().is_some());
        drop(shared);
        assert!(nobody.now_or_never().is_some());
    }
}
