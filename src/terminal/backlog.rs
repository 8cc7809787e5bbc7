//! Limits how much terminal input waits for the event loop. A terminal without bracketed paste sends a paste as keys,
//! faster than the loop can handle them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// As many keys as a text input takes characters.
const MAX: usize = 16_384;

/// Ctrl-C overtakes the queue only if more inputs than this wait.
const FEW: usize = 64;

/// Counts the inputs between the reading thread and the loop. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Backlog(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    waiting: AtomicUsize,
    interrupted: AtomicBool,
}

impl Backlog {
    /// Counts one more input. `false` if the queue is full: then the input must be dropped.
    pub fn reserve(&self) -> bool {
        let more = |waiting| (waiting < MAX).then_some(waiting + 1);
        self.0.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Call when an input was handled.
    pub fn release(&self) {
        let fewer = |waiting: usize| waiting.checked_sub(1);
        _ = self.0.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer);
    }

    /// Call when Ctrl-C was read. It overtakes a long queue.
    pub fn interrupt(&self) {
        if self.0.waiting.load(Ordering::Relaxed) > FEW {
            self.0.interrupted.store(true, Ordering::Relaxed);
        }
    }

    /// Whether Ctrl-C waits behind a long queue.
    pub fn is_interrupted(&self) -> bool {
        self.0.interrupted.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_beyond_the_limit_are_refused_until_some_are_released() {
        let backlog = Backlog::default();
        assert_eq!((0..2 * MAX).filter(|_| backlog.reserve()).count(), MAX);
        backlog.release();
        assert_eq!([backlog.reserve(), backlog.reserve()], [true, false]);
        (0..2 * MAX).for_each(|_| backlog.release());
        assert!(backlog.reserve());
    }

    #[test]
    fn interrupt_overtakes_only_a_long_queue() {
        let backlog = Backlog::default();
        backlog.interrupt();
        assert!(!backlog.is_interrupted());
        assert!((0..=FEW).all(|_| backlog.reserve()));
        backlog.interrupt();
        assert!(backlog.is_interrupted());
    }
}
