//! Libraries that read foreign bytes may panic on damaged ones. That is an error like any other, and no bug to report.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Does what damaged bytes may break; nothing comes back where they did. What `work` held is to be dropped then.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    DEPTH.set(DEPTH.get() + 1);
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    DEPTH.set(DEPTH.get() - 1);
    done
}

/// Whether a panic on this thread, now, is one that [`catch_panic`] turns into an error.
pub fn is_catching() -> bool {
    DEPTH.get() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_is_known_for_one() {
        assert!(!is_catching());
        assert_eq!(catch_panic(|| (is_catching(), catch_panic(is_catching))), Some((true, Some(true))));
        assert_eq!(catch_panic(|| -> u8 { panic!("as damaged bytes may") }), None);
        assert!(!is_catching());
    }
}
