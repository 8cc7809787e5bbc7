//! The user's own commands: their keys, and how they run on the image shown.

mod keys;
mod state;
pub(super) mod update;

pub use self::state::{CommandJob, CommandState};
