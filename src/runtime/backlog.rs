//! How much of the terminal's input waits for the loop. A terminal without bracketed paste sends a paste as keys, faster than
//! they can be acted on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// As many keys as a line takes characters.
const MAX: usize = 16_384;

/// With fewer inputs before it, Ctrl-C waits its turn.
const FEW: usize = 64;

/// Counts the inputs between the thread that reads and the loop. Clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Backlog(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    waiting: AtomicUsize,
    interrupted: AtomicBool,
}

impl Backlog {
    /// Makes room for one input; `false` if there is none, and the input is to be dropped.
    pub fn reserve(&self) -> bool {
        let more = |waiting| (waiting < MAX).then_some(waiting + 1);
        self.0.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// One of the inputs was acted on.
    pub fn release(&self) {
        let fewer = |waiting: usize| waiting.checked_sub(1);
        _ = self.0.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fewer);
    }

    /// Ctrl-C was read: it goes before what has piled up.
    pub fn interrupt(&self) {
        if self.0.waiting.load(Ordering::Relaxed) > FEW {
            self.0.interrupted.store(true, Ordering::Relaxed);
        }
    }

    /// Whether Ctrl-C waits behind too much.
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
