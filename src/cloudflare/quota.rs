//! The account's request quota, as reported in the API's `Ratelimit` header. Commands wait here for its next
//! window.
//!
//! The quota is shared with everything else the user runs. A command may use all of it for its first requests; a
//! longer run leaves a tenth to other tools.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::retry::{OnWait, Wait, WaitReason};
use crate::domain::Budget;

/// The longest window to wait for. Cloudflare's is five minutes, whatever a header says.
const LONGEST_WINDOW: Duration = Duration::from_secs(300);

/// Requests after which a run leaves some of the quota to other tools.
const SMALL_RUN: u32 = 20;

pub(super) struct Quota {
    /// Whether requests wait while the quota is nearly used up.
    waits: bool,
    /// Divides all waits; 1 outside of tests.
    time_scale: u32,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    budget: Option<Budget>,
    resets_at: Option<Instant>,
    under_way: u32,
    sent: u32,
    /// The end of the window whose wait was last reported.
    reported: Option<Instant>,
}

/// Counts a request as under way until it is dropped.
pub(super) struct Permit<'a>(&'a Quota);

impl Quota {
    pub(super) fn new(waits: bool, time_scale: u32) -> Self {
        Self { waits, time_scale: time_scale.max(1), state: Mutex::default(), changed: Notify::new() }
    }

    pub(super) fn budget(&self) -> Option<Budget> {
        self.state().budget
    }

    /// Records what a response reports. Without `resets_in` the wait is unknown, so requests do not wait.
    pub(super) fn note(&self, budget: Budget, resets_in: Option<Duration>) {
        let mut state = self.state();
        state.budget = Some(budget);
        state.resets_at = resets_in.map(|wait| Instant::now() + wait.min(LONGEST_WINDOW) / self.time_scale);
    }

    /// Records a 429's `Retry-After`: nothing is left until then.
    pub(super) fn note_used_up(&self, retry_after: Duration) {
        let limit = self.budget().map_or(0, |budget| budget.limit);
        self.note(Budget { left: 0, limit }, Some(retry_after));
    }

    /// The longest `Retry-After` to wait for. A long run waits for the next window; a short one reports the
    /// error.
    pub(super) fn longest_retry_after(&self, otherwise: Duration) -> Duration {
        if self.waits && self.state().sent > SMALL_RUN { LONGEST_WINDOW } else { otherwise }
    }

    /// Waits until a request may be sent.
    pub(super) async fn permit(&self, on_wait: &OnWait<'_>) -> Permit<'_> {
        loop {
            let changed = self.changed.notified();
            let (resets_at, report) = {
                let mut state = self.state();
                let resets_at = state.resets_at.filter(|at| self.waits && *at > Instant::now());
                let Some(resets_at) = resets_at.filter(|_| !state.may_send()) else {
                    state.under_way += 1;
                    state.sent = state.sent.saturating_add(1);
                    return Permit(self);
                };
                (
                    resets_at,
                    state.under_way == 0
                        && state.is_new_window(resets_at, Duration::from_secs(1) / self.time_scale),
                )
            };
            if report {
                let left = resets_at.duration_since(Instant::now()) * self.time_scale;
                let pause = Duration::from_secs(left.as_secs() + u64::from(left.subsec_nanos() > 0));
                tracing::debug!(?pause, "waiting for the request quota");
                on_wait(Wait { pause, reason: WaitReason::QuotaLow, attempt: 1 });
            }
            tokio::select! {
                () = changed => {}
                () = sleep_until(resets_at) => {}
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether the window allows another request. The count may not include the requests under way yet.
    fn may_send(&self) -> bool {
        let Some(budget) = self.budget else { return true };
        let reserve = if self.sent < SMALL_RUN { 0 } else { budget.limit / 10 };
        budget.left > reserve.saturating_add(self.under_way)
    }

    /// Whether the end of this window has not been reported yet. It moves a little with each response.
    fn is_new_window(&mut self, resets_at: Instant, tolerance: Duration) -> bool {
        let is_new = self.reported.is_none_or(|reported| resets_at > reported + tolerance);
        if is_new {
            self.reported = Some(resets_at);
        }
        is_new
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.under_way = state.under_way.saturating_sub(1);
        drop(state);
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::super::retry::ignore_waits;
    use super::*;

    fn quota(left: u32, resets_in: Option<u64>) -> Quota {
        let quota = Quota::new(true, 1);
        quota.note(Budget { left, limit: 1200 }, resets_in.map(Duration::from_secs));
        quota
    }

    /// How many requests may be under way at once, up to 50.
    fn at_once(quota: &Quota) -> usize {
        let permits: Vec<_> =
            std::iter::from_fn(|| quota.permit(&ignore_waits).now_or_never()).take(50).collect();
        permits.len()
    }

    #[test]
    fn permits_are_limited_to_the_requests_left() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        assert_eq!(at_once(&quota(0, Some(60))), 0);
        assert_eq!(at_once(&quota(3, Some(60))), 3);
        assert_eq!(at_once(&quota(0, Some(1_000_000_000))), 0, "the window has a maximum");
        assert_eq!(at_once(&quota(0, None)), 50, "the end of the window is unknown");
        assert_eq!(at_once(&quota(0, Some(0))), 50, "the window has ended");
        let program = Quota::new(false, 1);
        program.note(Budget { left: 0, limit: 1200 }, Some(Duration::from_secs(60)));
        assert_eq!(at_once(&program), 50);
    }

    #[test]
    fn long_run_leaves_a_tenth_to_other_tools() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let quota = quota(121, Some(60));
        quota.state().sent = SMALL_RUN;
        assert_eq!(at_once(&quota), 1);
        assert_eq!(quota.longest_retry_after(Duration::ZERO), LONGEST_WINDOW);
        assert_eq!(Quota::new(false, 1).longest_retry_after(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn window_is_capped_at_five_minutes() {
        let quota = quota(0, Some(u64::MAX));
        assert!(quota.state().resets_at.unwrap() <= Instant::now() + LONGEST_WINDOW);
    }
}
