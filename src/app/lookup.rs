//! The image that is shown, the one being looked up, and the account's variant options.

mod state;
pub(super) mod update;

pub use self::state::{Lookup, SPIN};
