//! Cloudflare's rate limit: 1200 requests in five minutes, for everything that uses the account.

use std::time::{Duration, Instant};

const QUOTA: u32 = 1200;
const WINDOW: Duration = Duration::from_secs(300);

/// Counts the requests in a window. A new window opens with the first request after the last window has closed.
#[derive(Debug, Default)]
pub(super) struct Limit {
    opened: Option<Instant>,
    used: u32,
}

/// The state of the limit after a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Allowance {
    /// False if this request was over the limit
    pub(super) granted: bool,
    /// Requests left in the window
    left: u32,
    /// Seconds until the window closes
    pub(super) seconds: u64,
}

impl Limit {
    pub(super) fn take(&mut self, now: Instant) -> Allowance {
        let opened = match self.opened {
            Some(opened) if now.duration_since(opened) < WINDOW => opened,
            _ => {
                self.used = 0;
                *self.opened.insert(now)
            }
        };
        let granted = self.used < QUOTA;
        self.used = (self.used + 1).min(QUOTA);
        let rest = WINDOW.saturating_sub(now.duration_since(opened));
        Allowance { granted, left: QUOTA - self.used, seconds: rest.as_secs().max(1) }
    }
}

impl Allowance {
    pub(super) fn header(&self) -> String {
        format!("\"default\";r={};t={}", self.left, self.seconds)
    }

    pub(super) fn policy() -> String {
        format!("\"default\";q={QUOTA};w={}", WINDOW.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an instant to count from; the test never waits")]
    fn new_window_resets_the_quota() {
        let start = Instant::now();
        let mut limit = Limit::default();
        assert_eq!(limit.take(start).header(), "\"default\";r=1199;t=300");
        for _ in 1..QUOTA {
            assert!(limit.take(start).granted);
        }
        let refused = limit.take(start + Duration::from_secs(100));
        assert_eq!(refused, Allowance { granted: false, left: 0, seconds: 200 });
        assert!(limit.take(start + WINDOW).granted);
    }
}
