//! The time of day, which `app` and `domain` get as an argument.

use jiff::Timestamp;

#[expect(clippy::disallowed_methods, reason = "the runtime reads the clock and passes the time on")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
