//! Gives memory that was freed back to the system.

use std::hint::black_box;
use std::time::Duration;

use tokio::runtime::Handle;

/// How long after it was freed the allocator may give memory back: mimalloc waits for a second.
pub(super) const DELAY: Duration = Duration::from_millis(1200);

/// mimalloc gives memory back only while it looks for more, which a program that sleeps never does.
pub(super) fn restore() {
    drop(black_box(Vec::<u8>::with_capacity(4 << 20)));
}

/// Gives back what is freed by now, once that is possible.
pub(super) fn release_later(runtime: &Handle) {
    runtime.spawn(async {
        tokio::time::sleep(DELAY).await;
        restore();
    });
}
