//! Turns for requests: the account's requests are shared with everything else that a person runs, so no more than four
//! of ours run at once.

use std::sync::Arc;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Requests that may run at once for a person alone: what somebody waits for waits for nothing that nobody does.
const RESERVED: usize = 2;

/// Requests that may run at once beside those, for whomever.
const SHARED: usize = 2;

/// Gives turns. Clones give the same ones.
#[derive(Debug, Clone)]
pub(super) struct Turns([Arc<Semaphore>; 2]);

/// Who waits for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// A person does.
    Person,
    /// Nobody does yet: pages of the list, pictures that may be wanted next.
    Nobody,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self([RESERVED, SHARED].map(|turns| Arc::new(Semaphore::new(turns))))
    }

    /// Waits for a turn, which lasts until it is dropped.
    pub(super) async fn take(&self, who: For) -> Result<OwnedSemaphorePermit, AcquireError> {
        let [reserved, shared] = self.0.clone();
        match who {
            For::Nobody => shared.acquire_owned().await,
            For::Person => tokio::select! {
                biased;
                turn = reserved.acquire_owned() => turn,
                turn = shared.acquire_owned() => turn,
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
        let turns = Turns::new();
        let take = |who| turns.take(who).now_or_never().map(|turn| turn.unwrap());
        let nobodys = [take(For::Nobody), take(For::Nobody)];
        assert!(nobodys.iter().all(Option::is_some));
        assert!(take(For::Nobody).is_none());
        let persons = [take(For::Person), take(For::Person)];
        assert!(persons.iter().all(Option::is_some));
        assert!(take(For::Person).is_none(), "four run");
        drop(nobodys);
        assert!([take(For::Person), take(For::Person)].iter().all(Option::is_some), "a person may have all");
        drop(persons);
        assert!(take(For::Person).is_some());
    }

    #[tokio::test]
    async fn a_person_does_not_wait_behind_those_that_nobody_waits_for() {
        let turns = Turns::new();
        let all = [turns.take(For::Person).await, turns.take(For::Person).await];
        let shared = [turns.take(For::Nobody).await, turns.take(For::Nobody).await];
        let mut nobody = Box::pin(turns.take(For::Nobody));
        assert!((&mut nobody).now_or_never().is_none());
        let mut person = Box::pin(turns.take(For::Person));
        assert!((&mut person).now_or_never().is_none());
        drop(all);
        assert!((&mut nobody).now_or_never().is_none());
        assert!((&mut person).now_or_never().is_some());
        drop(shared);
        assert!(nobody.now_or_never().is_some());
    }
}
