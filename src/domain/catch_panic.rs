//! Catches panics of libraries that read untrusted bytes. Such a panic is an ordinary error, not a bug to report.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs `work`; returns `None` if it panics. Drop whatever `work` had borrowed then: its state is unknown.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    DEPTH.set(DEPTH.get() + 1);
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    DEPTH.set(DEPTH.get() - 1);
    done
}

/// Whether a panic on this thread would be caught by [`catch_panic`] now.
pub fn is_catching() -> bool {
    DEPTH.get() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_returns_none_and_is_catching_is_reset() {
        assert!(!is_catching());
        assert_eq!(catch_panic(|| (is_catching(), catch_panic(is_catching))), Some((true, Some(true))));
        assert_eq!(catch_panic(|| -> u8 { panic!("damaged bytes") }), None);
        assert!(!is_catching());
    }
}
